//! The exit codes: one table for all verbs.

use perennial_core::assess::{Assessment, Severity, State};
use perennial_core::prove::{Edge, Verdict};
use std::process::ExitCode;

/// How the process ends. The numbers are an interface: cron jobs, systemd units and monitoring read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Good; or done and proven; or nothing to do.
    Good,
    /// Warnings (with `--fail-on warning`); or finished, but something due was left out by design (an external
    /// CA, other control planes).
    Attention,
    /// A critical finding, or a proof that failed.
    Critical,
    /// Could not look everywhere. 2 wins over 3, 3 over 1.
    NotLooked,
    /// A guard refused; nothing was changed.
    Refused,
    /// Failed; put back and proven: everything is as before.
    PutBack,
    /// Failed with the node in between, or with its health unproven. The journal is kept.
    InBetween,
    /// The command line can't be understood.
    Usage,
    /// A bug in perennial.
    Bug,
    /// Stopped by Ctrl-C or SIGTERM at a safe point.
    Stopped,
}

impl Exit {
    /// All of them, in the order of their numbers.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 10] = [
        Self::Good,
        Self::Attention,
        Self::Critical,
        Self::NotLooked,
        Self::Refused,
        Self::PutBack,
        Self::InBetween,
        Self::Usage,
        Self::Bug,
        Self::Stopped,
    ];

    /// The number that the caller sees.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Attention => 1,
            Self::Critical => 2,
            Self::NotLooked => 3,
            Self::Refused => 4,
            Self::PutBack => 5,
            Self::InBetween => 6,
            Self::Usage => 64,
            Self::Bug => 70,
            Self::Stopped => 130,
        }
    }

    /// For Nagios and its kin, who know four: whatever kept the answer away is UNKNOWN.
    pub(crate) fn for_nagios(self) -> Self {
        match self {
            Self::Good | Self::Attention | Self::Critical => self,
            _ => Self::NotLooked,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// From which severity on findings make the exit code bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FailOn {
    /// Warnings exit 1, critical findings 2.
    Warning,
    /// Critical findings exit 2.
    Critical,
    /// Findings never change the exit code.
    Never,
}

/// The exit code of a look. `partial`: parts were out of reach for another reason than a check's own (not root).
pub(crate) fn of_assessment(assessment: &Assessment, fail_on: FailOn, partial: bool) -> Exit {
    let blind = partial || assessment.count(|state| matches!(state, State::CouldNotLook(_))) > 0;
    of_worst(assessment.worst(), fail_on, blind)
}

/// The exit code of the gravest that was found, where everything or not everything was looked at.
pub(crate) fn of_worst(worst: Option<Severity>, fail_on: FailOn, blind: bool) -> Exit {
    if worst == Some(Severity::Critical) && fail_on != FailOn::Never {
        Exit::Critical
    } else if blind {
        Exit::NotLooked
    } else if worst == Some(Severity::Warning) && fail_on == FailOn::Warning {
        Exit::Attention
    } else {
        Exit::Good
    }
}

/// The exit code of a proof.
pub(crate) fn of_edges(edges: &[Edge]) -> Exit {
    if edges.iter().any(|edge| edge.verdict == Verdict::Refuted) {
        Exit::Critical
    } else if edges.iter().any(|edge| edge.verdict == Verdict::NotProven) {
        Exit::NotLooked
    } else {
        Exit::Good
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use perennial_core::assess::{Check, Finding};
    use perennial_core::inventory::Trouble;

    fn assessment(states: Vec<State>) -> Assessment {
        let checks = states.into_iter().map(|state| Check { object: "x".to_owned(), state });
        Assessment { checks: checks.collect(), foreign: Default::default() }
    }

    fn ends_soon(critical: bool) -> State {
        let at = jiff::Timestamp::UNIX_EPOCH;
        State::Fail(Finding::CertificateEndsSoon { credential: "x".to_owned(), at, critical })
    }

    fn blind() -> State {
        State::CouldNotLook(Trouble::PermissionDenied)
    }

    #[test]
    fn critical_wins_over_blind_and_blind_over_warning() {
        let all = assessment(vec![ends_soon(false), blind(), ends_soon(true)]);
        assert_eq!(of_assessment(&all, FailOn::Warning, false), Exit::Critical);
        let two = assessment(vec![ends_soon(false), blind()]);
        assert_eq!(of_assessment(&two, FailOn::Warning, false), Exit::NotLooked);
    }

    #[test]
    fn warnings_count_only_when_asked_for() {
        let one = assessment(vec![State::Pass, ends_soon(false)]);
        assert_eq!(of_assessment(&one, FailOn::Warning, false), Exit::Attention);
        assert_eq!(of_assessment(&one, FailOn::Critical, false), Exit::Good);
        assert_eq!(of_assessment(&one, FailOn::Never, false), Exit::Good);
    }

    #[test]
    fn never_silences_findings_but_not_blindness() {
        let both = assessment(vec![ends_soon(true), blind()]);
        assert_eq!(of_assessment(&both, FailOn::Never, false), Exit::NotLooked);
        assert_eq!(of_assessment(&assessment(vec![State::Pass]), FailOn::Critical, true), Exit::NotLooked);
    }

    #[test]
    fn nagios_knows_four_codes() {
        let codes = Exit::ALL.map(|exit| exit.for_nagios().number());
        assert_eq!(codes, [0, 1, 2, 3, 3, 3, 3, 3, 3, 3]);
    }

    #[test]
    fn numbers_are_those_of_the_table() {
        assert_eq!(Exit::ALL.map(Exit::number), [0, 1, 2, 3, 4, 5, 6, 64, 70, 130]);
    }
}
