//! Dates on which a schedule differs from its week: closed, open, or with other periods; it never
//! asks what a period does on them.

use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use jiff::civil::Date;
use serde_json::Value;

use super::fields::Fields;
use super::period::Period;
use super::{DateSpan, document};

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

    pub(super) fn read(value: &Value, place: &str) -> anyhow::Result<Self> {
        let known = ["name", "dates", "from", "to", "calendar", "mode", "periods"];
        let fields = Fields::read(value, place, &known)?;
        let periods = document::periods(&fields)?;
        let mode = fields.text("mode")?.map(|mode| mode.to_ascii_lowercase());
        let mode = match mode.as_deref() {
            Some("closed") => Mode::Closed,
            Some("open") => Mode::Open,
            Some("periods") => Mode::Periods(periods.clone()),
            None if !periods.is_empty() => Mode::Periods(periods.clone()),
            None => bail!("{}: missing; `closed`, `open` or `periods`", fields.place("mode")),
            Some(other) => {
                bail!("{}: `{other}` is not `closed`, `open` or `periods`", fields.place("mode"))
            }
        };
        let has_periods = matches!(mode, Mode::Periods(_));
        let place = fields.place("periods");
        ensure!(!has_periods || !periods.is_empty(), "{place}: missing with mode `periods`");
        ensure!(has_periods || periods.is_empty(), "{place}: only with mode `periods`");
        Ok(Self { name: fields.text("name")?, dates: Dates::read(&fields)?, mode })
    }
}

impl Dates {
    fn read(fields: &Fields<'_>) -> anyhow::Result<Self> {
        let given: Vec<_> =
            ["dates", "from", "calendar"].into_iter().filter(|name| fields.has(name)).collect();
        let [given] = given.as_slice() else {
            bail!("{}: give one of `dates`, `from` with `to`, `calendar`", fields.place("dates"));
        };
        ensure!(
            fields.has("to") == (*given == "from"),
            "{}: `from` and `to` go together",
            fields.place("to")
        );
        if *given == "calendar" {
            let name = fields.text("calendar")?.unwrap_or_default();
            return Ok(Self::Calendar(CalendarRef { name, spans: None }));
        }
        if *given == "from" {
            let (from, to) = (fields.text("from")?, fields.text("to")?);
            let span = DateSpan::between(&from.unwrap_or_default(), &to.unwrap_or_default());
            let span = span.map_err(|err| fields.wrong("from", &err))?;
            return Ok(Self::Listed(vec![span.into()]));
        }
        let dates = fields.texts("dates")?;
        ensure!(!dates.is_empty(), "{}: empty", fields.place("dates"));
        let span = |(index, date): (usize, &String)| {
            let span: anyhow::Result<DateSpan> = date.parse();
            span.map(NamedSpan::from).with_context(|| format!("{}[{index}]", fields.place("dates")))
        };
        Ok(Self::Listed(dates.iter().enumerate().map(span).collect::<anyhow::Result<_>>()?))
    }
}
