//! The decisions, as a table: what is wanted, what was handled, what is seen.

use super::*;

const INTERVAL: SignedDuration = SignedDuration::from_mins(5);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn flags() -> Flags {
    Flags {
        enforced: false,
        retain_running: false,
        stop_new_instances: true,
        grace: SignedDuration::from_mins(15),
    }
}

fn wanted(state: State, since: &str) -> Wanted {
    Wanted {
        state,
        since: (!since.is_empty()).then(|| at(since)),
        instance_type: None,
        override_mark: None,
        window: None,
        in_window: false,
        is_recent: true,
        is_recent_in_group: true,
    }
}

fn seen<'a>(power: &'a Power, handled: Option<&'a Handled>) -> Seen<'a> {
    Seen {
        power,
        handled,
        born: None,
        size: Some("t3.large"),
        own: None,
        may_grow: false,
        forgets: false,
        start_failure: None,
        restarts_itself: false,
        stopped_since: None,
    }
}

/// Prints a decision as one line.
fn show(decision: Decision) -> String {
    match decision {
        Decision::Nothing => "nothing".to_owned(),
        Decision::Skip(reason) => format!("skip: {reason}"),
        Decision::Wait(reason) => format!("wait: {reason}"),
        Decision::Record(then) => format!("record {then}"),
        Decision::Stuck(reason) => format!("stuck: {reason}"),
        Decision::Start { then, set_type, fallback, own } => {
            let set_type = set_type.map(|name| format!(" as {name}")).unwrap_or_default();
            let fallback = fallback.map(|name| format!(" or as {name}")).unwrap_or_default();
            let own = own.map(|name| format!(" (own={name})")).unwrap_or_default();
            // What everything that starts has.
            let own = if own == " (own=t3.large)" { String::new() } else { own };
            format!("start{set_type}{fallback}, then {then}{own}")
        }
        Decision::Stop { then, tries: 0 } => format!("stop, then {then}"),
        Decision::Stop { then, tries } => format!("stop after {tries}, then {then}"),
        Decision::StopToResize { then } => format!("stop to resize, before {then}"),
    }
}

/// The decision at 10:00 on a Monday.
#[track_caller]
fn check(wanted: &Wanted, handled: &str, power: &Power, flags: Flags, expected: &str) {
    let handled = (!handled.is_empty()).then(|| Handled::parse(handled).unwrap());
    let now = at("2026-06-01T10:00:00Z");
    let decision = decide(wanted, seen(power, handled.as_ref()), flags, now, INTERVAL);
    assert_eq!(show(decision), expected);
}

const FRIDAY_EVENING: &str = "2026-05-29T17:00:00Z stopped";
const MONDAY_MORNING: &str = "2026-06-01T09:00:00Z running";

fn open() -> Wanted {
    wanted(State::Running, "2026-06-01T09:00:00Z")
}

fn closed() -> Wanted {
    wanted(State::Stopped, "2026-06-01T09:30:00Z")
}

#[test]
fn an_edge_is_acted_on_once() {
    check(
        &open(),
        FRIDAY_EVENING,
        &Power::Stopped,
        flags(),
        "start, then 2026-06-01T09:00:00Z running",
    );
    check(&open(), MONDAY_MORNING, &Power::Running, flags(), "nothing");
    check(
        &closed(),
        MONDAY_MORNING,
        &Power::Running,
        flags(),
        "stop, then 2026-06-01T09:30:00Z stopped",
    );
    check(&closed(), "2026-06-01T09:30:00Z stopped", &Power::Stopped, flags(), "nothing");
}

#[test]
fn an_edge_that_changes_nothing_is_only_remembered() {
    check(&open(), FRIDAY_EVENING, &Power::Running, flags(), "record 2026-06-01T09:00:00Z running");
    check(
        &open(),
        FRIDAY_EVENING,
        &Power::Starting,
        flags(),
        "record 2026-06-01T09:00:00Z running",
    );
    check(
        &closed(),
        MONDAY_MORNING,
        &Power::Stopped,
        flags(),
        "record 2026-06-01T09:30:00Z stopped",
    );
}

#[test]
fn a_person_is_left_alone_until_the_next_edge() {
    check(
        &open(),
        MONDAY_MORNING,
        &Power::Stopped,
        flags(),
        "skip: stopped by hand: left alone until the next edge",
    );
    check(
        &closed(),
        "2026-06-01T09:30:00Z stopped",
        &Power::Running,
        flags(),
        "skip: started by hand: left alone until the next edge",
    );
}

#[test]
fn an_enforced_schedule_leaves_nobody_alone() {
    let enforced = Flags { enforced: true, ..flags() };
    check(
        &open(),
        MONDAY_MORNING,
        &Power::Stopped,
        enforced,
        "start, then 2026-06-01T09:00:00Z running",
    );
    check(
        &closed(),
        "2026-06-01T09:30:00Z stopped",
        &Power::Running,
        enforced,
        "stop, then 2026-06-01T09:30:00Z stopped",
    );
}

#[test]
fn a_missed_edge_is_made_up_for() {
    let long_ago = "2026-04-01T09:00:00Z running";
    check(&closed(), long_ago, &Power::Running, flags(), "stop, then 2026-06-01T09:30:00Z stopped");
}

#[test]
fn a_schedule_edited_to_ask_for_something_else_acts_once() {
    // The end was moved from 09:30 to 17:00 after the stop.
    check(
        &open(),
        "2026-06-01T09:30:00Z stopped",
        &Power::Stopped,
        flags(),
        "start, then 2026-06-01T09:00:00Z running",
    );
    check(&open(), "2026-06-01T09:00:00Z running", &Power::Running, flags(), "nothing");
}

#[test]
fn a_schedule_without_edges_acts_on_first_sight() {
    let always = wanted(State::Running, "");
    check(&always, "", &Power::Stopped, flags(), "start, then 2026-06-01T10:00:00Z running");
    check(&always, "2026-06-01T09:55:00Z running", &Power::Running, flags(), "nothing");
}

#[test]
fn nothing_is_done_where_nothing_is_asked() {
    let any = wanted(State::Any, "2026-06-01T09:00:00Z");
    check(&any, MONDAY_MORNING, &Power::Stopped, Flags { enforced: true, ..flags() }, "nothing");
    check(&any, "", &Power::Running, flags(), "nothing");
}

#[test]
fn a_resource_on_its_way_is_waited_for() {
    check(
        &open(),
        FRIDAY_EVENING,
        &Power::Stopping,
        flags(),
        "wait: still stopping: starts when it has stopped",
    );
    check(
        &closed(),
        MONDAY_MORNING,
        &Power::Starting,
        flags(),
        "wait: still starting: stops when it runs",
    );
    check(
        &open(),
        FRIDAY_EVENING,
        &Power::Busy("modifying".into()),
        flags(),
        "wait: busy: modifying",
    );
}

#[test]
fn a_new_resource_has_its_grace() {
    let now = at("2026-06-01T10:00:00Z");
    let young = Seen { born: Some(at("2026-06-01T09:50:00Z")), ..seen(&Power::Running, None) };
    assert_eq!(
        show(decide(&closed(), young, flags(), now, INTERVAL)),
        "wait: new: left alone until 2026-06-01T10:05:00Z"
    );
    let old = Seen { born: Some(at("2026-06-01T09:45:00Z")), ..seen(&Power::Running, None) };
    assert_eq!(
        show(decide(&closed(), old, flags(), now, INTERVAL)),
        "stop, then 2026-06-01T09:30:00Z stopped"
    );
}

#[test]
fn retain_running_spares_one_stop() {
    let retain = Flags { retain_running: true, ..flags() };
    check(
        &open(),
        FRIDAY_EVENING,
        &Power::Running,
        retain,
        "record 2026-06-01T09:00:00Z running retained",
    );
    check(
        &closed(),
        "2026-06-01T09:00:00Z running retained",
        &Power::Running,
        retain,
        "record 2026-06-01T09:30:00Z stopped",
    );
}

#[test]
fn what_we_were_about_to_start_is_not_retained() {
    let retain = Flags { retain_running: true, ..flags() };
    let starting = "2026-06-01T09:00:00Z running starting";
    check(&open(), starting, &Power::Stopped, retain, &format!("start, then {MONDAY_MORNING}"));
    check(&open(), starting, &Power::Starting, retain, "nothing");
    check(&open(), starting, &Power::Running, retain, &format!("record {MONDAY_MORNING}"));
    let evening = "stop, then 2026-06-01T09:30:00Z stopped";
    check(&closed(), starting, &Power::Running, retain, evening);
}

#[test]
fn an_override_acts_at_once_and_only_once() {
    let mark = Some(OverrideMark::Until(at("2026-06-08T00:00:00Z")));
    let vacation = Wanted { override_mark: mark, ..wanted(State::Stopped, "") };
    let then = "2026-06-01T10:00:00Z stopped override=2026-06-08T00:00:00Z";
    check(&vacation, MONDAY_MORNING, &Power::Running, flags(), &format!("stop, then {then}"));
    check(&vacation, then, &Power::Stopped, flags(), "nothing");
    // Even where a person had started it against the schedule.
    check(&vacation, FRIDAY_EVENING, &Power::Running, flags(), &format!("stop, then {then}"));
    // Even where it is new, and new resources are spared.
    let spared = Flags { stop_new_instances: false, ..flags() };
    check(&vacation, "", &Power::Running, spared, &format!("stop, then {then}"));
    // Another end is another override.
    let handled = "2026-06-01T09:55:00Z stopped override=2026-06-05T00:00:00Z";
    check(&vacation, handled, &Power::Running, flags(), &format!("stop, then {then}"));
}

#[test]
fn a_start_that_died_is_tried_again_with_growing_pauses() {
    let died = |handled: &str, now: &str| {
        let handled = Handled::parse(handled).unwrap();
        let seen = Seen {
            start_failure: Some("Client.InternalError"),
            ..seen(&Power::Stopped, Some(&handled))
        };
        show(decide(&open(), seen, flags(), at(now), INTERVAL))
    };
    assert_eq!(
        died(MONDAY_MORNING, "2026-06-01T09:05:00Z"),
        "start, then 2026-06-01T09:00:00Z running retries=1 retry=2026-06-01T09:15:00Z"
    );
    let first = "2026-06-01T09:00:00Z running retries=1 retry=2026-06-01T09:15:00Z";
    assert_eq!(
        died(first, "2026-06-01T09:10:00Z"),
        "stuck: start 2 failed (Client.InternalError): next try at 2026-06-01T09:15:00Z"
    );
    assert_eq!(
        died(first, "2026-06-01T09:15:00Z"),
        "start, then 2026-06-01T09:00:00Z running retries=2 retry=2026-06-01T09:35:00Z"
    );
    let last = "2026-06-01T09:00:00Z running retries=5 retry=2026-06-01T11:00:00Z";
    assert_eq!(
        died(last, "2026-06-01T12:00:00Z"),
        "start, then 2026-06-01T09:00:00Z running retries=6 retry=2026-06-01T13:20:00Z"
    );
}

#[test]
fn failed_starts_are_forgotten_once_it_runs() {
    check(
        &open(),
        "2026-06-01T09:00:00Z running retries=2 retry=2026-06-01T09:35:00Z",
        &Power::Running,
        flags(),
        "record 2026-06-01T09:00:00Z running",
    );
}

#[test]
fn defect_h2_a_refused_stop_is_tried_again_with_growing_pauses() {
    let refused = "2026-06-01T09:30:00Z stopped retry=2026-06-01T10:05:00Z";
    check(
        &closed(),
        refused,
        &Power::Running,
        flags(),
        "wait: stop 1 was refused: next try at 2026-06-01T10:05:00Z",
    );
    check(
        &closed(),
        "2026-06-01T09:30:00Z stopped retries=1 retry=2026-06-01T09:55:00Z",
        &Power::Running,
        flags(),
        "stop after 2, then 2026-06-01T09:30:00Z stopped",
    );
    let then = Handled::parse("2026-06-01T09:30:00Z stopped").unwrap();
    let now = at("2026-06-01T10:00:00Z");
    assert_eq!(
        refused_stop(then, 2, now, INTERVAL).to_string(),
        "2026-06-01T09:30:00Z stopped retries=2 retry=2026-06-01T10:20:00Z"
    );
    // Stopped at last, it is forgotten.
    check(&closed(), refused, &Power::Stopped, flags(), "record 2026-06-01T09:30:00Z stopped");
}

#[test]
fn defect_h2_what_can_never_be_stopped_waits_for_the_next_edge_unless_enforced() {
    let refused = "2026-06-01T09:30:00Z stopped refused";
    check(
        &closed(),
        refused,
        &Power::Running,
        flags(),
        "skip: AWS cannot stop it: left alone until the next edge",
    );
    let enforced = Flags { enforced: true, ..flags() };
    let then = "stop, then 2026-06-01T09:30:00Z stopped";
    check(&closed(), refused, &Power::Running, enforced, then);
    let paused = "2026-06-01T09:30:00Z stopped retry=2026-06-01T10:05:00Z";
    let again = "stop after 1, then 2026-06-01T09:30:00Z stopped";
    check(&closed(), paused, &Power::Running, enforced, again);
}

#[test]
fn defect_h4_a_pause_longer_than_any_of_ours_is_none() {
    check(
        &open(),
        "2026-06-01T09:00:00Z running retries=1 retry=9999-01-01T00:00:00Z",
        &Power::Stopped,
        flags(),
        "start, then 2026-06-01T09:00:00Z running retries=2 retry=2026-06-01T10:20:00Z",
    );
}

#[test]
fn defect_m1_an_edge_later_than_now_is_left_alone() {
    let later = "2026-06-01T10:00:01Z stopped";
    let skip = "skip: an edge of 2026-06-01T10:00:01Z was handled, which is later than now";
    check(&open(), later, &Power::Stopped, flags(), skip);
}

#[test]
fn defect_c1_only_an_instance_has_a_type() {
    let large = Wanted { instance_type: Some("m5.large".to_owned()), ..open() };
    let handled = Handled::parse(MONDAY_MORNING).unwrap();
    let group = Seen { size: None, ..seen(&Power::Running, Some(&handled)) };
    let now = at("2026-06-01T10:00:00Z");
    assert_eq!(show(decide(&large, group, flags(), now, INTERVAL)), "nothing");
    let stopped = Handled::parse(FRIDAY_EVENING).unwrap();
    let group = Seen { size: None, ..seen(&Power::Stopped, Some(&stopped)) };
    let start = "start, then 2026-06-01T09:00:00Z running";
    assert_eq!(show(decide(&large, group, flags(), now, INTERVAL)), start);
}

#[test]
fn defect_m7_what_runs_as_another_type_is_its_own_again_at_the_next_start() {
    let handled = Handled::parse("2026-05-29T17:00:00Z stopped own=m5.large").unwrap();
    let seen = Seen { own: Some("m5.large"), ..seen(&Power::Stopped, Some(&handled)) };
    assert_eq!(
        show(decide(&open(), seen, flags(), at("2026-06-01T10:00:00Z"), INTERVAL)),
        "start as m5.large or as t3.large, then 2026-06-01T09:00:00Z running (own=m5.large)"
    );
}

#[test]
fn defect_h5_a_group_that_could_grow_is_emptied_at_its_end() {
    let handled = Handled::parse(MONDAY_MORNING).unwrap();
    let idle = Seen { may_grow: true, ..seen(&Power::Stopped, Some(&handled)) };
    assert_eq!(
        show(decide(&closed(), idle, flags(), at("2026-06-01T10:00:00Z"), INTERVAL)),
        "stop, then 2026-06-01T09:30:00Z stopped"
    );
}

#[test]
fn defect_h8_what_cannot_be_remembered_is_done_right_after_an_edge_only() {
    let decided = |is_recent| {
        let closed = Wanted { is_recent, ..closed() };
        let full = Seen { forgets: true, ..seen(&Power::Running, None) };
        show(decide(&closed, full, flags(), at("2026-06-01T10:00:00Z"), INTERVAL))
    };
    assert_eq!(decided(true), "stop, then 2026-06-01T09:30:00Z stopped");
    assert_eq!(
        decided(false),
        "skip: no room for a tag to remember an edge by: acted on only right after one"
    );
}

#[test]
fn a_database_that_rds_started_is_stopped_again_and_a_persons_is_not() {
    let sunday = wanted(State::Stopped, "2026-05-20T17:00:00Z");
    let run = |handled: &str| {
        let handled = Handled::parse(handled).unwrap();
        let seen = Seen { restarts_itself: true, ..seen(&Power::Running, Some(&handled)) };
        show(decide(&sunday, seen, flags(), at("2026-06-01T10:00:00Z"), INTERVAL))
    };
    assert_eq!(
        run("2026-05-20T17:00:00Z stopped acted=2026-05-25T09:59:00Z"),
        "stop, then 2026-05-20T17:00:00Z stopped acted=2026-06-01T10:00:00Z"
    );
    assert_eq!(
        run("2026-05-20T17:00:00Z stopped acted=2026-05-25T10:01:00Z"),
        "record 2026-05-20T17:00:00Z stopped acted=2026-05-25T10:01:00Z manual"
    );
    assert_eq!(
        run("2026-05-20T17:00:00Z stopped acted=2026-05-20T17:01:00Z manual"),
        "skip: started by hand: left alone until the next edge"
    );
}

#[test]
fn another_type_needs_a_stop_that_is_remembered_first() {
    let large = Wanted { instance_type: Some("m5.large".to_owned()), ..open() };
    let before = "2026-06-01T09:00:00Z running type=t3.large";
    let resizing = "2026-06-01T09:00:00Z running type=m5.large resizing own=t3.large";
    check(&large, before, &Power::Running, flags(), &format!("stop to resize, before {resizing}"));
    check(
        &large,
        resizing,
        &Power::Running,
        flags(),
        &format!("stop to resize, before {resizing}"),
    );
    check(&large, resizing, &Power::Stopping, flags(), "nothing");
    check(
        &large,
        resizing,
        &Power::Stopped,
        flags(),
        "start as m5.large or as t3.large, then 2026-06-01T09:00:00Z running type=m5.large",
    );
    // A type that a person has set since the schedule asked is left alone.
    check(
        &large,
        "2026-06-01T09:00:00Z running type=m5.large",
        &Power::Running,
        flags(),
        "skip: runs as t3.large, not as m5.large: left alone until the next edge",
    );
    // A person's stop is no reason to start.
    check(
        &large,
        before,
        &Power::Stopped,
        flags(),
        "skip: stopped by hand: left alone until the next edge",
    );
}

#[test]
fn a_maintenance_window_is_remembered_and_enforced() {
    let window = Some(at("2026-06-01T12:00:00Z"));
    let in_window = Wanted { window, in_window: true, ..open() };
    check(
        &in_window,
        MONDAY_MORNING,
        &Power::Running,
        flags(),
        "record 2026-06-01T09:00:00Z running window=2026-06-01T12:00:00Z",
    );
    let known = "2026-06-01T09:00:00Z running window=2026-06-01T12:00:00Z";
    check(&in_window, known, &Power::Running, flags(), "nothing");
    check(&in_window, known, &Power::Stopped, flags(), &format!("start, then {known}"));
}

/// Section `aws_decide` of the vectors. The anchor stores the last desired state; we store the last
/// edge. A stored state becomes the edge before the one in question, or the very edge where the
/// two are equal; the anchor's no-op calls become "remember".
#[test]
fn decides_as_aws_instance_scheduler_does() {
    /// Where the last-edge model answers differently on purpose, and why.
    const DEVIATIONS: &[(&str, &str)] = &[];
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../vectors/scheduler.json")).unwrap();
    let mut wrong = Vec::new();
    for vector in vectors["aws_decide"].as_array().unwrap() {
        let id = vector["id"].as_str().unwrap();
        let expected = vector["expect"]["action"].as_str().unwrap();
        let decided = anchor_decision(vector);
        if decided != expected && !DEVIATIONS.iter().any(|(known, _)| *known == id) {
            wrong.push(format!("{id}: {decided}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Runs a vector and names the outcome as the anchor does.
fn anchor_decision(vector: &serde_json::Value) -> &'static str {
    let flag = |name: &str| vector["flags"][name].as_bool().unwrap();
    let state = |name: &str| vector[name].as_str().unwrap();
    let in_window =
        vector["maintenance_window_active"].as_bool().unwrap() && flag("use_maintenance_window");
    let desired = match state("desired") {
        _ if in_window => State::Running,
        "running" => State::Running,
        "stopped" => State::Stopped,
        _ => State::Any,
    };
    let (edge, before) = ("2026-06-01T09:00:00Z", "2026-05-29T17:00:00Z");
    let handled = match state("stored_state") {
        "unknown" => String::new(),
        stored @ ("running" | "stopped") => {
            let at = if stored == desired.to_string() { edge } else { before };
            format!("{at} {stored}")
        }
        // After a stretch of ANY nothing newer was handled than the edge before it.
        "any" => format!("{before} stopped"),
        "retain-running" if desired == State::Running => format!("{edge} running retained"),
        "retain-running" => format!("{before} running retained"),
        "start_failed" if desired == State::Running => format!("{edge} running retries=1"),
        "start_failed" => format!("{before} running retries=1"),
        "stop_failed" => format!("{before} running"),
        other => panic!("unknown stored state {other}"),
    };
    let handled = (!handled.is_empty()).then(|| Handled::parse(&handled).unwrap());
    let power = if state("actual_state") == "running" { Power::Running } else { Power::Stopped };
    let wanted = Wanted { in_window, ..wanted(desired, edge) };
    let flags = Flags {
        enforced: flag("enforced"),
        retain_running: flag("retain_running"),
        stop_new_instances: flag("stop_new_instances"),
        grace: SignedDuration::ZERO,
    };
    let now = at("2026-06-01T10:00:00Z");
    let expected = vector["expect"]["action"].as_str().unwrap();
    match decide(&wanted, seen(&power, handled.as_ref()), flags, now, INTERVAL) {
        Decision::Start { .. } => "start",
        Decision::Stop { .. } => "stop",
        // The anchor "starts" what runs and "stops" what is stopped, without a call.
        Decision::Record(_) | Decision::Nothing => match (expected, power) {
            ("start", Power::Running) => "start",
            ("stop", Power::Stopped) => "stop",
            _ => "none",
        },
        _ => "none",
    }
}
