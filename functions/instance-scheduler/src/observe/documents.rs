//! Reads schedules and calendars from SSM parameters, and calendars from S3.

use aws_config::SdkConfig;
use shared::{
    document,
    error::{AwsError, AwsResultExt as _},
};

use crate::{config::Config, schedule::Catalog};

/// What operators have written, read anew at every run.
#[derive(Debug)]
pub(crate) struct Documents {
    pub catalog: Catalog,
    /// What is wrong with the documents themselves, whoever follows them.
    pub warnings: Vec<String>,
}

/// Reads all documents. Without the parameters there is nothing to run by; one that cannot be
/// decrypted or fetched costs only itself.
pub(crate) async fn documents(aws: &SdkConfig, config: &Config) -> Result<Documents, AwsError> {
    let path = &config.parameter_path;
    let (schedules, calendars) = (format!("{path}/schedules"), format!("{path}/calendars"));
    let (schedules, calendars) =
        tokio::try_join!(document::folder(aws, &schedules), document::folder(aws, &calendars))?;
    let mut read = Vec::new();
    for (name, text) in calendars {
        let text = match text {
            Ok(text) => fetched(aws, text).await,
            Err(err) => Err(err),
        };
        read.push((name, text.map_err(|err| err.summary())));
    }
    let schedules =
        schedules.into_iter().map(|(name, text)| (name, text.map_err(|err| err.summary())));
    let catalog = Catalog::read(config.time_zone.clone(), schedules, read);
    let warnings = catalog.problems();
    Ok(Documents { catalog, warnings })
}

/// Reads the prices per hour by size, if there are any. Only for answers that show money.
pub(crate) async fn prices(aws: &SdkConfig, config: &Config) -> Result<Option<String>, AwsError> {
    document::parameter(aws, &format!("{}/prices", config.parameter_path)).await
}

/// The text of a calendar: itself, or the object of S3 that it names.
async fn fetched(aws: &SdkConfig, text: String) -> Result<String, AwsError> {
    match s3_address(&text) {
        Some((bucket, key)) => object(aws, bucket, key).await,
        None => Ok(text),
    }
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
