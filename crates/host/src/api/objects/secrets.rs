//! TLS Secrets: their certificates. A key is neither decoded nor kept; the answer that holds it is erased.

use super::super::Api;
use super::super::read::Meta;
use super::looked;
use crate::observe::chain;
use k8s_openapi::ByteString;
use perennial_core::inventory::{Looked, TlsSecret};
use serde::Deserialize;

const SECRETS: &str = "/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Ftls";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Secret {
    metadata: Meta,
    data: Data,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data {
    #[serde(rename = "tls.crt")]
    certificate: Option<ByteString>,
}

/// All of them.
pub(super) async fn look(api: &Api) -> Looked<Vec<TlsSecret>> {
    let secret = |object: Secret| TlsSecret {
        namespace: object.metadata.namespace,
        name: object.metadata.name,
        certificate: match &object.data.certificate {
            Some(text) => chain(Looked::Seen(&text.0)),
            None => Looked::Absent,
        },
    };
    looked(api.list::<Secret>(SECRETS).await).map(|found| found.into_iter().map(secret).collect())
}
