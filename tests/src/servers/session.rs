//! A connection that a test keeps, as an application does. Blocks until the server has answered.

use std::sync::Arc;

use tokio::runtime::Runtime;

use super::client::Client;

/// The values of one row as text, nothing for `NULL`.
pub type Row = Vec<Option<String>>;

/// Logged in until dropped.
#[derive(Debug)]
pub struct Session {
    runtime: Arc<Runtime>,
    client: Option<Client>,
}

impl Session {
    pub(super) fn new(runtime: Arc<Runtime>, client: Client) -> Self {
        Self { runtime, client: Some(client) }
    }

    pub fn query(&mut self, sql: &str) -> anyhow::Result<Vec<Row>> {
        match &mut self.client {
            Some(client) => self.runtime.block_on(client.query(sql)),
            None => Ok(Vec::new()),
        }
    }

    pub fn execute(&mut self, sql: &str) -> anyhow::Result<()> {
        self.query(sql).map(drop)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            self.runtime.block_on(client.close());
        }
    }
}
