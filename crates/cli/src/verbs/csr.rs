//! `csr export` and `csr import`: for what a CA signs whose key is not on this node.

pub(crate) mod export;
pub(crate) mod import;
