//! What a person may ask of the function, and what is refused by name.

use std::{collections::BTreeSet, fs, path::Path};

use super::*;

const OFFICE: &str = "mon-fri 09:00-17:00";

/// The answer to a question that must have one.
#[track_caller]
fn ask(account: &Account, question: &Value) -> Value {
    account.function.invoke(question).answer().clone()
}

#[track_caller]
fn refused(account: &Account, event: &Value, expected: &str) {
    let invocation = account.function.invoke(event);
    let (error_type, message) = failure(&invocation).expect("it should be refused");
    assert_eq!(error_type, "BadEvent", "{message}");
    assert!(message.contains(expected), "{message}");
}

#[test]
fn a_schedule_is_explained_by_its_name() {
    let account = Account::new(MONDAY, |_, _| ());
    let question =
        json!({ "explain": { "schedule": "office-hours", "at": "2026-12-25T10:00:00Z" } });
    let answer = ask(&account, &question);
    assert_eq!(answer["state"], "stopped");
    assert_eq!(answer["because"], "exception closed 2026-12-25");
    assert_eq!(answer["next"], json!({ "at": "2026-12-28T08:00:00Z", "state": "running" }));
    assert_eq!(account.aws.log().operations(), ["ssm:GetParametersByPath"; 3]);

    refused(
        &account,
        &json!({ "explain": { "schedule": "ofice-hours" } }),
        "did you mean `office-hours`?",
    );
}

#[test]
fn an_override_is_tried_before_it_is_set() {
    let account = Account::new(MONDAY, |_, _| ());
    let answer = ask(
        &account,
        &json!({ "explain": {
            "schedule": "mon-fri 09:00-17:00 @Europe/Paris",
            "override": "running until 2026-06-01T22:00",
            "at": "2026-06-01T18:00:00Z",
        } }),
    );
    assert_eq!(answer["because"], "override running until 2026-06-01T20:00:00Z");
    assert_eq!(answer["next"], json!({ "at": "2026-06-01T20:00:00Z", "state": "stopped" }));
    assert_eq!(account.aws.log().total(), 0);
}

#[test]
fn the_preview_of_an_account_tells_what_its_schedules_save() {
    let account = Account::new(MONDAY, |place, now| {
        document(place, "prices", "t3.micro: 0.01\ndb.t4g.micro: 0.02\n", now);
        place.ec2.add(instance(1, OFFICE));
        place.ec2.add(instance(2, OFFICE).of_type("u7inh-32tb.480xlarge"));
        place.ec2.add(instance(3, "always").tag("caretaker:override", "stopped until 2026-06-03"));
        place.ec2.add(instance(4, "ofice"));
        place.ec2.add(instance(5, "ignore"));
        place.ec2.add(instance(6, OFFICE).instance_store_root());
        let database = rds::Instance::new("reports", "eu-west-1a").tag("Schedule", "never");
        place.rds.add(database.maintained("sun:03:00-sun:04:00"));
    });
    let span = json!({ "from": "2026-06-01", "until": "2026-06-08" });
    let answer = ask(&account, &json!({ "preview": span }));
    let resources: Vec<String> = answer["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let money = line["saved_money"].as_f64().map(|money| format!("{money:.2}"));
            format!("{} {} {money:?}", line["resource"].as_str().unwrap(), line["saved_hours"])
        })
        .collect();
    assert_eq!(
        resources,
        [
            format!("{} 128.0 Some(\"1.28\")", id(1)),
            format!("{} 128.0 None", id(2)),
            format!("{} 48.0 Some(\"0.48\")", id(3)),
            // All week but for the window of an hour and its ten minutes before.
            "reports 166.83333333333334 Some(\"3.34\")".to_owned(),
        ]
    );
    assert!((answer["saved_money"].as_f64().unwrap() - 5.0967).abs() < 0.001, "{answer:#}");
    assert_eq!(answer["schedules"][OFFICE]["transitions"].as_array().unwrap().len(), 10);
    let warnings = answer["warnings"].to_string();
    assert!(warnings.contains(&format!("instance {}: unknown schedule `ofice`", id(4))));
    assert_eq!(account.changes(), [""; 0]);
}

#[test]
fn prices_that_make_no_sense_are_a_warning() {
    let account = Account::new(MONDAY, |place, now| {
        document(place, "prices", "t3.micro: cheap", now);
        place.ec2.add(instance(1, OFFICE));
    });
    let answer = ask(&account, &json!({ "preview": {} }));
    assert_eq!(answer["resources"].as_array().unwrap().len(), 1);
    let warnings = answer["warnings"].to_string();
    assert!(warnings.contains("prices: not a map of sizes and prices"), "{warnings}");
}

#[test]
fn lint_finds_what_is_legal_but_probably_not_meant() {
    let account = Account::new(MONDAY, |place, now| {
        let hole = "periods:\n  - {begintime: '20:00', endtime: '23:59', weekdays: mon-fri}\n  \
                    - {begintime: '00:00', endtime: '06:00', weekdays: mon-fri}\n";
        document(place, "schedules/holey", hole, now);
        document(
            place,
            "schedules/closed",
            "calendars: [holidays]\nperiods: [{weekdays: mon}]\n",
            now,
        );
        document(place, "schedules/broken", "periods: [{weekday: mon}]\n", now);
    });
    let answer = ask(&account, &json!({ "lint": {} }));
    let found: Vec<&String> = answer["schedules"].as_object().unwrap().keys().collect();
    assert_eq!(found, ["closed", "holey"], "{answer:#}");
    assert_eq!(answer["schedules"]["closed"][0]["code"], "unknown-calendar");
    let problems = answer["problems"].to_string();
    assert!(problems.contains("broken") && problems.contains("weekday"), "{problems}");

    let one = ask(&account, &json!({ "lint": { "schedule": "holey" } }));
    assert_eq!(one["findings"], answer["schedules"]["holey"]);
    account.aws.log().clear();
    let inline = json!({ "lint": { "schedule": "mon-fri 09:00-09:02" } });
    assert_eq!(ask(&account, &inline)["findings"].as_array().unwrap().len(), 1);
    assert_eq!(account.aws.log().total(), 0);
}

#[test]
fn an_import_costs_no_call_and_its_documents_can_be_asked_about() {
    let account = Account::new(MONDAY, |_, _| ());
    let export = json!({ "Items": [
        { "type": { "S": "schedule" }, "name": { "S": "office" }, "timezone": { "S": "UTC" },
            "periods": { "SS": ["hours"] } },
        { "type": { "S": "period" }, "name": { "S": "hours" }, "begintime": { "S": "9:00" },
            "endtime": { "S": "17:00" } },
    ] });
    let answer = ask(&account, &json!({ "import": { "from": export } }));
    assert_eq!((&answer["lost"], &answer["findings"]), (&json!([]), &json!([])));
    let text = &answer["documents"][0]["text"];
    let lint = ask(&account, &json!({ "lint": { "schedule": text } }));
    assert_eq!(lint["findings"], json!([]));
    let preview = json!({ "schedule": text, "from": "2026-06-01", "until": "2026-06-02" });
    assert_eq!(ask(&account, &json!({ "preview": preview }))["running_hours"], 8.0);
    assert_eq!(account.aws.log().total(), 0);
    refused(&account, &json!({ "import": {} }), "`import`: from: missing");
    refused(&account, &json!({ "import": { "from": "x" } }), "`import`: from: it is a text");
    refused(&account, &json!({ "import": { "form": [] } }), "did you mean `from`?");
}

#[test]
fn defect_l8_a_broken_schedule_that_is_given_whole_asks_nobody() {
    let account = Account::new(MONDAY, |_, _| ());
    for schedule in [
        json!("periods: [{weekday: mon}]\n"),
        json!("{periods: [office, {weekday: mon}], calendars: [holidays]}"),
        json!({ "periods": ["office"], "calendars": "holidays", "timezone": "Mars" }),
        json!("mon-fri 9-17"),
        json!("mon 08:00-25:00"),
    ] {
        for question in ["explain", "preview", "lint"] {
            refused(&account, &json!({ question: { "schedule": schedule } }), "schedule");
        }
    }
    assert_eq!(account.aws.log().total(), 0);
    let named = json!({ "lint": { "schedule": { "periods": ["office"] } } });
    refused(&account, &named, "unknown period `office`");
    assert_eq!(account.aws.log().total(), 3);
}

#[test]
fn what_is_not_known_is_refused_by_name() {
    let account = Account::new(MONDAY, |_, _| ());
    let document = |field: &str| json!({ "periods": [{ "weekdays": "mon", field: "x" }] });
    for (event, expected) in [
        (json!({ "dryrun": true }), "unknown field `dryrun`"),
        (
            json!({ "explain": { "schedul": "always" } }),
            "schedul: unknown field, did you mean `schedule`?",
        ),
        (json!({ "explain": { "schedule": "always", "when": 1 } }), "when: unknown field"),
        (json!({ "preview": { "schedule": "always", "to": "x" } }), "to: unknown field"),
        (
            json!({ "lint": { "schedules": [] } }),
            "schedules: unknown field, did you mean `schedule`?",
        ),
        (json!({ "explain": { "schedule": document("starttime") } }), "starttime"),
        (json!({ "lint": { "schedule": document("starttime") } }), "starttime"),
        (json!({ "preview": { "schedule": "mon 9-17" } }), "schedule"),
        (json!({ "dry_run": true, "explain": {} }), "schedule: missing"),
        (json!({ "dry_run": true, "now": "noon" }), "`now` is `noon`"),
        (json!({ "regions": ["us-east-1"] }), "`regions` names `us-east-1`"),
        (json!({ "accounts": ["222222222222"] }), "`accounts` names `222222222222`"),
        (json!([]), "not a JSON object"),
        (json!({ "detail-type": "Scheduled Event" }), "is no EventBridge event"),
    ] {
        refused(&account, &event, expected);
    }
    assert_eq!(account.changes(), [""; 0]);
}

#[test]
fn every_example_event_is_answered() {
    let account = Account::with(
        "2026-06-01T06:00:00Z",
        &[("Regions", "eu-west-1,us-east-1"), ("Accounts", "111111111111,222222222222")],
        |spec| spec,
        |world, now| {
            target_account(world, "222222222222", now);
            world.place("222222222222", "us-east-1").ec2.add(instance(1, "never"));
        },
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events").join(NAME);
    let mut seen = BTreeSet::new();
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    // The scheduled run comes before those that would leave it nothing to do.
    paths.sort_unstable_by(|one, other| other.cmp(one));
    for path in paths {
        let event: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let answer = ask(&account, &event);
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        match name.as_str() {
            "scheduled" => assert_eq!(answer["counts"]["stopped"], 1, "{answer:#}"),
            "dry-run" | "narrow" => assert_eq!(answer["dry_run"], true, "{answer:#}"),
            "allow" | "retry" => assert_eq!(answer["counts"]["managed"], 1, "{answer:#}"),
            "explain-resource" => assert_eq!(answer["tag"], "never", "{answer:#}"),
            "explain" => assert_eq!(answer["next"]["at"], "2026-06-01T06:00:00Z", "{answer:#}"),
            "import" => assert_eq!(answer["lost"][0]["code"], "metrics", "{answer:#}"),
            "lint" => assert_ne!(answer["findings"], json!([]), "{answer:#}"),
            "preview" => assert_ne!(answer["transitions"], json!([]), "{answer:#}"),
            other => panic!("nobody says what the answer to `{other}.json` should be"),
        }
        seen.insert(name);
    }
    assert_eq!(seen.len(), 10, "{seen:?}");
}
