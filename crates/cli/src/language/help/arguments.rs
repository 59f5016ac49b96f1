//! What `--help` says of each argument.

use crate::language::{
    Language, completion, config, csr, events, evidence, explain, graph, inspect, man, refresh, saved,
    suppress, writes,
};

use super::about_version;

/// The text of an argument, by its id.
pub(crate) fn argument(language: Language, id: &str) -> Option<&'static str> {
    let text = match id {
        "output" => arg_output,
        "root" => arg_root,
        "config" => config::arg_config,
        "origin" => config::arg_origin,
        "suppress" => suppress::arg_suppress,
        "warn" => arg_warn,
        "crit" => arg_crit,
        "fail_on" => arg_fail_on,
        "lang" => arg_lang,
        "color" => arg_color,
        "ascii" => arg_ascii,
        "no_progress" => arg_no_progress,
        "help" => arg_help,
        "version" => about_version,
        "plan_out" => saved::arg_out,
        "exit_code" => saved::arg_exit_code,
        "saved_plan" => saved::arg_plan,
        "only" => arg_only,
        "due" => arg_due,
        "force" => arg_force,
        "validity" => arg_validity,
        "restart_apiserver" => arg_restart_apiserver,
        "add_san" => arg_add_san,
        "reuse_keys" => arg_reuse_keys,
        "issuer" => arg_issuer,
        "repair_roles" => arg_repair_roles,
        "ca_passphrase_file" => arg_ca_passphrase_file,
        "ca_passphrase_fd" => arg_ca_passphrase_fd,
        "no_workload" => arg_no_workload,
        "give_up" => arg_give_up,
        "dry_run" => arg_dry_run,
        "yes" => arg_yes,
        "workload" => arg_workload,
        "events" => events::argument,
        "secrets" => arg_secrets,
        "as_of" => graph::arg_as_of,
        "what" => inspect::arg_what,
        "server_name" => inspect::arg_server_name,
        "directory" => arg_directory,
        "files" => arg_files,
        "since" => arg_since,
        "names" => csr::arg_names,
        "dir" => csr::arg_dir,
        "out" => csr::arg_out,
        "new_key" => csr::arg_new_key,
        "returned" => csr::arg_returned,
        "evidence" => evidence::arg_evidence,
        "watch_api" => writes::arg_watch_api,
        "file" => evidence::arg_file,
        "kubeconfigs" => refresh::arg_kubeconfigs,
        "request" => refresh::arg_request,
        "install" => refresh::arg_install,
        "context" => refresh::arg_context,
        "anew" => refresh::arg_anew,
        "allow_system_masters" => refresh::arg_masters,
        "allow_expired" => refresh::arg_expired,
        "paste" => refresh::arg_paste,
        "codes" => explain::argument,
        "shell" => completion::argument,
        "man_directory" => man::arg_directory,
        _ => return None,
    };
    Some(text(language))
}

words! {
    arg_output {
        en: "table, json or yaml; check also short, junit, nagios; list also wide, name, kubeadm; graph also dot",
        zh: "table、json、yaml；check 另有 short、junit、\nnagios；list 另有 wide、name、kubeadm；\ngraph 另有 dot",
    }
    arg_root { en: "look at a copied tree instead of this node (verbs that only look)", zh: "检查文件副本而不是本节点（限只查看的命令）" }
    arg_warn { en: "warn below this: 30d, or 20% of life, or below both: 30d,20% (default)", zh: "低于此值即警告：30d、有效期的 20%，\n或两者都低于：30d,20%（默认）" }
    arg_crit { en: "critical below this: 7d, or 5% of life, or below both: 7d,5% (default)", zh: "低于此值即为严重：7d、有效期的 5%，\n或两者都低于：7d,5%（默认）" }
    arg_fail_on {
        en: "warning (default of -o nagios), critical (default) or never",
        zh: "warning（-o nagios 的默认值）、\ncritical（默认）或 never",
    }
    arg_lang { en: "en or zh (default: PERENNIAL_LANG, --config, then the locale)", zh: "en 或 zh（默认：PERENNIAL_LANG、--config，\n其次是 locale）" }
    arg_color { en: "auto (default), always or never", zh: "auto（默认）、always 或 never" }
    arg_ascii { en: "words instead of signs", zh: "用文字代替符号" }
    arg_no_progress { en: "nothing on stderr while it works", zh: "执行过程中不向 stderr 输出进度" }
    arg_help { en: "print help", zh: "显示帮助" }
    arg_only { en: "only this certificate, by kubeadm's name; may be repeated", zh: "只续订此证书（kubeadm 的名称）；可重复" }
    arg_due { en: "only what is below the warning limit", zh: "只续订低于警告线的证书" }
    arg_force { en: "also what an earlier run has just renewed", zh: "包括刚刚续订过的证书" }
    arg_validity { en: "life of the new certificates (default: 1y; never longer than the CA)", zh: "新证书的有效期（默认：1y；不会超过证书机构）" }
    arg_restart_apiserver {
        en: "auto (default: where its in-memory certificate ends first), never or always",
        zh: "auto（默认，仅当其内存中的证书先到期时）、\nnever 或 always",
    }
    arg_add_san {
        en: "one more name or address for kube-apiserver, or for the server that --only names; may be repeated",
        zh: "为 kube-apiserver（或 --only 指定的服务器）\n的证书增加一个名称或地址；可重复",
    }
    arg_issuer {
        en: "who makes keys and certificates: perennial (default) or kubeadm",
        zh: "生成者：perennial（默认）或 kubeadm",
    }
    arg_reuse_keys { en: "keep the private keys", zh: "保留现有私钥" }
    arg_repair_roles {
        en: "add what a certificate's role needs and it lacks; another node's names\nbecome this node's",
        zh: "补上证书角色所需而缺少的内容；\n其他节点的名称改为本节点的名称",
    }
    arg_ca_passphrase_file {
        en: "read the passphrase of an encrypted CA key there (- is stdin);\nNAME=FILE for one CA, may be repeated; without it the terminal is asked",
        zh: "从该文件读取已加密 CA 密钥的口令\n（- 为标准输入）；NAME=FILE 只用于一个 CA，\n可重复；不指定则在终端询问",
    }
    arg_ca_passphrase_fd { en: "the same from an open file descriptor", zh: "同上，从已打开的文件描述符读取" }
    arg_no_workload { en: "without the test Deployment at the end", zh: "最后不运行测试 Deployment" }
    arg_give_up {
        en: "first end this open run without touching a live file",
        zh: "先结束此未完成的运行，不改动现有文件",
    }
    arg_dry_run { en: "show the plan and stop", zh: "显示计划后停止" }
    arg_yes { en: "do not ask", zh: "不询问" }
    arg_workload { en: "also run a test Deployment, and remove it", zh: "另外运行一个测试 Deployment，然后删除" }
    arg_secrets {
        en: "also the certificates in TLS Secrets (no key is kept or shown)",
        zh: "同时检查 TLS Secret 中的证书（不保留也不显示密钥）",
    }
    arg_files { en: "log files in any form; - reads stdin", zh: "任意形式的日志文件；- 表示读取 stdin" }
    arg_since { en: "only lines younger than this: 1h (default for the node's own logs), 2d", zh: "只读取此时间以内的行：1h（本节点日志的默认值）、2d" }
    arg_directory { en: "where to (default: a new directory below /var/lib/perennial)", zh: "目标目录（默认为 /var/lib/perennial 下的新目录）" }
}
