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
/// MariaDB lets an expired password log in, and do nothing but change itself.
pub(super) const MUST_CHANGE: u16 = 1820;

/// Why a login failed.
pub(super) fn refusal(error: &Error, whom: &str, secrets: &[&Hidden]) -> Refusal {
    let what = format!("the login of {whom} failed: {}", said(error, secrets));
    match number(error) {
        // Also what a server says that wants TLS, so the password is only probably wrong.
        Some(1045 | 1698) => Refusal::WrongPassword(Fault::new(Code::DbAuth, what)),
        Some(number) => Refusal::Other(Fault::new(login_code(number), what)),
        None => Refusal::Other(Fault::new(wire_code(error), what)),
    }
}

/// Why a statement failed. `what` is what was asked.
pub(super) fn fault(error: &Error, what: &str, secrets: &[&Hidden]) -> Fault {
    let code = match number(error) {
        None => wire_code(error),
        Some(1227 | 1044 | 1142 | 1143 | 1370 | 1410) => Code::DbPrivilege,
        Some(1290 | 1836 | 1792) => Code::DbReadOnly,
        Some(3638 | 1819) => Code::DbPolicy,
        Some(1205 | 3024 | 1969) => Code::DbTimeout,
        Some(1226) => Code::DbConnections,
        Some(1053) => Code::DbStarting,
        Some(1524) => Code::DbPlugin,
        Some(1862 | MUST_CHANGE) => Code::Expired,
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
        3118 | 4151 | 3955 => Code::AccountLocked,
        1862 | MUST_CHANGE => Code::Expired,
        1044 | 1049 => Code::DbName,
        1226 | 1203 | 1040 | 1129 => Code::DbConnections,
        1130 => Code::DbAuth,
        1053 => Code::DbStarting,
        3159 => Code::DbTls,
        1524 | 1251 | 2059 => Code::DbPlugin,
        _ => Code::DbRefused,
    }
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
    fn f17_88_a_statement_that_is_not_understood_is_not_repeated() {
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
