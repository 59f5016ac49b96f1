//! Somebody complains, and nothing of the cluster's own certificates is wrong: `diagnose` says who is meant.
//!
//! A client of another cluster, a token whose service account is gone, a webhook with another CA in it, a join with a
//! wrong hash: the components' own lines are read, each gives the right party, and never is anything to be renewed.
//! Then a kubelet that trusts another CA, and one that waits for its serving certificate; both are history once they
//! are repaired.

use crate::classic_fault::critical;
use crate::support::{Cluster, Stage, until};
use serde_json::Value;
use std::time::Duration;

/// What a client of another cluster shows.
const SERIAL: &str = "424242424242";

pub(crate) fn story(stage: &mut Stage) {
    let cluster = stage.cluster();
    strangers_are_told_apart(cluster);
    a_join_with_another_hash_is_given_the_right_one(cluster);
    a_kubelet_that_trusts_another_ca_is_told_until_it_does_not(cluster);
    a_kubelet_that_waits_for_its_serving_certificate(cluster);
    assert_eq!(cluster.codes(), [""; 0]);
}

fn strangers_are_told_apart(cluster: &Cluster) {
    let script = format!(
        r#"export KUBECONFIG=/etc/kubernetes/admin.conf; cd "$(mktemp -d)"
        openssl req -x509 -newkey rsa:2048 -nodes -keyout foreign.key -out foreign.crt -days 30 -set_serial {SERIAL} \
          -subj /O=system:masters/CN=kubernetes-admin -addext extendedKeyUsage=clientAuth 2>/dev/null
        curl -sS -k --cert foreign.crt --key foreign.key https://10.88.7.11:6443/api >/dev/null
        kubectl create serviceaccount leaver >/dev/null
        token=$(kubectl create token leaver)
        kubectl delete serviceaccount leaver >/dev/null
        curl -sS -k -H "Authorization: Bearer $token" https://10.88.7.11:6443/api >/dev/null
        printf '%s' '{{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration",
          "metadata":{{"name":"diagnosed"}},"webhooks":[{{"name":"hook.example.io","failurePolicy":"Ignore",
          "sideEffects":"None","admissionReviewVersions":["v1"],
          "clientConfig":{{"url":"https://10.88.7.11:6443/validate","caBundle":"'$(base64 -w0 foreign.crt)'"}},
          "rules":[{{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["configmaps"]}}],
          "namespaceSelector":{{"matchLabels":{{"kubernetes.io/metadata.name":"default"}}}}}}]}}' | kubectl apply -f -"#
    );
    cluster.sh("cp1", &script);
    until("the webhook is asked", Duration::from_secs(30), || {
        let made = cluster.kubectl(&["create", "configmap", "asked", "--dry-run=server"]);
        assert!(made.success(), "a webhook that may fail: {made:?}");
        cluster.log("kube-apiserver").contains("failed calling webhook \"hook.example.io\"").then_some(())
    });
    cluster.kubectl(&["delete", "validatingwebhookconfiguration", "diagnosed"]);

    let heard = cluster.diagnose();
    let foreign = answer(&heard, "clientOfAnotherAuthority");
    assert_eq!(foreign["certificate"]["serial"], SERIAL, "{heard:#}");
    assert!(text(answer(&heard, "token"), "message").contains("leaver"), "{heard:#}");
    let webhook = answer(&heard, "otherServer");
    assert!(webhook["evidence"].to_string().contains("hook.example.io"), "{heard:#}");
    for answer in heard["answers"].as_array().unwrap() {
        assert!(!text(answer, "command").contains("renew"), "{heard:#}");
    }
    assert_eq!(critical(&heard), [""; 0], "{heard:#}");
}

fn a_join_with_another_hash_is_given_the_right_one(cluster: &Cluster) {
    let token = cluster.sh("cp1", "kubeadm token create --ttl 10m");
    until("cluster-info is signed for the token", Duration::from_secs(30), || {
        let id = token.split('.').next()?;
        let signed =
            cluster.kubectl(&["-n", "kube-public", "get", "configmap", "cluster-info", "-o", "yaml"]);
        signed.stdout.contains(&format!("jws-kubeconfig-{id}")).then_some(())
    });
    let hash = "0".repeat(64);
    let token = token.trim();
    // Its patience is five minutes otherwise.
    let join = format!(
        "printf '%s' '{{\"apiVersion\":\"kubeadm.k8s.io/v1beta4\",\"kind\":\"JoinConfiguration\",\"timeouts\":{{\"discovery\":\"1s\"}},
          \"discovery\":{{\"bootstrapToken\":{{\"apiServerEndpoint\":\"10.88.7.11:6443\",\"token\":\"{token}\",
          \"caCertHashes\":[\"sha256:{hash}\"]}}}}}}' >/root/join.json
        kubeadm join phase preflight --config /root/join.json --ignore-preflight-errors=all 2>&1 |
          perennial diagnose -o json -; rm /root/join.json"
    );
    let said = cluster.lab.exec("w1", &["sh", "-c", &join]).unwrap();
    let heard: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"));
    let met = answer(&heard, "joinHash");
    assert_eq!(met["command"], "kubeadm token create --print-join-command", "{heard:#}");
    cluster.sh("cp1", &format!("kubeadm token delete {token}"));
}

fn a_kubelet_that_trusts_another_ca_is_told_until_it_does_not(cluster: &Cluster) {
    cluster.sh(
        "w1",
        r#"cp -p /etc/kubernetes/kubelet.conf /root/kubelet.conf
        openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out /root/other.crt -days 30 -subj /CN=kubernetes \
          2>/dev/null
        sed -i "s|certificate-authority-data: .*|certificate-authority-data: $(base64 -w0 /root/other.crt)|" \
          /etc/kubernetes/kubelet.conf
        systemctl restart kubelet"#,
    );
    let heard = until("the kubelet refuses the API server", Duration::from_secs(30), || {
        let heard = heard_on(cluster, "w1");
        critical(&heard).iter().any(|message| message.contains("kubelet.conf")).then_some(heard)
    });
    assert_eq!(heard["answers"][0]["code"], "PRN2105", "{heard:#}");
    cluster.sh(
        "w1",
        "mv /root/kubelet.conf /etc/kubernetes/kubelet.conf; rm /root/other.crt; systemctl restart kubelet",
    );
    until("it is history", Duration::from_secs(30), || {
        critical(&heard_on(cluster, "w1")).is_empty().then_some(())
    });
}

fn a_kubelet_that_waits_for_its_serving_certificate(cluster: &Cluster) {
    cluster.sh(
        "w1",
        "echo 'serverTLSBootstrap: true' >>/var/lib/kubelet/config.yaml; systemctl restart kubelet",
    );
    let heard = until("kubectl exec fails", Duration::from_secs(60), || {
        let exec = "kubectl --kubeconfig /etc/kubernetes/admin.conf exec -n lab-client deploy/lab-client -- true 2>&1 |
            perennial diagnose -o json -";
        let said = cluster.lab.exec("cp1", &["sh", "-c", exec]).unwrap();
        let heard: Value = serde_json::from_str(&said.stdout).ok()?;
        find(&heard, "noServingCertificate").is_some().then_some(heard)
    });
    assert_eq!(answer(&heard, "noServingCertificate")["command"], "kubectl get csr", "{heard:#}");
    cluster
        .sh("w1", "sed -i '/^serverTLSBootstrap/d' /var/lib/kubelet/config.yaml; systemctl restart kubelet");
    cluster.sh("cp1", "kubectl --kubeconfig /etc/kubernetes/admin.conf delete csr --field-selector spec.signerName=kubernetes.io/kubelet-serving");
}

fn heard_on(cluster: &Cluster, node: &str) -> Value {
    let said = cluster.perennial_on(node, &["diagnose", "-o", "json"]);
    serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

fn find<'a>(heard: &'a Value, cause: &str) -> Option<&'a Value> {
    heard["answers"].as_array()?.iter().find(|one| one["cause"] == cause)
}

fn answer<'a>(heard: &'a Value, cause: &str) -> &'a Value {
    find(heard, cause).unwrap_or_else(|| panic!("no {cause}: {heard:#}"))
}

fn text<'a>(answer: &'a Value, field: &str) -> &'a str {
    answer[field].as_str().unwrap_or_default()
}
