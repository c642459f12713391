//! The rds service of the local AWS.

use super::{
    call::{Call, Outcome, ServiceError},
    world::World,
};

/// What one account has of this service in one region.
#[derive(Debug, Default)]
pub struct State {}

/// Answers one call.
pub fn handle(_world: &mut World, call: Call) -> Outcome {
    Err(ServiceError::client(
        "InvalidAction",
        format!("The action {} is not valid for this web service.", call.operation),
    ))
}
