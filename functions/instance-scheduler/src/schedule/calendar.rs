//! A calendar that schedules share: a list of dates, or an iCalendar file. It never guesses at an
//! entry: one that it does not understand becomes a warning that names it.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use serde_json::Value;

use super::exception::NamedSpan;
use super::fields::Fields;
use super::{DateSpan, ical};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    pub spans: Arc<[NamedSpan]>,
    /// Entries of the file that it goes without.
    pub warnings: Vec<String>,
}

impl Calendar {
    /// Reads an iCalendar file, or dates in YAML or JSON: a list, `{dates: [..]}`, or plain text
    /// with commas or line breaks between them.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        if ical::is_ical(text) {
            return ical::parse(text);
        }
        let value: Value =
            serde_saphyr::from_str(text).map_err(|err| anyhow!(super::document::one_line(&err)))?;
        let dates = match &value {
            Value::Object(_) => Fields::read(&value, "", &["dates"])?.texts("dates")?,
            Value::Array(_) => {
                let value = Value::from_iter([("dates", value)]);
                Fields::read(&value, "", &["dates"])?.texts("dates")?
            }
            Value::String(text) => {
                let is_between = |c: char| c == ',' || c.is_whitespace();
                text.split(is_between).filter(|date| !date.is_empty()).map(str::to_owned).collect()
            }
            _ => return Err(anyhow!("neither a list of dates nor an iCalendar file")),
        };
        let span = |(index, date): (usize, &String)| {
            let span: anyhow::Result<DateSpan> = date.parse();
            span.map(NamedSpan::from).with_context(|| format!("dates[{index}]"))
        };
        let spans = dates.iter().enumerate().map(span).collect::<anyhow::Result<_>>()?;
        Ok(Self { spans, warnings: Vec::new() })
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
        assert_eq!(err("date: []"), "date: unknown field, did you mean `dates`?");
        assert_eq!(err("12"), "neither a list of dates nor an iCalendar file");
    }
}
