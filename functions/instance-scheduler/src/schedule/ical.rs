//! Reads the whole-day events of an iCalendar file (RFC 5545): dates, midnights, and plain yearly
//! recurrence. It never guesses: what it does not understand it names.

use std::borrow::Cow;

use anyhow::{Context as _, ensure};
use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, ToSpan as _};
use shared::error::quoted;
use shared::error::quoted_name;

use super::bounds::MAX_EVENTS;
use super::dates::{DateSpan, MonthDay};
use super::exception::NamedSpan;

pub(super) fn is_ical(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start().get(..FIRST_LINE.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(FIRST_LINE))
}

/// What a file has, and what was not used of it.
#[derive(Debug, Default)]
pub(super) struct Events {
    pub(super) spans: Vec<NamedSpan>,
    /// Entries that are none of whole days, so nothing is missing without them.
    pub(super) passed: Told,
    /// What was not understood: dates may be missing.
    pub(super) lost: Told,
}

/// The first sentences, and how many more there are: a file may have half a million bad lines.
#[derive(Debug, Default)]
pub(super) struct Told {
    texts: Vec<String>,
    n_more: usize,
}

impl Told {
    fn push(&mut self, text: String) {
        if self.texts.len() < MAX_TOLD { self.texts.push(text) } else { self.n_more += 1 }
    }

    pub(super) fn into_texts(self) -> Vec<String> {
        let Self { mut texts, n_more } = self;
        if n_more > 0 {
            texts.push(format!("and {n_more} more of these"));
        }
        texts
    }
}

const MAX_TOLD: usize = 20;

/// A calendar has events, and an event alarms.
const MAX_DEPTH: usize = 8;

pub(super) fn parse(text: &str) -> anyhow::Result<Events> {
    let mut events = Events::default();
    let mut n_events = 0;
    let mut event: Option<Event> = None;
    let mut components: Vec<String> = Vec::new();

    for line in unfold(text) {
        let Some(property) = Property::read(&line) else {
            events.lost.push(format!("line `{line}` is not understood", line = quoted(&line)));
            continue;
        };
        match (property.name.as_str(), property.value.to_ascii_uppercase()) {
            ("BEGIN", component) => {
                ensure!(components.len() < MAX_DEPTH, "`{}` is nested too deep", quoted(&line));
                if component == "VEVENT" {
                    n_events += 1;
                    ensure!(n_events <= MAX_EVENTS, "a calendar has at most {MAX_EVENTS} events");
                    event = Some(Event::default());
                }
                components.push(component);
            }
            ("END", component) => {
                ensure!(
                    components.pop() == Some(component.clone()),
                    "`{line}` ends what never began",
                    line = quoted(&line)
                );
                if let Some(event) = event.take_if(|_| component == "VEVENT") {
                    let span = read_event(&event, &mut events);
                    events.spans.extend(span);
                }
            }
            // Alarms inside an event have properties of their own.
            _ if components.last().is_some_and(|component| component == "VEVENT") => {
                event.get_or_insert_default().add(property);
            }
            _ => (),
        }
    }
    ensure!(components.is_empty(), "the file ends inside `{}`", quoted(&components.join("`, `")));
    if events.spans.is_empty() {
        events.passed.push("the file has no usable event".to_owned());
    }
    Ok(events)
}

const FIRST_LINE: &str = "BEGIN:VCALENDAR";

/// `NAME;PARAMETER=VALUE:VALUE`. Nothing here depends on a parameter: a date is told from a time by
/// its form, and a local midnight is the start of a day in any zone.
struct Property {
    name: String,
    value: String,
}

impl Property {
    fn read(line: &str) -> Option<Self> {
        // A colon inside a quoted parameter does not end the parameters.
        let mut is_quoted = false;
        let colon = line.find(|c| {
            is_quoted ^= c == '"';
            c == ':' && !is_quoted
        })?;
        let name = line[..colon].split(';').next().unwrap_or_default().to_ascii_uppercase();
        Some(Self { name, value: line[colon + 1..].trim().to_owned() })
    }
}

/// The properties of an event that mean something here, each once: an event may have any number
/// of others.
#[derive(Default)]
struct Event(Vec<Property>);

const KNOWN: [&str; 10] = [
    "STATUS",
    "SUMMARY",
    "UID",
    "DTSTART",
    "DTEND",
    "DURATION",
    "EXDATE",
    "RDATE",
    "RECURRENCE-ID",
    "RRULE",
];

impl Event {
    fn add(&mut self, property: Property) {
        if KNOWN.contains(&&*property.name) && self.value(&property.name).is_none() {
            self.0.push(property);
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|property| property.name == name).map(|it| it.value.as_str())
    }
}

/// A long line goes on in the next one, after a space or a tab.
fn unfold(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let mut lines = text.lines().filter(|line| !line.is_empty()).peekable();
    std::iter::from_fn(move || {
        let mut line = Cow::Borrowed(lines.next()?);
        while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t'])) {
            line.to_mut().push_str(&more[1..]);
        }
        Some(line)
    })
}

fn read_event(event: &Event, events: &mut Events) -> Option<NamedSpan> {
    let value = |name: &str| event.value(name);
    if value("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")) {
        return None;
    }
    let name = value("SUMMARY").map(unescape).filter(|name| !name.is_empty());
    let title = name.as_deref().or(value("UID")).or(value("DTSTART")).unwrap_or("without a name");
    let about = |problem: &str| format!("event `{title}`: {problem}", title = quoted_name(title));

    if let Some(unread) = ["EXDATE", "RDATE", "RECURRENCE-ID"].iter().find(|it| value(it).is_some())
    {
        events.lost.push(about(&format!("`{unread}` is not understood; the event is not used")));
        return None;
    }
    let (first, last) = match days(value("DTSTART"), value("DTEND"), value("DURATION")) {
        Ok(Some(days)) => days,
        Ok(None) => {
            let passed = about("it does not cover whole days; the event is not used");
            events.passed.push(passed);
            return None;
        }
        Err(err) => {
            events.lost.push(about(&format!("{err:#}; the event is not used")));
            return None;
        }
    };
    let once = DateSpan::Once { first, last };
    let span = match value("RRULE").map(|rule| yearly(rule, first, last)) {
        None => once,
        Some(Some(span)) => span,
        Some(None) => {
            let rule = quoted(value("RRULE").unwrap_or_default());
            let unread = format!("`RRULE:{rule}` is not understood; only {once} is used");
            events.lost.push(about(&unread));
            once
        }
    };
    Some(NamedSpan { span, name })
}

/// The first and the last day of an event, or nothing where it has none that is whole.
fn days(
    start: Option<&str>,
    end: Option<&str>,
    duration: Option<&str>,
) -> anyhow::Result<Option<(Date, Date)>> {
    let text = start.context("it has no `DTSTART`")?;
    let start = moment(text)?;
    let end = match (end, duration) {
        (Some(end), _) => moment(end)?,
        (None, Some(duration)) => {
            let unread = || format!("`DURATION:{}` is not understood", quoted(duration));
            let span: Span = duration.parse().ok().with_context(unread)?;
            start.checked_add(span).ok().with_context(unread)?
        }
        // A date alone is its whole day; a time alone is no more than that instant.
        (None, None) if !text.contains(['T', 't']) => start.saturating_add(1.day()),
        (None, None) => start,
    };
    let is_midnight = |moment: DateTime| moment.time() == Time::midnight();
    if !is_midnight(start) || !is_midnight(end) {
        return Ok(None);
    }
    ensure!(start < end, "it ends before it begins");
    Ok(Some((start.date(), end.date().yesterday()?)))
}

/// `20261225`, `20261225T000000` or `20261225T000000Z`, by the wall clock that it is written in.
fn moment(text: &str) -> anyhow::Result<DateTime> {
    let unread = || format!("`{text}` is not a date", text = quoted(text));
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, time.trim_end_matches(['Z', 'z'])),
        None => (text, "000000"),
    };
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_well_formed = date.len() == 8 && time.len() == 6 && is_number(date) && is_number(time);
    ensure!(is_well_formed, unread());
    DateTime::strptime("%Y%m%dT%H%M%S", format!("{date}T{time}")).ok().with_context(unread)
}

/// The same days every year, or nothing where the rule says anything else.
fn yearly(rule: &str, first: Date, last: Date) -> Option<DateSpan> {
    let start = MonthDay::from(first);
    let mut is_yearly = false;
    let mut last_year = None;
    for part in rule.split(';').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=')?;
        match key.to_ascii_uppercase().as_str() {
            "FREQ" => is_yearly = value.eq_ignore_ascii_case("YEARLY"),
            "INTERVAL" if value == "1" => (),
            "WKST" => (),
            "BYMONTH" if value.parse() == Ok(start.month) => (),
            "BYMONTHDAY" if value.parse() == Ok(start.day) => (),
            "UNTIL" => {
                let end = moment(value).ok()?.date();
                let has_come = start <= MonthDay::from(end);
                last_year = Some(end.year() - i16::from(!has_come));
            }
            // Only some years have a 29 February, and they alone are counted.
            "COUNT" if start != (MonthDay { month: 2, day: 29 }) => {
                let count = value.parse::<i16>().ok().filter(|count| *count > 0)?;
                last_year = Some(first.year().checked_add(count - 1)?);
            }
            _ => return None,
        }
    }
    let is_shorter_than_a_year = last < first.saturating_add(1.year());
    if !is_yearly || !is_shorter_than_a_year {
        return None;
    }
    let until = match last_year {
        None => None,
        Some(year) => Some(last.checked_add((year - first.year()).years()).ok()?),
    };
    Some(DateSpan::Yearly { first: start, last: last.into(), since: Some(first), until })
}

fn unescape(text: &str) -> String {
    text.replace("\\n", " ").replace("\\N", " ").replace("\\,", ",").replace("\\;", ";")
}

#[cfg(test)]
mod tests;
