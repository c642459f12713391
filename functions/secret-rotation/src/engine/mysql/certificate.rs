//! The name of a certificate that is right but for its name. The client cannot be told to take any:
//! it looks for a word that rustls no longer says. So the second connection asks for the name that
//! the first was shown, and verifies all of it again.

use mysql_async::{Error, IoError};
use rustls::CertificateError;

/// A name that the certificate is for, if nothing else was wrong with it: rustls verifies names last.
pub(super) fn other_name(error: &Error) -> Option<String> {
    let Error::Io(IoError::Io(error)) = error else { return None };
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    let rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext {
        presented,
        ..
    }) = error
    else {
        return None;
    };
    presented.iter().find_map(|name| plain(name))
}

/// `DnsName("db.example")` and `IpAddress(127.0.0.1)` as rustls writes them.
fn plain(name: &str) -> Option<String> {
    let (kind, name) = name.strip_suffix(')')?.split_once('(')?;
    let name = name.trim_matches('"');
    match kind {
        // Of a wildcard, any name.
        "DnsName" => Some(name.replacen('*', "any", 1)),
        "IpAddress" => Some(name.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_rustls_writes_them() {
        assert_eq!(plain("DnsName(\"db.example\")").as_deref(), Some("db.example"));
        assert_eq!(plain("DnsName(\"*.db.example\")").as_deref(), Some("any.db.example"));
        assert_eq!(plain("IpAddress(127.0.0.1)").as_deref(), Some("127.0.0.1"));
        assert_eq!(plain("DirectoryName"), None);
    }
}
