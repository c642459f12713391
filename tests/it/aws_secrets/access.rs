//! Who may use which secret, by their policies.

use aws_sdk_secretsmanager::types::Tag;
use jiff::Timestamp;
use serde_json::{Value, json};
use tests::{
    aws::{
        LocalAws,
        policy::{Role, parse_document},
        world::HOME_ACCOUNT,
    },
    stage::{Deployed, Stage},
};

use super::{REGION, add_secret, client, code, start};

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111111111111:function:rotate";

/// Lets the function `rotate` do this.
fn grant(aws: &LocalAws, action: &str, resource: &str, condition: Value) {
    let mut statement = json!({ "Effect": "Allow", "Action": action, "Resource": resource });
    if !condition.is_null() {
        statement["Condition"] = condition;
    }
    let permissions = parse_document(&json!({ "Statement": [statement] })).unwrap();
    let (account, name) = (HOME_ACCOUNT.to_owned(), "app-RotateRole".to_owned());
    let role = Role { account, name, permissions, trust: Vec::new() };
    aws.with(|world| world.identities.add_function("rotate", role));
}

/// Reads the secret by this id; the code of a refusal.
async fn read(aws: &LocalAws, id: &str) -> Result<(), String> {
    let get = client(aws, "rotate").await.get_secret_value().secret_id(id);
    get.send().await.map(drop).map_err(|error| code(&error))
}

fn denied() -> Result<(), String> {
    Err("AccessDeniedException".to_owned())
}

#[tokio::test]
async fn a_policy_names_secrets_by_their_whole_arn() {
    let (aws, arn) = start();
    grant(&aws, "secretsmanager:GetSecretValue", &arn, Value::Null);
    // By its name too: the policy is asked about the secret, not about the words of the call.
    assert_eq!(read(&aws, "app/db").await, Ok(()));
    assert_eq!(read(&aws, &arn).await, Ok(()));
    grant(&aws, "secretsmanager:GetSecretValue", "arn:*:secret:app/db", Value::Null);
    assert_eq!(read(&aws, "app/db").await, denied());
    grant(&aws, "secretsmanager:GetSecretValue", "arn:*:secret:app/*", Value::Null);
    assert_eq!(read(&aws, "app/missing").await, Err("ResourceNotFoundException".to_owned()));
    assert_eq!(read(&aws, "other/missing").await, denied());
}

#[tokio::test]
async fn a_policy_asks_for_the_tags_of_a_secret() {
    let (aws, arn) = start();
    for key in ["secretsmanager:ResourceTag/team", "aws:ResourceTag/team"] {
        let condition = json!({ "StringEquals": { key: "blue" } });
        grant(&aws, "secretsmanager:GetSecretValue", "*", condition);
        let set = |value: &str| {
            aws.with(|world| {
                let state = &mut world.place(HOME_ACCOUNT, REGION).secretsmanager;
                let secret = state.secret_mut(&arn).unwrap();
                secret.tags.insert("team".to_owned(), value.to_owned());
            });
        };
        set("red");
        assert_eq!(read(&aws, &arn).await, denied(), "{key}");
        set("blue");
        assert_eq!(read(&aws, &arn).await, Ok(()), "{key}");
    }
}

#[tokio::test]
async fn a_policy_asks_for_the_rotation_function_of_a_secret() {
    let (aws, arn) = start();
    let condition =
        json!({ "StringEquals": { "secretsmanager:resource/AllowRotationLambdaArn": FUNCTION } });
    grant(&aws, "secretsmanager:GetSecretValue", "*", condition);
    assert_eq!(read(&aws, &arn).await, denied());
    let rotate = client(&aws, "local").await.rotate_secret().secret_id(&arn);
    rotate.rotation_lambda_arn(FUNCTION).send().await.unwrap();
    assert_eq!(read(&aws, &arn).await, Ok(()));
}

#[tokio::test]
async fn a_policy_asks_for_the_label_and_for_the_tags_of_a_call() {
    let (aws, arn) = start();
    let condition = json!({ "StringEquals": { "secretsmanager:VersionStage": "AWSCURRENT" } });
    grant(&aws, "secretsmanager:GetSecretValue", "*", condition);
    assert_eq!(read(&aws, &arn).await, denied());
    let secrets = client(&aws, "rotate").await;
    let get = secrets.get_secret_value().secret_id(&arn).version_stage("AWSCURRENT");
    get.send().await.unwrap();

    let condition = json!({ "ForAllValues:StringEquals": { "aws:TagKeys": "caretaker" } });
    grant(&aws, "secretsmanager:TagResource", "*", condition);
    let tag = |key: &str| {
        let tag = Tag::builder().key(key).value("x").build();
        secrets.tag_resource().secret_id(&arn).tags(tag).send()
    };
    tag("caretaker").await.unwrap();
    assert_eq!(code(&tag("other").await.unwrap_err()), "AccessDeniedException");
}

#[tokio::test]
async fn a_password_is_of_no_secret() {
    let (aws, _) = start();
    let get = async || client(&aws, "rotate").await.get_random_password().send().await;
    grant(&aws, "secretsmanager:GetRandomPassword", "arn:*:secret:*", Value::Null);
    assert_eq!(code(&get().await.unwrap_err()), "AccessDeniedException");
    grant(&aws, "secretsmanager:GetRandomPassword", "*", Value::Null);
    get().await.unwrap();
}

#[tokio::test]
async fn another_account_has_its_own_secrets() {
    let (aws, arn) = start();
    let other = client(&aws, "222222222222").await;
    let get = other.get_secret_value().secret_id("app/db").send().await.unwrap_err();
    assert_eq!(code(&get), "ResourceNotFoundException");
    let get = other.get_secret_value().secret_id(&arn).send().await.unwrap_err();
    assert_eq!(code(&get), "AccessDeniedException");
}

/// The template lets Secrets Manager invoke one of its functions.
#[tokio::test]
async fn a_deployed_function_rotates_only_where_its_own_policy_lets_secrets_manager_in() {
    let Deployed { aws, stack } = Stage::at(Timestamp::UNIX_EPOCH).deploy().unwrap();
    let arn = add_secret(&aws);
    let secrets = client(&aws, "local").await;
    let rotate = async |function: &str| {
        let rotate = secrets.rotate_secret().secret_id(&arn).client_request_token(super::T);
        let rotate = rotate.rotation_lambda_arn(stack.function_arn(function)).send().await;
        rotate.map(drop).map_err(|error| code(&error))
    };
    assert_eq!(rotate("instance-scheduler").await, denied());
    assert_eq!(rotate("secret-rotation").await, Ok(()));
}
