//! For tests beside the services: a world, a time, and calls written as query strings or JSON.

use std::fmt::Debug;

use jiff::{SignedDuration, Timestamp};

use serde_json::Value;

use super::{
    call::{Call, Reply, ServiceError},
    hand,
    site::Site,
    world::{HOME_ACCOUNT, Place, World},
};

pub(crate) const REGION: &str = "eu-west-1";

pub(crate) struct Probe {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
}

impl Probe {
    /// An empty world on Monday 2026-06-01, 08:00 UTC.
    pub(crate) fn new() -> Self {
        let now = "2026-06-01T08:00:00Z".parse().unwrap();
        Self { world: World::default(), now }
    }

    pub(crate) fn place(&mut self) -> &mut Place {
        self.world.place(HOME_ACCOUNT, REGION)
    }

    pub(crate) fn wait(&mut self, secs: i64) {
        self.now += SignedDuration::from_secs(secs);
    }

    pub(crate) fn wait_hours(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
    }

    /// `request` is the operation and its parameters: `StopInstances&InstanceId.1=i-1`. The
    /// answer is the XML inside the envelope.
    pub(crate) fn ec2(&mut self, request: &str) -> Result<String, ServiceError> {
        self.query("ec2", request)
    }

    pub(crate) fn rds(&mut self, request: &str) -> Result<String, ServiceError> {
        self.query("rds", request)
    }

    pub(crate) fn autoscaling(&mut self, request: &str) -> Result<String, ServiceError> {
        self.query("autoscaling", request)
    }

    /// The answer of a JSON service.
    pub(crate) fn secretsmanager(
        &mut self,
        operation: &str,
        parameters: Value,
    ) -> Result<Value, ServiceError> {
        self.world.by_hand("secretsmanager", &site(self.now), operation, parameters).map(value)
    }

    pub(crate) fn call(&self, service: &str, request: &str) -> Call {
        let (operation, parameters) = split(request);
        hand::call(service, &site(self.now), operation, parameters).unwrap().1
    }

    fn query(&mut self, service: &str, request: &str) -> Result<String, ServiceError> {
        let (operation, parameters) = split(request);
        self.world.by_hand(service, &site(self.now), operation, parameters).map(text)
    }
}

fn site(now: Timestamp) -> Site<'static> {
    Site { account: HOME_ACCOUNT, region: REGION, now }
}

fn split(request: &str) -> (&str, &str) {
    request.split_once('&').unwrap_or((request, ""))
}

fn text(reply: Reply) -> String {
    match reply {
        Reply::Xml(xml) => xml.into_string(),
        Reply::Json(value) => panic!("a query protocol answered with JSON: {value}"),
    }
}

fn value(reply: Reply) -> Value {
    match reply {
        Reply::Json(value) => value,
        Reply::Xml(xml) => panic!("a JSON protocol answered with XML: {}", xml.into_string()),
    }
}

/// What `request` is refused with.
#[track_caller]
pub(crate) fn refusal<T: Debug>(outcome: Result<T, ServiceError>) -> String {
    outcome.expect_err("the call should be refused").to_string()
}

/// The texts of all elements `name`, in order.
pub(crate) fn texts<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open).skip(1).filter_map(|rest| rest.split(&close).next()).collect()
}

/// `&Name.1=a&Name.2=b`
pub(crate) fn numbered(name: &str, values: &[&str]) -> String {
    let numbered = values.iter().enumerate();
    let parts = numbered.map(|(index, value)| format!("&{name}.{}={value}", index + 1));
    parts.collect::<Vec<_>>().concat()
}
