//! The JSON 1.1 protocol. Never repeats a value that it does not understand.

use std::fmt;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::error::ErrorMetadata;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::error::AwsError;

use super::{Garbled, Request};
use crate::hidden::Hidden;

/// Calls `operation`, e.g. `ssm:GetParameter`, of the service that calls itself `target`.
pub async fn call<T>(
    aws: &SdkConfig,
    target: &str,
    operation: &'static str,
    input: &impl Serialize,
) -> Result<T, AwsError>
where
    T: DeserializeOwned + fmt::Debug + Send + Sync + 'static,
{
    let name = operation.split_once(':').map_or(operation, |(_, name)| name);
    let body = serde_json::to_string(input).map_err(|_| {
        AwsError::new(operation, "SerializationException", "the request cannot be written as JSON")
    })?;
    let request = Request {
        headers: vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amz-target", format!("{target}.{name}")),
        ],
        body: Hidden::new(body),
    };
    super::call(aws, operation, request, answer, |response, body| refusal(response.headers(), body))
        .await
}

fn answer<T: DeserializeOwned>(body: &str) -> Result<T, Garbled> {
    // Some operations answer nothing where others answer `{}`. The parser's own words may quote.
    let body = if body.is_empty() { "{}" } else { body };
    serde_json::from_str(body).map_err(|_| Garbled("JSON of this operation"))
}

fn refusal(headers: &Headers, body: &str) -> Result<ErrorMetadata, Garbled> {
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(rename = "__type")]
        kind: Option<String>,
        code: Option<String>,
        #[serde(alias = "Message", alias = "errorMessage")]
        message: Option<String>,
    }
    let refusal: Refusal = answer(body)?;
    let code = headers.get("x-amzn-errortype").map(str::to_owned).or(refusal.code);
    let mut error = ErrorMetadata::builder();
    if let Some(code) = code.or(refusal.kind) {
        error = error.code(bare(&code));
    }
    if let Some(message) = refusal.message {
        error = error.message(message);
    }
    Ok(error.build())
}

/// `namespace#Code:address` is the code between.
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[track_caller]
    fn check(headers: &[(&'static str, &'static str)], body: &str, expected: &str) {
        let mut all = Headers::new();
        for (name, value) in headers {
            all.insert(*name, *value);
        }
        let said = |error: ErrorMetadata| {
            format!("{}: {}", error.code().unwrap_or("-"), error.message().unwrap_or("-"))
        };
        let found = refusal(&all, body).map_or_else(|garbled| garbled.to_string(), said);
        assert_eq!(found, expected);
    }

    #[test]
    fn a_refusal_has_a_code_and_words() {
        check(&[], r#"{"__type":"ParameterNotFound"}"#, "ParameterNotFound: -");
        check(&[], r#"{"__type":"a.b#Denied","message":"no"}"#, "Denied: no");
        check(&[], r#"{"__type":"Denied:http://a/b","Message":"no"}"#, "Denied: no");
        check(&[("x-amzn-errortype", "Other:x")], r#"{"__type":"Denied"}"#, "Other: -");
        check(&[], "", "-: -");
        check(&[], "<html>busy</html>", "the answer is no JSON of this operation");
    }

    #[test]
    fn what_is_not_understood_is_not_repeated() {
        #[derive(Debug, Deserialize)]
        struct Answer {
            #[serde(rename = "Value")]
            _value: bool,
        }
        let garbled = answer::<Answer>(r#"{"Value":"hunter2"}"#).unwrap_err();
        assert_eq!(garbled.to_string(), "the answer is no JSON of this operation");
        assert_eq!(answer::<Value>(""), Ok(serde_json::json!({})));
        assert!(answer::<Value>(r#"{"Value":"hunt"#).is_err());
    }
}
