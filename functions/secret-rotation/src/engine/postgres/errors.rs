//! What PostgreSQL means by its errors. Keeps the server's sentence, without secrets.

use std::{error::Error as StdError, fmt::Write as _};

use tokio_postgres::{Error, error::DbError};

use super::super::Refusal;
use crate::{
    fault::{Code, Fault},
    hidden::{Hidden, scrubbed},
};

/// Why a login failed.
pub(super) fn refusal(error: &Error, whom: &str, secrets: &[&Hidden]) -> Refusal {
    let what = format!("the login of {whom} failed: {}", said(error, secrets));
    let state = error.code().map(tokio_postgres::error::SqlState::code);
    let message = error.as_db_error().map(DbError::message).unwrap_or_default();
    match state {
        Some("28P01") => Refusal::WrongPassword(Fault::new(Code::DbAuth, what)),
        Some(state) => Refusal::Other(Fault::new(login_code(state, message), what)),
        None => Refusal::Other(Fault::new(wire_code(error), what)),
    }
}

/// Why a statement failed. `what` is what was asked.
pub(super) fn fault(error: &Error, what: &str, secrets: &[&Hidden]) -> Fault {
    let code = match error.code().map(tokio_postgres::error::SqlState::code) {
        None => Code::DbUnreachable,
        Some("42501") => Code::DbPrivilege,
        Some("25006") => Code::DbReadOnly,
        Some("55P03" | "57014") => Code::DbTimeout,
        Some("57P01" | "57P02" | "57P03") => Code::DbStarting,
        // What a module that checks passwords says.
        Some("22023") => Code::DbPolicy,
        Some(_) => Code::DbRefused,
    };
    Fault::new(code, format!("{what} failed: {}", said(error, secrets)))
}

fn login_code(state: &str, message: &str) -> Code {
    match state {
        // Also what a server says that takes nobody without TLS.
        "28000" if message.contains("no encryption") || message.contains("SSL off") => Code::DbTls,
        "28000" if message.contains("not permitted to log in") => Code::AccountLocked,
        "28000" => Code::DbAuth,
        "3D000" | "42501" => Code::DbName,
        "53300" => Code::DbConnections,
        "57P03" | "57P01" | "57P02" => Code::DbStarting,
        _ => Code::DbRefused,
    }
}

/// Without a state, the error is one of the way to the server.
fn wire_code(error: &Error) -> Code {
    let mut source: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = source {
        let is_tls = error.is::<rustls::Error>()
            || error
                .downcast_ref::<std::io::Error>()
                .and_then(std::io::Error::get_ref)
                .is_some_and(<dyn StdError + Send + Sync>::is::<rustls::Error>);
        if is_tls || error.to_string().contains("does not support TLS") {
            return Code::DbTls;
        }
        source = error.source();
    }
    Code::DbUnreachable
}

/// The whole chain, and of a server's error its state and sentence. Its detail and its place in the
/// statement are left out: they may quote the statement.
fn said(error: &Error, secrets: &[&Hidden]) -> String {
    if let Some(error) = error.as_db_error() {
        return scrubbed(&format!("{} ({})", error.message(), error.code().code()), secrets);
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let said = error.to_string();
        if !text.ends_with(&said) {
            let _infallible = write!(text, ": {said}");
        }
        source = error.source();
    }
    scrubbed(&text, secrets)
}
