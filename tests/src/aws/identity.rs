//! Who a caller is: the all-powerful local hand, a function's role, or the session of an assumed
//! role. Says who and in which account; what they may do is `policy`'s.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{clock, credentials::Credentials, policy::Role, world::HOME_ACCOUNT};

/// The access key that may do everything in the home account: the demo's own hand, and a person
/// trying things.
pub const LOCAL_KEY: &str = "local";

/// The secret of every key but those of sessions. Only S3 verifies signatures.
pub const SECRET_KEY: &str = "local";

/// The one who makes a call.
#[derive(Debug, Clone)]
pub struct Caller {
    pub account: String,
    pub arn: String,
    pub user_id: String,
    /// The id of the organization that the account is in, if any.
    pub organization: Option<&'static str>,
    /// Whose policies decide. Without one, everything is allowed.
    pub role: Option<Arc<Role>>,
}

/// Why an access key is nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    AccessKey,
    SessionToken,
    Expired,
}

/// Everybody the local AWS knows.
#[derive(Debug, Default)]
pub struct Identities {
    /// By the function's name, which is its access key.
    functions: BTreeMap<String, Arc<Role>>,
    roles: BTreeMap<(String, String), Arc<Role>>,
    /// By access key.
    sessions: BTreeMap<String, Session>,
}

/// The credentials that `AssumeRole` hands out.
#[derive(Debug, Clone)]
pub struct Session {
    pub access_key: String,
    pub secret_key: String,
    pub token: String,
    /// By the machine's clock: the SDKs compare it with theirs.
    pub expires: Timestamp,
    pub role: Arc<Role>,
    pub name: String,
}

impl Identities {
    /// Lets a function call with its name as access key, restricted to its role.
    pub fn add_function(&mut self, name: &str, role: Role) {
        self.functions.insert(name.to_owned(), Arc::new(role));
    }

    /// Makes a role exist in an account, for those it trusts to assume.
    pub fn add_role(&mut self, role: Role) {
        self.roles.insert((role.account.clone(), role.name.clone()), Arc::new(role));
    }

    /// The role of an ARN `arn:aws:iam::<account>:role/<name>`.
    pub fn role(&self, arn: &str) -> Option<&Arc<Role>> {
        let (account, path) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
        let name = path.rsplit('/').next()?;
        self.roles.get(&(account.to_owned(), name.to_owned())).filter(|role| role.arn() == arn)
    }

    pub fn open_session(&mut self, role: Arc<Role>, name: &str, duration_secs: i64) -> Session {
        let number = self.sessions.len() + 1;
        let access_key = format!("ASIALOCAL{number:011}");
        let expires = clock::machine_time()
            .saturating_add(jiff::SignedDuration::from_secs(duration_secs))
            .unwrap_or(Timestamp::MAX);
        let session = Session {
            secret_key: format!("secret/of/{access_key}"),
            token: format!("token//of//{access_key}"),
            access_key: access_key.clone(),
            expires,
            role,
            name: name.to_owned(),
        };
        self.sessions.insert(access_key, session.clone());
        session
    }

    /// Who signed with these credentials, as far as keys say it: [`World::caller`] knows more.
    ///
    /// [`World::caller`]: super::world::World::caller
    pub(super) fn caller(&self, credentials: &Credentials) -> Result<Caller, Unknown> {
        if let Some(session) = self.sessions.get(&credentials.access_key) {
            if credentials.session_token.as_deref() != Some(&session.token) {
                return Err(Unknown::SessionToken);
            }
            if session.expires <= clock::machine_time() {
                return Err(Unknown::Expired);
            }
        }
        self.caller_of_key(&credentials.access_key).ok_or(Unknown::AccessKey)
    }

    pub(super) fn secret_key(&self, access_key: &str) -> String {
        let session = self.sessions.get(access_key);
        session.map_or_else(|| SECRET_KEY.to_owned(), |session| session.secret_key.clone())
    }

    /// Whose access key this is. One of twelve digits is the all-powerful hand of the account of
    /// that number.
    pub(super) fn caller_of_key(&self, key: &str) -> Option<Caller> {
        let is_account = key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit());
        if key == LOCAL_KEY || is_account {
            let account = if is_account { key } else { HOME_ACCOUNT };
            return Some(Caller {
                account: account.to_owned(),
                arn: format!("arn:aws:iam::{account}:user/{LOCAL_KEY}"),
                user_id: format!("AIDALOCAL{account}"),
                organization: None,
                role: None,
            });
        }
        if let Some(role) = self.functions.get(key) {
            return Some(role_caller(role, key));
        }
        let session = self.sessions.get(key)?;
        Some(role_caller(&session.role, &session.name))
    }
}

fn role_caller(role: &Arc<Role>, session_name: &str) -> Caller {
    Caller {
        account: role.account.clone(),
        arn: role.session_arn(session_name),
        user_id: format!("{}:{session_name}", role.id()),
        organization: None,
        role: Some(Arc::clone(role)),
    }
}
