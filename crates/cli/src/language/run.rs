//! What is said while a run lasts, and at its end.

use super::Language;
use super::plan::awaited;
use perennial_core::plan::{Action, Step};

/// What to run when something has ended otherwise than expected.
pub(crate) const LOOK: &str = "perennial check";

/// What a step does, in a few words.
pub(crate) fn step(language: Language, step: &Step) -> String {
    match &step.action {
        Action::Backup { .. } => backup(language).to_owned(),
        Action::Stage { renewals } => stage(language, renewals.len()),
        Action::Swap(swap) => exchange(language, &swap.credential),
        Action::Restart { component } => restart(language, component.name()),
        Action::ReleaseLease { component } => lease(language, component.name()),
        Action::Workload => workload(language).to_owned(),
    }
}

/// What a step waits for.
pub(crate) fn waits(language: Language, step: &Step) -> String {
    step.proofs.iter().map(|proof| awaited(language, proof)).collect::<Vec<_>>().join(language.comma())
}

words! {
    backup { en: "backup", zh: "备份" }
    workload { en: "test Deployment", zh: "测试 Deployment" }
    label_failed { en: "failed", zh: "失败" }
    label_state { en: "state", zh: "状态" }
    label_backup { en: "backup", zh: "备份" }
    label_evidence { en: "evidence", zh: "证据" }
    label_files { en: "files", zh: "文件" }
    ctrl_c { en: "Ctrl-C stops at the next safe point", zh: "按 Ctrl-C 会在下一个安全点停止" }
    stopping { en: "stopping after this step", zh: "将在此步骤完成后停止" }
    undoing { en: "taking it back", zh: "正在撤销" }
    undone { en: "taken back", zh: "已撤销" }
    kept_before {
        en: "nothing live was touched: every file is as before",
        zh: "没有触及任何正式文件：一切如前",
    }
    put_back { en: "put back and proven: every file is as before the run", zh: "已恢复并验证：所有文件与运行前相同" }
    in_between {
        en: "the node is in between: some files may be new, others old; the journal is kept",
        zh: "节点处于中间状态：部分文件可能是新的，部分是旧的；运行日志已保留",
    }
    stopped {
        en: "stopped at a safe point: every step so far is whole, the rest was not begun",
        zh: "已在安全点停止：已执行的步骤都是完整的，其余步骤尚未开始",
    }
    go_on_note {
        en: "(finishes or undoes the open run first)",
        zh: "（会先完成或撤销未结束的运行）",
    }
    unhealthy {
        en: "all steps were done, but an edge was refuted afterwards",
        zh: "所有步骤已完成，但之后有连接被否定",
    }
}

messages! {
    stage(n: usize) { en: [n: "{n} new certificate staged", "{n} new certificates staged"], zh: "准备 {n} 个新证书" }
    exchange(credential: &str) { en: "{credential}: exchange", zh: "{credential}：交换" }
    restart(component: &str) { en: "{component}: restart", zh: "{component}：重启" }
    lease(component: &str) { en: "{component}: release the lease", zh: "{component}：释放租约" }
    counts(renewed: usize, restarted: usize) {
        en: "{renewed} renewed, {restarted} restarted",
        zh: "续订 {renewed} 项，重启 {restarted} 项",
    }
    counts_with_copies(renewed: usize, copied: usize, restarted: usize) {
        en: "{renewed} renewed, {copied} copied, {restarted} restarted",
        zh: "续订 {renewed} 项，复制 {copied} 项，重启 {restarted} 项",
    }
    done(node: &str, counts: &str, time: &str) {
        en: "{node}: {counts}, done and proven in {time}",
        zh: "{node}：{counts}，已完成并验证，用时 {time}",
    }
    done_in_part_proven(node: &str, counts: &str, n: usize, time: &str) {
        en: [n: "{node}: {counts}, done in {time}; {n} edge is not proven", "{node}: {counts}, done in {time}; {n} edges are not proven"],
        zh: "{node}：{counts}，已完成，用时 {time}；{n} 个连接未证明",
    }
    nothing_due(node: &str) {
        en: "{node}: nothing to do",
        zh: "{node}：无需任何操作",
    }
    what_failed(step: &str, reason: &str) { en: "{step}: {reason}", zh: "{step}：{reason}" }
    was_stopped(run: &str, time: &str) { en: "{run} was stopped after {time}", zh: "{run} 在 {time} 后被停止" }
    left_off(run: &str, time: &str) { en: "{run} broke off after {time}", zh: "{run} 在 {time} 后中断" }
    stopped_at(run: &str, step: usize, total: usize, time: &str) {
        en: "{run} stopped at step {step} of {total}, after {time}",
        zh: "{run} 在第 {step} 步（共 {total} 步）停止，用时 {time}",
    }
    others(names: &str, n: usize) {
        en: [n: "{n} other control plane not touched: {names}. Run the same command there.", "{n} other control planes not touched: {names}. Run the same command there."],
        zh: "另有 {n} 个控制平面节点未处理：{names}。请在这些节点上执行同一命令。",
    }
    left_open(run: &str, reason: &str) {
        en: "the run {run} is left open: {reason}",
        zh: "运行 {run} 未能结束：{reason}",
    }
    given_up(run: &str) {
        en: "the run {run} is ended; no live file was touched, its backup stays",
        zh: "运行 {run} 已结束；没有改动任何正在使用的文件，备份仍然保留",
    }
    not_open(run: &str) {
        en: "{run} is not an open run of this node",
        zh: "{run} 不是本节点上未结束的运行",
    }
    resumed(run: &str) {
        en: "the open run {run} is taken up first",
        zh: "先处理未结束的运行 {run}",
    }
}
