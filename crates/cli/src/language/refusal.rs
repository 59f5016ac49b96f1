//! Why nothing was done: one sentence for each refusal, and what helps.

use super::Language;
use super::trouble::trouble;
use crate::output::findings::quoted;
use crate::output::places::differing_flags;
use crate::output::{date, exact};
use perennial_core::inventory::{Attribute, Trouble};
use perennial_core::plan::{CanNot, Reason, Refusal};

/// A refusal in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// What is in the way.
    pub(crate) sentence: String,
    /// Facts, one line each.
    pub(crate) details: Vec<String>,
    /// What helps, if anything general does.
    pub(crate) hint: Option<String>,
}

/// Puts a refusal into words.
pub(crate) fn refusal(language: Language, refusal: &Refusal) -> Words {
    let words = |sentence: String, hint: Option<&str>| Words {
        sentence,
        details: Vec::new(),
        hint: hint.map(str::to_owned),
    };
    match refusal {
        Refusal::NotRoot => words(not_root(language).to_owned(), None),
        Refusal::ForeignLayout { distribution } => {
            words(super::screen::foreign(language, distribution), None)
        }
        Refusal::NothingHere => {
            words(super::screen::nothing_here(language, super::screen::this_node(language)), None)
        }
        Refusal::ManifestsCollide(collision) => Words {
            sentence: super::places::collide_refused(language, &collision.pod, collision.files.len()),
            details: collision
                .files
                .iter()
                .map(ToString::to_string)
                .chain(differing_flags(language, collision))
                .collect(),
            hint: Some(super::places::collide_hint(language).to_owned()),
        },
        Refusal::FileShared { path, credentials } => {
            words(super::places::shared(language, path.as_str(), &credentials.join(language.comma())), None)
        }
        Refusal::WorkerNode => words(worker(language).to_owned(), Some("perennial check")),
        Refusal::EtcdMachine => words(etcd_machine(language).to_owned(), Some("perennial check")),
        Refusal::UnknownCredential { name, known } => Words {
            sentence: unknown_credential(language, name),
            details: vec![there_is(language, &known.join(language.comma()))],
            hint: None,
        },
        Refusal::AuthorityUnusable { path, trouble: Some(why) } => {
            words(trouble(language, path.as_str(), why), Some(from_backup(language)))
        }
        Refusal::AuthorityUnusable { path, trouble: None } => {
            words(authority_missing(language, path.as_str()), Some(from_backup(language)))
        }
        Refusal::AuthorityKeyMissing { authority, path, credentials } => Words {
            sentence: authority_key_missing(language, authority, path.as_str()),
            details: vec![
                waits_for_it(language, &credentials.join(language.comma())),
                external_hint(language).to_owned(),
            ],
            hint: Some(match credentials.as_slice() {
                [name] => format!("perennial csr export {}", quoted(name)),
                _ => "perennial csr export".to_owned(),
            }),
        },
        Refusal::AuthorityKeyUnusable { path, trouble: why @ Trouble::EncryptedKey } => {
            words(trouble(language, path.as_str(), why), Some(super::passphrase::no_terminal_act(language)))
        }
        Refusal::WrongPassphrase { authority, path } => words(
            super::passphrase::wrong_passphrase(language, authority, path.as_str()),
            Some(super::passphrase::wrong_act(language)),
        ),
        Refusal::AuthorityKeyUnusable { path, trouble: why } => {
            words(trouble(language, path.as_str(), why), Some(from_backup(language)))
        }
        Refusal::AuthorityKeyMismatch { certificate, key } => words(
            authority_key_mismatch(language, key.as_str(), certificate.as_str()),
            Some(from_backup(language)),
        ),
        Refusal::AuthorityExpired { authority, at } => words(
            authority_expired(language, authority, &date(*at)),
            Some(super::finding::authority_act(language)),
        ),
        Refusal::ClockBeforeAuthority { authority, from, now } => {
            words(clock(language, &exact(*now), authority, &exact(*from)), Some("timedatectl"))
        }
        Refusal::CredentialUnusable { path, trouble: Some(why), .. } => Words {
            sentence: trouble(language, path.as_str(), why),
            details: vec![can_not_reissue(language).to_owned()],
            hint: Some(super::finding::missing_act(language).to_owned()),
        },
        Refusal::CredentialUnusable { credential, path, trouble: None } => words(
            credential_missing(language, credential, path.as_str()),
            Some(super::finding::missing_act(language)),
        ),
        Refusal::UnknownIssuer { credential, path, issuer } => Words {
            sentence: unknown_issuer(language, credential, path.as_str()),
            details: vec![super::finding::names_issuer(language, issuer)],
            hint: Some(super::finding::wrong_authority_act(language).to_owned()),
        },
        Refusal::NotAsItIs { credential, path, subject, reason } => Words {
            sentence: not_as_it_is(language, credential, path.as_str()),
            details: vec![super::finding::because(
                language,
                subject,
                super::plan::not_as_it_is(language, *reason),
            )],
            hint: Some(match reason {
                Reason::OtherNode => {
                    format!("perennial renew --repair-roles --only {}", quoted(credential))
                }
                _ => "perennial check".to_owned(),
            }),
        },
        Refusal::KubeadmUnusable { places, trouble: None } => {
            let places: Vec<_> = places.iter().map(|path| path.as_str()).collect();
            words(kubeadm_absent(language, &places.join(language.comma())), Some(ours_hint(language)))
        }
        Refusal::KubeadmUnusable { places, trouble: Some(why) } => {
            let path = places.first().map(|path| path.as_str()).unwrap_or_default();
            words(trouble(language, path, why), Some(ours_hint(language)))
        }
        Refusal::KubeadmWritable { program } => {
            words(kubeadm_writable(language, program.as_str()), Some(ours_hint(language)))
        }
        Refusal::KubeadmDoesNotFit { kubeadm, control_plane } => {
            let control_plane = control_plane.map_or_else(|| "?".to_owned(), |version| version.to_string());
            let sentence =
                kubeadm_does_not_fit(language, kubeadm.program.as_str(), &kubeadm.version, &control_plane);
            words(sentence, Some(ours_hint(language)))
        }
        Refusal::KubeadmCanNot { credential, why } => {
            let sentence = match why {
                CanNot::Key => kubeadm_no_key(language, credential),
                CanNot::Locked => kubeadm_locked(language, credential),
                CanNot::Keep => kubeadm_can_not_keep(language, credential),
            };
            words(sentence, Some(ours_hint(language)))
        }
        Refusal::KeyCanNotStay { credential, path } => {
            words(key_can_not_stay(language, credential, path.as_str()), Some(new_key_hint(language)))
        }
        Refusal::NoServerToName { names } => {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            words(no_server_to_name(language, &names.join(language.comma())), Some(no_server_hint(language)))
        }
        Refusal::IssuerNotTrusted { credential, authority, through } => Words {
            sentence: issuer_not_trusted(language, credential, authority.as_str(), through.as_str()),
            details: Vec::new(),
            hint: Some(issuer_not_trusted_hint(language).to_owned()),
        },
        Refusal::NotInstallable { rejected, returned } => {
            super::csr::not_installable(language, rejected, *returned)
        }
        Refusal::NothingReturned => words(super::csr::nothing_returned(language).to_owned(), None),
        Refusal::NotSigned(why) => super::refresh::not_signed(language, why),
        Refusal::SignsNothing => words(super::refresh::signs_nothing(language).to_owned(), None),
        Refusal::NodesOwnFile { path, credential } => words(
            super::refresh::nodes_own(language, path.as_str(), credential),
            Some(&format!("perennial renew --only {}", quoted(credential))),
        ),
        Refusal::NothingOfThisCluster { path } => words(
            super::refresh::nothing_of_this_cluster(language, path.as_str()),
            Some(&format!("perennial inspect {}", quoted(path.as_str()))),
        ),
        Refusal::KubeconfigUnusable { path, trouble: why } => {
            words(trouble(language, path.as_str(), why), Some(super::finding::kubeconfig_act(language)))
        }
        Refusal::NoSuchFile { path } => words(super::refresh::no_such_file(language, path.as_str()), None),
        Refusal::UnsupportedKey { credential, kind } => {
            words(unsupported_key(language, credential, kind), None)
        }
        Refusal::KubeletNotRunning { state } => {
            words(kubelet_not_running(language, state), Some("journalctl -u kubelet -n 50 --no-pager"))
        }
        Refusal::KubeletClientExpired { path, at } => {
            words(kubelet_expired(language, path.as_str(), &date(*at)), Some("perennial check"))
        }
        Refusal::RuntimeUnavailable { socket, reason, component } => words(
            runtime(language, socket.as_str(), reason, component.name()),
            Some("systemctl status containerd crio --no-pager"),
        ),
        Refusal::WouldNotStart { component, path } => {
            words(would_not_start(language, component.name(), path.as_str()), Some("perennial check"))
        }
        Refusal::Locked { path } => words(locked(language, path.as_str()), None),
        Refusal::NoSpace { path, needed, free } => {
            words(no_space(language, path.as_str(), *needed, *free), Some("df -h; df -i"))
        }
        Refusal::DirectoryWritable { path } => {
            words(writable(language, path.as_str()), Some(&format!("ls -ld {path}")))
        }
        Refusal::AttributeSet { path, attribute } => words(
            match attribute {
                Attribute::Immutable => immutable(language, path.as_str()),
                Attribute::AppendOnly => append_only(language, path.as_str()),
            },
            Some(&format!("chattr -{} {}", attribute.letter(), quoted(path.as_str()))),
        ),
        Refusal::RunBlocked { run, files } => Words {
            sentence: run_blocked(language, run),
            details: files.iter().map(ToString::to_string).collect(),
            hint: Some(run_blocked_hint(language, run)),
        },
        Refusal::JournalDamaged { path, reason } => Words {
            sentence: journal(language, path.as_str(), reason),
            details: Vec::new(),
            hint: path.parent().map(|run| journal_hint(language, run.as_str())),
        },
        Refusal::AnotherNodesPlan { planned, here } => {
            words(super::saved::other_node(language, planned, here), Some("perennial plan --out FILE"))
        }
        Refusal::Changed { what } => words(changed(language, what), Some(changed_hint(language))),
    }
}

words! {
    nothing_changed { en: "Nothing was changed.", zh: "没有做任何更改。" }
    not_root {
        en: "this needs root: certificates, keys and the container runtime belong to it",
        zh: "需要 root 权限：证书、密钥和容器运行时都归 root 所有",
    }
    worker {
        en: "this is a worker: its kubelet renews its own certificate, there is nothing to renew here",
        zh: "这是工作节点：kubelet 会自行轮换证书，此处没有需要续订的证书",
    }
    etcd_machine {
        en: "this machine runs etcd alone: perennial shows its certificates and does not renew them yet",
        zh: "本机只运行 etcd：perennial 可以检查其证书，但尚不能续订",
    }
    from_backup {
        en: "put it back from a backup or from another control plane",
        zh: "从备份或其他控制平面节点恢复",
    }
    external_hint {
        en: "an external CA's owner signs requests; perennial renew --only NAME renews the others",
        zh: "外部 CA 由其管理者签发请求；其他证书可用 perennial renew --only NAME 续订",
    }
    can_not_reissue {
        en: "what can't be read can't be re-issued as it was",
        zh: "无法读取的证书不能原样重新签发",
    }
    issuer_not_trusted_hint {
        en: "a rotation of the CA is half-way: first let everybody trust the new CA, then renew",
        zh: "证书机构的轮换进行到一半：先让各方信任新的证书机构，再续订",
    }
    new_key_hint { en: "renew it without --reuse-keys: it gets a new key", zh: "不使用 --reuse-keys 续订，即可获得新密钥" }
    ours_hint {
        en: "without --issuer kubeadm, perennial makes them: the same certificates, and what kubeadm can't keep stays",
        zh: "去掉 --issuer kubeadm，由 perennial 生成：证书相同，kubeadm 无法保留的内容也会保留",
    }
    no_server_hint {
        en: "name the server: --only apiserver, etcd-server or etcd-peer",
        zh: "用 --only 指定服务器证书：apiserver、etcd-server 或 etcd-peer",
    }
    changed_hint { en: "run the same command again: it makes a new plan", zh: "再次执行同一命令，会生成新的计划" }
}

messages! {
    unknown_credential(name: &str) {
        en: "there is no certificate called {name} on this node",
        zh: "本节点上没有名为 {name} 的证书",
    }
    there_is(names: &str) { en: "there is: {names}", zh: "现有：{names}" }
    authority_missing(path: &str) { en: "the CA certificate {path} is missing", zh: "缺少证书机构的证书 {path}" }
    authority_key_missing(authority: &str, path: &str) {
        en: "the key of the CA {authority} is not on this node ({path})",
        zh: "本节点上没有证书机构 {authority} 的密钥（{path}）",
    }
    waits_for_it(names: &str) { en: "without it these can't be renewed: {names}", zh: "没有它就无法续订：{names}" }
    authority_key_mismatch(key: &str, certificate: &str) {
        en: "{key} is not the key of {certificate}",
        zh: "{key} 不是 {certificate} 的私钥",
    }
    authority_expired(authority: &str, date: &str) {
        en: "the CA {authority} expired on {date}: nobody would accept what it signs",
        zh: "证书机构 {authority} 已于 {date} 过期：它签发的证书不会被接受",
    }
    clock(now: &str, authority: &str, from: &str) {
        en: "the clock says {now} UTC, but the CA {authority} is valid from {from}: the clock is wrong",
        zh: "时钟为 {now}（UTC），而证书机构 {authority} 自 {from} 起有效：时钟有误",
    }
    credential_missing(credential: &str, path: &str) {
        en: "{credential}: {path} is missing, so there is nothing to re-issue",
        zh: "{credential}：缺少 {path}，无法重新签发",
    }
    unknown_issuer(credential: &str, path: &str) {
        en: "{credential}: no CA on this node has signed {path}",
        zh: "{credential}：{path} 不是由本节点上的任何证书机构签发的",
    }
    not_as_it_is(credential: &str, path: &str) {
        en: "{credential} must not be renewed as it is: {path}",
        zh: "不能原样续订 {credential}：{path}",
    }
    kubeadm_absent(places: &str) {
        en: "there is no kubeadm on this node: looked for {places}",
        zh: "本节点上没有 kubeadm：已查找 {places}",
    }
    kubeadm_writable(path: &str) {
        en: "{path} can be written by others than root: it is not given the CA's key",
        zh: "root 以外的用户可以写入 {path}：不会让它使用 CA 私钥",
    }
    kubeadm_does_not_fit(path: &str, version: &str, control_plane: &str) {
        en: "{path} is {version}, kube-apiserver {control_plane}: kubeadm must be of the same minor version or one newer, and v1.31 or later",
        zh: "{path} 的版本是 {version}，kube-apiserver 是 {control_plane}：kubeadm 的次版本号必须与其相同或高一个，且不低于 v1.31",
    }
    kubeadm_no_key(credential: &str) {
        en: "{credential}: kubeadm makes no keys of the kind that it has",
        zh: "{credential}：kubeadm 不能生成与其现有密钥同类的密钥",
    }
    kubeadm_locked(credential: &str) {
        en: "{credential}: kubeadm can't use an encrypted CA key",
        zh: "{credential}：kubeadm 无法使用加密的 CA 私钥",
    }
    kubeadm_can_not_keep(credential: &str) {
        en: "{credential}: kubeadm always makes a new key, and changes nothing of a certificate",
        zh: "{credential}：kubeadm 总是生成新密钥，并且不修改证书内容",
    }
    key_can_not_stay(credential: &str, path: &str) {
        en: "{credential}: its key can't stay: {path} is missing, unreadable, or another certificate's",
        zh: "{credential}：无法保留密钥：{path} 缺失、无法读取，或属于其他证书",
    }
    no_server_to_name(names: &str) {
        en: "nothing that would be renewed is a server's certificate: there is no place for {names}",
        zh: "要续订的证书中没有服务器证书，无法加入 {names}",
    }
    issuer_not_trusted(credential: &str, authority: &str, through: &str) {
        en: "{credential} would be signed by the CA whose key lies beside {authority}, which {through} does not trust yet",
        zh: "{credential} 将由 {authority} 中持有密钥的证书机构签发，而 {through} 尚未信任它",
    }
    unsupported_key(credential: &str, kind: &str) {
        en: "{credential} has a {kind} key; perennial makes RSA and ECDSA keys",
        zh: "{credential} 的密钥类型为 {kind}；perennial 只生成 RSA 和 ECDSA 密钥",
    }
    kubelet_not_running(state: &str) {
        en: "the kubelet does not run ({state}): nothing would start the next containers",
        zh: "kubelet 没有运行（{state}）：没有程序会启动新的容器",
    }
    kubelet_expired(path: &str, date: &str) {
        en: "the kubelet's client certificate {path} expired on {date}: a kubelet that is locked out may lose its static Pods",
        zh: "kubelet 的客户端证书 {path} 已于 {date} 过期：被拒绝访问的 kubelet 可能丢失静态 Pod",
    }
    runtime(socket: &str, reason: &str, component: &str) {
        en: "the container runtime does not answer on {socket} ({reason}), and {component} must be restarted",
        zh: "容器运行时在 {socket} 上没有应答（{reason}），而 {component} 必须重启",
    }
    would_not_start(component: &str, path: &str) {
        en: "{component} must be restarted and would not start again: because of {path}",
        zh: "{component} 需要重启，但重启后无法启动：原因在于 {path}",
    }
    locked(path: &str) {
        en: "another perennial works on this node ({path} is locked)",
        zh: "另一个 perennial 正在本节点上运行（{path} 已被锁定）",
    }
    no_space(path: &str, needed: u64, free: u64) {
        en: "{path} has {free} bytes free, {needed} are needed",
        zh: "{path} 剩余 {free} 字节，需要 {needed} 字节",
    }
    writable(path: &str) {
        en: "{path} may be written by others than root: what lies there could be exchanged under us",
        zh: "{path} 可被 root 以外的用户写入：其中的文件可能在运行期间被替换",
    }
    immutable(path: &str) {
        en: "{path} has the attribute i (immutable): not even root can put a new file in its place",
        zh: "{path} 设置了属性 i（不可变）：连 root 也无法替换文件",
    }
    append_only(path: &str) {
        en: "{path} has the attribute a (append only): not even root can put a new file in its place",
        zh: "{path} 设置了属性 a（只能追加）：连 root 也无法替换文件",
    }
    run_blocked_hint(run: &str) {
        en: "somebody else has written them; look at them, then end that run: perennial renew --give-up {run}",
        zh: "这些文件被其他程序改写；请先查看，再结束该运行：perennial renew --give-up {run}",
    }
    run_blocked(run: &str) {
        en: "the open run {run} can't be finished or undone: these files are neither as before nor as staged",
        zh: "未结束的运行 {run} 无法完成或撤销：以下文件既不是原来的内容，也不是准备好的内容",
    }
    journal(path: &str, reason: &str) {
        en: "the journal {path} can't be read: {reason}",
        zh: "无法读取运行日志 {path}：{reason}",
    }
    journal_hint(run: &str) {
        en: "compare the live files with {run}/backup, then move {run} away",
        zh: "请把正在使用的文件与 {run}/backup 比较，然后把 {run} 移走",
    }
    backup_failed(directory: &str, reason: &str) {
        en: "the backup into {directory} failed: {reason}",
        zh: "备份到 {directory} 失败：{reason}",
    }
    backup_exists(directory: &str) {
        en: "{directory} exists already: a backup is only made into a new directory",
        zh: "{directory} 已存在：只能备份到新目录",
    }
    state(path: &str, reason: &str) {
        en: "perennial's own state can't be used: {path}: {reason}",
        zh: "无法使用 perennial 自身的状态文件 {path}：{reason}",
    }
    changed(what: &str) {
        en: "the node has changed since the plan was made: {what}",
        zh: "计划生成之后节点发生了变化：{what}",
    }
}
