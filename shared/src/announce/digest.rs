//! Publishes one message for many lines on a topic of SNS.

use aws_config::SdkConfig;
use aws_sdk_sns::Client;

use crate::{
    aws::in_region,
    error::{AwsError, AwsResultExt as _},
};

/// SNS refuses longer subjects.
const MAX_SUBJECT_CHARS: usize = 100;
/// A digest of more lines is not read.
pub const LINES_PER_DIGEST: usize = 50;

/// Publishes the lines as one message. A topic in another region is published to there.
pub async fn publish(
    aws: &SdkConfig,
    topic: &str,
    subject: &str,
    lines: Vec<String>,
) -> Result<(), AwsError> {
    let region = topic.split(':').nth(3).unwrap_or_default();
    let subject: String = subject.chars().take(MAX_SUBJECT_CHARS).collect();
    let client = Client::new(&in_region(aws, region));
    let call = client.publish().topic_arn(topic).subject(subject).message(message(lines));
    call.send().await.during("sns:Publish").map(drop)
}

fn message(mut lines: Vec<String>) -> String {
    let n_more = lines.len().saturating_sub(LINES_PER_DIGEST);
    lines.truncate(LINES_PER_DIGEST);
    lines.extend((n_more > 0).then(|| format!("and {n_more} more: see the function's log")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_one_message_however_many_lines_there_are() {
        let message = message((0..60).map(|i| format!("i-{i} failed")).collect());
        assert_eq!(message.lines().count(), LINES_PER_DIGEST + 1);
        assert_eq!(message.lines().last(), Some("and 10 more: see the function's log"));
    }
}
