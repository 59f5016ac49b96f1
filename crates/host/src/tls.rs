//! TLS as an observer needs it: what a listener presents counts, whatever one may think of it ([`probe`]); and
//! as a client of a node's own API server needs it ([`NodeVerifier`]).

mod get;
mod legacy;
mod probe;
mod verifier;

pub use get::get;
pub use probe::probe;
pub use verifier::NodeVerifier;

use perennial_core::inventory::Chain;
use perennial_pki::certificate::Certificate;
use perennial_pki::key::PrivateKey;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a TCP connection to a listener may take.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(2);

/// How long a handshake may take.
pub const HANDSHAKE_LIMIT: Duration = Duration::from_secs(3);

/// aws-lc, given explicitly everywhere: nothing depends on who installs a default first.
static PROVIDER: LazyLock<Arc<CryptoProvider>> =
    LazyLock::new(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));

/// A client certificate that can be presented.
#[derive(Clone, Debug)]
pub struct ClientIdentity(Arc<CertifiedKey>);

impl ClientIdentity {
    /// The chain with its key; `None` if the key is not the leaf's or of a kind that TLS can't use.
    pub fn new(chain: &Chain, key: &PrivateKey) -> Option<Self> {
        if !key.matches(chain.leaf()) {
            return None;
        }
        let der = PrivateKeyDer::from_pem_slice(key.to_pem().as_bytes()).ok().map(Zeroizing::new)?;
        let signing_key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&der).ok()?;
        let certificate = |certificate: &Certificate| CertificateDer::from(certificate.der().to_vec());
        let chain = std::iter::once(chain.leaf()).chain(chain.rest()).map(certificate).collect();
        Some(Self(Arc::new(CertifiedKey::new(chain, signing_key))))
    }
}
