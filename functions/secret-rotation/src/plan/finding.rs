//! What a look at a secret and its database has found, as a sentence. Asks nobody.

use crate::fault::Fault;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    Fine(String),
    /// A rotation would succeed, and somebody should know.
    Warning(String),
    Wrong(String),
}

impl From<Fault> for Finding {
    fn from(fault: Fault) -> Self {
        Self::Wrong(fault.coded())
    }
}
