//! What `diagnose` says.

use super::Language;
use perennial_core::diagnose::{Kubeadm, Symptom};

words! {
    nothing_found { en: "nothing about certificates, tokens or identities in these logs", zh: "这些日志中没有关于证书、令牌或身份的内容" }
    only_harmless { en: "only strangers that hung up: nothing is wrong with a certificate", zh: "只有中途断开的陌生连接：证书没有问题" }
    lines_label { en: "lines", zh: "日志" }
    not_one_of_ours { en: "its certificate is none of this node's, neither in use nor in a backup found here: renewing does not help", zh: "该证书不属于本节点，既未在使用，也不在找到的备份中：续订没有帮助" }
    where_to_look {
        en: "look for copies of admin.conf, kubelets, CI jobs, kube-vip, monitoring; on the other control planes run perennial diagnose too",
        zh: "请检查 admin.conf 的副本、各 kubelet、CI 任务、kube-vip 和监控；也请在其他控制平面节点上运行 perennial diagnose",
    }
    who_is_connected { en: "shows who is connected; stop or update the one that uses the old file", zh: "显示有哪些连接；停止或更新仍在使用旧文件的一方" }
    no_authority_of_ours { en: "it is signed by a CA that this node does not know", zh: "签发它的证书机构是本节点不认识的" }
    dates_only {
        en: "recognized by its end alone: certificates of one kubeadm run all end in the same second",
        zh: "仅凭到期时间识别：kubeadm 同一次签发的证书在同一秒到期",
    }
    clock_check { en: "if this node's clock is right, wait until then or have the certificate made again", zh: "如果本节点时钟正确，请等到该时间，或重新签发证书" }
    loopback_title { en: "kube-apiserver's certificate for itself, made in its memory at its start, has ended", zh: "kube-apiserver 启动时在内存中生成的自用证书已到期" }
    loopback_note { en: "a restart makes a new one; renewing files does not help", zh: "重启后会生成新证书；续订文件没有帮助" }
    serving_title { en: "the kubelet has no serving certificate: its request waits for an approval, or was denied", zh: "kubelet 没有服务端证书：其请求尚待批准，或已被拒绝" }
    serving_note { en: "approve only the node's own request (kubectl certificate approve NAME)", zh: "只批准该节点自己的请求（kubectl certificate approve NAME）" }
    two_authorities_title {
        en: "more than one CA certificate where kubeadm or kube-controller-manager takes only one: a CA rotation is half done",
        zh: "kubeadm 或 kube-controller-manager 只接受一个 CA 证书，此处却有多个：CA 轮换只完成了一半",
    }
    two_authorities_note { en: "finish the rotation; do not shorten the bundle by hand before every client trusts the new CA", zh: "请完成轮换；在所有客户端信任新 CA 之前，不要手动删减" }
    join_token_title { en: "the token of the join command has expired or is not known to the cluster", zh: "join 命令中的令牌已过期，或集群不认识该令牌" }
    token_expired_title { en: "somebody uses a token that has expired", zh: "有客户端使用已过期的令牌" }
    token_invalid_title { en: "somebody uses a token that the API server does not accept", zh: "有客户端使用 API 服务器不接受的令牌" }
    token_note {
        en: "a pod that does not re-read its token, or a token signed with an older sa.key; no certificate has to be renewed",
        zh: "某个 Pod 没有重新读取令牌，或令牌由旧的 sa.key 签发；不需要续订证书",
    }
    symlink_note { en: "keeps the key pair and puts the symbolic link back; nothing is restarted", zh: "保留密钥对并恢复符号链接；不会重启任何进程" }
    network_note { en: "it writes its kubeconfig anew when it starts; no certificate has to be renewed", zh: "它启动时会重新写入 kubeconfig；不需要续订证书" }
    look_at_names {
        en: "shows the names that it has: reach it by one of them, or have it made with this name too (kubeadm: certSANs); a renewal keeps its names",
        zh: "显示证书中的名称：请改用其中一个名称访问，或为它添加此名称后重新签发（kubeadm 的 certSANs）；续订会保留原有名称",
    }
    look_at_usages { en: "shows its usages; a renewal keeps them", zh: "显示证书的用途；续订会保留这些用途" }
    look_at_server { en: "shows what that server presents; run perennial on that node", zh: "显示该服务器出示的证书；请在那个节点上运行 perennial" }
    node_name_note { en: "the certificate must be made for the node's name, in lower case", zh: "必须为该节点名称（小写）签发证书" }
    held_note { en: "restarts only what holds an older certificate; nothing is renewed", zh: "只重启仍在使用旧证书的进程；不续订任何证书" }
    over_note { en: "nothing to do", zh: "无需处理" }
    distrust_note { en: "compare the CA in its kubeconfig with the cluster's; perennial check names the files that differ", zh: "请比较其 kubeconfig 中的 CA 与集群的 CA；perennial check 会指出不同的文件" }
    client_side_note { en: "look at the client's own log: it says why it does not accept this server's certificate", zh: "请查看该客户端自己的日志：其中写有不接受此服务器证书的原因" }
    server_side_note { en: "look at the server's own log: it says why it does not accept this client", zh: "请查看服务器自己的日志：其中写有不接受此客户端的原因" }
    webhook_note {
        en: "on a control plane it names the object: its caBundle must be of the CA that signed the service's certificate, and its owner (cert-manager, an operator) keeps it up to date",
        zh: "在控制平面节点上会指出具体对象：其 caBundle 必须与签发该服务证书的 CA 一致，由它的管理者（cert-manager 或某个 operator）负责更新",
    }
    webhook_certificate_note {
        en: "on a control plane it names the object; the service's own certificate must be made again by its owner (cert-manager, an operator)",
        zh: "在控制平面节点上会指出具体对象；该服务自己的证书须由其管理者（cert-manager 或某个 operator）重新签发",
    }
    clock_of_signer {
        en: "if the clock here is right, that of the machine that made the certificate is ahead: correct it, and make the certificate again",
        zh: "如果此处时钟正确，则是签发该证书的机器时钟偏快：请校正后重新签发该证书",
    }
    kubectl_distrust_note {
        en: "shows the CA in the kubeconfig that was used: it is another cluster's, or older than this one's",
        zh: "显示所用 kubeconfig 中的 CA：它属于另一个集群，或早于此集群现在的 CA",
    }
    cluster_info_note {
        en: "on a control plane: it compares the CA in cluster-info, which kubeadm join goes by, with the one in use",
        zh: "请在控制平面节点上运行：它会比较 cluster-info 中的 CA（kubeadm join 以它为准）与正在使用的 CA",
    }
    on_a_control_plane { en: "on a control plane", zh: "请在控制平面节点上运行" }
    token_signature_title {
        en: "somebody uses a token that is signed with a key that the API server does not have: another sa.key, or another cluster",
        zh: "有客户端使用的令牌由 API 服务器没有的密钥签发：sa.key 不同，或来自另一个集群",
    }
    token_signature_note {
        en: "compares sa.key with what kube-apiserver accepts; a pod with a token from before works again once it is made anew",
        zh: "比较 sa.key 与 kube-apiserver 所接受的密钥；持有旧令牌的 Pod 重建后即可恢复",
    }
    account_gone_note {
        en: "shows the pods that run as it: make the account again, or delete them; no certificate has to be renewed",
        zh: "显示使用该账户的 Pod：请重建该账户，或删除这些 Pod；不需要续订证书",
    }
    join_hash_title { en: "the CA hash in the join command is not that of this cluster", zh: "join 命令中的 CA 哈希与此集群不符" }
    join_hash_foreign {
        en: "kubeadm join met a CA that is neither the one in the join command nor one of this node's: cluster-info holds another CA, or another cluster answered",
        zh: "kubeadm join 遇到的 CA 既不是 join 命令中的，也不是本节点的：cluster-info 中是另一个 CA，或应答的是另一个集群",
    }
    unauthorized_note { en: "on a control plane: kube-apiserver's log has the reason, with the serial number", zh: "请在控制平面节点上运行：原因及证书序列号在 kube-apiserver 的日志中" }
    without_dates { en: "when is not said", zh: "未说明时间" }
    no_journal { en: "the journal (journalctl) is not there, or holds nothing of the kubelet", zh: "没有系统日志（journalctl），或其中没有 kubelet 的内容" }
    pods_absent { en: "no logs of the cluster's containers", zh: "没有集群容器的日志" }
    log_not_there { en: "is not there", zh: "不存在" }
}

messages! {
    read_lines(n: u64, logs: usize) {
        en: [logs: "{n} lines of {logs} log", "{n} lines of {logs} logs"],
        zh: "{logs} 个日志，共 {n} 行",
    }
    harmless(n: u64) { en: [n: "{n} line of strangers that hung up (harmless)", "{n} lines of strangers that hung up (harmless)"], zh: "{n} 行来自中途断开的陌生连接（无害）" }
    left_out(n: u64) { en: [n: "{n} line more was too much to keep", "{n} lines more were too many to keep"], zh: "另有 {n} 行过多而未保留" }
    not_all_backups(n: usize) { en: "too many old certificates: only {n} were compared", zh: "旧证书过多：只比较了 {n} 个" }
    once(at: &str, speakers: &str, spot: &str) { en: "once, {at} UTC, by {speakers} ({spot})", zh: "1 行，{at} UTC，来自 {speakers}（{spot}）" }
    times(n: u64, first: &str, last: &str, speakers: &str, spot: &str) {
        en: "{n}, {first} to {last} UTC, by {speakers} ({spot})",
        zh: "{n} 行，{first} 至 {last} UTC，来自 {speakers}（{spot}）",
    }
    undated(n: u64, speakers: &str, spot: &str) { en: "{n}, without times, by {speakers} ({spot})", zh: "{n} 行，没有时间，来自 {speakers}（{spot}）" }
    spot(source: &str, line: u64) { en: "{source} line {line}", zh: "{source} 第 {line} 行" }
    with_peers(peers: &str) { en: "the other end: {peers}", zh: "对端：{peers}" }
    serial(serial: &str) { en: "serial number {serial}", zh: "序列号 {serial}" }
    identity(identity: &str) { en: "it names {identity}", zh: "证书中的身份：{identity}" }
    replaced_on(date: &str) { en: "replaced on {date}", zh: "已于 {date} 替换" }
    copy_in(path: &str) { en: "a copy of it lies in {path}", zh: "其副本位于 {path}" }
    signed_by(name: &str) { en: "it is signed by this cluster's CA {name}", zh: "它由本集群的证书机构 {name} 签发" }
    clock(object: &str, begins: &str) { en: "{object} is not valid before {begins} UTC: a clock is wrong, or was", zh: "{object} 在 {begins}（UTC）之前尚未生效：时钟现在或曾经不准" }
    clock_unknown(object: &str) { en: "{object} is not valid yet: a clock is wrong, or was", zh: "{object} 尚未生效：时钟现在或曾经不准" }
    judged_at(at: &str) { en: "the one who refused it had {at} UTC on its clock", zh: "拒绝方的时钟为 {at}（UTC）" }
    held(component: &str, name: &str) {
        en: "{component} still uses the old certificate of {name}, which is good on disk",
        zh: "{component} 仍在使用 {name} 的旧证书，而磁盘上的证书是好的",
    }
    started(component: &str, started: &str) { en: "{component} started {started} UTC, before that", zh: "{component} 启动于 {started}（UTC），早于替换时间" }
    ended_on(date: &str) { en: "the old one ended on {date}", zh: "旧证书已于 {date} 到期" }
    replaced(names: &str, date: &str) {
        en: "somebody still shows an old certificate of {names}, which ended on {date}; it was replaced here",
        zh: "有客户端仍在使用 {names} 的旧证书（已于 {date} 到期）；该证书在本节点已被替换",
    }
    unknown_client(date: &str) {
        en: "a client that is not known here: its certificate expired on {date}",
        zh: "一个本节点不认识的客户端：其证书已于 {date} 过期",
    }
    refused_by(speaker: &str) { en: "refused by {speaker}", zh: "被 {speaker} 拒绝" }
    kubelet_locked_out(date: &str) {
        en: "the kubelet is locked out: its client certificate ended on {date}",
        zh: "kubelet 已被拒绝访问：其客户端证书已于 {date} 到期",
    }
    kubelet_locked_out_undated(path: &str) {
        en: "the kubelet can't use the client certificate in {path}, and there is no bootstrap file",
        zh: "kubelet 无法使用 {path} 中的客户端证书，且没有 bootstrap 文件",
    }
    served_old(component: &str, address: &str, name: &str, date: &str) {
        en: "{component} on {address} serves an old certificate of {name}, which ended on {date}",
        zh: "{component}（{address}）仍对外使用 {name} 的旧证书（已于 {date} 到期）",
    }
    loopback_ended(date: &str) { en: "it ended on {date}", zh: "已于 {date} 到期" }
    key_mismatch(speaker: &str, path: &str) { en: "{speaker}: the private key does not fit the certificate ({path})", zh: "{speaker}：私钥与证书不匹配（{path}）" }
    no_pem(speaker: &str, path: &str) { en: "{speaker}: a file without a PEM block that Go can read ({path}): empty, cut off or binary", zh: "{speaker}：文件中没有 Go 能读取的 PEM 块（{path}）：为空、被截断或是二进制" }
    key_unreadable(speaker: &str, path: &str) { en: "{speaker}: a private key can't be read ({path}): encrypted or cut off", zh: "{speaker}：无法读取私钥（{path}）：已加密或被截断" }
    missing(speaker: &str, path: &str) { en: "{speaker}: {path} is missing", zh: "{speaker}：缺少 {path}" }
    denied(speaker: &str, path: &str) { en: "{speaker} may not open {path}: its mode, or its SELinux label", zh: "{speaker} 无权打开 {path}：权限或 SELinux 标签有误" }
    not_a_symlink(path: &str) { en: "{path} is a file instead of a symbolic link: the kubelet can't rotate its certificate", zh: "{path} 是普通文件而不是符号链接：kubelet 无法轮换证书" }
    node_name(certified: &str, node: &str) { en: "the kubelet's certificate is for node {certified}, but this is node {node}", zh: "kubelet 的证书属于节点 {certified}，而本节点是 {node}" }
    wrong_name(name: &str, wanted: &str) { en: "{name} is not for {wanted}, by which it was reached", zh: "{name} 不包含访问时使用的名称 {wanted}" }
    has_names(names: &str) { en: "it is for {names}", zh: "证书中的名称：{names}" }
    wrong_usage(name: &str) { en: "{name} lacks the usage (client or server) for which it was shown", zh: "{name} 缺少所需的用途（客户端或服务端）" }
    others_certificate(host: &str, names: &str) {
        en: "{host} shows a certificate that is not for it, but for {names}: copied from another machine?",
        zh: "{host} 出示的证书不属于它，而是属于 {names}：是否从另一台机器复制而来？",
    }
    server_at(host: &str) { en: "the certificate of {host}", zh: "{host} 的证书" }
    client_at(host: &str) { en: "the certificate of the client {host}", zh: "客户端 {host} 的证书" }
    network_plugin(name: &str) {
        en: "the network plugin {name} is refused by the API server: its own token or CA copy is out of date",
        zh: "网络插件 {name} 被 API 服务器拒绝：它自己的令牌或 CA 副本已过时",
    }
    distrust(speaker: &str, host: &str) { en: "{speaker} does not trust the CA of {host}", zh: "{speaker} 不信任 {host} 的证书机构" }
    strange_client_unsaid(speaker: &str) { en: "{speaker} refuses a client: its certificate is of another CA", zh: "{speaker} 拒绝一个客户端：其证书由另一个证书机构签发" }
    wrong_name_of_server(wanted: &str) { en: "the server reached as {wanted} shows a certificate that is not for this name", zh: "以 {wanted} 访问的服务器，其证书不包含该名称" }
    unknown_client_early(date: &str) {
        en: "a client that is not known here: its certificate is not valid before {date} UTC",
        zh: "一个本节点不认识的客户端：其证书在 {date}（UTC）之前尚未生效",
    }
    replaced_authority(names: &str) {
        en: "somebody still shows an old certificate of {names}, of a CA that is no longer trusted; it was replaced here",
        zh: "有客户端仍在使用 {names} 的旧证书，签发它的证书机构已不再受信任；该证书在本节点已被替换",
    }
    asked_for(caller: &str) { en: "kube-apiserver asks it for {caller}", zh: "kube-apiserver 因 {caller} 而访问它" }
    ca_here(fingerprint: &str) { en: "this node's CA: SHA-256 {fingerprint}", zh: "本节点的 CA：SHA-256 {fingerprint}" }
    account_gone(account: &str) {
        en: "somebody uses a token of the service account {account}, which does not exist any more",
        zh: "有客户端使用服务账户 {account} 的令牌，而该账户已不存在",
    }
    join_hash_met(hash: &str) { en: "cluster-info holds the CA with the hash sha256:{hash}", zh: "cluster-info 中 CA 的哈希为 sha256:{hash}" }
    unauthorized_unsaid(speaker: &str) { en: "{speaker} is refused (Unauthorized), and the line does not say why", zh: "{speaker} 被拒绝（Unauthorized），该行日志没有说明原因" }
    strange_client(speaker: &str, host: &str) { en: "{speaker} refuses the client {host}: its certificate is of another CA", zh: "{speaker} 拒绝客户端 {host}：其证书由另一个证书机构签发" }
    other_expired(host: &str, date: &str) { en: "the certificate of {host} ended on {date}; it is none of this node's", zh: "{host} 的证书已于 {date} 到期；它不属于本节点" }
    other_expired_undated(host: &str) { en: "the certificate of {host} has ended; it is none of this node's", zh: "{host} 的证书已到期；它不属于本节点" }
    other_distrusted(host: &str) { en: "the certificate of {host} is of a CA that kube-apiserver does not expect there", zh: "{host} 的证书不是由 kube-apiserver 所期望的证书机构签发的" }
    other_name(host: &str) { en: "the certificate of {host} is not for this name", zh: "{host} 的证书不包含该名称" }
    socket(path: &str) { en: "there is no container runtime behind {path}", zh: "{path} 后面没有容器运行时" }
    socket_used(path: &str) { en: "the kubelet uses {path}", zh: "kubelet 使用的是 {path}" }
    refused_server(speaker: &str, host: &str, alert: &str) { en: "the client {host} refuses {speaker}'s serving certificate ({alert})", zh: "客户端 {host} 拒绝 {speaker} 的服务端证书（{alert}）" }
    refused_client(speaker: &str, host: &str, alert: &str) { en: "{host} refuses the client certificate of {speaker} ({alert})", zh: "{host} 拒绝 {speaker} 的客户端证书（{alert}）" }
    unauthorized(speaker: &str) { en: "{speaker} is refused (Unauthorized), and its certificate on disk does not say why", zh: "{speaker} 被拒绝（Unauthorized），从磁盘上的证书看不出原因" }
    unexplained(speaker: &str, what: &str) { en: "{speaker}: {what}; no certificate of this node fits", zh: "{speaker}：{what}；本节点没有与之相符的证书" }
    over(name: &str, date: &str) { en: "it is over: {name} is good now, until {date}", zh: "已经解决：{name} 现在有效，到期日为 {date}" }
    log_unreadable(name: &str, why: &str) { en: "{name}: {why}", zh: "{name}：{why}" }
    summary(answers: usize, critical: usize) { en: [answers: "{answers} answer, {critical} critical", "{answers} answers, {critical} critical"], zh: "{answers} 个结论，其中 {critical} 个严重" }
}

words! {
    a_certificate { en: "a certificate", zh: "某个证书" }
    a_program { en: "a program", zh: "某个程序" }
    others_certificate_note {
        en: "each machine needs a certificate with its own names: perennial check there names the file",
        zh: "每台机器都需要包含自己名称的证书；在那台机器上运行 perennial check 会指出文件",
    }
    a_client { en: "somebody", zh: "某一方" }
    no_path { en: "the file is not said", zh: "未说明文件" }
    what_it_asked { en: "what it asked", zh: "其访问的服务器" }
    expired_word { en: "a certificate has expired", zh: "证书已过期" }
    complaint_word { en: "a complaint about a certificate", zh: "与证书有关的错误" }
}

/// A complaint in a few words.
pub(crate) fn symptom(language: Language, symptom: &Symptom) -> &'static str {
    match symptom {
        Symptom::Expired { .. } => expired_word(language),
        _ => complaint_word(language),
    }
}

/// kubeadm's complaints, explained.
pub(crate) fn kubeadm(language: Language, what: Kubeadm) -> &'static str {
    match what {
        Kubeadm::ExistingCertificate => kubeadm_existing(language),
        Kubeadm::AuthorityNotLoaded => kubeadm_authority(language),
        Kubeadm::NotForThisCluster => kubeadm_other_cluster(language),
        Kubeadm::NoSuchUser => kubeadm_user(language),
        Kubeadm::NotRsa => kubeadm_not_rsa(language),
        Kubeadm::WrongAuthority => kubeadm_wrong_authority(language),
        Kubeadm::SeveralRuntimes => kubeadm_runtimes(language),
        Kubeadm::DefaultConfiguration => kubeadm_defaults(language),
        Kubeadm::Signature => join_token_title(language),
        Kubeadm::Pin => join_hash_title(language),
    }
}

words! {
    kubeadm_existing {
        en: "kubeadm looks for a certificate where this cluster may not have one; which files are in use say the manifests",
        zh: "kubeadm 查找的证书在此集群中可能并不存在；实际使用的文件以静态 Pod 清单为准",
    }
    kubeadm_authority { en: "kubeadm does not find the CA in its directory: it is elsewhere, or external", zh: "kubeadm 在其目录中找不到 CA：它在别处，或是外部 CA" }
    kubeadm_other_cluster { en: "kubeadm refuses a certificate of another CA (external etcd has its own)", zh: "kubeadm 拒绝由其他 CA 签发的证书（外部 etcd 有自己的 CA）" }
    kubeadm_user { en: "kubeadm expects another user name in the kubeconfig; Kubernetes itself goes by current-context", zh: "kubeadm 期望 kubeconfig 中有另一个用户名；Kubernetes 本身只看 current-context" }
    kubeadm_not_rsa { en: "an older tool expects an RSA key; the cluster's keys are of another kind, and good", zh: "旧工具要求 RSA 密钥；该集群使用其他类型的密钥，没有问题" }
    kubeadm_wrong_authority { en: "kubeadm compares the CA byte by byte: another CA, or the same with other line ends", zh: "kubeadm 逐字节比较 CA：可能是另一个 CA，也可能只是换行不同" }
    kubeadm_runtimes { en: "two container runtimes are installed, and kubeadm does not choose", zh: "安装了两个容器运行时，kubeadm 不作选择" }
    kubeadm_defaults { en: "kubeadm could not ask the API and took its defaults: directories and key kinds may be wrong", zh: "kubeadm 无法访问 API 而使用默认配置：目录和密钥类型可能不对" }
}
