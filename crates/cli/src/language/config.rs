//! Settings: what is wrong with one, where each comes from, and what `config view` says.

use super::{Language, trouble::trouble};
use crate::config::key::{Allowed, Key};
use crate::config::suppress::Wrong;
use crate::config::{Fault, Origin, Place, What};

/// The one sentence about a setting that can't be used.
pub(crate) fn fault(language: Language, fault: &Fault) -> String {
    let at = place(&fault.place);
    match &fault.what {
        What::NotThere => not_there(language, &at),
        What::Unreadable(why) => trouble(language, &at, why),
        What::WritableByOthers { mode } => writable_by_others(language, &at, &format!("{mode:04o}")),
        What::OfAnother { owner } => of_another(language, &at, *owner),
        What::NoFields => no_fields(language, &at),
        What::Repeated(Some(name)) => repeated(language, &at, name),
        What::Repeated(None) => repeated_somewhere(language, &at),
        What::SecondDocument => second_document(language, &at),
        What::UnknownKey { name, known } => match like(name, known) {
            Some(like) => unknown_key_like(language, &at, name, like),
            None => unknown_key(language, &at, name, &known.join(language.comma())),
        },
        What::WrongValue { key, given } => {
            let name = match &fault.place {
                Place::Variable(_) => at,
                Place::File { .. } => at_key(language, &at, key.name()),
            };
            let allowed = allowed(language, *key);
            if given.is_empty() {
                value_missing(language, &name, &allowed)
            } else {
                wrong_value(language, &name, given, &allowed)
            }
        }
        What::NoList => no_list(language, &at),
        What::NoEntry => no_entry(language, &at),
        What::EntryLacks(name) => entry_lacks(language, &at, name),
        What::NoText(name) => no_text(language, &at, name),
        What::WrongSuppression { given, wrong } => wrong_suppression(language, &at, given, *wrong),
    }
}

/// Why a suppression can't be used.
pub(crate) fn wrong_suppression(language: Language, at: &str, given: &str, wrong: Wrong) -> String {
    match wrong {
        Wrong::Code => no_code(language, at, given),
        Wrong::NeverSilent(code) => never_silent(language, at, &code.to_string()),
        Wrong::Object => no_object(language, at),
        Wrong::Date => no_date(language, at, given),
        Wrong::Reason => no_reason(language, at),
    }
}

/// `file:line`, or the variable's name.
fn place(place: &Place) -> String {
    match place {
        Place::Variable(name) => (*name).to_owned(),
        Place::File { path, line: Some(line) } => format!("{path}:{line}"),
        Place::File { path, line: None } => path.to_string(),
    }
}

/// What a setting can be.
fn allowed(language: Language, key: Key) -> String {
    match key.allowed() {
        Allowed::Words(words) => words.join(language.comma()),
        Allowed::Limit => limits(language).to_owned(),
        Allowed::Life => lives(language).to_owned(),
    }
}

/// The known name that was probably meant. A different case is the usual slip (`failon`, `fail-on`).
fn like<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = |name: &str| name.replace(['-', '_'], "").to_lowercase();
    let near = |known: &str| strsim::jaro(&plain(name), &plain(known));
    let best = known.iter().max_by(|one, other| near(one).total_cmp(&near(other)))?;
    (near(best) > 0.7).then_some(*best)
}

/// Who has set a value.
pub(crate) fn origin(language: Language, origin: &Origin) -> String {
    match origin {
        Origin::Flag(name) | Origin::Variable(name) | Origin::Implied(name) => (*name).to_owned(),
        Origin::File { path, line } => format!("{path}:{line}"),
        Origin::Default => default(language).to_owned(),
    }
}

words! {
    limits {
        en: "a time or a share of life, or both: 30d, 12h, 20%, or 30d,20%",
        zh: "时间、有效期的百分比，或两者：30d、12h、20% 或 30d,20%",
    }
    lives {
        en: "a number and a unit, at least 1h: 1y, 180d, 12h",
        zh: "数字和单位，至少 1h：1y、180d、12h",
    }
    default { en: "default", zh: "默认值" }
    without_config { en: "--config /dev/null leaves it out for one call", zh: "--config /dev/null 可在本次不使用它" }
    col_name { en: "NAME", zh: "名称" }
    col_value { en: "VALUE", zh: "值" }
    col_origin { en: "FROM", zh: "来源" }
    about { en: "What is set, and by whom", zh: "显示各项设置及其来源" }
    usage { en: "perennial config VERB", zh: "perennial config 命令" }
    about_view {
        en: "Show the value of every setting: flag, then PERENNIAL_* variable, then /etc/perennial/config.yaml, then default",
        zh: "显示每项设置的值：依次为命令行参数、PERENNIAL_* 变量、\n/etc/perennial/config.yaml、默认值",
    }
    usage_view { en: "perennial config view [OPTIONS]", zh: "perennial config view [选项]" }
    example_view { en: "what is set, and where each value comes from", zh: "各项设置的值及其来源" }
    example_yaml { en: "as a file with which the same is set", zh: "输出为等效的配置文件" }
    exit_shown { en: "shown", zh: "已显示" }
    exit_bad { en: "a setting or the command line can't be understood", zh: "设置或命令行有误" }
    arg_origin { en: "also who has set it: flag, variable, file and line, or default", zh: "同时显示来源：命令行参数、变量、文件和行号或默认值" }
    arg_config {
        en: "settings (default: PERENNIAL_CONFIG, then /etc/perennial/config.yaml)",
        zh: "配置文件（默认：PERENNIAL_CONFIG，\n其次是 /etc/perennial/config.yaml）",
    }
}

messages! {
    not_there(at: &str) { en: "{at} is not there", zh: "{at} 不存在" }
    writable_by_others(at: &str, mode: &str) {
        en: "{at} may be written by others than its owner (mode {mode}), who could hide findings with it; chmod go-w",
        zh: "除所有者外，其他人也可写入 {at}（权限 {mode}），能够借此隐藏问题；请执行 chmod go-w",
    }
    of_another(at: &str, owner: u32) {
        en: "{at} belongs to the user {owner}, who could hide findings with it; it has to be root's or your own",
        zh: "{at} 属于用户 {owner}，该用户能够借此隐藏问题；它必须属于 root 或您自己",
    }
    no_fields(at: &str) {
        en: "{at}: settings are names with values, for example warn: 30d",
        zh: "{at}：设置由名称和值组成，例如 warn: 30d",
    }
    repeated(at: &str, name: &str) { en: "{at}: {name} is written twice", zh: "{at}：{name} 出现了两次" }
    repeated_somewhere(at: &str) {
        en: "{at}: a name is written twice in one entry of suppress",
        zh: "{at}：suppress 的某一项中有名称出现了两次",
    }
    second_document(at: &str) {
        en: "{at}: a second document begins here, and only one is read",
        zh: "{at}：此处开始了第二个文档，而只会读取一个",
    }
    unknown_key(at: &str, name: &str, known: &str) {
        en: "{at}: there is no setting {name}; there is {known}",
        zh: "{at}：没有名为 {name} 的设置；可用的有 {known}",
    }
    unknown_key_like(at: &str, name: &str, like: &str) {
        en: "{at}: there is no setting {name}; did you mean {like}?",
        zh: "{at}：没有名为 {name} 的设置；您是否想写 {like}？",
    }
    at_key(at: &str, name: &str) { en: "{at}: {name}", zh: "{at}：{name}" }
    wrong_value(at: &str, given: &str, allowed: &str) {
        en: "{at}: {given} can't be used here; allowed: {allowed}",
        zh: "{at}：不能使用 {given}；允许的值：{allowed}",
    }
    value_missing(at: &str, allowed: &str) {
        en: "{at} has no value; allowed: {allowed}",
        zh: "{at} 没有值；允许的值：{allowed}",
    }
    no_list(at: &str) {
        en: "{at}: suppress is a list, each entry with code, reason and until",
        zh: "{at}：suppress 是一个列表，每一项都有 code、reason 和 until",
    }
    no_entry(at: &str) {
        en: "{at}: an entry of suppress has the names code, reason, until and perhaps object",
        zh: "{at}：suppress 的每一项由 code、reason、until 以及可选的 object 组成",
    }
    entry_lacks(at: &str, name: &str) {
        en: "{at}: this entry of suppress lacks {name}; code, reason and until are needed",
        zh: "{at}：suppress 的这一项缺少 {name}；code、reason 和 until 都是必需的",
    }
    no_text(at: &str, name: &str) {
        en: "{at}: the value of {name} is no text; put it into quotes",
        zh: "{at}：{name} 的值不是文本；请加上引号",
    }
    no_code(at: &str, given: &str) {
        en: "{at}: {given} is no code of a finding; codes are PRN and four digits, and perennial explain lists them",
        zh: "{at}：{given} 不是问题代码；代码由 PRN 和四位数字组成，perennial explain 可列出所有代码",
    }
    never_silent(at: &str, code: &str) {
        en: "{at}: {code} can't be suppressed: an unfinished run has left this node in between",
        zh: "{at}：{code} 不能被抑制：未完成的运行使此节点处于中间状态",
    }
    no_object(at: &str) {
        en: "{at}: the object is empty; without one the code counts nowhere, * stands for any text",
        zh: "{at}：对象为空；省略对象则抑制该代码的所有问题，* 表示任意文本",
    }
    no_date(at: &str, given: &str) {
        en: "{at}: until: {given} is no date; a suppression ends on a day, for example 2027-03-01",
        zh: "{at}：until：{given} 不是日期；抑制须在某一天结束，例如 2027-03-01",
    }
    no_reason(at: &str) {
        en: "{at}: the reason is empty; say why it does not count, whoever reads it later needs it",
        zh: "{at}：reason 为空；请写明抑制的理由，供日后查看",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_right_is_known_again() {
        let known: Vec<&str> = Key::ALL.iter().map(|key| key.name()).chain(["suppress"]).collect();
        for (slip, meant) in [
            ("failon", "failOn"),
            ("fail-on", "failOn"),
            ("fail_on", "failOn"),
            ("warning", "warn"),
            ("critical", "crit"),
            ("language", "lang"),
            ("colour", "color"),
            ("supress", "suppress"),
            ("restart-apiserver", "restartApiserver"),
        ] {
            assert_eq!(like(slip, &known), Some(meant), "{slip}");
        }
        assert_eq!(like("xyz", &known), None);
    }
}
