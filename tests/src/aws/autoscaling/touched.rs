//! What a call touches, for policies that name resources or their tags. Changes nothing.

use super::state::State;
use crate::aws::{
    call::{Call, Input, Touched},
    site::Site,
};

/// The groups that the call names and that exist; a listing touches everything.
pub(super) fn touched(state: &State, site: &Site<'_>, call: &Call) -> Vec<Touched> {
    let Input::Query(form) = &call.input else { return Touched::everything() };
    let names: Vec<String> = match call.operation.as_str() {
        "UpdateAutoScalingGroup" | "SetDesiredCapacity" => {
            form.get("AutoScalingGroupName").map(str::to_owned).into_iter().collect()
        }
        "CreateOrUpdateTags" | "DeleteTags" => {
            let tags = form.clone().take_structs("Tags.member");
            tags.into_iter().filter_map(|mut tag| tag.take("ResourceId")).collect()
        }
        _ => return Touched::everything(),
    };
    let groups = names.iter().filter_map(|name| state.group(name));
    let touched = groups.map(|group| Touched {
        arn: site.arn("autoscaling", &group.resource()),
        tags: group.tags.iter().map(|(key, tag)| (key.clone(), tag.value.clone())).collect(),
        ..Touched::default()
    });
    touched.collect()
}
