//! What `graph` and `--as-of` say.

words! {
    about {
        en: "Show who trusts whom, through which file, and until when: each connection with the certificates that each side shows the other",
        zh: "显示谁信任谁、以哪个文件为依据、到什么时候为止：\n每个连接以及双方互相出示的证书",
    }
    usage { en: "perennial graph [OPTIONS]", zh: "perennial graph [选项]" }
    example_tree { en: "every connection, the one that breaks first on top", zh: "所有连接，最先中断的排在最前" }
    example_as_of { en: "what is broken in 90 days if nothing is renewed", zh: "如果什么都不续订，90 天后哪些连接会中断" }
    example_dot { en: "as a picture, with Graphviz", zh: "用 Graphviz 生成图片" }
    arg_as_of {
        en: "as of this date, as if nothing were renewed until then: 2027-03-01, or 90d from now",
        zh: "以此日期为准，假设在此之前什么都不续订：\n2027-03-01，或 90d（从现在起）",
    }
    exit_holds { en: "every connection works at that date", zh: "到该日期所有连接都正常" }
    exit_breaks { en: "a connection is broken at that date", zh: "到该日期有连接中断" }

    col_connection { en: "CONNECTION", zh: "连接" }
    col_until { en: "UNTIL", zh: "有效至" }
    col_through { en: "TRUSTED THROUGH", zh: "信任依据" }
    as_server { en: "server", zh: "服务端" }
    as_client { en: "client", zh: "客户端" }
    no_edges { en: "no connection can be judged by what is on this node", zh: "根据本节点上的内容无法判断任何连接" }
}

messages! {
    shown_as(credential: &str, usage: &str) { en: "{credential} ({usage})", zh: "{credential}（{usage}）" }
    all_work(n: usize, date: &str) {
        en: [n: "{n} connection, and it works on {date}", "{n} connections, and all work on {date}"],
        zh: "{n} 个连接，在 {date} 全部正常",
    }
    some_broken(broken: usize, n: usize, date: &str) {
        en: [n: "{broken} of {n} connection is broken on {date}", "{broken} of {n} connections are broken on {date}"],
        zh: "{n} 个连接中有 {broken} 个在 {date} 中断",
    }
    first(edge: &str, date: &str, left: &str, credential: &str) {
        en: "the next to break: {edge} on {date}, in {left}, by {credential}",
        zh: "下一个中断的是 {edge}：{date}，{left}后，原因在 {credential}",
    }
    refused(edge: &str, credential: &str, reasons: &str) {
        en: "{edge}: {credential} is refused: {reasons}",
        zh: "{edge}：{credential} 被拒绝：{reasons}",
    }
    as_of(date: &str) { en: "as of {date}", zh: "以 {date} 为准" }
    in_the_past(given: &str) {
        en: "--as-of {given} is not in the future: what is true now is told without it",
        zh: "--as-of {given} 不在将来：查看现状时不需要此选项",
    }
    wrong_date(argument: &str, given: &str) {
        en: "{argument}: {given} can't be understood; give a date (2027-03-01) or a time from now (90d)",
        zh: "{argument}：无法理解 {given}；请给出日期（2027-03-01）或从现在起的时间（90d）",
    }
}
