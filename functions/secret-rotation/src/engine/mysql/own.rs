//! A user of MySQL or MariaDB changes its own password. Needs no rights but to add a second one.

use super::{
    Refused, Session,
    account::Account,
    errors,
    methods::{ED25519, NATIVE, hash},
    sql::{self, Said},
};
use crate::{
    fault::{Code, Fault},
    hidden::Hidden,
};

const WHAT: &str = "the change of the password";

/// MariaDB. It refuses a hash that is not one of the user's plugin, which is how we learn which that
/// is: who has to change an expired password may look at nothing.
pub(super) async fn set(session: &mut Session, password: &Hidden) -> Result<(), Fault> {
    let mut refused = None;
    for plugin in [NATIVE, ED25519] {
        let hash = hash(plugin, password).unwrap_or_default();
        let sql = sql::change_own(&Said::SetPassword { hash });
        match session.run(WHAT, &sql, &[password]).await {
            Err(Refused { number: Some(errors::WRONG_HASH), fault }) => refused = Some(fault),
            other => return Ok(other?),
        }
    }
    Err(match refused {
        Some(fault) => fault.recoded(Code::DbPlugin),
        None => Fault::new(Code::DbPlugin, "no plugin was tried"),
    })
}

/// MySQL. The password that we came with is said only where the account demands it: version 5.7 does
/// not know how.
pub(super) async fn alter(session: &mut Session, password: &Hidden) -> Result<(), Fault> {
    match run(session, password, false, false).await {
        Err(Refused { number: Some(errors::NEEDS_CURRENT), .. }) => {
            Ok(run(session, password, true, false).await?)
        }
        other => Ok(other?),
    }
}

/// MySQL: a second password. Asking for it twice would end the first, so the password that we came
/// with is said along: the server refuses to go on if that is not the user's first one any more.
pub(super) async fn add(session: &mut Session, password: &Hidden) -> Result<(), Fault> {
    match run(session, password, true, true).await {
        Err(Refused { fault, .. }) if fault.code == Code::DbPrivilege => {
            let account = session.text("a look at the account", "SELECT CURRENT_USER()").await?;
            let account = account.as_deref().and_then(Account::parse);
            let account = account.map_or_else(|| "the user".to_owned(), |it| it.to_string());
            let grant = format!("GRANT APPLICATION_PASSWORD_ADMIN ON *.* TO {account}");
            Err(Fault::new(Code::DbPrivilege, format!("{}; run `{grant}`", fault.what())))
        }
        // It is the second, then, and goes on to be that. The first is the pending one already, or
        // that of a rotation that was given up.
        Err(Refused { number: Some(errors::NOT_THE_FIRST), .. }) => {
            Ok(run(session, password, false, false).await?)
        }
        other => Ok(other?),
    }
}

async fn run(
    session: &mut Session,
    password: &Hidden,
    says_old: bool,
    retain: bool,
) -> Result<(), Refused> {
    let old = session.login.password.clone();
    let said =
        Said::AlterOwn { password: password.clone(), old: says_old.then(|| old.clone()), retain };
    session.run(WHAT, &sql::change_own(&said), &[password, &old]).await
}
