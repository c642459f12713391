//! What the documents say, in place and by name, and what is found in them.

use super::*;

#[test]
fn a_period_has_its_instance_type_where_it_is_used() {
    let items = json!([
        {"type": "schedule", "name": "x", "timezone": "UTC", "periods": "a@m5.large, b , a@m5.large"},
        {"type": "period", "name": "a", "weekdays": "mon"},
        {"type": "period", "name": "b", "weekdays": ["tue"]},
    ]);
    let imported = imported(&items);
    assert_eq!(imported.lost, []);
    assert_eq!(
        only(&imported),
        "timezone: UTC\nperiods:\n  - name: a\n    weekdays: mon\n    instance_type: m5.large\n  - \
         name: b\n    weekdays: tue\n"
    );
}

#[test]
fn periods_by_name_are_documents_that_schedules_name() {
    let template = json!({"Resources": {"Own": {
        "Type": "Custom::ServiceInstanceSchedule",
        "Properties": {"NoStackPrefix": "True", "Timezone": "UTC",
            "Periods": [{"WeekDays": "wed", "InstanceType": "t2.micro"}]},
    }}});
    let items = json!([
        {"type": "schedule", "name": "x", "timezone": "UTC", "periods": ["my hours@m5.large", "b"]},
        {"type": "period", "name": "my hours", "begintime": "9:00", "description": "d"},
        {"type": "period", "name": "b", "weekdays": ["tue"]},
        {"type": "period", "name": "unused", "weekdays": ["fri"]},
        template,
    ]);
    let imported = imported_as(&items, true).unwrap();
    assert_eq!(lost(&imported), ["[1] name"]);
    let documents: Vec<(&str, &str)> =
        imported.documents.iter().map(|it| (it.name.as_str(), it.text.as_str())).collect();
    assert_eq!(
        documents,
        [
            ("/caretaker/periods/my-hours", "description: d\nbegintime: \"9:00\"\n"),
            ("/caretaker/periods/b", "weekdays: tue\n"),
            ("/caretaker/periods/unused", "weekdays: fri\n"),
            ("/caretaker/periods/Own-period-0001", "weekdays: wed\ninstance_type: t2.micro\n"),
            ("/caretaker/schedules/x", "timezone: UTC\nperiods:\n  - my-hours@m5.large\n  - b\n"),
            ("/caretaker/schedules/Own", "timezone: UTC\nperiods:\n  - Own-period-0001\n"),
        ]
    );
    let mut alone = items;
    alone.as_array_mut().unwrap().pop();
    let instants = ["2026-06-01T10:00:00Z", "2026-06-02T08:00:00Z", "2026-06-03T08:00:00Z"];
    let states = states(&imported_as(&alone, true).unwrap(), &instants);
    assert_eq!(states, ["running", "running", "any"]);
}

#[test]
fn open_sides_nights_and_the_grammar_of_days_mean_what_they_meant() {
    let one_sided = table(&json!({}), &json!({"endtime": null, "weekdays": ["Mon#1", "friL"]}));
    let instants = [
        "2026-06-01T08:59:00Z",
        "2026-06-01T09:00:00Z",
        "2026-06-02T12:00:00Z",
        "2026-06-26T10:00:00Z",
    ];
    assert_eq!(states(&imported(&one_sided), &instants), ["any", "running", "stopped", "running"]);
    let monthdays = table(&json!({}), &json!({"monthdays": {"SS": ["1-5/2", "L", "15W"]}}));
    let instants = ["2026-06-03T10:00:00Z", "2026-06-02T10:00:00Z", "2026-06-30T10:00:00Z"];
    assert_eq!(states(&imported(&monthdays), &instants), ["running", "stopped", "running"]);
}

#[test]
fn one_state_or_windows_alone_need_no_periods() {
    for (fields, text) in [
        (json!({"override_status": "RUNNING"}), "timezone: UTC\noverride_status: running\n"),
        (
            json!({"ssm_maintenance_window": "a, b"}),
            "timezone: UTC\nssm_maintenance_window: [a, b]\n",
        ),
    ] {
        let mut item = fields;
        item["periods"] = json!([]);
        let items = table(&item, &json!({}));
        let imported = imported(&items);
        assert_eq!(lost(&imported), ["[1] period-unused"]);
        assert_eq!(only(&imported), text);
    }
}

#[test]
fn what_lint_finds_is_told_with_the_document() {
    let imported = imported(&table(&json!({}), &json!({"endtime": "9:00"})));
    let findings = serde_json::to_value(&imported.findings).unwrap();
    assert_eq!(
        findings,
        json!([{
            "document": "/caretaker/schedules/office", "code": "begin-is-end",
            "message": "period `hours` begins and ends at 09:00, so it never runs",
        }])
    );
}

#[test]
fn the_zone_of_the_first_version_is_written() {
    let config = json!({"type": "config", "name": "scheduler", "default_timezone": "Asia/Tokyo",
        "regions": ["eu-west-1"], "tagname": "Schedule"});
    let mut items = table(&json!({"timezone": ""}), &json!({}));
    items.as_array_mut().unwrap().push(config);
    let imported = imported(&items);
    assert_eq!(lost(&imported), ["[2] config-item"]);
    assert!(imported.lost[0].message.contains("`regions`, `tagname`"), "{imported:?}");
    assert!(only(&imported).starts_with("timezone: Asia/Tokyo\n"));
}

/// What an export has of a schedule that a vector writes with its periods in place.
fn exported(schedule: &Value) -> Value {
    let mut item = schedule.clone();
    item["type"] = json!("schedule");
    item["name"] = json!("x");
    let mut items = Vec::new();
    let mut names = Vec::new();
    for (index, period) in schedule["periods"].as_array().into_iter().flatten().enumerate() {
        let mut period = period.clone();
        let object = period.as_object_mut().unwrap();
        let name = object
            .get("name")
            .map_or(format!("p{index}"), |name| name.as_str().unwrap().to_owned());
        let instance_type = object.remove("instance_type").filter(|it| !it.is_null());
        object.insert("name".to_owned(), json!(name));
        object.insert("type".to_owned(), json!("period"));
        names.push(match instance_type {
            Some(it) => format!("{name}@{}", it.as_str().unwrap()),
            None => name,
        });
        items.push(period);
    }
    item["periods"] = json!(names);
    items.push(item);
    items.into()
}

#[test]
fn what_is_imported_does_what_it_did() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../vectors/scheduler.json")).unwrap();
    let mut n_checked = 0;
    for vector in vectors["aws_evaluate"].as_array().unwrap() {
        for named_periods in [false, true] {
            let imported = imported_as(&exported(&vector["schedule"]), named_periods).unwrap();
            let expected = vector.get("correct_state").unwrap_or(&vector["expect"]["state"]);
            let states = states(&imported, &[vector["at_utc"].as_str().unwrap()]);
            assert_eq!(states, [expected.as_str().unwrap()], "{} {imported:#?}", vector["id"]);
            n_checked += 1;
        }
    }
    assert!(n_checked > 300, "{n_checked}");
}
