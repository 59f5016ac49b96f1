//! What a plan says.

use super::Language;
use perennial_core::plan::{Kept, Proof, Reason, Verb};

words! {
    stopped_over_cri {
        en: "stopped over CRI; the kubelet starts it again: it never re-reads its file",
        zh: "通过 CRI 停止，由 kubelet 重新启动：它从不重新读取文件",
    }
    restarted_loopback {
        en: "stopped over CRI; the kubelet starts it again: its loopback certificate is in memory only",
        zh: "通过 CRI 停止，由 kubelet 重新启动：其回环证书只在内存中",
    }
    version_3 { en: "version 3 with a leaf's extensions", zh: "改为第 3 版，带叶子证书的扩展" }
    no_restart { en: "no restart: they re-read their files", zh: "无需重启：会自行重新读取文件" }
    restart_forbidden { en: "no restart: --restart-apiserver never", zh: "不重启：--restart-apiserver never" }
    lease_released {
        en: "its lease is released once its old holder is gone",
        zh: "确认旧的持有者已退出后释放其租约",
    }
    workload { en: "a test Deployment runs and is removed", zh: "运行一个测试 Deployment，然后删除" }
    nothing_to_do { en: "Plan: nothing to do.", zh: "计划：无需任何操作。" }
    undo_every_step { en: "Undo: every step.", zh: "每一步都可撤销。" }
    no_pause { en: "API pause expected: none.", zh: "预计 API 中断：无。" }
    pause {
        en: "API pause expected on this node: some seconds, while kube-apiserver restarts.",
        zh: "预计本节点 API 中断：kube-apiserver 重启期间的数秒。",
    }
    dry_run { en: "Dry run: nothing was changed.", zh: "试运行：没有做任何更改。" }
    none { en: "–", zh: "–" }
    confirm { en: "Go on?", zh: "继续执行？" }
    yes_letters { en: "[y/N]", zh: "[y/N]" }
    declined { en: "Not confirmed.", zh: "未确认。" }
}

messages! {
    heading(node: &str, n: usize) {
        en: [n: "{node}  {n} step", "{node}  {n} steps"],
        zh: "{node}  共 {n} 步",
    }
    heading_keys_stay(heading: &str) {
        en: "{heading}; the keys stay as they are",
        zh: "{heading}，密钥保持不变",
    }
    heading_by_kubeadm(heading: &str, version: &str) {
        en: "{heading}; kubeadm {version} makes the certificates, each with a new key",
        zh: "{heading}，由 kubeadm {version} 生成新证书，每个都使用新密钥",
    }
    heading_renewals(heading: &str) {
        en: "{heading}; every new certificate has a new key",
        zh: "{heading}，每个新证书都使用新密钥",
    }
    key_and_names(kind: &str, n: usize) { en: "{kind}, same {n} names", zh: "{kind}，{n} 个名称不变" }
    own_key(key: &str) { en: "{key}, a key of its own", zh: "{key}，独有的密钥" }
    key_stays(kind: &str) { en: "{kind}, key stays", zh: "{kind}，密钥不变" }
    names_added(names: &str) { en: "new names: {names}", zh: "新增名称：{names}" }
    names_instead(names: &str) { en: "this node's names instead: {names}", zh: "改为本节点的名称：{names}" }
    named_instead(name: &str) { en: "CN={name}", zh: "CN={name}" }
    usages_added(usages: &str) { en: "new usages: {usages}", zh: "新增用途：{usages}" }
    copy_of(credential: &str) { en: "copy of {credential}", zh: "{credential} 的副本" }
    about(names: &str, text: &str) { en: "{names}: {text}", zh: "{names}：{text}" }
    external_until(date: &str, reason: &str, command: &str) {
        en: "left out: {reason}; ends on {date}; {command}",
        zh: "跳过：{reason}，{date} 到期；{command}",
    }
    key_and_all_names(kind: &str, n: usize) {
        en: [n: "{kind}, {n} name", "{kind}, {n} names"],
        zh: "{kind}，{n} 个名称",
    }
    from_file(file: &str) { en: "from {file}", zh: "来自 {file}" }
    already_good(date: &str, reason: &str) { en: "good until {date} ({reason})", zh: "有效至 {date}（{reason}）" }
    not_touched(names: &str) { en: "Not touched: {names}", zh: "不做更改：{names}" }
    with_reason(name: &str, reason: &str) { en: "{name} ({reason})", zh: "{name}（{reason}）" }
    other_control_planes(names: &str, n: usize) {
        en: [n: "Not touched by this run, {n} other control plane: {names}. Run the same command there.", "Not touched by this run, {n} other control planes: {names}. Run the same command there."],
        zh: "本次运行不涉及其他 {n} 个控制平面节点：{names}。请在这些节点上执行同一命令。",
    }
    totals(renew: usize, restart: usize, copy: usize) {
        en: "Plan: {renew} to renew, {restart} to restart, {copy} to copy, 0 to delete.",
        zh: "计划：续订 {renew} 项，重启 {restart} 项，复制 {copy} 项，删除 0 项。",
    }
    need_yes(verb: &str) {
        en: "there is no terminal to ask on: give --yes to {verb} without a question, or --dry-run to look only",
        zh: "没有可供确认的终端：使用 --yes 可不经确认直接执行 {verb}，使用 --dry-run 则只查看计划",
    }
}

/// Why something stays as it is.
pub(crate) fn reason(language: Language, verb: Verb, kept: &Kept) -> &'static str {
    match kept.reason {
        Reason::NotDue if verb == Verb::Reload => not_stale(language),
        Reason::JustInstalled => just_installed(language),
        Reason::Installed => installed(language),
        Reason::NotDue => not_due(language),
        Reason::NotAsked => not_asked(language),
        Reason::ExternalAuthority => external(language),
        Reason::RotatesItself => rotates(language),
        Reason::Authority => authority(language),
        Reason::ReloadsItself => reloads(language),
        Reason::ReloadUnknown => reload_unknown(language),
        Reason::RestartForbidden => forbidden(language),
        Reason::DirectoryOpen => directory_open(language),
        Reason::DirectoryReadOnly => directory_read_only(language),
        Reason::AttributeSet => attribute_set(language),
        Reason::NoCertificate => no_certificate(language),
        Reason::SystemMasters
        | Reason::MachineIdentity
        | Reason::KeyDoesNotFit
        | Reason::NotOnlyAClients
        | Reason::LeadsElsewhere
        | Reason::Unreadable
        | Reason::NodesOwn
        | Reason::NoKeyHere
        | Reason::FileReadOnly
        | Reason::NotInPlace => super::refresh::left(language, kept.reason),
        Reason::ForeignIdentity | Reason::OtherNode | Reason::ChainOutOfOrder => {
            not_as_it_is(language, kept.reason)
        }
    }
}

words! {
    just_installed { en: "just renewed; --force does it again", zh: "刚刚续订过；--force 可再次续订" }
    installed { en: "installed already", zh: "已安装" }
    not_stale { en: "not proven to hold an older certificate", zh: "没有证据表明在使用旧证书" }
    not_due { en: "not due", zh: "尚未到时间" }
    not_asked { en: "not asked for", zh: "未指定" }
    external { en: "external CA", zh: "外部 CA" }
    rotates { en: "rotates itself", zh: "自行轮换" }
    authority { en: "CA", zh: "证书机构" }
    reloads { en: "re-reads its files", zh: "自行重新读取文件" }
    reload_unknown {
        en: "not known to re-read its files: restart it yourself",
        zh: "不清楚是否会自行重新读取文件：请自行重启",
    }
    forbidden { en: "restart forbidden", zh: "禁止重启" }
    directory_open { en: "left as it is: others may write in its directory", zh: "保持原样：其目录可被其他用户写入" }
    attribute_set {
        en: "left as it is: an attribute keeps it from being replaced (lsattr)",
        zh: "保持原样：文件属性禁止替换（lsattr）",
    }
    no_certificate {
        en: "left as it is: a token or a plugin, no certificate",
        zh: "保持原样：使用令牌或插件，没有证书",
    }
    directory_read_only { en: "left as it is: its directory can't be written", zh: "保持原样：其目录不可写" }
}

/// Why something must not be renewed as it is.
pub(crate) fn not_as_it_is(language: Language, reason: Reason) -> &'static str {
    match reason {
        Reason::OtherNode => other_node(language),
        Reason::ChainOutOfOrder => out_of_order(language),
        _ => foreign_identity(language),
    }
}

words! {
    foreign_identity {
        en: "left out: somebody else's identity, which a renewal would prolong",
        zh: "跳过：使用的是他人的身份，续订会使其延续",
    }
    other_node { en: "left out: another node's certificate", zh: "跳过：这是其他节点的证书" }
    out_of_order { en: "left out: its file begins with a CA", zh: "跳过：文件以证书机构的证书开头" }
}

/// What a step waits for, in a few words.
pub(crate) fn awaited(language: Language, proof: &Proof) -> String {
    match proof {
        Proof::ReadBack => read_back(language).to_owned(),
        Proof::OnDisk => on_disk(language).to_owned(),
        Proof::Served(listening) => {
            served(language, listening.component.name(), &listening.address.port().to_string())
        }
        Proof::NewContainer { component } => new_container(language, component.name()),
        Proof::LeaseRenewed { component } => lease_renewed(language, component.name()),
        Proof::WorkloadRuns => workload_runs(language).to_owned(),
    }
}

words! {
    read_back { en: "what was written is read back", zh: "写入的内容已读回校验" }
    on_disk { en: "the live files hold the new bytes", zh: "正式文件已是新内容" }
    workload_runs { en: "the test Deployment's Pod runs", zh: "测试 Deployment 的 Pod 正在运行" }
}

messages! {
    served(component: &str, port: &str) {
        en: "{component} serves the new one on {port}",
        zh: "{component} 在 {port} 上使用新证书",
    }
    new_container(component: &str) { en: "a new {component} container", zh: "新的 {component} 容器" }
    lease_renewed(component: &str) { en: "{component} renews its lease", zh: "{component} 更新其租约" }
}
