//! Copies what a template makes of a secret into an SSM parameter, encrypted there, and only where
//! it is not there already: a parameter has a hundred versions, and each may start a deployment.

use aws_sdk_ssm::{Client, types::ParameterType};
use shared::error::{AwsError, AwsErrorKind, AwsResultExt as _};

use crate::{
    fault::{Code, Fault},
    hidden::{Hidden, scrubbed},
    secret::{derived::Template, document::Document},
};

pub(super) async fn copy(
    ssm: &Client,
    name: &str,
    template: &Template,
    finished: &Document,
) -> Result<(), Fault> {
    let value = rendered(template, finished)?;
    put_if_other(ssm, name, &value).await.map_err(|err| {
        // A value that AWS will not take may be quoted by it.
        let said = scrubbed(&err.reason(), &[&value]);
        Fault::new(Code::HookFailed, format!("{} failed: {said}", err.operation))
    })
}

/// Whether the template has what it asks for, and the parameter may be looked at.
pub(super) async fn look(
    ssm: &Client,
    name: &str,
    template: &Template,
    current: &Document,
) -> Result<&'static str, Fault> {
    rendered(template, current)?;
    match ssm.get_parameter().name(name).send().await.during("ssm:GetParameter") {
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

async fn put_if_other(ssm: &Client, name: &str, value: &Hidden) -> Result<(), AwsError> {
    let call = ssm.get_parameter().name(name).with_decryption(true);
    match call.send().await.during("ssm:GetParameter") {
        Ok(output) => {
            let there = output.parameter.and_then(|parameter| parameter.value).map(Hidden::new);
            if there.as_ref() == Some(value) {
                return Ok(());
            }
        }
        Err(err) if err.kind == AwsErrorKind::NotFound => (),
        Err(err) => return Err(err),
    }
    let call = ssm
        .put_parameter()
        .name(name)
        .value(value.expose())
        .r#type(ParameterType::SecureString)
        .overwrite(true);
    call.send().await.during("ssm:PutParameter").map(drop)
}
