//! The small services of the local AWS, through the SDK's clients.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_ssm::types::ParameterType;
use jiff::{SignedDuration, Timestamp};
use tests::aws::{
    LocalAws, Options,
    clock::Clock,
    ssm::{Executions, Window},
    world::HOME_ACCOUNT,
};

use crate::clients::{REGION, code, config};

fn start() -> LocalAws {
    LocalAws::start(Options::default()).unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_parameter_keeps_its_versions() {
    let aws = start();
    let ssm = aws_sdk_ssm::Client::new(&config(&aws, "local").await);
    for value in ["one", "two"] {
        let put = ssm.put_parameter().name("/app/a").value(value).overwrite(true);
        put.r#type(ParameterType::String).send().await.unwrap();
    }
    let get = async |name: &str| {
        let got = ssm.get_parameter().name(name).send().await.map_err(|error| code(&error))?;
        Ok::<_, String>(got.parameter.unwrap().value.unwrap())
    };
    assert_eq!(get("/app/a").await.as_deref(), Ok("two"));
    assert_eq!(get("/app/a:1").await.as_deref(), Ok("one"));
    assert_eq!(get("/app/a:3").await, Err("ParameterVersionNotFound".to_owned()));
    assert_eq!(get("/app/b").await, Err("ParameterNotFound".to_owned()));
}

#[tokio::test]
async fn parameters_that_aws_refuses() {
    let aws = start();
    let ssm = aws_sdk_ssm::Client::new(&config(&aws, "local").await);
    let put = async |name: &str, value: &str| {
        let put = ssm.put_parameter().name(name).value(value).r#type(ParameterType::String);
        put.send().await.map(drop).map_err(|error| code(&error))
    };
    assert_eq!(put("/app/a", "1").await, Ok(()));
    for (name, value, expected) in [
        ("/app/a", "2", "ParameterAlreadyExists"),
        ("app/a", "1", "ValidationException"),
        ("/app/\u{e9}", "1", "ValidationException"),
        ("/aws/a", "1", "AccessDeniedException"),
        ("/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p", "1", "HierarchyLevelLimitExceededException"),
        ("/app/long", &"x".repeat(4_097), "ValidationException"),
    ] {
        assert_eq!(put(name, value).await, Err(expected.to_owned()), "{name}");
    }
}

#[tokio::test]
async fn parameters_by_path_come_in_pages_that_may_be_empty() {
    let aws = start();
    aws.with(|world| {
        let ssm = &mut world.place(HOME_ACCOUNT, REGION).ssm;
        for number in 0..25 {
            ssm.set(&format!("/app/{number:02}"), "x", time("2026-06-01T08:00:00Z"));
        }
        ssm.set("/app/deep/er", "x", time("2026-06-01T08:00:00Z"));
        ssm.set("/apple", "x", time("2026-06-01T08:00:00Z"));
        ssm.sends_empty_pages = true;
    });
    let ssm = aws_sdk_ssm::Client::new(&config(&aws, "local").await);
    let (mut token, mut sizes, mut names) = (None, Vec::new(), Vec::new());
    loop {
        let get = ssm.get_parameters_by_path().path("/app").recursive(true);
        let page = get.set_next_token(token).send().await.unwrap();
        sizes.push(page.parameters().len());
        names.extend(page.parameters.unwrap_or_default().into_iter().filter_map(|one| one.name));
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [0, 10, 0, 10, 0, 6]);
    assert_eq!(names.len(), 26);
    assert!(names.contains(&"/app/deep/er".to_owned()));

    let flat = ssm.get_parameters_by_path().path("/app").max_results(11).send().await;
    assert_eq!(code(&flat.unwrap_err()), "ValidationException");
    let made_up = ssm.get_parameters_by_path().path("/app").next_token("made up").send().await;
    assert_eq!(code(&made_up.unwrap_err()), "InvalidNextToken");
}

#[tokio::test]
async fn a_window_that_has_begun_shows_its_next_execution() {
    let clock = Clock::at(time("2026-06-01T01:59:00Z"));
    let options = Options { clock: Some(clock.clone()), ..Options::default() };
    let aws = LocalAws::start(options).unwrap();
    aws.with(|world| {
        world.place(HOME_ACCOUNT, REGION).ssm.add_window(Window {
            name: "patching".to_owned(),
            schedule: "cron(0 2 * * ? *)".to_owned(),
            timezone: Some("UTC".to_owned()),
            duration_hours: 3,
            cutoff_hours: 1,
            is_enabled: true,
            executions: Executions::Every {
                first: time("2026-05-01T02:00:00Z"),
                interval: SignedDuration::from_hours(24),
            },
        })
    });
    let ssm = aws_sdk_ssm::Client::new(&config(&aws, "local").await);
    let next = async || {
        let windows = ssm.describe_maintenance_windows().send().await.unwrap();
        windows.window_identities()[0].next_execution_time().unwrap().to_owned()
    };
    assert_eq!(next().await, "2026-06-01T02:00Z");
    clock.advance_secs(60);
    assert_eq!(next().await, "2026-06-02T02:00Z");
}

#[tokio::test]
async fn events_fail_one_by_one_and_the_good_ones_are_kept() {
    let aws = start();
    let events = aws_sdk_eventbridge::Client::new(&config(&aws, "local").await);
    let entry = |source: &str, detail: &str| {
        let entry = PutEventsRequestEntry::builder().source(source).detail_type("Report");
        entry.detail(detail).build()
    };
    let put = events.put_events().entries(entry("caretaker", r#"{"n": 1}"#));
    let put = put.entries(entry("aws.ec2", "{}")).entries(entry("caretaker", "[1]"));
    let answer = put.send().await.unwrap();
    let codes: Vec<_> =
        answer.entries().iter().map(|entry| entry.error_code().unwrap_or("-")).collect();
    assert_eq!(answer.failed_entry_count(), 2);
    assert_eq!(codes, ["-", "NotAuthorizedForSourceException", "MalformedDetail"]);
    aws.with(|world| {
        let kept = world.place(HOME_ACCOUNT, REGION).events.events();
        assert_eq!(kept.len(), 1);
        assert_eq!((&*kept[0].bus, &kept[0].detail["n"]), ("default", &1.into()));
    });

    let many = events.put_events().set_entries(Some(vec![entry("caretaker", "{}"); 11]));
    assert_eq!(code(&many.send().await.unwrap_err()), "ValidationException");
    let large = format!(r#"{{"text": "{}"}}"#, "x".repeat(256 * 1_024));
    let large = events.put_events().entries(entry("caretaker", &large)).send().await;
    assert_eq!(code(&large.unwrap_err()), "ValidationException");
}

#[tokio::test]
async fn a_message_needs_a_topic() {
    let aws = start();
    let sns = aws_sdk_sns::Client::new(&config(&aws, "local").await);
    let missing = "arn:aws:sns:eu-west-1:111111111111:missing";
    let refused = sns.publish().topic_arn(missing).message("m").send().await.unwrap_err();
    assert_eq!(code(&refused), "NotFound");
    let topic = sns.create_topic().name("alerts").send().await.unwrap().topic_arn.unwrap();
    sns.publish().topic_arn(&topic).subject("one").message("failed").send().await.unwrap();
    let subject = sns.publish().topic_arn(&topic).subject("two\nlines").message("m").send().await;
    assert_eq!(code(&subject.unwrap_err()), "InvalidParameter");
    aws.with(|world| {
        let messages = world.place(HOME_ACCOUNT, REGION).sns.messages();
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].text, "failed");
    });
}

#[tokio::test]
async fn the_accounts_of_a_unit_come_in_pages() {
    let aws = start();
    let unit = aws.with(|world| {
        let root = world.organization.create(HOME_ACCOUNT);
        let unit = world.organization.add_unit("workloads", &root).unwrap();
        for number in 0..25 {
            let id = format!("2000000000{number:02}");
            world.organization.add_account(&id, "member", &unit, "ACTIVE");
        }
        unit
    });
    let organizations = aws_sdk_organizations::Client::new(&config(&aws, "local").await);
    let list = || organizations.list_accounts_for_parent();
    let pages = list().parent_id(&unit).into_paginator().send().try_collect().await.unwrap();
    let sizes: Vec<usize> = pages.iter().map(|page| page.accounts().len()).collect();
    assert_eq!(sizes, [20, 5]);
    let missing = list().parent_id("ou-loc1-ffffffff").send().await.unwrap_err();
    assert_eq!(code(&missing), "ParentNotFoundException");

    let member = aws_sdk_organizations::Client::new(&config(&aws, "200000000000").await);
    let refused = member.list_accounts_for_parent().parent_id(&unit).send().await.unwrap_err();
    assert_eq!(code(&refused), "AccessDeniedException");
}
