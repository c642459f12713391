//! The secrets of one account in one region, and how the service behaves there. Answers no call.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    error, id,
    secret::{Lag, Secret},
    versions::{CURRENT, SecretValue},
};
use crate::aws::{call::ServiceError, page::Paging, site::Site};

/// What one account has of this service in one region.
#[derive(Debug, Default)]
pub struct State {
    pub paging: Paging,
    pub lag: Lag,
    /// After a rotation the label `AWSPENDING` is removed. Otherwise it stays beside `AWSCURRENT`.
    /// AWS has been seen to do the one and documents the other, so a function must bear both.
    pub clears_pending: bool,
    /// The events of a rotation have no `RotationToken`, as they had before there were any.
    pub omits_rotation_token: bool,
    /// The value of a rotation is taken with its `RotationToken` only, as when the function writes
    /// through a role that it has assumed.
    pub demands_rotation_token: bool,
    secrets: BTreeMap<String, Secret>,
    n_named: u64,
    /// Functions whose own policy keeps Secrets Manager out.
    closed_functions: BTreeSet<String>,
}

impl State {
    /// Puts a secret into the world, past all rules, and returns its ARN. The version has the id
    /// `00000000-0000-4000-8000-00000000000n`, n being the number of secrets made here.
    pub fn add(&mut self, site: &Site<'_>, name: &str, text: &str) -> String {
        let secret = self.create(site, name);
        let arn = secret.arn.clone();
        let value = SecretValue::Text(text.to_owned());
        let number = self.n_named;
        let version = format!("00000000-0000-4000-8000-{number:012}");
        if let Some(secret) = self.secrets.get_mut(name) {
            secret.set(&version, Some(value), &[CURRENT], site.now);
        }
        arn
    }

    /// A secret by its name or ARN, whole or without the suffix.
    pub fn secret(&self, name_or_arn: &str) -> Option<&Secret> {
        self.secrets.get(self.name_of(local(name_or_arn))?)
    }

    pub fn secret_mut(&mut self, name_or_arn: &str) -> Option<&mut Secret> {
        let name = self.name_of(local(name_or_arn))?.to_owned();
        self.secrets.get_mut(&name)
    }

    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.secrets.values()
    }

    /// Makes the policy of a function refuse or allow Secrets Manager; they allow it unless told.
    pub fn close_function(&mut self, arn: &str) {
        self.closed_functions.insert(arn.to_owned());
    }

    pub fn open_function(&mut self, arn: &str) {
        self.closed_functions.remove(arn);
    }

    pub(super) fn may_invoke(&self, function: &str) -> bool {
        !self.closed_functions.contains(function)
    }

    /// The secret that a call means, marked for deletion or not.
    pub(super) fn find(&mut self, site: &Site<'_>, id: &str) -> Result<&mut Secret, ServiceError> {
        self.bury(site.now);
        let name = self.name_of(id::local_part(site, id)?).ok_or_else(error::not_found)?.to_owned();
        self.secrets.get_mut(&name).ok_or_else(error::not_found)
    }

    /// The secret that a call wants to read.
    pub(super) fn find_alive(
        &mut self,
        site: &Site<'_>,
        id: &str,
    ) -> Result<&mut Secret, ServiceError> {
        let secret = self.find(site, id)?;
        if secret.deleted.is_some() {
            return Err(error::marked_for_deletion());
        }
        Ok(secret)
    }

    /// The secret that a call wants to change.
    pub(super) fn find_own(
        &mut self,
        site: &Site<'_>,
        id: &str,
    ) -> Result<&mut Secret, ServiceError> {
        let region = site.region.to_owned();
        let secret = self.find_alive(site, id)?;
        if secret.primary_region.as_ref().is_some_and(|primary| *primary != region) {
            return Err(error::is_replica());
        }
        if let Some(service) = &secret.owning_service {
            return Err(error::is_managed(service));
        }
        Ok(secret)
    }

    pub(super) fn by_name(&mut self, site: &Site<'_>, name: &str) -> Option<&Secret> {
        self.bury(site.now);
        self.secrets.get(name)
    }

    /// The ARN that a secret of this name would get.
    pub(super) fn next_arn(&self, site: &Site<'_>, name: &str) -> String {
        id::arn(site, name, self.n_named + 1)
    }

    /// An empty secret.
    pub(super) fn create(&mut self, site: &Site<'_>, name: &str) -> &mut Secret {
        let arn = self.next_arn(site, name);
        self.n_named += 1;
        self.secrets.remove(name);
        self.secrets.entry(name.to_owned()).or_insert_with(|| Secret::new(name, arn, site.now))
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.secrets.remove(name);
    }

    /// A token for a version that AWS makes by itself.
    pub(super) fn fresh_token(&mut self, site: &Site<'_>) -> String {
        self.n_named += 1;
        id::uuid(site, self.n_named)
    }

    /// The name of a secret by what follows `:secret:` in its ARN, with or without the suffix.
    fn name_of<'s>(&'s self, local: &'s str) -> Option<&'s str> {
        if self.secrets.contains_key(local) {
            return Some(local);
        }
        let (name, _) = local.rsplit_once('-')?;
        let secret = self.secrets.get(name)?;
        secret.arn.ends_with(&format!(":{local}")).then_some(name)
    }

    /// Forgets what was deleted long enough ago.
    pub(super) fn bury(&mut self, now: Timestamp) {
        self.secrets.retain(|_, secret| secret.deleted.is_none_or(|gone| now < gone));
    }
}

fn local(name_or_arn: &str) -> &str {
    name_or_arn.split_once(":secret:").map_or(name_or_arn, |(_, rest)| rest)
}
