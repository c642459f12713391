//! Two users that take turns on PostgreSQL. The second is a member of the first and acts as it, so
//! that both can use whatever either makes.

use super::{
    super::{Finding, Turn},
    Rows, Session, sql,
    sql::Limits,
};
use crate::{
    fault::{Code, Fault},
    hidden::Hidden,
    plan::set::Strategy,
    settings::Hash,
};

/// A role as the catalog shows it to everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) limits: Limits,
    /// Until when it could log in.
    pub(super) expired: Option<String>,
    /// What only a superuser may give or take.
    attributes: Vec<&'static str>,
}

pub(super) async fn role(session: &Session, user: &str) -> Result<Option<Role>, Fault> {
    let sql = format!(
        "SELECT rolconnlimit, nullif(rolvaliduntil, 'infinity')::text, rolvaliduntil <= now(), rolsuper, \
         rolreplication, rolbypassrls \
         FROM pg_catalog.pg_roles WHERE rolname = {}",
        sql::text(user)
    );
    let rows = session.query("a look at the roles", &sql).await?;
    Ok(rows.into_iter().next().map(|row| {
        let text = |at: usize| row.get(at).cloned().flatten();
        let is_expired = text(2).as_deref() == Some("t");
        let connections = text(0).and_then(|text| text.parse().ok()).unwrap_or(-1);
        Role {
            limits: Limits { connections, valid_until: text(1) },
            expired: text(1).filter(|_| is_expired),
            attributes: ["SUPERUSER", "REPLICATION", "BYPASSRLS"]
                .into_iter()
                .zip(3..)
                .filter(|(_, at)| text(*at).as_deref() == Some("t"))
                .map(|(attribute, _)| attribute)
                .collect(),
        }
    }))
}

/// Whether nothing but the password keeps a user out. Before it logs in, the server calls everything
/// a wrong password.
pub(super) async fn may_log_in(session: &Session, user: &str) -> Result<Role, Fault> {
    let Some(role) = role(session, user).await? else {
        return Err(Fault::new(Code::DbAuth, format!("there is no user `{user}`")));
    };
    let Some(until) = &role.expired else { return Ok(role) };
    let repair = format!("ALTER ROLE {} VALID UNTIL 'infinity'", sql::name(user));
    let what = format!("`{user}` may log in until {until}, which has passed: run `{repair}`");
    Err(Fault::new(Code::Expired, what))
}

/// Everything in one transaction: a second user is there with all that it needs, or not at all.
pub(super) async fn prepare(
    session: &mut Session,
    turn: Turn<'_>,
    hash: Hash,
) -> Result<(), Fault> {
    let Turn { pending, owner, .. } = turn;
    let user = &pending.username;
    let statements = statements(session, turn, hash).await?;
    let mut sql = String::from("BEGIN");
    for statement in &statements {
        sql.push_str("; ");
        sql.push_str(statement.expose());
    }
    sql.push_str("; COMMIT");
    let what = format!("the preparation of `{user}`");
    let done = session.run(&what, &Hidden::new(sql), &pending.password).await;
    if let Err(fault) = done {
        // Leaves the session usable; the server has undone everything already.
        let _undone = session.query("the end of it", "ROLLBACK").await;
        return Err(privilege(fault, session, owner));
    }
    Ok(())
}

async fn statements(session: &Session, turn: Turn<'_>, hash: Hash) -> Result<Vec<Hidden>, Fault> {
    let Turn { pending, owner, .. } = turn;
    let user = pending.username.as_str();
    let password = sql::password(hash, user, &pending.password);
    let first = may_log_in(session, owner).await?;
    let existing = role(session, user).await?;
    let beyond = existing.iter().flat_map(|role| &role.attributes);
    let beyond: Vec<_> = beyond.filter(|it| !first.attributes.contains(it)).collect();
    if let Some(attribute) = beyond.first() {
        let what = format!("`{user}` is {attribute}, which `{owner}` is not");
        let repair = format!("ALTER ROLE {} NO{attribute}", sql::name(user));
        return Err(Fault::new(Code::AdminPrivilege, format!("{what}; run `{repair}`")));
    }
    if user == owner {
        return Ok(vec![sql::change_other(user, &password)]);
    }
    let mut statements = vec![match existing {
        None => sql::create(user, &first.limits, &password),
        Some(_) => sql::alter(user, &first.limits, &password),
    }];
    if !is_member(session, owner, user).await? {
        statements.push(Hidden::new(sql::grant(owner, user)));
    }
    let settings = settings(session, owner).await?;
    let theirs = settings_of_rows(&settings, user);
    statements.extend(theirs.into_iter().map(Hidden::new));
    statements.push(Hidden::new(sql::act_as(owner, user)));
    Ok(statements)
}

async fn is_member(session: &Session, owner: &str, clone: &str) -> Result<bool, Fault> {
    let sql = format!(
        "SELECT 1 FROM pg_catalog.pg_auth_members m \
         JOIN pg_catalog.pg_roles o ON o.oid = m.roleid JOIN pg_catalog.pg_roles c ON c.oid = m.member \
         WHERE o.rolname = {} AND c.rolname = {}",
        sql::text(owner),
        sql::text(clone)
    );
    Ok(!session.query("a look at the memberships", &sql).await?.is_empty())
}

/// The settings of a role with the database that they are for.
async fn settings(session: &Session, user: &str) -> Result<Rows, Fault> {
    let sql = format!(
        "SELECT d.datname, unnest(s.setconfig) FROM pg_catalog.pg_db_role_setting s \
         JOIN pg_catalog.pg_roles r ON r.oid = s.setrole \
         LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase WHERE r.rolname = {}",
        sql::text(user)
    );
    session.query("a look at the settings", &sql).await
}

fn settings_of_rows(rows: &Rows, clone: &str) -> Vec<String> {
    let statement = |row: &Vec<Option<String>>| {
        let database = row.first()?.as_deref();
        let setting = row.get(1)?.as_deref()?;
        // The second user's own role is the first user, whatever that one's is.
        if setting.starts_with("role=") {
            return None;
        }
        sql::set(clone, database, setting)
    };
    rows.iter().filter_map(statement).collect()
}

/// Says which grant is missing.
pub(super) fn privilege(fault: Fault, session: &Session, role: &str) -> Fault {
    if fault.code != Code::DbPrivilege {
        return fault;
    }
    let grant =
        format!("GRANT {} TO {} WITH ADMIN OPTION", sql::name(role), sql::name(&session.user));
    Fault::new(Code::AdminPrivilege, format!("{}; run `{grant}`", fault.what()))
}

/// What the doctor looks at with an admin's session.
pub(super) async fn examine(
    session: &Session,
    turn: Turn<'_>,
    strategy: Strategy,
) -> Result<Vec<Finding>, Fault> {
    let Turn { current, pending, owner, .. } = turn;
    let mut findings = vec![may_grant(session, owner).await?];
    let role = may_log_in(session, &current.username).await?;
    if let Some(until) = role.limits.valid_until {
        let what = format!("`{}` may log in until {until}", current.username);
        findings.push(Finding::Warning(format!("{what}, and no rotation moves that")));
    }
    if strategy == Strategy::Alternating {
        let clone = if pending.username == owner { &current.username } else { &pending.username };
        if let Some(finding) = owned_by(session, clone, owner).await? {
            findings.push(finding);
        }
    }
    Ok(findings)
}

/// Since version 16 an admin needs the ADMIN option on a role that it did not make.
async fn may_grant(session: &Session, owner: &str) -> Result<Finding, Fault> {
    let sql = format!(
        "SELECT r.rolsuper OR (r.rolcreaterole AND (current_setting('server_version_num')::int < 160000 \
         OR pg_catalog.pg_has_role(current_user, {}, 'MEMBER WITH ADMIN OPTION'))) \
         FROM pg_catalog.pg_roles r WHERE r.rolname = current_user",
        sql::text(owner)
    );
    let rows = session.query("a look at the admin's rights", &sql).await?;
    let may = rows.first().and_then(|row| row.first()?.clone()).as_deref() == Some("t");
    Ok(if may {
        Finding::Fine(format!("the admin may change `{owner}` and make its second user"))
    } else {
        let (owner, admin) = (sql::name(owner), sql::name(&session.user));
        let what = format!(
            "the admin may not change {owner} and make its second user: run `ALTER ROLE {admin} \
             CREATEROLE` and `GRANT {owner} TO {admin} WITH ADMIN OPTION`"
        );
        Fault::new(Code::AdminPrivilege, what).into()
    })
}

/// What the second user made before it acted as the first.
async fn owned_by(session: &Session, clone: &str, owner: &str) -> Result<Option<Finding>, Fault> {
    let sql = format!(
        "SELECT count(*) FROM pg_catalog.pg_shdepend s \
         JOIN pg_catalog.pg_roles r ON r.oid = s.refobjid \
         JOIN pg_catalog.pg_database d ON d.oid = s.dbid \
         WHERE s.refclassid = 'pg_catalog.pg_authid'::regclass AND s.deptype = 'o' \
         AND d.datname = current_database() AND r.rolname = {}",
        sql::text(clone)
    );
    let rows = session.query("a look at the owners", &sql).await?;
    let count = rows.first().and_then(|row| row.first()?.clone()).unwrap_or_default();
    Ok((count != "0" && !count.is_empty()).then(|| {
        let (clone_name, owner, admin) =
            (sql::name(clone), sql::name(owner), sql::name(&session.user));
        // Who reassigns has to be a member of both.
        let repair = format!(
            "GRANT {owner}, {clone_name} TO {admin}; REASSIGN OWNED BY {clone_name} TO {owner}"
        );
        Finding::Warning(format!(
            "`{clone}` owns {count} objects of this database itself: run `{repair}` as the admin"
        ))
    }))
}
