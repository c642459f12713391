//! The plan for one resource: what it should be, what is decided, what is remembered.

use std::{collections::HashMap, rc::Rc};

use shared::error::{quoted, quoted_reason};

use super::{
    Settings,
    action::{Change, InstanceChange},
    change::{self, About},
    considered::{Considered, Course, Follows},
    decide::{self, Decision, Flags, Seen, Wanted},
    draft::{Notes, Planned, Wrong},
    meaning::Meanings,
    memory::Memories,
    read::{self, Read},
    subject::Subject,
    wanted::{Answer, Answers, Own},
};
use crate::{
    resource::{Extra, Kind, NamedWindow, Power, Resource},
    schedule::{Catalog, Followed, Schedule, State},
};

/// Plans one resource after the other and keeps what many have in common.
pub(super) struct Planner<'a> {
    settings: Settings<'a>,
    meanings: Meanings<'a>,
    answers: Answers<'a>,
    pub(super) memories: Memories,
    texts: HashMap<Box<str>, Rc<str>>,
    no_alternatives: Rc<[String]>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        catalog: &'a Catalog,
        windows: &'a [NamedWindow],
        settings: &Settings<'a>,
    ) -> Self {
        Self {
            settings: *settings,
            meanings: Meanings::new(catalog),
            answers: Answers::new(windows, settings),
            memories: Memories::default(),
            texts: HashMap::new(),
            no_alternatives: [].into(),
        }
    }

    /// Decides for one resource.
    pub(super) fn consider(&mut self, resource: Resource) -> Considered {
        let nothing = Extra::default();
        let extra = resource.extra.as_deref().unwrap_or(&nothing);
        let meaning = self.meanings.of(&resource.schedule);
        let subject = Subject { resource: &resource, extra, meaning: &meaning };
        let course = self.course(subject);
        Considered {
            resource: subject.named(),
            label: Rc::clone(&meaning.label),
            course,
            power: resource.power,
            tag: resource.schedule,
        }
    }

    fn course(&mut self, subject: Subject) -> Course {
        if let Some(obstacle) = subject.extra.obstacle {
            return Course::left_alone(self.text(&obstacle.to_string()));
        }
        let label = &subject.meaning.label;
        if let Some(lack) = &subject.meaning.lack {
            let reason =
                format!("schedule `{}` is not whole: {lack}", quoted(&subject.resource.schedule));
            let reason = self.text(&reason);
            let fault = subject.meaning.is_document.then(|| (label.clone(), reason.clone()));
            return Course { fault, ..Course::left_alone(reason) };
        }
        let schedule = match &subject.meaning.followed {
            Ok(Followed::Ignore) => return Course::left_alone(self.text("tagged `ignore`")),
            Ok(Followed::Named(schedule)) => *schedule,
            Ok(Followed::Inline(schedule)) => schedule,
            Err(problem) => {
                // Nobody is woken for a name that is only misspelled.
                let fault = subject.meaning.is_document.then(|| (label.clone(), problem.clone()));
                return Course { fault, ..self.wrong(subject, &Wrong::Told(problem.to_string())) };
            }
        };
        match read::read(subject, schedule, &self.meanings, &self.settings) {
            Ok(read) => self.decide(subject, schedule, read),
            Err(problem) => self.wrong(subject, &Wrong::Told(problem)),
        }
    }

    fn decide(&mut self, subject: Subject, schedule: &Schedule, read: Read) -> Course {
        let Settings { now, interval, .. } = self.settings;
        let Subject { resource, extra, .. } = subject;
        let Read { handled, overridden, weekly, rank, alternatives, problem } = read;
        let own = Own { overridden: overridden.as_ref(), weekly, handled: handled.as_ref() };
        let Answer { wanted, because, plain } =
            self.answers.answer(&resource.schedule, schedule, own);
        let power = subject.power_to_decide();
        let is_instance = resource.kind == Kind::Instance;
        let own_type = handled.as_ref().and_then(|handled| handled.own.as_deref());
        let seen = Seen {
            power: &power,
            handled: handled.as_ref(),
            born: resource.born,
            size: is_instance.then_some(&*resource.size),
            own: own_type.filter(|own| {
                let is_known = **own == *resource.size;
                is_instance && (is_known || read::may_be(own, schedule, &self.settings))
            }),
            may_grow: extra.capacity.is_some_and(|capacity| capacity.max != 0),
            forgets: subject.forgets(),
            start_failure: subject.start_failure(),
            restarts_itself: matches!(resource.kind, Kind::Database | Kind::Cluster),
            stopped_since: extra.restarts_at.and_then(decide::stopped_since),
        };
        let decision = decide::decide(&wanted, seen, flags(schedule), now, interval);

        let is_moving = matches!(resource.power, Power::Starting | Power::Stopping);
        let on_its_way = is_moving || !matches!(decision, Decision::Skip(_) | Decision::Nothing);
        let told = extra.problem_tag.as_deref();
        let wrong = wrong(&decision, seen.start_failure, told).or(problem.map(Wrong::Told));
        let left = match &decision {
            Decision::Skip(reason) => Some((self.text(reason), false)),
            Decision::Wait(reason) | Decision::Stuck(reason) => Some((self.text(reason), true)),
            Decision::Nothing
            | Decision::Record(_)
            | Decision::Start { .. }
            | Decision::Stop { .. }
            | Decision::StopToResize { .. } => None,
        };
        let waits = left.as_ref().is_some_and(|(_, waits)| *waits);
        let override_holds = overridden.is_some_and(|overridden| overridden.holds(now));
        let notes = Notes {
            // The end of an override is an edge, and it is not over while it waits.
            clears_override: overridden.is_some() && !override_holds && !waits,
            // What is left alone keeps its problem, so that a reader finds out why.
            keeps_problem: left.is_some(),
            clears_capacity: gets_its_sizes(subject, &decision, wanted.state),
        };
        let is_again = matches!(&decision, Decision::Stop { tries, .. } if *tries > 0);
        let about = About {
            resource,
            extra,
            schedule,
            alternatives: alternatives.unwrap_or_else(|| Rc::clone(&self.no_alternatives)),
            settings: self.settings,
        };
        let follows = Follows {
            wanted: Rc::clone(&wanted),
            because: Rc::clone(&because),
            overridden,
            override_holds,
            handled: handled.clone(),
            plain,
        };
        let course = match change::change(decision, &about) {
            Ok(None) => self.act(subject, None, notes, wrong.as_ref()),
            Ok(Some(draft)) => {
                let expected =
                    is_again || explains(&wanted, schedule, rank.is_some(), &draft.change);
                let planned = Planned { draft, because, is_expected: expected };
                self.act(subject, Some(planned), notes, wrong.as_ref())
            }
            Err(reason) => self.wrong(subject, &Wrong::New(reason)),
        };
        Course { follows: Some(follows), rank, on_its_way, left: left.or(course.left), ..course }
    }

    /// One copy of a text that many share.
    pub(super) fn text(&mut self, text: &str) -> Rc<str> {
        if let Some(known) = self.texts.get(text) {
            return Rc::clone(known);
        }
        let shared: Rc<str> = text.into();
        self.texts.insert(text.into(), Rc::clone(&shared));
        shared
    }
}

/// A start that failed before, and is tried again or waits for that. Why AWS refused it is in the tag
/// of the resource, `told`: said in other words, it would be another failure.
fn wrong(decision: &Decision, start_failure: Option<&str>, told: Option<&str>) -> Option<Wrong> {
    let (is_again, is_stuck) = match decision {
        Decision::Start { then, .. } => (then.retries > 0, false),
        Decision::Stuck(_) => (false, true),
        Decision::Nothing
        | Decision::Skip(_)
        | Decision::Wait(_)
        | Decision::Record(_)
        | Decision::Stop { .. }
        | Decision::StopToResize { .. } => (false, false),
    };
    match start_failure {
        Some(reason) if is_again || is_stuck => {
            let reason = quoted_reason(reason);
            Some(Wrong::Stuck(format!("was started, but did not run: {reason}")))
        }
        None if is_stuck => {
            let told = told.map(|told| quoted_reason(told).to_string());
            Some(Wrong::Stuck(told.unwrap_or_else(|| "its start is refused".to_owned())))
        }
        _ => None,
    }
}

/// Whether an edge of the schedule explains a change, so that it surprises nobody.
fn explains(wanted: &Wanted, schedule: &Schedule, in_group: bool, change: &Change) -> bool {
    let is_recent = wanted.is_recent || (in_group && wanted.is_recent_in_group);
    let is_resize = matches!(change, Change::Instance(InstanceChange::StopToResize { .. }));
    let is_asked_for = is_resize || wanted.state == State::Stopped;
    !change.stops() || schedule.expects_all || (is_recent && is_asked_for)
}

/// Whether a group has its sizes once this is done, so that those in its tag are old.
fn gets_its_sizes(subject: Subject, decision: &Decision, wanted: State) -> bool {
    let Subject { resource, extra, .. } = subject;
    let runs = matches!(resource.power, Power::Running | Power::Starting);
    let will_run = match decision {
        Decision::Start { .. } => true,
        Decision::Stop { .. } | Decision::StopToResize { .. } => false,
        Decision::Nothing
        | Decision::Record(_)
        | Decision::Skip(_)
        | Decision::Wait(_)
        | Decision::Stuck(_) => runs && wanted == State::Running,
    };
    will_run && resource.kind == Kind::Group && extra.capacity_tag.is_some()
}

fn flags(schedule: &Schedule) -> Flags {
    Flags {
        enforced: schedule.enforced,
        retain_running: schedule.retain_running,
        stop_new_instances: schedule.stop_new_instances,
        grace: schedule.grace,
    }
}
