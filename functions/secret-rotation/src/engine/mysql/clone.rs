//! Two users that take turns on MySQL and MariaDB, and one user with two passwords. The second user
//! gets every right, role, limit and option of the first at every rotation: the server does not
//! undo half of it, so the next try does the whole again.

use super::{
    super::Turn,
    Session,
    account::{Account, Made, retargeted},
    methods, sql,
};
use crate::{
    fault::{Code, Fault},
    hidden::Hidden,
};

/// The account of a user that cannot log in to say which it is.
pub(super) async fn only_account(session: &mut Session, user: &str) -> Result<Account, Fault> {
    let sql = format!("SELECT host FROM mysql.user WHERE user = {}", sql::text(user));
    let mut hosts = session.texts("a look at the users", &sql).await?;
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
    let Turn { current, account, pending, .. } = turn;
    let secrets = [&pending.password, &current.password];
    let Some(from) = Account::parse(account) else {
        let what = format!("the account `{account}` of {current} has no host");
        return Err(Fault::new(Code::DbRefused, what));
    };
    let to = Account { user: pending.username.clone(), host: from.host.clone() };
    let made = session.made(&from.to_string()).await.map_err(|fault| privilege(fault, session))?;
    let identified = identified(session, &made, &pending.password)?;
    let grants = format!("SHOW GRANTS FOR {from}");
    let grants = session.texts("a look at the rights", &grants).await;
    let grants = grants.map_err(|fault| privilege(fault, session))?;

    let mut statements = vec![
        ("the making of", sql::create(&to, &identified, &made.options)),
        ("the change of", sql::alter(&to, &identified, &made.options)),
    ];
    let grants = grants.iter().filter_map(|line| retargeted(line, &to));
    statements.extend(grants.map(|line| ("a right of", Hidden::new(line))));
    if !made.default_role.is_empty() {
        let role = format!("ALTER USER {to}{}", made.default_role);
        statements.push(("the default role of", Hidden::new(role)));
    }
    for (what, statement) in &statements {
        let done = session.run(&format!("{what} {to}"), statement, &secrets).await;
        done.map_err(|refused| privilege(refused.fault, session))?;
    }
    Ok(())
}

/// Says which grant is missing.
pub(super) fn privilege(fault: Fault, session: &Session) -> Fault {
    if fault.code != Code::DbPrivilege {
        return fault;
    }
    let admin = sql::text(&session.login.username);
    let grants = format!(
        "GRANT CREATE USER ON *.* TO {admin}; GRANT SELECT ON mysql.* TO {admin}` and, for what the \
         user may do, `GRANT ... TO {admin} WITH GRANT OPTION"
    );
    Fault::new(Code::AdminPrivilege, format!("{}; run `{grants}`", fault.what()))
}
