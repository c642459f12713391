//! The values of a plan: what will be done to which resource, and what will be remembered. Nothing
//! here acts.

use std::{fmt, rc::Rc};

use shared::error::{quoted, quoted_id};

use crate::resource::{Capacity, Kind};

/// One thing to do, with everything that `apply` needs to do it without a choice of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub kind: Kind,
    pub id: Box<str>,
    /// RDS resources are tagged by ARN.
    pub arn: Option<Box<str>>,
    pub change: Change,
    /// Why, for people: `period office`.
    pub why: Rc<str>,
    /// Written before the change, so that a run killed in between loses nothing.
    pub before: Option<Rc<TagChange>>,
    /// Written after the change.
    pub then: Rc<TagChange>,
    /// Written when AWS refuses the change and asking again at once would not help. `apply` adds
    /// the refusal itself as `caretaker:problem`.
    pub refused: Option<Rc<TagChange>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Start an instance, a database or a cluster. An instance gets the type `set_type` first;
    /// without capacity, the `alternatives` are tried in order.
    Start {
        set_type: Option<String>,
        alternatives: Rc<[String]>,
    },
    /// Give an Auto Scaling group its sizes back.
    Restore(Capacity),
    Stop {
        hibernate: bool,
    },
    /// Stop an instance that the next run starts with another type.
    StopToResize {
        to: String,
    },
    /// Set an Auto Scaling group to zero.
    Empty,
    /// Change tags only.
    Remember,
}

impl Change {
    pub fn starts(&self) -> bool {
        matches!(self, Self::Start { .. } | Self::Restore(_))
    }

    pub fn stops(&self) -> bool {
        matches!(self, Self::Stop { .. } | Self::StopToResize { .. } | Self::Empty)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { set_type: Some(instance_type), .. } => {
                write!(f, "start as {}", quoted(instance_type))
            }
            Self::Start { set_type: None, .. } => f.write_str("start"),
            Self::Restore(capacity) => write!(f, "start with {capacity}"),
            Self::Stop { hibernate: true } => f.write_str("hibernate"),
            Self::Stop { hibernate: false } | Self::Empty => f.write_str("stop"),
            Self::StopToResize { to } => write!(f, "stop to become {}", quoted(to)),
            Self::Remember => f.write_str("remember"),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, id, arn: _, change, why, before: _, then: _, refused: _ } = self;
        write!(f, "{change} {kind} {}: {why}", quoted_id(id))
    }
}

/// Tags to write and to remove on one resource. Equal changes share one value and one call.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagChange {
    pub set: Vec<(&'static str, String)>,
    pub remove: Vec<&'static str>,
}

impl TagChange {
    pub fn is_empty(&self) -> bool {
        let Self { set, remove } = self;
        set.is_empty() && remove.is_empty()
    }
}

/// A resource on which nothing is done, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub kind: Kind,
    pub id: Box<str>,
    pub reason: Rc<str>,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, id, reason } = self;
        write!(f, "skip {kind} {}: {reason}", quoted_id(id))
    }
}

/// Something on a resource that a person must see: an unknown schedule, a start that died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub kind: Kind,
    pub id: Box<str>,
    pub text: Rc<str>,
    /// Whether the invocation should fail for it. A misspelled tag is reported, but does not page
    /// anybody at every run.
    pub fails_run: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, id, text, fails_run: _ } = self;
        write!(f, "problem {kind} {}: {text}", quoted_id(id))
    }
}
