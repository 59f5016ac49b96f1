//! Findings about the kubelet's certificates, as a person reads them.

use super::findings::{Told, quoted, since};
use super::{date, left};
use crate::language::{Language, finding as say, kubelet as words};
use camino::Utf8Path;
use jiff::Timestamp;
use perennial_core::assess::Finding;
use perennial_core::inventory::{Current, Role};

/// Puts one of them into words.
pub(super) fn tell(language: Language, finding: &Finding, now: Timestamp) -> Told {
    match finding {
        Finding::KubeletRestartFails { kubeconfig, user, uses, at, ended, current, current_until } => {
            let pair = quoted(current.as_str());
            Told {
                title: if *ended {
                    words::restart_fails(language, &date(*at), &left(language, *at, now))
                } else {
                    words::restart_will_fail(language, &date(*at), &left(language, now, *at))
                },
                evidence: vec![words::uses_and_current(
                    language,
                    uses.as_str(),
                    current.as_str(),
                    &date(*current_until),
                )],
                left_alone: Some(since(language, *at, now, words::restart_effect(language))),
                command: Some(format!(
                    "kubectl config set-credentials {} --client-certificate={pair} --client-key={pair} --kubeconfig={}",
                    quoted(user),
                    quoted(kubeconfig.as_str())
                )),
                note: Some(words::repoint_note(language)),
                ..Told::default()
            }
        }
        Finding::KubeletRotationBlocked {
            path,
            current: Current::Dangling { to },
            newest,
            needed,
            until,
        } => {
            let effect = match until {
                _ if *needed => Some(words::dangling_effect(language).to_owned()),
                Some(until) => Some(words::on_date_locked_out(language, &date(*until))),
                None => None,
            };
            Told {
                title: words::dangling(language, path.as_str(), to.as_str()),
                evidence: newest.iter().map(|newest| words::newest_is(language, newest.as_str())).collect(),
                left_alone: effect,
                command: newest
                    .as_ref()
                    .map(|newest| format!("ln -sfn {} {}", quoted(newest.as_str()), quoted(path.as_str()))),
                advice: newest.is_none().then(|| words::dangling_act(language)),
                ..Told::default()
            }
        }
        Finding::KubeletRotationBlocked { path, until, .. } => Told {
            title: words::rotation_blocked(language, path.as_str()),
            left_alone: until.map(|until| words::on_date_locked_out(language, &date(until))),
            command: Some(as_link(path, now)),
            note: Some(words::link_note(language)),
            ..Told::default()
        },
        Finding::KubeletServingEnds { path, at, ended, verified_by, restart_is_safe } => {
            let (path, refused) = (path.as_str(), verified_by.as_ref().filter(|_| !ended));
            let effect = say::effect(language, Role::KubeletServing);
            let command = format!(
                "rm {} {} && systemctl restart kubelet",
                quoted(path),
                quoted(&path.replace(".crt", ".key"))
            );
            let renews = *restart_is_safe && verified_by.is_none();
            let advice = if verified_by.is_some() { words::request_act } else { words::unsafe_act };
            Told {
                title: match refused {
                    Some(bundle) => words::serving_refused(language, bundle.as_str()),
                    None if *ended => words::serving_ended(language, &left(language, *at, now), &date(*at)),
                    None => words::serving_ends(language, &left(language, now, *at), &date(*at)),
                },
                evidence: vec![
                    words::path_until(language, path, &date(*at)),
                    words::by_design(language).to_owned(),
                ],
                left_alone: Some(match verified_by {
                    Some(_) => words::refused_effect(language).to_owned(),
                    None => since(language, *at, now, effect),
                }),
                command: renews.then_some(command),
                advice: (!renews).then(|| advice(language)),
                note: renews.then(|| say::kubelet_serving_note(language)),
            }
        }
        _ => Told::default(),
    }
}

/// A copy under the name that the kubelet itself would give it, and a link to that in one exchange of names.
fn as_link(path: &Utf8Path, now: Timestamp) -> String {
    let directory = path.parent().unwrap_or(path);
    let dated = directory.join(now.strftime("kubelet-client-%Y-%m-%d-%H-%M-%S.pem").to_string());
    let next = directory.join("kubelet-client-next.pem");
    let (path, dated, next) = (quoted(path.as_str()), quoted(dated.as_str()), quoted(next.as_str()));
    format!("cp -p {path} {dated} && ln -s {dated} {next} && mv -T {next} {path}")
}
