//! One schedule in every form in which people have it.

use super::*;

const TEXT: &str = "\
description: \"for the office, in Seattle\"
timezone: US/Pacific
override_status: stopped
stop_new_instances: false
enforced: true
ssm_maintenance_window: [patching]
periods:
  - name: office-hours
    begintime: \"9:00\"
    endtime: \"17:00\"
    weekdays: mon-fri
";

fn schedule_of_table() -> Value {
    json!({
        "type": {"S": "schedule"}, "name": {"S": "seattle"}, "timezone": {"S": "US/Pacific"},
        "description": {"S": "for the office, in Seattle"}, "periods": {"SS": ["office-hours"]},
        "override_status": {"S": "Stopped"}, "stop_new_instances": {"BOOL": false},
        "enforced": {"S": "True"}, "ssm_maintenance_window": {"SS": ["patching"]},
        "hibernate": {"NULL": true}, "retain_running": {"S": ""},
    })
}

fn period_of_table() -> Value {
    json!({
        "type": {"S": "period"}, "name": {"S": "office-hours"}, "begintime": {"S": "9:00"},
        "endtime": {"S": "17:00"}, "weekdays": {"SS": ["mon-fri"]},
    })
}

fn schedule_of_cli() -> Value {
    json!({
        "Type": "schedule", "Name": "seattle", "Timezone": "US/Pacific",
        "Description": "for the office, in Seattle", "Periods": ["office-hours"],
        "OverrideStatus": "stopped", "StopNewInstances": false, "Enforced": true,
        "SsmMaintenanceWindow": ["patching"],
    })
}

fn period_of_cli() -> Value {
    json!({
        "Type": "period", "Name": "office-hours", "Begintime": "9:00", "Endtime": "17:00",
        "Weekdays": ["mon-fri"],
    })
}

#[track_caller]
fn check(from: &Value) {
    let imported = imported(from);
    assert_eq!(imported.lost, [], "{from}");
    assert_eq!(imported.documents[0].name, "/caretaker/schedules/seattle");
    assert_eq!(only(&imported), TEXT);
}

#[test]
fn a_scan_of_the_table() {
    let items = json!([period_of_table(), schedule_of_table()]);
    let scan = json!({"Items": items, "Count": 2, "ScannedCount": 2, "ConsumedCapacity": null});
    check(&scan);
    check(&json!(scan.to_string()));
    check(&json!(serde_json::to_string_pretty(&scan).unwrap()));
    check(&items);
    let yaml = "Count: 1\nItems:\n- name:\n    S: seattle\n  type:\n    S: schedule\n  timezone:\n    \
        S: US/Pacific\n  description:\n    S: for the office, in Seattle\n  periods:\n    SS:\n    - \
        office-hours\n  override_status:\n    S: stopped\n  stop_new_instances:\n    BOOL: false\n  \
        enforced:\n    BOOL: true\n  ssm_maintenance_window:\n    S: patching\n- type: {S: period}\n  \
        name: {S: office-hours}\n  begintime: {S: 9:00}\n  endtime: {S: '17:00'}\n  weekdays: {SS: \
        [mon-fri]}\nScannedCount: 2\n";
    check(&json!(yaml));
}

#[test]
fn the_lines_of_a_table_export() {
    let lines = [json!({"Item": schedule_of_table()}), json!({"Item": period_of_table()})];
    check(&json!(lines));
    check(&json!(format!("{}\n{}\n", lines[0], lines[1])));
}

#[test]
fn plain_items_and_the_output_of_the_command_line() {
    let schedules = json!({"Schedules": [schedule_of_cli()]});
    let periods = json!({"Periods": [period_of_cli()]});
    check(&json!([schedules, periods]));
    check(&json!([periods.to_string(), schedules.to_string()]));
    check(&json!([schedule_of_cli(), period_of_cli()]));
    check(&json!({"Schedules": [schedule_of_cli()], "Periods": [period_of_cli()]}));
    check(&json!([{"Schedule": schedule_of_cli()}, {"Period": period_of_cli()}]));
    let both = json!([[schedule_of_table(), period_of_table()], schedules, periods]);
    check(&both);
}

const TEMPLATE: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Parameters: {Token: {Type: String}}
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Seattle:
    Type: 'Custom::ServiceInstanceSchedule'
    Properties:
      ServiceToken: !Ref Token
      NoStackPrefix: 'True'
      Name: seattle
      Description: for the office, in Seattle
      Timezone: US/Pacific
      Enforced: True
      StopNewInstances: 'false'
      OverrideStatus: Stopped
      SsmMaintenanceWindow: patching
      Periods:
      - BeginTime: 9:00
        EndTime: '17:00'
        WeekDays: mon-fri
";

#[test]
fn a_template_and_its_parts() {
    let text = TEXT.replace("office-hours", "seattle-period-0001");
    let read = &text::values(TEMPLATE).unwrap()[0];
    let resources = &read["Resources"];
    for from in [
        json!(TEMPLATE),
        read.clone(),
        json!(read.to_string()),
        json!({"TemplateBody": TEMPLATE, "StagesAvailable": ["Original"]}),
        json!({"TemplateBody": read}),
        resources.clone(),
        json!({"Resources": resources}),
        resources["Seattle"].clone(),
        json!([TEMPLATE]),
    ] {
        let imported = imported(&from);
        assert_eq!(imported.lost, [], "{from}");
        assert_eq!(only(&imported), text, "{from}");
    }
}

#[test]
fn a_template_may_have_numbers_flags_and_lists() {
    let template = "
Resources:
  Month:
    Type: Custom::ServiceInstanceSchedule
    Properties:
      NoStackPrefix: true
      Timezone: UTC
      UseMaintenanceWindow: false
      SsmMaintenanceWindow: [a, b]
      Periods:
      - Description: first of months
        MonthDays: 1
        Months: [3, apr-may]
        InstanceType: t2.micro
      - {WeekDays: 'Sat, Sun', BeginTime: '14:00', EndTime: ''}
";
    let imported = imported(&json!(template));
    assert_eq!(imported.lost, []);
    assert_eq!(
        only(&imported),
        "timezone: UTC\nuse_maintenance_window: false\nssm_maintenance_window: [a, b]\nperiods:\n  - \
         name: Month-period-0001\n    description: \"first of months\"\n    monthdays: \"1\"\n    \
         months: \"3,apr-may\"\n    instance_type: t2.micro\n  - name: Month-period-0002\n    \
         begintime: \"14:00\"\n    weekdays: \"Sat,Sun\"\n"
    );
}

#[test]
fn what_is_no_export_is_refused() {
    let refusal = |from: Value| format!("{:#}", imported_as(&from, false).unwrap_err());
    assert_eq!(refusal(json!("nonsense")), "from: it is a text, but not one of an export");
    assert_eq!(refusal(json!("")), "from: it is a text, but not one of an export");
    assert_eq!(refusal(json!(7)), "from: neither an export nor a text of one");
    assert_eq!(refusal(json!([{"Items": []}, 7])), "[1]: neither an export nor a text of one");
    let broken = refusal(json!("{\"Items\": ["));
    assert!(broken.starts_with("from: line 1, column "), "{broken}");
    assert_eq!(refusal(json!(null)), "from: missing");
    assert_eq!(lost(&imported(&json!({}))), [" invalid"]);
    assert_eq!(imported(&json!({"Items": []})), Imported::default());
    let unknown = Import::read(&json!({"form": []})).unwrap_err();
    assert_eq!(unknown.to_string(), "form: unknown field, did you mean `from`?");
    let wrong = Import::read(&json!({"from": [], "named_periods": "yes"})).unwrap_err();
    assert_eq!(wrong.to_string(), "named_periods: neither true nor false");
}
