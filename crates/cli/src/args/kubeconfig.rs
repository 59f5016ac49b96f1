//! `kubeconfig refresh` and `kubeconfig sign`.

use super::{Consent, Passphrases, life};
use camino::Utf8PathBuf;
use clap::{Args, Subcommand};
use jiff::SignedDuration;

#[derive(Debug, Subcommand)]
pub(crate) enum Kubeconfig {
    Refresh(Refresh),
    Sign(Sign),
}

#[derive(Debug, Args)]
pub(crate) struct Refresh {
    #[arg(value_name = "FILE")]
    pub(crate) kubeconfigs: Vec<Utf8PathBuf>,
    #[arg(long)]
    pub(crate) request: bool,
    #[arg(long, value_name = "CERT", allow_hyphen_values = true, conflicts_with = "request")]
    pub(crate) install: Option<Utf8PathBuf>,
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
    #[arg(long = "force", conflicts_with = "install")]
    pub(crate) anew: bool,
    #[arg(long, value_name = "LENGTH", default_value = "1y", value_parser = life, conflicts_with_all = ["request", "install"])]
    pub(crate) validity: SignedDuration,
    #[arg(long, conflicts_with_all = ["request", "install"])]
    pub(crate) allow_system_masters: bool,
    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
    #[arg(long, value_name = "FILE", conflicts_with_all = ["request", "install", "dry_run"])]
    pub(crate) evidence: Option<Utf8PathBuf>,
    #[arg(long = "events", value_name = "FILE|-", conflicts_with_all = ["request", "install"])]
    pub(crate) events: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

#[derive(Debug, Args)]
pub(crate) struct Sign {
    #[arg(value_name = "REQUEST", allow_hyphen_values = true)]
    pub(crate) paste: Utf8PathBuf,
    #[arg(long, value_name = "LENGTH", default_value = "1y", value_parser = life)]
    pub(crate) validity: SignedDuration,
    #[arg(long)]
    pub(crate) allow_system_masters: bool,
    #[arg(long)]
    pub(crate) allow_expired: bool,
    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
    #[command(flatten)]
    pub(crate) consent: Consent,
}
