//! CA certificates in API objects.

mod services;

use super::super::read::Meta;
use super::super::{Api, ApiError};
use crate::observe::bundle;
use k8s_openapi::ByteString;
use perennial_core::formats::cluster_info;
use perennial_core::inventory::{Looked, Published, Publisher, ServiceServed, Trouble};
use perennial_pki::certificate::Certificate;
use serde::Deserialize;
use services::ServiceReference;
use std::collections::BTreeMap;

const CLUSTER_INFO: &str = "/api/v1/namespaces/kube-public/configmaps/cluster-info";
const ROOT_CERTIFICATES: &str = "/api/v1/configmaps?fieldSelector=metadata.name%3Dkube-root-ca.crt";
const AUTHENTICATION: &str = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";
const WEBHOOKS: [&str; 2] = ["validatingwebhookconfiguration", "mutatingwebhookconfiguration"];
const API_SERVICES: &str = "/apis/apiregistration.k8s.io/v1/apiservices";
const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfigMap {
    metadata: Meta,
    data: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WebhookConfiguration {
    metadata: Meta,
    webhooks: Vec<Webhook>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Webhook {
    name: String,
    client_config: ClientConfig,
    failure_policy: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ClientConfig {
    ca_bundle: Option<ByteString>,
    service: Option<ServiceReference>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ApiService {
    metadata: Meta,
    spec: ApiServiceSpec,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ApiServiceSpec {
    ca_bundle: Option<ByteString>,
    service: Option<ServiceReference>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Definition {
    metadata: Meta,
    spec: DefinitionSpec,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DefinitionSpec {
    conversion: Option<Conversion>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Conversion {
    webhook: Option<ConversionWebhook>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ConversionWebhook {
    client_config: Option<ClientConfig>,
}

/// All of them.
pub(super) async fn look(api: &Api) -> Vec<Published> {
    let (info, roots, authentication, webhooks, api_services, definitions) = tokio::join!(
        cluster_info(api),
        root_certificates(api),
        authentication(api),
        webhooks(api),
        api_services(api),
        definitions(api),
    );
    let mut published = [info, roots, authentication, webhooks, api_services, definitions].concat();
    services::ask(api, &mut published).await;
    published
}

async fn cluster_info(api: &Api) -> Vec<Published> {
    let entry = "kubeconfig";
    let authorities = match api.object::<ConfigMap>(CLUSTER_INFO).await {
        Ok(object) => match object.and_then(|mut object| object.data.remove(entry)) {
            Some(text) => match cluster_info::authority(&text) {
                Ok(pem) => bundle(Looked::Seen(&pem)),
                Err(trouble) => Looked::Unusable(trouble),
            },
            None => Looked::Absent,
        },
        Err(error) => Looked::Unusable(error.into()),
    };
    vec![one(Publisher::ClusterInfo, "configmap/cluster-info -n kube-public", entry, authorities)]
}

async fn root_certificates(api: &Api) -> Vec<Published> {
    let publisher = Publisher::RootCertificate;
    let objects = match api.list::<ConfigMap>(ROOT_CERTIFICATES).await {
        Ok(objects) => objects,
        Err(error) => return unseen(publisher, "configmaps", error),
    };
    let published = |mut object: ConfigMap| {
        let authorities = text(object.data.remove("ca.crt"));
        let name = format!("configmap/kube-root-ca.crt -n {}", object.metadata.namespace);
        one(publisher, &name, "ca.crt", authorities)
    };
    objects.into_iter().map(published).collect()
}

async fn authentication(api: &Api) -> Vec<Published> {
    let name = "configmap/extension-apiserver-authentication -n kube-system";
    let mut data = match api.object::<ConfigMap>(AUTHENTICATION).await {
        Ok(object) => object.unwrap_or_default().data,
        Err(error) => return unseen(Publisher::ClientAuthority, name, error),
    };
    let entries = [
        (Publisher::ClientAuthority, "client-ca-file"),
        (Publisher::FrontProxyAuthority, "requestheader-client-ca-file"),
    ];
    entries.map(|(publisher, entry)| one(publisher, name, entry, text(data.remove(entry)))).into()
}

async fn webhooks(api: &Api) -> Vec<Published> {
    let publisher = Publisher::Webhook;
    let mut found = Vec::new();
    for kind in WEBHOOKS {
        let path = format!("/apis/admissionregistration.k8s.io/v1/{kind}s");
        match api.list::<WebhookConfiguration>(&path).await {
            Ok(objects) => {
                for object in objects {
                    let name = format!("{kind}/{}", object.metadata.name);
                    found.extend(object.webhooks.into_iter().map(|webhook| Published {
                        ignorable: webhook.failure_policy.as_deref() == Some("Ignore"),
                        ..of_service(publisher, &name, &webhook.name, webhook.client_config)
                    }));
                }
            }
            Err(error) => found.extend(unseen(publisher, &format!("{kind}s"), error)),
        }
    }
    found
}

async fn api_services(api: &Api) -> Vec<Published> {
    match api.list::<ApiService>(API_SERVICES).await {
        Ok(objects) => {
            let published = |object: ApiService| {
                let name = format!("apiservice/{}", object.metadata.name);
                let ApiServiceSpec { ca_bundle, service } = object.spec;
                of_service(Publisher::ApiService, &name, "caBundle", ClientConfig { ca_bundle, service })
            };
            let carried = |one: &Published| !matches!(one.authorities, Looked::Absent);
            objects.into_iter().map(published).filter(carried).collect()
        }
        Err(error) => unseen(Publisher::ApiService, "apiservices", error),
    }
}

async fn definitions(api: &Api) -> Vec<Published> {
    match api.list::<Definition>(DEFINITIONS).await {
        Ok(objects) => {
            let published = |object: Definition| {
                let webhook = object.spec.conversion?.webhook?;
                let name = format!("customresourcedefinition/{}", object.metadata.name);
                Some(of_service(Publisher::Webhook, &name, "conversion", webhook.client_config?))
            };
            objects.into_iter().filter_map(published).collect()
        }
        Err(error) => unseen(Publisher::Webhook, "customresourcedefinitions", error),
    }
}

fn one(publisher: Publisher, object: &str, entry: &str, authorities: Looked<Vec<Certificate>>) -> Published {
    Published {
        publisher,
        object: object.to_owned(),
        entry: entry.to_owned(),
        authorities,
        ignorable: false,
        service: None,
    }
}

fn of_service(publisher: Publisher, object: &str, entry: &str, config: ClientConfig) -> Published {
    let authorities = bytes(config.ca_bundle);
    let service = config.service.filter(|_| authorities.seen().is_some()).map(ServiceServed::from);
    Published { service, ..one(publisher, object, entry, authorities) }
}

fn unseen(publisher: Publisher, kind: &str, error: ApiError) -> Vec<Published> {
    vec![one(publisher, kind, "", Looked::Unusable(Trouble::from(error)))]
}

fn text(value: Option<String>) -> Looked<Vec<Certificate>> {
    value.map_or(Looked::Absent, |text| bundle(Looked::Seen(text.as_bytes())))
}

/// An empty bundle means: the CAs of kube-apiserver's image.
fn bytes(value: Option<ByteString>) -> Looked<Vec<Certificate>> {
    match value.filter(|value| !value.0.is_empty()) {
        Some(value) => bundle(Looked::Seen(&value.0)),
        None => Looked::Absent,
    }
}
