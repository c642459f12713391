//! What MySQL and MariaDB mean by their errors. Keeps the server's sentence, without secrets.

use std::error::Error as StdError;

use mysql_async::{DriverError, Error, IoError, ServerError};

use super::super::Refusal;
use crate::{
    fault::{Code, Fault},
    hidden::{Hidden, scrubbed},
};

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
        Error::Server(ServerError { code, message, .. }) => format!("{message} ({code})"),
        other => other.to_string(),
    };
    scrubbed(&text, secrets)
}
