//! What manual pages say beside the texts of `--help`.

use super::Language;

/// A text in the language that is asked for.
type Text = fn(Language) -> &'static str;

/// Environment variables.
pub(crate) const VARIABLES: &[(&str, Text)] = &[
    ("PERENNIAL_LANG, LC_ALL, LC_MESSAGES, LANG", variable_language),
    ("NO_COLOR, CLICOLOR_FORCE", variable_color),
    ("TERM, CI", variable_term),
    ("COLUMNS", variable_columns),
];

/// Files and directories.
pub(crate) const FILES: &[(&str, Text)] = &[
    ("/etc/kubernetes", file_kubernetes),
    ("/var/lib/kubelet", file_kubelet),
    ("/var/lib/perennial/runs", file_runs),
    ("/var/lib/perennial/lock", file_lock),
];

words! {
    about { en: "Print perennial(1), or write every manual page into a directory", zh: "显示 perennial(1)，或把所有手册页写入目录" }
    usage { en: "perennial man [DIR]", zh: "perennial man [DIR]" }
    manual { en: "perennial", zh: "perennial 手册" }
    name { en: "NAME", zh: "名称" }
    synopsis { en: "SYNOPSIS", zh: "概要" }
    description { en: "DESCRIPTION", zh: "描述" }
    verbs { en: "VERBS", zh: "命令" }
    examples { en: "EXAMPLES", zh: "示例" }
    exit_status { en: "EXIT STATUS", zh: "退出码" }
    environment { en: "ENVIRONMENT", zh: "环境变量" }
    files { en: "FILES", zh: "文件" }
    see_also { en: "SEE ALSO", zh: "参见" }
    variable_language {
        en: "the language, by the first of them that is set; --lang wins over all",
        zh: "语言，取第一个已设置的变量；--lang 优先于全部变量",
    }
    variable_color {
        en: "no colours; colours in every case. NO_COLOR wins, and --color wins over both",
        zh: "不使用颜色；始终使用颜色。NO_COLOR 优先，--color 优先于两者",
    }
    variable_term {
        en: "TERM=dumb: no colours, nothing is drawn over; CI: nothing is drawn over",
        zh: "TERM=dumb：不使用颜色，不重绘；设置了 CI：不重绘",
    }
    variable_columns {
        en: "the width of lines where no terminal says it (default: 80)",
        zh: "不在终端上时的行宽（默认：80）",
    }
    file_kubernetes {
        en: "certificates, keys, kubeconfigs and manifests of the control plane, where the manifests and flags of this node name nothing else",
        zh: "控制平面的证书、密钥、kubeconfig 和清单文件，除非本节点的清单和参数另有指定",
    }
    file_kubelet { en: "the kubelet's certificates and configuration", zh: "kubelet 的证书和配置" }
    file_runs {
        en: "a directory for each run, for root alone: its journal, and copies of the old files",
        zh: "每次运行一个目录，仅 root 可访问：运行日志和旧文件的副本",
    }
    file_lock { en: "held while perennial works on the node", zh: "perennial 处理节点期间持有的锁" }
    arg_directory {
        en: "where to: man1 and zh_CN/man1 below it",
        zh: "目标目录：写入其下的 man1 和 zh_CN/man1",
    }
}

messages! {
    not_written(directory: &str, why: &str) {
        en: "the manual pages can't be written to {directory}: {why}",
        zh: "无法把手册页写入 {directory}：{why}",
    }
}
