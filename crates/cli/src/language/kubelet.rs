//! What findings about the kubelet's certificates say.

messages! {
    restart_fails(date: &str, ago: &str) {
        en: "the kubelet's next start fails: kubelet.conf uses a certificate that ended on {date}, {ago} ago",
        zh: "kubelet 下次启动会失败：kubelet.conf 使用的证书已于 {date} 到期（{ago}前）",
    }
    restart_will_fail(date: &str, left: &str) {
        en: "from {date} on (in {left}) the kubelet does not start any more: kubelet.conf uses an older certificate",
        zh: "自 {date} 起（{left}后）kubelet 将无法启动：kubelet.conf 使用的是旧证书",
    }
    uses_and_current(uses: &str, current: &str, until: &str) {
        en: "kubelet.conf uses {uses}; the running kubelet uses {current}, valid until {until}",
        zh: "kubelet.conf 使用 {uses}；运行中的 kubelet 使用 {current}，有效期至 {until}",
    }
    rotation_blocked(path: &str) {
        en: "the kubelet can't rotate its client certificate: {path} is no symbolic link",
        zh: "kubelet 无法轮换客户端证书：{path} 不是符号链接",
    }
    dangling(path: &str, to: &str) {
        en: "{path} is a symbolic link to {to}, which does not exist",
        zh: "{path} 是指向 {to} 的符号链接，但目标不存在",
    }
    on_date_locked_out(date: &str) {
        en: "on {date}, when its certificate ends, the node is locked out",
        zh: "{date} 证书到期后，该节点将被拒绝访问",
    }
    newest_is(path: &str) {
        en: "the newest whole and valid certificate in the store is {path}",
        zh: "存储目录中最新的完整且有效的证书是 {path}",
    }
    serving_ended(ago: &str, date: &str) {
        en: "the kubelet's self-signed serving certificate expired {ago} ago, on {date}",
        zh: "kubelet 自签名的服务端证书已于 {date} 过期（{ago}前）",
    }
    serving_ends(left: &str, date: &str) {
        en: "the kubelet's self-signed serving certificate ends in {left}, on {date}",
        zh: "kubelet 自签名的服务端证书将在 {left}后到期（{date}）",
    }
    serving_refused(path: &str) {
        en: "kube-apiserver verifies kubelets by {path}, but this kubelet serves a certificate that it has signed itself",
        zh: "kube-apiserver 用 {path} 校验 kubelet，而本 kubelet 使用的是自签名的服务端证书",
    }
    path_until(path: &str, date: &str) { en: "{path}, until {date}", zh: "{path}，有效期至 {date}" }
    asks_by_bootstrap(path: &str) {
        en: "{path} exists: if its token is still good, the kubelet asks for a new certificate at its next start",
        zh: "存在 {path}：如果其中的令牌仍然有效，kubelet 下次启动时会申请新证书",
    }
    never_rotated(path: &str) {
        en: "{path} is no symbolic link, so it could not be rotated: move it away before the kubelet starts with a new certificate",
        zh: "{path} 不是符号链接，因此无法轮换：在 kubelet 使用新证书启动之前请先移走它",
    }
    no_bootstrap(path: &str) {
        en: "{path} does not exist: the kubelet can't ask for a new one",
        zh: "{path} 不存在：kubelet 无法申请新证书",
    }
}

words! {
    by_design {
        en: "self-signed by design: the cluster CA does not sign it, and nothing renews it while both files exist",
        zh: "自签名是 kubelet 的设计：它不由集群 CA 签发，只要两个文件还在就不会更新",
    }
    renewing_does_not_help {
        en: "renewing /etc/kubernetes/pki does not repair this: it is another certificate",
        zh: "续订 /etc/kubernetes/pki 无法解决此问题：这是另一个证书",
    }
    bootstrap_effect {
        en: "the node is NotReady until the kubelet gets a new certificate",
        zh: "在 kubelet 获得新证书之前，节点为 NotReady",
    }
    owner_act {
        en: "the kubelet's configuration names these files (tlsCertFile): whoever made them makes the next ones",
        zh: "这些文件由 kubelet 配置中的 tlsCertFile 指定：请由其签发者重新签发",
    }
    elsewhere_note {
        en: "(perennial renew leaves it out: another finding says what is wrong with it beside its date)",
        zh: "（perennial renew 会跳过它：另一条结果说明了日期之外的问题）",
    }
    asks_again_note {
        en: "(the kubelet asks the cluster for a new one; approve it: kubectl get csr)",
        zh: "（kubelet 会向集群申请新证书，请批准：kubectl get csr）",
    }
    restart_effect {
        en: "at the next restart of the kubelet or the machine the node is gone, although its certificate is good",
        zh: "kubelet 或机器下次重启后，该节点将不可用，尽管它自己的证书是好的",
    }
    dangling_effect {
        en: "the kubelet does not start again once it stops",
        zh: "kubelet 一旦停止就无法再启动",
    }
    repoint_note {
        en: "(no new certificate and no restart is needed; other fields stay)",
        zh: "（无需新证书，也无需重启；其他字段保持不变）",
    }
    link_note {
        en: "(the key pair stays as it is; the kubelet needs no restart)",
        zh: "（证书和私钥保持不变，kubelet 无需重启）",
    }
    dangling_act {
        en: "put a kubelet client certificate back from a backup, or make a new kubelet.conf on a control plane: kubeadm kubeconfig user --help",
        zh: "从备份恢复 kubelet 客户端证书，或在控制平面节点上生成新的 kubelet.conf：kubeadm kubeconfig user --help",
    }
    refused_effect {
        en: "kubectl logs, exec and port-forward fail on this node",
        zh: "本节点上的 kubectl logs、exec 和 port-forward 会失败",
    }
    unsafe_act {
        en: "repair the kubelet's client certificate first: with it as it is, a restart (which makes a new serving certificate) would lose the node",
        zh: "请先修复 kubelet 的客户端证书：在当前状态下重启（重启会生成新的服务端证书）会使节点失联",
    }
    request_act {
        en: "set serverTLSBootstrap: true in the kubelet's configuration, restart it and approve its request (kubectl get csr)",
        zh: "在 kubelet 配置中设置 serverTLSBootstrap: true，重启 kubelet 并批准其证书请求（kubectl get csr）",
    }
}
