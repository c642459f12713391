//! Ordered groups: the lower order starts first and stops last, and the next waits until the former
//! is up. Pure.

use shared::error::quoted;
use std::{collections::BTreeMap, fmt, rc::Rc};

use jiff::SignedDuration;

use crate::{resource::Power, schedule::State};

/// How long a member waits for others after an edge. Whoever is not where it should be by then may
/// never be, and must not keep the rest of an application down.
pub(super) const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(30);

/// Where a resource stands in its group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub group: Rc<str>,
    pub order: i32,
}

impl Rank {
    /// Reads the tag `caretaker:group`: `<name> <order>`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let rank = text.rsplit_once(' ').and_then(|(group, order)| {
            let group = group.trim();
            (!group.is_empty()).then_some(Self { group: group.into(), order: order.parse().ok()? })
        });
        rank.ok_or_else(|| format!("`{text}` is not `<group name> <order>`", text = quoted(text)))
    }
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "group {} order {}", quoted(&self.group), self.order)
    }
}

/// The members that are on their way, by group: the lowest order still starting and the highest
/// still stopping.
#[derive(Debug, Default)]
pub(super) struct Progress(BTreeMap<Rc<str>, Under>);

#[derive(Debug, Default)]
struct Under {
    starting: Option<(i32, Box<str>)>,
    stopping: Option<(i32, Box<str>)>,
}

impl Progress {
    /// Notes a member that a run is bringing to `wanted`, or that is on its way there.
    pub(super) fn note(&mut self, rank: &Rank, id: &str, wanted: State, power: &Power) {
        let under = self.0.entry(Rc::clone(&rank.group)).or_default();
        match wanted {
            State::Running if *power != Power::Running => {
                if under.starting.as_ref().is_none_or(|(order, _)| rank.order < *order) {
                    under.starting = Some((rank.order, id.into()));
                }
            }
            State::Stopped if *power != Power::Stopped => {
                if under.stopping.as_ref().is_none_or(|(order, _)| rank.order > *order) {
                    under.stopping = Some((rank.order, id.into()));
                }
            }
            State::Running | State::Stopped | State::Any => (),
        }
    }

    /// Whom a member has to wait for before it goes to `wanted`.
    pub(super) fn waits_for(&self, rank: &Rank, wanted: State) -> Option<&str> {
        let under = self.0.get(&rank.group)?;
        match wanted {
            State::Running => under.starting.as_ref().filter(|(order, _)| *order < rank.order),
            State::Stopped => under.stopping.as_ref().filter(|(order, _)| *order > rank.order),
            State::Any => None,
        }
        .map(|(_, id)| id.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(text: &str) -> Rank {
        Rank::parse(text).unwrap()
    }

    #[test]
    fn the_name_may_have_spaces_and_the_order_comes_last() {
        assert_eq!(rank("web shop 2"), Rank { group: "web shop".into(), order: 2 });
        assert_eq!(Rank::parse("shop").unwrap_err(), "`shop` is not `<group name> <order>`");
        assert_eq!(
            Rank::parse("shop first").unwrap_err(),
            "`shop first` is not `<group name> <order>`"
        );
    }

    #[test]
    fn the_application_waits_for_its_database_to_be_up() {
        let mut progress = Progress::default();
        progress.note(&rank("shop 1"), "db", State::Running, &Power::Starting);
        assert_eq!(progress.waits_for(&rank("shop 2"), State::Running), Some("db"));
        assert_eq!(progress.waits_for(&rank("shop 1"), State::Running), None);
        assert_eq!(progress.waits_for(&rank("blog 2"), State::Running), None);

        let mut progress = Progress::default();
        progress.note(&rank("shop 1"), "db", State::Running, &Power::Running);
        assert_eq!(progress.waits_for(&rank("shop 2"), State::Running), None);
    }

    #[test]
    fn the_database_waits_for_its_application_to_be_down() {
        let mut progress = Progress::default();
        progress.note(&rank("shop 2"), "app", State::Stopped, &Power::Stopping);
        assert_eq!(progress.waits_for(&rank("shop 1"), State::Stopped), Some("app"));
        assert_eq!(progress.waits_for(&rank("shop 3"), State::Stopped), None);
    }
}
