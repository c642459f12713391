//! When a secret rotates by itself: every so many days, or by a `rate(..)`. A cron expression is
//! refused, not guessed.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::error::invalid_parameter;
use crate::aws::{call::ServiceError, json::constraint};

const LEAST_HOURS: i64 = 4;
const HOURS_A_DAY: i64 = 24;

/// The rotation rules of a secret, as they were given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Rules {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatically_after_days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_expression: Option<String>,
}

impl Rules {
    /// The time from one rotation to the next, if there is a schedule.
    pub(super) fn interval(&self) -> Result<Option<SignedDuration>, ServiceError> {
        if let Some(duration) = &self.duration {
            check_window(duration)?;
        }
        match (self.automatically_after_days, &self.schedule_expression) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => Err(invalid_parameter(
                "You can't specify both AutomaticallyAfterDays and ScheduleExpression.",
            )),
            (Some(days @ 1..=1_000), None) => {
                Ok(Some(SignedDuration::from_hours(days * HOURS_A_DAY)))
            }
            (Some(days), None) => {
                let bound = if days < 1 {
                    "greater than or equal to 1"
                } else {
                    "less than or equal to 1000"
                };
                Err(constraint(
                    &days.to_string(),
                    "rotationRules.automaticallyAfterDays",
                    &format!("have value {bound}"),
                ))
            }
            (None, Some(expression)) => rate(expression).map(Some),
        }
    }
}

fn rate(expression: &str) -> Result<SignedDuration, ServiceError> {
    if expression.starts_with("cron(") {
        return Err(invalid_parameter(format!(
            "the local AWS understands `rate(..)` schedules, not `{expression}`"
        )));
    }
    let inner = expression.strip_prefix("rate(").and_then(|rest| rest.strip_suffix(')'));
    let hours = inner.and_then(|inner| inner.split_once(' ')).and_then(|(number, unit)| {
        let number: i64 = number.parse().ok().filter(|number| (1..10_000).contains(number))?;
        match unit {
            "hour" | "hours" => Some(number),
            "day" | "days" => Some(number * HOURS_A_DAY),
            _ => None,
        }
    });
    match hours {
        Some(hours) if hours >= LEAST_HOURS => Ok(SignedDuration::from_hours(hours)),
        Some(_) => Err(invalid_parameter("The rotation schedule must be at least 4 hours apart.")),
        None => Err(invalid_parameter(format!("Invalid schedule expression: {expression}"))),
    }
}

/// The length of the window in which AWS rotates, e.g. `3h`. Here it rotates when the window opens.
fn check_window(duration: &str) -> Result<(), ServiceError> {
    let hours = duration.strip_suffix('h').and_then(|hours| hours.parse::<u8>().ok());
    if (2..=3).contains(&duration.len()) && hours.is_some_and(|hours| (1..=24).contains(&hours)) {
        return Ok(());
    }
    let bound = "satisfy regular expression pattern: [0-9]+h";
    Err(constraint(duration, "rotationRules.duration", bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(days: Option<i64>, expression: Option<&str>, expected: Result<Option<i64>, &str>) {
        let rules = Rules {
            automatically_after_days: days,
            duration: Some("3h".to_owned()),
            schedule_expression: expression.map(ToOwned::to_owned),
        };
        let hours = rules.interval().map(|interval| interval.map(|interval| interval.as_hours()));
        assert_eq!(hours.map_err(|error| error.code.into_owned()), expected.map_err(str::to_owned));
    }

    #[test]
    fn a_schedule_is_a_number_of_days_or_a_rate() {
        check(None, None, Ok(None));
        check(Some(30), None, Ok(Some(720)));
        check(None, Some("rate(4 hours)"), Ok(Some(4)));
        check(None, Some("rate(1 day)"), Ok(Some(24)));
    }

    #[test]
    fn a_schedule_that_aws_refuses() {
        check(Some(0), None, Err("ValidationException"));
        check(Some(1_001), None, Err("ValidationException"));
        check(Some(1), Some("rate(1 day)"), Err("InvalidParameterException"));
        for expression in
            ["rate(3 hours)", "rate(5 minutes)", "rate(x days)", "at(1)", "cron(0 1 * * ? *)"]
        {
            check(None, Some(expression), Err("InvalidParameterException"));
        }
    }

    #[test]
    fn a_window_is_a_number_of_hours() {
        assert_eq!(check_window("24h"), Ok(()));
        for wrong in ["3", "h", "0h", "25h", "100h", "3m"] {
            assert!(check_window(wrong).is_err(), "{wrong}");
        }
    }
}
