//! What a call touches, for policies that name resources or their tags. Changes nothing.

use super::state::State;
use crate::aws::{
    call::{Call, Input, Touched},
    form::Form,
    site::Site,
};

/// Parameters that are condition keys under their own names.
const KEYS: [&str; 3] = ["MinSize", "MaxSize", "LaunchConfigurationName"];
/// Where a launch template is named.
const TEMPLATES: [&str; 2] =
    ["LaunchTemplate.", "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification."];
/// Where a mixed group has its instance types.
const OVERRIDES: &str = "MixedInstancesPolicy.LaunchTemplate.Overrides.member";

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
    let keys = match call.operation.as_str() {
        "UpdateAutoScalingGroup" => keys(form),
        _ => Vec::new(),
    };
    let groups = names.iter().filter_map(|name| state.group(name));
    let touched = groups.map(|group| Touched {
        arn: site.arn("autoscaling", &group.resource()),
        tags: group.tags.iter().map(|(key, tag)| (key.clone(), tag.value.clone())).collect(),
        keys: keys.clone(),
    });
    touched.collect()
}

/// What an update asks for. A key is there only if its parameter is. See
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/control-access-using-iam.html>.
fn keys(form: &Form) -> Vec<(String, String)> {
    let mut keys: Vec<(&str, String)> =
        KEYS.into_iter().filter_map(|name| Some((name, form.get(name)?.to_owned()))).collect();
    for template in TEMPLATES {
        if form.iter().any(|(name, _)| name.starts_with(template)) {
            let version = form.get(&format!("{template}Version"));
            let is_specified = !matches!(version, None | Some("" | "$Latest" | "$Default"));
            keys.push(("LaunchTemplateVersionSpecified", is_specified.to_string()));
        }
    }
    let overrides = form.clone().take_structs(OVERRIDES);
    let types = overrides.into_iter().filter_map(|mut one| one.take("InstanceType"));
    keys.extend(types.map(|name| ("InstanceTypes", name)));
    keys.into_iter().map(|(name, value)| (format!("autoscaling:{name}"), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        let keys = keys(&Form::parse(body.as_bytes()));
        let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(keys, expected);
    }

    #[test]
    fn an_update_has_the_keys_of_its_parameters() {
        check("AutoScalingGroupName=web&DesiredCapacity=2", &[]);
        check("MinSize=0&MaxSize=4", &["autoscaling:MinSize=0", "autoscaling:MaxSize=4"]);
        check("LaunchConfigurationName=x", &["autoscaling:LaunchConfigurationName=x"]);
    }

    #[test]
    fn a_launch_template_is_seen_wherever_it_is() {
        let specified = "autoscaling:LaunchTemplateVersionSpecified=true";
        let latest = "autoscaling:LaunchTemplateVersionSpecified=false";
        check("LaunchTemplate.LaunchTemplateId=lt-1&LaunchTemplate.Version=3", &[specified]);
        check("LaunchTemplate.LaunchTemplateId=lt-1", &[latest]);
        check("LaunchTemplate.LaunchTemplateName=x&LaunchTemplate.Version=$Latest", &[latest]);
        let mixed = "MixedInstancesPolicy.LaunchTemplate.";
        let named = format!("{mixed}LaunchTemplateSpecification.LaunchTemplateName=x");
        check(&named, &[latest]);
        let types = format!("{mixed}Overrides.member.1.InstanceType=p5.48xlarge");
        check(&types, &["autoscaling:InstanceTypes=p5.48xlarge"]);
    }
}
