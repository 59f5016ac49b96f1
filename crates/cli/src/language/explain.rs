//! What `explain` says beside its pages.

words! {
    about {
        en: "Explain a finding: what it means, what happens if it is ignored, what to do, how to go back",
        zh: "解释检查结果：含义、若不处理的后果、如何处理、如何撤销",
    }
    usage { en: "perennial explain [OPTIONS] [CODE]...", zh: "perennial explain [选项] [CODE]..." }
    argument { en: "PRN1101, prn1101 or 1101; without it, a list of all codes", zh: "PRN1101、prn1101 或 1101；不带时列出所有代码" }
    example_one { en: "the page of a code", zh: "某个代码的说明" }
    example_all { en: "all codes, one line each", zh: "所有代码，每个一行" }
    exit_shown { en: "shown", zh: "已显示" }
    exit_unknown { en: "there is no such code", zh: "没有该代码" }
    more { en: "more", zh: "说明" }
}

messages! {
    unknown(given: &str, near: &str) {
        en: "there is no code {given}; near it: {near}",
        zh: "没有代码 {given}；相近的有：{near}",
    }
    no_code(given: &str) {
        en: "{given} is no code: a code is PRN and four digits, for example PRN1101",
        zh: "{given} 不是代码：代码由 PRN 和四位数字组成，例如 PRN1101",
    }
}

words! {
    seen { en: "Seen", zh: "现象" }
    means { en: "Means", zh: "含义" }
    ignored { en: "If ignored", zh: "若不处理" }
    what_to_do { en: "Do", zh: "处理" }
    undo { en: "Undo", zh: "撤销" }
    tested { en: "How it is tested", zh: "如何测试" }
}
