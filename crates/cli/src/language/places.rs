//! What findings about files, their owners' rights, manifests and copies say.

messages! {
    collide(pod: &str, n: usize) {
        en: "{n} manifests define the static pod {pod}, and the kubelet reads them all",
        zh: "有 {n} 个清单文件定义了静态 Pod {pod}，kubelet 会读取所有这些文件",
    }
    collide_refused(pod: &str, n: usize) {
        en: "{n} manifests define the static pod {pod}: nobody can say which files it uses",
        zh: "有 {n} 个清单文件定义了静态 Pod {pod}：无法确定它使用哪些文件",
    }
    flag_differs(flag: &str, values: &str) { en: "{flag}: {values}", zh: "{flag}：{values}" }
    value_in(value: &str, file: &str) { en: "{value} in {file}", zh: "{value}（{file}）" }
    super_admin_used(pod: &str, file: &str) {
        en: "the static pod {pod} uses {file}",
        zh: "静态 Pod {pod} 使用 {file}",
    }
    by_manifest(path: &str) { en: "by {path}", zh: "见 {path}" }
    shared(path: &str, names: &str) {
        en: "{names} share {path}, but not their other file: renewing one would break the other",
        zh: "{names} 共用 {path}，但另一个文件不同：续订其中一个会使另一个失效",
    }
    key_exposed(path: &str) {
        en: "everybody on this machine can read the private key in {path}",
        zh: "本机上的任何用户都能读取 {path} 中的私钥",
    }
    many_keys_exposed(n: usize) {
        en: "everybody on this machine can read the private keys in {n} files",
        zh: "本机上的任何用户都能读取 {n} 个文件中的私钥",
    }
    path_and_mode(path: &str, mode: &str) { en: "{path}: mode {mode}", zh: "{path}：权限 {mode}" }
    label_differs(path: &str) {
        en: "{path} has another SELinux label than the files beside it",
        zh: "{path} 的 SELinux 标签与同目录的其他文件不同",
    }
    many_labels_differ(n: usize) {
        en: "{n} files have other SELinux labels than the files beside them",
        zh: "{n} 个文件的 SELinux 标签与同目录的其他文件不同",
    }
    path_and_label(path: &str, label: &str, usual: &str) {
        en: "{path}: {label}; its neighbours: {usual}",
        zh: "{path}：{label}；同目录其他文件：{usual}",
    }
    path_and_strange_label(path: &str, label: &str) {
        en: "{path}: {label}, as files in homes and /tmp have it",
        zh: "{path}：{label}（主目录或 /tmp 中文件的标签）",
    }
    copy_from(directory: &str, date: &str) {
        en: "perennial's copy in {directory} fits and ends on {date}",
        zh: "perennial 的备份 {directory} 可用，其中的证书到期日为 {date}",
    }
    tokens_of_before_refused(key: &str, accepted: &str) {
        en: "{key} is another key than in perennial's copy, and kube-apiserver no longer accepts tokens that were signed with the old one: its public half is not in {accepted}",
        zh: "{key} 与 perennial 备份中的密钥不同，kube-apiserver 不再接受用旧密钥签发的令牌：{accepted} 中没有旧密钥的公钥",
    }
    token_copies_from(directory: &str) {
        en: "perennial's copies in {directory} fit each other",
        zh: "perennial 在 {directory} 中的备份彼此匹配",
    }
    tokens_refused(signer: &str, key: &str, accepted: &str) {
        en: "{signer} signs service account tokens with {key}, which kube-apiserver does not accept: its public half is not in {accepted}",
        zh: "{signer} 用 {key} 签发服务账号令牌，但 kube-apiserver 不接受：{accepted} 中没有对应的公钥",
    }
}

words! {
    tokens_refused_effect {
        en: "pods that use the API are refused: Unauthorized, invalid bearer token",
        zh: "使用 API 的 Pod 会被拒绝：Unauthorized，invalid bearer token",
    }
    tokens_of_before_effect {
        en: "pods keep failing with Unauthorized until each has a new token: within the hour for mounted ones, never for tokens in Secrets",
        zh: "在拿到新令牌之前，Pod 会一直报 Unauthorized：挂载的令牌一小时内更新，Secret 中的令牌则永远失效",
    }
    tokens_put_back_note {
        en: "(the same pair on every control plane; kube-apiserver and kube-controller-manager read it at their start; not needed where the keys were changed on purpose)",
        zh: "（所有控制平面使用同一对密钥；kube-apiserver 和 kube-controller-manager 在启动时读取；如果是有意更换密钥，则不需要）",
    }
    tokens_refused_act {
        en: "put back the pair that the tokens in use were signed with (sa.key and sa.pub), from a backup or from another control plane: all control planes share one",
        zh: "从备份或其他控制平面节点恢复签发现有令牌的密钥对（sa.key 和 sa.pub）：所有控制平面共用一对",
    }
    token_key_effect {
        en: "who signs or accepts tokens with it does not start again once it stops",
        zh: "用它签发或校验令牌的组件一旦停止就无法再启动",
    }
    token_key_act {
        en: "put it back from a backup or from another control plane: all share one; a new one would make every token invalid",
        zh: "从备份或其他控制平面节点恢复：所有控制平面共用一个；换成新的会使所有令牌失效",
    }
    public_half_note {
        en: "(the public half of the key that signs; kube-apiserver reads it at its start)",
        zh: "（即签发密钥的公钥；kube-apiserver 在启动时读取）",
    }

    no_such_flag { en: "absent", zh: "无" }
    no_flag_differs { en: "their flags are the same", zh: "它们的参数相同" }
    collide_effect {
        en: "which one runs is chance: old flags and old certificate paths may win, and changes may have no effect",
        zh: "运行哪一个全凭偶然：旧参数和旧证书路径可能生效，所做的更改也可能不起作用",
    }
    collide_note {
        en: "(move away the one that should not run; a name that begins with a dot would be ignored, too)",
        zh: "（移走不应运行的那个；以点开头的文件名也会被忽略）",
    }
    collide_hint {
        en: "leave one manifest of it in that directory, then run the command again",
        zh: "在该目录中只保留一个清单文件，然后再次执行命令",
    }
    super_admin_effect {
        en: "it is cluster admin whatever RBAC says (system:masters), and the file exists only on the first control plane",
        zh: "无论 RBAC 如何设置，它都拥有集群管理员权限（system:masters），而且该文件只存在于第一个控制平面节点上",
    }
    super_admin_act {
        en: "let it use admin.conf (or better a kubeconfig of its own); edit a copy elsewhere and move it into place",
        zh: "改用 admin.conf（最好使用专用的 kubeconfig）；请在其他目录编辑副本，再移动到位",
    }
    key_exposed_effect {
        en: "whoever has an account here can act with this identity",
        zh: "在本机有账号的人都能冒用该身份",
    }
    label_effect {
        en: "on an enforcing host containers can't open it (permission denied), although it works on the host",
        zh: "在强制模式的主机上，容器无法打开该文件（permission denied），而在主机上一切正常",
    }
    special_effect {
        en: "it was not opened; its user can't read a certificate or key there",
        zh: "没有打开它；使用它的组件在此无法读到证书或密钥",
    }
    special_act {
        en: "find out who put it there, then put the right file back from a backup",
        zh: "先查明由谁放置，再从备份恢复正确的文件",
    }
    no_copy_act {
        en: "free space on the disk (df -h), then put the file back from a backup or let kubeadm make it again: kubeadm init phase --help",
        zh: "先清理磁盘空间（df -h），再从备份恢复，或由 kubeadm 重新生成：kubeadm init phase --help",
    }
}
