//! `plan`, `renew`, `apply`, `reload`.

use super::{Consent, EventsTo, Issuer, Passphrases, WhenRestart, alternative_name, life};
use camino::Utf8PathBuf;
use clap::Args;
use jiff::SignedDuration;
use perennial_pki::reissue::AlternativeName;

/// What is renewed, and how: for a plan, and for one that is carried out at once.
#[derive(Clone, Debug, Args)]
pub(crate) struct Wanted {
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,
    #[arg(long)]
    pub(crate) due: bool,
    #[arg(long)]
    pub(crate) force: bool,
    #[arg(long, value_name = "LENGTH", default_value = "1y", value_parser = life)]
    pub(crate) validity: SignedDuration,
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) restart_apiserver: WhenRestart,
    #[arg(long, value_name = "NAME", value_parser = alternative_name)]
    pub(crate) add_san: Vec<AlternativeName>,
    #[arg(long)]
    pub(crate) reuse_keys: bool,
    #[arg(long)]
    pub(crate) repair_roles: bool,
    #[arg(long, value_name = "WHO", default_value = "perennial")]
    pub(crate) issuer: Issuer,
    #[arg(long)]
    pub(crate) no_workload: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    #[arg(long = "out", value_name = "FILE")]
    pub(crate) plan_out: Option<Utf8PathBuf>,
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// How a run is told and kept.
#[derive(Clone, Debug, Args)]
pub(crate) struct Told {
    #[command(flatten)]
    pub(crate) events: EventsTo,
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(crate) evidence: Option<Utf8PathBuf>,
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) watch_api: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Renew {
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
    #[arg(long, value_name = "RUN")]
    pub(crate) give_up: Option<String>,
    #[command(flatten)]
    pub(crate) told: Told,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    #[arg(value_name = "PLAN")]
    pub(crate) saved_plan: Utf8PathBuf,
    #[command(flatten)]
    pub(crate) passphrases: Passphrases,
    #[command(flatten)]
    pub(crate) told: Told,
    #[command(flatten)]
    pub(crate) consent: Consent,
}

#[derive(Debug, Args)]
pub(crate) struct Reload {
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) restart_apiserver: WhenRestart,
    #[arg(long)]
    pub(crate) no_workload: bool,
    #[command(flatten)]
    pub(crate) told: Told,
    #[command(flatten)]
    pub(crate) consent: Consent,
}
