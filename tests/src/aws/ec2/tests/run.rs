use super::{ONE, instance, states, with};
use crate::aws::{
    ec2::Shortage,
    probe::{Probe, refusal, texts},
};

const RUN: &str = "RunInstances&ImageId=ami-12345678&InstanceType=m5.large&MinCount=1&MaxCount=2";

#[test]
fn a_launch_makes_one_reservation_of_pending_instances() {
    let mut probe = Probe::new();
    let tags = "&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Schedule\
                &TagSpecification.1.Tag.1.Value=office";
    let zone = "&Placement.AvailabilityZone=eu-west-1b";
    let answer = probe.ec2(&format!("{RUN}{tags}{zone}")).unwrap();
    let ids: Vec<String> = texts(&answer, "instanceId").into_iter().map(str::to_owned).collect();
    assert_eq!((ids.len(), texts(&answer, "name")), (2, vec!["pending", "pending"]));
    assert_ne!(ids[0], ids[1]);
    probe.wait(20);
    let listing = probe.ec2("DescribeInstances").unwrap();
    assert_eq!(texts(&listing, "reservationId").len(), 1);
    assert_eq!(texts(&listing, "instanceId"), ids);
    assert_eq!(texts(&listing, "name"), ["running", "running"]);
    assert_eq!(texts(&listing, "availabilityZone"), ["eu-west-1b", "eu-west-1b"]);
    assert_eq!(texts(&listing, "launchTime"), ["2026-06-01T08:00:00.000Z"; 2]);
    assert_eq!(texts(&listing, "value"), ["office", "office"]);
}

#[test]
fn a_repeated_client_token_launches_nothing() {
    let mut probe = Probe::new();
    let request = format!("{RUN}&ClientToken=once");
    let first = probe.ec2(&request).unwrap();
    let again = probe.ec2(&request).unwrap();
    assert_eq!(texts(&first, "instanceId"), texts(&again, "instanceId"));
    assert_eq!(states(&mut probe).len(), 2);
}

#[test]
fn a_bad_launch_is_refused() {
    let mut probe = Probe::new();
    let mut run = |from: &str, to: &str| refusal(probe.ec2(&RUN.replace(from, to)));
    assert!(run("&ImageId=ami-12345678", "").contains("MissingParameter"));
    assert!(run("ami-12345678", "image").contains("InvalidAMIID.Malformed"));
    assert!(run("m5.large", "m5").contains("Invalid value 'm5' for InstanceType."));
    assert!(run("MinCount=1", "MinCount=3").contains("InvalidParameterCombination"));
    assert!(run("&MaxCount=2", "&MaxCount=0").contains("InvalidParameterValue"));
    assert!(run("&MaxCount=2", "&MaxCount=2&NetworkInterface.1.DeviceIndex=0").contains("Unknown"));
    let far = "&MaxCount=2&Placement.AvailabilityZone=us-east-1a";
    assert!(run("&MaxCount=2", far).contains("Invalid availability zone: [us-east-1a]"));
    assert!(run("&MaxCount=2", "&MaxCount=2&DryRun=true").contains("DryRunOperation"));
    assert_eq!(states(&mut probe).len(), 0);
}

#[test]
fn a_launch_without_capacity_is_refused_or_ends_terminated() {
    let mut probe = Probe::new();
    let key = ("m5.large".to_owned(), "eu-west-1a".to_owned());
    probe.place().ec2.shortages.insert(key.clone(), Shortage::Refused);
    assert!(refusal(probe.ec2(RUN)).starts_with("500 InsufficientInstanceCapacity: We currently"));
    probe.place().ec2.shortages.insert(key, Shortage::Late);
    probe.ec2(RUN).unwrap();
    probe.wait(20);
    assert_eq!(states(&mut probe), ["terminated", "terminated"]);
    probe.wait(3600);
    assert_eq!(probe.ec2("DescribeInstances"), Ok("<reservationSet></reservationSet>".to_owned()));
}

#[test]
fn a_spot_launch_has_a_request_that_follows_its_instance() {
    let mut probe = Probe::new();
    let market = "&InstanceMarketOptions.MarketType=spot\
                  &InstanceMarketOptions.SpotOptions.SpotInstanceType=persistent\
                  &InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior=stop";
    probe.ec2(&format!("{RUN}{market}").replace("MaxCount=2", "MaxCount=1")).unwrap();
    probe.wait(20);
    let listing = probe.ec2("DescribeInstances").unwrap();
    assert_eq!(texts(&listing, "instanceLifecycle"), ["spot"]);
    let request = texts(&listing, "spotInstanceRequestId")[0];
    let describe = format!("DescribeSpotInstanceRequests&SpotInstanceRequestId.1={request}");
    let answer = probe.ec2(&describe).unwrap();
    assert_eq!(
        (texts(&answer, "type"), texts(&answer, "state")),
        (vec!["persistent"], vec!["active"])
    );
    let id = texts(&listing, "instanceId")[0];
    probe.ec2(&format!("StopInstances&InstanceId.1={id}")).unwrap();
    assert_eq!(texts(&probe.ec2(&describe).unwrap(), "state"), ["disabled"]);
}

#[test]
fn spot_requests_are_found_by_instance() {
    let mut probe = with([instance(1).spot(false), instance(2), instance(3).spot(true)]);
    let by_instance =
        format!("DescribeSpotInstanceRequests&Filter.1.Name=instance-id&Filter.1.Value.1={ONE}");
    let answer = probe.ec2(&by_instance).unwrap();
    assert_eq!(texts(&answer, "spotInstanceRequestId"), ["sir-00000001"]);
    let by_type =
        "DescribeSpotInstanceRequests&Filter.1.Name=type&Filter.1.Value.1=persistent&MaxResults=5";
    assert_eq!(texts(&probe.ec2(by_type).unwrap(), "spotInstanceRequestId"), ["sir-00000003"]);
    let unknown = "DescribeSpotInstanceRequests&SpotInstanceRequestId.1=sir-00000002";
    assert_eq!(
        refusal(probe.ec2(unknown)),
        "400 InvalidSpotInstanceRequestID.NotFound: The spot instance request ID 'sir-00000002' \
         does not exist"
    );
}

#[test]
fn regions_are_listed_and_filtered() {
    let mut probe = Probe::new();
    let all = probe.ec2("DescribeRegions").unwrap();
    assert_eq!(texts(&all, "regionName").len(), 17);
    let some = probe.ec2("DescribeRegions&Filter.1.Name=region-name&Filter.1.Value.1=eu-west-*");
    assert_eq!(texts(&some.unwrap(), "regionName"), ["eu-west-3", "eu-west-2", "eu-west-1"]);
    let named = probe.ec2("DescribeRegions&RegionName.1=us-east-1").unwrap();
    assert_eq!(texts(&named, "regionEndpoint"), ["ec2.us-east-1.amazonaws.com"]);
    assert!(refusal(probe.ec2("DescribeRegions&RegionName.1=mars-1")).contains("mars-1"));
}
