//! What is said of people's kubeconfigs that get a new key and certificate: on a control plane, or on their owner's own
//! machine and back.

use super::Language;
use super::refusal::Words;
use crate::output::{date, exact};
use perennial_core::plan::{NotSigned, NotTaken, Reason};

/// Why an entry is left as it is.
pub(super) fn left(language: Language, reason: Reason) -> &'static str {
    match reason {
        Reason::SystemMasters => left_master(language),
        Reason::MachineIdentity => left_machine(language),
        Reason::KeyDoesNotFit => left_key(language),
        Reason::NotOnlyAClients => left_usage(language),
        Reason::LeadsElsewhere => left_elsewhere(language),
        Reason::NodesOwn => left_own(language),
        Reason::NoKeyHere => left_no_key(language),
        Reason::FileReadOnly => left_read_only(language),
        Reason::NotInPlace => left_not_in_place(language),
        _ => left_unreadable(language),
    }
}

words! {
    left_master {
        en: "left as it is: of system:masters, whose rights nobody can take away; --allow-system-masters signs it",
        zh: "保持原样：属于 system:masters，其权限无法收回；--allow-system-masters 可签发",
    }
    left_machine {
        en: "left as it is: the identity of a node or component, which no person should have: kubeadm kubeconfig user makes one for a person",
        zh: "保持原样：使用的是节点或组件的身份，不应由个人持有；可用 kubeadm kubeconfig user 为个人生成",
    }
    left_key {
        en: "left as it is: its key is not the certificate's, so nothing shows that its holder is who it says",
        zh: "保持原样：密钥与证书不匹配，无法证明持有者就是证书所指的人",
    }
    left_usage {
        en: "left as it is: a CA's or a server's certificate, or one that is not for clients",
        zh: "保持原样：这是证书机构或服务器的证书，或不用于客户端",
    }
    left_elsewhere {
        en: "left as it is: its context leads to a cluster with another CA",
        zh: "保持原样：其上下文指向使用其他证书机构的集群",
    }
    left_own {
        en: "left as it is: it shows the node's own file, which perennial renew renews",
        zh: "保持原样：指向节点自己的文件，由 perennial renew 续订",
    }
    left_no_key {
        en: "left as it is: the key of its CA is not on this node",
        zh: "保持原样：本节点上没有签发它的证书机构的密钥",
    }
    left_read_only {
        en: "left as it is: its owner has made the file read-only (chmod u+w)",
        zh: "保持原样：文件被其所有者设为只读（chmod u+w）",
    }
    left_not_in_place {
        en: "left as it is: its data is shared by YAML anchors, spans several lines, or is half in a file",
        zh: "保持原样：其数据被 YAML 锚点共用、跨多行，或一半在文件中",
    }
    left_unreadable { en: "left as it is: its certificate can't be read", zh: "保持原样：无法读取其证书" }
}

messages! {
    nodes_own(path: &str, credential: &str) {
        en: "{path} is no person's kubeconfig: the node uses it as {credential}",
        zh: "{path} 不是个人的 kubeconfig：节点把它用作 {credential}",
    }
    nothing_of_this_cluster(path: &str) {
        en: "{path} has no client certificate that this cluster's CA has signed",
        zh: "{path} 中没有由本集群证书机构签发的客户端证书",
    }
    no_such_file(path: &str) { en: "{path} is not there", zh: "{path} 不存在" }
    not_signed_other(subject: &str, issuer: &str) {
        en: "not signed: the certificate of {subject} is another cluster's: no CA for clients on this node has signed it (it names {issuer})",
        zh: "不予签发：{subject} 的证书属于其他集群，不是由本节点上的客户端证书机构签发的（其签发者为 {issuer}）",
    }
    not_signed_no_key(authority: &str) {
        en: "not signed: the key of the CA {authority} is not on this node",
        zh: "不予签发：本节点上没有证书机构 {authority} 的密钥",
    }
    not_signed_identity(subject: &str, why: &str) { en: "not signed: {subject} is {why}", zh: "不予签发：{subject} {why}" }
    not_signed_expired(subject: &str, date: &str) {
        en: "not signed: the certificate of {subject} ended on {date}, more than 30 days ago: whoever has it may not be who had it then",
        zh: "不予签发：{subject} 的证书已于 {date} 到期，超过 30 天：现在持有它的人未必是当初的人",
    }
    taken_other_subject(found: &str, wanted: &str) {
        en: "not installed: the certificate names {found}, and the entry is {wanted}",
        zh: "不予安装：证书的主体为 {found}，而条目的身份为 {wanted}",
    }
    taken_expired(date: &str) { en: "not installed: the certificate expired on {date}", zh: "不予安装：证书已于 {date} 过期" }
    taken_not_yet(from: &str) {
        en: "not installed: the certificate is valid from {from} UTC: wait, or the clock is wrong",
        zh: "不予安装：证书自 {from}（UTC）起有效：请等待，或时钟有误",
    }
    taken_other_authority(issuer: &str) {
        en: "not installed: the certificate is signed by {issuer}, which is not the CA of this entry's cluster",
        zh: "不予安装：证书由 {issuer} 签发，而它不是该条目所属集群的证书机构",
    }
    no_pending(files: &str) {
        en: "no key waits for this certificate beside {files}",
        zh: "{files} 旁没有等待此证书的密钥",
    }
    unknown_context(context: &str) { en: "there is no context {context}", zh: "没有上下文 {context}" }
    no_user(context: &str, user: &str) {
        en: "the context {context} leads to a user {user}, which is not there or can't be used",
        zh: "上下文 {context} 指向用户 {user}，而该用户不存在或无法使用",
    }
    not_in_place_of(path: &str, user: &str) {
        en: "{path}: the entry of {user} can't be changed by itself: its data is shared by YAML anchors, spans several lines, or is half in a file",
        zh: "{path}：无法单独更改 {user} 的条目：其数据被 YAML 锚点共用、跨多行，或一半在文件中",
    }
    not_here(what: &str) {
        en: "{what}: only a control plane signs what is refreshed in place",
        zh: "{what}：只有控制平面节点才能直接签发并更新",
    }
    asks(user: &str, server: &str) { en: "{user} at {server}", zh: "{user} @ {server}" }
    identity(subject: &str, date: &str) { en: "{subject}; ends on {date}", zh: "{subject}；{date} 到期" }
    identity_ended(subject: &str, date: &str) { en: "{subject}; ended on {date}", zh: "{subject}；已于 {date} 到期" }
    would_ask(kind: &str) { en: "{kind}, a new key would be made", zh: "{kind}，将生成新密钥" }
    signs(until: &str, kind: &str) { en: "{until}  {kind}, the new key stays where it was made", zh: "{until}  {kind}，新密钥留在生成它的机器上" }
    signed_by(path: &str) { en: "signed by {path}", zh: "由 {path} 签发" }
    signed(subject: &str, date: &str) { en: "signed: {subject}, until {date}", zh: "已签发：{subject}，有效至 {date}" }
    installed(name: &str, from: &str, to: &str) { en: "{name}: {from} → {to}", zh: "{name}：{from} → {to}" }
    already(name: &str, date: &str) { en: "{name}: installed already, good until {date}", zh: "{name}：已安装，有效至 {date}" }
    before(path: &str) { en: "the old file: {path}.before-perennial", zh: "旧文件：{path}.before-perennial" }
    unreadable_paste(what: &str, why: &str) { en: "{what} {why}", zh: "{what}：{why}" }
    failed(reason: &str) { en: "not done: {reason}", zh: "未完成：{reason}" }
}

words! {
    this_machine { en: "this machine is no control plane", zh: "本机不是控制平面节点" }
    signs_nothing {
        en: "this machine has no CA: requests are signed on a control plane",
        zh: "本机没有证书机构：请在控制平面节点上签发请求",
    }
    taken_not_a_clients {
        en: "not installed: the certificate is not for clients alone",
        zh: "不予安装：证书不是仅用于客户端",
    }
    no_context {
        en: "no current context, and none was given (--context NAME)",
        zh: "没有当前上下文，也没有指定（--context NAME）",
    }
    key_not_its {
        en: "its key is not the certificate's: only who holds the key of a certificate can have it continued",
        zh: "其密钥与证书不匹配：只有持有证书密钥的人才能续订",
    }
    no_certificate_given { en: "holds no certificate", zh: "其中没有证书" }
    pasted { en: "what was pasted", zh: "粘贴的内容" }
    paste_request { en: "Paste the request, up to its END line:", zh: "请粘贴请求，直到 END 行：" }
    paste_certificate { en: "Paste the certificate, up to its last END line, then Ctrl-D:", zh: "请粘贴证书，直到最后的 END 行，然后按 Ctrl-D：" }
    on_control_plane {
        en: "on a control plane, as root; it reads what was printed",
        zh: "在控制平面节点上以 root 执行；它读取上面输出的内容",
    }
    then_install { en: "here, with the certificate that it prints", zh: "在本机执行，使用它输出的证书" }
    on_own_machine { en: "where the request was made; it reads what was printed", zh: "在生成请求的机器上执行；它读取上面输出的内容" }
    needs_masters {
        en: "it is of system:masters: sign needs --allow-system-masters",
        zh: "属于 system:masters：签发时需要 --allow-system-masters",
    }
    needs_expired {
        en: "it ended more than 30 days ago: sign needs --allow-expired",
        zh: "到期已超过 30 天：签发时需要 --allow-expired",
    }
    shortened { en: "shortened: the CA ends then", zh: "有效期已缩短：证书机构届时到期" }
    master_note {
        en: "system:masters: no rule of the cluster can take these rights away before that date",
        zh: "system:masters：在该日期之前，集群的任何规则都无法收回这些权限",
    }
    dry_request { en: "Dry run: no key was made.", zh: "试运行：没有生成密钥。" }
    dry_sign { en: "Dry run: nothing was signed.", zh: "试运行：没有签发。" }
    dry_install { en: "Dry run: nothing was changed.", zh: "试运行：没有做任何更改。" }
    is_machine { en: "a node or component, which no person should be", zh: "是节点或组件的身份，不应由个人持有" }
    is_not_client { en: "a CA, a server, or no client", zh: "是证书机构、服务器，或不是客户端" }
    is_master {
        en: "of system:masters, whose rights nobody can take away: --allow-system-masters signs it",
        zh: "属于 system:masters，其权限无法收回：--allow-system-masters 可签发",
    }
}

words! {
    about {
        en: "Give people's kubeconfigs a new key and certificate for the identity that they hold already",
        zh: "为个人的 kubeconfig 换上新的密钥和证书，身份保持不变",
    }
    usage { en: "perennial kubeconfig <refresh|sign> [OPTIONS]", zh: "perennial kubeconfig <refresh|sign> [选项]" }
    about_refresh {
        en: "Give entries that end soon a new key and certificate; the rest of the file stays as it is. On a control plane in place; elsewhere by --request, kubeconfig sign and --install: keys never travel",
        zh: "为即将到期的条目换上新的密钥和证书，文件其余部分保持原样。\n在控制平面节点上直接完成；在其他机器上依次使用 --request、\nkubeconfig sign 和 --install：密钥不离开本机",
    }
    usage_refresh {
        en: "perennial kubeconfig refresh [FILE…] [--request | --install CERT] [OPTIONS]",
        zh: "perennial kubeconfig refresh [FILE…] [--request | --install CERT] [选项]",
    }
    about_sign {
        en: "Sign the request of kubeconfig refresh --request: for the same identity, proven by its present key",
        zh: "签发 kubeconfig refresh --request 的请求：\n身份不变，并由其现有密钥证明",
    }
    usage_sign { en: "perennial kubeconfig sign <REQUEST|-> [OPTIONS]", zh: "perennial kubeconfig sign <REQUEST|-> [选项]" }
    example_dry { en: "what would be refreshed on this control plane", zh: "显示本控制平面节点上将要更新的条目" }
    example_one { en: "this file, whatever its date", zh: "更新此文件，无论是否到期" }
    example_request { en: "on your own machine: a new key stays here, a request is printed", zh: "在自己的机器上：新密钥留在本机，输出请求" }
    example_sign { en: "on a control plane: show who asks, ask, print the certificate", zh: "在控制平面节点上：显示请求者，确认，输出证书" }
    example_install { en: "on your own machine: check it, put it into ~/.kube/config, try it", zh: "在自己的机器上：校验，写入 ~/.kube/config，并试用" }
    example_sign_file { en: "from a file, for 90 days, without a question", zh: "从文件读取，有效期 90 天，不询问" }
    exit_refreshed { en: "done and proven, or nothing to do", zh: "已完成并验证，或无需任何操作" }
    exit_left { en: "done, but an entry that is due was left as it is", zh: "已完成，但有到期的条目保持原样" }
    exit_refuted { en: "installed, and the API server refuses it", zh: "已安装，但 API 服务器不接受" }
    exit_signed { en: "signed, or not confirmed", zh: "已签发，或未确认" }
    exit_not_signed { en: "refused; nothing was signed", zh: "拒绝执行；没有签发" }
    arg_kubeconfigs {
        en: "kubeconfigs. On a control plane by default all that check finds;\nwith --request and --install $KUBECONFIG, else ~/.kube/config",
        zh: "kubeconfig 文件；在控制平面节点上默认为 check 找到的全部文件；\n与 --request、--install 一起使用时默认为 $KUBECONFIG，\n否则为 ~/.kube/config",
    }
    arg_request { en: "make the key here and print a request for kubeconfig sign", zh: "在本机生成密钥，\n输出供 kubeconfig sign 使用的请求" }
    arg_install { en: "put what kubeconfig sign has printed in place (- is stdin)", zh: "安装 kubeconfig sign 输出的证书\n（- 为标准输入）" }
    arg_context { en: "the entry of this context (with --request; default: the current one)", zh: "使用此上下文的条目\n（与 --request 一起使用；默认为当前上下文）" }
    arg_anew { en: "also what does not end soon; with --request another new key", zh: "包括尚未临近到期的条目；\n与 --request 一起使用时重新生成密钥" }
    arg_masters { en: "also identities of system:masters, whose rights nobody can take away", zh: "包括 system:masters 的身份，其权限无法收回" }
    arg_expired { en: "also where the old certificate ended more than 30 days ago", zh: "包括旧证书到期超过 30 天的请求" }
    arg_paste { en: "the request: a file, or - for stdin", zh: "请求：文件，或 - 表示标准输入" }
}

/// Why a request is not signed.
pub(super) fn not_signed(language: Language, why: &NotSigned) -> Words {
    let words = |sentence: String, hint: Option<String>| Words { sentence, details: Vec::new(), hint };
    match why {
        NotSigned::OtherClusters { subject, issuer } => words(
            not_signed_other(language, subject, issuer),
            Some("perennial inspect /etc/kubernetes/pki/ca.crt".to_owned()),
        ),
        NotSigned::NoKeyHere { authority } => words(not_signed_no_key(language, authority), None),
        NotSigned::LongExpired { subject, at } => words(
            not_signed_expired(language, subject, &date(*at)),
            Some("perennial kubeconfig sign - --allow-expired".to_owned()),
        ),
        NotSigned::NotThisIdentity { subject, reason } => {
            let (why, hint) = match reason {
                Reason::MachineIdentity => {
                    (is_machine(language), Some("kubeadm kubeconfig user --client-name NAME".to_owned()))
                }
                Reason::SystemMasters => (
                    is_master(language),
                    Some("perennial kubeconfig sign - --allow-system-masters".to_owned()),
                ),
                _ => (is_not_client(language), None),
            };
            words(not_signed_identity(language, subject, why), hint)
        }
    }
}

/// Why a certificate is not installed.
pub(crate) fn not_taken(language: Language, why: &NotTaken) -> String {
    match why {
        NotTaken::OtherSubject { wanted, found } => taken_other_subject(language, found, wanted),
        NotTaken::NotAClients => taken_not_a_clients(language).to_owned(),
        NotTaken::Expired { at } => taken_expired(language, &date(*at)),
        NotTaken::NotYetValid { from } => taken_not_yet(language, &exact(*from)),
        NotTaken::OtherAuthority { issuer } => taken_other_authority(language, issuer),
    }
}
