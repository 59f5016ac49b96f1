//! A server's certificate must be valid for every name by which it is dialled.

use crate::Seen;
use perennial_testdata::{Leaf, Tree};

const SERVICE: [&str; 3] = ["DNS:kubernetes", "DNS:kubernetes.default.svc", "IP:10.96.0.1"];

fn missing(tree: &Tree) -> Vec<String> {
    let seen = Seen::by_check(tree);
    let found = seen.of("PRN3101");
    found.iter().map(|finding| finding["message"].as_str().unwrap().to_owned()).collect()
}

fn apiserver(names: &[&str]) -> Tree {
    let tree = Tree::control_plane("cp1");
    let leaf = Leaf::server("/CN=kube-apiserver").names(names);
    tree.pair("etc/kubernetes/pki/apiserver", &tree.issue("ca", &leaf));
    tree
}

#[test]
fn the_address_that_it_advertises_and_the_first_of_the_service_network() {
    assert_eq!(
        missing(&apiserver(&[&SERVICE[..], &["DNS:cp1", "IP:10.0.0.11"]].concat())),
        Vec::<String>::new()
    );
    let no_address = apiserver(&[&SERVICE[..], &["DNS:cp1"]].concat());
    assert_eq!(missing(&no_address), ["apiserver is not valid for 10.0.0.11"]);
    let no_service = apiserver(&["DNS:kubernetes.default.svc", "DNS:cp1", "IP:10.0.0.11"]);
    assert_eq!(missing(&no_service), ["apiserver is not valid for 10.96.0.1"]);
    let seen = Seen::by_check(&no_service);
    assert_eq!((seen.one("PRN3101")["severity"].as_str(), seen.status), (Some("critical"), 2));
}

#[test]
fn the_balancer_of_the_kubeconfigs() {
    let tree = apiserver(&[&SERVICE[..], &["DNS:cp1", "IP:10.0.0.11"]].concat());
    for file in ["admin.conf", "kubelet.conf"] {
        tree.edit(&format!("etc/kubernetes/{file}"), |text| text.replace("10.0.0.11", "api.example"));
    }
    assert_eq!(missing(&tree), ["apiserver is not valid for api.example"]);
    // What a kubeconfig verifies is what counts, not what it dials.
    for file in ["admin.conf", "kubelet.conf"] {
        tree.edit(&format!("etc/kubernetes/{file}"), |text| {
            text.replace("    server:", "    tls-server-name: kubernetes\n    server:")
        });
    }
    assert_eq!(missing(&tree), Vec::<String>::new());
}

#[test]
fn a_second_address_family() {
    let tree = apiserver(&[&SERVICE[..], &["DNS:cp1", "IP:10.0.0.11"]].concat());
    tree.edit("etc/kubernetes/manifests/kube-apiserver.yaml", |text| {
        text.replace("10.96.0.0/12", "fd00:10:96::/112,10.96.0.0/12")
    });
    assert_eq!(missing(&tree), ["apiserver is not valid for fd00:10:96::1"]);
    tree.edit("etc/kubernetes/manifests/etcd.yaml", |text| {
        text.replace("--listen-client-urls=", "--listen-client-urls=https://[fd00::11]:2379,").replace(
            "--initial-advertise-peer-urls=",
            "--initial-advertise-peer-urls=https://[fd00::11]:2380,",
        )
    });
    let found = missing(&tree);
    assert!(found.contains(&"etcd-peer is not valid for fd00::11".to_owned()), "{found:?}");
    assert!(found.contains(&"etcd-server is not valid for fd00::11".to_owned()), "{found:?}");
}

#[test]
fn a_version_1_certificate_has_no_names_at_all() {
    let tree = Tree::control_plane("cp1");
    let leaf = Leaf::server("/CN=10.0.0.11").version1();
    tree.pair("etc/kubernetes/pki/apiserver", &tree.issue("ca", &leaf));
    let found = missing(&tree);
    assert!(
        found.iter().any(|message| message.starts_with("apiserver is not valid for 10.0.0.11")),
        "{found:?}"
    );
}
