//! Where version 3.2.8 of AWS Instance Scheduler reads a period otherwise than it is written, or
//! refuses what means something here.

use shared::error::quoted;

use super::item::Item;
use super::lost::{Code, Lost};
use super::timing::Timing;
use crate::schedule::ClockTime;

/// What it refuses: `24:00`, and periods that run over midnight.
pub(super) fn times(item: &Item, timing: Timing) -> Vec<Lost> {
    let Timing { begin, end, .. } = timing;
    let mut lost = Vec::new();
    if end == Some(ClockTime::END_OF_DAY) {
        let message = "`24:00` was refused there; here it is the end of the day";
        lost.push(Lost::new(item.place_of("endtime"), Code::WasInvalid, message));
    }
    if let (Some(begin), Some(end)) = (begin, end)
        && begin > end
    {
        let message = format!(
            "a period from {begin} to {end} was refused there; here it ends on the next day"
        );
        lost.push(Lost::new(item.place_of("endtime"), Code::WasInvalid, message));
    }
    lost
}

/// Steps of two digits, and working days nearest to a date that some months lack.
pub(super) fn days(item: &Item, name: &str, parts: Option<&[String]>) -> Vec<Lost> {
    let parts = parts.unwrap_or_default().iter().flat_map(|part| part.split(','));
    let about = |part: &str| {
        let part = part.trim();
        if let Some((before, step)) = part.split_once('/')
            && let Ok(whole) = step.trim().parse::<u64>()
            && whole > 9
        {
            let last = whole % 10;
            let message = match last {
                0 => format!("`{}` never ends a run there", quoted(part)),
                _ => format!(
                    "`{}` is `{}/{last}` there; here the step is as written",
                    quoted(part),
                    quoted(before)
                ),
            };
            return Some(Lost::new(item.place_of(name), Code::Step, message));
        }
        let day = part.strip_suffix(['w', 'W'])?;
        let is_late = day.parse::<u8>().is_ok_and(|day| day > 28);
        let message = format!(
            "`{}` fails there in each month without a day {day}; here such a month has none",
            quoted(part)
        );
        is_late.then(|| Lost::new(item.place_of(name), Code::NearestWeekday, message))
    };
    parts.filter_map(about).collect()
}
