//! Whether a step may do anything at all: the labels of the secret's versions decide, before the
//! step is even looked at. Changes nothing.

use std::{collections::BTreeMap, fmt};

use shared::error::quoted;

use crate::fault::{Code, Fault};

pub const CURRENT: &str = "AWSCURRENT";
pub const PENDING: &str = "AWSPENDING";
pub const PREVIOUS: &str = "AWSPREVIOUS";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Create,
    Set,
    Test,
    Finish,
}

impl Step {
    /// AWS sends `createSecret`; its guide also writes `create_secret`.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "createSecret" | "create_secret" => Some(Self::Create),
            "setSecret" | "set_secret" => Some(Self::Set),
            "testSecret" | "test_secret" => Some(Self::Test),
            "finishSecret" | "finish_secret" => Some(Self::Finish),
            _ => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "createSecret",
            Self::Set => "setSecret",
            Self::Test => "testSecret",
            Self::Finish => "finishSecret",
        })
    }
}

/// A secret as `DescribeSecret` shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    pub arn: String,
    pub name: String,
    pub is_deleted: bool,
    /// `None` where AWS does not say, which is no refusal.
    pub rotation_enabled: Option<bool>,
    pub owning_service: Option<String>,
    pub primary_region: Option<String>,
    /// When anything of it changed last.
    pub last_changed: Option<String>,
    pub replicas: Vec<Replica>,
    /// The labels of each version that has any.
    pub stages: BTreeMap<String, Vec<String>>,
    pub tags: BTreeMap<String, String>,
}

/// A copy of the secret in another region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replica {
    pub region: String,
    /// `InSync`, `InProgress` or `Failed`.
    pub status: String,
    pub message: Option<String>,
}

impl Described {
    /// The version that carries a label.
    pub fn version(&self, label: &str) -> Option<&str> {
        let mut versions = self.stages.iter();
        versions.find(|(_, labels)| labels.iter().any(|it| it == label)).map(|(id, _)| id.as_str())
    }

    pub fn is_pending(&self, version: &str) -> bool {
        self.has(version, PENDING) == Some(true)
    }

    fn has(&self, version: &str, label: &str) -> Option<bool> {
        self.stages.get(version).map(|labels| labels.iter().any(|it| it == label))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    Open(Step),
    /// A step of a rotation that has finished: repeated, late, or the reply was lost.
    AlreadyCurrent,
}

/// Whether the secret may be rotated at all, whatever its labels.
pub fn secret_allows(secret: &Described, region: &str) -> Result<(), Fault> {
    let name = &secret.name;
    let refuse = |code, what: &str| Err(Fault::new(code, format!("`{name}` {what}")));
    if secret.is_deleted {
        return refuse(Code::SecretDeleted, "is marked for deletion");
    }
    if let Some(service) = &secret.owning_service {
        return refuse(Code::ManagedSecret, &format!("belongs to the service `{service}`"));
    }
    if let Some(primary) = secret.primary_region.as_deref().filter(|primary| *primary != region) {
        return refuse(Code::Replica, &format!("is a replica; its primary is in {primary}"));
    }
    if secret.rotation_enabled == Some(false) {
        return refuse(Code::RotationDisabled, "has its rotation disabled");
    }
    Ok(())
}

pub fn gate(secret: &Described, token: &str, step: &str, region: &str) -> Result<Gate, Fault> {
    secret_allows(secret, region)?;
    let name = &secret.name;
    let refuse = |code, what: &str| Err(Fault::new(code, format!("`{name}` {what}")));
    match (secret.has(token, CURRENT), secret.has(token, PENDING)) {
        (None, _) | (_, None) => {
            return refuse(Code::TokenUnknown, &format!("has no label on the version {token}"));
        }
        (Some(true), _) => return Ok(Gate::AlreadyCurrent),
        (Some(false), Some(false)) => {
            return refuse(Code::TokenNotPending, &format!("has {PENDING} not on {token}"));
        }
        (Some(false), Some(true)) => (),
    }
    Step::parse(step).map(Gate::Open).ok_or_else(|| {
        const STEPS: &str = "createSecret, setSecret, testSecret and finishSecret";
        Fault::new(Code::BadEvent, format!("`{}` is not a step: there are {STEPS}", quoted(step)))
    })
}

#[cfg(test)]
mod tests {
    use shared::error::FaultCode as _;

    use super::*;

    fn secret(stages: &[(&str, &[&str])]) -> Described {
        let stages = stages.iter().map(|(id, labels)| {
            ((*id).to_owned(), labels.iter().map(|label| (*label).to_owned()).collect())
        });
        Described {
            name: "app".to_owned(),
            rotation_enabled: Some(true),
            stages: stages.collect(),
            ..Described::default()
        }
    }

    #[track_caller]
    fn check(secret: &Described, step: &str, expected: &str) {
        let found = match gate(secret, "T", step, "eu-west-1") {
            Ok(Gate::Open(step)) => format!("open {step}"),
            Ok(Gate::AlreadyCurrent) => "nothing".to_owned(),
            Err(fault) => fault.code.name().to_owned(),
        };
        assert_eq!(found, expected);
    }

    /// Table b.1.
    #[test]
    fn labels_decide_before_the_step_is_looked_at() {
        let healthy = secret(&[("C", &[CURRENT]), ("T", &[PENDING])]);
        for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
            check(&healthy, step, &format!("open {step}"));
        }
        check(&healthy, "create_secret", "open createSecret");
        check(&healthy, "rollback", "BadEvent");
        check(&healthy, "", "BadEvent");
        check(&secret(&[("T", &[CURRENT])]), "rollback", "nothing");
    }

    #[test]
    fn f26_an_unknown_token_is_refused() {
        check(&secret(&[("C", &[CURRENT])]), "createSecret", "E_TOKEN_UNKNOWN");
    }

    #[test]
    fn f27_a_token_that_was_current_once_is_refused() {
        let secret = secret(&[("C", &[CURRENT]), ("T", &[PREVIOUS])]);
        check(&secret, "setSecret", "E_TOKEN_NOT_PENDING");
    }

    #[test]
    fn f28_a_token_that_is_current_is_done_whatever_else_it_is() {
        check(&secret(&[("T", &[CURRENT, PENDING])]), "finishSecret", "nothing");
        check(&secret(&[("T", &[PENDING, CURRENT])]), "createSecret", "nothing");
    }

    #[test]
    fn f29_a_token_that_another_rotation_has_replaced_is_unknown() {
        let secret = secret(&[("C", &[CURRENT]), ("U", &[PENDING])]);
        check(&secret, "setSecret", "E_TOKEN_UNKNOWN");
    }

    #[test]
    fn f30_disabled_rotation_is_refused() {
        let mut secret = secret(&[("C", &[CURRENT]), ("T", &[PENDING])]);
        secret.rotation_enabled = Some(false);
        check(&secret, "createSecret", "E_ROTATION_DISABLED");
    }

    #[test]
    fn f31_rotation_that_aws_says_nothing_of_goes_on() {
        let mut secret = secret(&[("C", &[CURRENT]), ("T", &[PENDING])]);
        secret.rotation_enabled = None;
        check(&secret, "createSecret", "open createSecret");
    }

    #[test]
    fn f86_a_replica_is_rotated_where_its_primary_is() {
        let mut secret = secret(&[("C", &[CURRENT]), ("T", &[PENDING])]);
        secret.primary_region = Some("us-east-1".to_owned());
        check(&secret, "createSecret", "E_REPLICA");
        secret.primary_region = Some("eu-west-1".to_owned());
        check(&secret, "createSecret", "open createSecret");
    }

    #[test]
    fn secrets_that_are_not_ours_to_rotate_are_refused() {
        let mut deleted = secret(&[("T", &[PENDING])]);
        deleted.is_deleted = true;
        check(&deleted, "createSecret", "E_SECRET_DELETED");
        let mut managed = secret(&[("T", &[PENDING])]);
        managed.owning_service = Some("rds".to_owned());
        check(&managed, "createSecret", "E_MANAGED_SECRET");
    }
}
