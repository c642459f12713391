//! Whom a database's certificate may come from: the authorities of RDS, which no image of Lambda
//! has, those of the system, and one that the operator names. Never trusts a certificate unseen.

use std::sync::{Arc, OnceLock};

use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_cert_signed_by_trust_anchor,
    },
    crypto::{self, WebPkiSupportedAlgorithms, ring},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
    server::ParsedCertificate,
};

use crate::fault::{Code, Fault};

/// The RDS authorities, without those that have expired. A root that expires later is refused by
/// the verification itself, and the rest go on to hold.
const RDS_ROOTS: &[u8] = include_bytes!("rds-roots.pem");

/// Whom this function trusts. Found out when a database is first reached, and kept: reading two
/// hundred certificates is most of the work of a login.
#[derive(Debug, Default)]
pub struct Trust {
    extra_pem: Option<String>,
    roots: OnceLock<Vec<CertificateDer<'static>>>,
    configs: OnceLock<Configs>,
}

impl Trust {
    pub fn new(extra_pem: Option<String>) -> Self {
        Self { extra_pem, ..Self::default() }
    }

    /// For clients that have a configuration of their own.
    pub fn roots(&self) -> Result<&[CertificateDer<'static>], Fault> {
        match self.roots.get() {
            Some(roots) => Ok(roots),
            None => roots(self.extra_pem.as_deref()).map(|read| &**self.roots.get_or_init(|| read)),
        }
    }

    /// For clients that take rustls' own.
    pub fn configs(&self) -> Result<&Configs, Fault> {
        match self.configs.get() {
            Some(configs) => Ok(configs),
            None => configs(self.roots()?).map(|made| self.configs.get_or_init(|| made)),
        }
    }
}

fn roots(extra_pem: Option<&str>) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let mut roots = Vec::new();
    for root in CertificateDer::pem_slice_iter(RDS_ROOTS) {
        roots.extend(root.ok());
    }
    // What the system has and cannot be read is missed only if it is needed, and then said.
    roots.extend(rustls_native_certs::load_native_certs().certs);
    for root in CertificateDer::pem_slice_iter(extra_pem.unwrap_or_default().as_bytes()) {
        roots.push(root.map_err(|err| {
            Fault::new(Code::Settings, "SSL_CA_PEM cannot be read").with_source(err)
        })?);
    }
    Ok(roots)
}

#[derive(Debug, Clone)]
pub struct Configs {
    /// The certificate is for the name that is asked for.
    pub full: Arc<ClientConfig>,
    /// It is of a known authority, for whatever name.
    pub chain_only: Arc<ClientConfig>,
}

fn configs(roots: &[CertificateDer<'static>]) -> Result<Configs, Fault> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(roots.iter().cloned());
    let provider = Arc::new(ring::default_provider());
    let chain =
        Chain { roots: store.clone(), algorithms: provider.signature_verification_algorithms };
    let full = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|err| Fault::new(Code::DbTls, "no TLS here").with_source(err))?
        .with_root_certificates(store)
        .with_no_client_auth();
    let mut chain_only = full.clone();
    chain_only.dangerous().set_certificate_verifier(Arc::new(chain));
    Ok(Configs { full: Arc::new(full), chain_only: Arc::new(chain_only) })
}

/// Verifies all of a certificate but its name.
#[derive(Debug)]
struct Chain {
    roots: RootCertStore,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Chain {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificate = ParsedCertificate::try_from(certificate)?;
        verify_server_cert_signed_by_trust_anchor(
            &certificate,
            &self.roots,
            intermediates,
            now,
            self.algorithms.all,
        )?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        crypto::verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        crypto::verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_authority_of_rds_can_be_read() {
        let n_begun = RDS_ROOTS.windows(10).filter(|it| it == b"-----BEGIN").count();
        let read: Vec<_> =
            CertificateDer::pem_slice_iter(RDS_ROOTS).collect::<Result<_, _>>().unwrap();
        assert_eq!(read.len(), n_begun);
        let mut store = RootCertStore::empty();
        assert_eq!(store.add_parsable_certificates(read), (n_begun, 0));
        assert!(n_begun > 80, "{n_begun}");
    }

    #[test]
    fn an_authority_that_cannot_be_read_is_named() {
        let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
        let fault = roots(Some(broken)).unwrap_err();
        assert!(fault.to_string().starts_with("SSL_CA_PEM cannot be read"), "{fault}");
    }
}
