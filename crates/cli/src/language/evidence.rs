//! What is said of the evidence of a run: its help, why a file is refused, what still stands of it.

use super::Language;
use crate::output::json::evidence::NotEvidence;
use std::io::{Error, ErrorKind};

words! {
    about {
        en: "The evidence that each run leaves: which certificates, proven how, how strongly",
        zh: "每次运行留下的证据：涉及哪些证书、如何证明、证明力如何",
    }
    usage { en: "perennial evidence verify FILE", zh: "perennial evidence verify FILE" }
    about_verify {
        en: "Say what still stands of what a run has proven, on the node that it was on (read-only)",
        zh: "在原节点上核对某次运行所证明的内容现在是否仍然成立（只读）",
    }
    usage_verify { en: "perennial evidence verify FILE [OPTIONS]", zh: "perennial evidence verify FILE [选项]" }
    example_copy {
        en: "renew, and keep the evidence where an auditor finds it",
        zh: "续订，并把证据另存一份供审计使用",
    }
    example_verify { en: "later: is everything still as it was proven then?", zh: "日后核对：是否仍与当时证明的一致" }
    arg_evidence {
        en: "also write the evidence of the run there (0644; no key is in it)",
        zh: "把本次运行的证据另存于此（0644，不含私钥）",
    }
    arg_file { en: "the evidence of a run: runs/ID/evidence.json, or a copy of it", zh: "某次运行的证据：runs/ID/evidence.json 或其副本" }
    exit_stands { en: "everything is as it was proven", zh: "一切与当时证明的一致" }
    exit_replaced { en: "something was renewed since, and is good", zh: "有证书此后又续订过，且有效" }
    exit_broken { en: "something is not as it was proven", zh: "有内容与当时证明的不符" }
    exit_unseen { en: "could not look everywhere, or prove everything again", zh: "未能查看全部内容，或未能全部重新证明" }
    exit_foreign { en: "the file was edited, is newer, or is another node's", zh: "文件被修改过、版本较新，或属于其他节点" }
    exit_no_evidence { en: "the command line can't be understood, or the file is no evidence", zh: "命令行有误，或该文件不是证据文件" }

    col_what { en: "WHAT", zh: "对象" }
    col_now { en: "NOW", zh: "现状" }
    this_file { en: "the file", zh: "证据文件" }
    copy_same { en: "whole, and the same as this node has kept", zh: "完整，与本节点保存的一致" }
    copy_gone {
        en: "whole; this node keeps no copy to compare it with",
        zh: "完整；本节点没有可供比对的副本",
    }
    copy_differs { en: "this node has kept another one of this run", zh: "与本节点保存的同一次运行的证据不同" }
    journal_differs {
        en: "the journal of the run is not the one that it was written from",
        zh: "本节点上的运行日志不是生成该证据时的日志",
    }
    ca_same { en: "the same CA", zh: "同一证书机构" }
    ca_replaced { en: "another certificate of the same CA", zh: "同一证书机构的另一证书" }
    ca_unseen { en: "could not be looked at", zh: "未能查看" }
    ca_other { en: "another CA, or none", zh: "不是原来的证书机构，或已不存在" }
    missing { en: "is gone", zh: "已不存在" }
    of_other_authority { en: "of another CA", zh: "由其他证书机构签发" }
    key_differs { en: "its key is not beside it", zh: "旁边的私钥与它不匹配" }
    older { en: "an older one is back", zh: "旧证书又回来了" }
    newer { en: "replaced since", zh: "此后已被替换" }
}

messages! {
    authority(fingerprint: &str, what: &str) { en: "{fingerprint}, {what}", zh: "{fingerprint}，{what}" }
    same(fingerprint: &str) { en: "{fingerprint} as then", zh: "{fingerprint}，与当时相同" }
    other(what: &str, fingerprint: &str, since: &str, until: &str) {
        en: "{what}: {fingerprint}, written {since}, ends {until}",
        zh: "{what}：{fingerprint}，写入于 {since}，{until} 到期",
    }
    unusable(reason: &str) { en: "not to be used: {reason}", zh: "无法使用：{reason}" }
    ended(at: &str) { en: "ended {at}", zh: "已于 {at} 到期" }
    edges(now: usize, then: usize) {
        en: [then: "{now} of {then} edge proven again", "{now} of {then} edges proven again"],
        zh: "{then} 个连接中 {now} 个再次得到证明",
    }
    about_edge(ends: &str, proof: &str) { en: "{ends}: {proof}", zh: "{ends}：{proof}" }
    heading(run: &str, node: &str, at: &str) {
        en: "{run} on {node}, {at}",
        zh: "{run}，节点 {node}，{at}",
    }
    unfinished(outcome: &str) {
        en: "the run had not ended well ({outcome}): the file says what was there then",
        zh: "该运行未正常完成（{outcome}）：文件记录的是当时的状况",
    }
    summary(stand: usize, all: usize) {
        en: "{stand} of {all} as the file says.",
        zh: "{all} 项中 {stand} 项与文件记录一致。",
    }
    replaced(n: usize) { en: "{n} replaced since.", zh: "{n} 项此后已被替换。" }
    unseen(n: usize) { en: "{n} not proven again.", zh: "{n} 项未能重新证明。" }
    broken(n: usize) { en: "{n} not as the file says.", zh: "{n} 项与文件记录不符。" }
    other_node(file: &str, node: &str, here: &str) {
        en: "{file} is of the node {node}, this is {here}: run it there",
        zh: "{file} 属于节点 {node}，而本节点是 {here}：请在该节点上执行",
    }
    not_written(file: &str, reason: &str) {
        en: "the evidence could not be written to {file}: {reason}",
        zh: "无法将证据写入 {file}：{reason}",
    }
    something_else_there(file: &str) {
        en: "{file} is there and is no evidence of a run: choose another name",
        zh: "{file} 已存在且不是证据文件：请换一个名称",
    }
    cut_off(file: &str) { en: "{file} ends in the middle: have it copied again", zh: "{file} 不完整：请重新复制" }
    malformed(file: &str, reason: &str) {
        en: "{file} is no evidence of a run: {reason}",
        zh: "{file} 不是证据文件：{reason}",
    }
    other_kind(file: &str) {
        en: "{file} is no evidence of a run: that has kind Evidence",
        zh: "{file} 不是证据文件：证据文件的 kind 应为 Evidence",
    }
    from_later(file: &str, version: &str) {
        en: "{file} was written by a newer perennial ({version}): use that one",
        zh: "{file} 由较新版本的 perennial 写入（{version}）：请使用该版本",
    }
    edited(file: &str) {
        en: "{file} was changed after it was written: its digest does not fit; the node keeps its own in runs/ID",
        zh: "{file} 写入后被修改过：摘要不符；节点在 runs/ID 中保存有原件",
    }
    absent(file: &str) { en: "{file} is not there", zh: "{file} 不存在" }
    too_large(file: &str) { en: "{file} is larger than any evidence (1 MiB)", zh: "{file} 超过证据文件的大小上限（1 MiB）" }
    not_a_file(file: &str) { en: "{file} is not a regular file", zh: "{file} 不是普通文件" }
    io(file: &str, reason: &str) { en: "{file} can't be read: {reason}", zh: "无法读取 {file}：{reason}" }
}

/// Why a file could not be read.
pub(crate) fn not_read(language: Language, file: &str, error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => absent(language, file),
        ErrorKind::FileTooLarge => too_large(language, file),
        ErrorKind::InvalidInput => not_a_file(language, file),
        _ => io(language, file, &error.to_string()),
    }
}

/// Why what was read is not taken as evidence.
pub(crate) fn not_evidence(language: Language, file: &str, why: &NotEvidence) -> String {
    match why {
        NotEvidence::CutOff => cut_off(language, file),
        NotEvidence::Malformed(reason) => malformed(language, file, reason),
        NotEvidence::OtherKind(_) => other_kind(language, file),
        NotEvidence::Newer(version) => from_later(language, file, version),
        NotEvidence::Edited => edited(language, file),
    }
}
