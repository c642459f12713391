//! How the week has to go: what was seen of each resource at moments that matter. Compares only.

use jiff::Timestamp;

use super::{state::State, week::Week};

/// At these instants these resources have to be in this state.
struct Moment {
    at: &'static str,
    what: &'static str,
    state: State,
    resources: &'static [&'static str],
}

const OFFICES: &[&str] = &[
    "berlin-db",
    "berlin-app",
    "berlin-lab",
    "berlin-build",
    "berlin-web",
    "newyork-erp",
    "newyork-dwh",
    "newyork-load",
    "kolkata-dev",
    "kolkata-qa",
    "night-batch",
];

const MOMENTS: &[Moment] = &[
    Moment {
        at: "2026-11-23T00:30:00Z",
        what: "the first runs stop what should not run",
        state: State::Stopped,
        resources: OFFICES,
    },
    Moment {
        at: "2026-11-23T12:00:00Z",
        what: "Berlin works",
        state: State::Running,
        resources: &["berlin-db", "berlin-app", "berlin-lab", "berlin-web"],
    },
    Moment {
        at: "2026-11-24T12:00:00Z",
        what: "a start without the key fails",
        state: State::Failing,
        resources: &["berlin-build"],
    },
    Moment {
        at: "2026-11-26T12:00:00Z",
        what: "with the key it does not",
        state: State::Running,
        resources: &["berlin-build"],
    },
    Moment {
        at: "2026-11-24T06:00:00Z",
        what: "Guru Nanak Jayanti in Kolkata",
        state: State::Stopped,
        resources: &["kolkata-dev", "kolkata-qa"],
    },
    Moment {
        at: "2026-11-25T06:00:00Z",
        what: "the day after it",
        state: State::Running,
        resources: &["kolkata-dev", "kolkata-qa"],
    },
    Moment {
        at: "2026-11-26T17:00:00Z",
        what: "Thanksgiving in New York",
        state: State::Stopped,
        resources: &["newyork-erp", "newyork-dwh", "newyork-load"],
    },
    Moment {
        at: "2026-11-27T17:00:00Z",
        what: "the day after it",
        state: State::Running,
        resources: &["newyork-erp", "newyork-dwh", "newyork-load"],
    },
    Moment {
        at: "2026-11-25T03:00:00Z",
        what: "the override holds after closing time",
        state: State::Overridden,
        resources: &["newyork-load"],
    },
    Moment {
        at: "2026-11-25T07:30:00Z",
        what: "the override has ended",
        state: State::Stopped,
        resources: &["newyork-load"],
    },
    Moment {
        at: "2026-11-28T02:00:00Z",
        what: "Friday's night shift works on Saturday morning",
        state: State::Running,
        resources: &["night-batch"],
    },
    Moment {
        at: "2026-11-29T12:00:00Z",
        what: "Sunday",
        state: State::Stopped,
        resources: &[
            "berlin-db",
            "berlin-app",
            "berlin-build",
            "berlin-web",
            "newyork-erp",
            "newyork-dwh",
            "newyork-load",
            "kolkata-dev",
            "kolkata-qa",
            "night-batch",
        ],
    },
    Moment {
        at: "2026-11-29T12:00:00Z",
        what: "what a person started stays",
        state: State::ByHand,
        resources: &["berlin-lab"],
    },
    Moment {
        at: "2026-11-29T12:00:00Z",
        what: "what nobody scheduled runs",
        state: State::Running,
        resources: &["kolkata-new", "domain-ctl", "vpn"],
    },
];

/// What has to be said on a resource itself, in letters: a tag's value cannot have all characters.
const PROBLEM: (&str, &str) = ("kolkata-new", "did you mean kolkata");

/// How many things were compared, and those that differ, one a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    pub n_compared: usize,
    pub differences: Vec<String>,
}

/// Compares the week with what it has to be.
pub(super) fn compare(week: &Week) -> Comparison {
    let mut comparison = Comparison::default();
    for Moment { at, what, state, resources } in MOMENTS {
        let seen_at = |resource| week.state(resource, at.parse::<Timestamp>().ok()?);
        for resource in *resources {
            let seen = seen_at(resource);
            comparison.check(seen == Some(*state), || {
                let seen = seen.map_or("not seen", State::name);
                let state = state.name();
                format!("{resource} is {seen}, not {state}, at {at}: {what}")
            });
        }
    }
    for day in ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"] {
        let up = ["berlin-db", "berlin-app"].map(|resource| first_up(week, resource, day));
        comparison.check(matches!(up, [Some(db), Some(app)] if db < app), || {
            format!("the application did not wait for its database on {day}: up at {up:?}")
        });
    }
    let (resource, text) = PROBLEM;
    let problem = week.problems.get(resource).cloned().unwrap_or_default();
    comparison.check(in_letters(&problem).contains(&in_letters(text)), || {
        format!("the problem of {resource} is `{problem}`, without `{text}`")
    });
    for call in &week.calls {
        if let Err(refusal) = &call.outcome {
            comparison.differences.push(format!("{} was refused: {refusal}", call.operation));
        }
    }
    comparison
}

impl Comparison {
    fn check(&mut self, holds: bool, difference: impl FnOnce() -> String) {
        self.n_compared += 1;
        if !holds {
            self.differences.push(difference());
        }
    }
}

/// When a resource is first seen running in the working hours of a day.
fn first_up(week: &Week, resource: &str, day: &str) -> Option<Timestamp> {
    let mut at: Timestamp = format!("{day}T06:00:00Z").parse().ok()?;
    let evening: Timestamp = format!("{day}T17:00:00Z").parse().ok()?;
    while at < evening {
        if week.state(resource, at)? == State::Running {
            return Some(at);
        }
        at += week.interval;
    }
    None
}

fn in_letters(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphabetic).collect()
}
