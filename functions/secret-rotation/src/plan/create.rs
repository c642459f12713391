//! The pending version: whether there has to be a new one, for which user, and whether the one that
//! is there can be used. Makes no password.

use shared::error::quoted_id;

use super::set::Strategy;
use crate::{
    fault::{Code, Fault},
    secret::login::{EngineName, Login},
};

/// What follows the name of the user that takes turns with the first.
pub const CLONE_SUFFIX: &str = "_clone";

/// The user of the pending version.
pub fn pending_user(current: &Login, strategy: Strategy, suffix: &str) -> Result<String, Fault> {
    let user = match strategy {
        Strategy::Alternating => other_user(&current.username, suffix),
        Strategy::Single | Strategy::Dual => current.username.clone(),
    };
    let (length, limit, unit) = match current.place.engine {
        // PostgreSQL cuts a longer name off, and says so to nobody: whoever logs in is somebody
        // else, which would be found when the password has been changed.
        EngineName::Postgres => (user.len(), 63, "bytes"),
        EngineName::Mysql => (user.chars().count(), 32, "characters"),
        EngineName::Mariadb => (user.chars().count(), 80, "characters"),
    };
    if length > limit {
        let what = format!(
            "`{}` has {length} {unit}, and a user's name may have {limit}",
            quoted_id(&user)
        );
        return Err(Fault::new(Code::NameTooLong, what));
    }
    Ok(user)
}

/// The first of the two users, who owns what both make.
pub fn owner<'a>(username: &'a str, suffix: &str) -> &'a str {
    match username.strip_suffix(suffix) {
        Some(owner) if !owner.is_empty() => owner,
        _ => username,
    }
}

fn other_user(username: &str, suffix: &str) -> String {
    match owner(username, suffix) {
        owner if owner != username => owner.to_owned(),
        owner => format!("{owner}{suffix}"),
    }
}

/// Whether the pending version is one that a rotation of the current version could have made.
pub fn check_pending(
    current: &Login,
    pending: &Login,
    strategy: Strategy,
    suffix: &str,
) -> Result<(), Fault> {
    let expected = pending_user(current, strategy, suffix)?;
    if pending.place.is_same_database(&current.place) && pending.username == expected {
        return Ok(());
    }
    let what = format!(
        "the pending version is for {pending}, not for `{}` beside {current}",
        quoted_id(&expected)
    );
    Err(Fault::new(Code::IdentityMismatch, what))
}

#[cfg(test)]
mod tests {
    use shared::error::FaultCode as _;

    use super::*;
    use crate::{
        hidden::Hidden,
        secret::login::{Place, Tls},
    };

    fn login(engine: EngineName, username: &str) -> Login {
        let host = "db".to_owned();
        let place = Place { engine, host, port: 5432, dbname: None, tls: Tls::Off };
        Login { place, username: username.to_owned(), password: Hidden::new("pw") }
    }

    #[track_caller]
    fn check(engine: EngineName, username: &str, expected: &str) {
        let user = pending_user(&login(engine, username), Strategy::Alternating, CLONE_SUFFIX);
        let found = user.unwrap_or_else(|fault| fault.code.name().to_owned());
        assert_eq!(found, expected);
    }

    #[test]
    fn users_take_turns() {
        check(EngineName::Postgres, "app", "app_clone");
        check(EngineName::Postgres, "app_clone", "app");
        check(EngineName::Postgres, "_clone", "_clone_clone");
        let single = pending_user(&login(EngineName::Postgres, "app"), Strategy::Single, "_clone");
        assert_eq!(single.unwrap(), "app");
    }

    #[test]
    fn f43_limits_of_names_are_those_of_the_engine() {
        let postgres = |name: &str, expected: &str| check(EngineName::Postgres, name, expected);
        postgres(&"a".repeat(57), &format!("{}_clone", "a".repeat(57)));
        postgres(&"a".repeat(58), "E_NAME_TOO_LONG");
        postgres(&"é".repeat(28), &format!("{}_clone", "é".repeat(28)));
        postgres(&"é".repeat(40), "E_NAME_TOO_LONG");
        check(EngineName::Mysql, &"é".repeat(26), &format!("{}_clone", "é".repeat(26)));
        check(EngineName::Mysql, &"a".repeat(27), "E_NAME_TOO_LONG");
        check(EngineName::Mariadb, &"a".repeat(75), "E_NAME_TOO_LONG");
        let single = |name: &str| {
            let login = login(EngineName::Postgres, name);
            pending_user(&login, Strategy::Single, CLONE_SUFFIX).map_err(|fault| fault.code)
        };
        assert_eq!(single(&"a".repeat(63)), Ok("a".repeat(63)));
        assert_eq!(single(&"a".repeat(64)), Err(Code::NameTooLong));
    }

    #[test]
    fn a_pending_version_for_somebody_else_is_refused() {
        let current = login(EngineName::Postgres, "app");
        let check = |pending: &Login, strategy, expected: Option<Code>| {
            let found = check_pending(&current, pending, strategy, CLONE_SUFFIX);
            assert_eq!(found.err().map(|fault| fault.code), expected, "{pending}");
        };
        check(&current, Strategy::Single, None);
        check(&current, Strategy::Alternating, Some(Code::IdentityMismatch));
        check(&login(EngineName::Postgres, "app_clone"), Strategy::Alternating, None);
        check(&login(EngineName::Mysql, "app"), Strategy::Single, Some(Code::IdentityMismatch));
        let mut elsewhere = current.clone();
        elsewhere.place.host = "evil".to_owned();
        check(&elsewhere, Strategy::Single, Some(Code::IdentityMismatch));
    }
}
