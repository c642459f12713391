use super::{MISSING, ONE, TWO, instance, with};
use crate::aws::probe::{refusal, texts};

#[test]
fn the_type_changes_only_while_stopped() {
    let mut probe = with([instance(1), instance(2).stopped()]);
    let modify = |id: &str, value: &str| {
        format!("ModifyInstanceAttribute&InstanceId={id}&InstanceType.Value={value}")
    };
    assert_eq!(
        refusal(probe.ec2(&modify(ONE, "m5.large"))),
        format!("400 IncorrectInstanceState: The instance '{ONE}' is not in the 'stopped' state.")
    );
    assert_eq!(probe.ec2(&modify(TWO, "m5.large")).unwrap(), "<return>true</return>");
    let listing = probe.ec2("DescribeInstances").unwrap();
    assert_eq!(texts(&listing, "instanceType"), ["t3.micro", "m5.large"]);
    assert!(refusal(probe.ec2(&modify(TWO, "huge"))).contains("InvalidParameterValue"));
    assert!(refusal(probe.ec2(&modify(MISSING, "m5.large"))).contains("NotFound"));
    let dry = format!("{}&DryRun=true", modify(TWO, "c5.large"));
    assert!(refusal(probe.ec2(&dry)).contains("DryRunOperation"));
    assert_eq!(
        probe.ec2(&format!("DescribeInstanceAttribute&InstanceId={TWO}&Attribute=instanceType")),
        Ok(format!(
            "<instanceId>{TWO}</instanceId><instanceType><value>m5.large</value></instanceType>"
        ))
    );
}

#[test]
fn stop_protection_is_set_seen_and_obeyed() {
    let mut probe = with([instance(1)]);
    let describe = format!("DescribeInstanceAttribute&InstanceId={ONE}&Attribute=disableApiStop");
    let is_protected = |answer: &str| texts(answer, "value") == ["true"];
    assert!(!is_protected(&probe.ec2(&describe).unwrap()));
    let modify = format!("ModifyInstanceAttribute&InstanceId={ONE}&DisableApiStop.Value=true");
    probe.ec2(&modify).unwrap();
    assert!(is_protected(&probe.ec2(&describe).unwrap()));
    let stop = format!("StopInstances&InstanceId.1={ONE}");
    assert!(refusal(probe.ec2(&stop)).contains("OperationNotPermitted"));
    let modify =
        format!("ModifyInstanceAttribute&InstanceId={ONE}&Attribute=disableApiStop&Value=false");
    probe.ec2(&modify).unwrap();
    assert!(probe.ec2(&stop).is_ok());
}

#[test]
fn termination_protection_is_obeyed() {
    let mut probe = with([instance(1)]);
    let modify =
        format!("ModifyInstanceAttribute&InstanceId={ONE}&DisableApiTermination.Value=true");
    probe.ec2(&modify).unwrap();
    assert_eq!(
        refusal(probe.ec2(&format!("TerminateInstances&InstanceId.1={ONE}"))),
        format!(
            "400 OperationNotPermitted: The instance '{ONE}' may not be terminated. Modify its \
             'disableApiTermination' instance attribute and try again."
        )
    );
}

#[test]
fn a_change_is_of_exactly_one_known_attribute() {
    let mut probe = with([instance(1).stopped()]);
    let mut modify =
        |more: &str| refusal(probe.ec2(&format!("ModifyInstanceAttribute&InstanceId={ONE}{more}")));
    assert!(modify("").contains("InvalidParameterCombination: No attributes specified."));
    assert!(
        modify("&InstanceType.Value=m5.large&DisableApiStop.Value=true")
            .contains("InvalidParameterCombination: Fields for multiple attribute types specified")
    );
    assert!(modify("&Attribute=colour&Value=red").contains("InvalidParameterValue"));
    assert!(modify("&DisableApiStop.Value=maybe").contains("InvalidParameterValue"));
    assert!(modify("&UserData.Value=x").contains("UnknownParameter"));
}
