//! What findings about objects in the cluster say.

use super::Language;
use perennial_core::inventory::Publisher;

messages! {
    bundle_unreadable(object: &str, entry: &str) {
        en: "{object} ({entry}) holds no CA that can be read",
        zh: "{object}（{entry}）中没有可读取的证书机构",
    }
    bundle_expired(object: &str, entry: &str, date: &str) {
        en: "{object} ({entry}) trusts only what has expired, on {date}",
        zh: "{object}（{entry}）所信任的证书机构已于 {date} 过期",
    }
    bundle_ends(object: &str, entry: &str, left: &str, date: &str) {
        en: "the CA in {object} ({entry}) ends in {left}, on {date}",
        zh: "{object}（{entry}）中的证书机构将在 {left}后到期（{date}）",
    }
    bundle_missing(object: &str, entry: &str) {
        en: "{object} ({entry}) holds another CA than the one in use",
        zh: "{object}（{entry}）中的证书机构与正在使用的不同",
    }
    bundle_refuses(object: &str, entry: &str, service: &str) {
        en: "{object} ({entry}) does not trust what {service} serves",
        zh: "{object}（{entry}）不信任 {service} 提供的证书",
    }
    bundle_foreign(object: &str, entry: &str) {
        en: "{object} ({entry}) holds other CAs beside the one in use",
        zh: "{object}（{entry}）中除正在使用的证书机构外还有其他证书机构",
    }
    wanted_and_there(wanted: &str, there: &str) {
        en: "in use {wanted}; there {there}",
        zh: "正在使用 {wanted}，其中为 {there}",
    }
    beside(foreign: &str) { en: "beside it: {foreign}", zh: "其他：{foreign}" }
    behind(server: &str) {
        en: "behind {server} a control plane shows what clients refuse, or nothing",
        zh: "{server} 之后有控制平面节点出示了客户端会拒绝的证书，或没有应答",
    }
    behind_soon(server: &str) {
        en: "behind {server} a certificate of another control plane ends soon",
        zh: "{server} 之后另一控制平面节点的证书即将到期",
    }
    met(times: usize, of: usize, fingerprint: &str, date: &str) {
        en: "{times} of {of} connections: {fingerprint}, until {date}",
        zh: "{of} 个连接中的 {times} 个：{fingerprint}，到期 {date}",
    }
    not_met(times: usize, of: usize, reason: &str) {
        en: "{times} of {of} connections: {reason}",
        zh: "{of} 个连接中的 {times} 个：{reason}",
    }
    serving_absent(node: &str) {
        en: "the kubelet of {node} has no serving certificate",
        zh: "{node} 的 kubelet 没有服务端证书",
    }
    serving_stuck(node: &str) {
        en: "{node} waits for a serving certificate for its kubelet",
        zh: "{node} 正在等待其 kubelet 的服务端证书",
    }
    serving_path(path: &str) {
        en: "serverTLSBootstrap is on, and {path} is missing",
        zh: "已启用 serverTLSBootstrap，但缺少 {path}",
    }
    client_stuck(node: &str) {
        en: "{node} waits for a client certificate for its kubelet",
        zh: "{node} 正在等待其 kubelet 的客户端证书",
    }
    request(name: &str, state: &str) { en: "{name}: {state}", zh: "{name}：{state}" }
    more_requests(n: usize) {
        en: [n: "{n} older request like it", "{n} older requests like it"],
        zh: "另有 {n} 个更早的同类请求",
    }
    denied(words: &str) { en: "denied ({words})", zh: "已被拒绝（{words}）" }
    failed(words: &str) { en: "the signer refuses it ({words})", zh: "签发者拒绝签发（{words}）" }
    pending_since(date: &str) { en: "pending since {date}", zh: "自 {date} 起待批准" }
    asks(asked: &str) { en: "asks for {asked}", zh: "请求的名称：{asked}" }
    has(addresses: &str) { en: "the node has {addresses}", zh: "节点的地址：{addresses}" }
    fault_requester(who: &str) { en: "made by {who}, not by the node", zh: "由 {who} 提交，而不是该节点" }
    fault_subject(subject: &str) {
        en: "asks for the identity {subject}, which is no node's",
        zh: "请求的身份 {subject} 不是节点身份",
    }
    fault_names(names: &str) { en: "not the node's: {names}", zh: "不属于该节点：{names}" }
    fault_usages(usages: &str) {
        en: "asks for the uses {usages}, not for a kubelet's server",
        zh: "请求的用途为 {usages}，与 kubelet 服务端证书不符",
    }
    secret_ended(object: &str, date: &str) {
        en: "the certificate in {object} ended on {date}",
        zh: "{object} 中的证书已于 {date} 到期",
    }
    secret_ends(object: &str, left: &str, date: &str) {
        en: "the certificate in {object} ends in {left}, on {date}",
        zh: "{object} 中的证书将在 {left}后到期（{date}）",
    }
    issued_by(issuer: &str) { en: "issued by {issuer}", zh: "签发者：{issuer}" }
    locked_out(date: &str) {
        en: "on {date} this node's kubelet is locked out; the others when theirs ends",
        zh: "{date} 本节点的 kubelet 将被拒绝访问；其他节点在各自证书到期时同样如此",
    }
}

words! {
    met_expired { en: "expired", zh: "已过期" }
    met_soon { en: "ends soon", zh: "即将到期" }
    met_foreign { en: "not signed by this cluster's CA", zh: "不是由本集群的证书机构签发" }
    behind_effect {
        en: "clients fail now and then, depending on the node that they meet",
        zh: "客户端时好时坏，取决于连接到哪个节点",
    }
    behind_note {
        en: "(where only this node's own connections fail: some balancers lead no node back to itself)",
        zh: "（如果只有本节点自身的连接失败：某些负载均衡器不会将节点的连接转回该节点）",
    }
    behind_act {
        en: "run perennial check on each control plane: each is judged there on its own address",
        zh: "在每个控制平面节点上运行 perennial check：各节点以自身地址进行检查",
    }
    state_pending { en: "pending", zh: "待批准" }
    state_not_issued { en: "approved, and not signed", zh: "已批准，但尚未签发" }
    fault_unreadable { en: "its request can't be read", zh: "无法读取其请求内容" }
    addresses_unknown { en: "the node's addresses could not be read", zh: "无法读取节点的地址" }
    approval_renewal {
        en: "no node gets its next client certificate: the group system:nodes is not bound to selfnodeclient",
        zh: "所有节点都无法获得下一个客户端证书：组 system:nodes 未绑定到 selfnodeclient",
    }
    approval_first {
        en: "no node that joins with a token gets its certificate: system:bootstrappers is not bound to nodeclient",
        zh: "使用令牌加入的节点无法获得证书：system:bootstrappers 未绑定到 nodeclient",
    }
    locked_out_some_day {
        en: "each kubelet is locked out when its certificate ends",
        zh: "各 kubelet 在其证书到期时会被拒绝访问",
    }
    no_join { en: "kubeadm join waits until its limit is over", zh: "kubeadm join 会一直等待直至超时" }
    serving_effect {
        en: "kubectl logs and exec, metrics: \"remote error: tls: internal error\"; the node stays Ready",
        zh: "kubectl logs、exec 及指标失败：“remote error: tls: internal error”；节点仍为 Ready",
    }
    serving_late_effect {
        en: "when its present certificate ends: kubectl logs and exec, metrics fail; the node stays Ready",
        zh: "现有证书到期后，kubectl logs、exec 及指标将失败；节点仍为 Ready",
    }
    client_effect {
        en: "when its present certificate ends, the node is locked out (NotReady)",
        zh: "现有证书到期后，该节点会被拒绝访问（NotReady）",
    }
    approve_note {
        en: "(you approve it: its names are the node's own)",
        zh: "（由您批准：其中的名称均属于该节点）",
    }
    refuse_advice {
        en: "do not approve it as it is: correct the node's names and addresses, or the approver's rules",
        zh: "不要按现状批准：请先更正节点的名称和地址，或审批程序的规则",
    }
    no_request_note {
        en: "(the kubelet asks when it can reach the API: its log says why it has not)",
        zh: "（kubelet 能访问 API 时会提交请求，日志中有未提交的原因）",
    }
    signer_note {
        en: "(kube-controller-manager signs: its log says why it has not)",
        zh: "（由 kube-controller-manager 签发，日志中有未签发的原因）",
    }
    root_note {
        en: "(kube-controller-manager writes it from --root-ca-file, which it reads only at its start)",
        zh: "（由 kube-controller-manager 根据 --root-ca-file 写入，该文件只在启动时读取）",
    }
    authentication_note {
        en: "(kube-apiserver writes it anew from its own flags within a minute)",
        zh: "（kube-apiserver 会在一分钟内根据自身参数重新写入）",
    }
    secret_effect { en: "whoever checks it refuses the server that uses it", zh: "校验该证书的客户端会拒绝使用它的服务" }
    secret_note {
        en: "(its owner renews it: annotations and labels say who; perennial does not)",
        zh: "（应由其管理者续订，可参见注解和标签；perennial 不续订）",
    }
    bundle_note {
        en: "(its owner keeps the caBundle up to date: annotations and labels say who)",
        zh: "（caBundle 应由其管理者更新，可参见注解和标签）",
    }
}

/// What happens if CA certificates in an object are wrong.
pub(crate) fn effect(language: Language, publisher: Publisher, ignorable: bool) -> &'static str {
    match publisher {
        Publisher::ClusterInfo => cluster_info_effect(language),
        Publisher::RootCertificate => root_effect(language),
        Publisher::ClientAuthority => client_authority_effect(language),
        Publisher::FrontProxyAuthority => front_proxy_effect(language),
        Publisher::Webhook if ignorable => ignored_webhook_effect(language),
        Publisher::Webhook => webhook_effect(language),
        Publisher::ApiService => api_service_effect(language),
    }
}

words! {
    cluster_info_effect { en: "kubeadm join refuses the API server", zh: "kubeadm join 会拒绝 API 服务器" }
    root_effect { en: "pods refuse the API server", zh: "Pod 会拒绝 API 服务器" }
    client_authority_effect {
        en: "aggregated API servers and kubelets' clients are judged by another CA",
        zh: "聚合 API 服务器会按另一个证书机构校验客户端",
    }
    front_proxy_effect {
        en: "aggregated API servers (metrics) refuse kube-apiserver",
        zh: "聚合 API 服务器（例如指标）会拒绝 kube-apiserver",
    }
    ignored_webhook_effect {
        en: "the webhook is skipped (failurePolicy: Ignore)",
        zh: "该 webhook 会被跳过（failurePolicy: Ignore）",
    }
    webhook_effect {
        en: "kube-apiserver refuses every change that the webhook is asked about",
        zh: "凡需经该 webhook 的更改都会被 kube-apiserver 拒绝",
    }
    api_service_effect { en: "the aggregated API is unavailable", zh: "该聚合 API 不可用" }
    foreign_info_effect {
        en: "kubeadm join trusts more than one CA, or refuses both",
        zh: "kubeadm join 会信任多个证书机构，或者全部拒绝",
    }
    foreign_effect {
        en: "what the other CA has signed is still accepted there",
        zh: "由其他证书机构签发的证书在此仍被接受",
    }
}
