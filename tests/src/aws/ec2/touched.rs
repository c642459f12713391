//! What a call touches, for policies that name resources or their tags. Changes nothing but
//! transitions that are due.

use super::{params::has_form_of_id, state::State};
use crate::aws::{
    call::{Call, Input, Touched},
    form::Form,
    site::Site,
};

/// Parameters of `ModifyInstanceAttribute` that are no attributes.
const NOT_SET: [&str; 4] = ["Attribute", "DryRun", "InstanceId", "Value"];

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
    let keys = match call.operation.as_str() {
        "ModifyInstanceAttribute" => attributes(&form),
        _ => Vec::new(),
    };
    let touched = ids.iter().filter_map(|id| {
        if has_form_of_id(id, "i-") {
            let tags = state.instance(id, site.now)?.tags.clone();
            let arn = site.arn("ec2", &format!("instance/{id}"));
            return Some(Touched { arn, tags, keys: keys.clone() });
        }
        let resource = format!("spot-instances-request/{id}");
        id.starts_with("sir-").then(|| untagged(site, &resource))
    });
    touched.collect()
}

/// `ec2:Attribute`, the member that is to be set, and its value, in both forms that the API has:
/// `InstanceType.Value=x`, and `Attribute=instanceType&Value=x`. Structures and lists have no key.
/// See <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-for-amazon-ec2.html>.
fn attributes(form: &Form) -> Vec<(String, String)> {
    let member = |name: &str, value: &str| {
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        let name: String = first.into_iter().chain(letters).collect();
        [(format!("ec2:Attribute/{name}"), value.to_owned()), ("ec2:Attribute".to_owned(), name)]
    };
    let named = form.get("Attribute").map(|name| member(name, form.get("Value").unwrap_or("")));
    let set = form.iter().filter_map(|(name, value)| {
        let name = name.strip_suffix(".Value").unwrap_or(name);
        let is_set = !name.contains('.') && !NOT_SET.contains(&name);
        is_set.then(|| member(name, value))
    });
    named.into_iter().chain(set).flatten().collect()
}

fn untagged(site: &Site<'_>, resource: &str) -> Touched {
    Touched { arn: site.arn("ec2", resource), ..Touched::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        let keys = attributes(&Form::parse(body.as_bytes()));
        let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(keys, expected);
    }

    #[test]
    fn an_attribute_is_known_in_both_forms() {
        let resized = ["ec2:Attribute/InstanceType=m5.large", "ec2:Attribute=InstanceType"];
        check("InstanceType.Value=m5.large&DryRun=true", &resized);
        check("Attribute=instanceType&Value=m5.large", &resized);
        let user_data = ["ec2:Attribute/UserData=eA%3D%3D", "ec2:Attribute=UserData"];
        check("UserData.Value=eA%253D%253D", &user_data);
        check("Attribute=userData&Value=eA%253D%253D", &user_data);
    }

    #[test]
    fn lists_and_structures_have_no_key() {
        check("GroupId.1=sg-1&BlockDeviceMapping.1.Ebs.DeleteOnTermination=true", &[]);
    }
}
