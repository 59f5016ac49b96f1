//! The texts of `--help`.

mod arguments;

pub(crate) use arguments::argument;

use super::{
    Language, completion, config, csr, events, evidence, explain, graph, inspect, list, man, refresh, saved,
    suppress, writes,
};

/// A text in the language that is asked for.
type Text = fn(Language) -> &'static str;

/// What the help of a verb says beside its arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Texts {
    /// What it does.
    pub(crate) about: &'static str,
    /// How it is called.
    pub(crate) usage: &'static str,
    /// Examples: a command and what it is for.
    pub(crate) examples: &'static [(&'static str, Text)],
    /// Its exit codes: the number and what it means here.
    pub(crate) exits: &'static [(u8, Text)],
}

/// The texts of a verb, by its name.
pub(crate) fn verb(language: Language, name: &str) -> Texts {
    match name {
        "check" => Texts {
            about: about_check(language),
            usage: usage_check(language),
            examples: &[
                ("perennial check", example_check),
                ("perennial check --warn 60d --fail-on warning", example_check_warn),
                ("perennial check -o nagios --warn 30d --crit 7d", suppress::example_nagios),
                ("perennial check -o short --suppress 'PRN7102=/home/*'", suppress::example),
                ("perennial check --root /mnt/backup -o json", example_check_root),
            ],
            exits: LOOK,
        },
        "list" => Texts {
            about: list::about(language),
            usage: list::usage(language),
            examples: &[
                ("perennial list", list::example_table),
                ("perennial list -o wide", list::example_wide),
                ("perennial list -o kubeadm", list::example_kubeadm),
                ("perennial list -o name", list::example_name),
            ],
            exits: &[
                (0, list::exit_listed),
                (3, exit_blind),
                (4, exit_not_here),
                (64, exit_usage),
                (70, exit_bug),
            ],
        },
        "inspect" => Texts {
            about: inspect::about(language),
            usage: inspect::usage(language),
            examples: &[
                ("perennial inspect /etc/kubernetes/pki/apiserver.crt", inspect::example_file),
                ("perennial inspect ~/.kube/config", inspect::example_kubeconfig),
                ("perennial inspect [::1]:6443 --server-name kubernetes", inspect::example_server),
                ("perennial inspect - < server.csr", inspect::example_stdin),
            ],
            exits: &[(0, inspect::exit_shown), (3, inspect::exit_unread), (64, exit_usage), (70, exit_bug)],
        },
        "graph" => Texts {
            about: graph::about(language),
            usage: graph::usage(language),
            examples: &[
                ("perennial graph", graph::example_tree),
                ("perennial graph --as-of 90d", graph::example_as_of),
                ("perennial graph -o dot | dot -Tsvg > trust.svg", graph::example_dot),
            ],
            exits: &[
                (0, graph::exit_holds),
                (2, graph::exit_breaks),
                (3, exit_blind),
                (4, exit_not_here),
                (64, exit_usage),
                (70, exit_bug),
            ],
        },
        "plan" => Texts {
            about: saved::about_plan(language),
            usage: saved::usage_plan(language),
            examples: &[
                ("perennial plan", saved::example_plan),
                ("perennial plan --out plan.json", saved::example_out),
                ("perennial plan --due --exit-code", saved::example_exit_code),
            ],
            exits: &[
                (0, saved::exit_planned),
                (1, saved::exit_changes),
                (4, exit_refused),
                (64, exit_usage),
                (70, exit_bug),
            ],
        },
        "apply" => Texts {
            about: saved::about_apply(language),
            usage: saved::usage_apply(language),
            examples: &[
                ("perennial apply plan.json", saved::example_apply),
                ("perennial apply plan.json --yes", saved::example_apply_yes),
            ],
            exits: CHANGE,
        },
        "renew" => Texts {
            about: about_renew(language),
            usage: usage_renew(language),
            examples: &[
                ("perennial renew --dry-run", example_renew_dry),
                ("perennial renew", example_renew),
                ("perennial renew --due --yes", example_renew_due),
                ("perennial renew --only apiserver --only admin.conf", example_renew_only),
                ("perennial renew --ca-passphrase-file /run/pass", example_renew_passphrase),
                ("perennial renew --yes --events - | jq -c .", events::example),
                ("perennial renew --watch-api", writes::example_watch_api),
            ],
            exits: CHANGE,
        },
        "reload" => Texts {
            about: about_reload(language),
            usage: usage_reload(language),
            examples: &[
                ("perennial reload --dry-run", example_reload_dry),
                ("perennial reload", example_reload),
                ("perennial reload --watch-api", writes::example_watch_api),
            ],
            exits: CHANGE,
        },
        "csr" => Texts {
            about: csr::about(language),
            usage: csr::usage(language),
            examples: CSR_EXAMPLES,
            exits: CHANGE,
        },
        "csr export" => Texts {
            about: csr::about_export(language),
            usage: csr::usage_export(language),
            examples: &[
                ("perennial csr export --dir /root/requests", csr::example_export),
                ("perennial csr export apiserver-etcd-client", csr::example_export_one),
                ("perennial csr export apiserver --reuse-keys --out -", csr::example_export_stdout),
            ],
            exits: &[
                (0, csr::exit_exported),
                (1, csr::exit_left_out),
                (4, csr::exit_not_exported),
                (64, exit_usage),
                (70, exit_bug),
            ],
        },
        "csr import" => Texts {
            about: csr::about_import(language),
            usage: csr::usage_import(language),
            examples: CSR_EXAMPLES,
            exits: CHANGE,
        },
        "kubeconfig" => Texts {
            about: refresh::about(language),
            usage: refresh::usage(language),
            examples: KUBECONFIG_EXAMPLES,
            exits: REFRESH,
        },
        "kubeconfig refresh" => Texts {
            about: refresh::about_refresh(language),
            usage: refresh::usage_refresh(language),
            examples: KUBECONFIG_EXAMPLES,
            exits: REFRESH,
        },
        "kubeconfig sign" => Texts {
            about: refresh::about_sign(language),
            usage: refresh::usage_sign(language),
            examples: &[
                ("perennial kubeconfig sign -", refresh::example_sign),
                ("perennial kubeconfig sign ada.req --validity 90d --yes", refresh::example_sign_file),
            ],
            exits: &[
                (0, refresh::exit_signed),
                (4, refresh::exit_not_signed),
                (64, exit_usage),
                (70, exit_bug),
            ],
        },
        "verify" => Texts {
            about: about_verify(language),
            usage: usage_verify(language),
            examples: &[
                ("perennial verify", example_verify),
                ("perennial verify --workload", example_verify_workload),
            ],
            exits: &[
                (0, exit_proven),
                (2, exit_refuted),
                (3, exit_blind),
                (4, exit_not_here),
                (64, exit_usage),
                (70, exit_bug),
            ],
        },
        "evidence" => Texts {
            about: evidence::about(language),
            usage: evidence::usage(language),
            examples: EVIDENCE_EXAMPLES,
            exits: EVIDENCE,
        },
        "evidence verify" => Texts {
            about: evidence::about_verify(language),
            usage: evidence::usage_verify(language),
            examples: EVIDENCE_EXAMPLES,
            exits: EVIDENCE,
        },
        "diagnose" => Texts {
            about: about_diagnose(language),
            usage: usage_diagnose(language),
            examples: &[
                ("perennial diagnose", example_diagnose),
                ("perennial diagnose --since 2d", example_diagnose_since),
                ("kubectl get nodes 2>&1 | perennial diagnose -", example_diagnose_stdin),
                ("perennial diagnose --root /mnt/backup kubelet.log -o json", example_diagnose_root),
            ],
            exits: &[
                (0, exit_diagnosed),
                (1, exit_warning),
                (2, exit_diagnosed_critical),
                (3, exit_unread),
                (4, exit_not_here),
                (64, exit_usage),
                (70, exit_bug),
            ],
        },
        "backup" => Texts {
            about: about_backup(language),
            usage: usage_backup(language),
            examples: &[
                ("perennial backup", example_backup),
                ("perennial backup /root/before", example_backup_dir),
            ],
            exits: &[(0, exit_copied), (4, exit_refused), (64, exit_usage), (70, exit_bug)],
        },
        "explain" => Texts {
            about: explain::about(language),
            usage: explain::usage(language),
            examples: &[
                ("perennial explain PRN4103", explain::example_one),
                ("perennial explain", explain::example_all),
            ],
            exits: &[(0, explain::exit_shown), (64, explain::exit_unknown), (70, exit_bug)],
        },
        "config" => Texts {
            about: config::about(language),
            usage: config::usage(language),
            examples: CONFIG_EXAMPLES,
            exits: CONFIG_EXITS,
        },
        "config view" => Texts {
            about: config::about_view(language),
            usage: config::usage_view(language),
            examples: CONFIG_EXAMPLES,
            exits: CONFIG_EXITS,
        },
        "version" => Texts {
            about: about_version(language),
            usage: "perennial version",
            examples: &[],
            exits: &[(0, exit_good_plain)],
        },
        "completion" => Texts {
            about: completion::about(language),
            usage: completion::usage(language),
            examples: &[
                ("source <(perennial completion bash)", completion::example_bash),
                (
                    "perennial completion zsh > /usr/share/zsh/site-functions/_perennial",
                    completion::example_zsh,
                ),
                (
                    "perennial completion fish > /etc/fish/completions/perennial.fish",
                    completion::example_fish,
                ),
                (
                    "perennial completion kubectl > /usr/local/bin/kubectl_complete-perennial",
                    completion::example_kubectl,
                ),
            ],
            exits: &[(0, completion::exit_printed), (64, exit_usage), (70, exit_bug)],
        },
        "man" => Texts {
            about: man::about(language),
            usage: man::usage(language),
            examples: &[],
            exits: &[(0, completion::exit_printed), (4, exit_refused), (64, exit_usage), (70, exit_bug)],
        },
        _ => Texts {
            about: about(language),
            usage: usage(language),
            examples: &[
                ("perennial", example_bare),
                ("perennial check", example_check),
                ("perennial renew --dry-run", example_renew_dry),
            ],
            exits: LOOK,
        },
    }
}

const CSR_EXAMPLES: &[(&str, Text)] = &[
    ("perennial csr export --dir /root/requests", csr::example_export),
    ("perennial csr import /root/signed --dry-run", csr::example_import_dry),
    ("perennial csr import /root/signed", csr::example_import),
    ("perennial csr import /root/signed --watch-api", writes::example_watch_api),
];

const EVIDENCE_EXAMPLES: &[(&str, Text)] = &[
    ("perennial renew --evidence /root/renewal.json", evidence::example_copy),
    ("perennial evidence verify /root/renewal.json", evidence::example_verify),
];

const EVIDENCE: &[(u8, Text)] = &[
    (0, evidence::exit_stands),
    (1, evidence::exit_replaced),
    (2, evidence::exit_broken),
    (3, evidence::exit_unseen),
    (4, evidence::exit_foreign),
    (64, evidence::exit_no_evidence),
    (70, exit_bug),
];

const CONFIG_EXAMPLES: &[(&str, Text)] = &[
    ("perennial config view --origin", config::example_view),
    ("perennial config view -o yaml > config.yaml", config::example_yaml),
];

const CONFIG_EXITS: &[(u8, Text)] = &[(0, config::exit_shown), (64, config::exit_bad), (70, exit_bug)];

const KUBECONFIG_EXAMPLES: &[(&str, Text)] = &[
    ("perennial kubeconfig refresh --dry-run", refresh::example_dry),
    ("perennial kubeconfig refresh /home/ada/.kube/config --force", refresh::example_one),
    ("perennial kubeconfig refresh --request --context prod", refresh::example_request),
    ("perennial kubeconfig sign -", refresh::example_sign),
    ("perennial kubeconfig refresh --install -", refresh::example_install),
];

const REFRESH: &[(u8, Text)] = &[
    (0, refresh::exit_refreshed),
    (1, refresh::exit_left),
    (2, refresh::exit_refuted),
    (4, exit_refused),
    (5, exit_put_back),
    (6, exit_in_between),
    (64, exit_usage),
    (70, exit_bug),
    (130, exit_stopped),
];

const LOOK: &[(u8, Text)] = &[
    (0, exit_good),
    (1, exit_warning),
    (2, exit_critical),
    (3, exit_blind),
    (4, exit_not_here),
    (64, exit_usage),
    (70, exit_bug),
];

const CHANGE: &[(u8, Text)] = &[
    (0, exit_done),
    (1, exit_left_out),
    (4, exit_refused),
    (5, exit_put_back),
    (6, exit_in_between),
    (64, exit_usage),
    (70, exit_bug),
    (130, exit_stopped),
];

/// What follows the arguments: examples and exit codes.
pub(crate) fn after(language: Language, texts: &Texts) -> String {
    let mut out = String::new();
    if !texts.examples.is_empty() {
        out.push_str(heading_examples(language));
        out.push('\n');
        for (command, what) in texts.examples {
            out.push_str(&format!("  {command}\n      {}\n", what(language)));
        }
        out.push('\n');
    }
    out.push_str(heading_exits(language));
    for (number, what) in texts.exits {
        out.push_str(&format!("\n  {number:<4} {}", what(language)));
    }
    out
}

words! {
    heading_usage { en: "USAGE:", zh: "用法:" }
    heading_verbs { en: "VERBS", zh: "命令" }
    heading_arguments { en: "ARGUMENTS", zh: "参数" }
    heading_options { en: "OPTIONS", zh: "选项" }
    heading_global { en: "GLOBAL OPTIONS", zh: "全局选项" }
    heading_examples { en: "EXAMPLES:", zh: "示例:" }
    heading_exits { en: "EXIT CODES:", zh: "退出码:" }

    about {
        en: "Keeps the certificates of kubeadm-style Kubernetes clusters alive. Without a verb: what is dead on this node, what dies next, and the one command to run.",
        zh: "让 kubeadm 方式的 Kubernetes 集群证书保持有效。\n不带命令时：显示本节点上什么已失效、接下来什么会失效，\n以及应执行的那一条命令。",
    }
    usage { en: "perennial [OPTIONS] [VERB]", zh: "perennial [选项] [命令]" }
    about_check {
        en: "Look at every certificate of this node: on disk, served, and in the memory of processes",
        zh: "检查本节点的每个证书：磁盘上的、对外使用的，以及进程内存中的",
    }
    usage_check { en: "perennial check [OPTIONS]", zh: "perennial check [选项]" }
    about_renew {
        en: "Renew the certificates of this node without an outage, and prove it",
        zh: "在不中断服务的情况下续订本节点的证书，并加以验证",
    }
    usage_renew { en: "perennial renew [OPTIONS]", zh: "perennial renew [选项]" }
    about_reload {
        en: "Restart only what holds an older certificate in memory than its file, or one that ends there",
        zh: "只重启内存中仍持有旧证书、或内存中的证书即将到期的进程",
    }
    usage_reload { en: "perennial reload [OPTIONS]", zh: "perennial reload [选项]" }
    about_verify {
        en: "Prove for every connection that the certificate on disk is the one in use (read-only)",
        zh: "逐个连接证明磁盘上的证书就是正在使用的证书（只读）",
    }
    usage_verify { en: "perennial verify [OPTIONS]", zh: "perennial verify [选项]" }
    about_diagnose {
        en: "Say what log lines about certificates mean: whose certificate it is, what it is now, the one command. Without FILE: the journal of this node and the logs of its cluster containers",
        zh: "解释日志中与证书有关的内容：是谁的证书、现在状态如何、\n应执行哪一条命令。不带 FILE 时读取本节点的系统日志\n和集群容器的日志",
    }
    usage_diagnose { en: "perennial diagnose [OPTIONS] [FILE…|-]", zh: "perennial diagnose [选项] [FILE…|-]" }
    about_backup {
        en: "Copy every certificate, key, kubeconfig and manifest of this node",
        zh: "复制本节点的所有证书、密钥、kubeconfig 和清单文件",
    }
    usage_backup { en: "perennial backup [OPTIONS] [DIR]", zh: "perennial backup [选项] [DIR]" }
    about_version { en: "Print the version", zh: "显示版本" }

    example_bare { en: "the shortest answer: what is wrong, and the one command", zh: "最短的回答：哪里有问题，以及应执行的那一条命令" }
    example_check { en: "everything about this node", zh: "本节点的全部情况" }
    example_check_warn { en: "for monitoring: exit 1 from 60 days before the end on", zh: "用于监控：到期前 60 天起退出码为 1" }
    example_check_root { en: "look at a copied tree, for a program", zh: "检查文件副本，输出供程序读取" }
    example_renew_dry { en: "show what would be done, and stop", zh: "显示将要执行的操作，然后停止" }
    example_renew { en: "show the plan, ask, renew, prove", zh: "显示计划，确认，续订，验证" }
    example_renew_due { en: "for a timer: only what ends soon, without a question", zh: "用于定时任务：只续订即将到期的证书，不询问" }
    example_renew_only { en: "these two, and nothing else", zh: "只续订这两个" }
    example_renew_passphrase { en: "the CA's key is encrypted", zh: "CA 密钥已加密" }
    example_reload_dry { en: "show who would be restarted, and why", zh: "显示将重启哪些进程及其原因" }
    example_reload { en: "show the plan, ask, restart one by one, prove", zh: "显示计划，确认，逐个重启，验证" }
    example_verify { en: "one line for each connection, with its proof", zh: "每个连接一行，附依据" }
    example_verify_workload { en: "also run a test Deployment, and remove it", zh: "另外运行一个测试 Deployment，然后删除" }
    example_diagnose { en: "this node's logs of the last hour", zh: "本节点最近一小时的日志" }
    example_diagnose_since { en: "of the last two days", zh: "最近两天的日志" }
    example_diagnose_stdin { en: "what somebody just saw", zh: "刚刚看到的错误" }
    example_diagnose_root { en: "a log and a tree from another node, for a program", zh: "来自另一节点的日志和文件副本，输出供程序读取" }
    example_backup { en: "into a new directory below /var/lib/perennial", zh: "复制到 /var/lib/perennial 下的新目录" }
    example_backup_dir { en: "into a directory of your choice", zh: "复制到指定目录" }

    exit_good { en: "good, or nothing worse than --fail-on asks for", zh: "正常，或没有达到 --fail-on 指定的级别" }
    exit_good_plain { en: "always", zh: "始终" }
    exit_warning { en: "warnings (with --fail-on warning)", zh: "有警告（使用 --fail-on warning 时）" }
    exit_critical { en: "a critical finding", zh: "有严重问题" }
    exit_blind { en: "could not look everywhere; without root always", zh: "未能查看全部内容；非 root 时始终如此" }
    exit_not_here { en: "no kubeadm-style Kubernetes here", zh: "此处没有 kubeadm 方式的 Kubernetes" }
    exit_usage { en: "the command line can't be understood", zh: "命令行有误" }
    exit_bug { en: "a bug in perennial", zh: "perennial 的缺陷" }
    exit_proven { en: "everything is proven", zh: "全部已证明" }
    exit_refuted { en: "something else is in use, or nothing works", zh: "使用的是其他证书，或无法工作" }
    exit_diagnosed { en: "nothing found, or nothing worse than --fail-on asks for", zh: "没有发现问题，或没有达到 --fail-on 指定的级别" }
    exit_diagnosed_critical { en: "something critical is behind the lines", zh: "日志背后有严重问题" }
    exit_unread { en: "a log could not be read; without root the node's own", zh: "有日志无法读取；非 root 时本节点的日志如此" }
    exit_copied { en: "everything is copied", zh: "已全部复制" }
    exit_refused { en: "refused; nothing was changed", zh: "拒绝执行；没有做任何更改" }
    exit_done { en: "done and proven, or nothing to do", zh: "已完成并验证，或无需任何操作" }
    exit_left_out {
        en: "done, but other control planes or an external CA were left out",
        zh: "已完成，但有到期项未包括在内（其他控制平面节点、外部 CA）",
    }
    exit_put_back { en: "failed; everything is as before", zh: "失败；一切如前" }
    exit_in_between { en: "failed; the node is in between, or its health is unproven", zh: "失败；节点处于中间状态，或健康状况未能证明" }
    exit_stopped { en: "stopped with Ctrl-C at a safe point", zh: "按 Ctrl-C 在安全点停止" }
}
