//! Auto Scaling as a client sees it, one call at a time.

use super::{Group, Size, add, resources};
use crate::aws::{
    call::Touched,
    ec2::Shortage,
    page::Paging,
    probe::{Probe, REGION, numbered, refusal, texts},
    site::Site,
    world::HOME_ACCOUNT,
};

const ZONES: &[&str] = &["eu-west-1a", "eu-west-1b"];

fn group(name: &str, min: u32, max: u32, desired: u32) -> Group {
    Group::new(name, ZONES, Size { min, max, desired })
}

fn with(groups: impl IntoIterator<Item = Group>) -> Probe {
    let mut probe = Probe::new();
    let site = Site { account: HOME_ACCOUNT, region: REGION, now: probe.now };
    for group in groups {
        add(probe.place(), &site, group);
    }
    probe
}

fn describe(probe: &mut Probe) -> String {
    probe.autoscaling("DescribeAutoScalingGroups").unwrap()
}

fn lifecycles(probe: &mut Probe) -> Vec<String> {
    texts(&describe(probe), "LifecycleState").into_iter().map(str::to_owned).collect()
}

/// The states of all instances of EC2.
fn powers(probe: &mut Probe) -> Vec<String> {
    let listing = probe.ec2("DescribeInstances").unwrap();
    texts(&listing, "name").into_iter().map(str::to_owned).collect()
}

#[test]
fn a_group_has_its_instances_in_ec2() {
    let mut probe = with([group("web", 1, 4, 3)
        .of_type("m5.large")
        .propagated_tag("Team", "a")
        .tag("Schedule", "office")]);
    let groups = describe(&mut probe);
    let listing = probe.ec2("DescribeInstances").unwrap();
    assert_eq!(texts(&groups, "InstanceId"), texts(&listing, "instanceId"));
    assert_eq!(texts(&groups, "LifecycleState"), ["InService"; 3]);
    assert_eq!(texts(&groups, "HealthStatus"), ["Healthy"; 3]);
    assert_eq!(texts(&listing, "availabilityZone"), ["eu-west-1a", "eu-west-1b", "eu-west-1a"]);
    assert_eq!(texts(&listing, "instanceType"), ["m5.large"; 3]);
    assert_eq!(texts(&listing, "key"), ["Team", "aws:autoscaling:groupName"].repeat(3));
    assert_eq!(texts(&groups, "Key"), ["Schedule", "Team"]);
    assert_eq!(texts(&groups, "PropagateAtLaunch"), ["false", "true"]);
}

#[test]
fn a_group_set_to_zero_terminates_its_instances_and_comes_back() {
    let mut probe = with([group("web", 1, 4, 2)]);
    let update = "UpdateAutoScalingGroup&AutoScalingGroupName=web";
    probe.autoscaling(&format!("{update}&MinSize=0&MaxSize=0&DesiredCapacity=0")).unwrap();
    assert_eq!(lifecycles(&mut probe), ["InService", "InService"]);
    probe.wait(10);
    assert_eq!(lifecycles(&mut probe), ["Terminating", "Terminating"]);
    assert_eq!(powers(&mut probe), ["shutting-down", "shutting-down"]);
    probe.wait(30);
    assert_eq!(lifecycles(&mut probe), Vec::<String>::new());
    assert_eq!(powers(&mut probe), ["terminated", "terminated"]);
    probe.autoscaling(&format!("{update}&MinSize=1&MaxSize=4&DesiredCapacity=2")).unwrap();
    probe.wait(10);
    assert_eq!(lifecycles(&mut probe), ["Pending", "Pending"]);
    probe.wait(20);
    assert_eq!(lifecycles(&mut probe), ["InService", "InService"]);
    assert_eq!(powers(&mut probe), ["terminated", "terminated", "running", "running"]);
}

#[test]
fn a_scale_in_takes_the_oldest_of_the_fullest_zone() {
    let mut probe = with([group("web", 0, 4, 3)]);
    let before = describe(&mut probe);
    let first = texts(&before, "InstanceId")[0].to_owned();
    probe.autoscaling("SetDesiredCapacity&AutoScalingGroupName=web&DesiredCapacity=2").unwrap();
    probe.wait(3600);
    let after = describe(&mut probe);
    assert!(!after.contains(&first));
    assert_eq!(texts(&after, "AvailabilityZone"), ["eu-west-1b", "eu-west-1a"]);
}

#[test]
fn a_stopped_instance_is_replaced() {
    let mut probe = with([group("web", 1, 1, 1)]);
    let id = texts(&describe(&mut probe), "InstanceId")[0].to_owned();
    probe.ec2(&format!("StopInstances&InstanceId.1={id}")).unwrap();
    let groups = describe(&mut probe);
    assert_eq!(texts(&groups, "HealthStatus"), ["Unhealthy"]);
    assert_eq!(texts(&groups, "LifecycleState"), ["Terminating"]);
    probe.wait(10);
    describe(&mut probe);
    probe.wait(60);
    let groups = describe(&mut probe);
    assert_eq!(texts(&groups, "LifecycleState"), ["InService"]);
    assert_ne!(texts(&groups, "InstanceId"), [id.as_str()]);
    assert_eq!(powers(&mut probe), ["terminated", "running"]);
}

#[test]
fn a_shortage_moves_launches_to_another_zone_or_delays_them() {
    let mut probe = with([group("web", 0, 4, 0)]);
    let key = |zone: &str| ("t3.micro".to_owned(), zone.to_owned());
    probe.place().ec2.shortages.insert(key("eu-west-1a"), Shortage::Refused);
    let scale = "SetDesiredCapacity&AutoScalingGroupName=web&DesiredCapacity=";
    probe.autoscaling(&format!("{scale}2")).unwrap();
    probe.wait(60);
    let groups = describe(&mut probe);
    assert_eq!(texts(&groups, "AvailabilityZone"), ["eu-west-1b", "eu-west-1b"]);
    probe.place().ec2.shortages.insert(key("eu-west-1b"), Shortage::Refused);
    probe.autoscaling(&format!("{scale}3")).unwrap();
    probe.wait(60);
    assert_eq!(lifecycles(&mut probe).len(), 2);
    probe.place().ec2.shortages.clear();
    probe.wait(60);
    describe(&mut probe);
    probe.wait(60);
    assert_eq!(lifecycles(&mut probe), ["InService"; 3]);
}

#[test]
fn sizes_out_of_bounds_are_refused() {
    let mut probe = with([group("web", 1, 4, 2)]);
    let mut send = |request: &str| refusal(probe.autoscaling(request));
    let set = "SetDesiredCapacity&AutoScalingGroupName=web&DesiredCapacity=";
    assert_eq!(
        send(&format!("{set}5")),
        "400 ValidationError: New SetDesiredCapacity value 5 is above max value 4 for the \
         AutoScalingGroup."
    );
    assert!(send(&format!("{set}0")).contains("value 0 is below min value 1"));
    let update = "UpdateAutoScalingGroup&AutoScalingGroupName=web";
    assert_eq!(
        send(&format!("{update}&DesiredCapacity=0")),
        "400 ValidationError: Desired capacity:0 must be between the specified min size:1 and max \
         size:4"
    );
    assert_eq!(
        send(&format!("{update}&MinSize=3&MaxSize=2")),
        "400 ValidationError: Max bound, 2, must be greater than or equal to min bound, 3"
    );
    assert!(send(&format!("{update}&MinSize=-1")).contains("ValidationError"));
    assert!(send(&format!("{update}&Colour=red")).contains("UnknownParameter"));
    assert!(send("UpdateAutoScalingGroup&MinSize=1").contains("'autoScalingGroupName'"));
    assert_eq!(
        send("SetDesiredCapacity&AutoScalingGroupName=none&DesiredCapacity=1"),
        "400 ValidationError: AutoScalingGroup name not found - AutoScalingGroup none not found"
    );
    assert!(send("DescribeColours").contains("InvalidAction"));
}

#[test]
fn the_desired_capacity_follows_the_bounds() {
    let mut probe = with([group("web", 1, 4, 2)]);
    let update = "UpdateAutoScalingGroup&AutoScalingGroupName=web";
    probe.autoscaling(&format!("{update}&MinSize=3")).unwrap();
    assert_eq!(texts(&describe(&mut probe), "DesiredCapacity"), ["3"]);
    probe.autoscaling(&format!("{update}&MinSize=0&MaxSize=1")).unwrap();
    assert_eq!(texts(&describe(&mut probe), "DesiredCapacity"), ["1"]);
}

#[test]
fn a_cooldown_is_honored_on_request() {
    let mut probe = with([group("web", 1, 4, 2)]);
    let set = "SetDesiredCapacity&AutoScalingGroupName=web&HonorCooldown=true&DesiredCapacity=";
    probe.autoscaling(&format!("{set}3")).unwrap();
    assert!(refusal(probe.autoscaling(&format!("{set}4"))).contains("ScalingActivityInProgress"));
    probe.wait(600);
    describe(&mut probe);
    probe.wait(600);
    assert!(probe.autoscaling(&format!("{set}4")).is_ok());
}

#[test]
fn groups_are_filtered_named_and_paged() {
    let mut groups: Vec<Group> =
        (1..=7).map(|number| group(&format!("g{number}"), 0, 0, 0)).collect();
    groups[2] = groups[2].clone().tag("Schedule", "office");
    groups[4] = groups[4].clone().tag("Schedule", "night").tag("Team", "a");
    let mut probe = with(groups);
    let mut find = |more: &str| {
        let answer = probe.autoscaling(&format!("DescribeAutoScalingGroups{more}")).unwrap();
        texts(&answer, "AutoScalingGroupName").join(" ")
    };
    let filter = |number: u32, name: &str, value: &str| {
        let filter = format!("Filters.member.{number}");
        format!("&{filter}.Name={name}{}", numbered(&format!("{filter}.Values.member"), &[value]))
    };
    assert_eq!(find(&filter(1, "tag-key", "Schedule")), "g3 g5");
    assert_eq!(find(&filter(1, "tag:Schedule", "office")), "g3");
    assert_eq!(find(&filter(1, "tag-value", "night")), "g5");
    assert_eq!(find(&(filter(1, "tag-key", "Schedule") + &filter(2, "tag-key", "Team"))), "g5");
    assert_eq!(
        find("&AutoScalingGroupNames.member.1=g7&AutoScalingGroupNames.member.2=none"),
        "g7"
    );
    let unknown = format!("DescribeAutoScalingGroups{}", filter(1, "name", "x"));
    assert!(refusal(probe.autoscaling(&unknown)).contains("ValidationError: Filter type name"));

    let pages = |probe: &mut Probe| {
        let (mut sizes, mut token) = (Vec::new(), String::new());
        loop {
            let request = format!("DescribeAutoScalingGroups&MaxRecords=3{token}");
            let answer = probe.autoscaling(&request).unwrap();
            sizes.push(texts(&answer, "AutoScalingGroupName").len());
            match texts(&answer, "NextToken").first() {
                Some(next) => token = format!("&NextToken={next}"),
                None => return sizes,
            }
        }
    };
    assert_eq!(pages(&mut probe), [3, 3, 1]);
    probe.place().autoscaling.paging = Paging { longest: None, empty_pages: true };
    assert_eq!(pages(&mut probe), [0, 3, 0, 3, 0, 1]);
    let mut refused =
        |more: &str| refusal(probe.autoscaling(&format!("DescribeAutoScalingGroups&{more}")));
    assert!(refused("MaxRecords=101").contains("less than or equal to 100"));
    assert!(refused("MaxRecords=0").contains("greater than or equal to 1"));
    assert_eq!(refused("NextToken=x"), "400 InvalidNextToken: The token 'x' was invalid");
}

#[test]
fn tags_are_created_updated_and_deleted() {
    let mut probe = with([group("web", 0, 0, 0).tag("keep", "")]);
    let tag = |key: &str| {
        format!(
            "&Tags.member.1.ResourceId=web&Tags.member.1.ResourceType=auto-scaling-group\
             &Tags.member.1.Key={key}"
        )
    };
    let create = format!("CreateOrUpdateTags{}", tag("Schedule"));
    probe.autoscaling(&format!("{create}&Tags.member.1.Value=a")).unwrap();
    probe
        .autoscaling(&format!(
            "{create}&Tags.member.1.Value=b&Tags.member.1.PropagateAtLaunch=true"
        ))
        .unwrap();
    let groups = describe(&mut probe);
    assert_eq!(texts(&groups, "Value"), ["b", ""]);
    assert_eq!(texts(&groups, "PropagateAtLaunch"), ["true", "false"]);
    probe.autoscaling(&format!("DeleteTags{}", tag("Schedule"))).unwrap();
    probe.autoscaling(&format!("DeleteTags{}", tag("none"))).unwrap();
    assert_eq!(texts(&describe(&mut probe), "Key"), ["keep"]);

    let mut refused = |request: &str| refusal(probe.autoscaling(request));
    assert!(refused(&create.replace("=web", "=none")).contains("Group none not found"));
    assert!(refused(&create.replace("auto-scaling-group", "x")).contains("ValidationError"));
    assert!(refused(&create.replace("Schedule", "aws:x")).contains("reserved"));
    assert!(refused(&format!("{create}&Tags.member.1.Value={}", "v".repeat(257))).contains("256"));
    assert!(refused("CreateOrUpdateTags").contains("'tags'"));
}

#[test]
fn a_group_has_at_most_fifty_tags() {
    let mut full = group("web", 0, 0, 0);
    for number in 0..50 {
        full = full.tag(format!("k{number}"), "");
    }
    let mut probe = with([full]);
    let mut create = |key: &str| {
        probe.autoscaling(&format!(
            "CreateOrUpdateTags&Tags.member.1.ResourceId=web\
             &Tags.member.1.ResourceType=auto-scaling-group&Tags.member.1.Key={key}"
        ))
    };
    assert!(refusal(create("new")).contains("LimitExceeded"));
    assert!(create("k1").is_ok());
}

#[test]
fn a_change_touches_the_group_it_names() {
    let mut probe = with([group("web", 0, 0, 0).tag("Schedule", "office")]);
    for request in [
        "SetDesiredCapacity&AutoScalingGroupName=web&DesiredCapacity=0",
        "DeleteTags&Tags.member.1.ResourceId=web&Tags.member.1.Key=k",
    ] {
        let call = probe.call("autoscaling", request);
        let touched = resources(&mut probe.world, &call);
        assert_eq!(touched.len(), 1);
        assert!(touched[0].arn.starts_with("arn:aws:autoscaling:eu-west-1:111111111111:autoSc"));
        assert!(touched[0].arn.ends_with(":autoScalingGroupName/web"));
        assert_eq!(touched[0].tags["Schedule"], "office");
    }
    let call = probe.call("autoscaling", "DescribeAutoScalingGroups");
    assert_eq!(resources(&mut probe.world, &call), Touched::everything());
}
