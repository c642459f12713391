//! The instance scheduler as a whole: the real binary, on real events, against the local AWS, with
//! the role that the template gives it.

mod bounds;
mod counts;
mod databases;
mod deadline;
mod defects;
mod documents;
mod failing;
mod failures;
mod fortnight;
mod grants;
mod groups;
mod hands;
mod one;
mod organization;
mod questions;
mod readme;
mod reference;
mod runs;
mod targets;
mod vectors;
mod windows;
mod words;

use jiff::Timestamp;
use serde_json::{Value, json};
use tests::{
    aws::{
        LocalAws, ec2, rds,
        world::{HOME_ACCOUNT, Place, World},
    },
    lambda::{Function, Invocation, Spec},
    stage::{self, Deployed, Stage},
    template::Stack,
};

pub(crate) use hands::{document, failure, lines, report};

pub(crate) const NAME: &str = "instance-scheduler";
pub(crate) const REGION: &str = "eu-west-1";
/// A Monday.
pub(crate) const MONDAY: &str = "2026-06-01T09:00:00Z";

/// The deployed stack, a world to look after, and a clock that only tests move.
pub(crate) struct Account {
    pub(crate) aws: LocalAws,
    pub(crate) stack: Stack,
    pub(crate) function: Function,
}

impl Account {
    /// The stack with its default parameters, at `now`, with `build` applied to the home region.
    pub(crate) fn new(now: &str, build: impl FnOnce(&mut Place, Timestamp)) -> Self {
        Self::with(
            now,
            &[],
            |spec| spec,
            |world, now| build(world.place(HOME_ACCOUNT, REGION), now),
        )
    }

    pub(crate) fn with(
        now: &str,
        parameters: &[(&str, &str)],
        adjust: impl FnOnce(Spec) -> Spec,
        build: impl FnOnce(&mut World, Timestamp),
    ) -> Self {
        let now: Timestamp = now.parse().unwrap();
        let deployed = Stage::at(now).parameters(parameters).deploy().unwrap();
        deployed.aws.with(|world| build(world, now));
        let function = Function::start(adjust(deployed.spec(NAME).unwrap())).unwrap();
        let Deployed { aws, stack } = deployed;
        Self { aws, stack, function }
    }

    /// The world's time goes to `at`, and EventBridge fires.
    pub(crate) fn tick(&self, at: &str) -> Invocation {
        self.aws.clock().set(at.parse().unwrap());
        self.function.invoke(&scheduled(at))
    }

    /// The power state of an instance in the home region.
    pub(crate) fn power(&self, id: &str) -> &'static str {
        let now = self.aws.clock().now();
        self.aws.with(|world| world.place(HOME_ACCOUNT, REGION).ec2.power(id, now).unwrap().name())
    }

    /// The value of an instance's tag.
    pub(crate) fn tag(&self, id: &str, key: &str) -> Option<String> {
        let now = self.aws.clock().now();
        self.aws.with(|world| {
            let instance = world.place(HOME_ACCOUNT, REGION).ec2.instance(id, now).unwrap();
            instance.tags.get(key).cloned()
        })
    }
}

/// Makes `account` one that the function of the home account looks after.
pub(crate) fn target_account(world: &mut World, account: &str, now: Timestamp) {
    stage::target(account, &[]).unwrap().install(world, now);
}

/// The event that EventBridge sends.
pub(crate) fn scheduled(at: &str) -> Value {
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": HOME_ACCOUNT,
        "time": at,
        "region": REGION,
        "resources": ["arn:aws:events:eu-west-1:111111111111:rule/tick"],
        "detail": {},
    })
}

/// An instance that follows `schedule`.
pub(crate) fn instance(number: u64, schedule: &str) -> ec2::Instance {
    ec2::Instance::numbered(number, "eu-west-1a")
        .launched("2026-05-01T00:00:00Z".parse().unwrap())
        .tag("Schedule", schedule)
}

/// The id of `instance(number, _)`.
pub(crate) fn id(number: u64) -> String {
    ec2::Instance::numbered(number, "eu-west-1a").id
}
