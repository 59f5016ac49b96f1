//! The passphrase of a CA's key.

words! {
    wrong { en: "That is not the passphrase. Once more, please.", zh: "口令不正确，请重试。" }
    cancelled { en: "stopped before anything was changed", zh: "已停止，没有做任何更改" }
    no_terminal_act {
        en: "there is no terminal to ask on: give the passphrase with --ca-passphrase-file FILE or --ca-passphrase-fd N",
        zh: "没有可供询问的终端：请用 --ca-passphrase-file FILE 或 --ca-passphrase-fd N 提供口令",
    }
    wrong_act {
        en: "different CAs may have different passphrases: --ca-passphrase-file NAME=FILE",
        zh: "不同证书机构的口令可能不同：--ca-passphrase-file NAME=FILE",
    }
    renew_act {
        en: "perennial renew asks for the passphrase, or reads it with --ca-passphrase-file FILE; the file stays encrypted",
        zh: "perennial renew 会询问口令，也可用 --ca-passphrase-file FILE 提供；文件保持加密",
    }
}

messages! {
    question(name: &str, path: &str) {
        en: "Passphrase of the CA {name} ({path}):",
        zh: "证书机构 {name} 的口令（{path}）：",
    }
    wrong_passphrase(name: &str, path: &str) {
        en: "the passphrase does not open the key of the CA {name}: {path}",
        zh: "该口令无法解开证书机构 {name} 的密钥：{path}",
    }
    unreadable(file: &str, reason: &str) {
        en: "the passphrase can't be read from {file}: {reason}",
        zh: "无法从 {file} 读取口令：{reason}",
    }
    unknown_authority(name: &str) {
        en: "--ca-passphrase-file: there is no CA called {name} on this node",
        zh: "--ca-passphrase-file：本节点上没有名为 {name} 的证书机构",
    }
    will_ask(paths: &str, n: usize) {
        en: [n: "{n} CA key is encrypted: {paths}. Its passphrase will be asked for, or read with --ca-passphrase-file; the file stays as it is.", "{n} CA keys are encrypted: {paths}. Their passphrases will be asked for, or read with --ca-passphrase-file; the files stay as they are."],
        zh: "{n} 个 CA 密钥已加密：{paths}。执行时会询问口令，也可用 --ca-passphrase-file 提供；密钥文件保持不变。",
    }
}
