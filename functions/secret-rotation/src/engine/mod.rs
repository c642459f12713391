//! What a rotation asks of a database, whichever it is.

pub mod mysql;
pub mod postgres;
pub mod tls;

pub use crate::plan::finding::Finding;
use crate::{budget::Budget, fault::Fault, plan::set::Strategy, secret::login::Login};

/// Why a login failed. Only the first lets the rotation try another password.
#[derive(Debug)]
pub enum Refusal {
    WrongPassword(Fault),
    /// The password was right and is too old.
    Expired(Fault),
    /// The password was right and something else is not, or nobody knows.
    Other(Fault),
}

impl Refusal {
    pub fn into_fault(self) -> Fault {
        match self {
            Self::WrongPassword(fault) | Self::Expired(fault) | Self::Other(fault) => fault,
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Other(fault)
    }
}

/// Two users that take turns. `owner` is the first of them.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    pub current: &'a Login,
    /// The account of the current user, as the engine says.
    pub account: &'a str,
    pub pending: &'a Login,
    pub owner: &'a str,
}

#[expect(async_fn_in_trait, reason = "everything runs on one thread")]
pub trait Engine {
    type Session;

    async fn log_in(&self, login: &Login, budget: Budget) -> Result<Self::Session, Refusal>;

    /// Waits until no other step of the same secret is at work on this database. The lock ends with
    /// the session.
    async fn lock(&self, session: &mut Self::Session, secret: &str) -> Result<(), Fault>;

    /// Gives the user of the session the password of `pending`. With [`Strategy::Dual`], the old
    /// one goes on to work, also when the same is asked for again.
    async fn change_own(
        &self,
        session: &mut Self::Session,
        pending: &Login,
        strategy: Strategy,
    ) -> Result<(), Fault>;

    /// The same for another user, whose account is `account` where it has been in to say so.
    /// `current` is the password that the secret has, and the database perhaps not.
    async fn change_other(
        &self,
        session: &mut Self::Session,
        account: Option<&str>,
        current: &Login,
        pending: &Login,
        strategy: Strategy,
    ) -> Result<(), Fault>;

    /// The account that the session is: a name, and for MySQL the host that it may come from.
    async fn account(&self, session: &mut Self::Session) -> Result<String, Fault>;

    /// Makes the other user, or brings it up to date: password, rights, limits, ownership.
    async fn prepare_clone(&self, session: &mut Self::Session, turn: Turn<'_>)
    -> Result<(), Fault>;

    /// The user whom the database takes the session for.
    async fn user(&self, session: &mut Self::Session) -> Result<String, Fault>;

    /// A query of the operator's, whose rows nobody needs.
    async fn query(&self, session: &mut Self::Session, what: &str, sql: &str) -> Result<(), Fault>;

    /// Whether a second password needs an admin.
    fn dual_needs_admin(&self, session: &Self::Session) -> bool;

    /// What an admin would find missing.
    async fn examine(
        &self,
        session: &mut Self::Session,
        turn: Turn<'_>,
        strategy: Strategy,
    ) -> Result<Vec<Finding>, Fault>;

    /// What the user itself would find: the server's version, whether it may be written to, and the
    /// rights that are missing.
    async fn examine_own(
        &self,
        session: &mut Self::Session,
        strategy: Strategy,
    ) -> Result<Vec<Finding>, Fault>;

    /// Whether a server of this engine can be set up to take any password.
    fn may_take_any_password(&self) -> bool;
}
