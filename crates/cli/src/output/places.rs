//! Findings about files, their owners' rights, manifests and copies, as a person reads them.

use super::date;
use super::findings::{Scene, Told, quoted};
use super::groups::Group;
use crate::language::{Language, finding as say, places as words, trouble::trouble};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::assess::{Collision, Finding, token_copies};
use perennial_core::inventory::{Copied, TokenDuty, TokenKey, Trouble};

/// Puts a group of them into words.
pub(super) fn tell(language: Language, group: &Group<'_>) -> Told {
    match group.first {
        Finding::FileCutOff { path, trouble, backup } => cut_off(language, path, trouble, backup.as_ref()),
        Finding::FileSpecial { path, trouble: why } => Told {
            title: trouble(language, path.as_str(), why),
            left_alone: Some(words::special_effect(language).to_owned()),
            advice: Some(words::special_act(language)),
            ..Told::default()
        },
        Finding::TokensRefused { signer, key, accepted, copies, before } => {
            let accepted: Vec<&str> = accepted.iter().map(|path| path.as_str()).collect();
            let accepted = accepted.join(language.comma());
            let told = Told {
                title: if *before {
                    words::tokens_of_before_refused(language, key.as_str(), &accepted)
                } else {
                    words::tokens_refused(language, signer.name(), key.as_str(), &accepted)
                },
                left_alone: Some(if *before {
                    words::tokens_of_before_effect(language).to_owned()
                } else {
                    words::tokens_refused_effect(language).to_owned()
                }),
                advice: Some(words::tokens_refused_act(language)),
                ..Told::default()
            };
            put_back(language, copies, told)
        }
        Finding::KeyExposed { .. } => exposed(language, group),
        Finding::LabelDiffers { .. } => labels(language, group),
        Finding::ManifestsCollide(collision) => collide(language, collision),
        Finding::SuperAdminUsed { pod, manifest, file } => Told {
            title: words::super_admin_used(language, pod, file.as_str()),
            evidence: vec![words::by_manifest(language, manifest.as_str())],
            left_alone: Some(words::super_admin_effect(language).to_owned()),
            advice: Some(words::super_admin_act(language)),
            ..Told::default()
        },
        _ => Told::default(),
    }
}

/// What helps where a key of the service accounts' tokens is lost or broken: the public half comes from the private one;
/// a new private one would make every token invalid.
pub(super) fn token_key(language: Language, scene: &Scene<'_>, finding: &Finding, told: Told) -> Told {
    let (Finding::FileMissing { path }
    | Finding::FileUnusable { path, .. }
    | Finding::FileCutOff { path, .. }
    | Finding::FileSpecial { path, .. }) = finding
    else {
        return told;
    };
    let keys = &scene.node.beside.token_keys;
    let Some(lost) = keys.iter().find(|key| key.path == *path) else { return told };
    let whole = |key: &&TokenKey| key.duty == TokenDuty::Signs && key.keys.seen().is_some();
    let signs = keys.iter().find(whole).filter(|_| lost.duty == TokenDuty::Accepts);
    match signs {
        Some(signs) => Told {
            command: Some(format!(
                "openssl pkey -in {} -pubout -out {}",
                quoted(signs.path.as_str()),
                quoted(path.as_str())
            )),
            advice: None,
            note: Some(words::public_half_note(language)),
            left_alone: Some(words::tokens_refused_effect(language).to_owned()),
            ..told
        },
        None => {
            let told = Told {
                command: None,
                advice: Some(words::token_key_act(language)),
                note: None,
                left_alone: Some(words::token_key_effect(language).to_owned()),
                ..told
            };
            put_back(language, &token_copies(scene.node, path), told)
        }
    }
}

/// The command that puts copies back, where there are some.
fn put_back(language: Language, copies: &[(Utf8PathBuf, Utf8PathBuf)], told: Told) -> Told {
    let Some(from) = copies.first().and_then(|(copy, _)| copy.parent()) else { return told };
    Told {
        evidence: vec![words::token_copies_from(language, from.as_str())],
        command: Some(copy_command(copies)),
        advice: None,
        note: Some(words::tokens_put_back_note(language)),
        ..told
    }
}

/// Onto a file that exists cp keeps its owner and mode.
fn copy_command(copies: &[(Utf8PathBuf, Utf8PathBuf)]) -> String {
    let each =
        copies.iter().map(|(copy, live)| format!("cp {} {}", quoted(copy.as_str()), quoted(live.as_str())));
    each.collect::<Vec<_>>().join(" && ")
}

fn collide(language: Language, collision: &Collision) -> Told {
    let mut evidence: Vec<String> = collision.files.iter().map(ToString::to_string).collect();
    evidence.extend(differing_flags(language, collision));
    // All but the one under the usual name.
    let directory = collision.files.first().and_then(|file| file.parent()?.parent());
    let others: Vec<String> = collision.files.iter().skip(1).map(|file| quoted(file.as_str())).collect();
    let command =
        directory.map(|directory| format!("mv {} {}/", others.join(" "), quoted(directory.as_str())));
    Told {
        title: words::collide(language, &collision.pod, collision.files.len()),
        evidence,
        left_alone: Some(words::collide_effect(language).to_owned()),
        command,
        note: Some(words::collide_note(language)),
        ..Told::default()
    }
}

/// One line for each flag in which manifests of one pod differ.
pub(crate) fn differing_flags(language: Language, collision: &Collision) -> Vec<String> {
    if collision.flags.is_empty() {
        return vec![words::no_flag_differs(language).to_owned()];
    }
    let line = |(flag, values): &(String, Vec<Option<String>>)| {
        let named = values.iter().zip(&collision.files).map(|(value, file)| {
            let value = value.as_deref().unwrap_or_else(|| words::no_such_flag(language));
            words::value_in(language, value, file.file_name().unwrap_or_default())
        });
        words::flag_differs(language, flag, &named.collect::<Vec<_>>().join(language.comma()))
    };
    collision.flags.iter().map(line).collect()
}

fn cut_off(language: Language, path: &Utf8Path, why: &Trouble, backup: Option<&Copied>) -> Told {
    let told = Told {
        title: trouble(language, path.as_str(), why),
        left_alone: Some(say::missing_effect(language).to_owned()),
        ..Told::default()
    };
    let Some(backup) = backup else { return Told { advice: Some(words::no_copy_act(language)), ..told } };
    let from = backup.files.first().and_then(|(copy, _)| copy.parent()).unwrap_or(path);
    Told {
        evidence: vec![words::copy_from(language, from.as_str(), &date(backup.not_after))],
        command: Some(copy_command(&backup.files)),
        ..told
    }
}

fn exposed(language: Language, group: &Group<'_>) -> Told {
    let found: Vec<_> = group
        .all()
        .filter_map(|finding| match finding {
            Finding::KeyExposed { path, mode } => Some((path, mode)),
            _ => None,
        })
        .collect();
    let paths: Vec<String> = found.iter().map(|(path, _)| quoted(path.as_str())).collect();
    let evidence = found
        .iter()
        .map(|(path, mode)| words::path_and_mode(language, path.as_str(), &format!("{mode:04o}")));
    Told {
        title: match found.as_slice() {
            [(path, _)] => words::key_exposed(language, path.as_str()),
            _ => words::many_keys_exposed(language, found.len()),
        },
        evidence: evidence.collect(),
        left_alone: Some(words::key_exposed_effect(language).to_owned()),
        command: Some(format!("chmod o-rwx {}", paths.join(" "))),
        ..Told::default()
    }
}

fn labels(language: Language, group: &Group<'_>) -> Told {
    let (mut paths, mut evidence) = (Vec::new(), Vec::new());
    for finding in group.all() {
        let Finding::LabelDiffers { path, label, neighbours } = finding else { continue };
        paths.push(path.as_str());
        evidence.push(match neighbours {
            Some(usual) => words::path_and_label(language, path.as_str(), label, usual),
            None => words::path_and_strange_label(language, path.as_str(), label),
        });
    }
    let all: Vec<String> = paths.iter().copied().map(quoted).collect();
    Told {
        title: match paths.as_slice() {
            [path] => words::label_differs(language, path),
            _ => words::many_labels_differ(language, paths.len()),
        },
        evidence,
        left_alone: Some(words::label_effect(language).to_owned()),
        command: Some(format!("restorecon -v {}", all.join(" "))),
        ..Told::default()
    }
}
