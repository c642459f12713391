//! RDS as a client sees it, one call at a time.

use super::{Cluster, Instance, Status, resources};
use crate::aws::{
    page::Paging,
    probe::{Probe, refusal, texts},
};

const ZONE: &str = "eu-west-1a";
const ARN: &str = "arn:aws:rds:eu-west-1:111111111111";

fn with(instances: impl IntoIterator<Item = Instance>) -> Probe {
    let mut probe = Probe::new();
    for instance in instances {
        probe.place().rds.add(instance);
    }
    probe
}

fn status(probe: &mut Probe, id: &str) -> &'static str {
    let now = probe.now;
    probe.place().rds.status(id, now).unwrap().name()
}

#[test]
fn a_database_stops_and_starts_in_minutes() {
    let mut probe = with([Instance::new("orders", ZONE)]);
    let answer = probe.rds("StopDBInstance&DBInstanceIdentifier=Orders").unwrap();
    assert_eq!(texts(&answer, "DBInstanceStatus"), ["stopping"]);
    probe.wait(239);
    assert_eq!(status(&mut probe, "orders"), "stopping");
    probe.wait(1);
    let listing = probe.rds("DescribeDBInstances").unwrap();
    assert_eq!(texts(&listing, "DBInstanceStatus"), ["stopped"]);
    assert_eq!(texts(&listing, "AutomaticRestartTime"), ["2026-06-08T08:04:00.000Z"]);
    let answer = probe.rds("StartDBInstance&DBInstanceIdentifier=orders").unwrap();
    assert_eq!(texts(&answer, "DBInstanceStatus"), ["starting"]);
    assert_eq!(texts(&answer, "AutomaticRestartTime"), Vec::<&str>::new());
    probe.wait(300);
    assert_eq!(status(&mut probe, "orders"), "available");
}

#[test]
fn a_database_starts_by_itself_after_a_week() {
    let mut probe = Probe::new();
    let since = probe.now;
    probe.place().rds.add(Instance::new("orders", ZONE).stopped_since(since));
    probe.wait_hours(7 * 24);
    probe.wait(-1);
    assert_eq!(status(&mut probe, "orders"), "stopped");
    probe.wait(1);
    assert_eq!(status(&mut probe, "orders"), "starting");
    probe.wait(300);
    assert_eq!(status(&mut probe, "orders"), "available");
}

#[test]
fn a_long_time_goes_through_every_transition() {
    let mut probe = with([Instance::new("orders", ZONE)]);
    probe.rds("StopDBInstance&DBInstanceIdentifier=orders").unwrap();
    probe.wait_hours(24 * 30);
    assert_eq!(status(&mut probe, "orders"), "available");
}

#[test]
fn the_wrong_status_is_refused() {
    let until = "2026-06-01T09:00:00Z".parse().unwrap();
    let mut probe = with([
        Instance::new("orders", ZONE),
        Instance::new("busy", ZONE).busy("backing-up", until),
    ]);
    assert_eq!(
        refusal(probe.rds("StartDBInstance&DBInstanceIdentifier=orders")),
        "400 InvalidDBInstanceState: Instance orders cannot be started as it is not in one of the \
         following statuses: 'stopped, inaccessible-encryption-credentials-recoverable, \
         incompatible-network'"
    );
    assert_eq!(
        refusal(probe.rds("StopDBInstance&DBInstanceIdentifier=busy")),
        "400 InvalidDBInstanceState: Instance busy is not in available state."
    );
    probe.wait_hours(1);
    assert!(probe.rds("StopDBInstance&DBInstanceIdentifier=busy").is_ok());
    assert!(refusal(probe.rds("StopDBInstance&DBInstanceIdentifier=busy")).contains("available"));
    assert_eq!(
        refusal(probe.rds("StopDBInstance&DBInstanceIdentifier=none")),
        "404 DBInstanceNotFound: DBInstance none not found."
    );
}

#[test]
fn replicas_sources_and_members_are_refused() {
    let cluster = Cluster::new("aurora").engine("aurora-mysql");
    let mut probe = with([
        Instance::new("source", ZONE),
        Instance::new("replica", ZONE).replica_of("source"),
        Instance::new("member", ZONE).member_of(&cluster),
    ]);
    probe.place().rds.add_cluster(cluster);
    let mut stop =
        |id: &str| refusal(probe.rds(&format!("StopDBInstance&DBInstanceIdentifier={id}")));
    assert!(stop("source").starts_with("400 InvalidDBInstanceState: "));
    assert_eq!(
        stop("replica"),
        "400 InvalidDBInstanceState: Cannot stop or start a Read-Replica instance"
    );
    assert_eq!(
        stop("member"),
        "400 InvalidParameterCombination: aurora-mysql DB instances are not eligible for stopping \
         and starting."
    );
    let listing = probe.rds("DescribeDBInstances").unwrap();
    assert_eq!(texts(&listing, "DBClusterIdentifier"), ["aurora"]);
    assert_eq!(texts(&listing, "ReadReplicaSourceDBInstanceIdentifier"), ["source"]);
    assert_eq!(texts(&listing, "ReadReplicaDBInstanceIdentifier"), ["replica"]);
}

#[test]
fn a_cluster_takes_its_members_with_it() {
    let cluster = Cluster::new("aurora").tag("Schedule", "office");
    let mut probe = with([
        Instance::new("one", ZONE).member_of(&cluster),
        Instance::new("two", ZONE).member_of(&cluster),
        Instance::new("alone", ZONE),
    ]);
    probe.place().rds.add_cluster(cluster);
    let answer = probe.rds("StopDBCluster&DBClusterIdentifier=aurora").unwrap();
    assert_eq!(texts(&answer, "Status"), ["stopping"]);
    assert_eq!(texts(&answer, "DBInstanceIdentifier"), ["one", "two"]);
    assert_eq!(texts(&answer, "IsClusterWriter"), ["true", "false"]);
    probe.wait(240);
    let listing = probe.rds("DescribeDBInstances").unwrap();
    assert_eq!(texts(&listing, "DBInstanceStatus"), ["available", "stopped", "stopped"]);
    assert_eq!(
        refusal(probe.rds("StopDBCluster&DBClusterIdentifier=aurora")),
        "400 InvalidDBClusterStateFault: DbCluster aurora is in stopped state but expected it to \
         be one of available."
    );
    probe.rds("StartDBCluster&DBClusterIdentifier=aurora").unwrap();
    assert_eq!(
        refusal(probe.rds("StartDBCluster&DBClusterIdentifier=aurora")),
        "400 InvalidDBClusterStateFault: DbCluster aurora is in starting state but expected it to \
         be one of stopped,inaccessible-encryption-credentials-recoverable."
    );
    probe.wait(300);
    let listing = probe.rds("DescribeDBClusters&DBClusterIdentifier=aurora").unwrap();
    assert_eq!(
        (texts(&listing, "Status"), texts(&listing, "Value")),
        (vec!["available"], vec!["office"])
    );
    let now = probe.now;
    assert_eq!(probe.place().rds.cluster_status("aurora", now), Some(Status::Available));
    assert_eq!(
        refusal(probe.rds("StopDBCluster&DBClusterIdentifier=none")),
        "404 DBClusterNotFoundFault: DBCluster none not found."
    );
}

#[test]
fn a_stop_takes_a_snapshot_once() {
    let mut probe = with([Instance::new("one", ZONE), Instance::new("two", ZONE)]);
    let stop = |id: &str, snapshot: &str| {
        format!("StopDBInstance&DBInstanceIdentifier={id}&DBSnapshotIdentifier={snapshot}")
    };
    probe.rds(&stop("one", "Before-Stop")).unwrap();
    assert_eq!(probe.place().rds.snapshots["before-stop"].instance, "one");
    assert!(refusal(probe.rds(&stop("two", "before-stop"))).contains("DBSnapshotAlreadyExists"));
    assert!(refusal(probe.rds(&stop("two", "7-"))).contains("InvalidParameterValue"));
    assert_eq!(status(&mut probe, "two"), "available");
}

#[test]
fn databases_come_in_pages() {
    let mut probe = with((0..45).map(|number| Instance::new(format!("db-{number:02}"), ZONE)));
    let pages = |probe: &mut Probe| {
        let mut found = Vec::new();
        let mut marker = String::new();
        loop {
            let answer = probe.rds(&format!("DescribeDBInstances&MaxRecords=20{marker}")).unwrap();
            found.push(texts(&answer, "DBInstanceIdentifier").len());
            match texts(&answer, "Marker").first() {
                Some(next) => marker = format!("&Marker={next}"),
                None => return found,
            }
        }
    };
    assert_eq!(pages(&mut probe), [20, 20, 5]);
    probe.place().rds.paging = Paging { longest: Some(15), empty_pages: true };
    assert_eq!(pages(&mut probe), [0, 15, 0, 15, 0, 15]);
    for bad in ["MaxRecords=19", "MaxRecords=101", "MaxRecords=x", "Marker=abc"] {
        let refused = refusal(probe.rds(&format!("DescribeDBInstances&{bad}")));
        assert!(refused.starts_with("400 InvalidParameterValue: "), "{refused}");
    }
}

#[test]
fn databases_are_filtered() {
    let cluster = Cluster::new("aurora");
    let mut probe = with([
        Instance::new("one", ZONE).member_of(&cluster),
        Instance::new("two", ZONE).engine("mysql"),
        Instance::new("three", ZONE),
    ]);
    probe.place().rds.add_cluster(cluster);
    let mut find = |name: &str, value: &str| {
        let filter =
            format!("Filters.Filter.1.Name={name}&Filters.Filter.1.Values.Value.1={value}");
        let answer = probe.rds(&format!("DescribeDBInstances&{filter}"))?;
        Ok::<_, crate::aws::call::ServiceError>(texts(&answer, "DBInstanceIdentifier").concat())
    };
    assert_eq!(find("engine", "mysql"), Ok("two".to_owned()));
    assert_eq!(find("db-cluster-id", "aurora"), Ok("one".to_owned()));
    assert_eq!(find("db-cluster-id", &format!("{ARN}:cluster:aurora")), Ok("one".to_owned()));
    assert_eq!(find("db-instance-id", "Three"), Ok("three".to_owned()));
    assert!(refusal(find("tag-key", "x")).contains("Unrecognized filter name: tag-key"));
    let one = probe.rds("DescribeDBInstances&DBInstanceIdentifier=two").unwrap();
    assert_eq!(texts(&one, "DBInstanceIdentifier"), ["two"]);
    let none = refusal(probe.rds("DescribeDBInstances&DBInstanceIdentifier=none"));
    assert_eq!(none, "404 DBInstanceNotFound: DBInstance none not found.");
    assert!(refusal(probe.rds("DescribeDBInstances&Colour=red")).contains("UnknownParameter"));
    assert!(refusal(probe.rds("DescribeDBColours")).contains("InvalidAction"));
}

#[test]
fn tags_are_added_removed_and_listed() {
    let mut probe = with([Instance::new("one", ZONE).tag("keep", "1")]);
    let add = format!(
        "AddTagsToResource&ResourceName={ARN}:db:one&Tags.Tag.1.Key=Schedule&Tags.Tag.1.Value=a:b"
    );
    probe.rds(&add).unwrap();
    let list = format!("ListTagsForResource&ResourceName={ARN}:db:one");
    assert_eq!(
        probe.rds(&list).unwrap(),
        "<TagList><Tag><Key>Schedule</Key><Value>a:b</Value></Tag>\
         <Tag><Key>keep</Key><Value>1</Value></Tag></TagList>"
    );
    let remove = format!(
        "RemoveTagsFromResource&ResourceName={ARN}:db:one&TagKeys.member.1=keep\
         &TagKeys.member.2=none"
    );
    probe.rds(&remove).unwrap();
    let listing = probe.rds("DescribeDBInstances").unwrap();
    assert_eq!(texts(&listing, "Key"), ["Schedule"]);
}

#[test]
fn bad_tags_and_names_are_refused() {
    let mut full = Instance::new("one", ZONE);
    for number in 0..50 {
        full = full.tag(format!("k{number}"), "");
    }
    let mut probe = with([full]);
    let mut add = |arn: &str, key: &str, value: &str| {
        let tag = format!("&Tags.Tag.1.Key={key}&Tags.Tag.1.Value={value}");
        refusal(probe.rds(&format!("AddTagsToResource&ResourceName={arn}{tag}")))
    };
    let arn = format!("{ARN}:db:one");
    assert!(add(&arn, "new", "").contains("The maximum number of tags for a resource is 50."));
    assert!(add(&arn, "k1", "mon-fri; 8").contains("Invalid tag value: mon-fri; 8"));
    assert!(add(&arn, "a,b", "").contains("Invalid tag key: a,b"));
    assert!(add(&arn, "aws:x", "").contains("can't be prefixed"));
    assert!(add(&arn, "k1", &"v".repeat(257)).contains("256"));
    assert!(add("one", "k", "").contains("Invalid resource name: one"));
    assert!(add(&format!("{ARN}:db:none"), "k", "").starts_with("404 DBInstanceNotFound"));
    assert!(add(&format!("{ARN}:cluster:none"), "k", "").starts_with("404 DBClusterNotFoundFault"));
    let elsewhere = arn.replace("eu-west-1", "us-east-1");
    assert!(add(&elsewhere, "k", "").contains("does not match an RDS resource in this region"));
}

#[test]
fn a_call_touches_the_database_it_names() {
    let mut probe = with([Instance::new("one", ZONE).tag("Schedule", "office")]);
    let mut touched = |request: &str| {
        let call = probe.call("rds", request);
        resources(&mut probe.world, &call).remove(0)
    };
    let stopped = touched("StopDBInstance&DBInstanceIdentifier=ONE");
    assert_eq!((stopped.arn, stopped.tags.len()), (format!("{ARN}:db:one"), 1));
    assert_eq!(touched("DescribeDBInstances").arn, format!("{ARN}:db:*"));
    assert_eq!(touched("DescribeDBClusters").arn, format!("{ARN}:cluster:*"));
    let tagged = touched(&format!("ListTagsForResource&ResourceName={ARN}:db:one"));
    assert_eq!(tagged.tags["Schedule"], "office");
}
