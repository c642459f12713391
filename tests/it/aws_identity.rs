//! Who may call what in the local AWS: access keys, roles, policies, accounts.

use serde_json::{Value, json};
use tests::aws::{
    LocalAws, Options,
    policy::{Role, parse_document},
    world::HOME_ACCOUNT,
};

use crate::clients::{REGION, code, config, credentials, with_credentials};

const OTHER: &str = "222222222222";

fn allow(action: &str, resource: &str) -> Value {
    json!({ "Statement": { "Effect": "Allow", "Action": action, "Resource": resource } })
}

/// A local AWS with the function `guard`, whose role has these policies.
fn start(policies: &[Value]) -> LocalAws {
    let permissions = policies.iter().flat_map(|policy| parse_document(policy).unwrap()).collect();
    let mut options = Options::default();
    let name = "app-GuardRole".to_owned();
    let role = Role { account: HOME_ACCOUNT.to_owned(), name, permissions, trust: Vec::new() };
    options.world.identities.add_function("guard", role);
    LocalAws::start(options).unwrap()
}

/// The role `target` in the other account, which trusts the account of `guard`.
fn target(action: &str) -> Role {
    let trust = json!({ "Statement": {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": { "AWS": format!("arn:aws:iam::{HOME_ACCOUNT}:root") },
        "Condition": { "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::111111111111:role/app-*" } },
    } });
    Role {
        account: OTHER.to_owned(),
        name: "target".to_owned(),
        permissions: parse_document(&allow(action, "*")).unwrap(),
        trust: parse_document(&trust).unwrap(),
    }
}

#[tokio::test]
async fn an_access_key_says_who_calls() {
    let aws = start(&[]);
    for (key, expected) in [
        ("local", "arn:aws:iam::111111111111:user/local"),
        (OTHER, "arn:aws:iam::222222222222:user/local"),
        ("guard", "arn:aws:sts::111111111111:assumed-role/app-GuardRole/guard"),
    ] {
        let sts = aws_sdk_sts::Client::new(&config(&aws, key).await);
        let identity = sts.get_caller_identity().send().await.unwrap();
        assert_eq!(identity.arn(), Some(expected));
    }
}

#[tokio::test]
async fn an_unknown_access_key_is_refused_in_each_protocol() {
    let aws = start(&[]);
    let config = config(&aws, "nobody").await;
    let sts = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await;
    assert_eq!(code(&sts.unwrap_err()), "InvalidClientTokenId");
    let ssm = aws_sdk_ssm::Client::new(&config).get_parameter().name("/a").send().await;
    assert_eq!(code(&ssm.unwrap_err()), "UnrecognizedClientException");
}

#[tokio::test]
async fn a_function_may_do_what_its_policy_grants_and_no_more() {
    let arn = "arn:aws:ssm:eu-west-1:111111111111:parameter/app/*";
    let aws = start(&[allow("ssm:GetParameter*", arn)]);
    aws.with(|world| {
        for name in ["/app/a", "/other/a"] {
            world.place(HOME_ACCOUNT, REGION).ssm.set(name, "x", jiff::Timestamp::UNIX_EPOCH);
        }
    });
    let config = config(&aws, "guard").await;
    let ssm = aws_sdk_ssm::Client::new(&config);
    ssm.get_parameter().name("/app/a").send().await.unwrap();
    let refused = ssm.get_parameter().name("/other/a").send().await.unwrap_err();
    assert_eq!(code(&refused), "AccessDeniedException");
    assert_eq!(
        refused.into_service_error().meta().message(),
        Some(
            "User: arn:aws:sts::111111111111:assumed-role/app-GuardRole/guard is not authorized \
             to perform: ssm:GetParameter on resource: \
             arn:aws:ssm:eu-west-1:111111111111:parameter/other/a because no identity-based \
             policy allows the ssm:GetParameter action"
        )
    );
    // One of two resources is not enough.
    let both = ssm.get_parameters().names("/app/a").names("/other/a").send().await.unwrap_err();
    assert_eq!(code(&both), "AccessDeniedException");
    let sns = aws_sdk_sns::Client::new(&config).create_topic().name("t").send().await;
    assert_eq!(code(&sns.unwrap_err()), "AuthorizationError");

    let used: Vec<String> = aws.used_grants().iter().map(ToString::to_string).collect();
    assert_eq!(used, ["arn:aws:iam::111111111111:role/app-GuardRole #1 ssm:GetParameter*"]);
}

#[tokio::test]
async fn an_assumed_role_works_in_its_own_account() {
    let aws = start(&[allow("sts:AssumeRole", "arn:aws:iam::*:role/target")]);
    aws.with(|world| world.identities.add_role(target("ssm:PutParameter")));
    let sts = aws_sdk_sts::Client::new(&config(&aws, "guard").await);
    let assumed = sts
        .assume_role()
        .role_arn(format!("arn:aws:iam::{OTHER}:role/target"))
        .role_session_name("session")
        .send()
        .await
        .unwrap();
    let keys = assumed.credentials().unwrap();
    let key = keys.access_key_id();
    let with_token = credentials(key, Some(keys.session_token()));
    let session = with_credentials(&aws, with_token).await;
    let ssm = aws_sdk_ssm::Client::new(&session);
    let put = ssm.put_parameter().name("/app/a").value("there");
    put.r#type(aws_sdk_ssm::types::ParameterType::String).send().await.unwrap();
    aws.with(|world| {
        assert_eq!(world.place(OTHER, REGION).ssm.value("/app/a"), Some("there"));
        assert_eq!(world.place(HOME_ACCOUNT, REGION).ssm.value("/app/a"), None);
    });
    let refused = ssm.get_parameter().name("/app/a").send().await.unwrap_err();
    assert_eq!(code(&refused), "AccessDeniedException");

    let without_token = with_credentials(&aws, credentials(key, None)).await;
    let sts = aws_sdk_sts::Client::new(&without_token).get_caller_identity().send().await;
    assert_eq!(code(&sts.unwrap_err()), "InvalidClientTokenId");
}

#[tokio::test]
async fn a_role_that_is_missing_or_does_not_trust_is_denied() {
    let aws = start(&[allow("sts:AssumeRole", "*")]);
    aws.with(|world| world.identities.add_role(Role { trust: Vec::new(), ..target("*") }));
    let sts = aws_sdk_sts::Client::new(&config(&aws, "guard").await);
    for role in ["target", "missing"] {
        let arn = format!("arn:aws:iam::{OTHER}:role/{role}");
        let refused = sts.assume_role().role_arn(arn).role_session_name("session").send().await;
        assert_eq!(code(&refused.unwrap_err()), "AccessDenied", "{role}");
    }
}

#[tokio::test]
async fn used_grants_are_appended_to_the_file_once_each() {
    let directory = std::env::temp_dir().join(format!("used-grants-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("used");
    let permissions = parse_document(&allow("ssm:Get*", "*")).unwrap();
    let (account, name) = ("1".to_owned(), "r".to_owned());
    let role = Role { account, name, permissions, trust: Vec::new() };
    let mut options = Options { used_grants: Some(file.clone()), ..Options::default() };
    options.world.identities.add_function("guard", role);
    let aws = LocalAws::start(options).unwrap();
    let ssm = aws_sdk_ssm::Client::new(&config(&aws, "guard").await);
    for _ in 0..2 {
        assert!(ssm.get_parameter().name("/a").send().await.is_err());
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "arn:aws:iam::1:role/r #1 ssm:Get*\n");
    std::fs::remove_dir_all(directory).unwrap();
}
