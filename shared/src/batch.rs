//! Sends ids in batches and finds the bad ones when a whole batch is refused. Never retries a
//! call that failed for a passing reason: the SDK has done that already.

use crate::error::{AwsError, AwsErrorKind};

/// What became of each id.
#[derive(Debug, Default)]
pub struct Outcome {
    pub accepted: Vec<String>,
    /// Ids with the error that concerns them, grouped as they were refused.
    pub refused: Vec<Refusal>,
}

/// Ids that one error concerns.
#[derive(Debug)]
pub struct Refusal {
    pub ids: Vec<String>,
    pub error: AwsError,
}

/// Calls `send` with at most `size` ids at a time.
///
/// AWS refuses a whole batch for one bad id. The ids that the error names are taken out and the
/// rest is sent again; where it names none, the batch is halved. A batch in which nothing at all
/// is accepted is given up after about two calls per halving, so that a missing permission on
/// 1,000 instances costs tens of calls and not two thousand.
pub async fn in_batches(
    ids: &[String],
    size: usize,
    mut send: impl AsyncFnMut(&[String]) -> Result<(), AwsError>,
) -> Outcome {
    let mut outcome = Outcome::default();
    for batch in ids.chunks(size.max(1)) {
        send_batch(batch, &mut send, &mut outcome).await;
    }
    outcome
}

async fn send_batch(
    batch: &[String],
    send: &mut impl AsyncFnMut(&[String]) -> Result<(), AwsError>,
    outcome: &mut Outcome,
) {
    let give_up_after = 2 * (batch.len().ilog2() as usize + 1);
    let mut hopeless = 0;
    let mut waiting: Vec<Vec<String>> = vec![batch.to_vec()];
    while let Some(ids) = waiting.pop() {
        let Err(error) = send(&ids).await else {
            hopeless = 0;
            outcome.accepted.extend(ids);
            continue;
        };
        if !may_be_about_one_id(error.kind) {
            outcome.refused.push(Refusal { ids, error });
            continue;
        }
        hopeless += 1;
        if ids.len() == 1 {
            outcome.refused.push(Refusal { ids, error });
            continue;
        }
        let (named, others): (Vec<_>, Vec<_>) =
            ids.into_iter().partition(|id| names(error.reason(), id));
        if !named.is_empty() {
            // The error told us something, so this was not a step into the dark.
            hopeless = 0;
            outcome.refused.push(Refusal { ids: named, error });
            if !others.is_empty() {
                waiting.push(others);
            }
        } else if hopeless >= give_up_after {
            waiting.push(others);
            let ids = std::mem::take(&mut waiting).into_iter().flatten().collect();
            outcome.refused.push(Refusal { ids, error });
        } else {
            let mut left = others;
            let right = left.split_off(left.len() / 2);
            waiting.push(right);
            waiting.push(left);
        }
    }
}

/// Whether taking some ids out of the batch may help. A throttled or unanswered call says nothing
/// about its ids.
fn may_be_about_one_id(kind: AwsErrorKind) -> bool {
    match kind {
        AwsErrorKind::Throttled | AwsErrorKind::Unavailable | AwsErrorKind::Unreachable => false,
        AwsErrorKind::Capacity
        | AwsErrorKind::Denied
        | AwsErrorKind::NotFound
        | AwsErrorKind::WrongState
        | AwsErrorKind::Unsupported
        | AwsErrorKind::Invalid
        | AwsErrorKind::Other => true,
    }
}

/// Whether `text` has `id` as a whole word: `i-1` is not named by `i-12`.
fn names(text: &str, id: &str) -> bool {
    let is_id = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.match_indices(id)
        .any(|(at, _)| !text[..at].ends_with(is_id) && !text[at + id.len()..].starts_with(is_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends 0..n against a service that refuses batches with a bad id, naming at most `n_named`.
    async fn run(n: usize, bad: &[usize], n_named: usize, code: &str) -> (Outcome, usize) {
        let ids: Vec<String> = (0..n).map(|i| format!("i-{i}")).collect();
        let bad: Vec<String> = bad.iter().map(|i| format!("i-{i}")).collect();
        let mut n_calls = 0;
        let outcome = in_batches(&ids, 500, async |batch| {
            n_calls += 1;
            let found: Vec<&str> =
                batch.iter().filter(|id| bad.contains(id)).map(String::as_str).collect();
            if found.is_empty() {
                return Ok(());
            }
            let named = found[..n_named.min(found.len())].join(", ");
            Err(AwsError::new("ec2:StartInstances", code, &format!("bad: '{named}'")))
        })
        .await;
        (outcome, n_calls)
    }

    fn refused(outcome: &Outcome) -> Vec<&str> {
        let mut ids: Vec<&str> =
            outcome.refused.iter().flat_map(|refusal| &refusal.ids).map(String::as_str).collect();
        ids.sort_unstable();
        ids
    }

    #[tokio::test]
    async fn a_thousand_good_ids_cost_two_calls() {
        let (outcome, n_calls) = run(1000, &[], 0, "").await;
        assert_eq!((outcome.accepted.len(), outcome.refused.len(), n_calls), (1000, 0, 2));
    }

    #[tokio::test]
    async fn named_ids_are_taken_out_and_the_rest_is_sent_again() {
        let bad = [1, 12, 123, 300, 499, 500, 600, 700, 800, 999];
        let (outcome, n_calls) = run(1000, &bad, usize::MAX, "InvalidInstanceID.NotFound").await;
        assert_eq!((outcome.accepted.len(), n_calls), (990, 4));
        assert_eq!(refused(&outcome).len(), 10);
    }

    #[tokio::test]
    async fn an_error_without_names_is_found_by_halving() {
        let (outcome, n_calls) = run(500, &[77], 0, "IncorrectInstanceState").await;
        assert_eq!(refused(&outcome), ["i-77"]);
        assert_eq!(outcome.accepted.len(), 499);
        assert!(n_calls <= 19, "{n_calls} calls");
    }

    #[tokio::test]
    async fn a_batch_in_which_nothing_succeeds_is_given_up_early() {
        let all: Vec<usize> = (0..500).collect();
        let (outcome, n_calls) = run(500, &all, 0, "UnauthorizedOperation").await;
        assert_eq!((outcome.accepted.len(), refused(&outcome).len()), (0, 500));
        assert!(n_calls <= 20, "{n_calls} calls");
    }

    #[tokio::test]
    async fn a_throttled_batch_is_not_taken_apart() {
        let (outcome, n_calls) = run(500, &[1], 0, "RequestLimitExceeded").await;
        assert_eq!((refused(&outcome).len(), n_calls), (500, 1));
    }

    #[test]
    fn an_id_is_named_only_as_a_whole_word() {
        assert!(names("The instance IDs 'i-1, i-2' do not exist", "i-2"));
        assert!(!names("The instance ID 'i-12' does not exist", "i-1"));
        assert!(names("on resource: arn:aws:ec2:eu-west-1:111111111111:instance/i-1", "i-1"));
    }
}
