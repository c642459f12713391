//! A function may read the documents of its own folders and no others.

use tests::aws::{call::Touched, policy::Context};

use super::*;

/// Whether the scheduler may do this with a parameter or a folder below the path of documents.
#[track_caller]
fn check(action: &str, name: &str, expected: bool) {
    let role = hub(EVERYTHING).function("instance-scheduler").unwrap().role.clone();
    let arn = format!("arn:aws:ssm:eu-west-1:{HOME_ACCOUNT}:parameter/caretaker{name}");
    let touched = Touched { arn, ..Touched::default() };
    let allowed = role.allows(action, &[touched], &Context::default());
    assert_eq!(allowed.is_ok(), expected, "{action} {name}");
}

#[test]
fn the_scheduler_lists_its_folders_and_no_others() {
    for folder in ["/schedules", "/periods", "/calendars"] {
        check("ssm:GetParametersByPath", folder, true);
    }
    for folder in
        ["", "/", "/backup", "/hooks", "/schedules2", "/periods2", "/uploads", "2/schedules"]
    {
        check("ssm:GetParametersByPath", folder, false);
    }
}

#[test]
fn the_scheduler_reads_its_prices_and_documents_and_no_other_parameter() {
    for name in ["/prices", "/schedules/office", "/periods/day", "/calendars/x"] {
        check("ssm:GetParameter", name, true);
    }
    for name in ["/backup/daily", "/prices/x", "/other", "/schedules", "/periods"] {
        check("ssm:GetParameter", name, false);
    }
    check("ssm:PutParameter", "/schedules/office", false);
}
