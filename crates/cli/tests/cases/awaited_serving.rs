//! A17: the kubelet asks the cluster for its serving certificate, and nobody has approved it.

use crate::Seen;
use perennial_testdata::Tree;

#[test]
fn the_absent_serving_certificate_is_told_as_a_request_not_as_a_lost_file() {
    let tree = Tree::control_plane("cp1");
    tree.edit("var/lib/kubelet/config.yaml", |text| format!("{text}\nserverTLSBootstrap: true\n"));
    let seen = Seen::by_check(&tree);
    let finding = seen.one("PRN6105");
    assert_eq!(finding["objects"][0]["name"], "cp1");
    let evidence = finding["evidence"].to_string();
    assert!(evidence.contains("/var/lib/kubelet/pki/kubelet-server-current.pem"), "{evidence}");
    assert_eq!(seen.codes(), ["PRN6105"], "{:#}", seen.json);
    assert_eq!(seen.status, 0);
}
