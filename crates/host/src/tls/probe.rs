//! One handshake with a listener: what it presents, and whose client certificates it would accept.

use super::{CONNECT_LIMIT, ClientIdentity, HANDSHAKE_LIMIT, PROVIDER};
use perennial_core::inventory::{Chain, Handshake, Looked, Served, Trouble};
use perennial_pki::certificate::{Certificate, name_text};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

/// How long the peer may take to answer our `close_notify` with the end of its stream.
const FAREWELL_LIMIT: Duration = Duration::from_millis(300);

/// Looks at what the listener at `address` presents for `server_name` (none is sent if it is `None`).
///
/// `identity` is presented if the peer asks for a client certificate. The connection is closed as a client
/// that has changed its mind closes it: `close_notify`, then the peer's end is awaited. A connection that is
/// simply dropped is reset by the kernel if the peer's session tickets were not read, and etcd logs that.
pub async fn probe(
    address: SocketAddr,
    server_name: Option<&str>,
    identity: Option<&ClientIdentity>,
) -> Looked<Served> {
    let witness = Arc::new(Witness::with(identity));
    let name = server_name.and_then(|name| ServerName::try_from(name.to_owned()).ok());
    let name = name.unwrap_or_else(|| ServerName::from(address.ip()));
    let shaken = match config(&witness) {
        Ok(config) => shake_hands(address, name, config, identity.is_some()).await,
        Err(error) => Err(Ended::nobody(error)),
    };
    let mut seen = witness.presented();
    if seen.is_empty() {
        let ended = shaken.as_ref().err();
        if ended.is_some_and(|ended| ended.answered) {
            seen = super::legacy::certificates(address, server_name).await;
        }
        if seen.is_empty() {
            return Looked::Unusable(match ended {
                Some(Ended { answered: true, reason }) => Trouble::NoHandshake(reason.clone()),
                Some(Ended { answered: false, reason }) => Trouble::NoAnswer(reason.clone()),
                None => Trouble::NoAnswer("it presents no certificate".to_owned()),
            });
        }
    }
    let parsed: Result<Vec<Certificate>, _> = seen.iter().map(|der| Certificate::from_der(der)).collect();
    let chain = match parsed {
        Ok(certificates) => Chain::new(certificates),
        // A leaf with something unreadable behind it is still what is served.
        Err(error) => match seen.first().map(|der| Certificate::from_der(der)) {
            Some(Ok(leaf)) => Chain::new(vec![leaf]),
            _ => return Looked::Unusable(Trouble::Malformed(error.to_string())),
        },
    };
    let Some(chain) = chain else { return Looked::Unusable(Trouble::NoCertificate) };
    let handshake = shaken.map_or_else(|ended| Handshake::Failed(ended.reason), |()| Handshake::Completed);
    Looked::Seen(Served { chain, handshake, client_authorities: witness.authorities() })
}

/// How a handshake failed.
pub(super) struct Ended {
    /// Whether the peer speaks TLS: it has refused, or chosen what we refuse.
    answered: bool,
    reason: String,
}

impl Ended {
    fn nobody(reason: impl ToString) -> Self {
        Self { answered: false, reason: reason.to_string() }
    }

    fn of(error: &std::io::Error) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        let answered = matches!(
            inner,
            Some(Error::AlertReceived(_) | Error::PeerIncompatible(_) | Error::PeerMisbehaved(_))
        );
        Self { answered, reason: error.to_string() }
    }
}

/// Connects and shakes hands.
pub(super) async fn connect(
    address: SocketAddr,
    name: ServerName<'static>,
    config: ClientConfig,
) -> Result<TlsStream<TcpStream>, Ended> {
    let connecting = timeout(CONNECT_LIMIT, TcpStream::connect(address)).await;
    let stream = connecting
        .map_err(|_| Ended::nobody(format!("no connection within {} s", CONNECT_LIMIT.as_secs())))?
        .map_err(Ended::nobody)?;
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    timeout(HANDSHAKE_LIMIT, connector.connect(name, stream))
        .await
        .map_err(|_| Ended::nobody(format!("no handshake within {} s", HANDSHAKE_LIMIT.as_secs())))?
        .map_err(|error| Ended::of(&error))
}

async fn shake_hands(
    address: SocketAddr,
    name: ServerName<'static>,
    config: ClientConfig,
    presented: bool,
) -> Result<(), Ended> {
    let mut stream = connect(address, name, config).await?;
    let farewell = async {
        stream.shutdown().await?;
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await? > 0 {}
        Ok::<(), std::io::Error>(())
    };
    match timeout(FAREWELL_LIMIT, farewell).await {
        // In TLS 1.3 a server judges the client's certificate after the client has finished.
        Ok(Err(error)) if presented && is_alert(&error) => Err(Ended::of(&error)),
        _ => Ok(()),
    }
}

fn is_alert(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    matches!(inner, Some(Error::AlertReceived(_)))
}

/// A client that takes whatever it is shown.
pub(super) fn config(witness: &Arc<Witness>) -> Result<ClientConfig, Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&PROVIDER))
        .with_protocol_versions(rustls::ALL_VERSIONS)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(witness) as _)
        .with_client_cert_resolver(Arc::clone(witness) as _);
    // A resumed session shows no certificate.
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// Writes down what is presented and accepts it. The handshake's signatures are checked all the same: a peer
/// that doesn't hold the key fails.
#[derive(Debug, Default)]
pub(super) struct Witness {
    identity: Option<Arc<CertifiedKey>>,
    presented: Mutex<Vec<Vec<u8>>>,
    authorities: Mutex<Vec<String>>,
}

impl Witness {
    /// With what it presents if it is asked to.
    pub(super) fn with(identity: Option<&ClientIdentity>) -> Self {
        Self { identity: identity.map(|identity| Arc::clone(&identity.0)), ..Self::default() }
    }

    fn presented(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.presented.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn authorities(&self) -> Vec<String> {
        std::mem::take(&mut *self.authorities.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let presented = std::iter::once(leaf).chain(rest).map(|der| der.to_vec()).collect();
        *self.presented.lock().unwrap_or_else(PoisonError::into_inner) = presented;
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

impl ResolvesClientCert for Witness {
    fn resolve(&self, authorities: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let names = authorities.iter().filter_map(|name| name_text(name)).collect();
        *self.authorities.lock().unwrap_or_else(PoisonError::into_inner) = names;
        self.identity.clone()
    }

    fn has_certs(&self) -> bool {
        true
    }
}
