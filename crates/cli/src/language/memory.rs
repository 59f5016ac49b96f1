//! What is said of the evidence for what a process holds in memory.

use super::Language;
use perennial_core::assess::{Basis, Strength};

/// How it is known what a process holds.
pub(crate) fn basis(language: Language, basis: Basis) -> &'static str {
    match basis {
        Basis::ShowedTheFiles => showed_the_files(language),
        Basis::ShowedReplaced => showed_replaced(language),
        Basis::ShowedOther => showed_other(language),
        Basis::OtherBytesMounted => other_bytes(language),
        Basis::SameBytesMounted => same_bytes(language),
        Basis::FollowsFiles => follows_files(language),
        Basis::RotatesItself => rotates_itself(language),
        Basis::StartedAfterChange => started_after(language),
        Basis::StartedBeforeOurSwap => started_before_swap(language),
        Basis::StartedBeforeIssue => started_before_issue(language),
        Basis::ReplacedIsRefused => replaced_is_refused(language),
        Basis::LeaseRenewed => lease_renewed(language),
        Basis::InBetween => in_between(language),
        Basis::Contradicted => contradicted(language),
        Basis::NoStart => no_start(language),
        Basis::NotRunning => not_running(language),
        Basis::NoFile => no_file(language),
    }
}

/// How much evidence is worth, in a word.
pub(crate) fn strength(language: Language, strength: Strength) -> &'static str {
    match strength {
        Strength::Nothing => nothing(language),
        Strength::Weak => weak(language),
        Strength::Strong => strong(language),
        Strength::Decisive => decisive(language),
    }
}

words! {
    showed_the_files { en: "showed kube-apiserver the certificate of its file", zh: "向 kube-apiserver 出示了文件中的证书" }
    showed_replaced { en: "showed kube-apiserver a certificate that was replaced", zh: "向 kube-apiserver 出示了已被替换的证书" }
    showed_other { en: "showed kube-apiserver another certificate than its file's", zh: "向 kube-apiserver 出示了与文件不同的证书" }
    other_bytes { en: "its container still sees the old file", zh: "其容器看到的仍是旧文件" }
    same_bytes { en: "its container sees the file as it is", zh: "其容器看到的文件与当前一致" }
    follows_files { en: "its kubeconfig names files, which it re-reads by itself", zh: "其 kubeconfig 引用文件，会自行重新读取" }
    rotates_itself { en: "renews and keeps its certificate itself", zh: "自行轮换并保存其证书" }
    started_after { en: "started after its file last changed", zh: "在文件最后一次修改之后启动" }
    started_before_swap { en: "started before perennial replaced its file", zh: "在 perennial 替换文件之前启动" }
    started_before_issue { en: "started before its certificate was made", zh: "在证书签发之前启动" }
    replaced_is_refused { en: "kube-apiserver refuses a certificate that was replaced", zh: "kube-apiserver 拒绝了一个已被替换的证书" }
    lease_renewed { en: "its lease was renewed since its start", zh: "启动之后更新过租约" }
    in_between {
        en: "started after the certificate was made, but before the file last changed",
        zh: "在证书签发之后、文件最后一次修改之前启动",
    }
    contradicted { en: "what was seen contradicts itself", zh: "所见证据相互矛盾" }
    no_start { en: "its start is not known", zh: "不知道它的启动时间" }
    not_running { en: "it does not run", zh: "它没有运行" }
    no_file { en: "its file can't be read", zh: "无法读取其文件" }
    nothing { en: "no evidence", zh: "无证据" }
    weak { en: "weak", zh: "弱" }
    strong { en: "strong", zh: "强" }
    decisive { en: "decisive", zh: "确凿" }
    pod_effect {
        en: "when the old certificate ends, the pod is refused: a virtual address that never comes back, an agent that sees nothing",
        zh: "旧证书到期后该 Pod 会被拒绝：虚拟 IP 无法再恢复，代理程序无法再工作",
    }
    pod_note {
        en: "the kubelet starts it again, and then it reads the file as it is; perennial restarts kubeadm's own components only",
        zh: "kubelet 会重新启动它，届时它读取的就是当前文件；perennial 只重启 kubeadm 自己的组件",
    }
    kubelet_effect {
        en: "when the old certificate ends, the kubelet is locked out, and the node becomes NotReady",
        zh: "旧证书到期后 kubelet 会被拒绝访问，节点变为 NotReady",
    }
    kubelet_note { en: "containers go on running meanwhile", zh: "期间容器会继续运行" }
    kubelet_waits {
        en: "don't restart the kubelet yet: kubelet.conf leads to a certificate with which it can't start",
        zh: "暂时不要重启 kubelet：kubelet.conf 指向的证书无法让它启动",
    }
}

messages! {
    started_and_changed(started: &str, changed: &str) {
        en: "started {started}, after the file's last change {changed}",
        zh: "启动于 {started}，晚于文件最后一次修改 {changed}",
    }
    when(what: &str, when: &str) { en: "{what}: {when}", zh: "{what}（{when}）" }
    certificate(fingerprint: &str, at: &str) { en: "{fingerprint} at {at}", zh: "{fingerprint}，{at}" }
    serial(serial: &str, at: &str) { en: "serial {serial} at {at}", zh: "序列号 {serial}，{at}" }
    start(started: &str, changed: &str) {
        en: "started {started}, file changed {changed}",
        zh: "启动于 {started}，文件修改于 {changed}",
    }
    but(why: &str, against: &str) { en: "{why}; but {against}", zh: "{why}；反证：{against}" }
    worth(why: &str, strength: &str) { en: "{why} · {strength}", zh: "{why} · {strength}" }
    pod_stale(pod: &str, file: &str) {
        en: "the static pod {pod} holds something older than {file}",
        zh: "静态 Pod {pod} 使用的内容比 {file} 更旧",
    }
    pod_and_file(pod: &str, started: &str, changed: &str) {
        en: "{pod} started {started}; the file changed {changed}",
        zh: "{pod} 启动于 {started}；文件修改于 {changed}",
    }
}
