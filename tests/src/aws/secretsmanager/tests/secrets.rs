use serde_json::{Value, json};

use super::{A, B, create, describe, get, labels, probe, put, state};
use crate::aws::{
    page::Paging,
    probe::{Probe, refusal},
    secretsmanager::Replica,
};

const MARKED: &str = "400 InvalidRequestException: You can't perform this operation on the secret \
                      because it was marked for deletion.";

#[test]
fn a_secret_is_found_by_its_name_its_arn_and_its_arn_without_the_end() {
    let mut probe = probe();
    let arn = describe(&mut probe)["ARN"].as_str().unwrap().to_owned();
    let start = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db";
    assert!(arn.starts_with(&format!("{start}-")) && arn.len() == start.len() + 7, "{arn}");
    for id in ["db", &arn, start] {
        let answer = probe.secretsmanager("DescribeSecret", json!({ "SecretId": id })).unwrap();
        assert_eq!(answer["Name"], "db");
    }
    for id in ["d", "db2", &format!("{start}-AAAAAA"), &arn.replace("eu-west-1", "eu-west-2")] {
        assert_eq!(
            refusal(probe.secretsmanager("DescribeSecret", json!({ "SecretId": id }))),
            "400 ResourceNotFoundException: Secrets Manager can't find the specified secret."
        );
    }
    let foreign = arn.replace("111111111111", "222222222222");
    let refused = refusal(probe.secretsmanager("DescribeSecret", json!({ "SecretId": foreign })));
    assert!(refused.starts_with("400 AccessDeniedException"), "{refused}");
}

#[test]
fn what_is_not_set_is_not_shown() {
    let mut probe = probe();
    let shown = describe(&mut probe);
    let members: Vec<&String> = shown.as_object().unwrap().keys().collect();
    assert_eq!(members, ["ARN", "CreatedDate", "LastChangedDate", "Name", "VersionIdsToStages"]);
    get(&mut probe, None, None).unwrap();
    // To the day, which began eight hours ago.
    assert_eq!(describe(&mut probe)["LastAccessedDate"], json!(1_780_272_000.0));
    assert_eq!(describe(&mut probe)["CreatedDate"], json!(1_780_300_800.0));
}

#[test]
fn a_deleted_secret_can_be_looked_at_and_restored_but_not_used() {
    let mut probe = probe();
    let deleted = probe.secretsmanager("DeleteSecret", json!({ "SecretId": "db" })).unwrap();
    assert_eq!(describe(&mut probe)["DeletedDate"], deleted["DeletionDate"]);
    assert_eq!(get(&mut probe, None, None), Err(MARKED.to_owned()));
    assert_eq!(refusal(put(&mut probe, B, "two", &[])), MARKED);
    for (operation, more) in [
        ("UpdateSecretVersionStage", json!({ "VersionStage": "a", "MoveToVersionId": A })),
        ("TagResource", json!({ "Tags": [] })),
        ("RotateSecret", json!({ "ClientRequestToken": B })),
    ] {
        let mut parameters = json!({ "SecretId": "db" });
        parameters.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(refusal(probe.secretsmanager(operation, parameters)), MARKED, "{operation}");
    }
    assert_eq!(
        refusal(create(&mut probe, "db", B, "new")),
        "400 InvalidRequestException: You can't create this secret because a secret with this \
         name is already scheduled for deletion."
    );
    probe.secretsmanager("RestoreSecret", json!({ "SecretId": "db" })).unwrap();
    assert_eq!(get(&mut probe, None, None).as_deref(), Ok("one"));
}

#[test]
fn a_deleted_secret_is_gone_after_its_window() {
    let mut probe = probe();
    let parameters = json!({ "SecretId": "db", "RecoveryWindowInDays": 7 });
    probe.secretsmanager("DeleteSecret", parameters).unwrap();
    probe.wait_hours(7 * 24);
    probe.wait(-1);
    assert_eq!(get(&mut probe, None, None), Err(MARKED.to_owned()));
    probe.wait(1);
    assert!(get(&mut probe, None, None).unwrap_err().contains("ResourceNotFoundException"));
    create(&mut probe, "db", B, "new").unwrap();
}

#[test]
fn a_deletion_without_recovery_needs_no_secret() {
    let mut probe = probe();
    let forced = json!({ "SecretId": "db", "ForceDeleteWithoutRecovery": true });
    let first = probe.secretsmanager("DeleteSecret", forced.clone()).unwrap();
    probe.secretsmanager("DeleteSecret", forced.clone()).unwrap();
    let created = create(&mut probe, "db", A, "one").unwrap();
    assert_ne!(created["ARN"], first["ARN"]);
    for (member, value) in [("RecoveryWindowInDays", json!(7)), ("RecoveryWindowInDays", json!(6))]
    {
        let mut wrong = forced.clone();
        wrong[member] = value.clone();
        wrong["ForceDeleteWithoutRecovery"] = json!(value == 7);
        let refused = refusal(probe.secretsmanager("DeleteSecret", wrong));
        assert!(refused.starts_with("400 InvalidParameterException"), "{refused}");
    }
}

#[test]
fn a_secret_of_a_service_and_a_replica_refuse_changes() {
    let mut probe = probe();
    state(&mut probe).secret_mut("db").unwrap().owning_service = Some("rds".to_owned());
    assert_eq!(describe(&mut probe)["OwningService"], "rds");
    assert!(refusal(put(&mut probe, B, "two", &[])).contains("managed by another service"));
    let secret = state(&mut probe).secret_mut("db").unwrap();
    secret.owning_service = None;
    secret.primary_region = Some("eu-west-2".to_owned());
    assert_eq!(describe(&mut probe)["PrimaryRegion"], "eu-west-2");
    assert_eq!(
        refusal(put(&mut probe, B, "two", &[])),
        "400 InvalidRequestException: Operation not permitted on a replica secret. Call must be \
         made in primary secret's region."
    );
    assert_eq!(get(&mut probe, None, None).as_deref(), Ok("one"));
    let secret = state(&mut probe).secret_mut("db").unwrap();
    secret.primary_region = Some("eu-west-1".to_owned());
    secret.replicas.push(Replica { region: "eu-west-2".to_owned(), status: "InSync" });
    assert_eq!(
        describe(&mut probe)["ReplicationStatus"],
        json!([{ "Region": "eu-west-2", "Status": "InSync" }])
    );
    put(&mut probe, B, "two", &[]).unwrap();
    assert_eq!(labels(&mut probe)[B], json!(["AWSCURRENT"]));
}

#[test]
fn tags_are_added_and_removed() {
    let mut probe = probe();
    let mut tag = |tags: Value| {
        probe.secretsmanager("TagResource", json!({ "SecretId": "db", "Tags": tags })).map(drop)
    };
    tag(json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "2" }])).unwrap();
    tag(json!([{ "Key": "a", "Value": "3" }])).unwrap();
    let many: Vec<Value> =
        (0..49).map(|n| json!({ "Key": format!("k{n}"), "Value": "" })).collect();
    for wrong in [
        json!([{ "Key": "aws:a", "Value": "" }]),
        json!([{ "Key": "x".repeat(129), "Value": "" }]),
        json!([{ "Key": "x", "Value": "x".repeat(257) }]),
        json!(many),
    ] {
        assert!(tag(wrong.clone()).is_err(), "{wrong}");
    }
    let untag = json!({ "SecretId": "db", "TagKeys": ["b", "c"] });
    probe.secretsmanager("UntagResource", untag).unwrap();
    assert_eq!(describe(&mut probe)["Tags"], json!([{ "Key": "a", "Value": "3" }]));
}

#[test]
fn secrets_are_listed_in_pages() {
    let mut probe = Probe::new();
    for name in ["app/a", "app/b", "app/c", "other"] {
        create(&mut probe, name, A, "x").unwrap();
        probe.wait(1);
    }
    state(&mut probe).paging = Paging { longest: Some(2), empty_pages: true };
    let (mut token, mut pages): (Option<Value>, Vec<Vec<String>>) = (None, Vec::new());
    loop {
        let mut parameters = json!({ "Filters": [{ "Key": "name", "Values": ["app/"] }] });
        if let Some(token) = token {
            parameters["NextToken"] = token;
        }
        let answer = probe.secretsmanager("ListSecrets", parameters).unwrap();
        pages.push(names(&answer));
        token = answer.get("NextToken").cloned();
        if token.is_none() {
            break;
        }
    }
    assert_eq!(pages, [vec![], vec!["app/c", "app/b"], vec![], vec!["app/a"]]);
    let refused = refusal(probe.secretsmanager("ListSecrets", json!({ "NextToken": "made up" })));
    assert!(refused.contains("InvalidNextTokenException"), "{refused}");
    let refused = refusal(probe.secretsmanager("ListSecrets", json!({ "MaxResults": 101 })));
    assert!(refused.contains("'maxResults'"), "{refused}");
}

#[test]
fn versions_are_listed_in_pages() {
    let mut probe = probe();
    probe.wait(1);
    put(&mut probe, B, "two", &[]).unwrap();
    let first = json!({ "SecretId": "db", "MaxResults": 1 });
    let answer = probe.secretsmanager("ListSecretVersionIds", first.clone()).unwrap();
    assert_eq!(answer["Versions"][0]["VersionId"], A);
    assert_eq!(answer["Versions"][0]["KmsKeyIds"], json!(["DefaultEncryptionKey"]));
    let mut second = first;
    second["NextToken"] = answer["NextToken"].clone();
    let answer = probe.secretsmanager("ListSecretVersionIds", second).unwrap();
    assert_eq!((&answer["Versions"][0]["VersionId"], answer.get("NextToken")), (&json!(B), None));
}

#[test]
fn filters_narrow_a_listing() {
    let mut probe = Probe::new();
    for (name, description, tag) in
        [("orders", "Main DATABASE", "team"), ("users", "cache of names", "Team"), ("old", "", "x")]
    {
        let parameters = json!({
            "Name": name, "ClientRequestToken": A, "SecretString": "x", "Description": description,
            "Tags": [{ "Key": tag, "Value": "blue" }],
        });
        probe.secretsmanager("CreateSecret", parameters).unwrap();
    }
    probe.secretsmanager("DeleteSecret", json!({ "SecretId": "old" })).unwrap();
    for (key, value, expected) in [
        ("name", "or", &["orders"][..]),
        ("name", "Or", &[]),
        ("name", "!or", &["users"]),
        ("description", "main", &["orders"]),
        ("tag-key", "team", &["orders"]),
        ("tag-value", "blu", &["orders", "users"]),
        ("all", "CACHE team", &["users"]),
        ("owning-service", "rds", &[]),
    ] {
        let parameters = json!({ "Filters": [{ "Key": key, "Values": [value] }], "SortBy": "name", "SortOrder": "asc" });
        let answer = probe.secretsmanager("ListSecrets", parameters).unwrap();
        assert_eq!(names(&answer), expected, "{key} {value}");
    }
    let all = json!({ "IncludePlannedDeletion": true, "SortBy": "name", "SortOrder": "asc" });
    let answer = probe.secretsmanager("ListSecrets", all).unwrap();
    assert_eq!(names(&answer), ["old", "orders", "users"]);
    let wrong = json!({ "Filters": [{ "Key": "colour", "Values": ["x"] }] });
    let refused = refusal(probe.secretsmanager("ListSecrets", wrong));
    assert!(refused.starts_with("400 ValidationException"), "{refused}");
}

fn names(answer: &Value) -> Vec<String> {
    let list = answer["SecretList"].as_array().unwrap();
    list.iter().map(|secret| secret["Name"].as_str().unwrap().to_owned()).collect()
}
