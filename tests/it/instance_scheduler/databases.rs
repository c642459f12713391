//! RDS: what starts and stops, what never can, and what RDS does by itself.

use super::*;

const OFFICE: &str = "mon-fri 09:00-17:00";
const EVENING: &str = "2026-06-01T17:00:00Z";

/// A database that follows `schedule`, made long ago.
fn database(name: &str, schedule: &str) -> rds::Instance {
    rds::Instance::new(name, "eu-west-1a").tag("Schedule", schedule)
}

fn cluster(name: &str, schedule: &str) -> rds::Cluster {
    rds::Cluster::new(name).tag("Schedule", schedule)
}

#[test]
fn databases_and_clusters_stop_and_start() {
    let account = Account::new(EVENING, |place, _| {
        place.rds.add(database("reports", OFFICE));
        let shop = cluster("shop", OFFICE);
        place.rds.add(rds::Instance::new("shop-1", "eu-west-1a").member_of(&shop));
        place.rds.add_cluster(shop);
    });
    let run = account.tick(EVENING);
    assert_eq!(
        lines(&run, "actions"),
        ["stop reports: outside every period", "stop shop: outside every period"]
    );
    let mut changes = account.changes();
    changes.sort_unstable();
    assert_eq!(
        changes,
        [
            "rds:AddTagsToResource",
            "rds:AddTagsToResource",
            "rds:StopDBCluster",
            "rds:StopDBInstance"
        ]
    );
    assert_eq!(lines(&account.tick("2026-06-01T17:05:00Z"), "actions"), [""; 0]);
    assert_eq!((account.database("reports"), account.cluster("shop")), ("stopped", "stopped"));

    account.tick("2026-06-02T09:00:00Z").answer();
    account.tick("2026-06-02T09:05:00Z").answer();
    assert_eq!((account.database("reports"), account.cluster("shop")), ("available", "available"));
}

#[test]
fn replicas_their_sources_and_members_of_clusters_are_never_tried() {
    let account = Account::new(EVENING, |place, _| {
        place.rds.add(database("source", OFFICE));
        place.rds.add(database("replica", OFFICE).replica_of("source"));
        let shop = rds::Cluster::new("shop");
        place.rds.add(database("member", OFFICE).member_of(&shop));
        place.rds.add_cluster(shop);
    });
    let run = account.tick(EVENING);
    assert_eq!(
        lines(&run, "skipped"),
        [
            "member: belongs to a cluster: tag the cluster",
            "replica: a read replica cannot be stopped",
            "source: a database with read replicas cannot be stopped",
        ]
    );
    assert_eq!(account.changes(), [""; 0]);
}

#[test]
fn a_busy_database_is_stopped_when_it_is_done() {
    let account = Account::new(EVENING, |place, _| {
        let until = "2026-06-01T17:12:00Z".parse().unwrap();
        place.rds.add(database("reports", OFFICE).busy("backing-up", until));
    });
    for at in [EVENING, "2026-06-01T17:05:00Z", "2026-06-01T17:10:00Z"] {
        let run = account.tick(at);
        assert_eq!(lines(&run, "skipped"), ["reports: busy: backing-up"], "{at}");
        assert_eq!(account.changes(), [""; 0]);
    }
    account.tick("2026-06-01T17:15:00Z").answer();
    assert_eq!(account.database("reports"), "stopping");
}

#[test]
fn the_weekly_window_keeps_a_database_up_unless_its_schedule_does_not_use_it() {
    let account = Account::new("2026-06-06T12:00:00Z", |place, now| {
        document(
            place,
            "schedules/off",
            "use_maintenance_window: false\noverride_status: stopped",
            now,
        );
        place.rds.add(database("reports", "never").maintained("sun:03:00-sun:04:00"));
        place.rds.add(database("archive", "off").maintained("sun:03:00-sun:04:00"));
    });
    account.tick("2026-06-06T12:00:00Z").answer();
    for (at, expected) in [
        ("2026-06-07T02:45:00Z", ""),
        ("2026-06-07T02:50:00Z", "start reports: maintenance window"),
        ("2026-06-07T03:55:00Z", ""),
        ("2026-06-07T04:00:00Z", "stop reports: outside every period"),
    ] {
        assert_eq!(lines(&account.tick(at), "actions").join(", "), expected, "{at}");
    }
    assert_eq!(account.database("archive"), "stopped");
}

#[test]
fn what_rds_starts_after_a_week_is_stopped_again() {
    let account = Account::new(EVENING, |place, now| {
        document(
            place,
            "schedules/off",
            "use_maintenance_window: false\noverride_status: stopped",
            now,
        );
        place.rds.add(database("reports", "off"));
        place.rds.add_cluster(cluster("shop", "off"));
    });
    account.tick(EVENING).answer();
    account.tick("2026-06-08T17:00:00Z").answer();
    assert_eq!(account.database("reports"), "stopped");
    // Stopped at 17:04 and started by RDS a week later.
    account.tick("2026-06-08T17:05:00Z").answer();
    assert_eq!((account.database("reports"), account.cluster("shop")), ("starting", "starting"));
    let run = account.tick("2026-06-08T17:10:00Z");
    assert_eq!(
        lines(&run, "actions"),
        ["stop reports: override_status stopped", "stop shop: override_status stopped"]
    );
    account.tick("2026-06-15T17:15:00Z").answer();
    assert_eq!(lines(&account.tick("2026-06-15T17:25:00Z"), "actions").len(), 2);
}

#[test]
fn the_weekly_window_renews_the_stop() {
    let account = Account::new(EVENING, |place, _| {
        place.rds.add(database("reports", "never").maintained("mon:00:00-mon:00:30"));
        place.rds.add_cluster(cluster("shop", "never").maintained("mon:00:00-mon:00:30"));
    });
    let start: Timestamp = EVENING.parse().unwrap();
    let mut done = Vec::new();
    for hour in 0..=7 * 24 + 3 {
        let at = (start + jiff::SignedDuration::from_hours(hour)).to_string();
        let actions = lines(&account.tick(&at), "actions").into_iter();
        done.extend(actions.map(|action| format!("{at} {}", action.split(':').next().unwrap())));
    }
    assert_eq!(
        done,
        [
            "2026-06-01T17:00:00Z stop reports",
            "2026-06-01T17:00:00Z stop shop",
            "2026-06-08T00:00:00Z start reports",
            "2026-06-08T00:00:00Z start shop",
            "2026-06-08T01:00:00Z stop reports",
            "2026-06-08T01:00:00Z stop shop",
        ]
    );
}

#[test]
fn what_a_person_starts_stays_up_even_for_more_than_a_week() {
    let account = Account::new(EVENING, |place, now| {
        document(
            place,
            "schedules/off",
            "use_maintenance_window: false\noverride_status: stopped",
            now,
        );
        place.rds.add(database("reports", "off"));
    });
    account.tick(EVENING).answer();
    account.tick("2026-06-03T09:00:00Z").answer();
    account.by_hand("rds", "StartDBInstance&DBInstanceIdentifier=reports");
    for at in ["2026-06-03T09:10:00Z", "2026-06-08T17:10:00Z", "2026-06-15T09:00:00Z"] {
        assert_eq!(lines(&account.tick(at), "actions"), [""; 0], "{at}");
        assert_eq!(account.database("reports"), "available");
    }
}
