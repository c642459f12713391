//! What MySQL and MariaDB mean by their errors. Keeps the server's sentence, without secrets.

use std::error::Error as StdError;

use mysql_async::{DriverError, Error, IoError, ServerError};

use super::super::Refusal;
use crate::{
    fault::{Code, Fault},
    hidden::{Hidden, scrubbed},
};

/// The server repeats the statement from the place on that it does not understand.
const BAD_SYNTAX: u16 = 1064;
/// The current password has to be said along with the new one.
pub(super) const NEEDS_CURRENT: u16 = 3892;
/// The password that was said along with the new one is not the first of the user's two.
pub(super) const NOT_THE_FIRST: u16 = 3891;
/// What was said as a hash is not one of the user's plugin.
pub(super) const WRONG_HASH: u16 = 1372;
/// MariaDB lets an expired password log in, and do nothing but change itself.
pub(super) const MUST_CHANGE: u16 = 1820;
/// MySQL lets it in only with clients that ask for that.
const EXPIRED: u16 = 1862;

/// Why a login failed. Where a user of MariaDB has two passwords, some plugins ask for each, and the
/// client answers once: then this one is not the first, and the first is the one to look for.
pub(super) fn refusal(error: &Error, whom: &str, secrets: &[&Hidden]) -> Refusal {
    let what = format!("the login of {whom} failed: {}", said(error, secrets));
    match number(error) {
        // Also what a server says that wants TLS, so the password is only probably wrong.
        Some(1045 | 1698) => Refusal::WrongPassword(Fault::new(Code::DbAuth, what)),
        Some(EXPIRED) => Refusal::Expired(Fault::new(Code::Expired, what)),
        Some(number) => Refusal::Other(Fault::new(login_code(number), what)),
        None if matches!(error, Error::Driver(DriverError::UnexpectedPacket { .. })) => {
            let what =
                format!("{what} (the server asks again: this is not the first of two passwords)");
            Refusal::WrongPassword(Fault::new(Code::DbAuth, what))
        }
        None if is_decoy(error) => {
            let what = format!("{what} (MySQL asks for this also where there is no such user)");
            Refusal::WrongPassword(Fault::new(Code::DbAuth, what))
        }
        None => Refusal::Other(Fault::new(wire_code(error), what)),
    }
}

/// To hide that there is no such user, MySQL asks for its password by a plugin that it has drawn by
/// lot, and the client does not know this one. So no password has been sent, and whether there is
/// such a user only an admin can tell.
fn is_decoy(error: &Error) -> bool {
    matches!(error, Error::Driver(DriverError::UnknownAuthPlugin { name }) if name == "sha256_password")
}

/// Why a statement failed. `what` is what was asked.
pub(super) fn fault(error: &Error, what: &str, secrets: &[&Hidden]) -> Fault {
    let code = match number(error) {
        None => wire_code(error),
        Some(1227 | 1044 | 1142 | 1143 | 1370 | 1410 | 1698) => Code::DbPrivilege,
        Some(1290) if !is_about_reading(error) => Code::DbPolicy,
        Some(1290 | 1836 | 1792) => Code::DbReadOnly,
        Some(3638 | 1819 | 1620) => Code::DbPolicy,
        Some(1205 | 3024 | 1969) => Code::DbTimeout,
        Some(1226) => Code::DbConnections,
        Some(1053) => Code::DbStarting,
        Some(1524) => Code::DbPlugin,
        Some(EXPIRED | MUST_CHANGE) => Code::Expired,
        Some(_) => Code::DbRefused,
    };
    Fault::new(code, format!("{what} failed: {}", said(error, secrets)))
}

pub(super) fn number(error: &Error) -> Option<u16> {
    match error {
        Error::Server(ServerError { code, .. }) => Some(*code),
        _ => None,
    }
}

/// Every one of these comes after a right password.
fn login_code(number: u16) -> Code {
    match number {
        3118 | 4151 | 3955 | 4150 => Code::AccountLocked,
        MUST_CHANGE => Code::Expired,
        1044 | 1049 => Code::DbName,
        1226 | 1203 | 1040 | 1129 => Code::DbConnections,
        1130 => Code::DbAuth,
        1053 => Code::DbStarting,
        3159 => Code::DbTls,
        1524 | 1251 | 2059 => Code::DbPlugin,
        _ => Code::DbRefused,
    }
}

/// One number for every option of the server that hinders a statement: also for MariaDB's check of
/// passwords, which will have no hash.
fn is_about_reading(error: &Error) -> bool {
    matches!(error, Error::Server(ServerError { message, .. }) if message.contains("read-only") || message.contains("read_only"))
}

fn wire_code(error: &Error) -> Code {
    match error {
        Error::Io(IoError::Tls(_)) | Error::Driver(DriverError::NoClientSslFlagFromServer) => {
            Code::DbTls
        }
        Error::Driver(DriverError::UnknownAuthPlugin { .. }) => Code::DbPlugin,
        Error::Io(IoError::Io(err))
            if err.get_ref().is_some_and(<dyn StdError + Send + Sync>::is::<rustls::Error>) =>
        {
            Code::DbTls
        }
        _ => Code::DbUnreachable,
    }
}

fn said(error: &Error, secrets: &[&Hidden]) -> String {
    let text = match error {
        Error::Server(ServerError { code, message, .. }) => {
            // What follows is our own statement, with the hash of a password perhaps.
            let said = message.split(" near ").next().filter(|_| *code == BAD_SYNTAX);
            format!("{} ({code})", said.unwrap_or(message))
        }
        other => other.to_string(),
    };
    scrubbed(&text, secrets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f88_a_statement_that_is_not_understood_is_not_repeated() {
        let error = |code, message: &str| {
            let (message, state) = (message.to_owned(), "42000".to_owned());
            Error::Server(ServerError { code, message, state })
        };
        let bad =
            error(1064, "You have an error in your SQL syntax; near ''*AB12' near x' at line 1");
        assert_eq!(said(&bad, &[]), "You have an error in your SQL syntax; (1064)");
        let other = error(1045, "Access denied near 'app'");
        assert_eq!(said(&other, &[]), "Access denied near 'app' (1045)");
        let secret = Hidden::new("hunter'2");
        assert_eq!(said(&error(1049, "no 'hunter''2'"), &[&secret]), "no '<hidden>' (1049)");
    }
}
