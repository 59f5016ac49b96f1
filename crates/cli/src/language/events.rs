//! What is said of `--events`.

words! {
    argument {
        en: "tell what happens as lines of JSON, appended to FILE, or on stdout (-; the answer then goes to stderr)",
        zh: "把过程逐行写成 JSON：追加到 FILE 末尾，\n或写到 stdout（-；此时回答写到 stderr）",
    }
    example { en: "a run as a stream of events", zh: "以事件流的形式输出运行过程" }
}

messages! {
    not_opened(file: &str, why: &str) {
        en: "--events {file} can't be opened: {why}",
        zh: "无法打开 --events {file}：{why}",
    }
    lost(file: &str, why: &str) {
        en: "the events can't be written to {file} any more ({why}); the work goes on without them",
        zh: "无法继续向 {file} 写入事件（{why}）；工作照常进行",
    }
    not_read(file: &str) {
        en: "not all events were written to {file}: nobody reads there",
        zh: "未能把全部事件写入 {file}：没有读取方",
    }
    one_stdout(other: &str) {
        en: "stdout can't take both --events - and -o {other}; give --events a file",
        zh: "stdout 不能同时输出 --events - 和 -o {other}；请为 --events 指定一个文件",
    }
}
