//! What is wrong with a command line.

use super::Language;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// The sentence about clap's error.
pub(crate) fn usage(language: Language, error: &Error) -> String {
    let context = |kind| error.get(kind).map(value).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let suggestion = context(ContextKind::SuggestedArg);
            if suggestion.is_empty() {
                unknown_argument(language, &argument)
            } else {
                unknown_argument_like(language, &argument, &suggestion)
            }
        }
        ErrorKind::InvalidSubcommand => {
            let name = context(ContextKind::InvalidSubcommand);
            let suggestion = context(ContextKind::SuggestedSubcommand);
            if suggestion.is_empty() {
                unknown_verb(language, &name)
            } else {
                unknown_verb_like(language, &name, &suggestion)
            }
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            verb_missing(language).to_owned()
        }
        ErrorKind::MissingRequiredArgument => argument_missing(language, &argument),
        ErrorKind::InvalidValue => {
            let given = context(ContextKind::InvalidValue);
            let valid = context(ContextKind::ValidValue);
            if given.is_empty() {
                value_missing(language, &argument)
            } else {
                invalid_value(language, &argument, &given, &valid)
            }
        }
        ErrorKind::ValueValidation => refused_value(language, &argument, &context(ContextKind::InvalidValue)),
        ErrorKind::ArgumentConflict => match context(ContextKind::PriorArg) {
            prior if prior.is_empty() || prior == argument => given_twice(language, &argument),
            prior => conflict(language, &argument, &prior),
        },
        ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::NoEquals => value_missing(language, &argument),
        kind => not_understood(language, &kind.to_string()),
    }
}

/// Why a value is refused, by the argument's own kind of value.
fn refused_value(language: Language, argument: &str, given: &str) -> String {
    match argument.split_whitespace().next().unwrap_or_default() {
        "--as-of" => super::graph::wrong_date(language, argument, given),
        // Understood, and refused all the same: only a life can be too short.
        "--validity" if perennial_core::assess::duration(given).is_ok() => {
            too_short(language, argument, given)
        }
        "--warn" | "--crit" | "--since" | "--validity" => wrong_length(language, argument, given),
        "--suppress" => match crate::config::suppress::parse(given) {
            Err(wrong) => super::config::wrong_suppression(language, argument, given, wrong),
            Ok(_) => wrong_value(language, argument, given),
        },
        "--add-san" => wrong_name(language, argument, given),
        "--ca-passphrase-fd" => not_open(language, argument, given),
        "--ca-passphrase-file" => no_file(language, argument, given),
        _ => wrong_value(language, argument, given),
    }
}

fn value(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        other => other.to_string(),
    }
}

words! {
    verb_missing {
        en: "a verb is missing: csr export makes requests, csr import installs what came back; config view shows the settings",
        zh: "缺少命令：csr export 生成签发请求，csr import 安装返回的证书；config view 显示设置",
    }
}

messages! {
    argument_missing(argument: &str) { en: "{argument} is missing", zh: "缺少 {argument}" }
    unknown_argument(argument: &str) { en: "{argument} is not known here", zh: "此处没有 {argument}" }
    unknown_argument_like(argument: &str, like: &str) {
        en: "{argument} is not known here; there is {like}",
        zh: "此处没有 {argument}；可用的有 {like}",
    }
    unknown_verb(name: &str) { en: "there is no verb {name}", zh: "没有命令 {name}" }
    unknown_verb_like(name: &str, like: &str) {
        en: "there is no verb {name}; there is {like}",
        zh: "没有命令 {name}；可用的有 {like}",
    }
    invalid_value(argument: &str, given: &str, valid: &str) {
        en: "{argument}: {given} is none of {valid}",
        zh: "{argument}：{given} 不是下列之一：{valid}",
    }
    value_missing(argument: &str) { en: "{argument} needs a value", zh: "{argument} 需要一个值" }
    wrong_value(argument: &str, given: &str) {
        en: "{argument}: {given} can't be understood",
        zh: "{argument}：无法理解 {given}",
    }
    wrong_name(argument: &str, given: &str) {
        en: "{argument}: {given} is neither a DNS name nor an IP address; give the bare name, for example api.example.com or 10.0.0.10",
        zh: "{argument}：{given} 既不是 DNS 名称，也不是 IP 地址；请只给出名称本身，例如 api.example.com 或 10.0.0.10",
    }
    wrong_length(argument: &str, given: &str) {
        en: "{argument}: {given} can't be understood; give a number and a unit, for example 30d, 12h, 1y or 20%",
        zh: "{argument}：无法理解 {given}；请给出数字和单位，例如 30d、12h、1y 或 20%",
    }
    too_short(argument: &str, given: &str) {
        en: "{argument}: {given} is less than an hour (m means minutes); give days or years, for example 180d or 1y",
        zh: "{argument}：{given} 不足一小时（m 表示分钟）；请使用天或年，例如 180d 或 1y",
    }
    not_open(argument: &str, given: &str) {
        en: "{argument}: {given} is not a file descriptor that is open for reading",
        zh: "{argument}：{given} 不是可读取的已打开文件描述符",
    }
    no_file(argument: &str, given: &str) {
        en: "{argument}: {given} is neither FILE nor NAME=FILE",
        zh: "{argument}：{given} 既不是 FILE，也不是 NAME=FILE",
    }
    conflict(argument: &str, other: &str) {
        en: "{argument} and {other} exclude each other",
        zh: "{argument} 与 {other} 不能同时使用",
    }
    given_twice(argument: &str) { en: "{argument} is given twice", zh: "{argument} 重复给出" }
    not_understood(why: &str) { en: "the command line can't be understood: {why}", zh: "无法理解命令行：{why}" }
    format_unknown(given: &str, known: &str) {
        en: "-o {given} is no form of this verb; there is {known}",
        zh: "此命令没有 -o {given} 这种输出形式；可用的有 {known}",
    }
    root_only_for_check(verb: &str) {
        en: "--root looks at a copied tree; {verb} works on the running node only",
        zh: "--root 用于检查文件副本；{verb} 只能用于运行中的节点",
    }
}

words! {
    context_only_for_request {
        en: "--context chooses the entry of --request; on a control plane name the file",
        zh: "--context 用于选择 --request 的条目；在控制平面节点上请指定文件",
    }
}
