//! Writes documents in YAML. A text that a parser could take for something else is quoted.

use std::fmt::Write as _;

use super::period::Period;
use super::schedule::Schedule;

/// A period of a schedule document.
pub(super) enum Written<'a> {
    Here { name: &'a str, instance_type: Option<&'a str>, period: &'a Period },
    Named(String),
}

pub(super) fn schedule(schedule: &Schedule, periods: &[Written<'_>]) -> String {
    let Schedule { description, timezone, override_status, flags, windows, .. } = schedule;
    let mut text = String::new();
    field(&mut text, "", "description", description.as_deref());
    field(&mut text, "", "timezone", timezone.as_deref());
    field(&mut text, "", "override_status", override_status.as_deref());
    for (name, flag) in flags {
        line(&mut text, "", name, &flag.to_string());
    }
    if !windows.is_empty() {
        let windows: Vec<String> = windows.iter().map(|window| scalar(window)).collect();
        line(&mut text, "", "ssm_maintenance_window", &format!("[{}]", windows.join(", ")));
    }
    if !periods.is_empty() {
        text.push_str("periods:\n");
    }
    for written in periods {
        match written {
            Written::Named(name) => line(&mut text, "", "  -", &scalar(name)),
            Written::Here { name, instance_type, period } => {
                line(&mut text, "  - ", "name", &scalar(name));
                text.push_str(&fields(period, "    ", *instance_type));
            }
        }
    }
    text
}

/// A document of its own.
pub(super) fn period(period: &Period) -> String {
    fields(period, "", period.instance_type.as_deref())
}

fn fields(period: &Period, indent: &str, instance_type: Option<&str>) -> String {
    let Period { description, begin, end, weekdays, monthdays, months, .. } = period;
    let mut text = String::new();
    field(&mut text, indent, "description", description.as_deref());
    field(&mut text, indent, "begintime", begin.as_deref());
    field(&mut text, indent, "endtime", end.as_deref());
    for (name, parts) in [("weekdays", weekdays), ("monthdays", monthdays), ("months", months)] {
        let parts = (!parts.is_empty()).then(|| parts.join(","));
        field(&mut text, indent, name, parts.as_deref());
    }
    field(&mut text, indent, "instance_type", instance_type);
    text
}

fn field(text: &mut String, indent: &str, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        line(text, indent, name, &scalar(value));
    }
}

fn line(text: &mut String, indent: &str, name: &str, value: &str) {
    let colon = if name.ends_with('-') { "" } else { ":" };
    let _ = writeln!(text, "{indent}{name}{colon} {value}");
}

/// Words that mean something else than themselves to some parser.
const WORDS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan"];

fn scalar(text: &str) -> String {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '-' | '+' | '@');
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    if begins && !is_word && text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    let mut last = ' ';
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // SSM refuses a value that has `{{` in it.
            '{' if last == '{' => quoted.push_str("\\u007b"),
            c if c.is_control() || is_break(c) => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
        last = c;
    }
    quoted.push('"');
    quoted
}

/// What some parser reads as the end of a line, or not at all.
fn is_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_as_itself() {
        for text in [
            "office",
            "08:00",
            "1",
            "yes",
            "null",
            "- a",
            "a: b #c",
            "é\n\t\"\\",
            "{{ssm:x}}",
            "*",
            "?",
            "",
            " a",
            "\u{85}\u{feff}\u{1f600}",
            "0x1F",
            "~",
        ] {
            let written = format!("name: {}\n", scalar(text));
            assert!(!written.contains("{{"), "{written}");
            let read: std::collections::BTreeMap<String, String> =
                shared::document::parse(&written).unwrap();
            assert_eq!(read["name"], text, "{written}");
        }
        assert_eq!(scalar("US/Pacific"), "US/Pacific");
    }
}
