//! What is said of the writes to the API while a run lasts.

words! {
    arg_watch_api {
        en: "count writes to the API meanwhile: every 100 ms, each over a new connection, to a Lease in kube-system that is removed at the end",
        zh: "执行期间用新连接每 100 毫秒写入一次 API\n并计数（写入 kube-system 中的一个 Lease，\n最后删除）",
    }
    example_watch_api {
        en: "also count whether anybody could not write to the API meanwhile",
        zh: "同时统计执行期间向 API 的写入是否有失败",
    }
}

messages! {
    so_far(ok: u64, failed: u64) {
        en: "API writes: {ok} ok, {failed} failed",
        zh: "写入 API：成功 {ok}，失败 {failed}",
    }
    counted(n: u64, failed: u64) {
        en: [n: "{n} write during the run, {failed} failed", "{n} writes during the run, {failed} failed"],
        zh: "运行期间写入 API {n} 次，失败 {failed} 次",
    }
    longest(counted: &str, seconds: &str, from: &str) {
        en: "{counted}; longest outage {seconds} s, from {from} UTC",
        zh: "{counted}；最长中断 {seconds} 秒，始于 {from}（UTC）",
    }
    late(counted: &str, from: &str) {
        en: "{counted}; watched from the first answer on, {from} UTC",
        zh: "{counted}；自 API 首次应答（{from} UTC）起统计",
    }
    first_error(reason: &str) { en: "the first: {reason}", zh: "首次失败：{reason}" }
    refused(n: u64, reason: &str) {
        en: [n: "{n} write was refused by a rule of the cluster, which is no outage: {reason}", "{n} writes were refused by a rule of the cluster, which is no outage: {reason}"],
        zh: "{n} 次写入被集群的规则拒绝，不算中断：{reason}",
    }
    unwatched(reason: &str) {
        en: "the API was not watched, not one write was done: {reason}",
        zh: "未能监测 API，没有一次写入成功：{reason}",
    }
    left(lease: &str) {
        en: "the Lease {lease} in kube-system could not be removed; the next run with --watch-api does it, or:",
        zh: "未能删除 kube-system 中的 Lease {lease}；下次带 --watch-api 的运行会删除它，或执行：",
    }
}
