//! The plan of `renew`, carried out on a tree by what carries it out on a node.

use crate::planned::{look, planned_with};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::plan::{Kubeadm, Renewal, Request, Source, Target};
use perennial_core::run::{Effect, Exchange, Outcome};
use perennial_host::act::journal::Journal;
use perennial_host::act::node::NodePort;
use perennial_host::port::Port as _;
use perennial_testdata::Tree;
use std::sync::{Arc, Mutex, PoisonError};

const RUN: &str = "r-issued";

/// On a node this is the node's lock.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Issues, stages and exchanges everything that `renew` renews, with `--issuer kubeadm` where there is one.
pub(crate) fn renew(tree: &Tree, kubeadm: Option<Kubeadm>) {
    let plan = planned_with(tree, &[], |request| Request { kubeadm, ..request }).unwrap();
    let mut renewals: Vec<Renewal> = plan.renewals().cloned().collect();
    renewals.iter_mut().for_each(|renewal| in_the_tree(tree.root(), renewal));
    let state = tempfile::tempdir().unwrap();
    let state = Utf8Path::from_path(state.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let look = look(tree);
    let journal = Journal::create(state, RUN).unwrap();
    let mut port = NodePort::new(&runtime, &look, "cp1", journal, Arc::default());
    let _lock = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let staged = match port.perform(&Effect::Stage { run: RUN.to_owned(), renewals }).unwrap() {
        Outcome::Staged { files } => files,
        other => panic!("{other:?}"),
    };
    let files = staged.iter().map(|file| Exchange {
        live: file.live.clone(),
        live_sha256: file.before_sha256.clone(),
        twin: file.twin.clone(),
        twin_sha256: file.after_sha256.clone(),
    });
    port.perform(&Effect::Exchange { files: files.collect() }).unwrap();
    let twins = staged.into_iter().map(|file| file.twin).collect();
    port.perform(&Effect::Discard { files: twins }).unwrap();
}

/// Paths as the node has them become paths of this machine.
fn in_the_tree(root: &Utf8Path, renewal: &mut Renewal) {
    let place = |path: &mut Utf8PathBuf| *path = root.join(path.as_str().trim_start_matches('/'));
    match &mut renewal.target {
        Target::Pair { certificate, key } | Target::Certificate { certificate, key } => {
            place(certificate);
            place(key);
        }
        Target::Kubeconfig { path, .. } => place(path),
    }
    match &mut renewal.source {
        Source::Reissue { authority_certificate, authority_key, .. } => {
            place(authority_certificate);
            place(authority_key);
        }
        Source::CopyOf { path, .. } => place(path),
        Source::Import { .. } => {}
    }
}
