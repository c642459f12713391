//! The SQL of MySQL and MariaDB, as text: the one place where a value becomes part of a statement.
//! Holds under the `sql_mode` that the session sets. Sends nothing.

use sha1::{Digest as _, Sha1};

use super::account::Account;
use crate::hidden::Hidden;

/// In this mode a backslash escapes, and our letters are ours, whatever the server's own settings
/// say: with others, the same text would be another password. A session that has lost its client
/// unseen would keep its lock for hours, so the server ends it when it has been idle for a minute.
pub(super) const MODE: &str = "SET SESSION sql_mode = '', NAMES utf8mb4, SESSION wait_timeout = 60";

pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

pub(super) const IS_READ_ONLY: &str = "read-only";

/// Takes a lock, and says 1 if it has it. Never on a replica: an admin's rights may allow it to write
/// there, and what it writes would be there only.
pub(super) fn lock(name: &str, patience_secs: u64) -> String {
    format!(
        "SELECT CASE WHEN @@global.read_only NOT IN ('0', 'OFF') THEN '{IS_READ_ONLY}' \
         ELSE GET_LOCK({}, {patience_secs}) END",
        text(name)
    )
}

/// The hash of `mysql_native_password`, by which the server checks a password without knowing it.
pub(super) fn native_hash(password: &Hidden) -> String {
    let hash = Sha1::digest(Sha1::digest(password.expose()));
    format!("*{hash:X}")
}

/// How a new password is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// MariaDB, by hash: a user with its one native password.
    SetPassword { hash: String },
    /// MySQL. The server's logs show `<secret>` in its place.
    AlterOwn { password: Hidden, old: Option<Hidden>, retain: bool },
}

/// The user of the session changes its own password.
pub(super) fn change_own(said: &Said) -> Hidden {
    Hidden::new(match said {
        Said::SetPassword { hash } => format!("SET PASSWORD = {}", text(hash)),
        Said::AlterOwn { password, old, retain } => {
            let old = old.as_ref().map(|old| format!(" REPLACE {}", text(old.expose())));
            format!(
                "ALTER USER CURRENT_USER() IDENTIFIED BY {}{}{}",
                text(password.expose()),
                old.unwrap_or_default(),
                retain_clause(*retain)
            )
        }
    })
}

/// How an account proves who it is, as MariaDB writes it.
pub(super) fn via_native(hashes: &[&str]) -> String {
    let methods: Vec<String> =
        hashes.iter().map(|hash| format!("mysql_native_password USING {}", text(hash))).collect();
    format!("IDENTIFIED VIA {}", methods.join(" OR "))
}

/// The same as MySQL writes it, with the plugin that the account has.
pub(super) fn identified(plugin: Option<&str>, password: &Hidden) -> Hidden {
    Hidden::new(match plugin {
        Some("mysql_native_password") => {
            format!("IDENTIFIED WITH mysql_native_password AS {}", text(&native_hash(password)))
        }
        Some(plugin) => {
            format!("IDENTIFIED WITH {} BY {}", text(plugin), text(password.expose()))
        }
        None => format!("IDENTIFIED BY {}", text(password.expose())),
    })
}

pub(super) fn alter(account: &Account, identified: &Hidden, rest: &str) -> Hidden {
    Hidden::new(format!("ALTER USER {account} {}{rest}", identified.expose()))
}

pub(super) fn create(account: &Account, identified: &Hidden, rest: &str) -> Hidden {
    Hidden::new(format!("CREATE USER IF NOT EXISTS {account} {}{rest}", identified.expose()))
}

pub(super) fn retain_clause(retain: bool) -> &'static str {
    if retain { " RETAIN CURRENT PASSWORD" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_end_early() {
        assert_eq!(text(r"a'b\' OR 1"), r"'a''b\\'' OR 1'");
    }

    #[test]
    fn the_native_hash_is_the_servers_own() {
        // SELECT PASSWORD('mypass')
        let hash = native_hash(&Hidden::new("mypass"));
        assert_eq!(hash, "*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4");
    }

    #[test]
    fn a_password_is_changed_in_the_words_of_the_engine() {
        let said = Said::SetPassword { hash: "*AB".to_owned() };
        assert_eq!(change_own(&said).expose(), "SET PASSWORD = '*AB'");
        let said = Said::AlterOwn {
            password: Hidden::new("n'w"),
            old: Some(Hidden::new("old")),
            retain: true,
        };
        assert_eq!(
            change_own(&said).expose(),
            "ALTER USER CURRENT_USER() IDENTIFIED BY 'n''w' REPLACE 'old' RETAIN CURRENT PASSWORD"
        );
        assert_eq!(
            via_native(&["*A", "*B"]),
            "IDENTIFIED VIA mysql_native_password USING '*A' OR mysql_native_password USING '*B'"
        );
    }
}
