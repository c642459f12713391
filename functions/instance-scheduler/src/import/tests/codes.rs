//! Each code of what is lost: with the document, and without.

use super::*;
use crate::import::lost::Code;

/// A loss beside which there is a document.
#[track_caller]
fn keeps(schedule: &Value, period: &Value, expected: &str, text: &str) {
    let imported = imported(&table(schedule, period));
    assert_eq!(lost(&imported), [expected]);
    assert!(only(&imported).contains(text), "{}", only(&imported));
    assert_eq!(states(&imported, &[]).len(), 0);
}

/// A loss that costs the document.
#[track_caller]
fn costs(schedule: &Value, period: &Value, expected: &[&str]) {
    let imported = imported(&table(schedule, period));
    assert_eq!(lost(&imported), expected);
    assert_eq!(imported.documents, []);
}

fn none() -> Value {
    json!({})
}

#[test]
fn default_time_zone() {
    keeps(&json!({"timezone": null}), &none(), "[0].timezone default-time-zone", "periods:");
}

#[test]
fn fields_without_a_counterpart() {
    keeps(&json!({"use_metrics": true}), &none(), "[0].use_metrics metrics", "");
    keeps(&json!({"configured_in_stack": "arn:x"}), &none(), "[0].configured_in_stack stack", "");
    keeps(&none(), &json!({"configured_in_stack": "arn:x"}), "[1].configured_in_stack stack", "");
    keeps(&json!({"overwrite": false}), &none(), "[0].overwrite overwrite", "");
    keeps(&json!({"colour": "red"}), &none(), "[0].colour unknown-field", "");
    keeps(&none(), &json!({"instance_type": "m5"}), "[1].instance_type unknown-field", "");
}

#[test]
fn same_begin() {
    let both = json!({"periods": ["hours@m5.large", "hours@m5.xlarge"]});
    keeps(&both, &none(), "[0].periods same-begin", "m5.xlarge");
    let items = |weekdays: &str| {
        json!([
            {"type": "schedule", "name": "x", "timezone": "UTC", "periods": ["a@m5.large", "b"]},
            {"type": "period", "name": "a", "begintime": "9:00", "weekdays": "mon-fri"},
            {"type": "period", "name": "b", "begintime": "09:00", "endtime": "17:00", "weekdays": weekdays},
        ])
    };
    assert_eq!(lost(&imported(&items("sat-sun"))), [""; 0]);
    assert_eq!(lost(&imported(&items("fri-sun"))), ["[0].periods same-begin"]);
}

#[test]
fn was_invalid() {
    let night = json!({"begintime": "22:00", "endtime": "6:00"});
    keeps(&none(), &night, "[1].endtime was-invalid", "6:00");
    let instants = ["2026-06-01T23:00:00Z", "2026-06-02T05:00:00Z", "2026-06-02T06:00:00Z"];
    let states = states(&imported(&table(&none(), &night)), &instants);
    assert_eq!(states, ["running", "running", "stopped"]);
    keeps(&none(), &json!({"endtime": "24:00"}), "[1].endtime was-invalid", "24:00");
    keeps(
        &json!({"timezone": "europe/paris"}),
        &none(),
        "[0].timezone was-invalid",
        "europe/paris",
    );
}

#[test]
fn steps_of_two_digits_and_late_working_days() {
    keeps(&none(), &json!({"monthdays": ["1/15"]}), "[1].monthdays step", "1/15");
    keeps(&none(), &json!({"monthdays": "2,1-31/10"}), "[1].monthdays step", "2,1-31/10");
    keeps(&none(), &json!({"monthdays": ["31W"]}), "[1].monthdays nearest-weekday", "31W");
    keeps(&none(), &json!({"monthdays": ["29w"]}), "[1].monthdays nearest-weekday", "29w");
    let plain = imported(&table(&none(), &json!({"monthdays": ["1/5", "28W"], "months": "*"})));
    assert_eq!(plain.lost, []);
}

#[test]
fn names_that_parameters_cannot_have() {
    let imported = imported(&json!([
        {"type": "schedule", "name": "my office", "timezone": "UTC", "override_status": "running"},
        {"type": "schedule", "name": "my-office", "timezone": "UTC", "override_status": "running"},
        {"type": "schedule", "name": "Ignore", "timezone": "UTC", "override_status": "running"},
    ]));
    assert_eq!(lost(&imported), ["[0] name", "[2] name"]);
    assert!(
        imported.lost[0].message.contains("`my office`")
            && imported.lost[0].message.contains("`my-office-2`")
    );
    let names: Vec<&str> = imported.documents.iter().map(|it| it.name.as_str()).collect();
    let path = "/caretaker/schedules";
    assert_eq!(
        names,
        [
            format!("{path}/my-office-2"),
            format!("{path}/my-office"),
            format!("{path}/Ignore-schedule")
        ]
    );
}

/// A template with one schedule of these properties.
fn template(properties: &Value) -> Value {
    let mut all = json!({"Timezone": "UTC", "NoStackPrefix": "True",
        "Periods": [{"WeekDays": "mon"}]});
    for (name, value) in properties.as_object().unwrap() {
        all[name] = value.clone();
    }
    json!({"Resources": {"A": {"Type": "Custom::ServiceInstanceSchedule", "Properties": all}}})
}

#[test]
fn stack_prefix() {
    for value in [json!("False"), json!(null), json!(false)] {
        let imported = imported(&template(&json!({"NoStackPrefix": value})));
        assert_eq!(lost(&imported), ["Resources.A.Properties stack-prefix"]);
        assert_eq!(imported.documents[0].name, "/caretaker/schedules/A");
    }
}

#[test]
fn intrinsic() {
    let place = "Resources.A.Properties";
    for (properties, field) in [
        (json!({"Timezone": {"Ref": "Zone"}}), "Timezone"),
        (json!({"Name": {"Fn::Sub": "${AWS::StackName}-x"}}), "Name"),
        (json!({"Periods": {"Fn::If": ["a", [], []]}}), "Periods"),
        (json!({"Periods": [{"WeekDays": {"Ref": "Days"}}]}), "Periods[0].WeekDays"),
        (json!({"NoStackPrefix": {"Ref": "X"}}), "NoStackPrefix"),
        (json!({"Enforced": {"Fn::If": ["a", "true", "false"]}}), "Enforced"),
    ] {
        let imported = imported(&template(&properties));
        assert_eq!(lost(&imported), [format!("{place}.{field} intrinsic")]);
        assert_eq!(imported.documents, []);
    }
    let short = "Resources:\n  A:\n    Type: Custom::ServiceInstanceSchedule\n    Properties:\n      \
        NoStackPrefix: 'True'\n      Timezone: !Sub '${Zone}'\n      Periods: [!Ref P, {WeekDays: !Join \
        [',', [mon]]}]\n";
    let imported = imported(&json!(short));
    assert_eq!(
        lost(&imported),
        [
            format!("{place}.Timezone intrinsic"),
            format!("{place}.Periods[0] intrinsic"),
            format!("{place}.Periods[1].WeekDays intrinsic"),
        ]
    );
    let each = json!({"Resources": {"Fn::ForEach::S": ["X", ["a"], {"${X}": {"Type": "Custom::ServiceInstanceSchedule"}}]}});
    assert_eq!(lost(&super::imported(&each)), ["Resources.Fn::ForEach::S intrinsic"]);
}

#[test]
fn period_unused_and_duplicate() {
    let mut items = table(&none(), &none());
    let list = items.as_array_mut().unwrap();
    list.push(json!({"type": "period", "name": "other", "weekdays": ["mon"]}));
    list.push(json!({"type": "period", "name": "hours", "begintime": "10:00"}));
    list.push(
        json!({"type": "schedule", "name": "office", "timezone": "UTC", "periods": ["hours"],
        "enforced": "true"}),
    );
    list.push(list[0].clone());
    list.push(list[1].clone());
    let imported = imported(&items);
    assert_eq!(lost(&imported), ["[3] duplicate", "[4] duplicate", "[2] period-unused"]);
    assert!(only(&imported).contains("9:00") && !only(&imported).contains("enforced"));
}

#[test]
fn period_missing() {
    let schedules = json!({"Schedules": [
        {"Type": "schedule", "Name": "a", "Timezone": "UTC", "Periods": ["x"]},
        {"Type": "schedule", "Name": "b", "Timezone": "UTC", "OverrideStatus": "running"},
    ]});
    let imported = imported(&schedules);
    assert_eq!(lost(&imported), ["Schedules[0].periods period-missing"]);
    assert!(imported.lost[0].message.contains("describe-periods"));
    assert_eq!(imported.documents[0].name, "/caretaker/schedules/b");
    costs(
        &json!({"periods": ["hour"]}),
        &none(),
        &["[0].periods period-missing", "[1] period-unused"],
    );
}

#[test]
fn unknown_time_zone() {
    costs(&json!({"timezone": "Mars/Base"}), &none(), &["[0].timezone unknown-time-zone"]);
}

#[test]
fn invalid() {
    let of_period = "[0].periods invalid";
    for (period, field) in [
        (json!({"weekdays": "mon,"}), "weekdays"),
        (json!({"weekdays": ["tues"]}), "weekdays"),
        (json!({"monthdays": "32"}), "monthdays"),
        (json!({"monthdays": "1/0"}), "monthdays"),
        (json!({"monthdays": "20-10"}), "monthdays"),
        (json!({"months": "L"}), "months"),
        (json!({"begintime": "9"}), "begintime"),
        (json!({"begintime": "24:00"}), "begintime"),
        (json!({"endtime": "25:00"}), "endtime"),
    ] {
        let expected = format!("[1].{field} invalid");
        let mut expected = vec![expected.as_str()];
        let imported = imported(&table(&none(), &period));
        let all = lost(&imported);
        assert!(all.contains(&expected.remove(0).to_owned()), "{all:?}");
        assert!(all.contains(&of_period.to_owned()), "{all:?}");
        assert_eq!(imported.documents, []);
    }
    let empty = json!({"begintime": null, "endtime": null});
    costs(&none(), &empty, &["[1] invalid", of_period]);
    costs(&json!({"periods": []}), &none(), &["[0] invalid", "[1] period-unused"]);
    costs(&json!({"override_status": "up"}), &none(), &["[0].override_status invalid"]);
    costs(&json!({"enforced": "maybe"}), &none(), &["[0].enforced invalid"]);
    costs(&json!({"name": ""}), &none(), &["[0].name invalid", "[1] period-unused"]);
    costs(&json!({"type": "thing"}), &none(), &["[0].type invalid", "[1] period-unused"]);
}

#[test]
fn too_long() {
    let description = "x".repeat(8000);
    costs(&json!({"description": "y".repeat(9000)}), &none(), &["[0] too-long"]);
    let large = imported(&table(&json!({"description": description}), &none()));
    assert_eq!(large.findings[0].code, "advanced-parameter");
    assert_eq!(large.documents.len(), 1);
    let mut items = table(&none(), &none());
    let list = items.as_array_mut().unwrap();
    let names: Vec<String> = (0..65).map(|n| format!("p{n}")).collect();
    list[0]["periods"] = json!(names);
    list.remove(1);
    list.extend(names.iter().map(|name| json!({"type": "period", "name": name, "weekdays": "1"})));
    let many = imported_as(&items, true).unwrap();
    assert_eq!(lost(&many), ["[0] too-long"]);
}

#[test]
fn every_code_is_on_the_page_that_people_read() {
    let page = include_str!("../../../FROM-AWS-INSTANCE-SCHEDULER.md");
    let codes = [
        Code::DefaultTimeZone,
        Code::ConfigItem,
        Code::Metrics,
        Code::Stack,
        Code::Overwrite,
        Code::UnknownField,
        Code::SameBegin,
        Code::WasInvalid,
        Code::Step,
        Code::NearestWeekday,
        Code::Name,
        Code::StackPrefix,
        Code::PeriodUnused,
        Code::Duplicate,
        Code::PeriodMissing,
        Code::UnknownTimeZone,
        Code::Invalid,
        Code::Intrinsic,
        Code::TooLong,
    ];
    let (kept, costly) = page.split_once("Of these there is no document").unwrap();
    for code in codes {
        let name = serde_json::to_value(code).unwrap();
        let explained = format!("`{}`", name.as_str().unwrap());
        let part = if code.costs_document() { costly } else { kept };
        assert!(part.contains(&explained), "{explained}");
    }
}
