//! Puts events on a bus of EventBridge.

use aws_config::SdkConfig;
use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};
use serde_json::Value;

use crate::error::{AwsError, AwsResultExt as _};

/// `PutEvents` takes 256 KB and 10 entries a call
/// (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>).
const EVENTS_PER_CALL: usize = 10;
/// Leaves room for what AWS counts besides the details.
const BYTES_PER_CALL: usize = 240 * 1024;

/// Puts one event per detail on the bus. The first entry that is refused ends it with an error.
pub async fn put_events(
    aws: &SdkConfig,
    bus: &str,
    source: &str,
    detail_type: &str,
    details: &[Value],
) -> Result<(), AwsError> {
    const OPERATION: &str = "events:PutEvents";
    let client = Client::new(aws);
    let details: Vec<String> = details.iter().map(Value::to_string).collect();
    let mut rest = details.as_slice();
    while !rest.is_empty() {
        let (chunk, later) = rest.split_at(n_in_one_call(rest));
        rest = later;
        let entries = chunk.iter().map(|detail| {
            PutEventsRequestEntry::builder()
                .event_bus_name(bus)
                .source(source)
                .detail_type(detail_type)
                .detail(detail)
                .build()
        });
        let call = client.put_events().set_entries(Some(entries.collect()));
        let output = call.send().await.during(OPERATION)?;
        // A refused entry comes inside a `200 OK`.
        for answer in output.entries() {
            if let Some(code) = answer.error_code() {
                let message = answer.error_message().unwrap_or_default();
                return Err(AwsError::new(OPERATION, code, message));
            }
        }
    }
    Ok(())
}

/// How many of the next details fit into one call; at least one.
fn n_in_one_call(details: &[String]) -> usize {
    let mut n_bytes = 0;
    let fitting = details.iter().take(EVENTS_PER_CALL).take_while(|detail| {
        n_bytes += detail.len();
        n_bytes <= BYTES_PER_CALL
    });
    fitting.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_full_at_ten_events_or_at_its_size() {
        let details = |n_bytes: usize| vec!["x".repeat(n_bytes); 20];
        assert_eq!(n_in_one_call(&details(10)), 10);
        assert_eq!(n_in_one_call(&details(60 * 1024)), 4);
        assert_eq!(n_in_one_call(&details(BYTES_PER_CALL + 1)), 1);
    }
}
