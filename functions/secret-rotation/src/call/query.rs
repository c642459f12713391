//! The query protocol: a form goes, XML comes.

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::ErrorMetadata;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use shared::error::AwsError;

use super::{Garbled, Request, xml::Element};
use crate::hidden::Hidden;

const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Calls `operation`, e.g. `rds:DescribeDBInstances`, of this version of the service's interface.
/// Returns the result that the answer wraps.
pub async fn call(
    aws: &SdkConfig,
    version: &str,
    operation: &'static str,
    parameters: &[(&str, &str)],
) -> Result<Element, AwsError> {
    let name = operation.split_once(':').map_or(operation, |(_, name)| name);
    let request = Request {
        headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
        body: Hidden::new(form(name, version, parameters)),
    };
    super::call(aws, operation, request, |body| result(name, body), refusal).await
}

fn form(name: &str, version: &str, parameters: &[(&str, &str)]) -> String {
    let fixed = [("Action", name), ("Version", version)];
    let pair = |(key, value): &(&str, &str)| format!("{key}={}", utf8_percent_encode(value, PLAIN));
    fixed.iter().chain(parameters).map(pair).collect::<Vec<_>>().join("&")
}

fn result(name: &str, body: &str) -> Result<Element, Garbled> {
    const WRONG: Garbled = Garbled("XML of this operation");
    let mut answer = Element::parse(body)?;
    if answer.name.strip_suffix("Response") != Some(name) {
        return Err(WRONG);
    }
    answer.take(&format!("{name}Result")).ok_or(WRONG)
}

fn refusal(_: &HttpResponse, body: &str) -> Result<ErrorMetadata, Garbled> {
    let answer = Element::parse(body)?;
    let error = answer.child("Error");
    let said = |name| error.and_then(|error| error.text_of(name));
    let mut refusal = ErrorMetadata::builder();
    if let Some(code) = said("Code") {
        refusal = refusal.code(code);
    }
    if let Some(message) = said("Message") {
        refusal = refusal.message(message);
    }
    Ok(refusal.build())
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    #[test]
    fn a_name_stays_within_its_parameter() {
        let parameters = [("DBInstanceIdentifier", "a&Action=b c/\u{e9}-_.~")];
        assert_eq!(
            form("DescribeDBInstances", "2014-10-31", &parameters),
            "Action=DescribeDBInstances&Version=2014-10-31\
             &DBInstanceIdentifier=a%26Action%3Db%20c%2F%C3%A9-_.~"
        );
    }

    #[test]
    fn a_result_is_that_of_the_call() {
        let answer = "<GetResponse><GetResult><A>1</A></GetResult></GetResponse>";
        assert_eq!(result("Get", answer).unwrap().text_of("A"), Some("1"));
        assert!(result("Put", answer).is_err());
        assert!(result("Get", "<GetResponse/>").is_err());
    }

    #[test]
    fn a_refusal_has_a_code_and_words() {
        let response = HttpResponse::new(404.try_into().unwrap(), SdkBody::empty());
        let said = |body| {
            let error = refusal(&response, body).unwrap();
            (error.code().map(str::to_owned), error.message().map(str::to_owned))
        };
        let body = "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error>\
                    <Type>Sender</Type><Code>DBInstanceNotFound</Code><Message>No a &amp; b</Message>\
                    </Error><RequestId>1</RequestId></ErrorResponse>";
        let expected = ("DBInstanceNotFound".to_owned(), "No a & b".to_owned());
        assert_eq!(said(body), (Some(expected.0), Some(expected.1)));
        assert_eq!(said("<html/>"), (None, None));
        assert!(refusal(&response, "busy").is_err());
    }
}
