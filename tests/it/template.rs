//! The deployment template: what its switches leave out, how its parameters are called, which
//! documents a function may read, what its alarms look at, and who may work in an account that is
//! looked after. Deploys it into memory only.

mod alarms;
mod documents;
mod names;
mod partitions;
mod switches;
mod trust;

use tests::{
    aws::world::HOME_ACCOUNT,
    template::{Deployment, Stack, Template},
};

/// An account that is looked after from the home account.
const OTHER: &str = "222222222222";

/// Values with which every optional part of the template is there.
const EVERYTHING: &[(&str, &str)] = &[
    ("AlertTopicArn", "arn:aws:sns:eu-west-1:111111111111:alerts"),
    ("OrganizationalUnits", "ou-loc1-00000001"),
    ("OrganizationId", "o-local00000"),
    ("SchedulerCalendarBucket", "calendars"),
    ("SchedulerKmsKeyArns", "arn:aws:kms:eu-west-1:111111111111:key/1"),
    ("RotationKmsKeyArns", "arn:aws:kms:eu-west-1:111111111111:key/2"),
    ("RotationParameterPath", "/app"),
    ("RotationExample", "true"),
];

fn deploy(deployment: Deployment, parameters: &[(&str, &str)]) -> anyhow::Result<Stack> {
    let deployment = parameters
        .iter()
        .fold(deployment, |deployment, (name, value)| deployment.with(name, value));
    Template::of_workspace().unwrap().deploy(&deployment)
}

/// The stack with the functions.
fn hub(parameters: &[(&str, &str)]) -> Stack {
    deploy(Deployment::default(), parameters).unwrap()
}

/// The stack in an account that is looked after.
fn target(parameters: &[(&str, &str)]) -> Stack {
    let deployment = Deployment::default().in_account(OTHER).with("HubAccount", HOME_ACCOUNT);
    deploy(deployment, parameters).unwrap()
}
