//! Two users that take turns on MySQL and MariaDB, and one user with two passwords. The second user
//! gets every right, role, limit and option of the first at every rotation, and loses what the first
//! does not have. The server does not undo half of it, so the next try does the whole again.

use super::{
    super::Turn,
    Session,
    account::{Account, Made},
    methods, rights, sql,
};
use crate::{
    fault::{Code, Fault},
    hidden::Hidden,
};

/// The account of a user that cannot log in to say which it is.
pub(super) async fn only_account(session: &mut Session, user: &str) -> Result<Account, Fault> {
    let sql = format!("SELECT host FROM mysql.user WHERE user = {}", sql::text(user));
    let mut hosts = ask(session, "a look at the users", &sql).await?;
    match (hosts.pop(), hosts.is_empty()) {
        (Some(host), true) => Ok(Account { user: user.to_owned(), host }),
        (None, _) => Err(Fault::new(Code::DbAuth, format!("there is no user `{user}`"))),
        (Some(last), false) => {
            hosts.push(last);
            let what = format!(
                "`{user}` may come from several hosts, {}, each of them a user of its own",
                hosts.join(", ")
            );
            Err(Fault::new(Code::DbAuth, what))
        }
    }
}

/// How an account will prove who it is: as before, with the new password.
pub(super) fn identified(session: &Session, made: &Made, new: &Hidden) -> Result<Hidden, Fault> {
    if !session.is_mariadb {
        return methods::identified(&made.methods, new);
    }
    let methods = methods::renewed(&made.methods, new)?;
    Ok(Hidden::new(methods::via(&methods)))
}

pub(super) async fn prepare(session: &mut Session, turn: Turn<'_>) -> Result<(), Fault> {
    let Turn { current, account, pending, owner } = turn;
    let Some(from) = Account::parse(account) else {
        let what = format!("the account `{account}` of {current} has no host");
        return Err(Fault::new(Code::DbRefused, what));
    };
    let to = Account { user: pending.username.clone(), host: from.host.clone() };
    // The rights are those of the first user: what the second one has is not given back to it.
    if pending.username == owner {
        renew(session, &to, &pending.password).await
    } else {
        align(session, &from, &to, &pending.password).await
    }
}

async fn renew(session: &mut Session, first: &Account, new: &Hidden) -> Result<(), Fault> {
    let made = session.made(&first.to_string()).await?;
    let identified = identified(session, &made, new)?;
    let statement = sql::alter(first, &identified, "");
    say(session, &format!("the change of {first}"), &statement, new).await
}

async fn align(
    session: &mut Session,
    from: &Account,
    to: &Account,
    new: &Hidden,
) -> Result<(), Fault> {
    const RIGHTS: &str = "a look at the rights";
    let made = session.made(&from.to_string()).await?;
    let options = made.all_options(session.is_mariadb);
    let identified = identified(session, &made, new)?;
    let rights = ask(session, RIGHTS, &format!("SHOW GRANTS FOR {from}")).await?;
    let create = sql::create(to, &identified, &options);
    say(session, &format!("the making of {to}"), &create, new).await?;

    let own = ask(session, RIGHTS, &format!("SHOW GRANTS FOR {to}")).await?;
    let was = session.made(&to.to_string()).await?;
    // Older servers do not know the words.
    let is_freed = was.locked_after().is_some() && made.locked_after().is_none();
    let unlocked = if is_freed { " FAILED_LOGIN_ATTEMPTS 0 PASSWORD_LOCK_TIME 0" } else { "" };
    let alter = sql::alter(to, &identified, &format!("{options}{unlocked}"));
    let mut statements = vec![("the change of", alter)];
    let rights = rights::aligned(&rights, &own, to);
    statements.extend(rights.into_iter().map(|it| ("a right of", Hidden::new(it))));
    let role = match (made.default_role.as_str(), was.default_role.as_str()) {
        ("", "") => None,
        ("", _) => Some(" DEFAULT ROLE NONE"),
        (role, _) => Some(role),
    };
    let role = role.map(|role| Hidden::new(format!("ALTER USER {to}{role}")));
    statements.extend(role.map(|role| ("the default role of", role)));
    for (what, statement) in &statements {
        say(session, &format!("{what} {to}"), statement, new).await?;
    }
    Ok(())
}

/// A statement that an admin has to be allowed.
pub(super) async fn say(
    session: &mut Session,
    what: &str,
    statement: &Hidden,
    new: &Hidden,
) -> Result<(), Fault> {
    match session.run(what, statement, &[new]).await {
        Ok(()) => Ok(()),
        Err(refused) => Err(lacking(session, refused.fault, statement.expose()).await),
    }
}

/// The same for a question.
pub(super) async fn ask(
    session: &mut Session,
    what: &str,
    sql: &str,
) -> Result<Vec<String>, Fault> {
    match session.texts(what, sql).await {
        Ok(texts) => Ok(texts),
        Err(fault) => Err(lacking(session, fault, sql).await),
    }
}

/// Says which grant is missing.
async fn lacking(session: &mut Session, fault: Fault, statement: &str) -> Fault {
    if fault.code != Code::DbPrivilege {
        return fault;
    }
    let account = session.text("a look at the account", "SELECT CURRENT_USER()").await;
    let account = account.ok().flatten().and_then(|account| Account::parse(&account));
    let Some(admin) = account else { return fault };
    let grant = rights::needed(statement, &fault.what(), &admin);
    Fault::new(Code::AdminPrivilege, format!("{}; run `{grant}`", fault.what()))
}
