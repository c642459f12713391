//! What one run makes of one resource. A value: a plan is made of many, a question shows one.

use std::rc::Rc;

use jiff::Timestamp;

use super::{
    action::{Action, Change, Named, Problem, Skipped},
    decide::Wanted,
    groups::Rank,
};
use crate::{
    handled::Handled,
    resource::Power,
    schedule::{Override, State},
};

#[derive(Debug)]
pub struct Considered {
    pub resource: Named,
    /// The value of the schedule tag.
    pub tag: Rc<str>,
    /// What the metrics call it.
    pub label: Rc<str>,
    pub power: Power,
    pub course: Course,
}

/// What becomes of it.
#[derive(Debug, Default)]
pub struct Course {
    /// What its schedule says, where it follows one.
    pub follows: Option<Follows>,
    pub action: Option<Action>,
    /// Why nothing is done, and whether a later run will act.
    pub left: Option<(Rc<str>, bool)>,
    /// What a person must see, and whether the run fails for it.
    pub problem: Option<(Rc<str>, bool)>,
    /// The document that cannot be followed, and why: the run fails for it once.
    pub fault: Option<(Rc<str>, Rc<str>)>,
    pub(super) rank: Option<Rank>,
    /// A run is bringing it where it should be: others of its group wait for it.
    pub(super) on_its_way: bool,
}

/// What a schedule says about a resource, and what was done by it.
#[derive(Debug, Clone)]
pub struct Follows {
    pub wanted: Rc<Wanted>,
    pub because: Rc<str>,
    pub overridden: Option<Override>,
    pub override_holds: bool,
    pub handled: Option<Handled>,
    /// What the schedule says without the override; only where somebody asks for details.
    pub plain: Option<Rc<Plain>>,
}

/// What a schedule by itself says, and when it will say something else.
#[derive(Debug)]
pub struct Plain {
    pub wanted: State,
    pub because: String,
    pub next: Option<(Timestamp, State)>,
}

impl Course {
    pub(super) fn left_alone(reason: Rc<str>) -> Self {
        Self { left: Some((reason, false)), ..Self::default() }
    }

    pub(super) fn wanted(&self) -> State {
        self.follows.as_ref().map_or(State::Any, |follows| follows.wanted.state)
    }

    /// Whether it starts or stops. What is only remembered need not wait for anybody.
    pub(super) fn acts(&self) -> bool {
        self.action.as_ref().is_some_and(|action| action.change != Change::Remember)
    }

    /// Held back.
    pub(super) fn waits(self, reason: &str) -> Self {
        Self { action: None, left: Some((reason.into(), true)), ..self }
    }

    /// With something added to the reason of what is done.
    pub(super) fn remarked(self, remark: &str) -> Self {
        let action = self.action.map(|action| {
            let why = format!("{} ({remark})", action.why).into();
            Action { why, ..action }
        });
        Self { action, ..self }
    }
}

impl Considered {
    /// Stopped because its schedule says so.
    pub(super) fn is_saved(&self) -> bool {
        self.course.wanted() == State::Stopped && self.power == Power::Stopped
    }

    pub(super) fn skipped(&self) -> Option<Skipped> {
        let (reason, waits) = self.course.left.clone()?;
        Some(Skipped { resource: self.resource.clone(), reason, waits })
    }

    /// One that is as it should be.
    pub(super) fn in_step(&self) -> Option<Skipped> {
        let Course { follows, action, left, problem, .. } = &self.course;
        let is_told = action.is_some() || left.is_some() || problem.is_some();
        let follows = follows.as_ref().filter(|_| !is_told)?;
        let reason = format!("in step: {}", follows.because).into();
        Some(Skipped { resource: self.resource.clone(), reason, waits: false })
    }

    pub(super) fn problem(&self) -> Option<Problem> {
        let (text, fails_run) = self.course.problem.clone()?;
        Some(Problem { resource: self.resource.clone(), text, fails_run })
    }
}
