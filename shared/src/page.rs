//! Drains paginators with an upper bound. Knows no service and retries nothing.

use std::error::Error as StdError;

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::error::{AwsError, AwsResultExt as _};

/// A listing longer than this is a loop on the other side, not an account: 100,000 pages of
/// 1,000 are more resources than any account may have.
pub const MAX_PAGES: usize = 100_000;

/// Hands each page to `each` as it arrives, so that a caller keeps only what it needs. Empty pages
/// with a token are normal and go on. A token that comes twice ends the paginator with an error
/// (the SDK's `stop_on_duplicate_token` default).
pub async fn drain<P, E>(
    mut pages: PaginationStream<Result<P, SdkError<E, HttpResponse>>>,
    operation: &'static str,
    mut each: impl FnMut(P),
) -> Result<(), AwsError>
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
{
    for _ in 0..MAX_PAGES {
        match pages.next().await {
            None => return Ok(()),
            Some(page) => each(page.during(operation)?),
        }
    }
    Err(AwsError::new(operation, "TooManyPages", &format!("more than {MAX_PAGES} pages")))
}

#[cfg(test)]
mod tests {
    use aws_smithy_async::future::pagination_stream::fn_stream::FnStream;
    use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};

    use super::*;
    use crate::error::AwsErrorKind;

    #[derive(Debug, thiserror::Error)]
    #[error("refused")]
    struct Refused(ErrorMetadata);

    impl ProvideErrorMetadata for Refused {
        fn meta(&self) -> &ErrorMetadata {
            &self.0
        }
    }

    type Page = Result<Vec<u32>, SdkError<Refused, HttpResponse>>;

    fn stream(pages: Vec<Page>) -> PaginationStream<Page> {
        PaginationStream::new(FnStream::new(move |sender| {
            Box::pin(async move {
                for page in pages {
                    if sender.send(page).await.is_err() {
                        return;
                    }
                }
            })
        }))
    }

    #[tokio::test]
    async fn an_empty_page_does_not_end_the_listing() {
        let mut seen = Vec::new();
        let pages = stream(vec![Ok(vec![1, 2]), Ok(vec![]), Ok(vec![3])]);
        drain(pages, "ec2:DescribeInstances", |page| seen.extend(page)).await.unwrap();
        assert_eq!(seen, [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_failed_page_carries_the_operation_and_keeps_what_came_before() {
        let throttled =
            ErrorMetadata::builder().code("RequestLimitExceeded").message("slow").build();
        let raw = HttpResponse::new(503.try_into().unwrap(), SdkBody::empty());
        let failed = Err(SdkError::service_error(Refused(throttled), raw));
        let mut seen = Vec::new();
        let err = drain(stream(vec![Ok(vec![1]), failed]), "ec2:DescribeInstances", |page| {
            seen.extend(page);
        })
        .await
        .expect_err("the second page failed");
        assert_eq!(seen, [1]);
        assert_eq!((err.operation, err.kind), ("ec2:DescribeInstances", AwsErrorKind::Throttled));
        assert_eq!(err.reason(), "RequestLimitExceeded: slow");
    }
}
