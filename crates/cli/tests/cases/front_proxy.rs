//! A05, at the front proxy: its client certificate is over.
use crate::{Leaf, Seen, Tree};
#[test]
fn an_expired_certificate_of_the_front_proxy_is_found() {
    let tree = Tree::control_plane("cp1");
    let old = Leaf::client("/CN=front-proxy-client").days(-400, -35);
    tree.pair("etc/kubernetes/pki/front-proxy-client", &tree.issue("front-proxy-ca", &old));
    let seen = Seen::by_check(&tree);
    assert_eq!((seen.codes(), seen.status), (vec!["PRN1101"], 2));
}
