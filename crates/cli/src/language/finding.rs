//! What findings say: the sentence, its evidence, what happens if it is left alone, and what to do.

use super::Language;
use perennial_core::inventory::Role;

messages! {
    expired(name: &str, ago: &str, date: &str) {
        en: "{name} expired {ago} ago, on {date}",
        zh: "{name} 已于 {date} 过期（{ago}前）",
    }
    many_expired(n: usize, ago: &str, date: &str) {
        en: "{n} certificates expired {ago} ago, on {date}",
        zh: "{n} 个证书已于 {date} 过期（{ago}前）",
    }
    ends(name: &str, left: &str, date: &str) {
        en: "{name} ends in {left}, on {date}",
        zh: "{name} 将在 {left}后到期（{date}）",
    }
    many_end(n: usize, left: &str, date: &str) {
        en: "{n} certificates end in {left}, on {date}",
        zh: "{n} 个证书将在 {left}后到期（{date}）",
    }
    on_date(date: &str, effect: &str) { en: "on {date}: {effect}", zh: "{date}：{effect}" }
    since_date(date: &str, effect: &str) { en: "since {date}: {effect}", zh: "自 {date} 起：{effect}" }
    authority_expired(name: &str, ago: &str, date: &str) {
        en: "the CA {name} expired {ago} ago, on {date}",
        zh: "证书机构 {name} 已于 {date} 过期（{ago}前）",
    }
    authority_ends(name: &str, left: &str, date: &str) {
        en: "the CA {name} ends in {left}, on {date}",
        zh: "证书机构 {name} 将在 {left}后到期（{date}）",
    }
    authority_effect(date: &str) {
        en: "from {date} on nobody accepts what it has signed, renewed or not",
        zh: "自 {date} 起，由它签发的证书（无论是否续订）都不再被接受",
    }
    not_yet_valid(name: &str, from: &str) {
        en: "{name} is not valid before {from} UTC",
        zh: "{name} 在 {from}（UTC）之前尚未生效",
    }
    clock_says(now: &str) {
        en: "this node's clock says {now} UTC: if that is wrong, the clock is the fault, not the certificate",
        zh: "本节点的时钟为 {now}（UTC）：如果时钟不对，要修的是时钟而不是证书",
    }
    wrong_authority(name: &str, expected: &str) {
        en: "{name} is not signed by the CA {expected} of this node",
        zh: "{name} 不是由本节点的证书机构 {expected} 签发的",
    }
    names_issuer(issuer: &str) { en: "it names the issuer {issuer}", zh: "证书中的签发者是 {issuer}" }
    external_authority(names: &str) {
        en: "external CA: the key of {names} is not on this node",
        zh: "外部 CA：本节点上没有 {names} 的密钥",
    }
    key_would_be(path: &str) { en: "it would be {path}", zh: "密钥文件应为 {path}" }
    authority_key_mismatch(name: &str, path: &str) {
        en: "{path} is not the key of the CA {name}",
        zh: "{path} 不是证书机构 {name} 的密钥",
    }
    served_other(component: &str, address: &str, credential: &str) {
        en: "{component} on {address} serves another certificate than {credential} on disk",
        zh: "{component}（{address}）对外使用的证书与磁盘上的 {credential} 不同",
    }
    served_evidence(served: &str, until: &str, disk: &str) {
        en: "served {served}, until {until}; on disk {disk}",
        zh: "对外使用 {served}（到期 {until}），磁盘上是 {disk}",
    }
    served_effect(until: &str) {
        en: "on {until} its clients refuse it, although the file is good",
        zh: "{until} 之后客户端会拒绝连接，尽管磁盘上的文件是好的",
    }
    silent(component: &str, address: &str) {
        en: "{component} does not answer on {address}",
        zh: "{component} 在 {address} 上没有应答",
    }
    many_silent(n: usize, names: &str) {
        en: "{n} listeners do not answer: {names}",
        zh: "{n} 个监听端口没有应答：{names}",
    }
    handshake_fails(component: &str, address: &str, date: &str) {
        en: "{component} on {address} shows its certificate (until {date}), but the TLS handshake fails",
        zh: "{component}（{address}）出示了证书（到期 {date}），但 TLS 握手失败",
    }
    handshake_refused(component: &str, address: &str) {
        en: "{component} on {address} answers, but refuses every TLS handshake",
        zh: "{component}（{address}）有应答，但拒绝 TLS 握手",
    }
    reload_unknown(component: &str, version: &str) {
        en: "it is not known whether {component} {version} re-reads its files",
        zh: "不清楚 {component} {version} 是否会自行重新读取文件",
    }
    silent_reason(component: &str, address: &str, reason: &str) {
        en: "{component} {address}: {reason}",
        zh: "{component} {address}：{reason}",
    }
    stale(name: &str) {
        en: "{name} still holds an older certificate than its file",
        zh: "{name} 在内存中仍使用比文件更旧的证书",
    }
    many_stale(n: usize, names: &str) {
        en: "{n} processes still hold older certificates than their files: {names}",
        zh: "{n} 个进程在内存中仍使用比文件更旧的证书：{names}",
    }
    process_and_file(component: &str, started: &str, file: &str, changed: &str) {
        en: "{component} started {started}; {file} changed {changed}",
        zh: "{component} 启动于 {started}；{file} 修改于 {changed}",
    }
    stale_effect(date: &str) {
        en: "when the old certificate ends ({date} at the latest, if kubeadm made it for a year) the leader exits, and a standby goes silent while /healthz stays ok",
        zh: "旧证书到期时（若由 kubeadm 按一年签发，最晚 {date}），领导者会退出，备用副本则悄然失效，而 /healthz 仍显示 ok",
    }
    unproven(names: &str) {
        en: "it can't be proven which certificate is in the memory of {names}",
        zh: "无法证明 {names} 在内存中使用的是哪个证书",
    }
    because(component: &str, reason: &str) { en: "{component}: {reason}", zh: "{component}：{reason}" }
    loopback_ended(address: &str, date: &str) {
        en: "kube-apiserver's own loopback certificate ({address}) ended on {date}",
        zh: "kube-apiserver 自用的回环证书（{address}）已于 {date} 到期",
    }
    loopback_ends(address: &str, left: &str, date: &str) {
        en: "kube-apiserver's own loopback certificate ({address}) ends in {left}, on {date}",
        zh: "kube-apiserver 自用的回环证书（{address}）将在 {left}后到期（{date}）",
    }
    file_missing(path: &str) { en: "{path} is missing", zh: "缺少 {path}" }
    many_missing(n: usize) { en: "{n} files are missing", zh: "缺少 {n} 个文件" }
    many_outdated(n: usize, date: &str) {
        en: "{n} kubeconfigs hold older certificates than admin.conf, until {date}",
        zh: "{n} 个 kubeconfig 中的证书比 admin.conf 的旧，有效期至 {date}",
    }
    key_mismatch(name: &str, key: &str, certificate: &str) {
        en: "{name}: {key} is not the key of {certificate}",
        zh: "{name}：{key} 不是 {certificate} 的私钥",
    }
    kubelet_expired(ago: &str, date: &str) {
        en: "the kubelet's client certificate expired {ago} ago, on {date}",
        zh: "kubelet 的客户端证书已于 {date} 过期（{ago}前）",
    }
    kubelet_down(state: &str, restarts: u32) {
        en: "the kubelet does not run: {state}, restarted {restarts} times",
        zh: "kubelet 没有运行：{state}，已重启 {restarts} 次",
    }
    runtime_silent(socket: &str) {
        en: "the kubelet's container runtime does not answer on {socket}",
        zh: "kubelet 的容器运行时在 {socket} 上没有应答",
    }
    outdated(path: &str, date: &str) {
        en: "{path} holds an older certificate than admin.conf; it ends on {date}",
        zh: "{path} 中的证书比 admin.conf 的旧，将于 {date} 到期",
    }
    outdated_ended(path: &str, date: &str) {
        en: "{path} holds an older certificate than admin.conf; it ended on {date}",
        zh: "{path} 中的证书比 admin.conf 的旧，已于 {date} 到期",
    }
    run_open(run: &str, began: &str) {
        en: "the run {run}, begun {began}, was neither finished nor undone",
        zh: "{began} 开始的运行 {run} 既没有完成，也没有撤销",
    }
}

words! {
    left_alone { en: "left alone", zh: "若不处理" }
    clock_effect { en: "whoever checks it refuses it", zh: "任何校验该证书的一方都会拒绝它" }
    not_yet_note {
        en: "(if the clock is right, wait until then, or make it anew: what perennial renew signs is valid at once)",
        zh: "（如果时钟没错，可等到那时，或重新签发：perennial renew 签发的证书立即生效）",
    }
    not_yet_wait_note { en: "(if the clock is right, wait until then)", zh: "（如果时钟没错，请等到那时）" }
    wrong_authority_effect { en: "whoever trusts that CA refuses it", zh: "信任该证书机构的一方会拒绝它" }
    wrong_authority_act {
        en: "find out which CA the cluster trusts, then put the right pair back: kubeadm init phase certs NAME makes a new one",
        zh: "先确认集群信任哪个证书机构，再恢复正确的证书和密钥；也可用 kubeadm init phase certs NAME 重新生成",
    }
    external_effect {
        en: "renew leaves out what these CAs sign: their owners do",
        zh: "renew 会跳过由这些证书机构签发的证书：须由其管理者签发",
    }
    external_act {
        en: "in time: perennial csr export NAME makes the requests, perennial csr import installs what comes back",
        zh: "到期前用 perennial csr export NAME 生成签发请求，用 perennial csr import 安装返回的证书",
    }
    external_note {
        en: "its CA's owner signs the request; perennial csr import installs what comes back",
        zh: "由 CA 管理者签发该请求；用 perennial csr import 安装返回的证书",
    }
    authority_act {
        en: "https://kubernetes.io/docs/tasks/tls/manual-rotation-of-ca-certificates/ (perennial does not renew CAs)",
        zh: "https://kubernetes.io/zh-cn/docs/tasks/tls/manual-rotation-of-ca-certificates/（perennial 不续订证书机构）",
    }
    authority_key_effect {
        en: "nothing that this CA has signed can be renewed here",
        zh: "在此无法续订由该证书机构签发的任何证书",
    }
    authority_key_act {
        en: "put the CA's own key back, from a backup or from another control plane",
        zh: "从备份或其他控制平面节点恢复该证书机构自己的密钥",
    }
    silent_effect {
        en: "what depends on it does not work now",
        zh: "依赖它的功能现在无法工作",
    }
    unknown_version { en: "(of an unknown version)", zh: "（版本未知）" }
    reload_unknown_effect {
        en: "after a renewal it may serve the old certificate until that one ends",
        zh: "续订之后，它可能继续使用旧证书直至到期",
    }
    reload_unknown_act {
        en: "restart it after a renewal (renew restarts kube-apiserver by itself); the versions that are known: etcd 3.2.19 and 3.3.4 on, Kubernetes 1.20 on",
        zh: "续订后请重启该组件（renew 会自行重启 kube-apiserver）；已知的版本：etcd 3.2.19 及 3.3.4 起，Kubernetes 1.20 起",
    }
    handshake_effect {
        en: "clients with a current TLS library can't use it; those with an old one still can",
        zh: "使用较新 TLS 库的客户端无法连接，旧客户端可能仍可连接",
    }
    handshake_act {
        en: "look at its --tls-min-version, --tls-cipher-suites and its certificate: RSA below 2048 bits, SHA-1 and X.509 version 1 are refused",
        zh: "检查其 --tls-min-version、--tls-cipher-suites 以及证书：RSA 少于 2048 位、SHA-1 和 X.509 第 1 版会被拒绝",
    }
    unproven_effect {
        en: "if it holds the old certificate, it goes silent when that one ends",
        zh: "如果它使用的是旧证书，旧证书到期后它将悄然失效",
    }
    loopback_effect {
        en: "kube-apiserver can't talk to itself any more until it is restarted",
        zh: "kube-apiserver 将无法与自身通信，直到重启为止",
    }
    missing_effect {
        en: "its user does not start again once it stops",
        zh: "使用它的组件一旦停止就无法再启动",
    }
    missing_act {
        en: "put it back from a backup, or let kubeadm make it again: kubeadm init phase --help",
        zh: "从备份恢复，或由 kubeadm 重新生成：kubeadm init phase --help",
    }
    new_key_note {
        en: "(a new pair with the same names; the old key is not needed)",
        zh: "（生成名称相同的新证书和密钥；不需要旧密钥）",
    }
    mismatch_effect {
        en: "its user keeps the last good pair in memory and does not start again once it stops",
        zh: "使用它的组件会继续使用内存中的旧证书，一旦停止就无法再启动",
    }
    kubelet_client_effect {
        en: "the node is NotReady; after its next start the kubelet exits at once",
        zh: "节点为 NotReady；下次启动时 kubelet 会立即退出",
    }
    kubelet_client_note {
        en: "(on a control plane; then put the file in place of kubelet.conf and restart the kubelet; no reset, no join)",
        zh: "（在控制平面节点上执行；再用该文件替换 kubelet.conf 并重启 kubelet；无需 reset 或 join）",
    }
    kubelet_client_soon_note {
        en: "(it renews itself at 70 to 90 % of its life: its log says why it has not)",
        zh: "（它应在有效期的 70% 到 90% 时自行轮换，日志中有未轮换的原因）",
    }
    kubelet_serving_note {
        en: "(the kubelet makes a new one only when both files are gone)",
        zh: "（只有两个文件都不存在时，kubelet 才会重新生成）",
    }
    runtime_silent_effect {
        en: "what runs goes on, but nothing is started, stopped or restarted; the node becomes NotReady",
        zh: "正在运行的容器继续运行，但无法启动、停止或重启；节点将变为 NotReady",
    }
    kubelet_down_effect {
        en: "nothing on this node is started, stopped or restarted",
        zh: "本节点上的容器无法启动、停止或重启",
    }
    run_open_effect {
        en: "the node may be in between: old files here, new ones there",
        zh: "节点可能处于中间状态：部分文件是旧的，部分是新的",
    }
    run_open_note {
        en: "(finishes or undoes the open run before anything else)",
        zh: "（先完成或撤销未结束的运行，然后才做其他事）",
    }
    kubeconfig_effect { en: "kubectl with this file does not work", zh: "使用该文件的 kubectl 无法工作" }
    kubeconfig_act {
        en: "correct the file, or put a working one in its place: perennial explain PRN7101",
        zh: "修正该文件，或换上可用的文件：perennial explain PRN7101",
    }
    copy_note { en: "(the copies that people hold follow admin.conf)", zh: "（用户持有的副本会随 admin.conf 一起更新）" }
}

/// What stops working when a credential of this role has ended.
pub(crate) fn effect(language: Language, role: Role) -> &'static str {
    match role {
        Role::ApiserverServing => apiserver(language),
        Role::ApiserverEtcdClient => apiserver_etcd(language),
        Role::ApiserverKubeletClient => apiserver_kubelet(language),
        Role::FrontProxyClient => front_proxy(language),
        Role::EtcdServer => etcd_server(language),
        Role::EtcdPeer => etcd_peer(language),
        Role::EtcdHealthcheckClient => etcd_healthcheck(language),
        Role::Admin | Role::SuperAdmin | Role::UserKubeconfig => admin(language),
        Role::ControllerManager => controller_manager(language),
        Role::Scheduler => scheduler(language),
        Role::KubeletClient => kubelet_client_effect(language),
        Role::KubeletServing => kubelet_serving(language),
    }
}

words! {
    apiserver {
        en: "every client refuses the API server: kubectl, kubelets, controllers",
        zh: "所有客户端（kubectl、kubelet、控制器）都会拒绝 API 服务器",
    }
    apiserver_etcd {
        en: "the API server can't connect to etcd again once a connection ends",
        zh: "API 服务器与 etcd 的连接一旦断开就无法重连",
    }
    apiserver_kubelet {
        en: "kubectl logs, exec and port-forward fail",
        zh: "kubectl logs、exec 和 port-forward 失败",
    }
    front_proxy { en: "aggregated APIs (metrics) fail", zh: "聚合 API（例如指标）失败" }
    etcd_server {
        en: "the API server can't connect to etcd: the API is down",
        zh: "API 服务器无法连接 etcd：API 不可用",
    }
    etcd_peer {
        en: "etcd members can't connect to each other again once a connection ends",
        zh: "etcd 成员之间的连接一旦断开就无法重连",
    }
    etcd_healthcheck { en: "etcdctl and kubeadm can't reach etcd", zh: "etcdctl 和 kubeadm 无法访问 etcd" }
    admin { en: "kubectl with this file is refused", zh: "使用该文件的 kubectl 会被拒绝" }
    controller_manager {
        en: "kube-controller-manager is locked out: nothing is reconciled any more",
        zh: "kube-controller-manager 被拒绝访问：不再有任何调谐",
    }
    scheduler { en: "kube-scheduler is locked out: new Pods stay Pending", zh: "kube-scheduler 被拒绝访问：新的 Pod 一直处于 Pending" }
    kubelet_serving {
        en: "whoever verifies the kubelet's certificate can't read logs or metrics",
        zh: "校验 kubelet 证书的一方无法读取日志和指标",
    }
}
