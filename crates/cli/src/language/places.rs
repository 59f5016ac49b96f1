//! What findings about files, their owners' rights, manifests and copies say.

messages! {
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
}

words! {
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
