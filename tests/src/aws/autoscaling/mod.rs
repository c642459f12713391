//! Auto Scaling of the local AWS: groups, their sizes and their tags. Its instances are those of
//! EC2 in the same place. Serves no policies, hooks or scheduled actions.
//!
//! Protocol and errors: <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/>. Time comes
//! from the call alone; a group does what it had to do when somebody next looks.

mod describe;
mod error;
mod group;
mod scale;
mod state;
mod tag;
#[cfg(test)]
mod tests;
mod touched;
mod update;

use super::{
    call::{Call, Input, Outcome, ServiceError, Touched},
    site::Site,
    world::World,
};
pub use group::{Group, Lifecycle, Member, Size, Tag, Timings};
pub use scale::{add, settle};
pub use state::State;

/// Answers one call.
pub fn handle(world: &mut World, call: Call) -> Outcome {
    let Input::Query(form) = call.input else {
        return Err(ServiceError::invalid_action(&call.operation));
    };
    let site = Site { account: &call.account, region: &call.region, now: call.now };
    let place = world.place(site.account, site.region);
    settle(place, &site);
    let state = &mut place.autoscaling;
    match call.operation.as_str() {
        "CreateOrUpdateTags" => tag::create_or_update_tags(state, form),
        "DeleteTags" => tag::delete_tags(state, form),
        "DescribeAutoScalingGroups" => describe::describe_groups(state, &site, form),
        "SetDesiredCapacity" => update::set_desired_capacity(state, &site, form),
        "UpdateAutoScalingGroup" => update::update_group(state, &site, form),
        operation => Err(ServiceError::invalid_action(operation)),
    }
}

/// What a call touches, for policies that name resources or their tags.
pub fn resources(world: &mut World, call: &Call) -> Vec<Touched> {
    let site = Site { account: &call.account, region: &call.region, now: call.now };
    touched::touched(&world.place(site.account, site.region).autoscaling, &site, call)
}
