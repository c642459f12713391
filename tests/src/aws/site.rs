//! Where and when a call acts: account, region, instant. Names things there; holds no state.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use jiff::Timestamp;

/// The account and region whose world a call sees, and its time.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    pub account: &'a str,
    pub region: &'a str,
    pub now: Timestamp,
}

impl Site<'_> {
    /// `arn:aws:<service>:<region>:<account>:<resource>`
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }

    /// 16 hexadecimal digits for the `number`-th thing made here: the same in every run, and
    /// different between accounts and regions.
    pub fn digits(&self, number: u64) -> String {
        let mut hasher = DefaultHasher::new();
        (self.account, self.region, number).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }
}

/// `2026-06-01T17:00:00.000Z`, as every query protocol writes an instant.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
