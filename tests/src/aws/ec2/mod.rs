//! EC2 of the local AWS: instances, their power and their tags. Serves no volumes, images or
//! networks.
//!
//! Protocol and errors: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/>. Time comes
//! from the call alone; a transition completes when somebody next looks.

mod attribute;
mod describe;
mod describe_tags;
mod error;
mod filter;
mod instance;
mod item;
mod life;
mod params;
mod power;
mod region;
mod run;
mod spot;
mod state;
mod subject;
mod tag;
#[cfg(test)]
mod tests;
mod touched;

use super::{
    autoscaling,
    call::{Call, Input, Outcome, ServiceError, Touched},
    site::Site,
    world::World,
};
pub use instance::{Instance, RootDevice, Spot, Tags};
pub use life::{Power, StartFailure, StateReason, Timings};
pub use state::{Shortage, State};

/// Answers one call.
pub fn handle(world: &mut World, call: Call) -> Outcome {
    let Input::Query(form) = call.input else {
        return Err(ServiceError::invalid_action(&call.operation));
    };
    let site = Site { account: &call.account, region: &call.region, now: call.now };
    let place = world.place(site.account, site.region);
    autoscaling::settle(place, &site);
    let state = &mut place.ec2;
    state.settle(site.now);
    match call.operation.as_str() {
        "CreateTags" => tag::create_tags(state, &site, form),
        "DeleteTags" => tag::delete_tags(state, &site, form),
        "DescribeInstanceAttribute" => attribute::describe_instance_attribute(state, &site, form),
        "DescribeInstances" => describe::describe_instances(state, &site, form),
        "DescribeRegions" => region::describe_regions(form),
        "DescribeSpotInstanceRequests" => spot::describe_spot_instance_requests(state, &site, form),
        "DescribeTags" => describe_tags::describe_tags(state, &site, form),
        "ModifyInstanceAttribute" => attribute::modify_instance_attribute(state, &site, form),
        "RunInstances" => run::run_instances(state, &site, form),
        "StartInstances" => power::start_instances(state, &site, form),
        "StopInstances" => power::stop_instances(state, &site, form),
        "TerminateInstances" => power::terminate_instances(state, &site, form),
        operation => Err(ServiceError::invalid_action(operation)),
    }
}

/// What a call touches, for policies that name resources or their tags.
pub fn resources(world: &mut World, call: &Call) -> Vec<Touched> {
    let site = Site { account: &call.account, region: &call.region, now: call.now };
    touched::touched(&mut world.place(site.account, site.region).ec2, &site, call)
}
