//! What `inspect` says, and its help.

words! {
    about {
        en: "Show what a certificate, chain, request, key, kubeconfig or TLS server says. Of a key only its kind and its public half's fingerprint are shown; no plugin is run",
        zh: "显示证书、证书链、签名请求、密钥、kubeconfig 或 TLS 服务器的内容。\n密钥只显示种类和公钥指纹；不会运行任何插件",
    }
    usage { en: "perennial inspect [OPTIONS] FILE|HOST:PORT|-", zh: "perennial inspect [选项] FILE|HOST:PORT|-" }
    example_file { en: "a certificate: dates, names, usages, whether the key beside it fits", zh: "证书：日期、名称、用途，以及旁边的私钥是否匹配" }
    example_kubeconfig { en: "every user of a kubeconfig, and the CA by which it trusts its server", zh: "kubeconfig 的每个用户，以及它信任服务器所依据的证书机构" }
    example_server { en: "what a server presents for that name (SNI)", zh: "服务器对此名称（SNI）出示的证书" }
    example_stdin { en: "what comes through stdin: here a request", zh: "stdin 的内容：此处为签名请求" }
    arg_what { en: "a file (PEM, DER, kubeconfig), a server ([::1]:6443, cp1:2379), or - for stdin", zh: "文件（PEM、DER、kubeconfig）、服务器（[::1]:6443、cp1:2379），\n或 -（读取 stdin）" }
    arg_server_name { en: "the name that is asked for (SNI); default: the host, if it is a name", zh: "请求的服务器名称（SNI）；默认为主机名" }
    exit_shown { en: "shown, however it is judged", zh: "已显示，不作判断" }
    exit_unread { en: "it can't be read, or does not answer", zh: "无法读取，或没有应答" }

    certificate { en: "certificate", zh: "证书" }
    authority { en: "CA certificate", zh: "证书机构的证书" }
    request { en: "certificate signing request", zh: "证书签名请求" }
    private_key { en: "private key", zh: "私钥" }
    public_key { en: "public key", zh: "公钥" }

    subject { en: "subject", zh: "主体" }
    issuer { en: "issuer", zh: "颁发者" }
    itself { en: "itself", zh: "自签名" }
    names { en: "names", zh: "名称" }
    usages { en: "usages", zh: "用途" }
    begins { en: "begins", zh: "生效" }
    ends { en: "ends", zh: "到期" }
    serial { en: "serial", zh: "序列号" }
    fingerprint { en: "SHA-256", zh: "SHA-256" }
    key { en: "key", zh: "密钥" }
    key_fingerprint { en: "key SHA-256", zh: "公钥指纹" }
    signature { en: "signature", zh: "签名" }
    unknown { en: "unknown", zh: "未知扩展" }
    here { en: "here", zh: "本节点" }
    pair { en: "pair", zh: "配对" }
    server { en: "server", zh: "服务器" }
    trusts { en: "trusts", zh: "信任" }
    proof { en: "shows", zh: "出示" }
    token { en: "a bearer token", zh: "令牌" }
    password { en: "a name and a password", zh: "用户名和密码" }
    nothing { en: "nothing", zh: "无" }
    system_trust { en: "the CAs of the operating system", zh: "操作系统的证书机构" }
    handshake { en: "handshake", zh: "握手" }
    completed { en: "completed", zh: "已完成" }
    accepts { en: "accepts", zh: "接受" }
    never_ends { en: "a bearer token that never ends", zh: "永不到期的令牌" }
}

messages! {
    plugin(name: &str) { en: "what the plugin {name} gives; it was not run", zh: "插件 {name} 提供的凭据（未运行）" }
    numbered(what: &str, n: usize, all: usize) { en: "{what} {n} of {all}", zh: "{what}（第 {n} 个，共 {all} 个）" }
    time_left(at: &str, left: &str) { en: "{at} UTC, {left} left", zh: "{at} UTC，还剩 {left}" }
    time_over(at: &str, ago: &str) { en: "{at} UTC, expired {ago} ago", zh: "{at} UTC，已过期 {ago}" }
    time_to_come(at: &str, left: &str) { en: "{at} UTC, not before {left} from now", zh: "{at} UTC，{left}后才生效" }
    both_numbers(hexadecimal: &str, decimal: &str) { en: "{hexadecimal} (decimal {decimal})", zh: "{hexadecimal}（十进制 {decimal}）" }
    written_as(kind: &str, form: &str) { en: "{kind}, written as {form}", zh: "{kind}，格式为 {form}" }
    extension(oid: &str, bytes: usize) { en: "{oid} ({bytes} bytes)", zh: "{oid}（{bytes} 字节）" }
    critical_extension(oid: &str, bytes: usize) { en: "{oid} (critical, {bytes} bytes)", zh: "{oid}（关键，{bytes} 字节）" }
    fits(path: &str) { en: "belongs to what is in {path}", zh: "与 {path} 中的内容匹配" }
    differs(path: &str) { en: "does not belong to what is in {path}", zh: "与 {path} 中的内容不匹配" }
    current(user: &str) { en: "{user}, current", zh: "{user}（当前）" }
    user(name: &str) { en: "user {name}", zh: "用户 {name}" }
    in_context(user: &str, context: &str) { en: "{user}, context {context}", zh: "{user}，上下文 {context}" }
    certificate_of(subject: &str, until: &str) { en: "{subject}, until {until}", zh: "{subject}，有效至 {until}" }
    token_until(until: &str) { en: "a bearer token, until {until}", zh: "令牌，有效至 {until}" }
    token_file(path: &str) { en: "the bearer token in {path}, which was not read", zh: "{path} 中的令牌（未读取）" }
    other_block(label: &str) { en: "{label}: nothing is known of such a block", zh: "{label}：不认识这种内容" }
    not_there(what: &str) {
        en: "{what} is no file, and no host and port; a server is written as HOST:PORT, for example [::1]:6443",
        zh: "{what} 不是文件，也不是主机和端口；服务器写作 HOST:PORT，例如 [::1]:6443",
    }
    only_servers(what: &str) {
        en: "--server-name is for servers; {what} is a file",
        zh: "--server-name 只用于服务器；{what} 是文件",
    }
    bad_server_name(name: &str) { en: "--server-name: {name} is no host name", zh: "--server-name：{name} 不是主机名" }
}
