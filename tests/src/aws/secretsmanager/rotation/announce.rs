//! The events that Secrets Manager itself puts on the default bus, by way of CloudTrail.

use serde_json::{Value, json};

use crate::aws::{events, site::Site};

/// Secrets Manager as who does something.
pub const PRINCIPAL: &str = "secretsmanager.amazonaws.com";

/// `name` is `RotationStarted`, `RotationSucceeded`, `RotationFailed`, `RotationAbandoned`, or one of
/// the first three with `Test` before it.
pub(in crate::aws::secretsmanager) fn announce(
    events: &mut events::State,
    site: &Site<'_>,
    secret_arn: &str,
    token: &str,
    name: &str,
    error: Option<String>,
) {
    let time = site.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let event_id = format!("00000000-0000-4000-b000-{:012x}", events.events().len() + 1);
    let mut detail = json!({
        "eventVersion": "1.08",
        "userIdentity": { "accountId": site.account, "invokedBy": PRINCIPAL },
        "eventTime": time,
        "eventSource": PRINCIPAL,
        "eventName": name,
        "awsRegion": site.region,
        "sourceIPAddress": PRINCIPAL,
        "userAgent": PRINCIPAL,
        "requestParameters": null,
        "responseElements": null,
        "additionalEventData": { "SecretId": secret_arn },
        "requestID": format!("Rotation-{secret_arn}-{token}"),
        "eventID": event_id,
        "readOnly": false,
        "eventType": "AwsServiceEvent",
        "managementEvent": true,
        "recipientAccountId": site.account,
        "eventCategory": "Management",
    });
    if let Some(error) = error {
        detail["errorMessage"] = Value::String(error);
    }
    events.announce("aws.secretsmanager", "AWS Service Event via CloudTrail", detail, site.now);
}
