//! Answers what a schedule says at one instant, since when, and what comes next; it never decides
//! anything that a live run would decide otherwise, for it asks the same evaluator.

use jiff::Timestamp;
use serde::Serialize;

use super::catalog::{Catalog, IGNORE};
use super::request::{Asked, Explain};
use super::state::State;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    pub state: State,
    /// Absent if the state has always held, or as an override says it without saying since when.
    pub since: Option<String>,
    pub next: Option<Next>,
    pub because: String,
    pub instance_type: Option<String>,
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Next {
    pub at: String,
    pub state: State,
}

/// `now` stands in for an absent `at`.
pub fn explain(
    request: &Explain,
    catalog: &Catalog,
    now: Timestamp,
) -> anyhow::Result<Explanation> {
    let Explain { schedule, at, overridden } = request;
    let asked = Asked::read(catalog, schedule, overridden.as_deref())?;
    let at = asked.instant("at", at.as_ref(), now)?;
    let Some(situation) = asked.situation() else {
        return Ok(Explanation {
            state: State::Any,
            since: None,
            next: None,
            because: IGNORE.to_owned(),
            instance_type: None,
            warnings: asked.warnings,
        });
    };
    let verdict = situation.evaluate(at);
    let next = situation.next(at).map(|next| Next { at: next.at.to_string(), state: next.state });
    Ok(Explanation {
        state: verdict.state,
        since: situation.since(at).map(|since| since.to_string()),
        next,
        because: verdict.because.to_string(),
        instance_type: verdict.instance_type.map(str::to_owned),
        warnings: asked.warnings.clone(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use serde_json::{Value, json};

    use super::*;

    fn answer(request: Value) -> anyhow::Result<Value> {
        let office = ("office".to_owned(), "mon-fri 09:00-17:00 @Europe/Paris".to_owned());
        let catalog = Catalog::new(TimeZone::UTC, [office], []);
        let request: Explain = serde_json::from_value(request)?;
        let now = "2026-06-01T10:00:00Z".parse().unwrap();
        Ok(serde_json::to_value(explain(&request, &catalog, now)?)?)
    }

    #[track_caller]
    fn refuses(request: Value, expected: &str) {
        assert_eq!(format!("{:#}", answer(request).unwrap_err()), expected);
    }

    #[test]
    fn answers_with_every_field() {
        let expected = json!({
            "state": "running",
            "since": "2026-06-01T07:00:00Z",
            "next": {"at": "2026-06-01T15:00:00Z", "state": "stopped"},
            "because": "period mon-fri 09:00-17:00",
            "instance_type": null,
            "warnings": [],
        });
        assert_eq!(answer(json!({"schedule": "office"})).unwrap(), expected);
        let local = json!({"schedule": "office", "at": "2026-06-01 10:00"});
        assert_eq!(answer(local).unwrap(), expected);
    }

    #[test]
    fn an_unreadable_override_is_a_warning_and_does_not_hold() {
        let request = json!({"schedule": "office", "override": "stopped until next tuesday"});
        let answer = answer(request).unwrap();
        assert_eq!(answer["state"], "running");
        let warning =
            "the override does not hold: `next tuesday` is not a time such as `2026-06-01T21:00`";
        assert_eq!(answer["warnings"], json!([warning]));
    }

    #[test]
    fn an_override_is_the_text_of_its_tag() {
        let request = json!({"schedule": "office", "override": "stopped until 2026-06-01T13:00"});
        let answer = answer(request).unwrap();
        assert_eq!(answer["because"], "override stopped until 2026-06-01T11:00:00Z");
        assert_eq!(answer["next"], json!({"at": "2026-06-01T11:00:00Z", "state": "running"}));
    }

    #[test]
    fn an_ignored_resource_may_do_anything() {
        let answer = answer(json!({"schedule": "ignore"})).unwrap();
        assert_eq!((&answer["state"], &answer["because"]), (&json!("any"), &json!("ignore")));
    }

    #[test]
    fn an_unknown_calendar_is_a_warning() {
        let document = json!({"periods": [{"weekdays": "mon"}], "calendars": ["holidays"]});
        let answer = answer(json!({"schedule": document})).unwrap();
        assert_eq!(answer["warnings"], json!(["unknown calendar `holidays`"]));
    }

    #[test]
    fn what_is_wrong_with_the_request_is_named() {
        refuses(
            json!({"schedule": "ofice"}),
            "schedule: unknown schedule `ofice`, did you mean `office`?",
        );
        refuses(
            json!({"schedule": "office", "at": "noon"}),
            "at: `noon` is not a time such as `2026-06-01T21:00`",
        );
        let err = format!("{:#}", answer(json!({"schedule": "office", "when": 1})).unwrap_err());
        assert!(err.starts_with("unknown field `when`"), "{err}");
    }
}
