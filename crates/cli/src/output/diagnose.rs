//! The screen of `diagnose`: answers, causes first.

use super::findings::{Scene, Told, mark, quoted, tell as tell_finding};
use super::groups::Group;
use super::{Line, Mark, Paint, Screen, date, exact};
use crate::language::{Language, diagnose as say, screen as label, trouble::trouble};
use perennial_core::assess::{Finding, Severity};
use perennial_core::diagnose::{Answer, By, Cause, Evidence, Peer, Speaker, Symptom};
use perennial_core::inventory::{Looked, Node, Trouble};
use perennial_host::observe::logs::Log;

/// What was read, and what is behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Diagnosis<'a> {
    /// The node, and as of when.
    pub(crate) scene: Scene<'a>,
    /// The logs.
    pub(crate) logs: &'a [Log],
    /// Lines in all.
    pub(crate) lines: u64,
    /// Lines of strangers that hung up.
    pub(crate) harmless: u64,
    /// Complaints beyond what is kept.
    pub(crate) left_out: u64,
    /// Old certificates that were compared, if there were more.
    pub(crate) cut: Option<usize>,
    /// The answers.
    pub(crate) answers: &'a [Answer],
}

impl Diagnosis<'_> {
    /// Logs that could not be read, and why.
    pub(crate) fn unread(&self, language: Language) -> Vec<String> {
        let mut unread = Vec::new();
        for log in self.logs {
            match &log.lines {
                Looked::Seen(_) => {}
                Looked::Absent => unread.push(absent(language, &log.name)),
                Looked::Unusable(Trouble::Io(why)) => {
                    unread.push(say::log_unreadable(language, &log.name, why));
                }
                Looked::Unusable(why) => unread.push(trouble(language, &log.name, why)),
            }
        }
        unread
    }

    /// Whether something that should be read was not.
    pub(crate) fn blind(&self) -> bool {
        let absent = self.logs.iter().filter(|log| matches!(log.lines, Looked::Absent)).count();
        let unusable = self.logs.iter().any(|log| matches!(log.lines, Looked::Unusable(_)));
        // A copied tree holds what somebody has copied.
        unusable || absent > 0 && (absent == self.logs.len() || !self.scene.node.copied_tree)
    }

    /// The gravest.
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.answers.iter().map(|answer| answer.cause.severity()).max()
    }
}

fn absent(language: Language, name: &str) -> String {
    match name {
        "journalctl" => say::no_journal(language).to_owned(),
        "/var/log/pods" => say::log_unreadable(language, name, say::pods_absent(language)),
        name => say::log_unreadable(language, name, say::log_not_there(language)),
    }
}

/// The whole screen.
pub(crate) fn screen(language: Language, diagnosis: &Diagnosis<'_>) -> Screen {
    let mut screen = Screen::default();
    for answer in diagnosis.answers {
        show(&mut screen, language, &diagnosis.scene, answer);
    }
    for unread in diagnosis.unread(language) {
        note(&mut screen, Mark::Unknown, &unread);
    }
    if let Some(compared) = diagnosis.cut {
        note(&mut screen, Mark::Unknown, &say::not_all_backups(language, compared));
    }
    if diagnosis.left_out > 0 {
        note(&mut screen, Mark::Unknown, &say::left_out(language, diagnosis.left_out));
    }
    if diagnosis.answers.is_empty() {
        let found = if diagnosis.harmless > 0 { say::only_harmless } else { say::nothing_found };
        note(&mut screen, Mark::Good, found(language));
    }
    let read = diagnosis.logs.iter().filter(|log| matches!(log.lines, Looked::Seen(_))).count();
    let mut parts = vec![say::read_lines(language, diagnosis.lines, read)];
    if diagnosis.harmless > 0 {
        parts.push(say::harmless(language, diagnosis.harmless));
    }
    if !diagnosis.answers.is_empty() {
        let critical =
            diagnosis.answers.iter().filter(|answer| answer.cause.severity() == Severity::Critical).count();
        parts.insert(0, say::summary(language, diagnosis.answers.len(), critical));
    }
    screen.wrapped(Line::new(), &Line::new(), &parts.join(language.semicolon()), Paint::Strong);
    screen
}

fn note(screen: &mut Screen, sign: Mark, text: &str) {
    screen.wrapped(Line::new().mark(sign).text(" "), &Line::new().text("    "), text, Paint::Plain);
}

fn show(screen: &mut Screen, language: Language, scene: &Scene<'_>, answer: &Answer) {
    let told = tell(language, scene, answer);
    let first = Line::new().mark(mark(answer.cause.severity())).text(" ");
    let first = match answer.cause.code() {
        Some(code) => first.painted(&code.to_string(), Paint::Faint).text(" "),
        None => first,
    };
    screen.wrapped(first, &Line::new().text("    "), &told.title, Paint::Strong);
    for evidence in &told.evidence {
        screen.indented(4, evidence);
    }
    screen.labelled(say::lines_label(language), &said(language, answer), Paint::Plain);
    let act = label::label_do(language);
    match (&told.command, told.advice) {
        (Some(command), _) => screen.command(act, command),
        (None, Some(advice)) => screen.labelled(act, advice, Paint::Plain),
        (None, None) => {}
    }
    if let Some(note) = told.note {
        screen.labelled("", note, Paint::Plain);
    }
}

/// How often, when, by whom, where.
pub(crate) fn said(language: Language, answer: &Answer) -> String {
    let Evidence { lines, span, spot } = &answer.evidence;
    let speakers: Vec<String> = answer.speakers.iter().map(|it| speaker(language, it)).collect();
    let speakers = speakers.join(language.comma());
    let spot = say::spot(language, &spot.source, spot.line);
    match span {
        Some((first, _)) if *lines == 1 => say::once(language, &exact(*first), &speakers, &spot),
        Some((first, last)) => say::times(language, *lines, &exact(*first), &exact(*last), &speakers, &spot),
        None => say::undated(language, *lines, &speakers, &spot),
    }
}

/// Puts an answer into words.
pub(crate) fn tell(language: Language, scene: &Scene<'_>, answer: &Answer) -> Told {
    let mut told = cause(language, scene, &answer.cause);
    if !answer.peers.is_empty() && tells_peers(&answer.cause) {
        let peers: Vec<&str> = answer.peers.iter().map(String::as_str).collect();
        told.evidence.push(say::with_peers(language, &peers.join(language.comma())));
    }
    told
}

fn tells_peers(cause: &Cause) -> bool {
    !matches!(cause, Cause::OtherServer { .. } | Cause::Distrust { .. } | Cause::Over { .. })
}

fn cause(language: Language, scene: &Scene<'_>, cause: &Cause) -> Told {
    let node = scene.node;
    match cause {
        Cause::Clock { object, begins, judged_at } => {
            let object = object.as_deref().unwrap_or_else(|| say::a_certificate(language));
            Told {
                title: match begins {
                    Some(begins) => say::clock(language, object, &exact(*begins)),
                    None => say::clock_unknown(language, object),
                },
                evidence: judged_at.iter().map(|at| say::judged_at(language, &exact(*at))).collect(),
                command: Some("timedatectl".to_owned()),
                note: Some(say::clock_check(language)),
                ..Told::default()
            }
        }
        Cause::AuthorityExpired { name, path, ended } => {
            let finding = Finding::AuthorityExpired { authority: name.clone(), at: *ended };
            let told = as_finding(language, scene, &finding, &[]);
            Told { evidence: vec![path.to_string()], ..told }
        }
        Cause::Expired { names, ended } => expired(language, scene, names, *ended),
        Cause::KubeletLockedOut { path, ended } => match ended {
            Some(at) => {
                let finding = Finding::KubeletClientExpired { path: path.clone(), at: *at };
                let told = as_finding(language, scene, &finding, &[]);
                Told { title: say::kubelet_locked_out(language, &date(*at)), left_alone: None, ..told }
            }
            None => Told {
                title: say::kubelet_locked_out_undated(language, path.as_str()),
                command: Some("perennial check".to_owned()),
                ..Told::default()
            },
        },
        Cause::Loopback { ended } => Told {
            title: say::loopback_title(language).to_owned(),
            evidence: ended.iter().map(|at| say::loopback_ended(language, &date(*at))).collect(),
            command: Some("crictl stop $(crictl ps -q --name '^kube-apiserver$')".to_owned()),
            note: Some(say::loopback_note(language)),
            ..Told::default()
        },
        Cause::ServedOld { component, address, name, ended } => Told {
            title: say::served_old(language, component.name(), &address.to_string(), name, &date(*ended)),
            command: Some(format!("perennial renew --only {} --force", quoted(name))),
            ..Told::default()
        },
        Cause::File { path, speaker: who, what } => {
            file(language, path.as_ref().map(|it| it.as_str()), &speaker(language, who), what)
        }
        Cause::NotASymlink { path } => {
            let (path, directory) =
                (path.as_str(), path.parent().map_or(".", |directory| directory.as_str()));
            let kept = format!("{}/kubelet-client-$(date -u +%Y-%m-%d-%H-%M-%S).pem", quoted(directory));
            let live = quoted(path);
            Told {
                title: say::not_a_symlink(language, path),
                command: Some(format!(
                    "f={kept}; cp -p {live} \"$f\" && ln -s \"$f\" {live}.new && mv -T {live}.new {live}"
                )),
                note: Some(say::symlink_note(language)),
                ..Told::default()
            }
        }
        Cause::NoServingCertificate => Told {
            title: say::serving_title(language).to_owned(),
            command: Some("kubectl get csr".to_owned()),
            note: Some(say::serving_note(language)),
            ..Told::default()
        },
        Cause::NodeName { certified, node: own } => Told {
            title: say::node_name(language, certified, own),
            command: Some("perennial check".to_owned()),
            note: Some(say::node_name_note(language)),
            ..Told::default()
        },
        Cause::Held(held) => Told {
            title: say::held(language, held.component.name(), &held.name),
            evidence: held_evidence(language, held),
            command: Some("perennial reload".to_owned()),
            note: Some(say::held_note(language)),
            ..Told::default()
        },
        Cause::Replaced { .. } | Cause::UnknownClient(_) | Cause::StrangeClient { .. } => {
            client(language, node, cause)
        }
        Cause::NetworkPlugin { name } => Told {
            title: say::network_plugin(language, name),
            command: Some(restart_plugin(node, name)),
            note: Some(say::network_note(language)),
            ..Told::default()
        },
        Cause::WrongName { .. }
        | Cause::WrongUsage { .. }
        | Cause::Distrust { .. }
        | Cause::OtherServer { .. } => server(language, cause),
        Cause::Socket { path, used } => Told {
            title: say::socket(language, path.as_str()),
            evidence: if path == used { Vec::new() } else { vec![say::socket_used(language, used.as_str())] },
            command: Some(if path == used {
                "systemctl status containerd crio --no-pager".to_owned()
            } else {
                format!("crictl --runtime-endpoint {} ps", quoted(&format!("unix://{used}")))
            }),
            ..Told::default()
        },
        Cause::TwoAuthorities => Told {
            title: say::two_authorities_title(language).to_owned(),
            command: Some("kubectl -n kube-public get configmap cluster-info -o yaml".to_owned()),
            note: Some(say::two_authorities_note(language)),
            ..Told::default()
        },
        Cause::JoinToken => Told {
            title: say::join_token_title(language).to_owned(),
            command: Some("kubeadm token create --print-join-command".to_owned()),
            ..Told::default()
        },
        Cause::Token { expired, .. } => Told {
            title: if *expired {
                say::token_expired_title(language)
            } else {
                say::token_invalid_title(language)
            }
            .to_owned(),
            command: Some("kubectl get pods -A".to_owned()),
            note: Some(say::token_note(language)),
            ..Told::default()
        },
        Cause::Kubeadm { what, path } => Told {
            title: say::kubeadm(language, *what).to_owned(),
            evidence: path.iter().map(ToString::to_string).collect(),
            command: Some("perennial check".to_owned()),
            ..Told::default()
        },
        Cause::Refused { speaker: who, server, peer, alert } => {
            let host = host(language, peer.as_ref());
            let title = if *server { say::refused_server } else { say::refused_client };
            Told {
                title: title(language, &speaker(language, who), &host, alert),
                command: Some(connections(peer.as_ref(), *server)),
                note: Some(if *server {
                    say::client_side_note(language)
                } else {
                    say::server_side_note(language)
                }),
                ..Told::default()
            }
        }
        Cause::Unauthorized { speaker: who } => Told {
            title: say::unauthorized(language, &speaker(language, who)),
            command: Some(
                "crictl logs $(crictl ps -q --name '^kube-apiserver$') 2>&1 | perennial diagnose -"
                    .to_owned(),
            ),
            note: Some(say::unauthorized_note(language)),
            ..Told::default()
        },
        Cause::Unexplained { speaker: who, what } => Told {
            title: say::unexplained(language, &speaker(language, who), say::symptom(language, what)),
            command: Some("perennial check".to_owned()),
            ..Told::default()
        },
        Cause::Over { name, path, until } => Told {
            title: say::over(language, name, &date(*until)),
            evidence: vec![path.to_string()],
            advice: Some(say::over_note(language)),
            ..Told::default()
        },
    }
}

fn as_finding(language: Language, scene: &Scene<'_>, first: &Finding, more: &[Finding]) -> Told {
    tell_finding(language, scene, &Group { first, more: more.iter().collect() })
}

fn expired(language: Language, scene: &Scene<'_>, names: &[String], ended: jiff::Timestamp) -> Told {
    let findings: Vec<_> = names
        .iter()
        .map(|name| Finding::CertificateExpired { credential: name.clone(), at: ended })
        .collect();
    match findings.split_first() {
        Some((first, more)) => as_finding(language, scene, first, more),
        None => Told::default(),
    }
}

fn held_evidence(language: Language, held: &perennial_core::diagnose::Held) -> Vec<String> {
    let mut evidence = vec![held.path.to_string()];
    let mut when = Vec::new();
    when.extend(held.at.map(|at| say::replaced_on(language, &exact(at))));
    when.extend(held.started.map(|at| say::started(language, held.component.name(), &exact(at))));
    when.extend(held.ended.map(|at| say::ended_on(language, &exact(at))));
    if !when.is_empty() {
        evidence.push(when.join(language.semicolon()));
    }
    if let Some((identity, serial, path)) = &held.old {
        let old = [say::serial(language, serial), say::identity(language, identity)];
        evidence.push(old.join(language.semicolon()));
        evidence.push(say::copy_in(language, path.as_str()));
    }
    evidence
}

/// Clients that show what they should not show any more.
fn client(language: Language, node: &Node, cause: &Cause) -> Told {
    match cause {
        Cause::Replaced { names, paths, identity, serial, ended, at, by, peer } => {
            let mut evidence = Vec::new();
            let mut whose = vec![say::identity(language, identity)];
            whose.extend(serial.as_ref().map(|serial| say::serial(language, serial)));
            whose.extend(at.map(|at| say::replaced_on(language, &exact(at))));
            evidence.push(whose.join(language.semicolon()));
            evidence.extend(paths.first().map(|path| say::copy_in(language, path.as_str())));
            if *by == By::Dates {
                evidence.push(say::dates_only(language).to_owned());
            }
            Told {
                title: say::replaced(language, &names.join(language.comma()), &date(*ended)),
                evidence,
                command: Some(connected(node, peer.as_ref())),
                note: Some(say::who_is_connected(language)),
                ..Told::default()
            }
        }
        Cause::UnknownClient(client) => {
            let ended = client.ended.map_or_else(|| say::without_dates(language).to_owned(), exact);
            let mut evidence = vec![say::not_one_of_ours(language).to_owned()];
            let mut facts = Vec::new();
            facts.extend(client.serial.as_ref().map(|serial| say::serial(language, serial)));
            match client.authority.as_deref() {
                Some("") => facts.push(say::no_authority_of_ours(language).to_owned()),
                Some(name) => facts.push(say::signed_by(language, name)),
                None => {}
            }
            facts.push(say::refused_by(language, &speaker(language, &client.speaker)));
            evidence.push(facts.join(language.semicolon()));
            Told {
                title: say::unknown_client(language, &ended),
                evidence,
                command: Some(connected(node, client.peer.as_ref())),
                note: Some(say::where_to_look(language)),
                ..Told::default()
            }
        }
        Cause::StrangeClient { speaker: who, peer } => Told {
            title: say::strange_client(language, &speaker(language, who), &host(language, peer.as_ref())),
            command: Some(connected(node, peer.as_ref())),
            note: Some(say::where_to_look(language)),
            ..Told::default()
        },
        _ => Told::default(),
    }
}

fn server(language: Language, cause: &Cause) -> Told {
    match cause {
        Cause::WrongName { valid_for, peer: Some(peer), client: true, .. } => Told {
            title: say::others_certificate(language, &peer.host, &valid_for.join(language.comma())),
            // etcd's members are the only clients that are asked for their names.
            command: Some(show_certificate(
                None,
                Some(&Peer { port: Some(2380), ..peer.clone() }),
                "subjectAltName",
            )),
            note: Some(say::others_certificate_note(language)),
            ..Told::default()
        },
        Cause::WrongName { name, path, wanted, valid_for, peer, .. } => {
            let object = name.clone().unwrap_or_else(|| {
                peer.as_ref().map_or_else(
                    || say::a_certificate(language).to_owned(),
                    |peer| say::server_at(language, &peer.host),
                )
            });
            let wanted = wanted.as_deref().unwrap_or("?");
            Told {
                title: say::wrong_name(language, &object, wanted),
                evidence: if valid_for.is_empty() {
                    Vec::new()
                } else {
                    vec![say::has_names(language, &valid_for.join(language.comma()))]
                },
                command: Some(show_certificate(
                    path.as_ref().map(|it| it.as_str()),
                    peer.as_ref(),
                    "subjectAltName",
                )),
                note: Some(say::look_at_names(language)),
                ..Told::default()
            }
        }
        Cause::WrongUsage { name, path, peer } => Told {
            title: say::wrong_usage(
                language,
                &name.clone().unwrap_or_else(|| say::client_at(language, &host(language, peer.as_ref()))),
            ),
            evidence: path.iter().map(ToString::to_string).collect(),
            command: Some(match path {
                Some(path) => show_certificate(Some(path.as_str()), None, "extendedKeyUsage"),
                None => "perennial check".to_owned(),
            }),
            note: path.as_ref().map(|_| say::look_at_usages(language)),
            ..Told::default()
        },
        Cause::Distrust { speaker: who, peer } => Told {
            title: say::distrust(
                language,
                &speaker(language, who),
                &peer.as_ref().map_or_else(|| say::somebody_s_clock(language).to_owned(), shown),
            ),
            command: Some("perennial check".to_owned()),
            note: Some(say::distrust_note(language)),
            ..Told::default()
        },
        Cause::OtherServer { peer, what, .. } => {
            let host = shown(peer);
            let title = match what {
                Symptom::Expired { ended: Some(at) } => say::other_expired(language, &host, &date(*at)),
                Symptom::Expired { ended: None } => say::other_expired_undated(language, &host),
                Symptom::WrongName { .. } => say::other_name(language, &host),
                _ => say::other_distrusted(language, &host),
            };
            let service = peer.host.contains(".svc");
            Told {
                title,
                command: Some(if service {
                    "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations,apiservices"
                        .to_owned()
                } else {
                    show_certificate(None, Some(peer), "subjectAltName")
                }),
                note: Some(if service { say::webhook_note(language) } else { say::look_at_server(language) }),
                ..Told::default()
            }
        }
        _ => Told::default(),
    }
}

fn file(language: Language, path: Option<&str>, speaker: &str, what: &Symptom) -> Told {
    let shown = path.unwrap_or_else(|| say::no_path(language));
    let title = match what {
        Symptom::KeyMismatch => say::key_mismatch(language, speaker, shown),
        Symptom::NoPem => say::no_pem(language, speaker, shown),
        Symptom::KeyUnreadable => say::key_unreadable(language, speaker, shown),
        Symptom::FileDenied => say::denied(language, speaker, shown),
        _ => say::missing(language, speaker, shown),
    };
    let command = match (what, path) {
        (Symptom::FileDenied, Some(path)) => format!("ls -lZ {}", quoted(path)),
        _ => "perennial check".to_owned(),
    };
    Told { title, command: Some(command), ..Told::default() }
}

/// Who wrote a line, as far as anything says so.
fn speaker(language: Language, who: &Speaker) -> String {
    match who {
        Speaker::Unknown => say::a_program(language).to_owned(),
        known => known.to_string(),
    }
}

fn host(language: Language, peer: Option<&Peer>) -> String {
    peer.map_or_else(|| say::a_client(language).to_owned(), |peer| peer.host.clone())
}

fn shown(peer: &Peer) -> String {
    match peer.port {
        Some(port) if peer.host.contains(':') => format!("[{}]:{port}", peer.host),
        Some(port) => format!("{}:{port}", peer.host),
        None => peer.host.clone(),
    }
}

/// Who is connected to the API server; of one address, where it is known.
fn connected(node: &Node, peer: Option<&Peer>) -> String {
    match peer.and_then(Peer::address) {
        Some(address) => format!("ss -Htnp dst {address}"),
        None => {
            let port = node
                .listeners
                .iter()
                .find(|listener| listener.component == perennial_core::inventory::Component::KubeApiserver)
                .map_or(6443, |listener| listener.address.port());
            format!("ss -Htnp state established '( sport = :{port} )'")
        }
    }
}

fn connections(peer: Option<&Peer>, server: bool) -> String {
    match peer {
        Some(peer) if !server && peer.port.is_some() => show_certificate(None, Some(peer), "subjectAltName"),
        Some(peer) if peer.address().is_some() => format!("ss -Htnp dst {}", peer.host),
        _ => "perennial check".to_owned(),
    }
}

/// What a file or a server shows.
fn show_certificate(path: Option<&str>, peer: Option<&Peer>, extension: &str) -> String {
    match (path, peer) {
        (Some(path), _) => format!("openssl x509 -in {} -noout -subject -ext {extension}", quoted(path)),
        (None, Some(peer)) => format!(
            "openssl s_client -connect {} </dev/null 2>/dev/null | openssl x509 -noout -subject -enddate -ext {extension}",
            quoted(&shown(&Peer { port: peer.port.or(Some(6443)), ..peer.clone() }))
        ),
        (None, None) => "perennial check".to_owned(),
    }
}

/// The plugin's pod on this node is deleted, and made again.
fn restart_plugin(node: &Node, name: &str) -> String {
    let selector = match name {
        _ if name.contains("calico") => "k8s-app=calico-node",
        _ if name.contains("cilium") => "k8s-app=cilium",
        _ if name.contains("flannel") => "app=flannel",
        _ => return "kubectl get pods -A -o wide | grep -i cni".to_owned(),
    };
    let this = quoted(node.name.as_deref().unwrap_or("NODE"));
    format!("kubectl delete pod -A -l {selector} --field-selector spec.nodeName={this}")
}
