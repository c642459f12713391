//! What a call touches, for policies that name resources or their tags. Changes nothing but
//! transitions that are due.

use super::{params::has_form_of_id, state::State};
use crate::aws::{
    call::{Call, Input, Touched},
    form::Form,
    site::Site,
};

/// The instances that the call names and that exist. A call whose ids are all unknown fails
/// anyway, whatever its caller may do.
pub(super) fn touched(state: &mut State, site: &Site<'_>, call: &Call) -> Vec<Touched> {
    let Input::Query(form) = &call.input else { return Touched::everything() };
    let mut form: Form = form.clone();
    let ids = match call.operation.as_str() {
        "StartInstances" | "StopInstances" | "TerminateInstances" => form.take_list("InstanceId"),
        "ModifyInstanceAttribute" | "DescribeInstanceAttribute" => {
            form.take("InstanceId").into_iter().collect()
        }
        "CreateTags" | "DeleteTags" => form.take_list("ResourceId"),
        "RunInstances" => return vec![untagged(site, "instance/*")],
        _ => return Touched::everything(),
    };
    let touched = ids.iter().filter_map(|id| {
        if has_form_of_id(id, "i-") {
            let tags = state.instance(id, site.now)?.tags.clone();
            let arn = site.arn("ec2", &format!("instance/{id}"));
            return Some(Touched { arn, tags, ..Touched::default() });
        }
        let resource = format!("spot-instances-request/{id}");
        id.starts_with("sir-").then(|| untagged(site, &resource))
    });
    touched.collect()
}

fn untagged(site: &Site<'_>, resource: &str) -> Touched {
    Touched { arn: site.arn("ec2", resource), ..Touched::default() }
}
