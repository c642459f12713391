//! The SQL of MySQL and MariaDB, as text: the one place where a value becomes part of a statement.
//! Holds under the `sql_mode` that the session sets. Sends nothing.

use super::account::Account;
use crate::hidden::Hidden;

/// In this mode a backslash escapes, and our letters are ours, whatever the server's own settings
/// say: with others, the same text would be another password.
pub(super) const MODE: &str = "SET SESSION sql_mode = '', NAMES utf8mb4";

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

/// How a new password is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// MariaDB, by what it is to keep.
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
    }
}
