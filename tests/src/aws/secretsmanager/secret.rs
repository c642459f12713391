//! One secret: what is written of it, and what reads see of that. Answers no call.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{
    rotation::Job,
    schedule::Rules,
    versions::{SecretValue, Version, Versions},
};

/// How long `GetSecretValue` goes on answering from before a change of values or labels.
/// Everything else sees changes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lag {
    #[default]
    None,
    /// For so many reads of the secret.
    Reads(u32),
    For(SignedDuration),
}

/// One secret. Tests set what no call of the service can.
#[derive(Debug, Clone)]
pub struct Secret {
    pub name: String,
    pub arn: String,
    pub description: Option<String>,
    pub kms_key_id: Option<String>,
    pub tags: BTreeMap<String, String>,
    /// The service that manages the secret, e.g. `rds`; nobody else may change it.
    pub owning_service: Option<String>,
    /// In a replica another region than its own.
    pub primary_region: Option<String>,
    pub replicas: Vec<Replica>,
    /// The caller may not use the KMS key: values can be neither read nor written.
    pub key_is_denied: bool,
    pub created: Timestamp,
    pub changed: Timestamp,
    /// To the day.
    pub accessed: Option<Timestamp>,
    /// When it will be gone, if it is marked for deletion.
    pub deleted: Option<Timestamp>,
    /// None until rotation was configured for the first time.
    pub rotation_enabled: Option<bool>,
    /// The ARN of the rotation function.
    pub rotation_function: Option<String>,
    pub rotation_rules: Option<Rules>,
    pub last_rotated: Option<Timestamp>,
    pub next_rotation: Option<Timestamp>,
    /// The rotation that is going on.
    pub(super) job: Option<Job>,
    pub(super) versions: Versions,
    stale: Option<Stale>,
}

/// A copy of a secret in another region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    pub region: String,
    /// `InSync`, `InProgress` or `Failed`.
    pub status: &'static str,
}

/// What reads see until they see the changes.
#[derive(Debug, Clone)]
struct Stale {
    versions: Versions,
    rest: Lag,
    since: Timestamp,
}

impl Secret {
    pub(super) fn new(name: &str, arn: String, now: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            arn,
            description: None,
            kms_key_id: None,
            tags: BTreeMap::new(),
            owning_service: None,
            primary_region: None,
            replicas: Vec::new(),
            key_is_denied: false,
            created: now,
            changed: now,
            accessed: None,
            deleted: None,
            rotation_enabled: None,
            rotation_function: None,
            rotation_rules: None,
            last_rotated: None,
            next_rotation: None,
            job: None,
            versions: Versions::default(),
            stale: None,
        }
    }

    /// The version with this id, also if it has lost its labels.
    pub fn version(&self, id: &str) -> Option<&Version> {
        self.versions.get(id)
    }

    /// The id of the version with this label.
    pub fn holder(&self, stage: &str) -> Option<&str> {
        self.versions.holder(stage)
    }

    /// The text of the version with this label.
    pub fn text(&self, stage: &str) -> Option<&str> {
        match self.versions.get(self.holder(stage)?)?.value.as_ref()? {
            SecretValue::Text(text) => Some(text),
            SecretValue::Binary(_) => None,
        }
    }

    /// Writes a version past all rules, and moves these labels to it as AWS would.
    pub fn set(&mut self, id: &str, value: Option<SecretValue>, stages: &[&str], now: Timestamp) {
        self.versions.insert(id, Version::new(value, now));
        for stage in stages {
            self.versions.attach(stage, id);
        }
        self.changed = now;
    }

    /// Takes a label off whatever version has it, past all rules.
    pub fn unset(&mut self, stage: &str) {
        self.versions.detach(stage);
    }

    /// Comes before a change that reads see only after the lag.
    pub(super) fn remember(&mut self, lag: Lag, now: Timestamp) {
        if lag == Lag::None {
            return;
        }
        let versions = match self.stale.take() {
            // Reads have not even seen the change before this one.
            Some(stale) if !stale.is_over(now) => stale.versions,
            _ => self.versions.clone(),
        };
        self.stale = Some(Stale { versions, rest: lag, since: now });
    }

    /// The versions as one read sees them.
    pub(super) fn read(&mut self, now: Timestamp) -> &Versions {
        self.stale.take_if(|stale| stale.is_over(now));
        let Some(stale) = &mut self.stale else { return &self.versions };
        if let Lag::Reads(n_reads) = &mut stale.rest {
            *n_reads -= 1;
        }
        &stale.versions
    }

    /// Remembers the day on which a version was read.
    pub(super) fn note_access(&mut self, id: &str, now: Timestamp) {
        let day = SignedDuration::from_hours(24).as_secs();
        let secs = now.as_second().div_euclid(day) * day;
        let midnight = Timestamp::from_second(secs).unwrap_or(now);
        self.accessed = Some(midnight);
        if let Some(version) = self.versions.get_mut(id) {
            version.accessed = Some(midnight);
        }
    }
}

impl Stale {
    fn is_over(&self, now: Timestamp) -> bool {
        match self.rest {
            Lag::None | Lag::Reads(0) => true,
            Lag::Reads(_) => false,
            Lag::For(duration) => now.duration_since(self.since) >= duration,
        }
    }
}
