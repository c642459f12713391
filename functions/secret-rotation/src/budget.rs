//! How long anything may take: every connection, handshake and query ends before the function does,
//! because both database clients wait for a silent server for ever.

use std::{future::Future, time::Duration};

use shared::deadline::Deadline;
use tokio::time::timeout;

use crate::fault::{Code, Fault};

/// A database that is there answers sooner.
const LONGEST_LOGIN: Duration = Duration::from_secs(10);
const LONGEST_QUERY: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, Copy)]
pub struct Budget(Deadline);

impl Budget {
    pub fn new(deadline: Deadline) -> Self {
        Self(deadline)
    }

    /// How long a query may take. The database is told, so that it gives up before we do.
    pub fn query(self) -> Duration {
        self.0.left().min(LONGEST_QUERY)
    }

    pub async fn login<T, E: From<Fault>>(
        self,
        to_whom: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        within(self.0.left().min(LONGEST_LOGIN), &format!("the login of {to_whom}"), work).await
    }

    pub async fn run<T, E: From<Fault>>(
        self,
        what: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        within(self.query(), what, work).await
    }
}

async fn within<T, E: From<Fault>>(
    limit: Duration,
    what: &str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let Ok(result) = timeout(limit, work).await else {
        let what = format!("{what} had no answer within {:.1} s", limit.as_secs_f64());
        return Err(Fault::new(Code::DbTimeout, what).into());
    };
    result
}
