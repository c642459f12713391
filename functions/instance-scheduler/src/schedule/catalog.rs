//! The named schedules and calendars of an account, and the rule which schedule a resource follows.
//! It never lets one broken document hide another: an error stays with its name.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use jiff::tz::TimeZone;
use serde_json::Value;
use shared::document::suggestion;
use shared::error::quoted;

use super::calendar::Calendar;
use super::definition::Schedule;
use super::document::Around;
use super::exception::Dates;
use super::periods::NamedPeriods;
use super::{document, inline};

/// The value that takes a resource out of scheduling.
pub(super) const IGNORE: &str = "ignore";

#[derive(Debug, Clone)]
pub struct Catalog {
    default_zone: TimeZone,
    periods: NamedPeriods,
    schedules: BTreeMap<String, Result<Schedule, String>>,
    calendars: BTreeMap<String, Result<Calendar, String>>,
    /// The documents could not be had, so that nobody knows what a name means.
    is_unread: bool,
}

/// What the value of a schedule tag means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed<'a> {
    Ignore,
    Named(&'a Schedule),
    Inline(Schedule),
}

impl Followed<'_> {
    pub fn schedule(&self) -> Option<&Schedule> {
        match self {
            Self::Ignore => None,
            Self::Named(schedule) => Some(schedule),
            Self::Inline(schedule) => Some(schedule),
        }
    }
}

/// The texts of documents by name, or why one cannot be had.
#[derive(Debug, Default)]
pub struct Texts {
    pub schedules: Vec<(String, Result<String, String>)>,
    pub periods: Vec<(String, Result<String, String>)>,
    pub calendars: Vec<(String, Result<String, String>)>,
}

/// Whether a schedule that is given in a request can only be answered with the documents of the
/// account: it may be the name of one, or it names some.
pub fn needs_documents(given: &Value) -> bool {
    match given {
        Value::String(text) if is_document(text) => {
            shared::document::parse(text).is_ok_and(|document| document::needs_others(&document))
        }
        // A word such as `mon` is an inline schedule, but may also be a name, and names win.
        Value::String(text) => may_be_name(text.trim()),
        value => document::needs_others(value),
    }
}

fn is_document(text: &str) -> bool {
    text.contains(['\n', '{'])
}

/// The characters that SSM allows in the name of a parameter.
fn may_be_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/'))
}

impl Catalog {
    /// Reads documents and calendars, given as pairs of name and text.
    pub fn new(
        default_zone: TimeZone,
        schedules: impl IntoIterator<Item = (String, String)>,
        calendars: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let had = |(name, text)| (name, Ok(text));
        let schedules = schedules.into_iter().map(had).collect();
        let calendars = calendars.into_iter().map(had).collect();
        Self::read(default_zone, Texts { schedules, calendars, ..Texts::default() })
    }

    /// The same with periods, and where some of the texts could not be had.
    pub fn read(default_zone: TimeZone, texts: Texts) -> Self {
        let Texts { schedules, periods, calendars } = texts;
        let calendar = |text: String| Calendar::parse(&text).map_err(|err| format!("{err:#}"));
        let calendars =
            calendars.into_iter().map(|(name, text)| (name, text.and_then(calendar))).collect();
        let periods = NamedPeriods::read(periods);
        let known = BTreeMap::new();
        let mut catalog =
            Self { default_zone, periods, schedules: known, calendars, is_unread: false };
        for (name, text) in schedules {
            let schedule = text.and_then(|text| {
                document::parse(&text, catalog.around()).map_err(|err| format!("{err:#}"))
            });
            let schedule = schedule.map(|schedule| catalog.with_calendars(schedule));
            catalog.schedules.insert(name, schedule);
        }
        catalog
    }

    /// The catalog of a run that cannot have its documents: inline schedules are followed all the
    /// same.
    pub fn unread(default_zone: TimeZone) -> Self {
        Self { is_unread: true, ..Self::read(default_zone, Texts::default()) }
    }

    /// Whether a value may be a name that only the documents could tell.
    pub fn is_unknowable(&self, value: &str) -> bool {
        let means_itself = |word: &str| value.trim().eq_ignore_ascii_case(word);
        let is_word = [IGNORE, "always", "never"].into_iter().any(means_itself);
        self.is_unread && !is_word && may_be_name(value.trim())
    }

    fn around(&self) -> Around<'_> {
        Around { zone: &self.default_zone, periods: &self.periods }
    }

    /// Which schedule a tag's value means. A name wins over an inline schedule.
    pub fn follow(&self, value: &str) -> anyhow::Result<Followed<'_>> {
        let value = value.trim();
        if value.eq_ignore_ascii_case(IGNORE) {
            return Ok(Followed::Ignore);
        }
        match self.schedules.get(value) {
            Some(Ok(schedule)) => return Ok(Followed::Named(schedule)),
            Some(Err(err)) => bail!("schedule `{value}` is broken: {err}", value = quoted(value)),
            None => (),
        }
        match inline::parse(value, &self.default_zone) {
            Ok(schedule) => Ok(Followed::Inline(schedule)),
            Err(err) if value.contains([' ', ':', '@']) => Err(anyhow!(
                "`{value}` is neither a schedule nor an inline one: {err:#}",
                value = quoted(value)
            )),
            Err(_) => {
                let nearest = suggestion(value, self.schedules.keys().map(String::as_str));
                Err(anyhow!("unknown schedule `{value}`{nearest}", value = quoted(value)))
            }
        }
    }

    /// A schedule given whole in a request: a document, its text, or anything that a tag may say.
    pub fn given(&self, value: &Value) -> anyhow::Result<Followed<'_>> {
        match value {
            Value::String(text) if is_document(text) => {
                let schedule = document::parse(text, self.around())?;
                Ok(Followed::Inline(self.with_calendars(schedule)))
            }
            Value::String(text) => self.follow(text),
            value => {
                let schedule = document::read(value, self.around())?;
                Ok(Followed::Inline(self.with_calendars(schedule)))
            }
        }
    }

    /// Whether there is a schedule document of this name, broken or not.
    pub fn has(&self, name: &str) -> bool {
        self.schedules.contains_key(name.trim())
    }

    /// Whether a schedule of this name goes by maintenance windows of SSM. An inline one cannot.
    pub fn asks_for_windows(&self, name: &str) -> bool {
        let schedule = self.schedules.get(name.trim()).and_then(|schedule| schedule.as_ref().ok());
        schedule.is_some_and(|schedule| !schedule.ssm_maintenance_windows.is_empty())
    }

    /// The schedules that can be followed, by name.
    pub fn schedules(&self) -> impl Iterator<Item = (&str, &Schedule)> {
        self.schedules
            .iter()
            .filter_map(|(name, schedule)| Some((name.as_str(), schedule.as_ref().ok()?)))
    }

    /// What is wrong with the documents themselves, whoever follows them.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, calendar) in &self.calendars {
            match calendar {
                Ok(calendar) => {
                    let told = calendar.lost.iter().chain(&calendar.warnings);
                    let told =
                        told.map(|text| format!("calendar `{name}`: {text}", name = quoted(name)));
                    problems.extend(told);
                }
                Err(err) => problems
                    .push(format!("calendar `{name}` is broken: {err}", name = quoted(name))),
            }
        }
        problems.extend(self.periods.problems());
        for (name, schedule) in &self.schedules {
            match schedule {
                Ok(schedule) => {
                    let problem = |text| format!("schedule `{name}`: {text}", name = quoted(name));
                    problems.extend(self.lacks(schedule).map(problem));
                }
                Err(err) => problems
                    .push(format!("schedule `{name}` is broken: {err}", name = quoted(name))),
            }
            if name.eq_ignore_ascii_case(IGNORE) {
                problems.push(format!(
                    "schedule `{name}`: the name means no schedule at all",
                    name = quoted(name)
                ));
            }
        }
        problems
    }

    /// What a schedule lacks to be whole: calendars that are missing, or not understood in full. By
    /// half of its dates a schedule would start or stop a whole fleet, so no run acts by it.
    pub fn lacks<'a>(&'a self, schedule: &'a Schedule) -> impl Iterator<Item = String> + 'a {
        schedule.calendars().filter_map(|name| {
            let quoted = quoted(name);
            match self.calendars.get(name) {
                None => {
                    let nearest = suggestion(name, self.calendars.keys().map(String::as_str));
                    Some(format!("unknown calendar `{quoted}`{nearest}"))
                }
                Some(Err(err)) => Some(format!("calendar `{quoted}` is broken: {err}")),
                Some(Ok(calendar)) => {
                    let lost = calendar.lost.first()?;
                    Some(format!("calendar `{quoted}` is not understood in full: {lost}"))
                }
            }
        })
    }

    /// Gives a schedule the dates of its calendars, as far as they are known: a question is answered
    /// by them, with a warning.
    fn with_calendars(&self, mut schedule: Schedule) -> Schedule {
        for exception in &mut schedule.exceptions {
            if let Dates::Calendar(wanted) = &mut exception.dates
                && let Some(Ok(calendar)) = self.calendars.get(&wanted.name)
            {
                wanted.spans = Some(Arc::clone(&calendar.spans));
            }
        }
        schedule
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let documents = [
            ("office", "{periods: [{weekdays: mon-fri}], calendars: [holidays, holidayz, broken]}"),
            ("sat", "periods: [{weekdays: sun}]"),
            ("typo", "periods: [{weekday: sun}]"),
        ];
        let calendars = [("holidays", "[12-25]"), ("broken", "[easter]")];
        Catalog::new(TimeZone::UTC, pairs(&documents), pairs(&calendars))
    }

    #[track_caller]
    fn check(value: &str, expected: &str) {
        let catalog = catalog();
        let said = match catalog.follow(value) {
            Ok(Followed::Ignore) => "ignore".to_owned(),
            Ok(Followed::Named(schedule)) => format!("named, {} periods", schedule.periods.len()),
            Ok(Followed::Inline(schedule)) => {
                let names: Vec<_> = schedule.periods.iter().map(|it| it.name.as_str()).collect();
                format!("inline {}", names.join(" | "))
            }
            Err(err) => format!("{err:#}"),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn a_name_wins_over_an_inline_schedule() {
        check("sat", "named, 1 periods");
        check("sun", "inline sun");
        check(" office ", "named, 1 periods");
        check("Ignore", "ignore");
        check("Always", "inline always");
        check("never", "inline ");
        check(
            "mon-fri 08:00-20:00 + sat 10:00-14:00 @Europe/Paris",
            "inline mon-fri 08:00-20:00 | sat 10:00-14:00",
        );
        check("22:00-06:00 + jun-aug 08:00-24:00", "inline 22:00-06:00 | jun-aug 08:00-24:00");
        check("mon-fri 08:00- @Etc/GMT+5", "inline mon-fri 08:00-");
    }

    #[test]
    fn what_is_neither_is_named_with_the_nearest() {
        check("ofice", "unknown schedule `ofice`, did you mean `office`?");
        check("", "unknown schedule ``");
        check(
            "typo",
            "schedule `typo` is broken: line 1, column 12: periods[0].weekday: unknown field, did you mean `weekdays`?",
        );
        check(
            "mon-fri 8-20",
            "`mon-fri 8-20` is neither a schedule nor an inline one: `8-20` is neither days such as `mon-fri` nor hours such as `08:00-20:00`",
        );
        check(
            "mon-fri 08:00-20:00 @Mars",
            "`mon-fri 08:00-20:00 @Mars` is neither a schedule nor an inline one: `Mars` is not a time zone",
        );
        check(
            "mon + @UTC",
            "`mon + @UTC` is neither a schedule nor an inline one: `+` stands between two periods",
        );
        check(
            "mon @UTC 08:00-20:00",
            "`mon @UTC 08:00-20:00` is neither a schedule nor an inline one: `@UTC`: the time zone comes once, at the end",
        );
        check(
            "mon 08:00",
            "`mon 08:00` is neither a schedule nor an inline one: `08:00` is not hours such as `08:00-20:00`",
        );
        check(
            "mon tue 08:00-20:00",
            "`mon tue 08:00-20:00` is neither a schedule nor an inline one: `tue`: days come once a period",
        );
    }

    #[test]
    fn a_broken_document_is_a_problem_of_that_name_alone() {
        assert_eq!(
            catalog().problems(),
            [
                "calendar `broken` is broken: dates[0]: `easter` is not a date such as `2026-12-25` or `12-25`",
                "schedule `office`: unknown calendar `holidayz`, did you mean `holidays`?",
                "schedule `office`: calendar `broken` is broken: dates[0]: `easter` is not a date such as `2026-12-25` or `12-25`",
                "schedule `typo` is broken: line 1, column 12: periods[0].weekday: unknown field, did you mean `weekdays`?",
            ]
        );
    }
}
