//! The s3 service of the local AWS, through the SDK's client.

use aws_sdk_s3::{
    Client,
    error::ProvideErrorMetadata as _,
    primitives::ByteStream,
    types::{BucketLocationConstraint, CreateBucketConfiguration},
};
use serde_json::json;
use tests::aws::{
    LocalAws, Options,
    faults::{Calls, Fault},
    policy::{Role, parse_document},
    world::HOME_ACCOUNT,
};

use crate::clients::{REGION, code, config, credentials, with_credentials};

/// A local AWS with one bucket that holds one object.
fn start() -> LocalAws {
    let mut options = Options::default();
    let s3 = &mut options.world.s3;
    s3.add_bucket("calendars", HOME_ACCOUNT, REGION);
    s3.put("calendars", "a b/2026.ics", "BEGIN:VCALENDAR", jiff::Timestamp::UNIX_EPOCH);
    LocalAws::start(options).unwrap()
}

async fn read(s3: &Client, key: &str) -> Result<String, String> {
    let got = s3.get_object().bucket("calendars").key(key).send().await;
    let object = got.map_err(|error| code(&error))?;
    let bytes = object.body.collect().await.map_err(|_| "broken body".to_owned())?.into_bytes();
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn an_object_comes_back_as_it_was_put() {
    let aws = start();
    let s3 = Client::new(&config(&aws, "local").await);
    let there = CreateBucketConfiguration::builder();
    let there = there.location_constraint(BucketLocationConstraint::EuWest1).build();
    let create = s3.create_bucket().bucket("fresh");
    create.create_bucket_configuration(there).send().await.unwrap();
    let put = s3.put_object().bucket("fresh").key("k").content_type("text/plain");
    put.metadata("a", "b").body(ByteStream::from_static(b"hello")).send().await.unwrap();
    let head = s3.head_object().bucket("fresh").key("k").send().await.unwrap();
    assert_eq!(head.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert_eq!((head.content_length(), head.content_type()), (Some(5), Some("text/plain")));
    let range = s3.get_object().bucket("fresh").key("k").range("bytes=1-2").send().await.unwrap();
    assert_eq!(range.content_range(), Some("bytes 1-2/5"));
    assert_eq!(range.body.collect().await.unwrap().into_bytes(), "el");
}

#[tokio::test]
async fn what_is_missing_has_its_own_error() {
    let aws = start();
    let s3 = Client::new(&config(&aws, "local").await);
    assert_eq!(read(&s3, "a b/2026.ics").await.as_deref(), Ok("BEGIN:VCALENDAR"));
    assert_eq!(read(&s3, "missing").await, Err("NoSuchKey".to_owned()));
    let bucket = s3.get_object().bucket("missing").key("k").send().await.unwrap_err();
    assert_eq!(code(&bucket), "NoSuchBucket");
    let version = s3.get_object().bucket("calendars").key("k").version_id("v").send().await;
    assert_eq!(code(&version.unwrap_err()), "NotImplemented");
    assert_eq!(code(&s3.list_buckets().send().await.unwrap_err()), "NotImplemented");
}

#[tokio::test]
async fn a_listing_comes_in_pages() {
    let aws = start();
    aws.with(|world| {
        for number in 0..5 {
            world.s3.put("calendars", &format!("n/{number}"), "x", jiff::Timestamp::UNIX_EPOCH);
        }
    });
    let s3 = Client::new(&config(&aws, "local").await);
    let list = s3.list_objects_v2().bucket("calendars").prefix("n/").max_keys(2);
    let pages = list.into_paginator().send().try_collect().await.unwrap();
    let sizes: Vec<usize> = pages.iter().map(|page| page.contents().len()).collect();
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test]
async fn policies_faults_and_the_log_hold_here_too() {
    let aws = start();
    let policy = json!({ "Statement": {
        "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::calendars/a b/*",
    } });
    let permissions = parse_document(&policy).unwrap();
    let role = Role { account: HOME_ACCOUNT.to_owned(), permissions, ..Role::default() };
    aws.with(|world| world.identities.add_function("guard", role));
    let s3 = Client::new(&config(&aws, "guard").await);
    assert!(read(&s3, "a b/2026.ics").await.is_ok());
    assert_eq!(read(&s3, "other").await, Err("AccessDenied".to_owned()));

    for (fault, expected) in [
        (Fault::Throttle, "SlowDown"),
        (Fault::InternalError, "InternalError"),
        (Fault::Unavailable, "ServiceUnavailable"),
        (Fault::Denied, "AccessDenied"),
        (Fault::Reset, "-"),
        (Fault::KillAfter, "-"),
        (Fault::Truncated, "broken body"),
    ] {
        aws.faults().clear();
        aws.faults().inject(fault, Calls::nth(1).of("s3:GetObject"));
        assert_eq!(read(&s3, "a b/2026.ics").await, Err(expected.to_owned()), "{fault:?}");
    }
    assert_eq!(aws.log().count("s3:GetObject"), 9);
    let denied = &aws.log().calls()[1];
    assert_eq!(denied.parameter("Key").as_deref(), Some("other"));
    assert_eq!(denied.outcome.as_ref().unwrap_err().code, "AccessDenied");
}

#[tokio::test]
async fn a_bucket_belongs_to_its_account_and_a_key_to_somebody() {
    let aws = start();
    let other = Client::new(&config(&aws, "222222222222").await);
    assert_eq!(read(&other, "a b/2026.ics").await, Err("AccessDenied".to_owned()));
    let nobody = Client::new(&config(&aws, "nobody").await);
    assert_eq!(read(&nobody, "a b/2026.ics").await, Err("InvalidAccessKeyId".to_owned()));
    let wrong = aws_credential_types::Credentials::new("local", "wrong", None, None, "tests");
    let wrong = Client::new(&with_credentials(&aws, wrong).await);
    assert_eq!(read(&wrong, "a b/2026.ics").await, Err("SignatureDoesNotMatch".to_owned()));
    let right = Client::new(&with_credentials(&aws, credentials("local", None)).await);
    let head = right.head_object().bucket("calendars").key("missing").send().await.unwrap_err();
    assert_eq!(head.code(), Some("NotFound"));
}
