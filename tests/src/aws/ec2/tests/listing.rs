use jiff::SignedDuration;

use super::{MISSING, ONE, TWO, instance, with};
use crate::aws::{
    ec2::Instance,
    page::Paging,
    probe::{Probe, numbered, refusal, texts},
};

/// The ids that the filters let through.
fn found(probe: &mut Probe, filters: &[(&str, &[&str])]) -> Vec<u64> {
    let filters: Vec<String> = filters
        .iter()
        .enumerate()
        .map(|(index, (name, values))| {
            let filter = format!("Filter.{}", index + 1);
            format!("&{filter}.Name={name}{}", numbered(&format!("{filter}.Value"), values))
        })
        .collect();
    let request = format!("DescribeInstances{}", filters.concat());
    let answer = probe.ec2(&request).unwrap();
    texts(&answer, "instanceId")
        .iter()
        .map(|id| u64::from_str_radix(&id[2..], 16).unwrap())
        .collect()
}

/// The number of instances of each page.
fn page_sizes(probe: &mut Probe, request: &str) -> Vec<usize> {
    let mut sizes = Vec::new();
    let mut token = String::new();
    loop {
        let answer = probe.ec2(&format!("{request}{token}")).unwrap();
        sizes.push(texts(&answer, "instanceId").len());
        match texts(&answer, "nextToken").first() {
            Some(next) => token = format!("&NextToken={next}"),
            None => return sizes,
        }
    }
}

#[test]
fn every_filter_is_honoured_and_filters_are_anded() {
    let mut probe = with([
        instance(1).tag("Schedule", "office").tag("Name", "web"),
        instance(2).tag("Schedule", "night").of_type("m5.large").stopped(),
        Instance::numbered(3, "eu-west-1b").tag("Name", "db").spot(false),
    ]);
    let mut check = |filters: &[(&str, &[&str])], expected: &[u64]| {
        assert_eq!(found(&mut probe, filters), expected, "{filters:?}");
    };
    check(&[("tag-key", &["Schedule"])], &[1, 2]);
    check(&[("tag-key", &["S*", "None"])], &[1, 2]);
    check(&[("tag:Schedule", &["office", "night"])], &[1, 2]);
    check(&[("tag:Schedule", &["o?fice"])], &[1]);
    check(&[("tag:Name", &["*"]), ("tag-key", &["Schedule"])], &[1]);
    check(&[("instance-state-name", &["stopped", "stopping"])], &[2]);
    check(&[("instance-state-code", &["16"])], &[1, 3]);
    check(&[("availability-zone", &["eu-west-1b"])], &[3]);
    check(&[("instance-type", &["m5.*"])], &[2]);
    check(&[("instance-id", &[ONE, TWO]), ("instance-type", &["t3.*"])], &[1]);
    check(&[("vpc-id", &["vpc-none"])], &[]);
    check(&[("vpc-id", &["vpc-*"])], &[1, 2, 3]);
    check(&[("instance-lifecycle", &["spot"])], &[3]);
    check(&[("owner-id", &["111111111111"])], &[1, 2, 3]);
    check(&[("root-device-type", &["instance-store"])], &[]);
}

#[test]
fn an_unknown_filter_or_parameter_is_refused() {
    let mut probe = with([]);
    assert_eq!(
        refusal(probe.ec2("DescribeInstances&Filter.1.Name=colour&Filter.1.Value.1=red")),
        "400 InvalidParameterValue: The filter 'colour' is invalid"
    );
    assert!(refusal(probe.ec2("DescribeInstances&Colour=red")).contains("UnknownParameter"));
    assert!(refusal(probe.ec2("DescribeColours")).contains("InvalidAction"));
    let many = numbered("Filter.1.Value", &["k"; 201]);
    let many = format!("DescribeInstances&Filter.1.Name=tag-key{many}");
    assert!(refusal(probe.ec2(&many)).contains("FilterLimitExceeded"));
}

#[test]
fn pages_count_instances_and_split_reservations() {
    let mut probe = with((1..=12).map(instance));
    assert_eq!(page_sizes(&mut probe, "DescribeInstances&MaxResults=5"), [5, 5, 2]);
    assert_eq!(page_sizes(&mut probe, "DescribeInstances&MaxResults=6"), [6, 6]);
    assert_eq!(page_sizes(&mut probe, "DescribeInstances"), [12]);
}

#[test]
fn a_bad_page_is_refused() {
    let mut probe = with((1..=12).map(instance));
    let mut describe = |more: &str| refusal(probe.ec2(&format!("DescribeInstances{more}")));
    assert_eq!(
        describe("&MaxResults=4"),
        "400 InvalidParameterValue: Value ( 4 ) for parameter maxResults is invalid. Expecting a \
         value greater than 5."
    );
    assert!(describe("&MaxResults=1001").contains("InvalidParameterValue"));
    assert!(describe("&NextToken=abc").starts_with("400 InvalidNextToken: "));
    assert_eq!(
        describe(&format!("&MaxResults=5&InstanceId.1={ONE}")),
        "400 InvalidParameterCombination: The parameter instancesSet cannot be used with the \
         parameter maxResults"
    );
    assert!(describe(&format!("&InstanceId.1={MISSING}")).contains("does not exist"));
    assert!(describe("&DryRun=true").starts_with("412 DryRunOperation"));
}

#[test]
fn a_token_holds_for_its_own_filters_only() {
    let mut probe = with((1..=12).map(|number| instance(number).tag("a", "")));
    let filtered = "DescribeInstances&MaxResults=5&Filter.1.Name=tag-key&Filter.1.Value.1=a";
    let answer = probe.ec2(filtered).unwrap();
    let token = texts(&answer, "nextToken")[0];
    assert!(probe.ec2(&format!("{filtered}&NextToken={token}")).is_ok());
    let other = format!("DescribeInstances&MaxResults=5&NextToken={token}");
    assert!(refusal(probe.ec2(&other)).contains("InvalidNextToken"));
}

#[test]
fn a_page_survives_a_termination_in_between() {
    let mut probe = with((1..=6).map(instance));
    let answer = probe.ec2("DescribeInstances&MaxResults=5").unwrap();
    let token = texts(&answer, "nextToken")[0].to_owned();
    probe.ec2("TerminateInstances&InstanceId.1=i-00000000000000006").unwrap();
    probe.wait(2 * 3600);
    let rest = probe.ec2(&format!("DescribeInstances&MaxResults=5&NextToken={token}")).unwrap();
    assert_eq!(rest, "<reservationSet></reservationSet>");
}

#[test]
fn pages_can_be_made_short_and_empty() {
    let mut probe = with((1..=7).map(instance));
    probe.place().ec2.paging = Paging { longest: Some(3), empty_pages: true };
    let sizes = page_sizes(&mut probe, "DescribeInstances&MaxResults=1000");
    assert_eq!(sizes, [0, 3, 0, 3, 0, 1]);
}

#[test]
fn a_listing_can_lag_behind_a_change() {
    let mut probe = with([instance(1).tag("a", "old"), instance(2)]);
    probe.place().ec2.lag = SignedDuration::from_secs(5);
    probe.ec2(&format!("CreateTags&ResourceId.1={ONE}&Tag.1.Key=a&Tag.1.Value=new")).unwrap();
    probe.ec2(&format!("StopInstances&InstanceId.1={ONE}")).unwrap();
    let find = |probe: &mut Probe, value| found(probe, &[("tag:a", &[value])]);
    probe.wait(4);
    assert_eq!((find(&mut probe, "old"), find(&mut probe, "new")), (vec![1], vec![]));
    assert_eq!(texts(&probe.ec2("DescribeTags").unwrap(), "value"), ["old"]);
    let one = format!("DescribeInstances&InstanceId.1={ONE}");
    assert_eq!(texts(&probe.ec2(&one).unwrap(), "name"), ["running"]);
    probe.wait(1);
    assert_eq!((find(&mut probe, "old"), find(&mut probe, "new")), (vec![], vec![1]));
    assert_eq!(texts(&probe.ec2("DescribeTags").unwrap(), "value"), ["new"]);
    assert_eq!(texts(&probe.ec2(&one).unwrap(), "name"), ["stopping"]);
}

#[test]
fn an_item_has_what_a_client_expects() {
    let mut probe = with([instance(1).of_type("m7g.large").tag("Name", "<web>").spot(true)]);
    let listing = probe.ec2(&format!("DescribeInstances&InstanceId.1={ONE}")).unwrap();
    for expected in [
        "<ownerId>111111111111</ownerId>",
        "<instanceState><code>16</code><name>running</name></instanceState>",
        "<placement><availabilityZone>eu-west-1a</availabilityZone>",
        "<privateDnsName>ip-10-0-0-1.eu-west-1.compute.internal</privateDnsName>",
        "<architecture>arm64</architecture>",
        "<rootDeviceType>ebs</rootDeviceType>",
        "<instanceLifecycle>spot</instanceLifecycle>",
        "<spotInstanceRequestId>sir-00000001</spotInstanceRequestId>",
        "<tagSet><item><key>Name</key><value>&lt;web&gt;</value></item></tagSet>",
        "<hibernationOptions><configured>false</configured></hibernationOptions>",
    ] {
        assert!(listing.contains(expected), "{expected} is not in {listing}");
    }
}

#[test]
fn a_large_fleet_comes_in_full_pages() {
    let mut probe = with((1..=20_000).map(|number| {
        let instance = instance(number);
        if number % 2 == 0 { instance.tag("Schedule", "office") } else { instance }
    }));
    let request = "DescribeInstances&MaxResults=1000&Filter.1.Name=tag-key\
                   &Filter.1.Value.1=Schedule&Filter.2.Name=instance-state-name\
                   &Filter.2.Value.1=running&Filter.2.Value.2=stopped";
    assert_eq!(page_sizes(&mut probe, request), [1000; 10]);
}
