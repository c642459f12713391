//! From a change to an action: what is written on the resource before it, after it, and when AWS
//! refuses it; and what is told of a resource that something is wrong with.

use std::rc::Rc;

use shared::tag::portable_value;

use super::{
    action::{Action, Change, Tags},
    change::{self, Before},
    considered::Course,
    memory::Memory,
    one::Planner,
    subject::Subject,
};
use crate::handled::Handled;

/// What is wrong with a resource.
pub(super) enum Wrong {
    /// Told, and nobody is woken.
    Told(String),
    /// The run fails when it is new.
    New(String),
    /// Every run fails: somebody waits.
    Stuck(String),
}

impl Wrong {
    fn text(&self) -> &str {
        match self {
            Self::Told(text) | Self::New(text) | Self::Stuck(text) => text,
        }
    }
}

/// What is written besides the edge.
#[derive(Clone, Copy, Default)]
pub(super) struct Notes {
    pub(super) clears_override: bool,
    pub(super) keeps_problem: bool,
    pub(super) clears_capacity: bool,
}

pub(super) struct Planned {
    pub(super) draft: change::Draft,
    pub(super) because: Rc<str>,
    pub(super) is_expected: bool,
}

impl Planner<'_> {
    /// A resource that is left alone for what is wrong with it.
    pub(super) fn wrong(&mut self, subject: Subject, wrong: &Wrong) -> Course {
        self.act(subject, None, Notes::default(), Some(wrong))
    }

    /// The action for a planned change, or for notes that have to be written all the same.
    pub(super) fn act(
        &mut self,
        subject: Subject,
        planned: Option<Planned>,
        notes: Notes,
        wrong: Option<&Wrong>,
    ) -> Course {
        let Subject { extra, meaning, .. } = subject;
        let tag = wrong.map(|wrong| portable_value(wrong.text()));
        let is_known = tag.is_some() && extra.problem_tag == tag;
        let problem = wrong.map(|wrong| {
            let fails_run = match wrong {
                Wrong::Told(_) => false,
                Wrong::New(_) => !is_known,
                Wrong::Stuck(_) => true,
            };
            (self.text(wrong.text()), fails_run)
        });
        let has_room = extra.problem_tag.is_some() || subject.room() > 0;
        let notes = Memory {
            handled: None,
            problem: tag.filter(|_| !is_known && has_room),
            clears_problem: wrong.is_none() && extra.problem_tag.is_some() && !notes.keeps_problem,
            clears_override: notes.clears_override,
            clears_capacity: notes.clears_capacity,
        };
        let action = |change, why, is_expected, tags| Action {
            resource: subject.named(),
            change,
            why,
            schedule: Rc::clone(&meaning.label),
            is_expected,
            tags,
            known_problem: extra.problem_tag.as_deref().map(Box::from),
        };
        let Some(Planned { draft, because, is_expected }) = planned else {
            let is_nothing = notes.is_empty() || subject.forgets();
            let then = (!is_nothing).then(|| self.memories.change(notes));
            let action = then.map(|then| {
                let why = problem.as_ref().map_or_else(|| "notes".into(), |(text, _)| text.clone());
                action(Change::Remember, why, true, Tags { then: Some(then), ..Tags::default() })
            });
            return Course { action, problem, ..Course::default() };
        };
        let change::Draft { change, before, then, otherwise, refused, unsupported, remark } = draft;
        if subject.forgets() {
            let is_nothing = change == Change::Remember;
            let tags = Tags::default();
            let action = (!is_nothing).then(|| action(change, because, is_expected, tags));
            return Course { action, problem, ..Course::default() };
        }
        let why = match remark {
            None => because,
            Some(remark) => self.text(&format!("{because} ({remark})")),
        };
        let memories = &mut self.memories;
        let mut with = |handled: Option<Handled>, notes: &Memory| {
            let memory = Memory { handled, ..notes.clone() };
            (!memory.is_empty()).then(|| memories.change(memory))
        };
        let nothing = Memory::default();
        let tags = Tags {
            before: match before {
                None => None,
                Some(Before::Tags(tags)) => Some(Rc::new(tags)),
                Some(Before::Handled(handled)) => with(Some(handled), &nothing),
            },
            refused: with(refused, &nothing),
            unsupported: with(unsupported, &nothing),
            otherwise: otherwise.and_then(|handled| with(Some(handled), &notes)),
            then: with(then, &notes),
        };
        Course {
            action: Some(action(change, why, is_expected, tags)),
            problem,
            ..Course::default()
        }
    }
}
