//! The versions of one secret and their staging labels. Pure: no call, no clock.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

pub(super) const CURRENT: &str = "AWSCURRENT";
pub(super) const PENDING: &str = "AWSPENDING";
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";

/// AWS keeps about a hundred versions without labels, and removes none of the last day.
const MOST_UNLABELLED: usize = 100;
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What a version holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretValue {
    Text(String),
    /// In base64, as it travels.
    Binary(String),
}

/// One version of a secret.
#[derive(Debug, Clone)]
pub struct Version {
    /// None in the placeholder that `RotateSecret` registers.
    pub value: Option<SecretValue>,
    pub stages: BTreeSet<String>,
    pub created: Timestamp,
    /// To the day.
    pub accessed: Option<Timestamp>,
}

impl Version {
    pub(super) fn new(value: Option<SecretValue>, created: Timestamp) -> Self {
        Self { value, stages: BTreeSet::new(), created, accessed: None }
    }

    pub(super) fn has(&self, stage: &str) -> bool {
        self.stages.contains(stage)
    }
}

/// All versions of a secret. Each label is on one of them at most.
#[derive(Debug, Clone, Default)]
pub(super) struct Versions(BTreeMap<String, Version>);

impl Versions {
    pub(super) fn get(&self, id: &str) -> Option<&Version> {
        self.0.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Version> {
        self.0.get_mut(id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// By their creation, the oldest first.
    pub(super) fn in_order(&self) -> Vec<(&str, &Version)> {
        let mut versions: Vec<_> = self.labelled_or_not().collect();
        versions.sort_by_key(|(_, version)| version.created);
        versions
    }

    /// Those that have labels: the only ones that AWS shows unasked.
    pub(super) fn labelled(&self) -> impl Iterator<Item = (&str, &Version)> {
        self.labelled_or_not().filter(|(_, version)| !version.stages.is_empty())
    }

    /// The id of the version with this label.
    pub(super) fn holder(&self, stage: &str) -> Option<&str> {
        let mut all = self.labelled_or_not();
        all.find(|(_, version)| version.has(stage)).map(|(id, _)| id)
    }

    /// The version of a rotation that has not become the current one.
    pub(super) fn unfinished(&self) -> Option<&str> {
        let id = self.holder(PENDING)?;
        self.get(id).is_some_and(|version| !version.has(CURRENT)).then_some(id)
    }

    pub(super) fn insert(&mut self, id: &str, version: Version) {
        self.0.insert(id.to_owned(), version);
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }

    /// Puts a label on a version and takes it off the one that had it. The version that was current
    /// until then becomes the previous one.
    pub(super) fn attach(&mut self, stage: &str, id: &str) {
        let holder = self.holder(stage).map(ToOwned::to_owned);
        if holder.as_deref() == Some(id) {
            return;
        }
        self.detach(stage);
        if let Some(version) = self.0.get_mut(id) {
            version.stages.insert(stage.to_owned());
        }
        if let Some(holder) = holder.filter(|_| stage == CURRENT) {
            self.attach(PREVIOUS, &holder);
        }
    }

    pub(super) fn detach(&mut self, stage: &str) {
        for version in self.0.values_mut() {
            version.stages.remove(stage);
        }
    }

    pub(super) fn n_labels(&self) -> usize {
        self.0.values().map(|version| version.stages.len()).sum()
    }

    /// Removes what AWS would have removed by now.
    pub(super) fn forget(&mut self, now: Timestamp) {
        let unlabelled: Vec<(Timestamp, String)> = self
            .in_order()
            .into_iter()
            .filter(|(_, version)| version.stages.is_empty())
            .map(|(id, version)| (version.created, id.to_owned()))
            .collect();
        let n_surplus = unlabelled.len().saturating_sub(MOST_UNLABELLED);
        for (created, id) in unlabelled.into_iter().take(n_surplus) {
            if now.duration_since(created) > KEPT {
                self.0.remove(&id);
            }
        }
    }

    fn labelled_or_not(&self) -> impl Iterator<Item = (&str, &Version)> {
        self.0.iter().map(|(id, version)| (id.as_str(), version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(ids: &[&str]) -> Versions {
        let mut versions = Versions::default();
        for id in ids {
            versions.insert(id, Version::new(None, Timestamp::UNIX_EPOCH));
        }
        versions
    }

    #[track_caller]
    fn check(versions: &Versions, expected: &[(&str, &[&str])]) {
        let labels: Vec<(&str, Vec<&str>)> = versions
            .labelled()
            .map(|(id, version)| (id, version.stages.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(&str, Vec<&str>)> =
            expected.iter().map(|(id, stages)| (*id, stages.to_vec())).collect();
        assert_eq!(labels, expected);
    }

    #[test]
    fn the_label_of_the_current_version_leaves_the_previous_one_behind() {
        let mut versions = versions(&["a", "b", "c"]);
        versions.attach(CURRENT, "a");
        check(&versions, &[("a", &[CURRENT])]);
        versions.attach(CURRENT, "b");
        check(&versions, &[("a", &[PREVIOUS]), ("b", &[CURRENT])]);
        versions.attach(CURRENT, "b");
        check(&versions, &[("a", &[PREVIOUS]), ("b", &[CURRENT])]);
        versions.attach(CURRENT, "c");
        check(&versions, &[("b", &[PREVIOUS]), ("c", &[CURRENT])]);
        // Back again: the two change places.
        versions.attach(CURRENT, "b");
        check(&versions, &[("b", &[CURRENT]), ("c", &[PREVIOUS])]);
    }

    #[test]
    fn a_rotation_is_finished_when_its_version_is_current() {
        let mut versions = versions(&["a", "b"]);
        versions.attach(CURRENT, "a");
        assert_eq!(versions.unfinished(), None);
        versions.attach(PENDING, "b");
        assert_eq!(versions.unfinished(), Some("b"));
        versions.attach(CURRENT, "b");
        assert_eq!(versions.unfinished(), None);
        check(&versions, &[("a", &[PREVIOUS]), ("b", &[CURRENT, PENDING])]);
    }

    #[test]
    fn versions_without_labels_are_kept_for_a_day_and_a_hundred_of_them_for_longer() {
        let ids: Vec<String> = (0..102).map(|number| format!("{number:03}")).collect();
        let mut versions = Versions::default();
        for (number, id) in (0..).zip(&ids) {
            let created = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(number);
            versions.insert(id, Version::new(None, created));
        }
        versions.forget(Timestamp::UNIX_EPOCH + KEPT);
        assert_eq!(versions.0.len(), 102);
        versions.forget(Timestamp::UNIX_EPOCH + KEPT + SignedDuration::from_secs(1));
        assert_eq!(versions.0.len(), 101);
        versions.attach("kept", "001");
        versions.forget(Timestamp::UNIX_EPOCH + KEPT + KEPT);
        assert_eq!(versions.0.keys().next().map(String::as_str), Some("001"));
    }
}
