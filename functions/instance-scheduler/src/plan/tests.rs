//! Plans as an operator sees them: a moment, a fleet, and the printed plan.

use jiff::tz::TimeZone;

use super::*;
use crate::resource::{Capacity, Extra, Kind, Obstacle, Power};

const OFFICE: &str = "mon-fri 09:00-17:00";

fn resource(id: &str, schedule: &str, power: Power) -> Resource {
    Resource {
        kind: Kind::Instance,
        id: id.into(),
        name: None,
        power,
        schedule: schedule.into(),
        handled: None,
        born: None,
        size: "t3.large".into(),
        extra: None,
    }
}

fn with(resource: Resource, change: impl FnOnce(&mut Extra)) -> Resource {
    let mut extra = resource.extra.clone().unwrap_or_default();
    change(&mut extra);
    Resource { extra: Some(extra), ..resource }
}

fn handled(resource: Resource, handled: &str) -> Resource {
    Resource { handled: Some(handled.into()), ..resource }
}

fn catalog() -> Catalog {
    let document = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let documents = [
        document(
            "office",
            "{periods: [{name: office, weekdays: mon-fri, begintime: '09:00', endtime: '17:00'}]}",
        ),
        document("patched", "{periods: [{weekdays: sun}], ssm_maintenance_window: patching}"),
        document(
            "sleepy",
            "{periods: [{weekdays: mon, begintime: '09:00', endtime: '17:00'}], hibernate: true}",
        ),
        document(
            "retaining",
            "{periods: [{begintime: '09:00', endtime: '17:00'}], retain_running: true}",
        ),
        document("broken", "{period: []}"),
        document("holidays", "{periods: [{weekdays: mon-sun}], calendars: [lost]}"),
        document(
            "typed",
            "{periods: [{name: typed, begintime: '09:00', endtime: '17:00', instance_type: m5.large}]}",
        ),
        document(
            "choosy",
            "{periods: [{begintime: '09:00', endtime: '17:00'}], instance_types: [m5.large, m5a.large]}",
        ),
        document(
            "shop",
            "{periods: [{name: shop, begintime: '09:00', endtime: '17:00'}], group: {name: shop, order: 2}}",
        ),
    ];
    Catalog::new(TimeZone::UTC, documents, [])
}

fn settings(now: &str) -> Settings<'static> {
    Settings {
        now: now.parse().unwrap(),
        interval: SignedDuration::from_mins(5),
        max_capacity: 100,
        instance_types: &[],
        max_override: None,
        in_detail: false,
    }
}

fn plan_at(now: &str, resources: Vec<Resource>) -> Plan {
    let window = NamedWindow {
        name: "patching".to_owned(),
        next_execution: "2026-06-02T22:00Z".to_owned(),
        time_zone: None,
        duration_hours: 2,
    };
    plan(resources, &catalog(), &[window], &settings(now))
}

#[track_caller]
fn check(now: &str, resources: Vec<Resource>, expected: &str) {
    assert_eq!(plan_at(now, resources).to_string(), expected);
}

/// The tags that the only action of a plan writes after its change.
#[track_caller]
fn check_tags(now: &str, resource: Resource, expected: &[(&str, &str)], removed: &[&str]) {
    let plan = plan_at(now, vec![resource]);
    let [action] = plan.actions.as_slice() else { panic!("not one action: {:?}", plan.actions) };
    let then = action.tags.then.as_ref().unwrap();
    let set: Vec<_> = then.set.iter().map(|(key, value)| (*key, value.as_str())).collect();
    assert_eq!(set, expected);
    assert_eq!(then.remove, removed);
}

#[test]
fn starts_at_the_first_minute_and_stops_at_the_last() {
    let stopped =
        || vec![handled(resource("i-1", "office", Power::Stopped), "2026-05-29T17:00:00Z stopped")];
    check("2026-06-01T08:59:59Z", stopped(), "");
    check("2026-06-01T09:00:00Z", stopped(), "start instance i-1: period office\n");
    let running =
        || vec![handled(resource("i-1", "office", Power::Running), "2026-06-01T09:00:00Z running")];
    check("2026-06-01T16:59:59Z", running(), "");
    check("2026-06-01T17:00:00Z", running(), "stop instance i-1: outside every period\n");
}

#[test]
fn reports_a_misspelled_schedule_and_goes_on() {
    check(
        "2026-06-01T20:00:00Z",
        vec![
            resource("i-1", "ofice", Power::Running),
            resource("i-2", "broken", Power::Running),
            resource("i-3", "office", Power::Running),
        ],
        "stop instance i-3: outside every period\n\
         problem instance i-1: unknown schedule `ofice`, did you mean `office`?\n\
         problem instance i-2: schedule `broken` is broken: line 1, column 2: period: unknown field, did you mean `periods`?\n",
    );
    let tag = "unknown schedule ofice - did you mean office";
    check_tags(
        "2026-06-01T20:00:00Z",
        resource("i-1", "ofice", Power::Running),
        &[("caretaker:problem", tag)],
        &[],
    );
    let known = with(resource("i-1", "ofice", Power::Running), |extra| {
        extra.problem_tag = Some(tag.to_owned());
    });
    assert!(plan_at("2026-06-01T20:00:00Z", vec![known]).actions.is_empty());
}

#[test]
fn a_problem_that_is_solved_is_taken_back() {
    let solved = with(
        handled(resource("i-1", "office", Power::Running), "2026-06-01T09:00:00Z running"),
        |extra| extra.problem_tag = Some("unknown schedule ofice".to_owned()),
    );
    check_tags("2026-06-01T10:00:00Z", solved, &[], &["caretaker:problem"]);
}

#[test]
fn a_garbled_edge_leaves_the_resource_alone() {
    check(
        "2026-06-01T20:00:00Z",
        vec![handled(resource("i-1", "office", Power::Running), "by hand")],
        "problem instance i-1: `by` in the tag value `by hand` is not understood\n",
    );
}

#[test]
fn an_override_acts_at_once_and_again_at_its_end() {
    let until = |power, edge: &str| {
        with(handled(resource("i-1", "office", power), edge), |extra| {
            extra.override_tag = Some("running until 2026-06-01T21:00:00Z".to_owned());
        })
    };
    check(
        "2026-06-01T18:00:00Z",
        vec![until(Power::Stopped, "2026-06-01T17:00:00Z stopped")],
        "start instance i-1: override running until 2026-06-01T21:00:00Z\n",
    );
    let edge = "2026-06-01T18:00:00Z running override=2026-06-01T21:00:00Z";
    check("2026-06-01T20:59:59Z", vec![until(Power::Running, edge)], "");
    check(
        "2026-06-01T21:00:00Z",
        vec![until(Power::Running, edge)],
        "stop instance i-1: outside every period\n",
    );
    check_tags(
        "2026-06-01T21:00:00Z",
        until(Power::Running, edge),
        &[("caretaker:scheduler", "2026-06-01T21:00:00Z stopped")],
        &["caretaker:override"],
    );
}

#[test]
fn an_override_that_cannot_be_read_does_not_hold() {
    let garbled = with(
        handled(resource("i-1", "office", Power::Running), "2026-06-01T09:00:00Z running"),
        |extra| extra.override_tag = Some("stopped until next tuesday".to_owned()),
    );
    check(
        "2026-06-01T10:00:00Z",
        vec![garbled],
        "problem instance i-1: the override does not hold: `next tuesday` is not a time such as `2026-06-01T21:00`\n",
    );
}

#[test]
fn with_retain_running_a_start_is_announced_before_it_is_made() {
    let asleep = |schedule| {
        handled(resource("i-1", schedule, Power::Stopped), "2026-05-29T17:00:00Z stopped")
    };
    let [ours, plain] = ["retaining", "office"].map(|schedule| {
        let mut plan = plan_at("2026-06-01T09:00:00Z", vec![asleep(schedule)]);
        plan.actions.remove(0).tags.before
    });
    let starting = "2026-06-01T09:00:00Z running starting".to_owned();
    assert_eq!(ours.unwrap().set, [("caretaker:scheduler", starting)]);
    assert_eq!(plain, None);
}

#[test]
fn what_can_never_work_is_never_tried() {
    let obstacle = |obstacle| {
        with(resource("i-1", "never", Power::Running), |extra| extra.obstacle = Some(obstacle))
    };
    check(
        "2026-06-01T10:00:00Z",
        vec![obstacle(Obstacle::OneTimeSpot), obstacle(Obstacle::InAutoScalingGroup)],
        "skip instance i-1: a one-time spot instance cannot be stopped\n\
         skip instance i-1: belongs to an Auto Scaling group: tag the group\n",
    );
}

#[test]
fn hibernation_that_is_not_configured_becomes_a_plain_stop_and_says_so() {
    let stop = |configured| {
        with(
            handled(resource("i-1", "sleepy", Power::Running), "2026-06-01T09:00:00Z running"),
            |extra| {
                extra.hibernation_configured = configured;
            },
        )
    };
    check(
        "2026-06-01T17:00:00Z",
        vec![stop(true)],
        "hibernate instance i-1: outside every period\n",
    );
    check(
        "2026-06-01T17:00:00Z",
        vec![stop(false)],
        "stop instance i-1: outside every period (a plain stop, because hibernation is not configured)\n",
    );
}

#[test]
fn a_group_remembers_its_sizes_before_it_is_emptied() {
    let group = |power, edge: &str, capacity_tag: Option<&str>| {
        let group =
            Resource { kind: Kind::Group, ..handled(resource("web", "office", power), edge) };
        with(group, |extra| {
            extra.capacity = Some(Capacity { min: 1, max: 4, desired: 2 });
            extra.capacity_tag = capacity_tag.map(str::to_owned);
        })
    };
    let evening = plan_at(
        "2026-06-01T17:00:00Z",
        vec![group(Power::Running, "2026-06-01T09:00:00Z running", None)],
    );
    assert_eq!(evening.to_string(), "stop group web: outside every period\n");
    let before = evening.actions[0].tags.before.as_ref().unwrap();
    assert_eq!(before.set, [("caretaker:capacity", "min=1 max=4 desired=2".to_owned())]);

    let edge = "2026-05-29T17:00:00Z stopped";
    check(
        "2026-06-01T09:00:00Z",
        vec![group(Power::Stopped, edge, Some("min=1 max=4 desired=2"))],
        "start with min=1 max=4 desired=2 group web: period office\n",
    );
    check(
        "2026-06-01T09:00:00Z",
        vec![group(Power::Stopped, edge, None)],
        "problem group web: the sizes to restore are unknown: the tag caretaker:capacity is missing\n",
    );
    // Instances that never come up must not keep a group running.
    check(
        "2026-06-01T17:00:00Z",
        vec![group(Power::Starting, "2026-06-01T09:00:00Z running", None)],
        "stop group web: outside every period\n",
    );
}

#[test]
fn an_application_starts_after_its_database_and_stops_before_it() {
    let member = |id: &str, order: &str, power, edge: &str| {
        with(handled(resource(id, "office", power), edge), |extra| {
            extra.group_tag = Some(format!("site {order}"));
        })
    };
    let (friday, monday) = ("2026-05-29T17:00:00Z stopped", "2026-06-01T09:00:00Z running");
    let at = "2026-06-01T09:00:00Z";
    check(
        at,
        vec![member("app", "2", Power::Stopped, friday), member("db", "1", Power::Stopped, friday)],
        "start instance db: period office\nwait instance app: waits for db (group site order 2)\n",
    );
    check(
        at,
        vec![
            member("app", "2", Power::Stopped, friday),
            member("db", "1", Power::Starting, monday),
        ],
        "wait instance app: waits for db (group site order 2)\n",
    );
    check(
        at,
        vec![member("app", "2", Power::Stopped, friday), member("db", "1", Power::Running, monday)],
        "start instance app: period office\n",
    );
    check(
        "2026-06-01T17:00:00Z",
        vec![member("app", "2", Power::Running, monday), member("db", "1", Power::Running, monday)],
        "stop instance app: outside every period\nwait instance db: waits for app (group site order 1)\n",
    );
}

#[test]
fn a_start_that_died_fails_the_run_and_names_its_reason() {
    let died = with(
        handled(resource("i-1", "office", Power::Stopped), "2026-06-01T09:00:00Z running"),
        |extra| {
            extra.state_reason = Some("Client.InternalError: Client error on launch".to_owned());
        },
    );
    let plan = plan_at("2026-06-01T09:05:00Z", vec![died]);
    assert_eq!(
        plan.to_string(),
        "start instance i-1: period office\n\
         problem instance i-1: was started, but did not run: Client.InternalError: Client error on launch\n"
    );
    assert!(plan.problems[0].fails_run);
    assert_eq!(
        plan.actions[0].tags.then.as_ref().unwrap().set,
        [
            (
                "caretaker:scheduler",
                "2026-06-01T09:00:00Z running retries=1 retry=2026-06-01T09:15:00Z".to_owned()
            ),
            (
                "caretaker:problem",
                "was started - but did not run: Client.InternalError: Client error on launch"
                    .to_owned()
            ),
        ]
    );
}

#[test]
fn a_persons_stop_is_no_failed_start() {
    let stopped = with(
        handled(resource("i-1", "office", Power::Stopped), "2026-06-01T09:00:00Z running"),
        |extra| {
            extra.state_reason =
                Some("Client.UserInitiatedShutdown: User initiated shutdown".to_owned());
        },
    );
    check(
        "2026-06-01T10:00:00Z",
        vec![stopped],
        "skip instance i-1: stopped by hand: left alone until the next edge\n",
    );
}

#[test]
fn a_maintenance_window_runs_although_ssm_has_moved_on() {
    let stopped =
        handled(resource("i-1", "patched", Power::Stopped), "2026-06-01T00:00:00Z stopped");
    check(
        "2026-06-02T21:45:00Z",
        vec![stopped.clone()],
        "start instance i-1: maintenance window\n",
    );
    check_tags(
        "2026-06-02T21:45:00Z",
        stopped,
        &[("caretaker:scheduler", "2026-06-02T21:45:00Z running window=2026-06-03T00:00:00Z")],
        &[],
    );
    // Without the listing, by the tag alone.
    let begun = "2026-06-02T21:45:00Z running window=2026-06-03T00:00:00Z";
    let no_windows = |now: &str| {
        let running = handled(resource("i-1", "patched", Power::Running), begun);
        plan(vec![running], &catalog(), &[], &settings(now)).to_string()
    };
    assert_eq!(no_windows("2026-06-02T23:59:00Z"), "");
    assert_eq!(no_windows("2026-06-03T00:00:00Z"), "stop instance i-1: outside every period\n");
}

#[test]
fn equal_changes_are_one_value() {
    let resources = ["i-1", "i-2"].map(|id| resource(id, OFFICE, Power::Stopped)).to_vec();
    let plan = plan_at("2026-06-01T09:00:00Z", resources);
    assert!(Rc::ptr_eq(
        plan.actions[0].tags.then.as_ref().unwrap(),
        plan.actions[1].tags.then.as_ref().unwrap()
    ));
    assert!(Rc::ptr_eq(&plan.actions[0].why, &plan.actions[1].why));
}

#[test]
fn counts_what_a_schedule_saves() {
    let resources = vec![
        handled(resource("i-1", "office", Power::Stopped), "2026-06-01T17:00:00Z stopped"),
        handled(resource("i-2", "office", Power::Running), "2026-06-01T09:00:00Z running"),
        resource("i-3", "ignore", Power::Running),
    ];
    let plan = plan_at("2026-06-01T18:00:00Z", resources);
    let tally = plan.tallies["office"];
    assert_eq!((tally.managed, tally.running, tally.saved), (2, 1, 1));
    assert_eq!((plan.n_managed, plan.n_running), (3, 2));
}

#[test]
fn a_long_plan_is_cut_and_says_so() {
    let resources = (0..600).map(|n| resource(&format!("i-{n}"), OFFICE, Power::Stopped)).collect();
    let text = plan_at("2026-06-01T09:00:00Z", resources).to_string();
    assert_eq!(text.lines().count(), 501);
    assert!(text.ends_with("and 100 more\n"));
}

mod defects;
