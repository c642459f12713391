//! What an attack on the scheduler found, by its number.

use super::*;
use crate::{config::MaxChanges, plan::limit};

const FRIDAY: &str = "2026-05-29T17:00:00Z stopped";
const MONDAY: &str = "2026-06-01T09:00:00Z running";
const MORNING: &str = "2026-06-01T09:00:00Z";
const EVENING: &str = "2026-06-01T17:00:00Z";

fn group(schedule: &str, power: Power, edge: &str, capacity: Capacity) -> Resource {
    let group = Resource { kind: Kind::Group, ..handled(resource("web", schedule, power), edge) };
    with(group, |extra| extra.capacity = Some(capacity))
}

fn sizes(min: i32, max: i32, desired: i32) -> Capacity {
    Capacity { min, max, desired }
}

#[test]
fn defect_c1_a_group_or_database_is_left_running_by_a_schedule_with_a_type() {
    let web = || group("typed", Power::Running, MONDAY, sizes(1, 4, 2));
    check("2026-06-01T10:00:00Z", vec![web()], "");
    let database = || Resource {
        kind: Kind::Database,
        ..handled(resource("db", "typed", Power::Running), MONDAY)
    };
    check("2026-06-01T10:00:00Z", vec![database()], "");
    let new = Resource { handled: None, ..database() };
    check("2026-06-01T10:00:00Z", vec![new], "");
}

#[test]
fn defect_h1_what_follows_a_schedule_that_is_not_whole_is_left_alone() {
    let lack = "schedule `holidays` is not whole: unknown calendar `lost`";
    for power in [Power::Running, Power::Stopped] {
        let followers = vec![
            handled(resource("i-1", "holidays", power.clone()), FRIDAY),
            resource("i-2", "holidays", power),
        ];
        let plan = plan_at("2026-06-01T10:00:00Z", followers);
        assert_eq!(
            plan.to_string(),
            format!("skip instance i-1: {lack}\nskip instance i-2: {lack}\n")
        );
        assert_eq!(plan.faults.values().map(|it| &**it).collect::<Vec<_>>(), [lack]);
    }
}

#[test]
fn defect_h4_a_tag_joins_no_group_of_a_document() {
    let stranger = || {
        with(handled(resource("mine", "never", Power::Stopping), FRIDAY), |extra| {
            extra.group_tag = Some("shop -1".to_owned());
        })
    };
    let app = || handled(resource("app", "shop", Power::Stopped), FRIDAY);
    check(
        MORNING,
        vec![stranger(), app()],
        "start instance app: period shop\n\
         problem instance mine: `shop` is a group of schedules: only who follows one of them joins it\n",
    );
    // Who follows it may stand elsewhere in it.
    let db = with(handled(resource("db", "shop", Power::Stopped), FRIDAY), |extra| {
        extra.group_tag = Some("shop 1".to_owned());
    });
    check(
        MORNING,
        vec![db, app()],
        "start instance db: period shop\nwait instance app: waits for db (group shop order 2)\n",
    );
}

#[test]
fn defect_h4_a_wait_ends_after_half_an_hour_and_says_so() {
    let full = |id: &str, power| {
        with(handled(resource(id, "office", power), FRIDAY), |extra| {
            let order = if id == "db" { 1 } else { 2 };
            extra.group_tag = Some(format!("web {order}"));
        })
    };
    let fleet =
        || vec![full("db", Power::Busy("storage-full".into())), full("app", Power::Stopped)];
    check(
        "2026-06-01T09:29:59Z",
        fleet(),
        "wait instance db: busy: storage-full\nwait instance app: waits for db (group web order 2)\n",
    );
    check(
        "2026-06-01T09:30:00Z",
        fleet(),
        "start instance app: period office (30 minutes after the edge it waits no longer for db, group web order 2)\n\
         wait instance db: busy: storage-full\n",
    );
}

#[test]
fn defect_h5_a_group_that_idles_at_desired_0_is_no_stopped_one() {
    // As `observe` finds it: running, for it has its maximum and no tag of ours.
    let idle = |edge| group("office", Power::Running, edge, sizes(0, 6, 0));
    check(MORNING, vec![idle(FRIDAY)], "");
    let evening = plan_at(EVENING, vec![idle(MONDAY)]);
    assert_eq!(evening.to_string(), "stop group web: outside every period\n");
    let before = evening.actions[0].tags.before.as_ref().unwrap();
    assert_eq!(before.set, [("caretaker:capacity", "min=0 max=6 desired=0".to_owned())]);
}

#[test]
fn defect_h5_sizes_are_forgotten_once_they_are_restored() {
    let with_tag =
        |group| with(group, |extra| extra.capacity_tag = Some("min=1 max=4 desired=2".to_owned()));
    let stopped = with_tag(group("office", Power::Stopped, FRIDAY, Capacity::ZERO));
    let tags = &[("caretaker:scheduler", MONDAY)];
    check_tags(MORNING, stopped, tags, &["caretaker:capacity"]);
    // Restored by a run that died then, or by hand.
    let restored = with_tag(group("office", Power::Running, FRIDAY, sizes(2, 4, 3)));
    check_tags(MORNING, restored, tags, &["caretaker:capacity"]);
    // A stop that died half-way keeps the sizes that it has noted.
    let half = with_tag(group("office", Power::Stopped, MONDAY, sizes(0, 4, 0)));
    let plan = plan_at(EVENING, vec![half]);
    assert_eq!(plan.to_string(), "stop group web: outside every period\n");
    assert_eq!(plan.actions[0].tags.before, None);
}

#[test]
fn defect_h8_a_problem_that_the_tag_tells_fails_no_run() {
    let garbled = |problem: Option<&str>| {
        with(group("office", Power::Stopped, FRIDAY, Capacity::ZERO), |extra| {
            extra.capacity_tag = Some("many".to_owned());
            extra.problem_tag = problem.map(str::to_owned);
        })
    };
    let first = plan_at(MORNING, vec![garbled(None)]);
    assert!(first.problems[0].fails_run);
    let told = first.actions[0].tags.then.as_ref().unwrap().set[0].1.clone();
    let second = plan_at(MORNING, vec![garbled(Some(&told))]);
    assert_eq!(second.problems.len(), 1);
    assert!(!second.problems[0].fails_run && second.actions.is_empty());
}

#[test]
fn defect_h8_a_resource_full_of_tags_is_acted_on_once_an_edge() {
    let full = |edge: Option<&str>| {
        let full =
            with(resource("i-1", "office", Power::Running), |extra| extra.tags_left = Some(0));
        Resource { handled: edge.map(Into::into), ..full }
    };
    let right_after = plan_at(EVENING, vec![full(None)]);
    assert_eq!(right_after.to_string(), "stop instance i-1: outside every period\n");
    assert_eq!(right_after.actions[0].tags, action::Tags::default());
    check(
        "2026-06-01T17:10:00Z",
        vec![full(None)],
        "skip instance i-1: no room for a tag to remember an edge by: acted on only right after one\n",
    );
    // With our tag among the fifty there is room enough.
    check(
        "2026-06-01T17:10:00Z",
        vec![full(Some(MONDAY))],
        "stop instance i-1: outside every period\n",
    );
}

#[test]
fn defect_m10_a_printed_plan_fits_into_a_line_of_the_log() {
    let long = |number: usize| resource(&format!("i-{number}"), &"x".repeat(240), Power::Running);
    let plan = plan_at(MORNING, (0..1000).map(long).collect());
    let printed = plan.to_string();
    assert!(printed.len() < 250 * 1024, "{} bytes", printed.len());
    assert!(printed.ends_with("and 500 more\n"), "{}", &printed[printed.len() - 40..]);
    let named = |number: usize| Resource {
        name: Some("é".repeat(250).into()),
        ..with(handled(resource(&format!("i-{number}"), "office", Power::Stopped), MONDAY), |it| {
            it.state_reason = Some("Client.InternalError: ".to_owned() + &"ü".repeat(2_000));
        })
    };
    let plan = plan_at("2026-06-01T10:00:00Z", (0..500).map(named).collect());
    assert!(plan.to_string().len() < 250 * 1024, "{} bytes", plan.to_string().len());
}

#[test]
fn defect_m2_the_end_of_an_override_waits_for_who_is_busy() {
    let ignored = |power| {
        with(handled(resource("i-1", "office", power), MONDAY), |extra| {
            extra.override_tag = Some("ignore until 2026-06-01T20:00:00Z".to_owned());
        })
    };
    let busy = plan_at("2026-06-01T20:00:00Z", vec![ignored(Power::Busy("modifying".into()))]);
    assert!(busy.actions.is_empty(), "the override stays: {busy}");
    check_tags(
        "2026-06-01T20:05:00Z",
        ignored(Power::Running),
        &[("caretaker:scheduler", "2026-06-01T20:00:00Z stopped")],
        &["caretaker:override"],
    );
}

#[test]
fn an_override_that_is_longer_than_allowed_is_reported_as_long_as_it_holds() {
    let longest = Some(SignedDuration::from_hours(14 * 24));
    let problems = |now: &str, until: &str, edge: &str| {
        let overridden = with(handled(resource("i-1", "office", Power::Running), edge), |extra| {
            extra.override_tag = Some(format!("running{until}"));
        });
        let settings = Settings { max_override: longest, ..settings(now) };
        let plan = plan(vec![overridden], &catalog(), &[], &settings);
        plan.problems.iter().map(ToString::to_string).collect::<String>()
    };
    let until = " until 2026-06-20T09:00:00Z";
    let edge = "2026-06-01T09:00:00Z running override=2026-06-20T09:00:00Z";
    let said = "problem instance i-1: the override `running until 2026-06-20T09:00:00Z` is longer than \
                allowed (SchedulerMaxOverride)";
    assert_eq!(problems(MORNING, until, FRIDAY), said);
    assert_eq!(problems("2026-06-19T09:00:00Z", until, edge), said, "a day before its end");
    assert_eq!(problems(MORNING, " until 2026-06-15T09:00:00Z", FRIDAY), "");
    assert!(problems(MORNING, "", FRIDAY).contains("the override `running` is longer"));
}

#[test]
fn defect_m6_a_tag_chooses_among_the_types_that_a_document_allows() {
    let typed = |schedule: &str, types: &str| {
        with(handled(resource("i-1", schedule, Power::Stopped), FRIDAY), |extra| {
            extra.instance_types = Some(types.to_owned());
        })
    };
    let alternatives = |schedule: &str, types: &str| {
        let plan = plan_at(MORNING, vec![typed(schedule, types)]);
        let action::Change::Instance(action::InstanceChange::Start(start)) =
            &plan.actions[0].change
        else {
            panic!("{plan}")
        };
        (start.alternatives.to_vec(), plan.problems.len())
    };
    let m5a = vec!["m5a.large".to_owned()];
    assert_eq!(alternatives("choosy", "p5.48xlarge,m5a.large"), (m5a.clone(), 1));
    assert_eq!(alternatives("choosy", "m5a.large"), (m5a, 0));
    assert_eq!(alternatives("office", "m5a.large"), (Vec::new(), 1));
    // Nor does a forged memory make it another type.
    let forged = Resource {
        handled: Some("2026-05-29T17:00:00Z stopped own=p5.48xlarge".into()),
        ..typed("choosy", "")
    };
    check(MORNING, vec![forged], "start instance i-1: period 1\n");
}

#[test]
fn defect_m6_sizes_are_restored_up_to_the_most_that_is_allowed() {
    let forged = with(group("office", Power::Stopped, FRIDAY, Capacity::ZERO), |extra| {
        extra.capacity_tag = Some("min=900 max=900 desired=900".to_owned());
    });
    check(
        MORNING,
        vec![forged],
        "start with min=100 max=100 desired=100 group web: period office (instead of min=900 max=900 \
         desired=900, because at most 100 are given (SchedulerMaxCapacity))\n",
    );
    let large = group("office", Power::Running, MONDAY, sizes(1, 101, 2));
    check(
        EVENING,
        vec![large],
        "problem group web: not stopped: it may have 101 instances, and could be given back at most \
         100 (SchedulerMaxCapacity)\n",
    );
}

fn fleet(n: usize, edge: &str) -> Vec<Resource> {
    (0..n).map(|n| handled(resource(&format!("i-{n}"), "office", Power::Running), edge)).collect()
}

fn checked(
    now: &str,
    fleet: Vec<Resource>,
    allowed: Option<&limit::Allowed>,
) -> Result<(), String> {
    let plan = plan_at(now, fleet);
    let plans = [("111111111111 eu-west-1", &plan)];
    limit::check(&plans, MaxChanges::Share(50), allowed).map_err(|refused| refused.to_string())
}

#[test]
fn a_run_stops_no_more_than_the_edges_of_schedules_explain() {
    assert_eq!(checked(EVENING, fleet(30, MONDAY), None), Ok(()), "everybody waits for this edge");
    // Somebody has moved the end of the period to yesterday.
    let surprised = checked("2026-06-01T20:00:00Z", fleet(30, MONDAY), None).unwrap_err();
    assert!(surprised.starts_with("would stop 30 of 30 (100 %) without an edge"), "{surprised}");
    assert!(surprised.contains("111111111111 eu-west-1 instance i-9 and 20 more"), "{surprised}");
    assert!(surprised.contains(r#"{"allow":{"changes":30}}"#), "{surprised}");
    // Few resources are everybody's own business, and some of many are.
    assert_eq!(checked("2026-06-01T20:00:00Z", fleet(20, MONDAY), None), Ok(()));
    let mut half = fleet(15, MONDAY);
    half.extend(fleet(15, EVENING_STOPPED));
    assert_eq!(checked("2026-06-01T20:00:00Z", half, None), Ok(()));
    // A stop that AWS refused before is no surprise.
    let again = fleet(30, "2026-06-01T17:00:00Z stopped retry=2026-06-01T19:00:00Z");
    assert_eq!(checked("2026-06-01T20:00:00Z", again, None), Ok(()));
}

const EVENING_STOPPED: &str = "2026-06-01T17:00:00Z stopped";

#[test]
fn a_person_allows_one_run_more() {
    let allow = |changes: usize, schedule: Option<&str>| {
        let schedule = schedule.map(|name| shared::document::Text(name.to_owned()));
        let allowed = limit::Allowed { changes, schedule };
        checked("2026-06-01T20:00:00Z", fleet(30, MONDAY), Some(&allowed)).is_ok()
    };
    assert!(allow(30, None) && allow(30, Some("office")));
    assert!(!allow(29, None) && !allow(30, Some("other")));
}
