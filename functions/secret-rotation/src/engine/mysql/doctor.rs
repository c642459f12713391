//! What the doctor asks MySQL and MariaDB: the version, and which rights are missing. Changes
//! nothing.

use std::collections::BTreeSet;

use super::{
    Session,
    account::Account,
    sql,
    token::{Token, tokens},
};
use crate::{
    engine::{Finding, Turn},
    fault::{Code, Fault},
    plan::{set::Strategy, version::judge},
};

/// What `ALL PRIVILEGES` are on one database.
const ALL_ON_A_DATABASE: [&str; 18] = [
    "ALTER",
    "ALTER ROUTINE",
    "CREATE",
    "CREATE ROUTINE",
    "CREATE TEMPORARY TABLES",
    "CREATE VIEW",
    "DELETE",
    "DROP",
    "EVENT",
    "EXECUTE",
    "INDEX",
    "INSERT",
    "LOCK TABLES",
    "REFERENCES",
    "SELECT",
    "SHOW VIEW",
    "TRIGGER",
    "UPDATE",
];
const ALL: &str = "ALL PRIVILEGES";
const EVERYWHERE: &str = "*.*";

/// With the session of the user itself.
pub(super) async fn of_user(
    session: &mut Session,
    strategy: Strategy,
) -> Result<Vec<Finding>, Fault> {
    let version = session.text("a look at the version", "SELECT VERSION()").await?;
    let engine = session.login.place.engine;
    let mut findings = judge(engine, strategy, &version.unwrap_or_default());
    // Replicas have the first, readers of Aurora the second.
    let sql = "SELECT @@GLOBAL.read_only OR @@GLOBAL.innodb_read_only";
    let is_read_only = session.text("a look at the server", sql).await?;
    if is_read_only.as_deref() == Some("1") {
        findings.push(read_only(session, strategy));
    }
    if strategy == Strategy::Dual && !session.is_mariadb {
        let user = sql::text(&session.login.username);
        let right = "APPLICATION_PASSWORD_ADMIN";
        findings.push(if has(&rights(session).await?, right) {
            Finding::Fine("the user may keep a second password".to_owned())
        } else {
            let grant = format!("GRANT {right} ON *.* TO {user}");
            let what = format!("the user may not keep a second password: run `{grant}`");
            Fault::new(Code::DbPrivilege, what).into()
        });
    }
    Ok(findings)
}

fn read_only(session: &Session, strategy: Strategy) -> Finding {
    let what = format!("{} is read only", session.login);
    match strategy {
        Strategy::Alternating => Finding::Warning(format!("{what}: the admin has to be elsewhere")),
        Strategy::Single | Strategy::Dual => Fault::new(Code::DbReadOnly, what).into(),
    }
}

/// With the admin's session: what it may not do to the user, and not give to the second user.
pub(super) async fn of_admin(
    session: &mut Session,
    turn: Turn<'_>,
    strategy: Strategy,
) -> Result<Vec<Finding>, Fault> {
    let of_admin = rights(session).await?;
    let admin = sql::text(&session.login.username);
    let mut findings = vec![if has(&of_admin, "CREATE USER") {
        Finding::Fine("the admin may make and change users".to_owned())
    } else {
        let what = format!(
            "the admin may not make and change users: run `GRANT CREATE USER ON *.* TO {admin}`"
        );
        Fault::new(Code::AdminPrivilege, what).into()
    }];
    let (Strategy::Alternating, Some(account)) = (strategy, Account::parse(turn.account)) else {
        return Ok(findings);
    };
    let sql = format!("SHOW GRANTS FOR {account}");
    let of_user = session.texts("a look at the rights", &sql).await?;
    let of_user: Vec<Right> = of_user.iter().filter_map(|line| Right::parse(line)).collect();
    // A warning only: roles may give more than can be seen here.
    findings.extend(missing(&of_admin, &of_user).into_iter().map(|(names, on)| {
        Finding::Warning(format!(
            "the admin may not give on all that the user may do: run `GRANT {names} ON {on} TO \
             {admin} WITH GRANT OPTION`"
        ))
    }));
    Ok(findings)
}

/// What the session may do, by itself and by its roles.
async fn rights(session: &mut Session) -> Result<Vec<Right>, Fault> {
    // MySQL 5.7 has no roles, and MariaDB shows what they give by itself.
    let roles = if session.is_mariadb {
        None
    } else {
        session.text("a look at the roles", "SELECT CURRENT_ROLE()").await.ok().flatten()
    };
    let using = match roles.filter(|roles| roles != "NONE") {
        Some(roles) => format!(" USING {roles}"),
        None => String::new(),
    };
    let sql = format!("SHOW GRANTS FOR CURRENT_USER{using}");
    let lines = session.texts("a look at the rights", &sql).await?;
    Ok(lines.iter().filter_map(|line| Right::parse(line)).collect())
}

/// One line of `SHOW GRANTS`, unless it is about a role.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Right {
    names: BTreeSet<String>,
    /// `*.*`, `` `app`.* ``, ``PROCEDURE `app`.`p` ``.
    on: String,
    may_be_given: bool,
}

impl Right {
    fn parse(line: &str) -> Option<Self> {
        let tokens = tokens(line);
        if !tokens.first()?.is("GRANT") {
            return None;
        }
        let on = tokens.iter().position(|it| it.is("ON"))?;
        let to = on + tokens[on..].iter().position(|it| it.is("TO"))?;
        let text = |from: &Token<'_>, until: &Token<'_>| line[from.end()..until.start].trim();
        // The columns of `SELECT (a, b)` do not matter here.
        let mut depth = 0_usize;
        let mut names = vec![String::new()];
        for token in &tokens[1..on] {
            match token.text {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                "," if depth == 0 => names.push(String::new()),
                word if depth == 0 => {
                    let name = names.last_mut()?;
                    if !name.is_empty() {
                        name.push(' ');
                    }
                    name.push_str(&word.to_uppercase());
                }
                _ => (),
            }
        }
        let mut end = tokens[to..].windows(3);
        Some(Self {
            names: names.into_iter().filter(|name| name != "USAGE").collect(),
            on: text(&tokens[on], &tokens[to]).to_owned(),
            may_be_given: end.any(|it| it[0].is("WITH") && it[1].is("GRANT") && it[2].is("OPTION")),
        })
    }

    fn covers(&self, on: &str) -> bool {
        let on = on.trim_start_matches("PROCEDURE ").trim_start_matches("FUNCTION ");
        let in_database = self.on.strip_suffix('*').filter(|it| *it != "*.");
        self.on == EVERYWHERE || self.on == on || in_database.is_some_and(|it| on.starts_with(it))
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains(name) || self.names.contains(ALL)
    }
}

fn has(rights: &[Right], name: &str) -> bool {
    rights.iter().any(|right| right.on == EVERYWHERE && right.has(name))
}

/// What the user may do and the admin may not give on: the names, and on what.
fn missing(of_admin: &[Right], of_user: &[Right]) -> Vec<(String, String)> {
    let may_give = |name: &str, on: &str| {
        of_admin.iter().any(|right| right.may_be_given && right.covers(on) && right.has(name))
    };
    let of_right = |right: &Right| {
        let is_all = right.names.contains(ALL) && right.on != EVERYWHERE;
        let names: Vec<&str> = if is_all {
            ALL_ON_A_DATABASE.to_vec()
        } else {
            right.names.iter().map(String::as_str).collect()
        };
        let missing: Vec<&str> =
            names.into_iter().filter(|name| !may_give(name, &right.on)).collect();
        (!missing.is_empty()).then(|| (missing.join(", "), right.on.clone()))
    };
    of_user.iter().filter_map(of_right).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Vec<Right> {
        lines.iter().filter_map(|line| Right::parse(line)).collect()
    }

    #[track_caller]
    fn check(admin: &[&str], user: &str, expected: &str) {
        let missing = missing(&read(admin), &read(&[user]));
        let said: Vec<String> =
            missing.into_iter().map(|(names, on)| format!("{names} ON {on}")).collect();
        assert_eq!(said.join("; "), expected);
    }

    #[test]
    fn what_an_admin_may_not_give_is_missing() {
        const ADMIN: &str = "GRANT SELECT, INSERT, CREATE USER ON *.* TO `a`@`%` WITH GRANT OPTION";
        check(&[ADMIN], "GRANT USAGE ON *.* TO `app`@`%`", "");
        check(&[ADMIN], "GRANT SELECT, INSERT ON `app`.* TO `app`@`%`", "");
        check(
            &[ADMIN],
            "GRANT SELECT (`a`, `b`), UPDATE ON `app`.`t` TO `u`@`%`",
            "UPDATE ON `app`.`t`",
        );
        check(&[ADMIN], "GRANT `reader`@`%` TO `app`@`%`", "");
        let on_app = "GRANT ALL PRIVILEGES ON `app`.* TO `a`@`%` WITH GRANT OPTION";
        check(&[on_app], "GRANT ALL PRIVILEGES ON `app`.* TO `app`@`%`", "");
        check(&[on_app], "GRANT EXECUTE ON PROCEDURE `app`.`p` TO `app`@`%`", "");
        check(&[on_app], "GRANT SELECT ON `apple`.* TO `app`@`%`", "SELECT ON `apple`.*");
        let without = "GRANT ALL PRIVILEGES ON *.* TO `a`@`%`";
        check(&[without], "GRANT SELECT ON `app`.* TO `app`@`%`", "SELECT ON `app`.*");
        check(&[ADMIN], "GRANT ALL PRIVILEGES ON *.* TO `app`@`%`", "ALL PRIVILEGES ON *.*");
    }

    #[test]
    fn a_right_to_everything_is_a_right_to_each() {
        let rights = read(&["GRANT ALL PRIVILEGES ON *.* TO `a`@`%`"]);
        assert!(has(&rights, "CREATE USER"));
        assert!(!has(&read(&["GRANT ALL PRIVILEGES ON `app`.* TO `a`@`%`"]), "CREATE USER"));
        let dynamic = "GRANT APPLICATION_PASSWORD_ADMIN,ROLE_ADMIN ON *.* TO `a`@`%`";
        assert!(has(&read(&[dynamic]), "APPLICATION_PASSWORD_ADMIN"));
    }
}
