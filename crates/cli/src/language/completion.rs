//! The texts of `completion`.

words! {
    about {
        en: "Print the script with which a shell completes perennial's command line: verbs, flags, certificates, codes",
        zh: "显示供 shell 补全 perennial 命令行的脚本：\n命令、选项、证书名称、代码",
    }
    usage { en: "perennial completion SHELL", zh: "perennial completion SHELL" }
    argument {
        en: "bash, zsh, fish, elvish, powershell; or kubectl, for `kubectl perennial`",
        zh: "bash、zsh、fish、elvish、powershell；或 kubectl\n（用于 `kubectl perennial`）",
    }
    example_bash { en: "for this shell; into ~/.bashrc for every one", zh: "用于当前 shell；写入 ~/.bashrc 则每次生效" }
    example_zsh { en: "for zsh, into a directory of its $fpath", zh: "用于 zsh，写入其 $fpath 中的目录" }
    example_fish { en: "for fish", zh: "用于 fish" }
    example_kubectl { en: "for kubectl; make it executable", zh: "用于 kubectl；需设为可执行" }
    exit_printed { en: "printed", zh: "已显示" }
}
