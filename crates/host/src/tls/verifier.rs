//! Whom a client of the node's own API server trusts.

use super::{ClientIdentity, PROVIDER};
use jiff::Timestamp;
use perennial_pki::certificate::Certificate;
use perennial_pki::chain::{Use, faults};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use std::sync::Arc;

/// Trusts a server as Go would with these CAs, or because it serves the very certificate that lies on this
/// node: then it is this node's own API server, also when that certificate has expired, and the operator can
/// still look. The server must hold the key in either case.
#[derive(Clone, Debug, Default)]
pub struct NodeVerifier {
    /// The kubeconfig's CAs.
    pub authorities: Vec<Certificate>,
    /// The leaf of the node's own serving certificate file.
    pub own_leaf: Option<Certificate>,
}

impl NodeVerifier {
    /// A client configuration with this trust, presenting `identity` where the server asks for it.
    pub fn client_config(self, identity: &ClientIdentity) -> Result<ClientConfig, Error> {
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&PROVIDER))
            .with_protocol_versions(rustls::ALL_VERSIONS)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(self))
            .with_client_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(Arc::clone(
                &identity.0,
            ))));
        // A resumed session is not checked against what lies on disk now.
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    /// Why the server is not trusted; `Ok` if it is.
    fn judge(&self, leaf: &[u8], rest: &[&[u8]], name: &str, now: Timestamp) -> Result<(), Refusal> {
        if self.own_leaf.as_ref().is_some_and(|own| own.der() == leaf) {
            return Ok(());
        }
        let leaf = Certificate::from_der(leaf).map_err(|error| Refusal(error.to_string()))?;
        let intermediates: Vec<Certificate> =
            rest.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
        let faults = faults(&leaf, &intermediates, &self.authorities, Some(Use::Server), Some(name), now);
        if faults.is_empty() {
            return Ok(());
        }
        let reasons: Vec<String> = faults.iter().map(|fault| format!("{fault:?}")).collect();
        Err(Refusal(reasons.join(", ")))
    }
}

/// Why a server's certificate is refused.
#[derive(Debug, thiserror::Error)]
#[error("the API server's certificate is refused: {0}")]
struct Refusal(String);

impl ServerCertVerifier for NodeVerifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let rest: Vec<&[u8]> = rest.iter().map(AsRef::as_ref).collect();
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let now = Timestamp::from_second(seconds).map_err(|_| Error::FailedToGetCurrentTime)?;
        let refuse =
            |refusal| Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refusal))));
        self.judge(leaf, &rest, &name.to_str(), now).map_err(refuse)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, leaf, signed, &PROVIDER.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, leaf, signed, &PROVIDER.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        PROVIDER.signature_verification_algorithms.supported_schemes()
    }
}
