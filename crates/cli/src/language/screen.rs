//! Labels and sentences of the screens: the overview, the tables, the count line, the 3 a.m. screen.

words! {
    label_do { en: "do", zh: "处理" }
    this_node { en: "this node", zh: "本节点" }
    control_plane { en: "control plane", zh: "控制平面" }
    worker { en: "worker", zh: "工作节点" }
    etcd_alone { en: "etcd", zh: "etcd 节点" }
    copied_tree { en: "copied tree", zh: "文件副本" }
    leaves { en: "control-plane leaves", zh: "控制平面叶子证书" }
    authorities { en: "CAs", zh: "证书机构" }
    kubelet_client { en: "kubelet client", zh: "kubelet 客户端" }
    kubelet_serving { en: "kubelet serving", zh: "kubelet 服务端" }
    served_is_disk { en: "served = on disk", zh: "对外使用 = 磁盘" }
    in_memory { en: "in memory", zh: "进程内存" }
    kubeconfigs { en: "kubeconfigs", zh: "kubeconfig" }
    expired { en: "expired", zh: "已过期" }
    none_here { en: "none here", zh: "此处没有" }
    not_in_a_copy { en: "a copied tree does not run", zh: "文件副本没有运行的进程" }
    not_seen { en: "not seen", zh: "未能查看" }
    col_certificate { en: "CERTIFICATE", zh: "证书" }
    col_ends { en: "ENDS", zh: "到期" }
    col_left { en: "LEFT", zh: "剩余" }
    col_file { en: "FILE (under /etc/kubernetes)", zh: "文件（/etc/kubernetes 下）" }
    col_listener { en: "LISTENER", zh: "监听者" }
    col_address { en: "ADDRESS", zh: "地址" }
    col_serves { en: "SERVES", zh: "使用的证书" }
    col_process { en: "PROCESS", zh: "进程" }
    col_holds { en: "HOLDS", zh: "内存中" }
    col_why { en: "WHY", zh: "依据" }
    col_unreferenced { en: "NAMED BY NOTHING (under /etc/kubernetes)", zh: "未被引用的文件（/etc/kubernetes 下）" }
    others { en: "others", zh: "其他" }
    unreadable { en: "unreadable", zh: "无法读取" }
    missing { en: "missing", zh: "缺失" }
    silent { en: "no answer", zh: "没有应答" }
    made_in_memory { en: "in memory", zh: "内存中生成" }
    loopback { en: "for itself", zh: "自用（内存）" }
    handshake_failed { en: "handshake failed", zh: "握手失败" }
    fresh { en: "fresh", zh: "最新" }
    stale { en: "stale", zh: "旧的" }
    unproven { en: "unproven", zh: "无法证明" }
    dead { en: "dead", zh: "已失效" }
    next { en: "next", zh: "下一个" }
    holds { en: "memory", zh: "内存" }
    nothing_dead { en: "nothing", zh: "没有" }
    nothing_seen_dead { en: "nothing, as far as could be seen", zh: "在能查看的范围内没有" }
    all_fresh { en: "every process holds what its file holds", zh: "所有进程使用的都是文件中的证书" }
    nothing_to_do { en: "nothing", zh: "无需处理" }
    without_root { en: "not root: keys, sockets and other processes are out of reach", zh: "不是 root：无法查看密钥、套接字和其他进程" }
}

messages! {
    looked_in(time: &str) { en: "looked in {time}", zh: "用时 {time}" }
    of(good: usize, all: usize) { en: "{good} of {all}", zh: "{good}/{all}" }
    first(name: &str) { en: "first: {name}", zh: "最早：{name}" }
    and_more(names: &str, more: usize) { en: "{names} and {more} more", zh: "{names} 等（另有 {more} 个）" }
    equal(credential: &str) { en: "= {credential}", zh: "= {credential}" }
    different(credential: &str) { en: "≠ {credential}", zh: "≠ {credential}" }
    why_and_when(why: &str, when: &str) { en: "{why}: {when}", zh: "{why}（{when}）" }
    alike(n: usize) { en: "{n} alike", zh: "{n} 个相同" }
    files_in(n: usize, directory: &str) { en: [n: "{n} file in {directory}", "{n} files in {directory}"], zh: "{directory} 中的 {n} 个文件" }
    more_files(n: usize) { en: [n: "{n} more file, not looked at", "{n} more files, not looked at"], zh: "另有 {n} 个文件未查看" }
    critical(n: usize) { en: "{n} critical", zh: "{n} 项严重" }
    warnings(n: usize) { en: [n: "{n} warning", "{n} warnings"], zh: "{n} 项警告" }
    notices(n: usize) { en: [n: "{n} notice", "{n} notices"], zh: "{n} 项提示" }
    passed(n: usize) { en: "{n} passed", zh: "{n} 项通过" }
    not_applicable(n: usize) { en: "{n} not applicable", zh: "{n} 项不适用" }
    with(what: &str, more: &str) { en: "{what} ({more})", zh: "{what}（{more}）" }
    of_node(node: &str, line: &str) { en: "{node}: {line}", zh: "{node}：{line}" }
    not_looked_at(n: usize) { en: "{n} not looked at", zh: "{n} 项未能查看" }
    healthy(node: &str, n: usize, date: &str, left: &str) {
        en: [n: "{node}: {n} check passed, next expiry {date} ({left})", "{node}: {n} checks passed, next expiry {date} ({left})"],
        zh: "{node}：{n} 项检查通过，最近的到期日为 {date}（还剩 {left}）",
    }
    healthy_without_date(node: &str, n: usize) {
        en: [n: "{node}: {n} check passed", "{node}: {n} checks passed"],
        zh: "{node}：{n} 项检查通过",
    }
    since(names: &str, at: &str) { en: "{names} since {at} UTC", zh: "{names}（自 {at} UTC 起）" }
    next_is(names: &str, date: &str, left: &str) { en: "{names} on {date}, in {left}", zh: "{names}（{date}，{left}后）" }
    holds_old(names: &str) { en: "{names}: older than the file", zh: "{names}：比文件更旧" }
    holds_unknown(names: &str) { en: "{names}: not proven", zh: "{names}：无法证明" }
    not_seen_because(object: &str) { en: "not looked at: {object}", zh: "未能查看：{object}" }
    with_root(command: &str) { en: "sudo {command}", zh: "sudo {command}" }
    nothing_here(place: &str) {
        en: "no Kubernetes on {place}: no static pods, no kubelet, no /etc/kubernetes",
        zh: "此处没有 Kubernetes（{place}）：没有静态 Pod、kubelet 或 /etc/kubernetes",
    }
    foreign(name: &str) {
        en: "{name} manages its own certificates: perennial is for kubeadm-style clusters",
        zh: "{name} 自行管理证书：perennial 只用于 kubeadm 方式的集群",
    }
    version(version: &str, commit: &str) { en: "perennial {version} ({commit})", zh: "perennial {version}（{commit}）" }
    backup_done(directory: &str, n: usize) {
        en: [n: "{n} file copied to {directory} (mode 0600; it holds private keys)", "{n} files copied to {directory} (mode 0600; it holds private keys)"],
        zh: "已将 {n} 个文件复制到 {directory}（权限 0600；其中有私钥）",
    }
    stdout_failed(reason: &str) {
        en: "the answer could not be written to stdout: {reason}",
        zh: "无法将结果写入标准输出（stdout）：{reason}",
    }
    bug(what: &str) {
        en: "this is a bug in perennial: {what}; please report it with the command and `perennial version`",
        zh: "这是 perennial 的缺陷：{what}；请附上所用命令和 `perennial version` 的输出进行报告",
    }
}
