//! Dates on which a schedule differs from its week: closed, open, or with other periods; it never
//! asks what a period does on them.

use std::sync::Arc;

use jiff::civil::Date;
use shared::document::{Parsed, Refused, Text, Texts};
use shared::error::quoted;

use super::dates::DateSpan;
use super::period::Period;
use super::periods::{self, NamedPeriods};
use super::values::Name;
use super::written::ExceptionFields;

/// A rule for occurrences that begin on some dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    pub name: Option<String>,
    pub dates: Dates,
    pub mode: Mode,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Nothing begins on these dates.
    Closed,
    /// Running from midnight to midnight.
    Open,
    /// These periods begin instead.
    Periods(Vec<Period>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dates {
    Listed(Vec<NamedSpan>),
    Calendar(CalendarRef),
}

/// A shared calendar, and its dates once somebody has found them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRef {
    pub name: String,
    pub spans: Option<Arc<[NamedSpan]>>,
}

/// Dates with the name of what happens on them, as `Christmas Day`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSpan {
    pub span: DateSpan,
    pub name: Option<String>,
}

impl From<DateSpan> for NamedSpan {
    fn from(span: DateSpan) -> Self {
        Self { span, name: None }
    }
}

impl Exception {
    pub fn closed_by(calendar: &str) -> Self {
        let calendar = CalendarRef { name: calendar.to_owned(), spans: None };
        Self { name: None, dates: Dates::Calendar(calendar), mode: Mode::Closed }
    }

    /// The entry that holds `date`, if any does.
    pub fn entry(&self, date: Date) -> Option<&NamedSpan> {
        self.spans().iter().find(|entry| entry.span.contains(date))
    }

    /// Its own name, else that of its calendar.
    pub fn title(&self) -> Option<&str> {
        let calendar = match &self.dates {
            Dates::Listed(_) => None,
            Dates::Calendar(calendar) => Some(calendar.name.as_str()),
        };
        self.name.as_deref().or(calendar)
    }

    /// What to call it on a date: its own name, else that of the entry, else the calendar's.
    pub fn label<'a>(&'a self, entry: &'a NamedSpan) -> Option<&'a str> {
        self.name.as_deref().or(entry.name.as_deref()).or(self.title())
    }

    /// The dates known; none of a calendar that was not found.
    pub fn spans(&self) -> &[NamedSpan] {
        match &self.dates {
            Dates::Listed(spans) => spans,
            Dates::Calendar(calendar) => calendar.spans.as_deref().unwrap_or_default(),
        }
    }

    pub fn periods(&self) -> &[Period] {
        match &self.mode {
            Mode::Periods(periods) => periods,
            Mode::Closed | Mode::Open => &[],
        }
    }

    /// `place` is that of the exception, for errors.
    pub(super) fn read(
        fields: ExceptionFields,
        place: &str,
        named: &NamedPeriods,
    ) -> Result<Self, Refused> {
        let refused =
            |field: &str, what: String| Err(Refused::at(format!("{place}.{field}"), what));
        let ExceptionFields { name, dates, from, to, calendar, mode, periods } = fields;
        let periods = periods::periods(periods, &format!("{place}.periods"), named)?;
        let mode = mode.map(|Text(mode)| mode.to_ascii_lowercase());
        let mode = match (mode.as_deref(), periods.is_empty()) {
            (Some("closed"), true) => Mode::Closed,
            (Some("open"), true) => Mode::Open,
            (Some("closed" | "open"), false) => {
                return refused("periods", "only with mode `periods`".to_owned());
            }
            (Some("periods") | None, false) => Mode::Periods(periods),
            (Some("periods"), true) => {
                return refused("periods", "missing with mode `periods`".to_owned());
            }
            (None, true) => {
                return refused("mode", "missing; `closed`, `open` or `periods`".to_owned());
            }
            (Some(other), _) => {
                let other = quoted(other);
                return refused("mode", format!("`{other}` is not `closed`, `open` or `periods`"));
            }
        };
        let dates = match (dates, from, to, calendar) {
            (Some(Texts(dates)), None, None, None) => Dates::listed(&dates),
            (None, Some(Text(from)), Some(Text(to)), None) => Dates::between(&from, &to),
            (None, None, None, Some(Parsed(Name(name)))) => {
                Ok(Dates::Calendar(CalendarRef { name, spans: None }))
            }
            (None, Some(_), None, None) | (None, None, Some(_), None) => {
                Err(Refused::at("to", "`from` and `to` go together"))
            }
            _ => Err(Refused::at("dates", "give one of `dates`, `from` with `to`, `calendar`")),
        };
        let dates = dates.map_err(|refused| refused.within(place))?;
        Ok(Self { name: name.map(|Parsed(Name(name))| name), dates, mode })
    }
}

impl Dates {
    fn listed(dates: &[String]) -> Result<Self, Refused> {
        if dates.is_empty() {
            return Err(Refused::at("dates", "empty"));
        }
        spans(dates).map(Self::Listed)
    }

    fn between(from: &str, to: &str) -> Result<Self, Refused> {
        let span = DateSpan::between(from, to);
        let span = span.map_err(|err| Refused::at("from", format!("{err:#}")))?;
        Ok(Self::Listed(vec![span.into()]))
    }
}

/// Reads dates and spans of them; an error names its place in `dates`.
pub(super) fn spans<C: FromIterator<NamedSpan>>(dates: &[String]) -> Result<C, Refused> {
    let span = |(index, date): (usize, &String)| {
        let span: anyhow::Result<DateSpan> = date.parse();
        let refused = |err| Refused::at(format!("dates[{index}]"), format!("{err:#}"));
        span.map(NamedSpan::from).map_err(refused)
    };
    dates.iter().enumerate().map(span).collect()
}
