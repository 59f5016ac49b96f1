//! `Plan`.

use super::{API_VERSION, Tool, time};
use crate::language::{Language, plan::reason, run};
use camino::Utf8Path;
use perennial_core::plan::{Action, Plan, Source, Step, Target, Undo, Verb};
use serde::Serialize;

/// What `renew --dry-run -o json` prints.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanDocument<'a> {
    /// `perennial.dev/v1`.
    api_version: &'static str,
    /// `Plan`.
    kind: &'static str,
    tool: Tool,
    #[serde(flatten)]
    plan: PlanView<'a>,
}

/// A plan inside of any document.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanView<'a> {
    node: &'a str,
    /// `renew`, `reload`, `csr import` or `kubeconfig refresh`.
    verb: &'static str,
    observed_at: String,
    /// SHA-256 over what the plan was made from.
    digest: &'a str,
    /// The version of the kubeadm that makes the certificates; absent where perennial does.
    kubeadm: Option<&'a str>,
    /// Whether carrying it out changes anything.
    changes: bool,
    renewals: Vec<RenewalView<'a>>,
    restarts: Vec<&'static str>,
    steps: Vec<StepView>,
    kept: Vec<KeptView<'a>>,
    /// Encrypted CA keys that sign what is renewed: their passphrases are needed.
    locked_keys: Vec<&'a str>,
    /// Control planes that this run does not touch.
    other_control_planes: &'a [String],
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct RenewalView<'a> {
    credential: &'a str,
    files: Vec<&'a str>,
    old_not_after: Option<String>,
    new_not_after: String,
    /// The user's entry of a kubeconfig, where it is not the current one.
    entry: Option<&'a str>,
    /// The identity that goes on, in a person's kubeconfig.
    identity: Option<&'a str>,
    /// The new key's algorithm; absent for a copy.
    key: Option<String>,
    /// The credential that it is a copy of.
    copy_of: Option<&'a str>,
    /// The file in which another CA's certificate came back.
    imported_from: Option<&'a str>,
    /// Names in the old certificate; of an imported one in the new.
    names: usize,
    /// Whether the old key is used on.
    key_stays: bool,
    /// What the new certificate says otherwise than the old one; absent where nothing.
    amended: Option<AmendedView<'a>>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AmendedView<'a> {
    /// The new common name.
    common_name: Option<&'a str>,
    /// Whether the old names go.
    old_names_dropped: bool,
    /// The new names.
    names: Vec<String>,
    /// `serverAuth`, `clientAuth`.
    usages: Vec<&'static str>,
    /// Whether a version 1 certificate becomes one of version 3.
    version_3: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct StepView {
    /// `backup`, `stage`, `swap`, `restart`, `releaseLease` or `workload`.
    action: &'static str,
    description: String,
    proof: String,
    /// `removeStaged`, `exchangeBack`, `restartAgain` or `nothing`.
    undo: &'static str,
    limit_seconds: u32,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct KeptView<'a> {
    name: &'a str,
    reason: &'static str,
    until: Option<String>,
}

impl<'a> PlanDocument<'a> {
    /// Of a plan that is only shown.
    pub(crate) fn new(plan: &'a Plan) -> Self {
        Self { api_version: API_VERSION, kind: "Plan", tool: Tool::this(), plan: PlanView::new(plan) }
    }
}

impl<'a> PlanView<'a> {
    /// Of a plan.
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let renewals = plan.renewals().map(|renewal| RenewalView {
            credential: &renewal.credential,
            files: renewal.target.files().into_iter().map(|path| path.as_str()).collect(),
            old_not_after: renewal.old_not_after.map(time),
            new_not_after: time(renewal.new_not_after),
            entry: match &renewal.target {
                Target::Kubeconfig { user, .. } => user.as_deref(),
                Target::Pair { .. } | Target::Certificate { .. } => None,
            },
            identity: renewal.identity.as_deref(),
            key: match &renewal.source {
                Source::Reissue { key_kind, .. } | Source::Import { key_kind, .. } => {
                    Some(key_kind.to_string())
                }
                Source::CopyOf { .. } => None,
            },
            copy_of: match &renewal.source {
                Source::Reissue { .. } | Source::Import { .. } => None,
                Source::CopyOf { credential, .. } => Some(credential),
            },
            imported_from: match &renewal.source {
                Source::Import { file, .. } => Some(file.as_str()),
                Source::Reissue { .. } | Source::CopyOf { .. } => None,
            },
            names: renewal.names,
            key_stays: renewal.source.key_stays(),
            amended: match &renewal.source {
                Source::Reissue { amendments, .. } if !amendments.is_empty() => Some(AmendedView {
                    common_name: amendments.common_name.as_deref(),
                    old_names_dropped: amendments.drop_names,
                    names: amendments.names.iter().map(ToString::to_string).collect(),
                    usages: amendments.usages.iter().map(|usage| usage.name()).collect(),
                    version_3: amendments.extensions,
                }),
                _ => None,
            },
        });
        let kept = plan.kept.iter().map(|kept| KeptView {
            name: &kept.name,
            reason: reason(Language::En, plan.request.verb, kept),
            until: kept.until.map(time),
        });
        Self {
            node: &plan.node,
            verb: match plan.request.verb {
                Verb::Renew => "renew",
                Verb::Reload => "reload",
                Verb::Import => "csr import",
                Verb::Refresh => "kubeconfig refresh",
            },
            observed_at: time(plan.observed_at),
            digest: &plan.digest,
            kubeadm: plan.request.kubeadm.as_ref().map(|kubeadm| kubeadm.version.as_str()),
            changes: !plan.is_empty(),
            renewals: renewals.collect(),
            restarts: plan.restarts().map(|component| component.name()).collect(),
            steps: plan.steps.iter().map(step).collect(),
            kept: kept.collect(),
            locked_keys: plan.locked_keys().into_iter().map(Utf8Path::as_str).collect(),
            other_control_planes: &plan.other_control_planes,
        }
    }
}

fn step(step: &Step) -> StepView {
    StepView {
        action: action(&step.action),
        description: run::step(Language::En, step),
        proof: run::waits(Language::En, step),
        undo: match step.undo {
            Undo::RemoveStaged => "removeStaged",
            Undo::ExchangeBack => "exchangeBack",
            Undo::RestartAgain => "restartAgain",
            Undo::Nothing { .. } => "nothing",
        },
        limit_seconds: step.limit_seconds,
    }
}

/// What a step does, in a word.
pub(crate) fn action(action: &Action) -> &'static str {
    match action {
        Action::Backup { .. } => "backup",
        Action::Stage { .. } => "stage",
        Action::Swap(_) => "swap",
        Action::Restart { .. } => "restart",
        Action::ReleaseLease { .. } => "releaseLease",
        Action::Workload => "workload",
    }
}
