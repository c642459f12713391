//! Documents in SSM: which of them are read, and what one that cannot be read costs.

use super::*;

#[test]
fn a_secure_document_is_read_like_any_other() {
    let account = Account::new(MONDAY, |place, now| {
        place.ssm.set_secure("/caretaker/schedules/secret", "mon-fri 09:00-17:00", now);
        place.ec2.add(instance(1, "secret").stopped());
    });
    account.tick(MONDAY);
    assert_eq!(account.power(&id(1)), "pending");
}

#[test]
fn a_secure_document_that_cannot_be_decrypted_costs_itself_only() {
    let account = Account::new(MONDAY, |place, now| {
        let name = "/caretaker/schedules/secret";
        place.ssm.set_secure(name, "always", now);
        place.ssm.parameter_mut(name).unwrap().key_is_denied = true;
        document(place, "schedules/office", "mon-fri 09:00-17:00", now);
        place.ec2.add(instance(1, "secret").stopped());
        place.ec2.add(instance(2, "office").stopped());
    });
    let run = account.tick(MONDAY);
    assert_eq!(account.power(&id(1)), "stopped");
    assert_eq!(account.power(&id(2)), "pending");
    let problem = lines(&run, "warnings").join("\n");
    let expected = "schedule `secret` is broken: ssm:GetParameter failed: AccessDeniedException: ";
    assert!(problem.contains(expected), "{problem}");
}

#[test]
fn a_period_is_shared_by_its_name_and_an_unknown_one_costs_its_schedule_only() {
    let account = Account::new(MONDAY, |place, now| {
        document(place, "periods/day", "{begintime: '9:00', endtime: '17:00'}", now);
        place.ssm.set_secure("/caretaker/periods/secret", "weekdays: mon-fri", now);
        document(place, "schedules/office", "periods: day", now);
        document(place, "schedules/shop", "periods: [secret, {weekdays: sun}]", now);
        document(place, "schedules/typo", "periods: [dya]", now);
        place.ec2.add(instance(1, "office").stopped());
        place.ec2.add(instance(2, "shop").stopped());
        place.ec2.add(instance(3, "typo"));
    });
    let run = account.tick(MONDAY);
    let actions = lines(&run, "actions");
    assert_eq!(
        actions,
        [format!("start {}: period day", id(1)), format!("start {}: period secret", id(2))]
    );
    let expected =
        "schedule `typo` is broken: periods[0]: unknown period `dya`, did you mean `day`?";
    assert_eq!(lines(&run, "warnings"), [format!("{}: {expected}", id(3))]);
    assert_eq!(account.power(&id(3)), "running");
}

#[test]
fn defect_m10_a_calendar_of_forty_megabytes_is_not_kept_and_breaks_itself_only() {
    let account = Account::with(
        MONDAY,
        &[("SchedulerCalendarBucket", "calendars")],
        |spec| spec,
        |world, now| {
            world.s3.add_bucket("calendars", HOME_ACCOUNT, REGION);
            let large = format!("BEGIN:VCALENDAR\nX:{}\nEND:VCALENDAR", "x".repeat(40 << 20));
            world.s3.put("calendars", "large.ics", large, now);
            let place = world.place(HOME_ACCOUNT, REGION);
            document(place, "calendars/large", "s3://calendars/large.ics", now);
            document(
                place,
                "schedules/closed",
                "{override_status: stopped, calendars: large}",
                now,
            );
            place.ec2.add(instance(1, "mon-fri 09:00-17:00").stopped());
        },
    );
    let run = account.tick(MONDAY);
    assert_eq!(account.power(&id(1)), "pending");
    let answer = report(&run).to_string();
    assert!(
        answer.contains("calendar `large` is broken: the object has more than 1048576 bytes"),
        "{answer}"
    );
}

#[test]
fn parameters_of_other_functions_are_neither_read_nor_reported() {
    let account = Account::new(MONDAY, |place, now| {
        document(place, "backup/nightly", "7d 4w at 02:00", now);
        document(place, "notes", "not a document of any function", now);
        document(place, "prices", "t3.micro: 0.01", now);
    });
    let run = account.tick(MONDAY);
    assert_eq!(run.answer()["warnings"], json!(null), "{:#}", run.answer());
    let calls = account.aws.log().calls();
    let reads = calls.iter().filter(|call| call.operation.starts_with("ssm:"));
    assert_eq!(reads.count(), 3, "the schedules, the periods and the calendars");
}

#[test]
fn a_document_that_would_cost_much_is_refused_and_harms_no_other() {
    let account = Account::new(MONDAY, |place, now| {
        let deep = format!("periods: {}{}", "[".repeat(200), "]".repeat(200));
        document(place, "schedules/deep", &deep, now);
        document(place, "schedules/alias", "periods: [&p {weekdays: mon}, *p]", now);
        document(place, "schedules/office", "mon-fri 09:00-17:00", now);
        place.ec2.add(instance(1, "deep"));
        place.ec2.add(instance(2, "alias"));
        place.ec2.add(instance(3, "office").stopped());
    });
    let run = account.tick(MONDAY);
    let (error_type, message) = failure(&run).unwrap();
    assert_eq!(error_type, "Failed", "{message}");
    assert!(message.contains("what follows `alias` is left alone"), "{message}");
    assert_eq!(account.power(&id(3)), "pending");
    let problems = lines(&run, "warnings").join("\n");
    assert_eq!(problems.matches("is broken: line 1, column ").count(), 2, "{problems}");
    assert!(problems.contains("anchors and aliases are not allowed"), "{problems}");
}

#[test]
fn defect_m4_a_tag_adds_no_line_to_a_plan_or_a_report() {
    let account = Account::new(MONDAY, |place, _| {
        place.ec2.add(instance(
            1,
            &format!("x\nstop instance i-2: forged\r\u{2028}{}", "y".repeat(180)),
        ));
    });
    let run = account.tick(MONDAY);
    let problem = lines(&run, "warnings").join("\n");
    assert_eq!(problem.lines().count(), 1, "{problem:?}");
    assert!(!problem.contains(&"y".repeat(60)), "{problem}");
    let plan =
        logged(&run, |line| line["message"].as_str()?.strip_prefix("plan:\n").map(str::to_owned));
    assert_eq!(plan[0].trim_end().lines().count(), 1, "{plan:?}");
}

#[test]
fn a_run_logs_a_line_of_counts_per_target_also_when_it_does_nothing() {
    let regions = &[("Regions", "eu-west-1,us-east-1")];
    let account = Account::with(
        MONDAY,
        regions,
        |spec| spec,
        |world, _| {
            world.place(HOME_ACCOUNT, "us-east-1").ec2.add(instance(1, "always"));
        },
    );
    let run = account.tick(MONDAY);
    let counts = logged(&run, |line| {
        let is_run = line["message"] == "run" && line["level"] == "INFO";
        is_run.then(|| format!("{} {} {}", line["region"], line["managed"], line["stopped"]))
    });
    assert_eq!(counts, ["\"eu-west-1\" 0 0", "\"us-east-1\" 1 0"]);
}

#[test]
fn the_report_of_a_failed_run_is_logged_as_an_object() {
    let account = Account::new(MONDAY, |place, _| {
        place.ec2.add(instance(1, "never").stop_protected());
    });
    let run = account.tick(MONDAY);
    assert!(failure(&run).is_some());
    let failed = logged(&run, |line| line["report"]["counts"]["failed"].as_u64());
    assert_eq!(failed, [1]);
}

/// What the function finds in each line of the log that is JSON.
fn logged<T>(run: &Invocation, find: impl Fn(&Value) -> Option<T>) -> Vec<T> {
    let lines = run.logs.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| find(&line)).collect()
}
