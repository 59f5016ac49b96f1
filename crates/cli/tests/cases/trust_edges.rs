//! Who talks to whom with which credential: an edge breaks as a whole, on the first end on it.

use crate::Seen;
use perennial_testdata::{Leaf, Tree};
use serde_json::Value;

fn edge<'a>(seen: &'a Seen, from: &str, to: &str) -> &'a Value {
    let edges = seen.json["edges"].as_array().unwrap();
    edges.iter().find(|edge| edge["from"] == from && edge["to"] == to).unwrap_or_else(|| panic!("{edges:#?}"))
}

#[test]
fn all_edges_of_a_healthy_node_work_until_their_first_end() {
    let seen = Seen::by_check(&Tree::control_plane("cp1"));
    let edges = seen.json["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 10, "{edges:#?}");
    for edge in edges {
        assert_eq!((&edge["works"], &edge["brokenSince"]), (&Value::Bool(true), &Value::Null), "{edge:#}");
        assert!(edge["until"].is_string());
    }
    let presented = &edge(&seen, "kube-apiserver", "etcd")["presented"];
    let told = |index: usize| {
        let one = &presented[index];
        ["credential", "usage", "through"].map(|field| one[field].as_str().unwrap().to_owned())
    };
    let bundle = "/etc/kubernetes/pki/etcd/ca.crt";
    assert_eq!(told(0), ["etcd-server", "serverAuth", bundle]);
    assert_eq!(told(1), ["apiserver-etcd-client", "clientAuth", bundle]);
}

#[test]
fn an_end_on_one_side_breaks_the_edge_while_the_other_side_is_good() {
    let tree = Tree::control_plane("cp1");
    let names = ["DNS:cp1", "DNS:localhost", "IP:10.0.0.11", "IP:127.0.0.1"];
    let old = tree.issue("etcd-ca", &Leaf::both("/CN=cp1").names(&names).days(-400, -35));
    tree.pair("etc/kubernetes/pki/etcd/server", &old);
    let seen = Seen::by_check(&tree);
    let broken = edge(&seen, "kube-apiserver", "etcd");
    let day = old.parsed().not_after().to_string();
    assert_eq!(broken["works"], false);
    assert_eq!(&broken["brokenSince"].as_str().unwrap()[..10], &day[..10]);
    assert_eq!(edge(&seen, "administrator", "etcd")["works"], true, "its own credential is good");
    let evidence = seen.one("PRN1101")["evidence"].to_string();
    assert!(evidence.contains("broken since") && evidence.contains("kube-apiserver → etcd"), "{evidence}");
    assert_eq!((seen.codes().len(), seen.status), (1, 2), "one cause is one finding: {:?}", seen.codes());
}

#[test]
fn a_bundle_that_does_not_accept_a_good_pair_is_its_own_finding() {
    let tree = Tree::control_plane("cp1");
    let other = tree.add_authority("other", &Leaf::authority("/CN=other"));
    tree.write("etc/kubernetes/pki/trust.crt", &other.certificate);
    tree.edit("etc/kubernetes/manifests/etcd.yaml", |text| {
        text.replace(
            "--trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt",
            "--trusted-ca-file=/etc/kubernetes/pki/etcd/trust.crt",
        )
    });
    tree.write("etc/kubernetes/pki/etcd/trust.crt", &other.certificate);
    let seen = Seen::by_check(&tree);
    // What etcd trusts is what its clients are judged by.
    let wrong = seen.of("PRN2101");
    let names: Vec<_> = wrong.iter().map(|finding| finding["objects"][0]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["apiserver-etcd-client", "etcd-healthcheck-client"], "{:#}", seen.json["findings"]);
    assert_eq!(edge(&seen, "etcd peers", "etcd")["works"], true);
    assert_eq!(seen.status, 2);
}

#[test]
fn an_apiserver_that_verifies_kubelets_refuses_one_of_another_ca() {
    let tree = Tree::control_plane("cp1");
    tree.edit("etc/kubernetes/manifests/kube-apiserver.yaml", |text| {
        let flag =
            "    - --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt\n    - --kubelet-client-key";
        text.replace("    - --kubelet-client-key", flag)
    });
    let company = tree.add_authority("company", &Leaf::authority("/CN=company"));
    let leaf = Leaf::server("/CN=cp1").names(&["DNS:cp1", "IP:10.0.0.11"]);
    tree.pair("etc/kubelet/serving", &company.issue(&leaf));
    tree.edit("var/lib/kubelet/config.yaml", |text| {
        format!("{text}tlsCertFile: /etc/kubelet/serving.crt\ntlsPrivateKeyFile: /etc/kubelet/serving.key\n")
    });
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN1103"], 2), "{:#}", seen.json["findings"]);
    let broken = seen.one("PRN1103");
    assert_eq!(broken["objects"][0]["name"], "kubelet-serving");
    assert!(broken["evidence"].to_string().contains("unknown CA (CN=company)"), "{broken:#}");
    tree.pair("etc/kubelet/serving", &tree.issue("ca", &leaf));
    assert_eq!(Seen::by_check(&tree).codes(), Vec::<&str>::new());
}
