//! IAM policies: what a role may do, and who may assume it. Decides from values only; knows
//! neither services nor the network.

mod condition;
mod context;
mod decide;
mod keys;
mod pattern;
mod statement;
mod variable;

pub use context::Context;
pub use decide::{Grant, Refused};
pub use statement::{Effect, Statement, parse_document};

/// A role: its permissions and its trust.
#[derive(Debug, Clone, Default)]
pub struct Role {
    pub account: String,
    pub name: String,
    /// The statements of all its policies.
    pub permissions: Vec<Statement>,
    /// The statements of its trust policy.
    pub trust: Vec<Statement>,
}

impl Role {
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:role/{}", self.account, self.name)
    }

    pub fn session_arn(&self, session_name: &str) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{session_name}", self.account, self.name)
    }

    /// The unique id as in a session's user id; derived from the name, so that it is stable.
    pub fn id(&self) -> String {
        let letters = self.name.bytes().filter(u8::is_ascii_alphanumeric);
        let tail: String = letters.map(|byte| char::from(byte.to_ascii_uppercase())).collect();
        format!("AROA{tail:0<17.17}")
    }
}
