//! The values of a plan: what will be done to which resource, and what will be remembered. Nothing
//! here acts.

use std::{fmt, rc::Rc};

use shared::error::{quoted, quoted_id};

use crate::resource::{Capacity, Kind};

/// A resource, as services and people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub kind: Kind,
    pub id: Box<str>,
    /// The value of its tag `Name`.
    pub name: Option<Box<str>>,
    /// Of databases, clusters and groups.
    pub arn: Option<Box<str>>,
}

/// One thing to do, with everything that `apply` needs to do it without a choice of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action<C = Change> {
    pub resource: Named,
    pub change: C,
    /// Why, for people: `period office`.
    pub why: Rc<str>,
    /// Which schedule, for the metrics.
    pub schedule: Rc<str>,
    /// An edge of the schedule explains it, so that nobody is surprised by it.
    pub is_expected: bool,
    pub tags: Tags,
    /// What its tag `caretaker:problem` says now: the same failure is not told twice.
    pub known_problem: Option<Box<str>>,
}

impl<C> Action<C> {
    /// The action without its change, and the change.
    pub fn split(self) -> (Action<()>, C) {
        let Self { resource, change, why, schedule, is_expected, tags, known_problem } = self;
        let rest = Action { resource, change: (), why, schedule, is_expected, tags, known_problem };
        (rest, change)
    }
}

impl Action<()> {
    pub fn with<C>(self, change: C) -> Action<C> {
        let Self { resource, change: (), why, schedule, is_expected, tags, known_problem } = self;
        Action { resource, change, why, schedule, is_expected, tags, known_problem }
    }
}

/// What is written on a resource, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    /// Before the change, so that a run killed in between loses nothing.
    pub before: Option<Rc<TagChange>>,
    /// After the change.
    pub then: Option<Rc<TagChange>>,
    /// After a start as another type than planned.
    pub otherwise: Option<Rc<TagChange>>,
    /// When AWS refuses the change and asking again at once would not help. `apply` adds the refusal
    /// itself as `caretaker:problem`.
    pub refused: Option<Rc<TagChange>>,
    /// When AWS says that the change can never be.
    pub unsupported: Option<Rc<TagChange>>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Instance(InstanceChange),
    Database(DatabaseChange),
    Cluster(DatabaseChange),
    Group(GroupChange),
    /// Change tags only.
    Remember,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstanceChange {
    Start(Box<As>),
    Stop,
    Hibernate,
    /// Stop, to be started with another type by the next run.
    StopToResize {
        to: Box<str>,
    },
}

/// What an instance is started as.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct As {
    /// The type that it gets first; nothing where it has the right one.
    pub set_type: Option<String>,
    /// Types to try in this order where there is no capacity.
    pub alternatives: Rc<[String]>,
    /// What it was, and is again if all else fails.
    pub fallback: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DatabaseChange {
    Start,
    Stop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupChange {
    /// Give an Auto Scaling group its sizes back.
    Restore(Capacity),
    /// Set it to zero.
    Empty,
}

impl Change {
    pub fn starts(&self) -> bool {
        self.verb() == "start"
    }

    pub fn stops(&self) -> bool {
        *self != Self::Remember && !self.starts()
    }

    /// One word for what is done, for programs.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Instance(InstanceChange::Start(_))
            | Self::Database(DatabaseChange::Start)
            | Self::Cluster(DatabaseChange::Start)
            | Self::Group(GroupChange::Restore(_)) => "start",
            Self::Instance(InstanceChange::Stop)
            | Self::Database(DatabaseChange::Stop)
            | Self::Cluster(DatabaseChange::Stop)
            | Self::Group(GroupChange::Empty) => "stop",
            Self::Instance(InstanceChange::Hibernate) => "hibernate",
            Self::Instance(InstanceChange::StopToResize { .. }) => "resize",
            Self::Remember => "nothing",
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, id, name, arn: _ } = self;
        write!(f, "{kind} {}", quoted_id(id))?;
        name.as_ref().map_or(Ok(()), |name| write!(f, " ({})", quoted(name)))
    }
}

impl fmt::Display for InstanceChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(start) => match &start.set_type {
                Some(instance_type) => write!(f, "start as {}", quoted(instance_type)),
                None => f.write_str("start"),
            },
            Self::Stop => f.write_str("stop"),
            Self::Hibernate => f.write_str("hibernate"),
            Self::StopToResize { to } => write!(f, "stop to become {}", quoted(to)),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(change) => change.fmt(f),
            Self::Database(DatabaseChange::Start) | Self::Cluster(DatabaseChange::Start) => {
                f.write_str("start")
            }
            Self::Group(GroupChange::Restore(capacity)) => write!(f, "start with {capacity}"),
            Self::Database(DatabaseChange::Stop)
            | Self::Cluster(DatabaseChange::Stop)
            | Self::Group(GroupChange::Empty) => f.write_str("stop"),
            Self::Remember => f.write_str("remember"),
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.change, self.resource, self.why)
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
    pub resource: Named,
    pub reason: Rc<str>,
    /// A later run will act.
    pub waits: bool,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resource, reason, waits } = self;
        write!(f, "{} {resource}: {reason}", if *waits { "wait" } else { "skip" })
    }
}

/// Something on a resource that a person must see: an unknown schedule, a start that died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub resource: Named,
    pub text: Rc<str>,
    /// Whether the invocation should fail for it. A misspelled tag is reported, but does not page
    /// anybody at every run.
    pub fails_run: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resource, text, fails_run: _ } = self;
        write!(f, "problem {resource}: {text}")
    }
}
