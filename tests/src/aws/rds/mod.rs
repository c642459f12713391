//! RDS of the local AWS: instances and clusters, their status and their tags. Makes and deletes
//! no database.
//!
//! Protocol and errors: <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/>. Time comes
//! from the call alone; a transition completes when somebody next looks.

mod database;
mod describe;
mod error;
mod item;
mod life;
mod params;
mod power;
mod state;
mod tag;
#[cfg(test)]
mod tests;
mod touched;

use super::{
    call::{Call, Input, Outcome, ServiceError, Touched},
    site::Site,
    world::World,
};
pub use database::{Cluster, Instance, Snapshot, Tags};
pub use life::{Life, Status, Timings};
pub use state::State;

/// Answers one call.
pub fn handle(world: &mut World, call: Call) -> Outcome {
    let Input::Query(form) = call.input else {
        return Err(ServiceError::invalid_action(&call.operation));
    };
    let site = Site { account: &call.account, region: &call.region, now: call.now };
    let state = &mut world.place(site.account, site.region).rds;
    state.settle(site.now);
    match call.operation.as_str() {
        "AddTagsToResource" => tag::add_tags(state, &site, form),
        "DescribeDBClusters" => describe::describe_db_clusters(state, &site, form),
        "DescribeDBInstances" => describe::describe_db_instances(state, &site, form),
        "ListTagsForResource" => tag::list_tags(state, &site, form),
        "RemoveTagsFromResource" => tag::remove_tags(state, &site, form),
        "StartDBCluster" => power::start_db_cluster(state, &site, form),
        "StartDBInstance" => power::start_db_instance(state, &site, form),
        "StopDBCluster" => power::stop_db_cluster(state, &site, form),
        "StopDBInstance" => power::stop_db_instance(state, &site, form),
        operation => Err(ServiceError::invalid_action(operation)),
    }
}

/// What a call touches, for policies that name resources or their tags.
pub fn resources(world: &mut World, call: &Call) -> Vec<Touched> {
    let site = Site { account: &call.account, region: &call.region, now: call.now };
    touched::touched(&mut world.place(site.account, site.region).rds, &site, call)
}
