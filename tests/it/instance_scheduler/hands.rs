//! What people do to the account between runs, and what tests read from it and from the runs.

use tests::{aws::site::Site, lambda::Outcome};

use super::*;

impl Account {
    /// Looks at the home region, or changes it, at the world's time.
    pub(crate) fn place<T>(&self, look: impl FnOnce(&mut Place, Timestamp) -> T) -> T {
        let now = self.aws.clock().now();
        self.aws.with(|world| look(world.place(HOME_ACCOUNT, REGION), now))
    }

    /// What a person does at the console, where the function's log does not see it: a service, and
    /// an operation with its parameters, as in `StopInstances&InstanceId.1=i-1`.
    #[track_caller]
    pub(crate) fn by_hand(&self, service: &str, request: &str) {
        self.by_hand_in(HOME_ACCOUNT, REGION, service, request);
    }

    /// The same in another account or region.
    #[track_caller]
    pub(crate) fn by_hand_in(&self, account: &str, region: &str, service: &str, request: &str) {
        let (operation, parameters) = request.split_once('&').unwrap_or((request, ""));
        let site = Site { account, region, now: self.aws.clock().now() };
        self.aws.with(|world| world.by_hand(service, &site, operation, parameters)).unwrap();
    }

    pub(crate) fn start_by_hand(&self, id: &str) {
        self.by_hand("ec2", &format!("StartInstances&InstanceId.1={id}"));
    }

    pub(crate) fn stop_by_hand(&self, id: &str) {
        self.by_hand("ec2", &format!("StopInstances&InstanceId.1={id}"));
    }

    /// Tags an instance.
    pub(crate) fn set_tag(&self, id: &str, key: &str, value: &str) {
        self.place(|place, now| {
            let instance = place.ec2.instance(id, now).unwrap();
            instance.tags.insert(key.to_owned(), value.to_owned());
        });
    }

    /// Writes the parameter `/caretaker/<name>`.
    pub(crate) fn document(&self, name: &str, text: &str) {
        self.place(|place, now| document(place, name, text, now));
    }

    /// The state of a database in the home region.
    pub(crate) fn database(&self, id: &str) -> &'static str {
        self.place(|place, now| place.rds.status(id, now).unwrap().name())
    }

    /// The state of a cluster in the home region.
    pub(crate) fn cluster(&self, id: &str) -> &'static str {
        self.place(|place, now| place.rds.cluster_status(id, now).unwrap().name())
    }

    /// The calls since the log was last cleared that change something, in their order.
    pub(crate) fn changes(&self) -> Vec<String> {
        const LOOKS: [&str; 5] = ["Describe", "Get", "List", "Assume", "PutEvents"];
        let mut calls = self.aws.log().operations();
        calls.retain(|call| {
            let operation = call.split_once(':').map_or("", |(_, operation)| operation);
            !LOOKS.iter().any(|look| operation.starts_with(look))
        });
        calls
    }
}

/// Writes the parameter `/caretaker/<name>` into a place.
pub(crate) fn document(place: &mut Place, name: &str, text: &str, now: Timestamp) {
    place.ssm.set(&format!("/caretaker/{name}"), text, now);
}

/// How an invocation failed, if it did: the error's type and its message.
pub(crate) fn failure(invocation: &Invocation) -> Option<(&str, &str)> {
    match &invocation.outcome {
        Outcome::Error { error_type, message } => Some((error_type, message)),
        _ => None,
    }
}

/// What a run reports: its answer or, where it failed, what it wrote to its log.
#[track_caller]
pub(crate) fn report(invocation: &Invocation) -> Value {
    if failure(invocation).is_none() {
        return invocation.answer().clone();
    }
    let mut lines =
        invocation.logs.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let Some(report) = lines.find_map(|mut line| line.get_mut("report").map(Value::take)) else {
        panic!("no report but {:?}; the logs:\n{}", invocation.outcome, invocation.logs.join("\n"))
    };
    report
}

/// The lines of one list of a report, `actions`, `skipped`, `failed` or `warnings`, over all
/// targets, as people read them: `start i-1: period office`.
#[track_caller]
pub(crate) fn lines(invocation: &Invocation, list: &str) -> Vec<String> {
    let report = report(invocation);
    let targets = report["targets"].as_array().unwrap().iter();
    let entries = targets.flat_map(|target| target[list].as_array().cloned().unwrap_or_default());
    let mut lines: Vec<String> = entries
        .map(|line| {
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let change = text("do");
            let space = if change.is_empty() { "" } else { " " };
            format!("{change}{space}{}: {}", text("resource"), text("because"))
        })
        .collect();
    lines.sort_unstable();
    lines
}
