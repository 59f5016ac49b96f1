//! A healthy tree: nothing is found, so that what the other cases find is of their own making.

use crate::Seen;
use perennial_testdata::Tree;

#[test]
fn a_control_plane_as_kubeadm_leaves_it() {
    let seen = Seen::by_check(&Tree::control_plane("cp1"));
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json);
}

#[test]
fn a_worker_as_kubeadm_leaves_it() {
    let first = Tree::control_plane("cp1");
    let seen = Seen::by_check(&Tree::worker(&first, "w1", "10.0.0.21"));
    assert_eq!((seen.codes(), seen.status), (vec![], 0), "{:#}", seen.json);
}
