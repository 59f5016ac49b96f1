//! Saved plans.

use super::Language;
use crate::output::json::saved::NotSaved;

/// Why a file is no plan that can be carried out.
pub(crate) fn no_plan(language: Language, file: &str, why: &NotSaved) -> String {
    match why {
        NotSaved::Malformed(reason) => malformed(language, file, reason),
        NotSaved::OtherKind(kind) => other_kind(language, file, kind),
        NotSaved::Newer(format) => newer(language, file, format),
        NotSaved::Edited => edited(language, file),
    }
}

words! {
    about_plan {
        en: "Show what renew would do, and keep it for apply; nothing is changed",
        zh: "显示 renew 将会做什么，并可保存供 apply 使用；不做任何更改",
    }
    usage_plan { en: "perennial plan [OPTIONS]", zh: "perennial plan [选项]" }
    about_apply {
        en: "Carry out a saved plan, if nothing has changed since it was made",
        zh: "执行已保存的计划，前提是此后没有任何变化",
    }
    usage_apply { en: "perennial apply [OPTIONS] PLAN", zh: "perennial apply [选项] PLAN" }
    arg_out { en: "also write the plan there, for apply (no secret is in it)", zh: "把计划另存于此，供 apply 使用（不含秘密）" }
    arg_exit_code { en: "exit with 1 where the plan has changes", zh: "计划包含更改时以 1 退出" }
    arg_plan { en: "what plan --out has written", zh: "plan --out 写出的文件" }
    example_plan { en: "what would be done", zh: "将会做什么" }
    example_out { en: "keep it, for whoever agrees to it", zh: "保存下来，交由他人批准" }
    example_exit_code { en: "for a script: is there anything to do?", zh: "供脚本使用：是否有事可做？" }
    example_apply { en: "do exactly this, after a look and a yes", zh: "查看并确认后，严格照此执行" }
    example_apply_yes { en: "without the question", zh: "不再询问" }
    exit_planned { en: "shown; there may be nothing to do", zh: "已显示；也可能无事可做" }
    exit_changes { en: "with --exit-code: there are changes; or something due is left out", zh: "使用 --exit-code 时：有更改；或跳过了应续订的内容" }
    only_shown { en: "Nothing was changed. To keep it: perennial plan --out FILE", zh: "没有做任何更改。保存计划：perennial plan --out FILE" }
}

messages! {
    apply_exactly_this(file: &str) {
        en: "Apply exactly this: perennial apply {file}  (refused if anything has changed by then)",
        zh: "严格照此执行：perennial apply {file}（若届时有任何变化则拒绝执行）",
    }
    not_written(file: &str, reason: &str) { en: "the plan can't be written to {file}: {reason}", zh: "无法将计划写入 {file}：{reason}" }
    not_read(file: &str, reason: &str) { en: "{file} can't be read: {reason}", zh: "无法读取 {file}：{reason}" }
    malformed(file: &str, reason: &str) { en: "{file} is no saved plan: {reason}", zh: "{file} 不是已保存的计划：{reason}" }
    other_kind(file: &str, kind: &str) { en: "{file} is no saved plan, but a {kind}", zh: "{file} 不是已保存的计划，而是 {kind}" }
    newer(file: &str, format: &str) {
        en: "{file} was made by a newer perennial (format {format}): make the plan anew",
        zh: "{file} 由更新版本的 perennial 生成（格式 {format}）：请重新生成计划",
    }
    other_node(planned: &str, here: &str) {
        en: "the plan is for the node {planned}, and this is {here}",
        zh: "该计划是为节点 {planned} 制定的，而本节点是 {here}",
    }
    edited(file: &str) {
        en: "{file} was edited after it was made: its digest is another one; make the plan anew",
        zh: "{file} 生成后被修改过：摘要不符；请重新生成计划",
    }
}
