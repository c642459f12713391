//! The Lambda harness, tried with real processes.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use tests::lambda::{Function, Outcome, Spec};

fn bare() -> Function {
    Function::start(Spec::at("bare", env!("CARGO_BIN_EXE_bare"))).unwrap()
}

fn misbehave() -> Spec {
    Spec::at("misbehave", env!("CARGO_BIN_EXE_misbehave"))
}

fn start(spec: Spec) -> Function {
    Function::start(spec).unwrap()
}

/// The next invocation runs in a new process and is not harmed by what happened before.
#[track_caller]
fn check_recovers(function: &Function) {
    let next = function.invoke(&json!({ "log": "well" }));
    assert_eq!(next.answer(), &Value::Null);
    assert!(next.init.is_some(), "no cold start");
    assert_eq!(next.logs, ["out: well", "err: well"]);
}

#[test]
fn answers_and_stays_warm() {
    let function = bare();
    let first = function.invoke(&json!({ "n": 1 }));
    assert_eq!(first.answer(), &json!({ "n": 1 }));
    assert!(first.init.is_some());
    let second = function.invoke(&json!({ "n": 2 }));
    assert_eq!(second.answer(), &json!({ "n": 2 }));
    assert_eq!(second.init, None);
}

#[test]
fn a_reported_error_keeps_its_type_and_the_process_its_warmth() {
    let function = start(misbehave());
    let failed = function.invoke(&json!({ "fail": { "error_type": "A.B", "message": "why: x" } }));
    let expected = Outcome::Error { error_type: "A.B".to_owned(), message: "why: x".to_owned() };
    assert_eq!(failed.outcome, expected);
    assert_eq!(function.invoke(&json!({ "log": "on" })).init, None);
}

#[test]
fn a_panic_is_reported_as_an_error() {
    let function = start(misbehave());
    let Outcome::Error { message, .. } = function.invoke(&json!({ "panic": "ouch" })).outcome
    else {
        panic!("not an error");
    };
    assert!(message.contains("ouch"), "{message}");
    assert_eq!(function.invoke(&json!({ "log": "on" })).init, None);
}

#[test]
fn the_deadline_kills_and_the_next_invocation_starts_cold() {
    let function = start(misbehave().timeout(Duration::from_millis(200)));
    let hung = function.invoke(&json!("hang"));
    assert_eq!(hung.outcome, Outcome::TimedOut);
    assert!(hung.duration >= Duration::from_millis(200), "{:?}", hung.duration);
    check_recovers(&function);
}

#[test]
fn an_exit_is_a_crash_with_its_code() {
    let function = start(misbehave());
    let Outcome::Crashed { exit } = function.invoke(&json!({ "exit": 3 })).outcome else {
        panic!("not a crash");
    };
    assert_eq!(exit.code(), Some(3));
    check_recovers(&function);
}

#[test]
fn an_exit_at_the_start_is_a_crash_with_its_logs() {
    let function = start(misbehave().variable("EXIT_AT_START", "yes"));
    let crashed = function.invoke(&json!("hang"));
    let Outcome::Crashed { exit } = crashed.outcome else { panic!("not a crash") };
    assert_eq!(exit.code(), Some(4));
    assert_eq!(crashed.logs, ["leaving at the start"]);
    assert_eq!(crashed.init, None);
}

#[test]
fn a_missing_binary_is_an_invalid_entry_point() {
    let function = start(Spec::at("nothing", "/nowhere/nothing"));
    let Outcome::Error { error_type, .. } = function.invoke(&json!({})).outcome else {
        panic!("not an error");
    };
    assert_eq!(error_type, "Runtime.InvalidEntrypoint");
}

#[test]
fn a_kill_from_another_thread_is_a_crash_by_signal() {
    let function = start(misbehave());
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let killer = function.killer();
    let invocation = thread::scope(|scope| {
        scope.spawn(move || {
            listener.accept().unwrap();
            killer.kill();
        });
        function.invoke(&json!({ "knock_and_hang": address }))
    });
    let Outcome::Crashed { exit } = invocation.outcome else {
        panic!("not a crash: {:?}", invocation.outcome);
    };
    assert_eq!(exit.signal(), Some(9));
    check_recovers(&function);
}

#[test]
fn a_kill_between_invocations_makes_the_next_one_start_cold() {
    let function = start(misbehave());
    function.kill();
    function.invoke(&json!({ "log": "up" }));
    function.kill();
    check_recovers(&function);
}

#[test]
#[cfg(target_os = "linux")]
fn too_much_memory_kills_and_the_next_invocation_starts_cold() {
    let function = start(misbehave().memory_mib(64));
    assert_eq!(function.invoke(&json!({ "allocate": { "mib": 20 } })).answer(), &Value::Null);
    let invocation = function.invoke(&json!({ "allocate": { "mib": 100 } }));
    let Outcome::OutOfMemory { peak_bytes } = invocation.outcome else {
        panic!("not out of memory: {:?}", invocation.outcome);
    };
    assert!(peak_bytes > 64 * 1024 * 1024, "{peak_bytes}");
    assert_eq!(invocation.peak_memory_bytes, Some(peak_bytes));
    check_recovers(&function);
}

#[test]
fn logs_belong_to_the_invocation_that_wrote_them() {
    let function = start(misbehave());
    for text in ["one", "two", "three"] {
        let invocation = function.invoke(&json!({ "log": text }));
        assert_eq!(invocation.logs, [format!("out: {text}"), format!("err: {text}")]);
    }
}

#[test]
fn the_headers_tell_deadline_and_identity() {
    let function = start(misbehave().timeout(Duration::from_secs(7)));
    let before = milliseconds_since_1970();
    let invocation = function.invoke(&json!("context"));
    let after = milliseconds_since_1970();
    let context = invocation.answer();
    assert_eq!(context["request_id"], invocation.request_id);
    assert_eq!(context["arn"], "arn:aws:lambda:eu-west-1:111111111111:function:misbehave");
    let deadline_ms = context["deadline_ms"].as_u64().unwrap();
    assert!((before + 7000..=after + 7000).contains(&deadline_ms), "{deadline_ms}");
    let trace_id = context["trace_id"].as_str().unwrap();
    assert!(trace_id.starts_with("Root=1-"), "{trace_id}");
}

#[test]
fn the_environment_is_the_function_s_own() {
    let function = start(misbehave().variable("PLAN", "b").endpoint("http://127.0.0.1:9"));
    let invocation = function.invoke(&json!("environment"));
    let environment: BTreeMap<String, String> =
        serde_json::from_value::<Vec<(String, String)>>(invocation.answer().clone())
            .unwrap()
            .into_iter()
            .collect();
    assert_eq!(environment["PLAN"], "b");
    assert_eq!(environment["AWS_ENDPOINT_URL"], "http://127.0.0.1:9");
    assert_eq!(environment["AWS_ACCESS_KEY_ID"], "misbehave");
    assert!(!environment.contains_key("CARGO_MANIFEST_DIR"), "{environment:?}");
    assert!(!environment.contains_key("HOME"), "{environment:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn no_process_outlives_its_function() {
    let function = start(misbehave().variable("MARK", "no_process_outlives"));
    function.invoke(&json!({ "log": "up" }));
    drop(function);
    assert_eq!(processes_with("MARK=no_process_outlives"), [""; 0]);
}

/// The processes with this text in their environment.
#[cfg(target_os = "linux")]
fn processes_with(variable: &str) -> Vec<String> {
    let processes = Path::new("/proc").read_dir().unwrap();
    processes
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let environment = std::fs::read(path.join("environ")).ok()?;
            let is_marked = String::from_utf8_lossy(&environment).contains(variable);
            is_marked.then(|| path.display().to_string())
        })
        .collect()
}

fn milliseconds_since_1970() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "what the deadline is measured against")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}
