//! The SQL of PostgreSQL, as text: the one place where a value becomes part of a statement. Sends
//! nothing.

use postgres_protocol::password;

use crate::{hidden::Hidden, settings::Hash};

/// A name, whatever is in it.
pub(super) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text. The `E` form reads the same whatever `standard_conforming_strings` says.
pub(super) fn text(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// Who has logged in, as a text and as the bytes that the server keeps. Names are not kept in the
/// letters of any database, and those of ours may make another text of the same bytes.
pub(super) const WHO: &str = "SELECT session_user, \
    pg_catalog.encode(pg_catalog.convert_to(session_user::text, pg_catalog.getdatabaseencoding()), 'hex')";

/// The bytes of a name as `WHO` shows them.
pub(super) fn bytes(name: &str) -> String {
    name.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// What the server is to keep for a password, as a literal. `ALTER ROLE` takes no parameters.
pub(super) fn password(hash: Hash, user: &str, new: &Hidden) -> Hidden {
    let new = new.expose();
    Hidden::new(text(&match hash {
        Hash::Scram => password::scram_sha_256(new.as_bytes()),
        Hash::Md5 => password::md5(new.as_bytes(), user),
        Hash::Plain => new.to_owned(),
    }))
}

/// The user that came changes its own password, also where its role has been set to another.
pub(super) fn change_own(password: &Hidden) -> Hidden {
    Hidden::new(format!("SET ROLE NONE; ALTER ROLE SESSION_USER PASSWORD {}", password.expose()))
}

pub(super) fn change_other(user: &str, password: &Hidden) -> Hidden {
    Hidden::new(format!("ALTER ROLE {} LOGIN PASSWORD {}", name(user), password.expose()))
}

/// What one of two users has beside its password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) connections: i32,
    /// As the server writes it; `None` is for ever.
    pub(super) valid_until: Option<String>,
}

impl Limits {
    fn clause(&self) -> String {
        let until = self.valid_until.as_deref().unwrap_or("infinity");
        format!("CONNECTION LIMIT {} VALID UNTIL {}", self.connections, text(until))
    }
}

/// Makes the second user like the first.
pub(super) fn create(user: &str, limits: &Limits, password: &Hidden) -> Hidden {
    let (user, limits) = (name(user), limits.clause());
    Hidden::new(format!("CREATE ROLE {user} LOGIN {limits} PASSWORD {}", password.expose()))
}

/// Brings a user that is there up to date.
pub(super) fn alter(user: &str, limits: &Limits, password: &Hidden) -> Hidden {
    let (user, limits) = (name(user), limits.clause());
    Hidden::new(format!("ALTER ROLE {user} LOGIN {limits} PASSWORD {}", password.expose()))
}

pub(super) fn grant(owner: &str, clone: &str) -> String {
    format!("GRANT {} TO {}", name(owner), name(clone))
}

/// Whatever the second user makes belongs to the first, so that both can use it.
pub(super) fn act_as(owner: &str, clone: &str) -> String {
    format!("ALTER ROLE {} SET role TO {}", name(clone), text(owner))
}

/// Settings whose value is a list that the server has quoted already: as one text, it would be a
/// list of one.
const LISTS: [&str; 6] = [
    "search_path",
    "temp_tablespaces",
    "local_preload_libraries",
    "session_preload_libraries",
    "shared_preload_libraries",
    "unix_socket_directories",
];

/// Gives a user a setting of the other one: `search_path=a, b` as the catalog has it.
pub(super) fn set(user: &str, database: Option<&str>, setting: &str) -> Option<String> {
    let (key, value) = setting.split_once('=')?;
    let value =
        if LISTS.contains(&key) && !value.is_empty() { value.to_owned() } else { text(value) };
    let database = database.map(|it| format!(" IN DATABASE {}", name(it))).unwrap_or_default();
    Some(format!("ALTER ROLE {}{database} SET {} TO {value}", name(user), name(key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_cannot_end_early() {
        assert_eq!(name(r#"We"ird Üser"#), r#""We""ird Üser""#);
        assert_eq!(text(r"a'b\' OR 1"), r"E'a''b\\'' OR 1'");
    }

    #[test]
    fn a_verifier_has_nothing_of_the_password() {
        let password = password(Hash::Scram, "app", &Hidden::new("hunter2"));
        assert!(password.expose().starts_with("E'SCRAM-SHA-256$4096:"));
        assert!(!password.expose().contains("hunter2"));
        let md5 = super::password(Hash::Md5, "app", &Hidden::new("pw"));
        assert_eq!(md5.expose(), "E'md581ad3d00fcdf98fbc5f8f9a859590b46'");
    }

    #[test]
    fn settings_are_carried_over_as_they_are() {
        let set = |setting| set("app_clone", None, setting).unwrap();
        assert_eq!(
            set("search_path=\"$user\", x"),
            "ALTER ROLE \"app_clone\" SET \"search_path\" TO \"$user\", x"
        );
        assert_eq!(set("work_mem=5 MB"), "ALTER ROLE \"app_clone\" SET \"work_mem\" TO E'5 MB'");
        assert_eq!(
            super::set("a", Some("d\"b"), "x.y=it's"),
            Some("ALTER ROLE \"a\" IN DATABASE \"d\"\"b\" SET \"x.y\" TO E'it''s'".to_owned())
        );
    }
}
