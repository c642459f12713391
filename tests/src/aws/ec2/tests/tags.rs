use super::{MISSING, ONE, TWO, instance, with};
use crate::aws::probe::{Probe, refusal, texts};

fn keys(probe: &mut Probe) -> Vec<String> {
    let answer = probe.ec2("DescribeTags").unwrap();
    texts(&answer, "key").into_iter().map(str::to_owned).collect()
}

#[test]
fn tags_are_created_replaced_and_described() {
    let mut probe = with([instance(1).tag("Name", "a & b"), instance(2)]);
    let request = format!(
        "CreateTags&ResourceId.1={ONE}&ResourceId.2={TWO}&Tag.1.Key=Schedule&Tag.1.Value=office"
    );
    assert_eq!(probe.ec2(&request).unwrap(), "<return>true</return>");
    probe.ec2(&format!("CreateTags&ResourceId.1={TWO}&Tag.1.Key=Schedule&Tag.1.Value=")).unwrap();
    assert_eq!(
        probe.ec2("DescribeTags&Filter.1.Name=key&Filter.1.Value.1=Sch*").unwrap(),
        format!(
            "<tagSet>\
             <item><resourceId>{ONE}</resourceId><resourceType>instance</resourceType>\
             <key>Schedule</key><value>office</value></item>\
             <item><resourceId>{TWO}</resourceId><resourceType>instance</resourceType>\
             <key>Schedule</key><value></value></item>\
             </tagSet>"
        )
    );
    let filters = format!(
        "DescribeTags&Filter.1.Name=resource-id&Filter.1.Value.1={ONE}\
         &Filter.2.Name=value&Filter.2.Value.1=a*"
    );
    assert_eq!(texts(&probe.ec2(&filters).unwrap(), "value"), ["a &amp; b"]);
}

#[test]
fn an_unknown_resource_fails_the_call_for_all() {
    let mut probe = with([instance(1).tag("keep", "")]);
    for operation in ["CreateTags", "DeleteTags"] {
        let request = format!("{operation}&ResourceId.1={ONE}&ResourceId.2=%ID%&Tag.1.Key=keep");
        let mut answer = |id: &str| refusal(probe.ec2(&request.replace("%ID%", id)));
        assert_eq!(
            answer(MISSING),
            format!("400 InvalidInstanceID.NotFound: The instance ID '{MISSING}' does not exist")
        );
        assert_eq!(answer("web"), "400 InvalidID: The ID 'web' is not valid");
        assert!(answer("sir-12345678").contains("InvalidSpotInstanceRequestID.NotFound"));
    }
    assert_eq!(keys(&mut probe), ["keep"]);
}

#[test]
fn deleting_with_a_value_deletes_only_that_value() {
    let mut probe = with([instance(1).tag("a", "1").tag("b", "").tag("c", "3").tag("aws:x", "")]);
    let mut delete =
        |tags: &str| probe.ec2(&format!("DeleteTags&ResourceId.1={ONE}{tags}")).unwrap();
    delete("&Tag.1.Key=a&Tag.1.Value=other&Tag.2.Key=c&Tag.2.Value=");
    delete("&Tag.1.Key=b&Tag.1.Value=&Tag.2.Key=none");
    assert_eq!(keys(&mut probe), ["a", "aws:x", "c"]);
    probe.ec2(&format!("DeleteTags&ResourceId.1={ONE}&Tag.1.Key=a")).unwrap();
    assert_eq!(keys(&mut probe), ["aws:x", "c"]);
    probe.ec2(&format!("DeleteTags&ResourceId.1={ONE}")).unwrap();
    assert_eq!(keys(&mut probe), ["aws:x"]);
}

#[test]
fn a_resource_has_at_most_fifty_tags_of_its_own() {
    let mut full = instance(1).tag("aws:autoscaling:groupName", "g");
    for number in 0..50 {
        full = full.tag(format!("k{number}"), "");
    }
    let mut probe = with([full, instance(2)]);
    let request = |key: &str| {
        format!("CreateTags&ResourceId.1={TWO}&ResourceId.2={ONE}&Tag.1.Key={key}&Tag.1.Value=v")
    };
    assert_eq!(
        refusal(probe.ec2(&request("new"))),
        "400 TagLimitExceeded: The maximum number of Tags for a resource has been reached."
    );
    assert_eq!(keys(&mut probe).len(), 51);
    probe.ec2(&request("k7")).unwrap();
    assert_eq!(keys(&mut probe).len(), 52);
}

#[test]
fn bad_tags_are_refused() {
    let mut probe = with([instance(1)]);
    let mut create =
        |tags: &str| refusal(probe.ec2(&format!("CreateTags&ResourceId.1={ONE}{tags}")));
    assert_eq!(
        create("&Tag.1.Key=AWS:mine"),
        "400 InvalidParameterValue: Tag keys starting with 'aws:' are reserved for internal use"
    );
    assert!(create("&Tag.1.Key=a&Tag.2.Key=a").contains("Duplicate tag key 'a' specified."));
    assert!(create(&format!("&Tag.1.Key={}", "k".repeat(129))).contains("128 characters"));
    let long = "v".repeat(257);
    assert!(create(&format!("&Tag.1.Key=k&Tag.1.Value={long}")).contains("256 characters"));
    assert!(create("").contains("You must specify one or more tags"));
    assert!(create("&Tag.1.Value=v").contains("MissingParameter"));
    assert!(create("&Tag.1.Key=k&Colour=red").contains("UnknownParameter"));
    assert!(create("&Tag.1.Key=k&DryRun=true").starts_with("412 DryRunOperation"));
    assert_eq!(keys(&mut probe), Vec::<String>::new());
}

#[test]
fn tags_come_in_pages() {
    let mut probe =
        with((1..=7).map(|number| instance(number).tag("a", "").tag("b", "").tag("c", "")));
    let mut found = Vec::new();
    let mut token = String::new();
    loop {
        let answer = probe.ec2(&format!("DescribeTags&MaxResults=5{token}")).unwrap();
        found.extend(texts(&answer, "resourceId").into_iter().map(str::to_owned));
        match texts(&answer, "nextToken").first() {
            Some(next) => token = format!("&NextToken={next}"),
            None => break,
        }
    }
    assert_eq!(found.len(), 21);
    found.dedup();
    assert_eq!(found.len(), 7);
}
