//! The end-to-end stories: what perennial does on real kubeadm clusters, one file for each.
//!
//! `cargo test -p perennial --features stories --test stories [NAME…]`, as root. The binary under test is
//! `$PERENNIAL_BINARY`, by default what `cargo static -p perennial` builds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a story fails by panicking")]

mod support;

mod alone;
mod bad_input;
mod classic_fault;
mod diagnosed;
mod evidence;
mod expired;
mod forms;
mod habits;
mod healthy;
mod killed;
mod kubeconfig;
mod layouts;
mod no_trace;
mod one_of_three;
mod planned;
mod refusals;
mod repaired;

use std::process::ExitCode;

fn main() -> ExitCode {
    // One cluster serves as many as possible: each story leaves it healthy, the 3 + 1 comes last.
    support::tell(&[
        ("alone", alone::story),
        ("healthy", healthy::story),
        ("forms", forms::story),
        ("habits", habits::story),
        ("planned", planned::story),
        ("diagnosed", diagnosed::story),
        ("no_trace", no_trace::story),
        ("bad_input", bad_input::story),
        ("refusals", refusals::story),
        ("killed", killed::story),
        ("evidence", evidence::story),
        ("kubeconfig", kubeconfig::story),
        ("repaired", repaired::story),
        ("classic_fault", classic_fault::story),
        ("expired", expired::story),
        ("kubespray", layouts::kubespray),
        ("company", layouts::company),
        ("external_etcd", layouts::external_etcd),
        ("external_authority", layouts::external_authority),
        ("one_of_three", one_of_three::story),
    ])
}
