//! Copies what a template makes of a secret into an SSM parameter, encrypted there, and only where
//! it is not there already: a parameter has a hundred versions, and each may start a deployment.

use aws_config::SdkConfig;
use serde::{Deserialize, Serialize, de::IgnoredAny};
use shared::error::{AwsError, AwsErrorKind};

use crate::{
    call::json,
    fault::{Code, Fault},
    hidden::{Hidden, scrubbed},
    secret::{derived::Template, document::Document},
};

/// What the service calls itself.
const TARGET: &str = "AmazonSSM";

pub(super) async fn copy(
    aws: &SdkConfig,
    name: &str,
    template: &Template,
    finished: &Document,
) -> Result<(), Fault> {
    let value = rendered(template, finished)?;
    put_if_other(aws, name, &value).await.map_err(|err| {
        // A value that AWS will not take may be quoted by it.
        let said = scrubbed(&err.reason(), &[&value]);
        Fault::new(Code::HookFailed, format!("{} failed: {said}", err.operation))
    })
}

/// Whether the template has what it asks for, and the parameter may be looked at.
pub(super) async fn look(
    aws: &SdkConfig,
    name: &str,
    template: &Template,
    current: &Document,
) -> Result<&'static str, Fault> {
    rendered(template, current)?;
    match get(aws, name, false).await {
        Ok(_) => Ok("it is there"),
        Err(err) if err.kind == AwsErrorKind::NotFound => Ok("it will be made"),
        Err(err) => {
            let what = format!("{} failed: {}", err.operation, err.reason());
            Err(Fault::new(Code::HookFailed, what))
        }
    }
}

fn rendered(template: &Template, version: &Document) -> Result<Hidden, Fault> {
    template.render(version).map(Hidden::new).map_err(|field| {
        Fault::new(Code::HookFailed, format!("its template asks for `{field}`, which is missing"))
    })
}

async fn put_if_other(aws: &SdkConfig, name: &str, value: &Hidden) -> Result<(), AwsError> {
    match get(aws, name, true).await {
        Ok(there) if there.as_ref() == Some(value) => Ok(()),
        Ok(_) => put(aws, name, value).await,
        Err(err) if err.kind == AwsErrorKind::NotFound => put(aws, name, value).await,
        Err(err) => Err(err),
    }
}

async fn get(
    aws: &SdkConfig,
    name: &str,
    with_decryption: bool,
) -> Result<Option<Hidden>, AwsError> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Input<'a> {
        name: &'a str,
        with_decryption: bool,
    }
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Output {
        parameter: Option<Parameter>,
    }
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Parameter {
        value: Option<Hidden>,
    }
    let input = Input { name, with_decryption };
    let output: Output = json::call(aws, TARGET, "ssm:GetParameter", &input).await?;
    Ok(output.parameter.and_then(|parameter| parameter.value))
}

async fn put(aws: &SdkConfig, name: &str, value: &Hidden) -> Result<(), AwsError> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Input<'a> {
        name: &'a str,
        value: &'a str,
        r#type: &'a str,
        overwrite: bool,
    }
    let input = Input { name, value: value.expose(), r#type: "SecureString", overwrite: true };
    let IgnoredAny = json::call(aws, TARGET, "ssm:PutParameter", &input).await?;
    Ok(())
}
