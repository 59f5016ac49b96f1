//! What `verify` says.

use super::Language;
use perennial_core::prove::{Party, Verdict};

words! {
    workload_needs_admin {
        en: "the test Deployment needs admin.conf, which is on control planes only: run this there",
        zh: "测试 Deployment 需要 admin.conf，它只在控制平面节点上：请在那里执行",
    }
    col_edge { en: "EDGE", zh: "连接" }
    col_proof { en: "PROOF", zh: "依据" }
    clients { en: "clients", zh: "客户端" }
    etcd_peers { en: "etcd peers", zh: "etcd 对等成员" }
    aggregated { en: "aggregated API", zh: "聚合 API" }
    administrator { en: "administrator", zh: "管理员" }
    answered { en: "request answered", zh: "请求得到应答" }
    not_on_disk { en: "nothing on disk", zh: "磁盘上没有" }
    start_unknown { en: "process start unknown", zh: "进程启动时间未知" }
    lease_is_new { en: "lease renewed", zh: "租约已更新" }
    lease_is_old { en: "lease not renewed since", zh: "此后租约未更新" }
}

messages! {
    about(credential: &str, seen: &str) { en: "{credential}: {seen}", zh: "{credential}：{seen}" }
    followed(seen: &str, verdict: &str) { en: "{seen} ({verdict})", zh: "{seen}（{verdict}）" }
    served_equal(served: &str) { en: "served {served} = disk", zh: "对外使用 {served} = 磁盘" }
    served_other(served: &str, disk: &str) { en: "served {served} ≠ disk {disk}", zh: "对外使用 {served} ≠ 磁盘 {disk}" }
    recognized(user: &str) { en: "the API server knows it as {user}", zh: "API 服务器识别为 {user}" }
    recognized_in(user: &str, groups: &str) {
        en: "the API server knows it as {user}, of {groups}",
        zh: "API 服务器识别为 {user}（组：{groups}）",
    }
    accepted(address: &str) { en: "{address} accepted it", zh: "{address} 已接受" }
    process_after(started: &str, changed: &str) { en: "process {started} > file {changed}", zh: "进程 {started} > 文件 {changed}" }
    process_before(started: &str, changed: &str) { en: "process {started}, file {changed}", zh: "进程 {started}，文件 {changed}" }
    node_lease(at: &str) { en: "node lease renewed {at}", zh: "节点租约更新于 {at}" }
    workload_ran(seconds: &str) { en: "test Deployment ready in {seconds}s", zh: "测试 Deployment 在 {seconds} 秒内就绪" }
    workload_not_proven(reason: &str) { en: "test Deployment not tried: {reason}", zh: "未能测试 Deployment：{reason}" }
    workload_failed(reason: &str) { en: "test Deployment failed: {reason}", zh: "测试 Deployment 失败：{reason}" }
    nothing_seen(reason: &str) { en: "not seen: {reason}", zh: "未能查看：{reason}" }
    summary(proven: usize, all: usize) {
        en: [all: "{proven} of {all} edge proven.", "{proven} of {all} edges proven."],
        zh: "{all} 个连接中 {proven} 个已证明。",
    }
    refuted(n: usize) { en: "{n} refuted.", zh: "{n} 个被否定。" }
    not_proven(n: usize) { en: "{n} not proven.", zh: "{n} 个未证明。" }
}

/// What follows for an edge, in a word.
pub(crate) fn verdict(language: Language, verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Proven => proven(language),
        Verdict::NotProven => unseen(language),
        Verdict::Refuted => wrong(language),
    }
}

words! {
    proven { en: "proven", zh: "已证明" }
    unseen { en: "not proven", zh: "未证明" }
    wrong { en: "refuted", zh: "被否定" }
}

/// One end of an edge.
pub(crate) fn party(language: Language, party: Party) -> &'static str {
    match party {
        Party::Clients => clients(language),
        Party::Component(component) => component.name(),
        Party::EtcdPeers => etcd_peers(language),
        Party::Administrator => administrator(language),
        Party::Aggregated => aggregated(language),
        Party::Kubectl => "kubectl",
    }
}
