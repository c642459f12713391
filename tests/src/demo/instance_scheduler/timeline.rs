//! A week as one line per resource, a character for two hours. Pure; knows no resource by name.

use super::state::State;
use crate::demo::paint::{Colour, Paint};

/// Two hours, each drawn as half a character where one of them is empty.
const CHARACTERS_PER_DAY: usize = 12;
const HALVES: usize = 2;

/// Above the lines: the days, and the hours under them.
pub(super) fn header(days: &[String]) -> [String; 2] {
    let day = |day: &String| format!("{day:<CHARACTERS_PER_DAY$}");
    let hours = "0  6  12 18 ".repeat(days.len());
    [days.iter().map(day).collect(), hours.trim_end().to_owned()]
}

/// The line of one resource. `states` are in order and cover whole days.
pub(super) fn line(states: &[State], n_days: usize, paint: Paint) -> String {
    let n_hours = n_days * CHARACTERS_PER_DAY * HALVES;
    let hours: Vec<State> = (0..n_hours)
        .map(|hour| {
            let from = hour * states.len() / n_hours;
            let until = (hour + 1) * states.len() / n_hours;
            sum(&states[from..until.max(from + 1)])
        })
        .collect();
    let mut line = String::new();
    let mut run: Option<(Colour, String)> = None;
    for (place, pair) in hours.chunks(HALVES).enumerate() {
        let (character, colour) = draw(pair[0], pair[1], place % CHARACTERS_PER_DAY == 0);
        match &mut run {
            Some((same, text)) if *same == colour => text.push(character),
            _ => {
                line.extend(run.take().map(|(colour, text)| paint.paint(colour, text)));
                run = Some((colour, character.to_string()));
            }
        }
    }
    line.extend(run.map(|(colour, text)| paint.paint(colour, text)));
    line
}

/// What the characters mean.
pub(super) fn legend(paint: Paint) -> String {
    let states = [State::Running, State::Overridden, State::ByHand, State::Failing, State::Stopped];
    let entries = states.map(|state| {
        let (character, colour) = draw(state, state, false);
        format!("{} {}", paint.paint(colour, character), state.name())
    });
    entries.join("   ")
}

/// One state for an hour: what is worth seeing before what lasted longest.
fn sum(states: &[State]) -> State {
    let worth_seeing = [State::Failing, State::ByHand, State::Overridden];
    if let Some(state) = worth_seeing.into_iter().find(|state| states.contains(state)) {
        return state;
    }
    let n_up = states.iter().filter(|state| **state != State::Stopped).count();
    if n_up * 2 > states.len() { State::Running } else { State::Stopped }
}

fn draw(first: State, second: State, is_midnight: bool) -> (char, Colour) {
    match (first, second) {
        // Faint lines between the days, where nothing else is.
        (State::Stopped, State::Stopped) if is_midnight => ('┊', Colour::Dim),
        (State::Stopped, State::Stopped) => ('·', Colour::Dim),
        (State::Failing, _) | (_, State::Failing) => ('×', Colour::Red),
        (State::ByHand, _) | (_, State::ByHand) => ('▒', Colour::Magenta),
        (State::Overridden, _) | (_, State::Overridden) => ('▓', Colour::Yellow),
        (State::Stopped, _) => ('▐', Colour::Green),
        (_, State::Stopped) => ('▌', Colour::Green),
        (_, _) => ('█', Colour::Green),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A day of `(hours, state)`, looked at every half hour.
    #[track_caller]
    fn check(day: &[(usize, State)], expected: &str) {
        let states: Vec<State> =
            day.iter().flat_map(|&(hours, state)| vec![state; hours * 2]).collect();
        assert_eq!(states.len(), 48);
        assert_eq!(line(&states, 1, Paint::off()), expected);
    }

    #[test]
    fn office_hours_are_a_bar() {
        check(&[(8, State::Stopped), (10, State::Running), (6, State::Stopped)], "┊···█████···");
    }

    #[test]
    fn an_odd_hour_is_half_a_character() {
        check(&[(7, State::Stopped), (10, State::Running), (7, State::Stopped)], "┊··▐████▌···");
    }

    #[test]
    fn what_is_unusual_shows_through() {
        check(
            &[
                (6, State::Running),
                (1, State::Failing),
                (5, State::Running),
                (6, State::ByHand),
                (4, State::Overridden),
                (2, State::Starting),
            ],
            "███×██▒▒▒▓▓█",
        );
    }

    #[test]
    fn a_short_start_does_not_fill_its_hour() {
        let states = [State::Stopped; 46].into_iter().chain([State::Stopped, State::Starting]);
        assert_eq!(line(&states.collect::<Vec<_>>(), 1, Paint::off()), "┊···········");
    }

    #[test]
    fn colours_change_where_states_do() {
        let states = [vec![State::Stopped; 24], vec![State::Running; 24]].concat();
        let on = Paint::choose(Some("always"), false, false).unwrap();
        assert_eq!(line(&states, 1, on), "\u{1b}[2m┊·····\u{1b}[0m\u{1b}[32m██████\u{1b}[0m");
    }

    #[test]
    fn the_header_stands_above_the_days() {
        let [days, hours] = header(&["Mon 23".to_owned(), "Tue 24".to_owned()]);
        assert_eq!(days, "Mon 23      Tue 24      ");
        assert_eq!(hours, "0  6  12 18 0  6  12 18");
    }

    #[test]
    fn the_legend_names_every_character() {
        assert_eq!(
            legend(Paint::off()),
            "█ running   ▓ running by override   ▒ running by hand   × failing to start   · stopped"
        );
    }
}
