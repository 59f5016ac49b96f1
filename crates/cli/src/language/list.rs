//! What `list` says, and its help.

words! {
    about {
        en: "List every certificate in every place: files, kubeconfigs, the kubelet's store, what is served, what processes hold, objects of the cluster. Nothing is judged but dates; for that there is check",
        zh: "列出每一处的每个证书：文件、kubeconfig、kubelet 的存储目录、\n对外使用的、进程内存中的，以及集群对象中的。\n只看日期，不作其他判断（判断用 check）",
    }
    usage { en: "perennial list [OPTIONS]", zh: "perennial list [选项]" }
    example_table { en: "one row for each place", zh: "每一处一行" }
    example_wide { en: "also subject, issuer, key, serial number, fingerprint", zh: "另外显示主体、颁发者、密钥、序列号和指纹" }
    example_kubeadm {
        en: "the JSON of kubeadm certs check-expiration: existing jq lines work",
        zh: "与 kubeadm certs check-expiration 相同的 JSON，现有的 jq 命令可直接使用",
    }
    example_name { en: "the names that renew --only takes", zh: "renew --only 接受的名称" }
    exit_listed { en: "listed; how much time is left does not change it", zh: "已列出；剩余时间不影响退出码" }

    col_name { en: "NAME", zh: "名称" }
    col_expires { en: "EXPIRES", zh: "到期" }
    col_state { en: "STATE", zh: "状态" }
    col_place { en: "PLACE", zh: "位置" }
    col_subject { en: "SUBJECT", zh: "主体" }
    col_issuer { en: "ISSUER", zh: "颁发者" }
    col_key { en: "KEY", zh: "密钥" }
    col_serial { en: "SERIAL", zh: "序列号" }
    col_fingerprint { en: "SHA-256 FINGERPRINT", zh: "SHA-256 指纹" }
    on_disk { en: "on disk", zh: "磁盘上" }
    served { en: "served", zh: "对外使用" }
    in_memory { en: "in memory", zh: "内存中" }
    in_cluster { en: "in cluster", zh: "集群中" }
    never { en: "never", zh: "永不到期" }
}

messages! {
    unreadable_for_kubeadm(names: &str) {
        en: "can't be read, and stand in the answer without a date: {names}",
        zh: "以下证书无法读取，在结果中没有日期：{names}",
    }
}
