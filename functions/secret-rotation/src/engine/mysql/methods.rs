//! How an account proves who it is, before a rotation and after it. Makes what the server keeps for
//! a password, so that MariaDB never sees the password. Asks nobody.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use curve25519_dalek::{EdwardsPoint, Scalar, scalar::clamp_integer};
use sha1::{Digest as _, Sha1};
use sha2::Sha512;

use super::sql;
use crate::{
    fault::{Code, Fault},
    hidden::Hidden,
};

pub(super) const NATIVE: &str = "mysql_native_password";
pub(super) const ED25519: &str = "ed25519";

/// The plugins that ask for a password. What else there is, a socket or a smart card, is not
/// touched by a new one.
const OF_PASSWORDS: [&str; 6] =
    [NATIVE, ED25519, "mysql_old_password", "parsec", "caching_sha2_password", "sha256_password"];

/// A plugin, and what the server keeps for it.
pub(super) type Method = (String, Option<String>);

/// What MariaDB keeps for a password by this plugin.
pub(super) fn hash(plugin: &str, password: &Hidden) -> Option<String> {
    match plugin {
        NATIVE => Some(native_hash(password)),
        ED25519 => Some(ed25519_hash(password)),
        _ => None,
    }
}

pub(super) fn native_hash(password: &Hidden) -> String {
    let hash = Sha1::digest(Sha1::digest(password.expose()));
    format!("*{hash:X}")
}

/// The public key to the password as the private one.
fn ed25519_hash(password: &Hidden) -> String {
    let hash = Sha512::digest(password.expose());
    let mut secret = [0; 32];
    secret.copy_from_slice(&hash[..32]);
    let secret = Scalar::from_bytes_mod_order(clamp_integer(secret));
    // Without the `=` at the end, as MariaDB keeps it.
    STANDARD_NO_PAD.encode(EdwardsPoint::mul_base(&secret).compress().as_bytes())
}

/// The methods of an account with a new password, by the plugin of the old one.
pub(super) fn renewed(methods: &[Method], new: &Hidden) -> Result<Vec<Method>, Fault> {
    let others = methods.iter().filter(|method| !is_password(method));
    Ok([with(new, plugin(methods))?].into_iter().chain(others.cloned()).collect())
}

/// The same with the current password as the second, or, where the server does not have that, with
/// what it has had so far: never with one that only the secret knows. To do so again changes nothing.
pub(super) fn doubled(
    methods: &[Method],
    current: &Hidden,
    new: &Hidden,
) -> Result<Vec<Method>, Fault> {
    let mut renewed = renewed(methods, new)?;
    let is = |password, (plugin, kept): &Method| *kept == hash(plugin, password);
    let mut old = methods.iter().filter(|it| is_password(it) && it.1.is_some() && !is(new, it));
    let kept = old.clone().find(|it| is(current, it)).or_else(|| old.next());
    renewed.splice(1..1, kept.cloned());
    Ok(renewed)
}

fn is_password((plugin, _): &Method) -> bool {
    OF_PASSWORDS.contains(&plugin.as_str())
}

fn plugin(methods: &[Method]) -> &str {
    match methods.iter().find(|method| is_password(method)) {
        None => NATIVE,
        // Too weak to be given another.
        Some((plugin, _)) if plugin == "mysql_old_password" => NATIVE,
        Some((plugin, _)) => plugin,
    }
}

fn with(password: &Hidden, plugin: &str) -> Result<Method, Fault> {
    let kept = hash(plugin, password).ok_or_else(|| unknown(plugin))?;
    Ok((plugin.to_owned(), Some(kept)))
}

/// As MariaDB writes them.
pub(super) fn via(methods: &[Method]) -> String {
    let method = |(plugin, kept): &Method| {
        let kept = kept.as_deref().map(|kept| format!(" USING {}", sql::text(kept)));
        format!("{}{}", sql::text(plugin), kept.unwrap_or_default())
    };
    let methods: Vec<String> = methods.iter().map(method).collect();
    format!("IDENTIFIED VIA {}", methods.join(" OR "))
}

/// How MySQL is told a new password, for the plugin that the account has.
pub(super) fn identified(methods: &[Method], new: &Hidden) -> Result<Hidden, Fault> {
    Ok(Hidden::new(match methods.first().map(|(plugin, _)| plugin.as_str()) {
        Some(NATIVE) => {
            format!("IDENTIFIED WITH {NATIVE} AS {}", sql::text(&native_hash(new)))
        }
        // The client could not log in to see whether the server has taken it.
        Some("sha256_password") => return Err(unknown("sha256_password")),
        Some(plugin) => {
            format!("IDENTIFIED WITH {} BY {}", sql::text(plugin), sql::text(new.expose()))
        }
        None => format!("IDENTIFIED BY {}", sql::text(new.expose())),
    }))
}

fn unknown(plugin: &str) -> Fault {
    let what = format!("the user proves itself by `{plugin}`, which the function cannot");
    Fault::new(Code::DbPlugin, what)
}

#[cfg(test)]
mod tests {
    use shared::error::FaultCode as _;

    use super::*;

    fn method(plugin: &str, kept: &str) -> Method {
        (plugin.to_owned(), (!kept.is_empty()).then(|| kept.to_owned()))
    }

    #[test]
    fn hashes_are_the_servers_own() {
        // SELECT PASSWORD('mypass')
        let hash = native_hash(&Hidden::new("mypass"));
        assert_eq!(hash, "*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4");
        // From MariaDB's manual: CREATE USER ... VIA ed25519 USING PASSWORD('secret')
        let hash = ed25519_hash(&Hidden::new("secret"));
        assert_eq!(hash, "ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY");
    }

    const NEW: &str = "*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4";

    #[track_caller]
    fn check(found: Result<Vec<Method>, Fault>, expected: &[&str]) {
        let said = |(plugin, kept): Method| format!("{plugin} {}", kept.unwrap_or_default());
        let found = found.map_or_else(
            |fault| vec![fault.code.name().to_owned()],
            |methods| methods.into_iter().map(said).collect(),
        );
        let found: Vec<_> = found.iter().map(|it| it.replace(NEW, "*NEW")).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_new_password_takes_the_place_of_the_old_one() {
        let check = |methods: &[Method], expected: &[&str]| {
            check(renewed(methods, &Hidden::new("mypass")), expected);
        };
        check(&[method(NATIVE, "*A"), method(NATIVE, "*B")], &["mysql_native_password *NEW"]);
        check(
            &[method("unix_socket", ""), method(NATIVE, "*A")],
            &["mysql_native_password *NEW", "unix_socket "],
        );
        check(&[], &["mysql_native_password *NEW"]);
        check(&[method("parsec", "P0")], &["E_DB_PLUGIN"]);
    }

    #[test]
    fn the_password_that_the_server_has_goes_on_to_work() {
        let current = native_hash(&Hidden::new("current"));
        let check = |first: &str, second: &str, expected: &[&str]| {
            let methods = [method(NATIVE, first), method(NATIVE, second)];
            let found = doubled(&methods, &Hidden::new("current"), &Hidden::new("mypass"));
            check(found, expected);
        };
        let kept = |hash: &str| format!("mysql_native_password {hash}");
        let new = kept("*NEW");
        check(&current, "*OLD", &[&new, &kept(&current)]);
        check(NEW, &current, &[&new, &kept(&current)]);
        check("*UNKNOWN", "*OLD", &[&new, &kept("*UNKNOWN")]);
        // A rotation that was given up has left the first.
        check("*UNKNOWN", &current, &[&new, &kept(&current)]);
    }

    #[test]
    fn f71_a_plugin_stays() {
        let old = [method(ED25519, "old"), method("unix_socket", "")];
        let found = doubled(&old, &Hidden::new("old"), &Hidden::new("secret")).unwrap();
        assert_eq!(
            via(&found),
            "IDENTIFIED VIA 'ed25519' USING 'ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY' \
             OR 'ed25519' USING 'old' OR 'unix_socket'"
        );
    }

    #[test]
    fn mysql_is_told_in_the_words_of_the_plugin() {
        let identified = |methods: &[Method]| {
            let identified = identified(methods, &Hidden::new("my'pass")).unwrap();
            identified.expose().to_owned()
        };
        assert_eq!(identified(&[]), "IDENTIFIED BY 'my''pass'");
        assert_eq!(
            identified(&[method("caching_sha2_password", "x")]),
            "IDENTIFIED WITH 'caching_sha2_password' BY 'my''pass'"
        );
        let hash = native_hash(&Hidden::new("my'pass"));
        let expected = format!("IDENTIFIED WITH mysql_native_password AS '{hash}'");
        assert_eq!(identified(&[method(NATIVE, "x")]), expected);
    }
}
