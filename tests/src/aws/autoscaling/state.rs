//! The Auto Scaling groups of one account in one region. State only: it answers no call.

use std::collections::BTreeMap;

use super::group::{Group, Timings};
use crate::aws::page::Paging;

/// What one account has of Auto Scaling in one region.
#[derive(Debug, Default)]
pub struct State {
    pub timings: Timings,
    pub paging: Paging,
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) n_created: u64,
}

impl State {
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.get(name)
    }

    pub fn group_mut(&mut self, name: &str) -> Option<&mut Group> {
        self.groups.get_mut(name)
    }
}
