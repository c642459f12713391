//! Whom a database's certificate may come from: the authorities of RDS, which no image of Lambda
//! has, those of the system, and one that the operator names. Never trusts a certificate unseen.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::fault::{Code, Fault};

/// The RDS authorities, without those that have expired. A root that expires later is refused by
/// the verification itself, and the rest go on to hold.
const RDS_ROOTS: &[u8] = include_bytes!("rds-roots.pem");

/// Every root, as both database clients want them.
pub fn roots(extra_pem: Option<&str>) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let mut roots = Vec::new();
    for root in CertificateDer::pem_slice_iter(RDS_ROOTS) {
        roots.extend(root.ok());
    }
    // What the system has and cannot be read is missed only if it is needed, and then said.
    roots.extend(rustls_native_certs::load_native_certs().certs);
    for root in CertificateDer::pem_slice_iter(extra_pem.unwrap_or_default().as_bytes()) {
        roots.push(root.map_err(|err| {
            Fault::new(Code::Settings, format!("SSL_CA_PEM cannot be read: {err}"))
        })?);
    }
    Ok(roots)
}

/// The configuration for clients that take rustls' own.
pub fn client_config(roots: &[CertificateDer<'static>]) -> Result<Arc<ClientConfig>, Fault> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(roots.iter().cloned());
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|err| Fault::new(Code::DbTls, format!("no TLS here: {err}")))?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(Arc::new(config))
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
