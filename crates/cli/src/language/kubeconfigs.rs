//! What is said of the kubeconfigs of people and of the network's plugins.

messages! {
    cni_stale(plugin: &str, path: &str, why: &str) {
        en: "the kubeconfig of {plugin}, {path}, is stale: {why}",
        zh: "{plugin} 的 kubeconfig（{path}）已陈旧：{why}",
    }
    token_expired(ago: &str, date: &str) {
        en: "its token expired {ago} ago, on {date}",
        zh: "其令牌已于 {date} 过期（{ago}前）",
    }
    token_ends(left: &str, date: &str) {
        en: "its token ends in {left}, on {date}, and should have been replaced by now",
        zh: "其令牌将在 {left}后到期（{date}），本应已被替换",
    }
    cni_certificate_expired(ago: &str, date: &str) {
        en: "its client certificate expired {ago} ago, on {date}",
        zh: "其客户端证书已于 {date} 过期（{ago}前）",
    }
    cni_certificate_ends(left: &str, date: &str) {
        en: "its client certificate ends in {left}, on {date}",
        zh: "其客户端证书将在 {left}后到期（{date}）",
    }
    authority_ended(date: &str) {
        en: "its copy of the CA expired on {date}",
        zh: "其中的证书机构证书已于 {date} 过期",
    }
    whose(owner: &str, subject: &str) {
        en: "it is {owner}'s, with the identity {subject}; the cluster itself does not use it",
        zh: "它属于 {owner}，身份为 {subject}；集群本身不使用它",
    }
    token_of(namespace: &str, account: &str) {
        en: "the token is that of the service account {namespace}/{account}; only its dates were read, its signature was not checked",
        zh: "令牌属于服务账号 {namespace}/{account}；仅读取了其中的日期，未校验签名",
    }
}

words! {
    cni { en: "network plugins (CNI)", zh: "网络插件（CNI）" }
    other_authority { en: "it trusts another CA than this cluster's", zh: "它信任的证书机构不是本集群的" }
    certificate_of_other {
        en: "its client certificate is not signed by this cluster's CA",
        zh: "其客户端证书不是由本集群的证书机构签发的",
    }
    cni_missing { en: "it is not there", zh: "文件不存在" }
    cni_unusable { en: "it can't be used", zh: "文件无法使用" }
    token_unchecked {
        en: "only the token's dates were read, its signature was not checked",
        zh: "仅读取了令牌中的日期，未校验签名",
    }
    not_in_use {
        en: "the configuration that the container runtime uses does not name it",
        zh: "容器运行时所用的配置没有引用它",
    }
    cni_effect {
        en: "new pods on this node hang in ContainerCreating, although the node is Ready",
        zh: "本节点上新建的 Pod 会停在 ContainerCreating，尽管节点显示 Ready",
    }
    cni_unused_effect {
        en: "nothing, as long as no plugin uses it",
        zh: "只要没有插件使用它，就没有影响",
    }
    cni_note {
        en: "(wherever kubectl works; when the plugin's pod starts it writes the file anew; no certificate is to be renewed)",
        zh: "（在 kubectl 可用之处执行；插件的 Pod 启动时会重写该文件；无需续订证书）",
    }
    cni_act {
        en: "delete this plugin's pod on this node: the next one writes the file anew; no certificate is to be renewed",
        zh: "删除该插件在本节点上的 Pod：新的 Pod 会重写该文件；无需续订证书",
    }
    refresh_note {
        en: "(a key and certificate of its own, for the same identity; the rest of the file stays)",
        zh: "（换上独有的密钥和证书，身份不变；文件其余部分保持原样）",
    }
    person_note {
        en: "(on a control plane; then put what it makes into the kubeconfig in place of the old entry)",
        zh: "（在控制平面节点上执行；再用其结果替换 kubeconfig 中的旧条目）",
    }
}
