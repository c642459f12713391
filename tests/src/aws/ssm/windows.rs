//! Maintenance windows: when they run next. Runs no task in them.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        call::{Call, Outcome, Reply, ServiceError},
        json::{self, constraint, validation},
        token,
        world::World,
    },
    State,
};

/// One maintenance window.
#[derive(Debug, Clone)]
pub struct Window {
    pub name: String,
    /// As its owner wrote it, e.g. `cron(0 2 ? * SUN *)`; shown, never read.
    pub schedule: String,
    pub timezone: Option<String>,
    pub duration_hours: i64,
    pub cutoff_hours: i64,
    pub is_enabled: bool,
    /// When it runs, in order. `NextExecutionTime` is the first that has not begun.
    pub executions: Executions,
}

/// When a window runs.
#[derive(Debug, Clone)]
pub enum Executions {
    At(Vec<Timestamp>),
    Every { first: Timestamp, interval: SignedDuration },
}

impl Executions {
    /// The next that has not begun at `now`.
    fn next(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::At(times) => times.iter().find(|&&time| time > now).copied(),
            Self::Every { first, .. } if *first > now => Some(*first),
            Self::Every { first, interval } => {
                let interval_secs = interval.as_secs().max(1);
                let n_begun = now.duration_since(*first).as_secs() / interval_secs + 1;
                first.checked_add(SignedDuration::from_secs(n_begun * interval_secs)).ok()
            }
        }
    }
}

impl State {
    /// Adds a window and returns its id.
    pub fn add_window(&mut self, window: Window) -> String {
        let id = format!("mw-{:017x}", self.windows.len() + 1);
        self.windows.insert(id.clone(), window);
        id
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Create {
    name: String,
    schedule: String,
    schedule_timezone: Option<String>,
    duration: i64,
    cutoff: i64,
    #[serde(rename = "AllowUnassociatedTargets")]
    _allow_unassociated_targets: bool,
    #[serde(rename = "ClientToken")]
    _client_token: Option<String>,
}

/// Understands `rate(..)` and `at(..)`; a cron expression is refused, not guessed.
pub(super) fn create(world: &mut World, call: &mut Call) -> Outcome {
    let input: Create = json::input(call)?;
    if !(1..=24).contains(&input.duration) {
        let bound = "have value between 1 and 24";
        return Err(constraint(&input.duration.to_string(), "duration", bound));
    }
    let Some(executions) = executions(&input.schedule, call.now) else {
        return Err(validation(format!(
            "the local AWS understands `rate(..)` and `at(..)` schedules, not `{}`",
            input.schedule
        )));
    };
    let id = world.place(&call.account, &call.region).ssm.add_window(Window {
        name: input.name,
        schedule: input.schedule,
        timezone: input.schedule_timezone,
        duration_hours: input.duration,
        cutoff_hours: input.cutoff,
        is_enabled: true,
        executions,
    });
    Ok(Reply::Json(json!({ "WindowId": id })))
}

fn executions(schedule: &str, now: Timestamp) -> Option<Executions> {
    let (kind, rest) = schedule.split_once('(')?;
    let text = rest.strip_suffix(')')?;
    match kind {
        "at" => {
            let time = text.trim_end_matches('Z');
            let time: jiff::civil::DateTime = time.parse().ok()?;
            Some(Executions::At(vec![time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp()]))
        }
        "rate" => {
            let (number, unit) = text.split_once(' ')?;
            let unit_secs = match unit.trim_end_matches('s') {
                "minute" => 60,
                "hour" => 3_600,
                "day" => 86_400,
                _ => return None,
            };
            let number: i64 = number.parse().ok().filter(|&number| number > 0)?;
            let interval = SignedDuration::from_secs(number.checked_mul(unit_secs)?);
            Some(Executions::Every { first: now.checked_add(interval).ok()?, interval })
        }
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Describe {
    #[serde(default)]
    filters: Vec<Filter>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Filter {
    key: String,
    #[serde(default)]
    values: Vec<String>,
}

impl Filter {
    fn accepts(&self, window: &Window) -> bool {
        let text = match self.key.as_str() {
            "Name" => window.name.clone(),
            _ => window.is_enabled.to_string(),
        };
        self.values.iter().any(|value| value.eq_ignore_ascii_case(&text))
    }
}

pub(super) fn describe(world: &mut World, call: &mut Call) -> Outcome {
    let input: Describe = json::input(call)?;
    if let Some(filter) =
        input.filters.iter().find(|filter| !["Name", "Enabled"].contains(&filter.key.as_str()))
    {
        return Err(validation(format!(
            "The following filter key is not valid: {}. Valid filter keys include: [Name, Enabled]",
            filter.key
        )));
    }
    let limit = input.max_results.unwrap_or(50);
    if !(10..=100).contains(&limit) {
        let bound = if limit < 10 { "greater" } else { "less" };
        let bound = format!("have value {bound} than or equal to {}", limit.clamp(10, 100));
        return Err(constraint(&limit.to_string(), "maxResults", &bound));
    }
    let after = match input.next_token.as_deref() {
        None => String::new(),
        Some(text) => token::open(text).ok_or_else(|| {
            ServiceError::client("InvalidNextToken", "The specified token isn't valid.")
        })?,
    };
    let windows = &world.place(&call.account, &call.region).ssm.windows;
    let mut matching = windows
        .iter()
        .filter(|(id, _)| id.as_str() > after.as_str())
        .filter(|(_, window)| input.filters.iter().all(|filter| filter.accepts(window)));
    let page: Vec<_> = matching.by_ref().take(limit).collect();
    let shown: Vec<_> = page.iter().map(|(id, window)| show(id, window, call.now)).collect();
    let mut reply = json!({ "WindowIdentities": shown });
    if let (Some((last, _)), true) = (page.last(), matching.next().is_some()) {
        reply["NextToken"] = json!(token::seal(last));
    }
    Ok(Reply::Json(reply))
}

fn show(id: &str, window: &Window, now: Timestamp) -> Value {
    let mut shown = json!({
        "WindowId": id,
        "Name": window.name,
        "Enabled": window.is_enabled,
        "Duration": window.duration_hours,
        "Cutoff": window.cutoff_hours,
        "Schedule": window.schedule,
    });
    if let Some(timezone) = &window.timezone {
        shown["ScheduleTimezone"] = json!(timezone);
    }
    // A disabled window and one that is over have no next execution. AWS shows the minute only.
    if let Some(next) = window.executions.next(now).filter(|_| window.is_enabled) {
        shown["NextExecutionTime"] = json!(next.strftime("%Y-%m-%dT%H:%MZ").to_string());
    }
    shown
}
