//! A calendar that schedules share: a list of dates, or an iCalendar file. It never guesses at an
//! entry: one that it does not understand is named, and no schedule runs by such a calendar.

use std::{fmt, sync::Arc};

use anyhow::ensure;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use shared::document::{self, Text, Texts};

use super::bounds::{MAX_CALENDAR_BYTES, MAX_EVENTS};
use super::exception::{NamedSpan, spans};
use super::ical::{self, Events};
use super::written::CalendarFields;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calendar {
    pub(super) spans: Arc<[NamedSpan]>,
    /// Entries that are none of whole days, so nothing is missing without them.
    pub(super) warnings: Vec<String>,
    /// What was not understood: dates may be missing.
    pub(super) lost: Vec<String>,
}

impl Calendar {
    /// Reads an iCalendar file, or dates in YAML or JSON: a list, `{dates: [..]}`, or plain text
    /// with commas or line breaks between them.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        if ical::is_ical(text) {
            let size = text.len();
            ensure!(
                size <= MAX_CALENDAR_BYTES,
                "it has {size} bytes, more than {MAX_CALENDAR_BYTES}"
            );
            let Events { spans, passed, lost } = ical::parse(text)?;
            let (warnings, lost) = (passed.into_texts(), lost.into_texts());
            return Ok(Self { spans: spans.into(), warnings, lost });
        }
        let Written(dates) = document::parse(text)?;
        let n_dates = dates.len();
        ensure!(n_dates <= MAX_EVENTS, "it has {n_dates} dates, more than {MAX_EVENTS}");
        Ok(Self { spans: spans(&dates)?, warnings: Vec::new(), lost: Vec::new() })
    }
}

/// Dates in any of the forms that people write.
struct Written(Vec<String>);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyForm;
        impl<'de> Visitor<'de> for AnyForm {
            type Value = Vec<String>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of dates or an iCalendar file")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                let is_between = |c: char| c == ',' || c.is_whitespace();
                let dates = text.split(is_between).filter(|date| !date.is_empty());
                Ok(dates.map(str::to_owned).collect())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut dates = Vec::new();
                while let Some(Text(date)) = items.next_element()? {
                    dates.push(date);
                }
                Ok(dates)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let fields = CalendarFields::deserialize(MapAccessDeserializer::new(map))?;
                let Texts(dates) = fields.dates.unwrap_or_default();
                Ok(dates)
            }
        }
        deserializer.deserialize_any(AnyForm).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn reads_dates_as_list_as_object_and_as_plain_text() {
        let texts = [
            r#"["2026-12-25", "01-01"]"#,
            "- 2026-12-25 # Christmas\n- 01-01\n",
            "dates: [2026-12-25, 01-01]",
            "2026-12-25,01-01",
            "2026-12-25\n01-01\n",
        ];
        for text in texts {
            let calendar = Calendar::parse(text).unwrap();
            let holds = |day| calendar.spans.iter().any(|entry| entry.span.contains(day));
            assert!(holds(date(2026, 12, 25)) && holds(date(2030, 1, 1)), "{text}");
            assert!(!holds(date(2026, 12, 26)), "{text}");
        }
    }

    #[test]
    fn a_date_that_is_none_breaks_the_calendar_and_is_named() {
        let err = |text| format!("{:#}", Calendar::parse(text).unwrap_err());
        let expected = "dates[1]: `easter` is not a date such as `2026-12-25` or `12-25`";
        assert_eq!(err("[2026-12-25, easter]"), expected);
        assert_eq!(err("date: []"), "line 1, column 1: date: unknown field, did you mean `dates`?");
        assert_eq!(err("12"), "a number where a list of dates or an iCalendar file is expected");
    }
}
