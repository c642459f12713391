//! What a span of time brings to the tagged resources of an account, and what it saves. Pure.

use std::{collections::BTreeMap, rc::Rc};

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp, ToSpan as _, tz::TimeZone};
use serde::Serialize;
use shared::error::quoted;
use shared::{document, target::Target};

use crate::{
    plan::ssm_windows,
    resource::{NamedWindow, Resource},
    schedule::{Catalog, Forecast, Override, Preview, Situation, Window, forecast, instant},
};

/// Lambda's answer may have 6 MB.
const LISTED_RESOURCES: usize = 5_000;

/// A year and some days, as for a single schedule.
const LONGEST_DAYS: i64 = 400;

/// From the first instant to before the second.
pub type Span = (Timestamp, Timestamp);

/// The span of a request: a week from now, unless it says otherwise.
pub fn span(request: &Preview, zone: &TimeZone, now: Timestamp) -> anyhow::Result<Span> {
    let instant = |name: &'static str, text: Option<&String>, default: Timestamp| match text {
        None => Ok(default),
        Some(text) => instant(text, zone).context(name),
    };
    let from = instant("from", request.from.as_ref(), now)?;
    let a_week_later = from.checked_add((7 * 24).hours())?;
    let until = instant("until", request.until.as_ref(), a_week_later)?;
    ensure!(from < until, "until: `{until}` is not later than `{from}`");
    let days = from.duration_until(until).as_hours() / 24;
    ensure!(days <= LONGEST_DAYS, "until: at most {LONGEST_DAYS} days after `from`");
    Ok((from, until))
}

/// Price per hour by instance type or database class.
#[derive(Debug, Default)]
pub struct Prices(BTreeMap<String, f64>);

impl Prices {
    /// Reads a YAML or JSON map: `t3.large: 0.0832`.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let prices: BTreeMap<String, f64> =
            document::parse(text).context("not a map of sizes and prices")?;
        let negative = prices.iter().find(|(_, price)| !price.is_finite() || **price < 0.0);
        ensure!(
            negative.is_none(),
            "`{}` has no sensible price",
            quoted(negative.map_or("", |(size, _)| size))
        );
        Ok(Self(prices))
    }
}

/// The answer about a whole account.
#[derive(Debug, Serialize)]
pub struct AccountForecast {
    pub from: String,
    pub until: String,
    /// What each schedule brings, by the value of the tag.
    pub schedules: BTreeMap<String, Forecast>,
    pub resources: Vec<ResourceForecast>,
    pub not_listed: usize,
    pub running_hours: f64,
    /// Hours that schedules keep resources stopped.
    pub saved_hours: f64,
    /// Of the resources whose size has a price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_money: Option<f64>,
    pub warnings: Vec<String>,
}

/// One resource. What it shares with others is under its schedule.
#[derive(Debug, Serialize)]
pub struct ResourceForecast {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    pub region: String,
    pub kind: &'static str,
    pub resource: String,
    pub schedule: String,
    pub running_hours: f64,
    pub saved_hours: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_money: Option<f64>,
    /// Only where an override or a maintenance window of its own sets it apart from its schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<Forecast>,
}

/// A resource with where it was found.
#[derive(Debug)]
pub struct Listed {
    pub target: Target,
    pub resource: Resource,
    /// The maintenance windows there.
    pub windows: Rc<[NamedWindow]>,
}

/// What a forecast is made by.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    pub catalog: &'a Catalog,
    pub prices: &'a Prices,
    pub interval: SignedDuration,
}

/// Asks the evaluator once per schedule, and once per resource that has something of its own.
pub fn account(
    resources: &[Listed],
    About { catalog, prices, interval }: About,
    (from, until): Span,
    warnings: Vec<String>,
) -> AccountForecast {
    let mut answer = AccountForecast {
        from: from.to_string(),
        until: until.to_string(),
        schedules: BTreeMap::new(),
        resources: Vec::new(),
        not_listed: 0,
        running_hours: 0.0,
        saved_hours: 0.0,
        saved_money: None,
        warnings,
    };
    for Listed { target, resource, windows: of_ssm } in resources {
        let extra = resource.extra.as_deref();
        let followed = catalog.follow(&resource.schedule);
        let schedule = match &followed {
            Ok(followed) => followed.schedule(),
            Err(err) => {
                answer.warnings.push(format!("{} {}: {err:#}", resource.kind, resource.id));
                None
            }
        };
        let Some(schedule) =
            schedule.filter(|_| extra.is_none_or(|extra| extra.obstacle.is_none()))
        else {
            continue;
        };
        let overridden = extra.and_then(|extra| {
            Override::parse(extra.override_tag.as_deref()?, &schedule.timezone).ok()
        });
        let weekly =
            extra.and_then(|extra| Window::rds(extra.maintenance_window.as_deref()?).ok()?);
        // What SSM has in one target it may not have in another.
        let windows = ssm_windows(of_ssm, schedule, interval).chain(weekly);
        let windows: Vec<Window> = windows.collect();
        let situation = Situation { schedule, overridden: overridden.as_ref(), windows: &windows };
        let own = (overridden.is_some() || !windows.is_empty())
            .then(|| forecast(&situation, from, until));
        let common = answer
            .schedules
            .entry(resource.schedule.to_string())
            .or_insert_with(|| forecast(&Situation::of(schedule), from, until));
        let Forecast { running_hours, stopped_hours, .. } = *own.as_ref().unwrap_or(common);

        let saved_money = prices.0.get(resource.size.as_ref()).map(|price| price * stopped_hours);
        answer.running_hours += running_hours;
        answer.saved_hours += stopped_hours;
        if let Some(money) = saved_money {
            *answer.saved_money.get_or_insert(0.0) += money;
        }
        if answer.resources.len() == LISTED_RESOURCES {
            answer.not_listed += 1;
            continue;
        }
        answer.resources.push(ResourceForecast {
            account: target.account.clone(),
            region: target.region.clone(),
            kind: resource.kind.name(),
            resource: resource.id.to_string(),
            schedule: resource.schedule.to_string(),
            running_hours,
            saved_hours: stopped_hours,
            saved_money,
            own,
        });
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{Extra, Kind, Power};

    fn resource(id: &str, schedule: &str, override_tag: Option<&str>) -> Listed {
        let target = Target { account: None, region: "eu-west-1".to_owned() };
        let extra = override_tag.map(|text| {
            Box::new(Extra { override_tag: Some(text.to_owned()), ..Extra::default() })
        });
        let resource = Resource {
            kind: Kind::Instance,
            id: id.into(),
            name: None,
            power: Power::Running,
            schedule: schedule.into(),
            handled: None,
            born: None,
            size: "t3.large".into(),
            extra,
        };
        Listed { target, resource, windows: [].into() }
    }

    #[test]
    fn saves_the_hours_that_schedules_keep_resources_stopped() {
        let monday: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
        let span = (monday, monday.checked_add((7 * 24).hours()).unwrap());
        let resources = [
            resource("i-1", "mon-fri 08:00-18:00", None),
            resource("i-2", "mon-fri 08:00-18:00", Some("running until 2026-06-02T00:00:00Z")),
            resource("i-3", "ignore", None),
            resource("i-4", "ofice", None),
        ];
        let catalog = Catalog::new(TimeZone::UTC, [], []);
        let prices = Prices::parse("t3.large: 0.5").unwrap();
        let interval = SignedDuration::from_mins(5);
        let about = About { catalog: &catalog, prices: &prices, interval };
        let answer = account(&resources, about, span, Vec::new());
        let saved: Vec<f64> = answer.resources.iter().map(|it| it.saved_hours).collect();
        assert_eq!(saved, [118.0, 104.0]);
        assert_eq!((answer.saved_hours, answer.saved_money), (222.0, Some(111.0)));
        assert!(answer.resources[0].own.is_none() && answer.resources[1].own.is_some());
        assert_eq!(answer.warnings, ["instance i-4: unknown schedule `ofice`"]);
    }

    #[test]
    fn a_price_list_that_makes_no_sense_is_refused() {
        assert!(Prices::parse("t3.large: cheap").is_err());
        assert_eq!(
            Prices::parse("t3.large: -1").unwrap_err().to_string(),
            "`t3.large` has no sensible price"
        );
    }
}
