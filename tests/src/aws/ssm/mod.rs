//! The ssm service: parameters and maintenance windows. Runs no commands.

mod names;
mod parameters;
mod paths;
mod windows;

use std::collections::BTreeMap;

pub use parameters::{Parameter, Type};
pub use windows::{Executions, Window};

use super::{
    call::{Call, Input, Outcome, ServiceError, Touched},
    world::World,
};

/// What one account has of this service in one region.
#[derive(Debug, Default)]
pub struct State {
    parameters: BTreeMap<String, Parameter>,
    windows: BTreeMap<String, Window>,
    /// `GetParametersByPath` may answer an empty page with a token, as AWS does now and then.
    pub sends_empty_pages: bool,
}

/// Answers one call.
pub fn handle(world: &mut World, mut call: Call) -> Outcome {
    match call.operation.as_str() {
        "PutParameter" => parameters::put(world, &mut call),
        "GetParameter" => parameters::get(world, &mut call),
        "GetParameters" => parameters::get_several(world, &mut call),
        "GetParametersByPath" => paths::get_by_path(world, &mut call),
        "DeleteParameter" => parameters::delete(world, &mut call),
        "CreateMaintenanceWindow" => windows::create(world, &mut call),
        "DescribeMaintenanceWindows" => windows::describe(world, &mut call),
        other => Err(ServiceError::unknown_operation(other)),
    }
}

/// Parameters by their names or path; windows as a whole.
pub fn resources(world: &mut World, call: &Call) -> Vec<Touched> {
    let Input::Json(members) = &call.input else { return Touched::everything() };
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let names: Vec<String> = match call.operation.as_str() {
        "PutParameter" | "GetParameter" | "DeleteParameter" => {
            members.get("Name").iter().map(|name| text(name)).collect()
        }
        "GetParametersByPath" => members.get("Path").iter().map(|path| text(path)).collect(),
        "GetParameters" => {
            let names = members.get("Names").and_then(serde_json::Value::as_array);
            names.into_iter().flatten().map(text).collect()
        }
        _ => return Touched::everything(),
    };
    let parameters = &world.place(&call.account, &call.region).ssm.parameters;
    names
        .iter()
        .map(|name| {
            let arn = names::arn(call, name);
            let plain = names::plain(name).0;
            let tags = parameters.get(plain).map(|parameter| parameter.tags.clone());
            Touched { arn, tags: tags.unwrap_or_default(), ..Touched::default() }
        })
        .collect()
}
