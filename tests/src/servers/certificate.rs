//! The certificates of test servers, made anew for each. Nothing trusts them but who is given
//! their authority.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// What the server shows to clients that ask for TLS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Certificate {
    /// For `localhost` and 127.0.0.1.
    #[default]
    Good,
    /// For this name only: the wrong one for who connects to 127.0.0.1, unless told otherwise.
    For(String),
    /// Good until the end of 2020.
    Expired,
    /// Signed by an authority that [`super::Server::ca_pem`] is not.
    FromAnotherAuthority,
}

/// The files that a server and its clients need, as PEM.
#[derive(Debug)]
pub(super) struct Pem {
    pub(super) authority: String,
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Certificate {
    pub(super) fn make(&self) -> Result<Pem, rcgen::Error> {
        let names = match self {
            Self::For(name) => vec![name.clone()],
            Self::Good | Self::Expired | Self::FromAnotherAuthority => {
                vec!["localhost".to_owned(), "127.0.0.1".to_owned()]
            }
        };
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "a test server");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        if *self == Self::Expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2020, 12, 31);
        }
        let (authority, issuer) = authority("a test authority")?;
        let signer = match self {
            Self::FromAnotherAuthority => self::authority("another test authority")?.1,
            Self::Good | Self::For(_) | Self::Expired => issuer,
        };
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &signer)?.pem();
        Ok(Pem { authority, certificate, key: key.serialize_pem() })
    }
}

/// Its name is what a client looks for first: another one is unknown, the same with another key is
/// a forgery.
fn authority(name: &str) -> Result<(String, Issuer<'static, KeyPair>), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?.pem();
    Ok((certificate, Issuer::new(params, key)))
}
