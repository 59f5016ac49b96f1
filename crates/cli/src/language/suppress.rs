//! Findings that shall not count.

words! {
    arg_suppress {
        en: "do not count this finding in this call: CODE or CODE=OBJECT, * stands for any text; may be repeated",
        zh: "本次不计入此问题：CODE 或 CODE=OBJECT，\n* 表示任意文本；可重复",
    }
    example { en: "for a ticket, without what is known already", zh: "用于工单，不计入已知问题" }
    example_nagios {
        en: "for Nagios and Icinga (NRPE): one line, exit codes 0 to 3",
        zh: "用于 Nagios 和 Icinga（NRPE）：一行输出，退出码 0 至 3",
    }
    for_this_call { en: "for this call", zh: "仅本次" }
}

messages! {
    counted(n: usize) { en: "{n} suppressed", zh: "{n} 项已抑制" }
    until(date: &str) { en: "until {date}", zh: "至 {date} 为止" }
    silenced(what: &str, n: usize, how_long: &str) {
        en: [n: "{what}: {n} finding suppressed {how_long}", "{what}: {n} findings suppressed {how_long}"],
        zh: "{what}：已抑制 {n} 项问题，{how_long}",
    }
    ended(what: &str, n: usize, date: &str) {
        en: [n: "{what}: the suppression has ended on {date}, and {n} finding counts again", "{what}: the suppression has ended on {date}, and {n} findings count again"],
        zh: "{what}：抑制已于 {date} 结束，{n} 项问题重新计入",
    }
    ended_and_empty(what: &str, date: &str) {
        en: "{what}: the suppression has ended on {date} and nothing here needs it; it can go",
        zh: "{what}：抑制已于 {date} 结束，且此处不再需要；可以删除",
    }
    overtaken(what: &str) {
        en: "{what}: another suppression of the same comes first",
        zh: "{what}：另一项抑制已优先适用",
    }
    empty(what: &str) {
        en: "{what}: the suppression fits nothing here",
        zh: "{what}：此处没有与该抑制对应的问题",
    }
    why(reason: &str, origin: &str) { en: "{reason} ({origin})", zh: "{reason}（{origin}）" }
    left_out(n: usize, path: &str) {
        en: [n: "{n} suppression in {path} is for this machine and not used for a copied tree; --config {path} would use it", "{n} suppressions in {path} are for this machine and not used for a copied tree; --config {path} would use them"],
        zh: "{path} 中的 {n} 项抑制用于本机，检查文件副本时不使用；若要使用，请加 --config {path}",
    }
}
