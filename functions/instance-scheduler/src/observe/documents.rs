//! Reads schedules, periods and calendars from SSM parameters, and calendars from S3.

use aws_config::SdkConfig;
use shared::{
    document::{self, Named},
    error::{AwsError, AwsResultExt as _},
};

use crate::{
    config::Config,
    schedule::{Catalog, MAX_CALENDAR_BYTES, Texts},
};

/// What operators have written, read anew at every run.
#[derive(Debug)]
pub(crate) struct Documents {
    pub catalog: Catalog,
    /// What is wrong with the documents themselves, whoever follows them.
    pub warnings: Vec<String>,
    /// Why there are none.
    pub failed: Option<AwsError>,
}

/// What a run goes by: without the documents, the schedules that tags have in themselves.
pub(crate) async fn documents_or_none(aws: &SdkConfig, config: &Config) -> Documents {
    documents(aws, config).await.unwrap_or_else(|error| Documents {
        catalog: Catalog::unread(config.time_zone.clone()),
        warnings: Vec::new(),
        failed: Some(error),
    })
}

/// Reads all documents. One that cannot be decrypted or fetched costs only itself.
pub(crate) async fn documents(aws: &SdkConfig, config: &Config) -> Result<Documents, AwsError> {
    let folder = async |name| {
        document::folder(aws, &format!("{path}/{name}", path = config.parameter_path)).await
    };
    let (schedules, periods, calendars) =
        tokio::try_join!(folder("schedules"), folder("periods"), folder("calendars"))?;
    let mut read = Vec::new();
    for (name, text) in calendars {
        let text = match text {
            Ok(text) => fetched(aws, text).await,
            Err(err) => Err(err.summary()),
        };
        read.push((name, text));
    }
    let texts =
        Texts { schedules: readable(schedules), periods: readable(periods), calendars: read };
    let catalog = Catalog::read(config.time_zone.clone(), texts);
    let warnings = catalog.problems();
    Ok(Documents { catalog, warnings, failed: None })
}

fn readable(documents: Vec<Named>) -> Vec<(String, Result<String, String>)> {
    let readable = |(name, text): Named| (name, text.map_err(|err| err.summary()));
    documents.into_iter().map(readable).collect()
}

/// Reads the prices per hour by size, if there are any. Only for answers that show money.
pub(crate) async fn prices(aws: &SdkConfig, config: &Config) -> Result<Option<String>, AwsError> {
    document::parameter(aws, &format!("{}/prices", config.parameter_path)).await
}

/// The text of a calendar: itself, or the object of S3 that it names.
async fn fetched(aws: &SdkConfig, text: String) -> Result<String, String> {
    let Some((bucket, key)) = s3_address(&text) else { return Ok(text) };
    let bytes = object(aws, bucket, key).await.map_err(|err| err.summary())?;
    if bytes.len() > MAX_CALENDAR_BYTES {
        return Err(format!("the object has more than {MAX_CALENDAR_BYTES} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "the object is not text in UTF-8".to_owned())
}

/// A calendar may say `s3://bucket/key`; then it is that object.
fn s3_address(text: &str) -> Option<(&str, &str)> {
    text.trim().strip_prefix("s3://")?.split_once('/')
}

/// Reads an object of S3, or as much of it as shows that it is too large: nothing bounds the size
/// of an object.
async fn object(aws: &SdkConfig, bucket: &str, key: &str) -> Result<Vec<u8>, AwsError> {
    const OPERATION: &str = "s3:GetObject";
    let client = aws_sdk_s3::Client::new(aws);
    let output = client.get_object().bucket(bucket).key(key).send().await.during(OPERATION)?;
    let mut body = output.body;
    let mut bytes = Vec::new();
    let truncated =
        |err: &dyn ToString| AwsError::new(OPERATION, "TruncatedBody", &err.to_string());
    while let Some(chunk) = body.try_next().await.map_err(|err| truncated(&err))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_CALENDAR_BYTES {
            break;
        }
    }
    Ok(bytes)
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
