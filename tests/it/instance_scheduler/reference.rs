//! The reference part of the README is right: the policy and the prices do what it says, and the tables
//! of metrics, findings and fields leave nothing out.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use tests::aws::{
    call::Touched,
    identity::Caller,
    policy::{Context, Role, parse_document},
};

use super::{targets::OTHER, *};

const README: &str = include_str!("../../../functions/instance-scheduler/README.md");

/// The first block in this language after this heading.
fn block(heading: &str, language: &str) -> &'static str {
    let (_, section) = README.split_once(heading).unwrap();
    let (_, block) = section.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0
}

/// The rows of a section's tables.
fn section(heading: &str) -> &'static str {
    let (_, section) = README.split_once(&format!("\n## {heading}\n")).unwrap();
    section.split_once("\n## ").map_or(section, |(section, _)| section)
}

/// A role with full access, below the service control policy of the README.
fn below_the_policy(name: &str) -> Role {
    let full = json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
    let policy: Value = serde_json::from_str(block("\n## Who may tag\n", "json")).unwrap();
    let permissions = [full, policy].iter().flat_map(|one| parse_document(one).unwrap()).collect();
    Role { account: OTHER.to_owned(), name: name.to_owned(), permissions, trust: Vec::new() }
}

#[track_caller]
fn check(role: &str, action: &str, arn: &str, keys: &[&str], expected: bool) {
    let role = below_the_policy(role);
    let caller = Caller {
        account: OTHER.to_owned(),
        arn: role.session_arn("test"),
        user_id: String::new(),
        organization: None,
        role: Some(Arc::new(role.clone())),
    };
    let mut context = Context::of_caller(&caller);
    for key in keys {
        context.add("aws:TagKeys", key);
    }
    let touched = Touched { arn: arn.to_owned(), ..Touched::default() };
    let allowed = role.allows(action, &[touched], &context).is_ok();
    assert_eq!(allowed, expected, "{} {action} {keys:?}", role.name);
}

#[test]
fn defect_l5_the_service_control_policy_protects_the_tags_and_no_others() {
    const FUNCTION: &str = "caretaker-instance-scheduler";
    const INSTANCE: &str = "arn:aws:ec2:eu-west-1:222222222222:instance/i-1";
    let writes = [
        "ec2:CreateTags",
        "ec2:DeleteTags",
        "rds:AddTagsToResource",
        "rds:RemoveTagsFromResource",
        "autoscaling:CreateOrUpdateTags",
        "autoscaling:DeleteTags",
    ];
    for action in writes {
        for key in ["caretaker:scheduler", "caretaker:capacity", "caretaker:instance-types"] {
            for (role, expected) in
                [("developer", false), (FUNCTION, true), ("platform-admin", true)]
            {
                check(role, action, INSTANCE, &["Name", key], expected);
            }
        }
        check("developer", action, INSTANCE, &["Name", "Team"], true);
    }
    check("developer", "ec2:DeleteTags", INSTANCE, &[], false);
    let role = format!("arn:aws:iam::{OTHER}:role/{FUNCTION}");
    for action in ["iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:PassRole"] {
        check("developer", action, &role, &[], false);
        check("platform-admin", action, &role, &[], true);
    }
    // The names are those of the template.
    assert_eq!(stage::target(OTHER, &[]).unwrap().roles[0].name, FUNCTION);
}

#[test]
fn defect_l5_the_prices_are_understood() {
    let prices = block("`/caretaker/prices`", "yaml");
    let account = Account::new(MONDAY, |place, now| {
        let size = "m6i.large";
        assert!(prices.contains(size), "{prices}");
        place.ec2.add(instance(1, "never").of_type(size));
        document(place, "prices", prices, now);
    });
    let run = account.function.invoke(&json!({ "preview": {} }));
    assert_eq!(run.answer()["warnings"], json!([]));
    assert!(run.answer()["saved_money"].as_f64().unwrap() > 17.0, "{:#}", run.answer());
}

#[test]
fn defect_l5_every_metric_and_every_finding_of_lint_is_explained() {
    let explained = |heading: &str, marker: &str| {
        let found = literals_after(marker);
        assert!(found.len() > 5, "{marker}: {found:?}");
        let section = section(heading);
        found.into_iter().filter(|name| !section.contains(&format!("`{name}`"))).collect::<Vec<_>>()
    };
    assert_eq!(explained("Metrics", ".metric(\""), [""; 0]);
    assert_eq!(explained("What lint finds", "code: \""), [""; 0]);
    assert!(section("What lint finds").contains("`unknown-calendar`"));
}

/// The texts that follow `marker` in the sources of the function.
fn literals_after(marker: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/instance-scheduler/src");
    let mut folders = vec![root];
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            let texts = text.split(marker).skip(1).filter_map(|rest| rest.split('"').next());
            found.extend(texts.map(str::to_owned));
        }
    }
    found
}

#[test]
fn defect_l5_every_field_of_a_report_and_of_an_event_is_explained() {
    let account = Account::new(MONDAY, |place, now| {
        place.ec2.add(instance(1, "never"));
        place.ec2.add(instance(2, "never").stop_protected());
        place.ec2.add(instance(3, "never").spot(true));
        place.ec2.add(instance(4, "nevr"));
        document(place, "schedules/broken", "periods: 1", now);
    });
    let run = account.tick(MONDAY);
    let report = report(&run);
    let explained = section("The report");
    let unexplained = |value: &Value| -> Vec<String> {
        let fields = fields(value).into_iter();
        fields.filter(|name| !explained.contains(&format!("`{name}`"))).collect()
    };
    assert_eq!(unexplained(&report), [""; 0], "{report:#}");

    let events =
        account.aws.with(|world| world.place(HOME_ACCOUNT, REGION).events.events().to_vec());
    assert_eq!(events.len(), 1);
    assert_eq!(unexplained(&events[0].detail), [""; 0], "{:#}", events[0].detail);
    for text in [&events[0].source, &events[0].detail_type] {
        assert!(explained.contains(&format!("`{text}`")), "{text}");
    }
}

/// The names of all members, at any depth.
fn fields(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(members) => {
            let below = members.values().flat_map(fields);
            members.keys().cloned().chain(below).collect()
        }
        Value::Array(values) => values.iter().flat_map(fields).collect(),
        _ => BTreeSet::new(),
    }
}
