//! What findings about trust, names, usages and identities say.

use super::Language;
use perennial_core::assess::Identity;
use perennial_pki::chain::{Fault, Use};

messages! {
    edge(from: &str, to: &str) { en: "{from} → {to}", zh: "{from} → {to}" }
    edge_broken(edge: &str, name: &str, through: &str) {
        en: "{edge} can't work: {name} is refused by whoever trusts {through}",
        zh: "{edge} 无法工作：以 {through} 为信任依据的一方会拒绝 {name}",
    }
    edges_broken_since(date: &str, edges: &str) { en: "broken since {date}: {edges}", zh: "自 {date} 起中断：{edges}" }
    edges_break_on(date: &str, edges: &str) { en: "breaks on {date}: {edges}", zh: "将于 {date} 中断：{edges}" }
    intermediate_ended(subject: &str, name: &str, ago: &str, date: &str) {
        en: "{subject}, a CA in the file of {name}, expired {ago} ago, on {date}",
        zh: "{name} 文件中的证书机构 {subject} 已于 {date} 过期（{ago}前）",
    }
    intermediate_ends(subject: &str, name: &str, left: &str, date: &str) {
        en: "{subject}, a CA in the file of {name}, ends in {left}, on {date}",
        zh: "{name} 文件中的证书机构 {subject} 将在 {left}后到期（{date}）",
    }
    key_encrypted(name: &str, path: &str) {
        en: "the key of the CA {name} is there, but encrypted: {path}",
        zh: "证书机构 {name} 的密钥在本节点上，但已加密：{path}",
    }
    other_authority(path: &str) {
        en: "{path} trusts another CA than the one that has signed the API server's certificate",
        zh: "{path} 信任的证书机构不是签发 API 服务器证书的那一个",
    }
    trusted_ended(path: &str, date: &str) {
        en: "the copy of the CA in {path} expired on {date}",
        zh: "{path} 中的证书机构证书已于 {date} 过期",
    }
    trusts(fingerprints: &str) { en: "it trusts {fingerprints}", zh: "它信任 {fingerprints}" }
    live_authority(path: &str) { en: "the CA in use is {path}", zh: "正在使用的证书机构是 {path}" }
    two_authorities(name: &str, n: usize) {
        en: "{n} CAs are trusted in the file of {name}: a rotation is half-way",
        zh: "{name} 的文件中同时信任 {n} 个证书机构：轮换进行到一半",
    }
    one_authority(subject: &str, fingerprint: &str, until: &str) {
        en: "{subject} ({fingerprint}), until {until}",
        zh: "{subject}（{fingerprint}），有效至 {until}",
    }
    signing_authority(text: &str) { en: "{text}: its key is here, it signs", zh: "{text}：密钥在本节点上，由它签发" }
    chain_refused(name: &str) { en: "{name} is refused by every component of the cluster", zh: "集群的任何组件都会拒绝 {name}" }
    not_single(path: &str, n: usize) {
        en: "kube-controller-manager does not start: {path}, with which it signs, holds {n} certificates and must hold one",
        zh: "kube-controller-manager 无法启动：用于签发的 {path} 含有 {n} 个证书，而只能有一个",
    }
    out_of_order(name: &str, path: &str) {
        en: "{name}: {path} begins with a CA; the certificate that its key belongs to comes later",
        zh: "{name}：{path} 以证书机构的证书开头，与私钥对应的证书排在后面",
    }
    names_missing(name: &str, missing: &str) {
        en: "{name} is not valid for {missing}",
        zh: "{name} 对 {missing} 无效",
    }
    other_node(name: &str, others: &str) {
        en: "{name} is another node's certificate: it is for {others}",
        zh: "{name} 是其他节点的证书：它用于 {others}",
    }
    trusts_nothing(path: &str) {
        en: "the CA in {path}, by which it trusts the API server, can't be read",
        zh: "{path} 中用于信任 API 服务器的证书机构无法读取",
    }
    lacks(names: &str) { en: "of this node it lacks {names}", zh: "其中缺少本节点的 {names}" }
    usage_missing(name: &str, usage: &str) { en: "{name} lacks the usage {usage}", zh: "{name} 缺少用途 {usage}" }
    node_name(certified: &str, expected: &str) {
        en: "the kubelet's certificate is for the node {certified}, but the kubelet registers as {expected}",
        zh: "kubelet 的证书属于节点 {certified}，而 kubelet 以 {expected} 注册",
    }
    foreign_identity(name: &str, subject: &str, identity: &str) {
        en: "{name} carries the identity of {identity}: {subject}",
        zh: "{name} 使用的是{identity}的身份：{subject}",
    }
    group_missing(name: &str, subject: &str) {
        en: "{name} lacks the group system:nodes: {subject}",
        zh: "{name} 缺少 system:nodes 组：{subject}",
    }
    clock_behind(now: &str, not_yet: usize, dated: usize) {
        en: "this node's clock is wrong: it says {now} UTC, and {not_yet} of {dated} certificates are not valid yet",
        zh: "本节点的时钟有误：时钟为 {now}（UTC），{dated} 个证书中有 {not_yet} 个尚未生效",
    }
    clock_delta(left: &str, from: &str) {
        en: "the last of them begins in {left}, at {from} UTC",
        zh: "其中最晚的在 {left}后生效，即 {from}（UTC）",
    }
    begins_in(left: &str) { en: "that is in {left}", zh: "即 {left}之后" }
    external_ends(names: &str, date: &str) { en: "ends on {date}: {names}", zh: "{date} 到期：{names}" }

    fault_expired(date: &str) { en: "expired on {date}", zh: "已于 {date} 过期" }
    fault_not_yet(from: &str) { en: "not valid before {from} UTC", zh: "在 {from}（UTC）之前尚未生效" }
    fault_unknown(issuer: &str) { en: "signed by an unknown CA ({issuer})", zh: "由未知的证书机构签发（{issuer}）" }
    fault_issuer_expired(subject: &str, date: &str) {
        en: "the CA {subject} above it expired on {date}",
        zh: "其上级证书机构 {subject} 已于 {date} 过期",
    }
    fault_issuer_not_yet(subject: &str, from: &str) {
        en: "the CA {subject} above it is not valid before {from} UTC",
        zh: "其上级证书机构 {subject} 在 {from}（UTC）之前尚未生效",
    }
    fault_not_authority(subject: &str) { en: "{subject} above it is no CA", zh: "其上级 {subject} 不是证书机构" }
    fault_too_long(subject: &str) {
        en: "the CA {subject} above it does not allow so many CAs below it",
        zh: "其上级证书机构 {subject} 不允许这么多下级证书机构",
    }
    fault_usage(usage: &str) { en: "it, or a CA above it, lacks the usage {usage}", zh: "它或其上级证书机构缺少用途 {usage}" }
    fault_name(name: &str) { en: "not valid for {name}", zh: "对 {name} 无效" }
    fault_not_permitted(name: &str) { en: "a CA above it may not sign for {name}", zh: "其上级证书机构不得为 {name} 签发" }
    fault_extension(oid: &str) { en: "a critical extension that Go does not know: {oid}", zh: "含有 Go 不认识的关键扩展：{oid}" }
    fault_signature(algorithm: &str) { en: "signed with {algorithm}, which Go no longer accepts", zh: "签名算法 {algorithm} 已不被 Go 接受" }
    fault_key(kind: &str) { en: "a key that is too short: {kind}", zh: "密钥过短：{kind}" }
}

words! {
    put_right_pair_act {
        en: "put the right pair back, or the CA that has signed it into the file by which it is trusted",
        zh: "恢复正确的证书和密钥，或将签发它的证书机构加入对方用作信任依据的文件",
    }
    edge_effect { en: "this connection fails as soon as it is made anew", zh: "该连接一旦需要重新建立就会失败" }
    intermediate_effect { en: "whatever it has signed is refused from then on", zh: "从那时起，由它签发的证书都会被拒绝" }
    intermediate_spare_effect {
        en: "nothing here depends on it alone; somebody elsewhere may",
        zh: "本节点上没有证书只依赖它，但其他地方可能有",
    }
    intermediate_act {
        en: "have the CA above it sign a new one and put it into the file, behind the leaf",
        zh: "请上级证书机构签发新的中间证书，并放入文件中叶子证书之后",
    }
    encrypted_effect {
        en: "perennial can't renew what this CA signs, and no component can sign with it: Kubernetes asks for no passphrase",
        zh: "perennial 无法续订由它签发的证书，任何组件也无法用它签发：Kubernetes 不会询问口令",
    }
    encrypted_controller_effect {
        en: "kube-controller-manager, whose signing key it is, does not start again once it stops; nothing that this CA signs can be renewed",
        zh: "它是 kube-controller-manager 的签发密钥：该组件一旦停止就无法再启动，由它签发的证书也无法续订",
    }
    encrypted_act {
        en: "put the key back without its passphrase, in memory or for the time of the renewal: openssl pkey -in KEY -out NEW",
        zh: "放回不带口令的密钥（可仅在续订期间）：openssl pkey -in KEY -out NEW",
    }
    other_authority_effect {
        en: "whoever uses it refuses the API server: x509: certificate signed by unknown authority",
        zh: "使用它的一方会拒绝 API 服务器：x509: certificate signed by unknown authority",
    }
    phase_note {
        en: "(move the file away first; kubeadm keeps one that exists)",
        zh: "（先移走该文件：kubeadm 会保留已存在的文件）",
    }
    signed_again_note {
        en: "(the same key signs it again, so what it has signed stays good: put it in place on every node, in kubeconfigs and ConfigMaps; perennial does not renew CAs)",
        zh: "（用同一密钥重新签发，已签发的证书依然有效：随后替换到所有节点、kubeconfig 和 ConfigMap；perennial 不续订证书机构）",
    }
    trusts_nothing_effect {
        en: "whoever uses it can't connect to the API server once it starts again",
        zh: "使用它的一方重新启动后将无法连接 API 服务器",
    }
    other_authority_act {
        en: "put the CA in use into it: kubectl config set-cluster NAME --certificate-authority=FILE --embed-certs --kubeconfig=FILE",
        zh: "将正在使用的证书机构写入该文件：kubectl config set-cluster NAME --certificate-authority=FILE --embed-certs --kubeconfig=FILE",
    }
    two_authorities_effect {
        en: "nothing breaks; but kubeadm certs renew would keep only the first of them in the kubeconfigs",
        zh: "不会出错；但 kubeadm certs renew 只会在 kubeconfig 中保留第一个",
    }
    two_authorities_note {
        en: "(perennial renew keeps both; do not run kubeadm certs renew until the rotation is finished)",
        zh: "（perennial renew 会保留两者；轮换完成之前不要执行 kubeadm certs renew）",
    }
    chain_refused_effect { en: "its connections fail, whatever the dates say", zh: "无论日期如何，它的连接都会失败" }
    not_single_effect {
        en: "it exits at its next start: no Deployment, no ServiceAccount token, no node certificate any more",
        zh: "下次启动时它会退出：不再有 Deployment、ServiceAccount 令牌和节点证书",
    }
    not_single_act {
        en: "give it a file with the one certificate that ca.key belongs to: --cluster-signing-cert-file",
        zh: "为它提供只含与 ca.key 对应的那一个证书的文件：--cluster-signing-cert-file",
    }
    order_effect {
        en: "its user does not start again: tls: private key does not match public key",
        zh: "使用它的组件无法再启动：tls: private key does not match public key",
    }
    order_act { en: "put the leaf first in the file, then the CAs", zh: "在文件中将叶子证书放在最前，其后才是证书机构" }
    names_effect {
        en: "whoever dials it by that name refuses it: x509: certificate is valid for …, not …",
        zh: "以该名称访问的一方会拒绝它：x509: certificate is valid for …, not …",
    }
    make_again_act {
        en: "move the pair away, then let kubeadm make it for this node: kubeadm init phase certs NAME --config FILE",
        zh: "移走该证书和密钥，再由 kubeadm 为本节点重新生成：kubeadm init phase certs NAME --config FILE",
    }
    repair_note {
        en: "(--dry-run shows what changes; without --repair-roles it would be renewed as it is, or left out)",
        zh: "（--dry-run 可先查看更改；不带 --repair-roles 时会原样续订或跳过）",
    }
    server_usage_effect { en: "its clients refuse it", zh: "客户端会拒绝它" }
    client_usage_effect {
        en: "the server refuses it: x509: certificate specifies an incompatible key usage",
        zh: "服务器会拒绝它：x509: certificate specifies an incompatible key usage",
    }
    gateway_effect {
        en: "noise in etcd's log, made by its own gateway; nothing else depends on it",
        zh: "etcd 自身的网关会在日志中产生噪声，其他功能不受影响",
    }
    node_name_effect {
        en: "the API server refuses the kubelet its own node: node … cannot modify node …",
        zh: "API 服务器拒绝 kubelet 修改自己的节点：node … cannot modify node …",
    }
    node_name_maybe_effect {
        en: "if that is its name at the next start, the API server refuses it: node … cannot modify node …",
        zh: "如果下次启动时使用该名称，API 服务器会拒绝它：node … cannot modify node …",
    }
    admin_kubelet_effect {
        en: "whoever holds this node holds the cluster; and the kubelet can't rotate it",
        zh: "控制该节点即可控制整个集群；而且 kubelet 无法轮换它",
    }
    foreign_effect {
        en: "its user acts with the wrong rights: too many, or too few",
        zh: "使用者的权限不正确：过大或过小",
    }
    foreign_note {
        en: "(perennial renew leaves it out: renewed, the wrong identity would live on)",
        zh: "（perennial renew 会跳过它：续订会延续错误的身份）",
    }
    group_effect { en: "the API server does not take it for a node: everything is forbidden", zh: "API 服务器不将其视为节点：一切请求都被禁止" }
    clock_effect { en: "everything that checks certificates here fails", zh: "本节点上所有校验证书的操作都会失败" }
    a_node { en: "a node", zh: "节点" }
    an_administrator { en: "an administrator", zh: "管理员" }
    of_controller_manager { en: "kube-controller-manager", zh: "kube-controller-manager " }
    of_scheduler { en: "kube-scheduler", zh: "kube-scheduler " }
    of_somebody { en: "somebody else", zh: "他人" }
}

/// Whose identity it is.
pub(crate) fn identity(language: Language, identity: Identity) -> &'static str {
    match identity {
        Identity::Node => a_node(language),
        Identity::Administrator => an_administrator(language),
        Identity::ControllerManager => of_controller_manager(language),
        Identity::Scheduler => of_scheduler(language),
        Identity::Other => of_somebody(language),
    }
}

/// The name of a usage, as Go and openssl configurations write it.
pub(crate) fn usage(usage: Use) -> &'static str {
    match usage {
        Use::Server => "serverAuth",
        Use::Client => "clientAuth",
    }
}

/// One reason for which Go refuses a certificate.
pub(crate) fn fault(language: Language, fault: &Fault) -> String {
    use crate::output::{date, exact};
    match fault {
        Fault::Expired { at } => fault_expired(language, &date(*at)),
        Fault::NotYetValid { from } => fault_not_yet(language, &exact(*from)),
        Fault::UnknownIssuer { issuer } => fault_unknown(language, issuer),
        Fault::IssuerExpired { subject, at } => fault_issuer_expired(language, subject, &date(*at)),
        Fault::IssuerNotYetValid { subject, from } => fault_issuer_not_yet(language, subject, &exact(*from)),
        Fault::IssuerNotCa { subject } => fault_not_authority(language, subject),
        Fault::PathTooLong { subject } => fault_too_long(language, subject),
        Fault::WrongUsage { needed } => fault_usage(language, usage(*needed)),
        Fault::NameMismatch { name } => fault_name(language, name),
        Fault::NameNotPermitted { name } => fault_not_permitted(language, name),
        Fault::UnhandledCriticalExtension { oid } => fault_extension(language, oid),
        Fault::WeakSignature { algorithm } => fault_signature(language, algorithm),
        Fault::WeakKey { kind } => fault_key(language, &kind.to_string()),
    }
}
