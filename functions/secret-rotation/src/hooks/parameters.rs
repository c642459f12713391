//! Copies what a template makes of a secret into an SSM parameter, encrypted there, and only where
//! it is not there already: a parameter has a hundred versions, and each may start a deployment.

use aws_config::SdkConfig;
use aws_sdk_ssm::{Client, types::ParameterType};
use shared::{
    error::{AwsError, AwsErrorKind, AwsResultExt as _},
    template::Template,
};

use crate::{
    fault::{Code, Fault},
    hidden::{Hidden, scrubbed},
    secret::{derived::render, document::Document},
};

pub(super) async fn copy(
    aws: &SdkConfig,
    name: &str,
    template: &Template,
    finished: &Document,
) -> Result<(), Fault> {
    let value = rendered(template, finished)?;
    put_if_other(&Client::new(aws), name, &value).await.map_err(|err| {
        // A value that AWS will not take may be quoted by it.
        let said = scrubbed(err.reason(), &[&value]);
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
    match get(&Client::new(aws), name, false).await {
        Ok(_) => Ok("it is there"),
        Err(err) if err.kind == AwsErrorKind::NotFound => Ok("it will be made"),
        Err(err) => Err(Fault::from_error(Code::HookFailed, err)),
    }
}

fn rendered(template: &Template, version: &Document) -> Result<Hidden, Fault> {
    render(template, version)
        .map_err(|missing| Fault::new(Code::HookFailed, format!("its template {missing}")))
}

async fn put_if_other(ssm: &Client, name: &str, value: &Hidden) -> Result<(), AwsError> {
    match get(ssm, name, true).await {
        Ok(there) if there.as_ref() == Some(value) => Ok(()),
        Ok(_) => put(ssm, name, value).await,
        Err(err) if err.kind == AwsErrorKind::NotFound => put(ssm, name, value).await,
        Err(err) => Err(err),
    }
}

async fn get(ssm: &Client, name: &str, with_decryption: bool) -> Result<Option<Hidden>, AwsError> {
    let call = ssm.get_parameter().name(name).with_decryption(with_decryption);
    let parameter = call.send().await.during("ssm:GetParameter")?.parameter;
    Ok(parameter.and_then(|parameter| parameter.value).map(Hidden::new))
}

async fn put(ssm: &Client, name: &str, value: &Hidden) -> Result<(), AwsError> {
    ssm.put_parameter()
        .name(name)
        .value(value.expose())
        .r#type(ParameterType::SecureString)
        .overwrite(true)
        .send()
        .await
        .during("ssm:PutParameter")
        .map(drop)
}
