use super::{MISSING, ONE, TWO, instance, with};
use crate::aws::{call::Touched, ec2::resources};

#[test]
fn a_change_touches_the_instances_it_names_with_their_tags() {
    let mut probe = with([instance(1).tag("Schedule", "office"), instance(2)]);
    for request in [
        format!("StopInstances&InstanceId.1={ONE}&InstanceId.2={TWO}&InstanceId.3={MISSING}"),
        format!("CreateTags&ResourceId.1={ONE}&ResourceId.2={TWO}&Tag.1.Key=k&Tag.1.Value=v"),
    ] {
        let call = probe.call("ec2", &request);
        let touched = resources(&mut probe.world, &call);
        let arns: Vec<&str> = touched.iter().map(|touched| touched.arn.as_str()).collect();
        assert_eq!(
            arns,
            [
                format!("arn:aws:ec2:eu-west-1:111111111111:instance/{ONE}"),
                format!("arn:aws:ec2:eu-west-1:111111111111:instance/{TWO}")
            ]
        );
        assert_eq!(touched[0].tags.get("Schedule").map(String::as_str), Some("office"));
    }
}

#[test]
fn a_listing_touches_everything() {
    let mut probe = with([instance(1)]);
    let call = probe.call("ec2", &format!("DescribeInstances&InstanceId.1={ONE}"));
    assert_eq!(resources(&mut probe.world, &call), Touched::everything());
}
