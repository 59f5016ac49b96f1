//! What is said of requests to another CA, and of what came back from it.

use super::Language;
use super::identity::fault;
use super::refusal::Words;
use super::trouble::trouble;
use crate::output::findings::quoted;
use crate::output::{date, exact};
use perennial_core::plan::{Objection, Rejected};

messages! {
    exported(node: &str, n: usize) {
        en: [n: "{node}  {n} request; nothing live was changed", "{node}  {n} requests; nothing live was changed"],
        zh: "{node}  共 {n} 个签发请求，正在使用的文件没有任何更改",
    }
    nothing_external(node: &str) {
        en: "{node}  every CA has its key here: perennial renew",
        zh: "{node}  所有证书机构的密钥都在本节点上：perennial renew",
    }
    written(credential: &str, file: &str) { en: "{credential}: {file}", zh: "{credential}：{file}" }
    present_key(kind: &str) { en: "{kind}, the key that is in use", zh: "{kind}，使用现有密钥" }
    new_key(kind: &str, path: &str) { en: "{kind}, a new key: waits in {path}", zh: "{kind}，新密钥，保存在 {path}" }
    pending_key(kind: &str, path: &str) {
        en: "{kind}, the key of the earlier request: waits in {path} (--force makes another)",
        zh: "{kind}，沿用之前请求的密钥，保存在 {path}（--force 可重新生成）",
    }
    until(date: &str) { en: "the old certificate ends on {date}", zh: "旧证书 {date} 到期" }
    not_exported(reason: &str) { en: "no requests: {reason}", zh: "无法生成签发请求：{reason}" }
}

words! {
    nothing_live { en: "Nothing live was changed.", zh: "正在使用的文件没有任何更改。" }
    then_import {
        en: "when the CA's owner has signed them; or the directory with all that came back",
        zh: "待 CA 管理者签发后执行；也可指定存放全部返回证书的目录",
    }
    nothing_returned {
        en: "there is no certificate in what was given",
        zh: "给出的文件或目录中没有证书",
    }
    send_again { en: "have it sent again, as PEM", zh: "请对方以 PEM 格式重新发送" }
}

words! {
    about {
        en: "For certificates whose CA's key is not on this node: requests for its owner, and what comes back",
        zh: "用于证书机构的密钥不在本节点上的证书：生成签发请求，安装返回的证书",
    }
    usage { en: "perennial csr <export|import> [OPTIONS]", zh: "perennial csr <export|import> [选项]" }
    about_export {
        en: "Make a request for each certificate that another CA signs; its key is made and stays here",
        zh: "为外部 CA 签发的每个证书生成签发请求；密钥留在本节点",
    }
    usage_export {
        en: "perennial csr export [NAME…] [--dir DIR | --out -] [OPTIONS]",
        zh: "perennial csr export [NAME…] [--dir DIR | --out -] [选项]",
    }
    about_import {
        en: "Install what another CA has signed, all of it or nothing, and prove it as renew does",
        zh: "安装外部 CA 签发的证书（全部或都不），并像 renew 一样验证",
    }
    usage_import {
        en: "perennial csr import <FILE…|DIR> [OPTIONS]",
        zh: "perennial csr import <FILE…|DIR> [选项]",
    }
    example_export { en: "one request for each certificate of an external CA", zh: "为外部 CA 签发的每个证书生成一个请求" }
    example_export_one { en: "this one, into the current directory", zh: "只生成这一个，写入当前目录" }
    example_export_stdout { en: "for the key that is in use, to be piped on", zh: "使用现有密钥，输出到管道" }
    example_import_dry { en: "check everything that came back, show the plan", zh: "检查全部返回的证书，显示计划" }
    example_import { en: "show the plan, ask, install, prove", zh: "显示计划，确认，安装，验证" }
    exit_exported { en: "done, or no CA's key is elsewhere", zh: "已完成，或所有证书机构的密钥都在本节点上" }
    exit_left_out { en: "done, but something needs more than a request", zh: "已完成，但有的证书不能只靠签发请求解决" }
    exit_not_exported { en: "refused; nothing live was changed", zh: "拒绝执行；正在使用的文件没有任何更改" }
    arg_names {
        en: "only these, by kubeadm's names (default: all whose CA has no key here)",
        zh: "只处理这些证书（kubeadm 的名称）；\n默认为证书机构的密钥不在本节点上的全部证书",
    }
    arg_dir { en: "where the files NAME.csr go (default: the current directory)", zh: "NAME.csr 文件的目录（默认为当前目录）" }
    arg_out { en: "only -: to stdout instead of files", zh: "只能是 -：输出到 stdout 而不是文件" }
    arg_new_key {
        en: "another new key, although an earlier request waits with one",
        zh: "即使之前的请求已有密钥，也重新生成",
    }
    arg_returned {
        en: "what came back, as PEM; a chain may follow the certificate.\nOf a directory all certificates in it",
        zh: "返回的证书（PEM），后面可以带证书链；\n指定目录时处理其中的全部证书",
    }
}

/// Why nothing of what came back is installed.
pub(super) fn not_installable(language: Language, rejected: &[Rejected], returned: usize) -> Words {
    match rejected {
        [one] => Words {
            sentence: sentence(language, one),
            details: if returned > 1 { vec![none_of(language, returned)] } else { Vec::new() },
            hint: Some(next(language, one)),
        },
        _ => {
            let line = |one: &Rejected| then(language, &sentence(language, one), &next(language, one));
            Words {
                sentence: several(language, rejected.len(), returned),
                details: rejected.iter().map(line).collect(),
                hint: None,
            }
        }
    }
}

fn sentence(language: Language, rejected: &Rejected) -> String {
    let file = rejected.file.as_str();
    let name = rejected.credential.as_deref().unwrap_or_default();
    match &rejected.why {
        Objection::Unusable(why) => trouble(language, file, why),
        Objection::NoRequest { subject } => no_request(language, file, subject),
        Objection::Twice { other } => twice(language, file, name, other.as_str()),
        Objection::OtherSubject { wanted, found } => other_subject(language, file, name, found, wanted),
        Objection::SubjectEncoding { subject } => subject_encoding(language, file, name, subject),
        Objection::IsAuthority => is_authority(language, file, name),
        Objection::NamesMissing { names } => {
            names_missing(language, file, name, &names.join(language.comma()))
        }
        Objection::UsagesMissing { usages } => {
            usages_missing(language, file, name, &usages.join(language.comma()))
        }
        Objection::Expired { at } => expired(language, file, name, &date(*at)),
        Objection::NotYetValid { from } => not_yet_valid(language, file, name, &exact(*from)),
        Objection::Refused { through, reasons } => {
            let reasons: Vec<_> = reasons.iter().map(|reason| fault(language, reason)).collect();
            let reasons = reasons.join(language.semicolon());
            refused(language, file, name, through.as_str(), &reasons)
        }
    }
}

/// The next command: mostly the same request once more, for its CA's owner.
fn next(language: Language, rejected: &Rejected) -> String {
    match (&rejected.why, &rejected.credential) {
        (Objection::Unusable(_), _) => send_again(language).to_owned(),
        (Objection::NotYetValid { .. }, _) => "timedatectl".to_owned(),
        (Objection::Twice { .. }, _) => {
            format!("perennial csr import {} --dry-run", quoted(rejected.file.as_str()))
        }
        (_, Some(name)) => format!("perennial csr export {}", quoted(name)),
        (_, None) => "perennial csr export".to_owned(),
    }
}

messages! {
    several(n: usize, all: usize) {
        en: "{n} of {all} returned files can't be installed, so none is",
        zh: "返回的 {all} 个文件中有 {n} 个无法安装，因此一个也不安装",
    }
    none_of(all: usize) {
        en: "so none of the {all} returned files is installed",
        zh: "因此返回的 {all} 个文件一个也不安装",
    }
    then(sentence: &str, command: &str) { en: "{sentence}: {command}", zh: "{sentence}：{command}" }
    no_request(file: &str, subject: &str) {
        en: "{file}: its key is neither that of a request nor one in use on this node ({subject})",
        zh: "{file}：其密钥既不属于本节点的签发请求，也不是正在使用的密钥（{subject}）",
    }
    twice(file: &str, name: &str, other: &str) {
        en: "{file}: another certificate for {name} is in {other}; give one of them",
        zh: "{file}：{other} 中也有 {name} 的证书；请只给出其中一个",
    }
    other_subject(file: &str, name: &str, found: &str, wanted: &str) {
        en: "{file}: it names {found}, and {name} must go on to be {wanted}",
        zh: "{file}：主体为 {found}，而 {name} 必须仍为 {wanted}",
    }
    subject_encoding(file: &str, name: &str, subject: &str) {
        en: "{file}: its subject reads as that of {name} ({subject}) but was written anew: its order or its types of text differ (openssl ca: -preserveDN)",
        zh: "{file}：主体看起来与 {name} 相同（{subject}），但经过重新编码：顺序或文本类型不同（openssl ca 请使用 -preserveDN）",
    }
    is_authority(file: &str, name: &str) {
        en: "{file}: it is a CA's certificate, and {name} must not be one",
        zh: "{file}：这是证书机构的证书，{name} 不能是证书机构",
    }
    names_missing(file: &str, name: &str, names: &str) {
        en: "{file}: it lacks names that {name} has: {names}",
        zh: "{file}：缺少 {name} 现有的名称：{names}",
    }
    usages_missing(file: &str, name: &str, usages: &str) {
        en: "{file}: it lacks usages that {name} has: {usages}",
        zh: "{file}：缺少 {name} 现有的用途：{usages}",
    }
    expired(file: &str, name: &str, date: &str) {
        en: "{file}: the certificate for {name} expired on {date}",
        zh: "{file}：{name} 的证书已于 {date} 过期",
    }
    not_yet_valid(file: &str, name: &str, from: &str) {
        en: "{file}: the certificate for {name} is valid from {from} UTC: wait, or the clock is wrong",
        zh: "{file}：{name} 的证书自 {from}（UTC）起有效：请等待，或时钟有误",
    }
    refused(file: &str, name: &str, through: &str, reasons: &str) {
        en: "{file}: {name} would be refused by who trusts {through}: {reasons}",
        zh: "{file}：以 {through} 为信任依据的一方会拒绝 {name}：{reasons}",
    }
}
