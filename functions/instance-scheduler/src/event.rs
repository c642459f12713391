//! Reads what an event asks this function for. Refuses by name what it does not know.

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    document::{self, Text},
    event::{self, Event, Narrow, Rules},
};

use crate::{
    config::Config,
    import::Import,
    plan::limit::Allowed,
    schedule::{Explain, Lint, Preview},
};

/// What one event asks for.
#[derive(Debug)]
pub(crate) enum Request {
    Run(Run),
    Explain(Explain),
    /// What a run would do with one resource, and why.
    ExplainResource(OneResource, Timestamp),
    Preview(Preview),
    Lint(Lint),
    Import(Import),
}

/// A run over all targets, or over some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub now: Timestamp,
    pub is_dry: bool,
    pub narrow: Narrow,
    /// What a person lets this run stop.
    pub allowed: Option<Allowed>,
    pub only: Only,
}

impl Run {
    /// Whether it is about all that is looked after.
    pub(crate) fn is_whole(&self) -> bool {
        self.narrow == Narrow::default() && self.only == Only::All
    }
}

/// The resources that a run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Only {
    All,
    /// A dry run that also lists what is in step.
    Some {
        schedule: Option<String>,
        resource: Option<String>,
    },
    /// Tried again now, whatever is remembered of former tries.
    Retried(String),
}

/// `{"resource": "i-0a.."}`: an id, a name or an ARN.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneResource {
    pub resource: Text,
}

/// Tells the requests apart and finds the time. `clock` is the system's time.
pub(crate) fn request(event: &Value, config: &Config, clock: Timestamp) -> anyhow::Result<Request> {
    let rules = Rules {
        requests: &["allow", "explain", "preview", "lint", "import", "retry"],
        has_run: true,
        has_targets: true,
        dry_run: config.dry_run,
        clock: config.clock,
        stale_after: config.interval,
    };
    let mut event = event.clone();
    let only = only(&mut event)?;
    let Event { now, dry_run: is_dry, narrow, request } = event::read(&event, &rules, clock)?;
    let is_narrow = only != Only::All;
    ensure!(
        !is_narrow || (is_dry && request.is_none()),
        "`schedule` and `resource` narrow a dry run only: add `\"dry_run\": true`"
    );
    let run = Run { now, is_dry, narrow, allowed: None, only };
    match request {
        None => Ok(Request::Run(run)),
        Some(("allow", allowed)) => inner("allow", &allowed)
            .map(|allowed| Request::Run(Run { allowed: Some(allowed), ..run })),
        Some(("retry", question)) => {
            inner("retry", &question).map(|OneResource { resource: Text(resource) }| {
                Request::Run(Run { only: Only::Retried(resource), ..run })
            })
        }
        Some(("explain", question)) if question.get("resource").is_some() => {
            inner("explain", &question).map(|question| Request::ExplainResource(question, now))
        }
        Some(("explain", question)) => inner("explain", &question).map(Request::Explain),
        Some(("preview", question)) => inner("preview", &question).map(Request::Preview),
        Some(("import", question)) => {
            Import::read(&question).context("`import`").map(Request::Import)
        }
        Some((name, question)) => inner(name, &question).map(Request::Lint),
    }
}

/// Takes the fields that narrow a dry run.
fn only(event: &mut Value) -> anyhow::Result<Only> {
    let mut take = |name: &str| match event.as_object_mut().and_then(|event| event.remove(name)) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(anyhow::anyhow!("`{name}` is not a text")),
    };
    let (schedule, resource) = (take("schedule")?, take("resource")?);
    let is_all = schedule.is_none() && resource.is_none();
    Ok(if is_all { Only::All } else { Only::Some { schedule, resource } })
}

fn inner<T: DeserializeOwned>(name: &'static str, question: &Value) -> anyhow::Result<T> {
    document::from_value(question).with_context(|| format!("`{name}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::var::Vars;

    use super::*;

    fn ask(event: &Value) -> anyhow::Result<Request> {
        let config = Config::from_vars(&Vars::new(|_| None)).unwrap();
        request(event, &config, "2026-06-01T09:00:30Z".parse().unwrap())
    }

    #[test]
    fn a_question_is_told_from_a_run() {
        let explain = json!({"explain": {"schedule": "always"}});
        assert!(matches!(ask(&explain), Ok(Request::Explain(_))));
        assert!(matches!(ask(&json!({"preview": {}})), Ok(Request::Preview(_))));
        assert!(matches!(ask(&json!({"lint": {}})), Ok(Request::Lint(_))));
        assert!(matches!(ask(&json!({"import": {"from": []}})), Ok(Request::Import(_))));
        assert!(matches!(ask(&json!({})), Ok(Request::Run(_))));
    }

    #[test]
    fn an_unknown_field_is_named() {
        let err = ask(&json!({"explain": {"schedul": "x"}})).expect_err("it is wrong");
        assert_eq!(
            format!("{err:#}"),
            "`explain`: schedul: unknown field, did you mean `schedule`?"
        );
        let err = ask(&json!({"explain": {}})).expect_err("it is wrong");
        assert_eq!(format!("{err:#}"), "`explain`: schedule: missing");
    }
}
