//! What a plan writes into the tags of a resource. Most resources of one schedule get the same, so
//! equal changes are one value.

use std::{collections::HashMap, rc::Rc};

use super::action::TagChange;
use crate::{
    handled::Handled,
    resource::{CAPACITY_TAG, OVERRIDE_TAG, PROBLEM_TAG, STATE_TAG},
};

/// What a tag change depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Memory {
    /// The edge handled.
    pub(super) handled: Option<Handled>,
    /// The new problem, fit for a tag.
    pub(super) problem: Option<String>,
    pub(super) clears_problem: bool,
    pub(super) clears_override: bool,
    /// The sizes of a group, once it has them again: restored later, they would be old.
    pub(super) clears_capacity: bool,
}

impl Memory {
    pub(super) fn is_empty(&self) -> bool {
        let Self { handled, problem, clears_problem, clears_override, clears_capacity } = self;
        let clears_something = *clears_problem || *clears_override || *clears_capacity;
        handled.is_none() && problem.is_none() && !clears_something
    }
}

/// The tag changes of one plan.
#[derive(Debug, Default)]
pub(super) struct Memories(HashMap<Memory, Rc<TagChange>>);

impl Memories {
    pub(super) fn change(&mut self, memory: Memory) -> Rc<TagChange> {
        let change = self.0.entry(memory).or_insert_with_key(|memory| Rc::new(tags(memory)));
        Rc::clone(change)
    }
}

fn tags(memory: &Memory) -> TagChange {
    let Memory { handled, problem, clears_problem, clears_override, clears_capacity } = memory;
    let mut change = TagChange::default();
    change.set.extend(handled.iter().map(|handled| (STATE_TAG, handled.to_string())));
    change.set.extend(problem.iter().map(|problem| (PROBLEM_TAG, problem.clone())));
    change.remove.extend(clears_override.then_some(OVERRIDE_TAG));
    change.remove.extend(clears_problem.then_some(PROBLEM_TAG));
    change.remove.extend(clears_capacity.then_some(CAPACITY_TAG));
    change
}
