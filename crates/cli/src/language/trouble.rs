//! Why something could not be read: completes a sentence that begins with the file or the listener.

use super::Language;
use perennial_core::inventory::{FileKind, Instead, Trouble};

/// The sentence about `object`.
pub(crate) fn trouble(language: Language, object: &str, trouble: &Trouble) -> String {
    match trouble {
        Trouble::PermissionDenied => permission_denied(language, object),
        Trouble::NotRegular(kind) => not_regular(language, object, file_kind(language, *kind)),
        Trouble::LeadsOut { to } => leads_out(language, object, to.as_str()),
        Trouble::LeadsNowhere { to } => leads_nowhere(language, object, to.as_str()),
        Trouble::CutOff => cut_off(language, object),
        Trouble::TooLarge { limit } => too_large(language, object, *limit),
        Trouble::Io(reason) => io(language, object, reason),
        Trouble::NoAnswer(reason) => no_answer(language, object, reason),
        Trouble::Refused(reason) => refused(language, object, reason),
        Trouble::NoHandshake(reason) => no_handshake(language, object, reason),
        Trouble::Empty => empty(language, object),
        Trouble::NoPem => no_pem(language, object),
        Trouble::NoCertificate => no_certificate(language, object),
        Trouble::NoKey => no_key(language, object),
        Trouble::EncryptedKey => encrypted_key(language, object),
        Trouble::Malformed(reason) => malformed(language, object, reason),
        Trouble::NoCurrentContext => no_current_context(language, object),
        Trouble::DanglingReference(name) => dangling(language, object, name),
        Trouble::NamesMissing { path } => names_missing(language, object, path.as_str()),
        Trouble::NoClientCertificate(Instead::Plugin(name)) => by_plugin(language, object, name),
        Trouble::NoClientCertificate(Instead::Token) => by_token(language, object),
        Trouble::NoClientCertificate(Instead::Password) => by_password(language, object),
        Trouble::NoClientCertificate(Instead::Nothing) => no_client_certificate(language, object),
    }
}

/// By what a kubeconfig's user shows who it is instead of a certificate, for a table.
pub(crate) fn instead(language: Language, instead: &Instead) -> String {
    match instead {
        // Of a path its end.
        Instead::Plugin(name) => plugin_not_run(language, name.rsplit('/').next().unwrap_or(name)),
        Instead::Token => token(language).to_owned(),
        Instead::Password => password(language).to_owned(),
        Instead::Nothing => nothing(language).to_owned(),
    }
}

words! {
    token { en: "a token", zh: "令牌" }
    password { en: "a password", zh: "密码" }
    nothing { en: "no certificate", zh: "没有证书" }
}

fn file_kind(language: Language, kind: FileKind) -> &'static str {
    match kind {
        FileKind::Directory => directory(language),
        FileKind::Fifo => fifo(language),
        FileKind::Socket => socket(language),
        FileKind::Device => device(language),
        FileKind::Other => other(language),
    }
}

words! {
    directory { en: "a directory", zh: "目录" }
    fifo { en: "a FIFO", zh: "FIFO（命名管道）" }
    socket { en: "a socket", zh: "套接字" }
    device { en: "a device", zh: "设备文件" }
    other { en: "something else", zh: "其他类型的文件" }
}

messages! {
    permission_denied(object: &str) {
        en: "{object} can't be read: permission denied",
        zh: "无法读取 {object}：权限不足",
    }
    not_regular(object: &str, kind: &str) {
        en: "{object} is not a regular file but {kind}",
        zh: "{object} 不是普通文件，而是{kind}",
    }
    leads_out(object: &str, to: &str) {
        en: "{object} is a symbolic link to {to}: this is no certificate, key or configuration, and was not read",
        zh: "{object} 是指向 {to} 的符号链接：目标不是证书、密钥或配置文件，因此没有读取",
    }
    leads_nowhere(object: &str, to: &str) {
        en: "{object} is a symbolic link to {to}, which does not exist",
        zh: "{object} 是指向 {to} 的符号链接，但目标不存在",
    }
    names_missing(object: &str, path: &str) {
        en: "{object} names {path}, which does not exist",
        zh: "{object} 引用的 {path} 不存在",
    }
    cut_off(object: &str) {
        en: "{object} is cut off: it ends in the middle",
        zh: "{object} 不完整：内容在中途截断",
    }
    too_large(object: &str, limit: u64) {
        en: "{object} is larger than {limit} bytes: this is no certificate, key or configuration",
        zh: "{object} 大于 {limit} 字节，不可能是证书、密钥或配置文件",
    }
    io(object: &str, reason: &str) {
        en: "{object} can't be read: {reason}",
        zh: "无法读取 {object}：{reason}",
    }
    no_answer(object: &str, reason: &str) {
        en: "{object} does not answer: {reason}",
        zh: "{object} 没有应答：{reason}",
    }
    refused(object: &str, reason: &str) {
        en: "the API server does not allow the look at {object}: {reason}",
        zh: "API 服务器不允许查看 {object}：{reason}",
    }
    no_handshake(object: &str, reason: &str) {
        en: "{object} answers, but refuses every TLS handshake: {reason}",
        zh: "{object} 有应答，但拒绝 TLS 握手：{reason}",
    }
    empty(object: &str) {
        en: "{object} is empty",
        zh: "{object} 是空的",
    }
    no_pem(object: &str) {
        en: "{object} holds no PEM block that Go can read",
        zh: "{object} 中没有 Go 能够读取的 PEM 块",
    }
    no_certificate(object: &str) {
        en: "{object} holds no certificate",
        zh: "{object} 中没有证书",
    }
    no_key(object: &str) {
        en: "{object} holds no private key",
        zh: "{object} 中没有私钥",
    }
    encrypted_key(object: &str) {
        en: "{object} holds an encrypted private key: Kubernetes components can't read it",
        zh: "{object} 中的私钥是加密的，Kubernetes 组件无法读取",
    }
    malformed(object: &str, reason: &str) {
        en: "{object} is malformed: {reason}",
        zh: "{object} 的内容有误：{reason}",
    }
    no_current_context(object: &str) {
        en: "{object} names no current-context",
        zh: "{object} 没有指定 current-context",
    }
    dangling(object: &str, name: &str) {
        en: "{object} refers to {name}, which it does not define",
        zh: "{object} 引用了 {name}，但其中没有定义",
    }
    by_plugin(object: &str, name: &str) {
        en: "{object} uses the exec plugin {name}, which was not run: there is no certificate to renew",
        zh: "{object} 使用 exec 插件 {name}（没有运行它）：没有可续订的证书",
    }
    by_token(object: &str) {
        en: "{object} uses a token: there is no certificate to renew",
        zh: "{object} 使用令牌：没有可续订的证书",
    }
    by_password(object: &str) {
        en: "{object} uses a user name and a password: there is no certificate to renew",
        zh: "{object} 使用用户名和密码：没有可续订的证书",
    }
    plugin_not_run(name: &str) { en: "plugin {name}, not run", zh: "插件 {name}，未运行" }
    no_client_certificate(object: &str) {
        en: "{object} has no client certificate for its current user",
        zh: "{object} 的当前用户没有客户端证书",
    }
}
