//! Reads parameters of SSM: all below one folder, or one by its name.

use aws_config::SdkConfig;
use aws_sdk_ssm::{Client, types::ParameterType};
use futures_util::{StreamExt as _, stream};

use crate::{
    error::{AwsError, AwsErrorKind, AwsResultExt as _},
    page::drain,
};

/// The most that one page of `GetParametersByPath` may hold.
const PAGE_SIZE: i32 = 10;

/// `GetParameter` may be called 40 times a second by all that is in an account.
const READS_AT_ONCE: usize = 10;

/// A document by its name below the folder, or why it cannot be read.
pub type Named = (String, Result<String, AwsError>);

/// Reads every parameter below `folder`, e.g. `/caretaker/schedules`.
///
/// Parameters are listed without decryption and secure ones are read one by one: a listing that
/// decrypts fails as a whole if the key of one parameter may not be used.
pub async fn folder(aws: &SdkConfig, folder: &str) -> Result<Vec<Named>, AwsError> {
    let client = Client::new(aws);
    let pages = client
        .get_parameters_by_path()
        .path(folder)
        .recursive(true)
        .with_decryption(false)
        .into_paginator()
        .page_size(PAGE_SIZE)
        .send();
    let mut listed = Vec::new();
    drain(pages, "ssm:GetParametersByPath", |page| {
        for parameter in page.parameters.unwrap_or_default() {
            let (Some(path), Some(text)) = (parameter.name, parameter.value) else { continue };
            let is_secure = parameter.r#type == Some(ParameterType::SecureString);
            listed.push((path, (!is_secure).then_some(text)));
        }
    })
    .await?;
    let texts = listed.into_iter().map(async |(path, text)| {
        let text = match text {
            Some(text) => Ok(text),
            None => get(&client, &path).await,
        };
        let name = path.strip_prefix(folder).unwrap_or(&path).trim_start_matches('/');
        (name.to_owned(), text)
    });
    Ok(stream::iter(texts).buffered(READS_AT_ONCE).collect().await)
}

/// Reads one parameter, e.g. `/caretaker/prices`, if there is one of that name.
pub async fn parameter(aws: &SdkConfig, name: &str) -> Result<Option<String>, AwsError> {
    match get(&Client::new(aws), name).await {
        Ok(text) => Ok(Some(text)),
        Err(err) if err.kind == AwsErrorKind::NotFound => Ok(None),
        Err(err) => Err(err),
    }
}

async fn get(client: &Client, name: &str) -> Result<String, AwsError> {
    const OPERATION: &str = "ssm:GetParameter";
    let output = client.get_parameter().name(name).with_decryption(true).send().await;
    let value = output.during(OPERATION)?.parameter.and_then(|parameter| parameter.value);
    value.ok_or_else(|| AwsError::new(OPERATION, "NoValue", "the answer has no value"))
}
