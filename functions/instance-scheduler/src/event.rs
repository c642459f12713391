//! Reads the event: what is asked, and what time it is. Refuses by name what it does not know.

use anyhow::{Context as _, anyhow, bail};
use aws_lambda_events::eventbridge::EventBridgeEvent;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    config::{Clock, Config},
    schedule::{Explain, Lint, Preview},
};

/// What one event asks for.
#[derive(Debug)]
pub enum Request {
    Run(Run),
    Ask(Question),
}

/// A question about schedules.
#[derive(Debug)]
pub enum Question {
    Explain(Explain),
    Preview(Preview),
    Lint(Lint),
}

/// A run over all targets, or over some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub now: Timestamp,
    pub dry_run: bool,
    /// Only these, of those configured. `None` is all.
    pub regions: Option<Vec<String>>,
    pub accounts: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManualRun {
    dry_run: Option<bool>,
    now: Option<String>,
    regions: Option<Vec<String>>,
    accounts: Option<Vec<String>>,
}

/// Tells the requests apart and finds the time. `clock` is the system's time.
pub fn request(event: &Value, config: &Config, clock: Timestamp) -> anyhow::Result<Request> {
    let Value::Object(fields) = event.clone() else {
        bail!("the event is not a JSON object");
    };
    if fields.contains_key("detail-type") {
        let now = scheduled(fields, config, clock)?;
        let run = Run { now, dry_run: config.dry_run, regions: None, accounts: None };
        return Ok(Request::Run(run));
    }
    Ok(match only_field(&fields) {
        Some("explain") => Request::Ask(Question::Explain(inner(fields, "explain")?)),
        Some("preview") => Request::Ask(Question::Preview(inner(fields, "preview")?)),
        Some("lint") => Request::Ask(Question::Lint(inner(fields, "lint")?)),
        _ => Request::Run(manual(fields, config, clock)?),
    })
}

/// The event's own time, unless it is so old that this is a late retry: then the world has moved
/// on, and the clock is right. EventBridge retries for up to 24 hours.
fn scheduled(
    fields: Map<String, Value>,
    config: &Config,
    clock: Timestamp,
) -> anyhow::Result<Timestamp> {
    let event: EventBridgeEvent = serde_json::from_value(Value::Object(fields))
        .context("the event has a `detail-type`, but is no EventBridge event")?;
    if (event.source.as_str(), event.detail_type.as_str()) != ("aws.events", "Scheduled Event") {
        bail!("an event `{}` of `{}` is not for this function", event.detail_type, event.source);
    }
    let time = event.time.context("the scheduled event has no `time`")?;
    let time =
        Timestamp::from_millisecond(time.timestamp_millis()).context("the event's `time`")?;
    let age = clock.duration_since(time);
    let is_fresh = age <= config.interval && age >= -SignedDuration::from_mins(1);
    Ok(if is_fresh || config.clock == Clock::Event { time } else { clock })
}

fn manual(fields: Map<String, Value>, config: &Config, clock: Timestamp) -> anyhow::Result<Run> {
    let run: ManualRun = serde_json::from_value(Value::Object(fields))
        .context("the event is neither a scheduled event nor a request of this function")?;
    // A deployment that only plans cannot be talked into acting.
    let dry_run = run.dry_run.unwrap_or(false) || config.dry_run;
    let trusted = dry_run || config.clock == Clock::Event;
    let now = match run.now {
        None => clock,
        Some(_) if !trusted => bail!("`now` is accepted only together with `\"dry_run\": true`"),
        Some(now) => {
            now.parse().map_err(|err| anyhow!("`now` is `{now}`, which is wrong: {err}"))?
        }
    };
    Ok(Run { now, dry_run, regions: run.regions, accounts: run.accounts })
}

fn only_field(fields: &Map<String, Value>) -> Option<&str> {
    let mut names = fields.keys();
    let name = names.next()?;
    names.next().is_none().then_some(name)
}

fn inner<T: for<'de> Deserialize<'de>>(
    mut fields: Map<String, Value>,
    name: &str,
) -> anyhow::Result<T> {
    let value = fields.remove(name).unwrap_or_default();
    serde_json::from_value(value).with_context(|| format!("`{name}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::var::Vars;

    use super::*;

    const CLOCK: &str = "2026-06-01T09:00:30Z";

    fn ask(event: &Value, variables: &'static [(&str, &str)]) -> anyhow::Result<Request> {
        let config = Config::from_vars(&Vars::new(|name| {
            let pair = variables.iter().find(|(key, _)| *key == name);
            pair.map(|(_, value)| (*value).to_owned())
        }));
        request(event, &config.unwrap(), CLOCK.parse().unwrap())
    }

    #[track_caller]
    fn run(event: &Value, variables: &'static [(&str, &str)]) -> Run {
        match ask(event, variables) {
            Ok(Request::Run(run)) => run,
            other => panic!("not a run but {other:?}"),
        }
    }

    #[track_caller]
    fn refused(event: &Value, expected: &str) {
        let err = ask(event, &[]).expect_err("it is wrong");
        assert_eq!(format!("{err:#}"), expected);
    }

    fn scheduled(time: &str) -> Value {
        json!({
            "version": "0", "id": "1", "account": "111111111111", "region": "eu-west-1",
            "detail-type": "Scheduled Event", "source": "aws.events", "time": time,
            "resources": ["arn:aws:events:eu-west-1:111111111111:rule/tick"], "detail": {},
        })
    }

    #[test]
    fn a_fresh_event_says_what_time_it_is() {
        let run = run(&scheduled("2026-06-01T09:00:00Z"), &[]);
        assert_eq!(run.now.to_string(), "2026-06-01T09:00:00Z");
        assert!(!run.dry_run);
    }

    #[test]
    fn a_late_retry_runs_by_the_clock() {
        assert_eq!(run(&scheduled("2026-06-01T08:00:00Z"), &[]).now.to_string(), CLOCK);
        assert_eq!(run(&scheduled("2026-06-01T10:00:00Z"), &[]).now.to_string(), CLOCK);
    }

    #[test]
    fn a_simulation_runs_by_its_events() {
        let run = run(&scheduled("2031-01-01T00:00:00Z"), &[("CLOCK", "event")]);
        assert_eq!(run.now.to_string(), "2031-01-01T00:00:00Z");
    }

    #[test]
    fn another_moment_is_only_for_a_dry_run() {
        let dry = run(&json!({"dry_run": true, "now": "2026-12-25T10:00:00Z"}), &[]);
        assert_eq!((dry.now.to_string().as_str(), dry.dry_run), ("2026-12-25T10:00:00Z", true));
        refused(
            &json!({"now": "2026-12-25T10:00:00Z"}),
            "`now` is accepted only together with `\"dry_run\": true`",
        );
    }

    #[test]
    fn a_deployment_that_only_plans_cannot_be_talked_into_acting() {
        assert!(run(&json!({"dry_run": false}), &[("DRY_RUN", "true")]).dry_run);
        assert!(run(&scheduled("2026-06-01T09:00:00Z"), &[("DRY_RUN", "true")]).dry_run);
    }

    #[test]
    fn an_unknown_field_is_named() {
        let err = ask(&json!({"dryrun": true}), &[]).expect_err("it is wrong");
        assert!(format!("{err:#}").contains("unknown field `dryrun`"), "{err:#}");
        let err = ask(&json!({"explain": {"schedul": "x"}}), &[]).expect_err("it is wrong");
        assert!(format!("{err:#}").starts_with("`explain`: unknown field `schedul`"), "{err:#}");
    }

    #[test]
    fn what_is_for_somebody_else_is_refused() {
        let mut event = scheduled("2026-06-01T09:00:00Z");
        event["source"] = json!("aws.ec2");
        refused(&event, "an event `Scheduled Event` of `aws.ec2` is not for this function");
        refused(&json!([]), "the event is not a JSON object");
    }

    #[test]
    fn a_question_is_told_from_a_run() {
        let explain = json!({"explain": {"schedule": "always"}});
        assert!(matches!(ask(&explain, &[]), Ok(Request::Ask(Question::Explain(_)))));
        assert!(matches!(
            ask(&json!({"preview": {}}), &[]),
            Ok(Request::Ask(Question::Preview(_)))
        ));
        assert!(matches!(ask(&json!({"lint": {}}), &[]), Ok(Request::Ask(Question::Lint(_)))));
        assert!(matches!(ask(&json!({}), &[]), Ok(Request::Run(_))));
    }
}
