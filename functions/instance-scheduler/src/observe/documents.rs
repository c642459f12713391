//! Reads schedules, calendars and prices from SSM parameters, and calendars from S3.

use aws_config::SdkConfig;
use shared::{
    error::{AwsError, AwsResultExt as _},
    page::drain,
};

use crate::{config::Config, schedule::Catalog};

/// What operators have written, read anew at every run.
#[derive(Debug)]
pub struct Documents {
    pub catalog: Catalog,
    /// Price per hour by size, as text.
    pub prices: Option<String>,
    /// What could not be used, and does not matter to any schedule by itself.
    pub warnings: Vec<String>,
}

/// Parameters by what they are.
#[derive(Debug, Default)]
struct Texts {
    schedules: Vec<(String, String)>,
    calendars: Vec<(String, String)>,
    prices: Option<String>,
    unknown: Vec<String>,
}

/// The most that one page of `GetParametersByPath` may hold.
const PAGE_SIZE: i32 = 10;

/// Reads all documents. Without the parameters there is nothing to run by; a calendar that cannot be
/// fetched costs only itself.
pub async fn documents(aws: &SdkConfig, config: &Config) -> Result<Documents, AwsError> {
    let Texts { schedules, mut calendars, prices, unknown } =
        texts(aws, &config.parameter_path).await?;
    let mut warnings: Vec<String> = unknown
        .into_iter()
        .map(|name| format!("parameter `{name}` is no schedule, calendar or price list"))
        .collect();
    for (name, text) in &mut calendars {
        let Some((bucket, key)) = s3_address(text) else { continue };
        match object(aws, bucket, key).await {
            Ok(fetched) => *text = fetched,
            Err(err) => warnings.push(format!("calendar `{name}`: {err}: {}", err.reason())),
        }
    }
    let catalog = Catalog::new(config.time_zone.clone(), schedules, calendars);
    warnings.extend(catalog.problems());
    Ok(Documents { catalog, prices, warnings })
}

/// Reads everything below `path` in one listing.
async fn texts(aws: &SdkConfig, path: &str) -> Result<Texts, AwsError> {
    let pages = aws_sdk_ssm::Client::new(aws)
        .get_parameters_by_path()
        .path(format!("{path}/"))
        .recursive(true)
        .with_decryption(true)
        .into_paginator()
        .page_size(PAGE_SIZE)
        .send();
    let mut texts = Texts::default();
    drain(pages, "ssm:GetParametersByPath", |page| {
        for parameter in page.parameters.unwrap_or_default() {
            let (Some(name), Some(text)) = (parameter.name, parameter.value) else { continue };
            let place = name.strip_prefix(path).unwrap_or(&name).trim_start_matches('/');
            match place.split_once('/') {
                Some(("schedules", name)) => texts.schedules.push((name.to_owned(), text)),
                Some(("calendars", name)) => texts.calendars.push((name.to_owned(), text)),
                None if place == "prices" => texts.prices = Some(text),
                _ => texts.unknown.push(name),
            }
        }
    })
    .await?;
    Ok(texts)
}

/// A calendar may say `s3://bucket/key`; then it is that object.
fn s3_address(text: &str) -> Option<(&str, &str)> {
    text.trim().strip_prefix("s3://")?.split_once('/')
}

async fn object(aws: &SdkConfig, bucket: &str, key: &str) -> Result<String, AwsError> {
    const OPERATION: &str = "s3:GetObject";
    let client = aws_sdk_s3::Client::new(aws);
    let output = client.get_object().bucket(bucket).key(key).send().await.during(OPERATION)?;
    let body = output.body.collect().await;
    let body = body.map_err(|err| AwsError::new(OPERATION, "TruncatedBody", &err.to_string()))?;
    String::from_utf8(body.to_vec())
        .map_err(|err| AwsError::new(OPERATION, "InvalidText", &err.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_bucket_and_a_key() {
        assert_eq!(s3_address(" s3://bucket/a/b.ics\n"), Some(("bucket", "a/b.ics")));
        assert_eq!(s3_address("s3://bucket"), None);
        assert_eq!(s3_address("[12-25]"), None);
    }
}
