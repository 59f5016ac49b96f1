//! The Deployment of the test, as strict as the strictest Pod Security level asks for.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, from_value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The label by which the objects of one test are found.
pub(super) const INSTANCE: &str = "app.kubernetes.io/instance";

/// Selects the objects of all tests.
pub(super) const OURS: &str = "app.kubernetes.io/managed-by=perennial";

/// The Deployment, and its pod for a dry run of its own.
pub(super) fn objects(node: &str, image: &str) -> Result<(Deployment, Pod), serde_json::Error> {
    let name = name();
    let labels = json!({ "app.kubernetes.io/managed-by": "perennial", INSTANCE: name });
    let pod = pod(node, image);
    let deployment = json!({
        "metadata": { "name": name, "labels": labels },
        "spec": {
            "replicas": 1,
            "revisionHistoryLimit": 0,
            "selector": { "matchLabels": labels },
            "template": { "metadata": { "labels": labels }, "spec": pod },
        },
    });
    let alone = json!({ "metadata": { "name": name, "labels": labels }, "spec": pod });
    Ok((from_value(deployment)?, from_value(alone)?))
}

fn pod(node: &str, image: &str) -> Value {
    json!({
        "automountServiceAccountToken": false,
        "enableServiceLinks": false,
        "terminationGracePeriodSeconds": 0,
        // By the node's name itself: the hostname label may say something else.
        "affinity": { "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{ "matchFields": [
                { "key": "metadata.name", "operator": "In", "values": [node] },
            ] }],
        } } },
        "tolerations": [{ "operator": "Exists" }],
        "securityContext": {
            "runAsNonRoot": true,
            "runAsUser": 65535,
            "runAsGroup": 65535,
            "seccompProfile": { "type": "RuntimeDefault" },
        },
        "containers": [{
            "name": "verify",
            "image": image,
            "imagePullPolicy": "Never",
            "securityContext": {
                "allowPrivilegeEscalation": false,
                "capabilities": { "drop": ["ALL"] },
                "readOnlyRootFilesystem": true,
            },
        }],
    })
}

/// `perennial-verify-xxxxxx`: the time in microseconds tells two tests apart.
fn name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("perennial-verify-{:09x}", now.as_micros() & 0xf_ffff_ffff)
}
