//! The plan for one resource: what it should be, what is decided, what is remembered.

use std::{collections::HashMap, rc::Rc};

use shared::{error::quoted_reason, tag::portable_value};

use super::{
    Plan, Settings,
    action::{Action, Change, TagChange},
    change::{self, Before},
    decide::{self, Decision, Flags, Seen},
    groups::Rank,
    memory::{Memories, Memory},
    wanted::{Answer, Answers, Own},
};
use crate::{
    handled::Handled,
    resource::{Extra, Kind, NamedWindow, Power, Resource},
    schedule::{Catalog, Followed, Override, Schedule, State, Window},
};

/// What is planned for one resource, before its group has its say.
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) id: Box<str>,
    pub(super) power: Power,
    pub(super) schedule: Rc<str>,
    pub(super) action: Option<Action>,
    pub(super) skipped: Option<Rc<str>>,
    pub(super) rank: Option<Rank>,
    pub(super) wanted: State,
    /// A run is bringing it where it should be: others of its group wait for it.
    pub(super) on_its_way: bool,
}

impl Draft {
    /// Holds back a start or a stop. What is only remembered need not wait.
    pub(super) fn wait(&mut self, reason: &str) {
        if self.action.as_ref().is_some_and(|action| action.change != Change::Remember) {
            self.action = None;
            self.skipped = Some(reason.into());
        }
    }
}

/// Plans one resource after the other and keeps what many have in common.
pub(super) struct Planner<'a> {
    catalog: &'a Catalog,
    settings: Settings,
    answers: Answers<'a>,
    followed: HashMap<Rc<str>, Rc<Result<Followed<'a>, String>>>,
    memories: Memories,
    texts: HashMap<Box<str>, Rc<str>>,
    no_alternatives: Rc<[String]>,
}

/// What was read from the tags of a resource, and what could not be.
struct Read {
    handled: Option<Handled>,
    overridden: Option<Override>,
    weekly: Option<Window>,
    rank: Option<Rank>,
    /// The first thing that was not understood.
    problem: Option<String>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        catalog: &'a Catalog,
        windows: &'a [NamedWindow],
        settings: &Settings,
    ) -> Self {
        Self {
            catalog,
            settings: *settings,
            answers: Answers::new(windows, settings),
            followed: HashMap::new(),
            memories: Memories::default(),
            texts: HashMap::new(),
            no_alternatives: [].into(),
        }
    }

    /// Decides for one resource. Problems go straight into the plan: they wait for nobody.
    pub(super) fn consider(&mut self, resource: Resource, plan: &mut Plan) -> Draft {
        let is_running = resource.power == Power::Running;
        plan.n_running += usize::from(is_running);
        let tally = plan.tally(&resource.schedule);
        tally.managed += 1;
        tally.running += usize::from(is_running);

        let mut draft = Draft {
            kind: resource.kind,
            id: "".into(),
            power: resource.power.clone(),
            schedule: Rc::clone(&resource.schedule),
            action: None,
            skipped: None,
            rank: None,
            wanted: State::Any,
            on_its_way: false,
        };
        let nothing = Extra::default();
        let extra = resource.extra.as_deref().unwrap_or(&nothing);
        let followed = self.follow(&resource.schedule);
        let schedule = match followed.as_ref() {
            Ok(followed) => followed.schedule(),
            Err(problem) if extra.obstacle.is_none() => {
                self.report(&resource, extra, problem, false, &mut draft, plan);
                None
            }
            Err(_) => None,
        };
        match (extra.obstacle, schedule) {
            (Some(obstacle), _) => draft.skipped = Some(self.text(&obstacle.to_string())),
            (None, Some(schedule)) => match read(&resource, extra, schedule) {
                Ok(read) => self.decide(&resource, extra, schedule, read, &mut draft, plan),
                // Taken for new, it could be stopped: so it is left alone.
                Err(problem) => self.report(&resource, extra, &problem, false, &mut draft, plan),
            },
            (None, None) if followed.is_ok() => draft.skipped = Some(self.text("tagged `ignore`")),
            (None, None) => (),
        }
        draft.id = resource.id;
        draft
    }

    /// What a tag's value means, found out once for all that carry it.
    fn follow(&mut self, tag: &Rc<str>) -> Rc<Result<Followed<'a>, String>> {
        if let Some(followed) = self.followed.get(tag) {
            return Rc::clone(followed);
        }
        let followed = Rc::new(self.catalog.follow(tag).map_err(|err| format!("{err:#}")));
        self.followed.insert(Rc::clone(tag), Rc::clone(&followed));
        followed
    }

    fn decide(
        &mut self,
        resource: &Resource,
        extra: &Extra,
        schedule: &Schedule,
        read: Read,
        draft: &mut Draft,
        plan: &mut Plan,
    ) {
        let Settings { now, interval } = self.settings;
        let Read { handled, overridden, weekly, rank, mut problem } = read;
        let own = Own { overridden: overridden.as_ref(), weekly, handled: handled.as_ref() };
        let Answer { wanted, because } = self.answers.answer(&resource.schedule, schedule, own);
        let power = power_to_decide(resource);
        let seen = Seen {
            power: &power,
            handled: handled.as_ref(),
            born: resource.born,
            size: &resource.size,
            start_failure: start_failure(resource, extra),
            restarts_itself: matches!(resource.kind, Kind::Database | Kind::Cluster),
            stopped_since: extra.restarts_at.and_then(decide::stopped_since),
        };
        let decision = decide::decide(&wanted, seen, flags(schedule), now, interval);

        draft.wanted = wanted.state;
        draft.rank = rank;
        draft.on_its_way = !matches!(decision, Decision::Skip(_) | Decision::Nothing)
            || matches!(resource.power, Power::Starting | Power::Stopping);
        if wanted.state == State::Stopped && resource.power == Power::Stopped {
            plan.tally(&resource.schedule).saved += 1;
        }
        let mut fails_run = false;
        let starts_again = matches!(&decision, Decision::Start { then, .. } if then.retries > 0);
        if let (true, Some(reason)) = (starts_again, seen.start_failure) {
            let reason = quoted_reason(reason);
            problem = Some(format!("was started, but did not run: {reason}"));
            fails_run = true;
        }
        let left_alone = match &decision {
            Decision::Skip(reason) | Decision::Wait(reason) => Some(self.text(reason)),
            _ => None,
        };
        let drafted =
            match change::change(decision, resource, extra, schedule, &self.no_alternatives) {
                Ok(drafted) => drafted,
                Err(reason) => return self.report(resource, extra, &reason, true, draft, plan),
            };
        let is_over = overridden.is_some_and(|overridden| !overridden.holds(now));
        let notes = self.notes(resource, extra, problem, fails_run, plan);
        let notes = Memory {
            clears_override: is_over,
            // What is left alone keeps its problem, so that a reader finds out why.
            clears_problem: notes.clears_problem && left_alone.is_none(),
            ..notes
        };
        draft.skipped = left_alone;
        draft.action = self.act(resource, extra, drafted, notes, because);
    }

    /// The action for a drafted change, or for notes that have to be written all the same.
    fn act(
        &mut self,
        resource: &Resource,
        extra: &Extra,
        drafted: Option<change::Draft>,
        notes: Memory,
        because: Rc<str>,
    ) -> Option<Action> {
        let Some(change::Draft { change, before, then, remark }) = drafted else {
            let only_notes = (!notes.is_empty()).then(|| self.memories.change(notes));
            return only_notes.map(|then| action(resource, extra, Change::Remember, because, then));
        };
        let why = match remark {
            None => because,
            Some(remark) => self.text(&format!("{because} ({remark})")),
        };
        let refused = then.as_ref().and_then(|then| self.refused(resource.kind, &change, then));
        let before = before.map(|before| match before {
            Before::Tags(tags) => Rc::new(tags),
            Before::Handled(handled) => {
                self.memories.change(Memory { handled: Some(handled), ..Memory::default() })
            }
        });
        let then = self.memories.change(Memory { handled: then, ..notes });
        Some(Action { before, refused, ..action(resource, extra, change, why, then) })
    }
}

impl Planner<'_> {
    /// What AWS' refusal of a change means for the next run: a start is tried again later, a stop
    /// not before the next edge.
    fn refused(&mut self, kind: Kind, change: &Change, then: &Handled) -> Option<Rc<TagChange>> {
        let Settings { now, interval } = self.settings;
        let handled = if change.stops() {
            Handled { refused: true, acted: None, ..then.clone() }
        } else if change.starts() && kind != Kind::Group {
            decide::refused_start(then.clone(), now, interval)
        } else {
            return None;
        };
        Some(self.memories.change(Memory { handled: Some(handled), ..Memory::default() }))
    }

    /// Reports a resource that is left alone for what is wrong with it.
    fn report(
        &mut self,
        resource: &Resource,
        extra: &Extra,
        problem: &str,
        fails_run: bool,
        draft: &mut Draft,
        plan: &mut Plan,
    ) {
        let notes = self.notes(resource, extra, Some(problem.to_owned()), fails_run, plan);
        let because = self.text(problem);
        draft.action = self.act(resource, extra, None, notes, because);
    }

    /// Puts a problem into the plan, and into the resource's own tag where it is not yet there.
    fn notes(
        &mut self,
        resource: &Resource,
        extra: &Extra,
        problem: Option<String>,
        fails_run: bool,
        plan: &mut Plan,
    ) -> Memory {
        let Some(problem) = problem else {
            return Memory { clears_problem: extra.problem_tag.is_some(), ..Memory::default() };
        };
        let value = portable_value(&problem);
        let is_known = extra.problem_tag.as_deref() == Some(value.as_str());
        plan.tally(&resource.schedule).problems += 1;
        plan.add_problem(resource.kind, &resource.id, &self.text(&problem), fails_run);
        Memory { problem: (!is_known).then_some(value), ..Memory::default() }
    }

    /// One copy of a text that many resources share.
    fn text(&mut self, text: &str) -> Rc<str> {
        if let Some(known) = self.texts.get(text) {
            return Rc::clone(known);
        }
        let shared: Rc<str> = text.into();
        self.texts.insert(text.into(), Rc::clone(&shared));
        shared
    }
}

/// Reads the tags that a person or an earlier run wrote. A garbled edge is an error; anything else
/// that is not understood does not hold, and is a problem.
fn read(resource: &Resource, extra: &Extra, schedule: &Schedule) -> Result<Read, String> {
    let handled = resource.handled.as_deref().map(Handled::parse).transpose()?;
    let mut problem = None;
    let overridden = extra.override_tag.as_deref().and_then(|text| {
        let parsed = Override::parse(text, &schedule.timezone);
        parsed.map_err(|err| problem = Some(format!("the override does not hold: {err:#}"))).ok()
    });
    let weekly = extra.maintenance_window.as_deref().and_then(|text| {
        let parsed =
            Window::rds(text).map_err(|err| problem = Some(format!("maintenance window: {err:#}")));
        parsed.ok().flatten()
    });
    let rank = match (&extra.group_tag, &schedule.group) {
        (Some(text), _) => Rank::parse(text).map_err(|err| problem = Some(err)).ok(),
        (None, Some(group)) => Some(Rank { group: group.name.as_str().into(), order: group.order }),
        (None, None) => None,
    };
    Ok(Read { handled, overridden, weekly, rank, problem })
}

fn flags(schedule: &Schedule) -> Flags {
    Flags {
        enforced: schedule.enforced,
        retain_running: schedule.retain_running,
        stop_new_instances: schedule.stop_new_instances,
        grace: schedule.grace,
    }
}

/// A group can be emptied while its instances start, and filled while they go.
fn power_to_decide(resource: &Resource) -> Power {
    match (resource.kind, &resource.power) {
        (Kind::Group, Power::Starting) => Power::Running,
        (Kind::Group, Power::Stopping) => Power::Stopped,
        (_, power) => power.clone(),
    }
}

/// Why a stopped instance is stopped, unless a person or the instance itself wanted it.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html>
fn start_failure<'a>(resource: &Resource, extra: &'a Extra) -> Option<&'a str> {
    const WANTED: [&str; 2] = ["Client.UserInitiated", "Client.InstanceInitiated"];
    let is_stopped = resource.power == Power::Stopped;
    let reason = extra.state_reason.as_deref().filter(|_| is_stopped)?;
    (!WANTED.iter().any(|wanted| reason.starts_with(wanted))).then_some(reason)
}

fn action(
    resource: &Resource,
    extra: &Extra,
    change: Change,
    why: Rc<str>,
    then: Rc<TagChange>,
) -> Action {
    Action {
        kind: resource.kind,
        id: resource.id.clone(),
        arn: extra.arn.as_deref().map(Box::from),
        change,
        why,
        before: None,
        then,
        refused: None,
    }
}
