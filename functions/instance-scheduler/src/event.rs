//! Reads what an event asks this function for. Refuses by name what it does not know.

use anyhow::Context as _;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::{
    document,
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
}

/// Tells the requests apart and finds the time. `clock` is the system's time.
pub(crate) fn request(event: &Value, config: &Config, clock: Timestamp) -> anyhow::Result<Request> {
    let rules = Rules {
        requests: &["allow", "explain", "preview", "lint", "import"],
        has_run: true,
        has_targets: true,
        dry_run: config.dry_run,
        clock: config.clock,
        stale_after: config.interval,
    };
    let Event { now, dry_run: is_dry, narrow, request } = event::read(event, &rules, clock)?;
    match request {
        None => Ok(Request::Run(Run { now, is_dry, narrow, allowed: None })),
        Some(("allow", allowed)) => inner("allow", &allowed)
            .map(|allowed| Request::Run(Run { now, is_dry, narrow, allowed: Some(allowed) })),
        Some(("explain", question)) => inner("explain", &question).map(Request::Explain),
        Some(("preview", question)) => inner("preview", &question).map(Request::Preview),
        Some(("import", question)) => {
            Import::read(&question).context("`import`").map(Request::Import)
        }
        Some((name, question)) => inner(name, &question).map(Request::Lint),
    }
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
