//! A schedule in a tag's value: `mon-fri 08:00-20:00 + sat 10:00-14:00 @Europe/Paris`, `always`,
//! `never`; it never needs a character that some service's tags forbid.

use std::str::FromStr as _;

use anyhow::{Context as _, bail, ensure};
use jiff::tz::TimeZone;
use shared::error::quoted;

use super::bounds::MAX_INLINE_PERIODS;
use super::definition::Schedule;
use super::period::{ClockTime, Period};
use super::recurrence::{Months, Recurrence, Weekdays};
use super::values::Zone;

pub(super) fn parse(text: &str, default_zone: &TimeZone) -> anyhow::Result<Schedule> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let named = words.last().and_then(|word| word.strip_prefix('@'));
    let timezone = match named {
        Some(name) => {
            words.pop();
            let Zone(zone) = name.parse()?;
            zone
        }
        None => default_zone.clone(),
    };
    let periods = match words.as_slice() {
        [] => bail!("`{text}` has no period", text = quoted(text)),
        [word] if word.eq_ignore_ascii_case("always") => vec![Period::all_day("always")],
        [word] if word.eq_ignore_ascii_case("never") => Vec::new(),
        words => {
            let n_periods = words.split(|word| *word == "+").count();
            ensure!(
                n_periods <= MAX_INLINE_PERIODS,
                "an inline schedule has at most {MAX_INLINE_PERIODS} periods; this has {n_periods}"
            );
            words.split(|word| *word == "+").map(period).collect::<anyhow::Result<_>>()?
        }
    };
    Ok(Schedule::of(periods, timezone))
}

/// Days, hours, or both. The period is called what it says.
fn period(words: &[&str]) -> anyhow::Result<Period> {
    ensure!(!words.is_empty(), "`+` stands between two periods");
    let mut period = Period::all_day(&words.join(" "));
    for word in words {
        ensure!(
            !word.starts_with('@'),
            "`{word}`: the time zone comes once, at the end",
            word = quoted(word)
        );
        if word.contains(':') {
            ensure!(
                period.begin.or(period.end).is_none(),
                "`{word}`: one pair of hours a period",
                word = quoted(word)
            );
            (period.begin, period.end) = hours(word)?;
        } else {
            days(word, &mut period.days)?;
        }
    }
    Ok(period)
}

/// `08:00-20:00`, or one of the two with the dash: `08:00-`, `-20:00`.
fn hours(word: &str) -> anyhow::Result<(Option<ClockTime>, Option<ClockTime>)> {
    let (begin, end) = word.split_once('-').with_context(|| {
        format!("`{word}` is not hours such as `08:00-20:00`", word = quoted(word))
    })?;
    let time = |text: &str| (!text.is_empty()).then(|| text.parse::<ClockTime>()).transpose();
    let (begin, end) = (time(begin)?, time(end)?);
    ensure!(
        begin != Some(ClockTime::END_OF_DAY),
        "`{word}`: `24:00` can only end a period",
        word = quoted(word)
    );
    Ok((begin, end))
}

/// Weekdays or months by name. A bare number could be a weekday or a day of the month.
fn days(word: &str, days: &mut Recurrence) -> anyhow::Result<()> {
    let by_name = word.starts_with(|c: char| c.is_ascii_alphabetic());
    ensure!(
        by_name,
        "`{word}` is neither days such as `mon-fri` nor hours such as `08:00-20:00`",
        word = quoted(word)
    );
    match (Weekdays::from_str(word), Months::from_str(word)) {
        (Ok(weekdays), _) if days.weekdays.is_none() => days.weekdays = Some(weekdays),
        (Err(_), Ok(months)) if days.months.is_none() => days.months = Some(months),
        (Err(err), Err(_)) => return Err(err),
        _ => bail!("`{word}`: days come once a period", word = quoted(word)),
    }
    Ok(())
}
