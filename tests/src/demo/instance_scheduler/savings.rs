//! The hours that were saved, per schedule and in all, against running around the clock as before.
//! Pure. Counts hours, not money: what an hour costs is the reader's.

use std::collections::BTreeMap;

use super::state::State;
use crate::demo::paint::{Colour, Paint};

/// Hours of one schedule, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Hours {
    pub n_resources: usize,
    pub whole: f64,
    /// Stopped, and not because a start failed.
    pub saved: f64,
}

impl Hours {
    fn percent(self) -> f64 {
        if self.whole > 0.0 { 100.0 * self.saved / self.whole } else { 0.0 }
    }
}

/// The hours per schedule. `weight` is how many machines stand behind a resource.
pub(super) fn hours<'a>(
    resources: impl IntoIterator<Item = (&'a str, u32, &'a [State])>,
    tick_hours: f64,
) -> BTreeMap<&'a str, Hours> {
    let mut schedules: BTreeMap<&str, Hours> = BTreeMap::new();
    for (schedule, weight, states) in resources {
        let hours = schedules.entry(schedule).or_default();
        let n_saved = states.iter().filter(|state| **state == State::Stopped).count();
        let of = |n_ticks| count(n_ticks) * tick_hours * f64::from(weight);
        hours.n_resources += 1;
        hours.whole += of(states.len());
        hours.saved += of(n_saved);
    }
    schedules
}

/// One line per schedule, and one for all of them.
pub(super) fn lines(schedules: &BTreeMap<&str, Hours>, paint: Paint) -> Vec<String> {
    let mut all = Hours::default();
    let width = schedules.keys().map(|name| name.len()).max().unwrap_or_default();
    let mut lines = Vec::new();
    for (name, hours) in schedules {
        lines.push(format!("{name:<width$}  {}", line(*hours, Colour::Green, paint)));
        all.n_resources += hours.n_resources;
        all.whole += hours.whole;
        all.saved += hours.saved;
    }
    let all = format!("{:<width$}  {}", "all", line(all, Colour::Bold, paint));
    lines.push(all);
    lines
}

/// So many characters are a hundred per cent.
const BAR: u8 = 25;

fn line(hours: Hours, colour: Colour, paint: Paint) -> String {
    let percent = hours.percent();
    let length = percent / 100.0 * f64::from(BAR);
    let (full, rest): (Vec<u8>, Vec<u8>) =
        (0..BAR).partition(|&place| f64::from(place) + 0.5 <= length);
    let full = paint.paint(colour, "█".repeat(full.len()));
    let rest = paint.paint(Colour::Dim, "·".repeat(rest.len()));
    let percent = paint.paint(colour, format_args!("{percent:>3.0} %"));
    let (saved, whole) = (hours.saved, hours.whole);
    format!("{full}{rest} {percent}  {saved:>6.0} of {whole:>5.0} hours")
}

#[expect(clippy::cast_precision_loss, reason = "a week has few ticks")]
fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_is_not_saving() {
        let office = [State::Stopped, State::Running, State::Running, State::Stopped];
        let failing = [State::Stopped, State::Failing, State::Failing, State::ByHand];
        let resources = [("berlin", 1, &office[..]), ("berlin", 1, &failing), ("web", 3, &office)];
        let hours = hours(resources, 6.0);
        assert_eq!(hours["berlin"], Hours { n_resources: 2, whole: 48.0, saved: 18.0 });
        assert_eq!(hours["web"], Hours { n_resources: 1, whole: 72.0, saved: 36.0 });
    }

    #[test]
    fn every_schedule_has_a_line_and_all_have_one() {
        let half = Hours { n_resources: 1, whole: 168.0, saved: 84.0 };
        let none = Hours { n_resources: 2, whole: 336.0, saved: 0.0 };
        let lines = lines(&BTreeMap::from([("berlin", half), ("none", none)]), Paint::off());
        assert_eq!(
            lines,
            [
                "berlin  █████████████············  50 %      84 of   168 hours",
                "none    ·························   0 %       0 of   336 hours",
                "all     ████·····················  17 %      84 of   504 hours",
            ]
        );
    }
}
