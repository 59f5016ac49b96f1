//! The file formats that name credentials: text in, facts out, with byte spans where something may be replaced.
//!
//! Each is read as the component that owns the file reads it. Errors never quote the text: it may hold a key.

pub mod audit;
mod base64;
pub mod cluster_info;
pub mod cni;
pub mod component;
pub mod config;
pub mod etcd;
pub mod flags;
pub mod kubeconfig;
pub mod kubelet;
pub mod manifest;
pub mod shell;
pub mod systemd;
pub mod token;
pub mod url;
mod yaml;
