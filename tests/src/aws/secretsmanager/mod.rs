//! The secretsmanager service: secrets, their versions and staging labels, and what AWS itself does
//! in a rotation. Encrypts nothing, and invokes a function only when a `Rotation` is driven.

mod check;
mod create;
mod delete;
mod describe;
mod error;
mod get;
mod id;
mod list;
mod password;
mod put;
mod rotate;
pub mod rotation;
mod schedule;
mod secret;
mod stage;
mod state;
mod tag;
#[cfg(test)]
mod tests;
mod touched;
mod versions;

pub use rotation::PRINCIPAL;
pub use schedule::Rules;
pub use secret::{Lag, Replica, Secret};
pub use state::State;
pub use versions::{SecretValue, Version};

use super::{
    call::{Call, Outcome, ServiceError, Touched},
    site::Site,
    world::World,
};

/// Answers one call.
pub fn handle(world: &mut World, mut call: Call) -> Outcome {
    if call.operation == "GetRandomPassword" {
        return password::get(&mut world.dice, &mut call);
    }
    let place = world.place(&call.account, &call.region);
    let state = &mut place.secretsmanager;
    match call.operation.as_str() {
        "CreateSecret" => create::create(state, &mut call),
        "DescribeSecret" => describe::describe(state, &mut call),
        "ListSecretVersionIds" => describe::versions(state, &mut call),
        "ListSecrets" => list::list(state, &mut call),
        "GetSecretValue" => get::get(state, &mut call),
        "PutSecretValue" => put::put(state, &mut place.events, &mut call),
        "UpdateSecret" => put::update(state, &mut place.events, &mut call),
        "UpdateSecretVersionStage" => stage::update(state, &mut call),
        "RotateSecret" => rotate::rotate(state, &mut call),
        "CancelRotateSecret" => rotate::cancel(state, &mut call),
        "DeleteSecret" => delete::delete(state, &mut call),
        "RestoreSecret" => delete::restore(state, &mut call),
        "TagResource" => tag::tag(state, &mut call),
        "UntagResource" => tag::untag(state, &mut call),
        other => Err(ServiceError::unknown_operation(other)),
    }
}

/// The secret that a call names.
pub fn resources(world: &mut World, call: &Call) -> Vec<Touched> {
    let state = &mut world.place(&call.account, &call.region).secretsmanager;
    touched::touched(state, &site(call), call)
}

fn site(call: &Call) -> Site<'_> {
    Site { account: &call.account, region: &call.region, now: call.now }
}
