//! The objects in the cluster, from an API server that answers with what a real one was seen to answer.

use crate::pki::{self, Pair, ca, ca_pem, fresh};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use perennial_core::inventory::{
    Approvals, Looked, Objects, Publisher, RequestState, Served, Signer, Trouble,
};
use perennial_host::api::{Access, Api};
use perennial_host::tls::NodeVerifier;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const REQUEST: &[u8] = include_bytes!("../../../pki/testdata/kubelet-serving.csr");

/// Asks a server that knows these paths, by their beginnings without the query; the others are 404.
async fn objects(answers: Vec<(&'static str, u16, Value)>, secrets: bool) -> Objects {
    let answers: BTreeMap<&str, (u16, String)> =
        answers.into_iter().map(|(path, code, body)| (path, (code, body.to_string()))).collect();
    let pair = fresh();
    let address = crate::server::serve_paths(&pair, move |path| {
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        answers.get(path).cloned()
    })
    .await;
    let verifier = NodeVerifier { authorities: vec![ca()], own_leaf: None };
    let access = Access { address, server_name: "node-1".into(), verifier, identity: fresh().identity() };
    Api::new(access).unwrap().objects(Some("cp1"), secrets).await
}

fn encoded(text: impl AsRef<[u8]>) -> String {
    STANDARD.encode(text)
}

fn csr(name: &str, status: &Value) -> Value {
    json!({"metadata": {"name": name, "creationTimestamp": "2026-11-20T08:00:00Z"},
        "spec": {"request": encoded(REQUEST), "signerName": "kubernetes.io/kubelet-serving",
            "username": "system:node:w1", "groups": ["system:nodes", "system:authenticated"],
            "usages": ["server auth", "digital signature"]},
        "status": status})
}

#[tokio::test]
async fn requests_are_told_by_how_far_they_have_come() {
    let list = json!({"kind": "CertificateSigningRequestList", "metadata": {}, "items": [
        csr("pending", &json!({})),
        csr("denied", &json!({"conditions": [{"type": "Denied", "reason": "DnsName", "message": "too many"}]})),
        csr("approved", &json!({"conditions": [{"type": "Approved"}]})),
        csr("issued", &json!({"conditions": [{"type": "Approved"}], "certificate": encoded(ca_pem())})),
    ]});
    let node = json!({"status": {"addresses": [
        {"type": "InternalIP", "address": "10.0.0.21"}, {"type": "Hostname", "address": "w1"}]}});
    let seen = objects(
        vec![
            ("/apis/certificates.k8s.io/v1/certificatesigningrequests", 200, list),
            ("/api/v1/nodes/w1", 200, node),
        ],
        false,
    )
    .await;
    let all = seen.requests.seen().unwrap();
    // The server here knows no field selectors: each signer is answered with all of them.
    let serving: Vec<_> = all.iter().filter(|one| one.signer == Signer::KubeletServing).collect();
    let states: Vec<_> = serving.iter().map(|one| one.state.clone()).collect();
    let denied = RequestState::Denied("DnsName: too many".to_owned());
    assert_eq!(
        states,
        [RequestState::Pending, denied, RequestState::ApprovedNotIssued, RequestState::Issued]
    );
    assert_eq!(serving[0].node(), Some("w1"));
    assert_eq!(serving[0].asks.as_ref().unwrap().dns_names, ["w1"]);
    assert_eq!(serving[0].usages, ["digital signature", "server auth"]);
    let addresses = seen.addresses["w1"].seen().unwrap();
    assert_eq!(*addresses, ["10.0.0.21", "w1"]);
}

#[tokio::test]
async fn every_object_is_looked_at_on_its_own() {
    let kubeconfig = format!(
        "clusters:\n- cluster:\n    certificate-authority-data: {}\n    server: x\n",
        encoded(ca_pem())
    );
    let webhooks = json!({"metadata": {}, "items": [{"metadata": {"name": "policy"}, "webhooks": [
        {"name": "good", "clientConfig": {"caBundle": encoded(ca_pem())}, "failurePolicy": "Ignore"},
        {"name": "broken", "clientConfig": {"caBundle": encoded("no PEM")}},
        {"name": "none", "clientConfig": {"url": "https://x"}}]}]});
    let forbidden =
        json!({"kind": "Status", "code": 403, "reason": "Forbidden", "message": "apiservices is forbidden"});
    let roots = json!({"metadata": {}, "items": [
        {"metadata": {"name": "kube-root-ca.crt", "namespace": "default"}, "data": {"ca.crt": ca_pem()}}]});
    let seen = objects(
        vec![
            (
                "/api/v1/namespaces/kube-public/configmaps/cluster-info",
                200,
                json!({"data": {"kubeconfig": kubeconfig}}),
            ),
            ("/api/v1/configmaps", 200, roots),
            ("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", 200, webhooks),
            ("/apis/apiregistration.k8s.io/v1/apiservices", 403, forbidden),
        ],
        false,
    )
    .await;
    let of = |publisher| seen.published.iter().filter(move |one| one.publisher == publisher);
    let info = of(Publisher::ClusterInfo).next().unwrap();
    assert_eq!(*info.authorities.seen().unwrap(), [ca()]);
    let root = of(Publisher::RootCertificate).next().unwrap();
    assert_eq!(
        (root.object.as_str(), root.entry.as_str()),
        ("configmap/kube-root-ca.crt -n default", "ca.crt")
    );
    let webhooks: Vec<_> = of(Publisher::Webhook).collect();
    assert_eq!(webhooks[0].authorities.seen().unwrap().len(), 1);
    assert!(webhooks[0].ignorable && !webhooks[1].ignorable);
    assert_eq!(webhooks[1].authorities.trouble(), Some(&Trouble::NoPem));
    assert!(matches!(webhooks[2].authorities, Looked::Absent));
    let refused = of(Publisher::ApiService).next().unwrap();
    assert_eq!(refused.authorities.trouble(), Some(&Trouble::Refused("apiservices is forbidden".into())));
    assert!(matches!(of(Publisher::ClientAuthority).next().unwrap().authorities, Looked::Absent));
    assert!(matches!(seen.secrets, Looked::Absent), "Secrets are looked at only when asked for");
}

/// The API and a service behind a webhook, which serves `shown`: what was seen of the service.
async fn behind_a_webhook(shown: &Pair) -> Looked<Served> {
    let (address, _) = crate::server::serve(shown, shown, false, "").await;
    let service = json!({"namespace": "shop", "name": "hook", "port": address.port()});
    let webhooks = json!({"metadata": {}, "items": [{"metadata": {"name": "policy"}, "webhooks": [
        {"name": "one", "clientConfig": {"caBundle": encoded(ca_pem()), "service": service}},
        {"name": "two", "clientConfig": {"caBundle": encoded(ca_pem()), "service": service}}]}]});
    let seen = objects(
        vec![
            ("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", 200, webhooks),
            ("/api/v1/namespaces/shop/services/hook", 200, json!({"spec": {"clusterIP": "127.0.0.1"}})),
        ],
        false,
    )
    .await;
    // The server takes one connection: of two webhooks with one service only one is asked.
    let services: Vec<_> = seen.published.into_iter().filter_map(|one| one.service).collect();
    assert_eq!(services.len(), 2);
    assert_eq!(services[1].name, "hook.shop.svc");
    let leaf = |served: &Looked<Served>| served.seen().unwrap().chain.leaf().clone();
    assert_eq!(leaf(&services[0].served), leaf(&services[1].served));
    services.into_iter().next().unwrap().served
}

#[tokio::test]
async fn the_service_behind_a_webhook_is_asked_what_it_serves() {
    let pair = fresh();
    let served = behind_a_webhook(&pair).await;
    assert_eq!(*served.seen().unwrap().chain.leaf(), pair.certificate);
    let pair = pki::expired();
    let served = behind_a_webhook(&pair).await;
    assert_eq!(*served.seen().unwrap().chain.leaf(), pair.certificate);
}

#[tokio::test]
async fn bindings_of_the_approving_roles_are_found_by_role_and_group() {
    let binding = |role: &str, kind: &str, name: &str| json!({"roleRef": {"kind": "ClusterRole", "name": role}, "subjects": [{"kind": kind, "name": name}]});
    let prefix = "system:certificates.k8s.io:certificatesigningrequests";
    let list = json!({"metadata": {}, "items": [
        binding(&format!("{prefix}:nodeclient"), "Group", "system:bootstrappers:kubeadm:default-node-token"),
        binding(&format!("{prefix}:selfnodeclient"), "User", "system:nodes"),
        binding("cluster-admin", "Group", "system:nodes"),
        {"roleRef": {"kind": "ClusterRole", "name": format!("{prefix}:selfnodeclient")}}]});
    let path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
    let seen = objects(vec![(path, 200, list)], false).await;
    let approvals = seen.approvals.seen().unwrap();
    assert_eq!(approvals.renewal, Vec::<String>::new());
    assert!(approvals.joins() && !approvals.rotates());
    assert!(!Approvals::default().joins());
}

#[tokio::test]
async fn the_certificate_of_a_secret_is_kept_and_its_key_is_not() {
    let Pair { certificate, key } = pki::expired();
    let list = json!({"metadata": {}, "items": [{"metadata": {"name": "web", "namespace": "shop"},
        "data": {"tls.crt": encoded(certificate.to_pem()), "tls.key": encoded(key.to_pem().as_bytes())}}]});
    let seen = objects(vec![("/api/v1/secrets", 200, list)], true).await;
    let secret = &seen.secrets.seen().unwrap()[0];
    assert_eq!(secret.certificate.seen().unwrap().leaf(), &certificate);
    assert!(!format!("{seen:?}").contains("PRIVATE"));
    let message = "secrets is forbidden: User \"u\" cannot list resource \"secrets\"";
    let refusal = json!({"kind": "Status", "code": 403, "reason": "Forbidden", "message": message});
    let refused = objects(vec![("/api/v1/secrets", 403, refusal)], true).await;
    assert_eq!(refused.secrets.trouble(), Some(&Trouble::Refused(message.to_owned())));
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let item = json!({"metadata": {"name": "x".repeat(1 << 20)}});
    let many = json!({"metadata": {}, "items": vec![item; 40]});
    let seen = objects(vec![("/api/v1/secrets", 200, many)], true).await;
    assert!(matches!(seen.secrets.trouble(), Some(Trouble::Malformed(_))), "{:?}", seen.secrets.trouble());
}
