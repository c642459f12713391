//! Secrets Manager in the local AWS, through the SDK's client.

mod access;
mod rotation;
mod schedule;

use aws_sdk_secretsmanager::{Client, operation::get_secret_value::GetSecretValueError};
use jiff::Timestamp;
use tests::aws::{
    LocalAws, Options, clock::Clock, secretsmanager::Lag, site::Site, world::HOME_ACCOUNT,
};

use crate::clients::{REGION, code, config};

const T: &str = "11111111-2222-4333-8444-555555555555";

/// A local AWS with the secret `app/db`, at a time that stands still.
fn start() -> (LocalAws, String) {
    let now: Timestamp = "2026-06-01T08:00:00Z".parse().unwrap();
    let options = Options { clock: Some(Clock::at(now)), ..Options::default() };
    let aws = LocalAws::start(options).unwrap();
    let arn = add_secret(&aws);
    (aws, arn)
}

fn add_secret(aws: &LocalAws) -> String {
    let site = Site { account: HOME_ACCOUNT, region: REGION, now: aws.clock().now() };
    aws.with(|world| world.place(HOME_ACCOUNT, REGION).secretsmanager.add(&site, "app/db", "old"))
}

async fn client(aws: &LocalAws, key: &str) -> Client {
    Client::new(&config(aws, key).await)
}

#[tokio::test]
async fn a_value_is_put_promoted_and_read_by_its_label() {
    let (aws, arn) = start();
    let secrets = client(&aws, "local").await;
    let put = secrets.put_secret_value().secret_id(&arn).client_request_token(T);
    put.secret_string("new").version_stages("AWSPENDING").send().await.unwrap();
    let described = secrets.describe_secret().secret_id("app/db").send().await.unwrap();
    let stages = described.version_ids_to_stages.unwrap();
    assert_eq!(stages[T], ["AWSPENDING"]);
    let current = stages.iter().find(|(_, stages)| stages[0] == "AWSCURRENT").unwrap().0;

    let promote = secrets.update_secret_version_stage().secret_id(&arn).move_to_version_id(T);
    let promote = promote.version_stage("AWSCURRENT").remove_from_version_id(current);
    promote.send().await.unwrap();
    let read = async |stage: &str| {
        let got = secrets.get_secret_value().secret_id(&arn).version_stage(stage).send().await;
        got.unwrap().secret_string.unwrap()
    };
    assert_eq!(read("AWSCURRENT").await, "new");
    assert_eq!(read("AWSPREVIOUS").await, "old");
}

#[tokio::test]
async fn the_sdk_knows_the_errors() {
    let (aws, arn) = start();
    let secrets = client(&aws, "local").await;
    let get = || secrets.get_secret_value().secret_id(&arn);
    let missing = get().version_id(T).send().await.unwrap_err().into_service_error();
    assert!(matches!(missing, GetSecretValueError::ResourceNotFoundException(_)), "{missing:?}");
    let put = || secrets.put_secret_value().secret_id(&arn).client_request_token(T);
    put().secret_string("new").version_stages("AWSPENDING").send().await.unwrap();
    let elsewhere = get().version_id(T).version_stage("AWSCURRENT").send().await;
    let elsewhere = elsewhere.unwrap_err().into_service_error();
    assert!(matches!(elsewhere, GetSecretValueError::InvalidRequestException(_)), "{elsewhere:?}");
    let exists = put().secret_string("other").send().await.unwrap_err();
    assert!(exists.into_service_error().is_resource_exists_exception());
    let gone = secrets.get_secret_value().secret_id("missing").send().await.unwrap_err();
    assert_eq!(code(&gone), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_binary_value_comes_back_as_it_was() {
    let (aws, arn) = start();
    let secrets = client(&aws, "local").await;
    let bytes: Vec<u8> = (0..=255).collect();
    let put = secrets.put_secret_value().secret_id(&arn);
    put.secret_binary(bytes.clone().into()).send().await.unwrap();
    let got = secrets.get_secret_value().secret_id(&arn).send().await.unwrap();
    assert_eq!(got.secret_binary.unwrap().into_inner(), bytes);
    let large = secrets.put_secret_value().secret_id(&arn);
    let refused = large.secret_binary(vec![0; 65_537].into()).send().await.unwrap_err();
    assert_eq!(code(&refused), "ValidationException");
}

#[tokio::test]
async fn a_pending_value_may_be_invisible_at_first() {
    let (aws, arn) = start();
    aws.with(|world| world.place(HOME_ACCOUNT, REGION).secretsmanager.lag = Lag::Reads(3));
    let secrets = client(&aws, "local").await;
    let put = secrets.put_secret_value().secret_id(&arn).client_request_token(T);
    put.secret_string("new").version_stages("AWSPENDING").send().await.unwrap();
    let mut n_missing = 0;
    let value = loop {
        let get = secrets.get_secret_value().secret_id(&arn).version_id(T);
        match get.version_stage("AWSPENDING").send().await {
            Ok(got) => break got.secret_string,
            Err(error) => assert_eq!(code(&error), "ResourceNotFoundException"),
        }
        n_missing += 1;
    };
    assert_eq!((value.as_deref(), n_missing), (Some("new"), 3));
}

#[tokio::test]
async fn passwords_come_from_the_dice_of_the_world() {
    let first = async || {
        let (aws, _) = start();
        let password = client(&aws, "local").await.get_random_password().password_length(20);
        let password = password.exclude_characters("/@\"'\\").send().await.unwrap();
        password.random_password.unwrap()
    };
    let password = first().await;
    assert_eq!(password.len(), 20);
    assert!(!password.contains(['/', '@', '"', '\'', '\\']));
    assert_eq!(password, first().await);
}

#[tokio::test]
async fn secrets_are_listed_by_the_paginator() {
    let (aws, _) = start();
    let secrets = client(&aws, "local").await;
    for name in ["a", "b"] {
        secrets.create_secret().name(name).secret_string("x").send().await.unwrap();
    }
    let pages = secrets.list_secrets().into_paginator().page_size(2).send();
    let pages = pages.try_collect().await.unwrap();
    let sizes: Vec<usize> = pages.iter().map(|page| page.secret_list().len()).collect();
    assert_eq!(sizes, [2, 1]);
}
