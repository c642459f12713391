//! The autoscaling service of the local AWS.

use super::{
    call::{Call, Outcome, ServiceError, Touched},
    world::World,
};

/// What one account has of this service in one region.
#[derive(Debug, Default)]
pub struct State {}

/// Answers one call.
pub fn handle(_world: &mut World, call: Call) -> Outcome {
    let Call { operation, .. } = call;
    Err(ServiceError::invalid_action(&operation))
}

/// What a call touches, for policies that name resources or their tags.
pub fn resources(_world: &mut World, _call: &Call) -> Vec<Touched> {
    Touched::everything()
}
