//! The function's variables. Read once, at start; a wrong one is the answer to every event.

mod limits;

use anyhow::{Context as _, bail};
use jiff::{SignedDuration, tz::TimeZone};
use shared::{aws::Settings, error::quoted, event::Clock, target::Scope, var::Vars};

pub use self::limits::MaxChanges;

/// Above any group that AWS allows, and the template's bound of `SchedulerMaxCapacity`.
const MOST_CAPACITY: i32 = 100_000;

/// What an operator set at deployment. Documents (schedules, calendars, prices) are read at every
/// run from the parameters below `parameter_path`, not here.
#[derive(Debug, Clone)]
pub struct Config {
    /// `SCHEDULE_TAG`: the tag key that names a resource's schedule. Default `Schedule`.
    pub schedule_tag: String,
    /// `PARAMETER_PATH`: where the documents are in SSM. Default `/caretaker`.
    pub parameter_path: String,
    /// `TIME_ZONE`: for schedules that name none. Default `UTC`.
    pub time_zone: TimeZone,
    /// `SCHEDULER_INTERVAL_MINUTES`: how often the schedule triggers the function. Default 5.
    pub interval: SignedDuration,
    /// `SCHEDULER_SERVICES`: comma list of `ec2`, `rds`, `autoscaling`. Default all.
    pub services: Services,
    /// The accounts and regions. The role in other accounts is `SCHEDULER_ROLE_NAME`, by default
    /// `caretaker-instance-scheduler`.
    pub scope: Scope,
    /// `SCHEDULER_MAX_CAPACITY`: the largest `max` of an Auto Scaling group that is stopped, and to
    /// which one is restored. Default 100. The function's role allows no more either.
    pub max_capacity: i32,
    /// `SCHEDULER_INSTANCE_TYPES`: comma list of the types that the tag `caretaker:instance-types`
    /// may choose among where the schedule names none. Default none.
    pub instance_types: Vec<String>,
    /// `SCHEDULER_MAX_CHANGES`: what one run may stop: a count, a share such as `50%`, or `off`.
    /// Default `50%`.
    pub max_changes: MaxChanges,
    /// `SCHEDULER_MAX_OVERRIDE`: how long an override may last, e.g. `14d` or `72h`. Default
    /// without a limit.
    pub max_override: Option<SignedDuration>,
    /// `EVENT_BUS`: the name of the bus on which each run that did something is announced. Not set
    /// is nowhere; the template sets `default`.
    pub event_bus: Option<String>,
    /// `ALERT_TOPIC_ARN`: SNS topic for a digest when something failed. Optional.
    pub alert_topic: Option<String>,
    /// `DRY_RUN`: plan and report, change nothing. Default `false`.
    pub dry_run: bool,
    /// `CLOCK`: `event` makes the event's time the clock in every case, for simulations. Default
    /// `system`.
    pub clock: Clock,
    pub aws: Settings,
}

/// The services whose resources are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Services {
    pub ec2: bool,
    pub rds: bool,
    pub autoscaling: bool,
}

impl Config {
    pub fn from_env() -> anyhow::Result<Self> {
        Self::from_vars(&shared::var::environment())
    }

    pub(crate) fn from_vars(vars: &Vars<impl Fn(&str) -> Option<String>>) -> anyhow::Result<Self> {
        let text = |name, default: &str| vars.optional(name).unwrap_or_else(|| default.to_owned());
        let time_zone = text("TIME_ZONE", "UTC");
        let interval_mins: u32 = vars.parsed("SCHEDULER_INTERVAL_MINUTES", 5)?;
        if !(1..=60).contains(&interval_mins) {
            bail!("SCHEDULER_INTERVAL_MINUTES is `{interval_mins}`, not between 1 and 60");
        }
        let max_capacity: i32 = vars.parsed("SCHEDULER_MAX_CAPACITY", 100)?;
        if !(1..=MOST_CAPACITY).contains(&max_capacity) {
            bail!("SCHEDULER_MAX_CAPACITY is `{max_capacity}`, not between 1 and {MOST_CAPACITY}");
        }
        let instance_types = vars.list("SCHEDULER_INSTANCE_TYPES");
        limits::check_instance_types(&instance_types)
            .context("SCHEDULER_INSTANCE_TYPES is wrong")?;
        let max_override = vars.optional("SCHEDULER_MAX_OVERRIDE");
        let path = text("PARAMETER_PATH", "/caretaker");
        if !path.starts_with('/') {
            bail!("PARAMETER_PATH is `{}`, which does not begin with `/`", quoted(&path));
        }
        Ok(Self {
            schedule_tag: text("SCHEDULE_TAG", "Schedule"),
            parameter_path: path.trim_end_matches('/').to_owned(),
            time_zone: TimeZone::get(&time_zone).with_context(|| {
                format!("TIME_ZONE is `{}`, which is wrong", quoted(&time_zone))
            })?,
            interval: SignedDuration::from_mins(interval_mins.into()),
            services: services(&vars.list("SCHEDULER_SERVICES"))?,
            scope: Scope::from_vars(vars, "SCHEDULER_ROLE_NAME", "instance-scheduler")?,
            max_capacity,
            instance_types,
            max_changes: vars.parsed("SCHEDULER_MAX_CHANGES", MaxChanges::Share(50))?,
            max_override: max_override
                .map(|text| limits::max_override(&text))
                .transpose()
                .context("SCHEDULER_MAX_OVERRIDE is wrong")?,
            event_bus: vars.event_bus()?,
            alert_topic: vars.optional("ALERT_TOPIC_ARN"),
            dry_run: vars.flag("DRY_RUN", false)?,
            clock: Clock::from_vars(vars)?,
            aws: Settings::from_vars(vars)?,
        })
    }
}

fn services(names: &[String]) -> anyhow::Result<Services> {
    if names.is_empty() {
        return Ok(Services { ec2: true, rds: true, autoscaling: true });
    }
    let mut services = Services { ec2: false, rds: false, autoscaling: false };
    for name in names {
        match name.as_str() {
            "ec2" => services.ec2 = true,
            "rds" => services.rds = true,
            "autoscaling" => services.autoscaling = true,
            other => {
                bail!(
                    "SCHEDULER_SERVICES has `{}`, not one of `ec2`, `rds`, `autoscaling`",
                    quoted(other)
                )
            }
        }
    }
    Ok(services)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &'static [(&str, &str)]) -> anyhow::Result<Config> {
        Config::from_vars(&Vars::new(|name| {
            let pair = pairs.iter().find(|(key, _)| *key == name);
            pair.map(|(_, value)| (*value).to_owned())
        }))
    }

    #[track_caller]
    fn refused(pairs: &'static [(&str, &str)], expected: &str) {
        assert_eq!(format!("{:#}", parse(pairs).expect_err("it is wrong")), expected);
    }

    #[test]
    fn everything_has_a_default() {
        let config = parse(&[]).unwrap();
        assert_eq!(config.schedule_tag, "Schedule");
        assert_eq!(config.parameter_path, "/caretaker");
        assert_eq!(config.interval, SignedDuration::from_mins(5));
        assert_eq!(config.services, Services { ec2: true, rds: true, autoscaling: true });
        assert_eq!(config.max_capacity, 100);
        assert_eq!(config.instance_types, [""; 0]);
        assert_eq!(config.max_changes, MaxChanges::Share(50));
        assert_eq!(config.max_override, None);
        assert_eq!(config.event_bus, None);
        assert_eq!(config.aws.region, "us-east-1");
        assert!(!config.dry_run);
        assert_eq!(config.clock, Clock::System);
    }

    #[test]
    fn some_services_can_be_left_out() {
        let config = parse(&[("SCHEDULER_SERVICES", "ec2, rds")]).unwrap();
        assert_eq!(config.services, Services { ec2: true, rds: true, autoscaling: false });
    }

    #[test]
    fn the_limits_can_be_set() {
        let config = parse(&[
            ("SCHEDULER_MAX_CAPACITY", "900"),
            ("SCHEDULER_INSTANCE_TYPES", "m6i.large, m5.large"),
            ("SCHEDULER_MAX_CHANGES", "off"),
            ("SCHEDULER_MAX_OVERRIDE", "14d"),
        ])
        .unwrap();
        assert_eq!(config.max_capacity, 900);
        assert_eq!(config.instance_types, ["m6i.large", "m5.large"]);
        assert_eq!(config.max_changes, MaxChanges::Off);
        assert_eq!(config.max_override, Some(SignedDuration::from_hours(14 * 24)));
    }

    #[test]
    fn a_wrong_limit_is_refused_by_name() {
        refused(
            &[("SCHEDULER_MAX_CAPACITY", "0")],
            "SCHEDULER_MAX_CAPACITY is `0`, not between 1 and 100000",
        );
        refused(
            &[("SCHEDULER_INSTANCE_TYPES", "m5.large,big")],
            "SCHEDULER_INSTANCE_TYPES is wrong: `big` is not an instance type such as `m6i.large`",
        );
        refused(
            &[("SCHEDULER_MAX_CHANGES", "half")],
            "SCHEDULER_MAX_CHANGES is `half`, which is wrong: it is neither a count such as `120`, \
             nor a share such as `50%`, nor `off`",
        );
        refused(
            &[("SCHEDULER_MAX_OVERRIDE", "14")],
            "SCHEDULER_MAX_OVERRIDE is wrong: `14` is not a duration such as `14d` or `72h`",
        );
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        refused(
            &[("SCHEDULER_SERVICES", "ec3")],
            "SCHEDULER_SERVICES has `ec3`, not one of `ec2`, `rds`, `autoscaling`",
        );
        refused(&[("DRY_RUN", "yes")], "DRY_RUN is `yes`, neither `true` nor `false`");
        refused(&[("CLOCK", "sundial")], "CLOCK is `sundial`, neither `system` nor `event`");
        refused(
            &[("SCHEDULER_INTERVAL_MINUTES", "0")],
            "SCHEDULER_INTERVAL_MINUTES is `0`, not between 1 and 60",
        );
        refused(
            &[("ACCOUNTS", "12")],
            "ACCOUNTS has `12`, which is not an account id of 12 digits",
        );
        refused(&[("PARAMETER_PATH", "x")], "PARAMETER_PATH is `x`, which does not begin with `/`");
        let err = parse(&[("TIME_ZONE", "Mars/Base")]).expect_err("it is wrong");
        assert!(format!("{err:#}").starts_with("TIME_ZONE is `Mars/Base`, which is wrong: "));
    }
}
