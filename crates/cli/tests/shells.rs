//! What surrounds the binary: a shell that completes, manual pages, kubectl that runs it as a plugin, the terminals that
//! it speaks to.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use unicode_width::UnicodeWidthStr;

const BINARY: &str = env!("CARGO_BIN_EXE_perennial");

/// A command in an environment that has nothing but this.
fn clean(program: &str) -> Command {
    let mut command = Command::new(program);
    let path = format!("{}:/usr/bin:/bin", Path::new(BINARY).parent().unwrap().display());
    command.env_clear().env("PATH", path).env("LANG", "C.UTF-8").stdin(Stdio::null());
    command
}

fn perennial(arguments: &[&str]) -> Command {
    let mut command = clean(BINARY);
    command.args(arguments);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn said(output: &Output) -> String {
    text(&output.stderr)
}

/// What bash offers behind these words, by the very function that `complete` was given.
fn bash(words: &[&str]) -> Vec<String> {
    let script = r#"source <(perennial completion bash)
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_TYPE=9
        registered=$(complete -p perennial); name=${registered##*-F }; name=${name%% *}
        "$name" perennial "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let output = clean("bash").args(["-c", script, "bash"]).args(words).output().unwrap();
    assert_eq!(said(&output), "", "{words:?}");
    text(&output.stdout).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn bash_completes_verbs_flags_words_codes_and_files() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("old.crt"), "").unwrap();
    let file = directory.path().join("old.crt").display().to_string();
    let (beginning, inside) = (&file[..file.len() - 3], format!("--events={file}"));
    for (words, offered) in [
        (&["perennial", "ch"][..], &["check"][..]),
        (&["perennial", "csr", "exp"], &["export"]),
        (&["perennial", "renew", "--on"], &["--only"]),
        (&["perennial", "renew", "-o", ""], &["table", "json"]),
        (&["perennial", "graph", "-o", ""], &["table", "json", "yaml", "dot"]),
        (&["perennial", "--lang", ""], &["en", "zh"]),
        (&["perennial", "renew", "--restart-apiserver", "a"], &["auto", "always"]),
        (&["perennial", "explain", "PRN1201", "PRN4103"], &["PRN4103"]),
        (&["perennial", "completion", "k"], &["kubectl"]),
        (&["perennial", "inspect", beginning], &[file.as_str()]),
        (&["perennial", "verify", &inside[..inside.len() - 1]], &[inside.as_str()]),
        // What packagers alone need is not offered.
        (&["perennial", "ma"], &[]),
        (&["perennial", "nonsense", "x"], &[]),
    ] {
        let found = bash(words);
        assert!(offered.iter().all(|one| found.iter().any(|other| other == one)), "{words:?}: {found:?}");
        assert!(found.len() <= offered.len() + 3, "{words:?}: {found:?}");
    }
    let everything = bash(&["perennial", ""]);
    for verb in verbs() {
        if let [verb] = &verb[..] {
            assert!(everything.contains(verb), "{verb}: {everything:?}");
        }
    }
}

#[test]
fn certificates_are_offered_silently_or_not_at_all() {
    let output = perennial(&["--", "perennial", "renew", "--only", ""])
        .env("PERENNIAL_COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", "3")
        .output()
        .unwrap();
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""));
    // A shell of another kind, or a call that was cut off, is somebody who types: nothing is said to them.
    let output = perennial(&["--", "perennial", "ch"]).env("PERENNIAL_COMPLETE", "csh").output().unwrap();
    assert_eq!((text(&output.stdout), said(&output)), (String::new(), String::new()));
}

#[test]
fn descriptions_are_in_the_operators_language() {
    let fish = |locale: &str| {
        let mut command = perennial(&["--", "perennial", "ver"]);
        let output = command.env("PERENNIAL_COMPLETE", "fish").env("LANG", locale).output().unwrap();
        text(&output.stdout)
    };
    assert!(fish("en_US.UTF-8").contains("version\tPrint the version\n"), "{}", fish("en_US.UTF-8"));
    assert!(fish("zh_CN.UTF-8").contains("version\t显示版本\n"), "{}", fish("zh_CN.UTF-8"));
}

#[test]
fn every_shell_has_a_script_and_bash_can_read_its_own() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell", "kubectl"] {
        let output = perennial(&["completion", shell]).output().unwrap();
        let script = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(script.contains("PERENNIAL_COMPLETE") && script.contains(shell), "{shell}: {script}");
        assert!(!script.contains(BINARY), "it goes with the binary, wherever that is: {script}");
        let reader = match shell {
            "bash" => "bash",
            "kubectl" => "sh",
            _ => continue,
        };
        let checked = clean(reader).args(["-n", "-c", &script]).output().unwrap();
        assert_eq!(said(&checked), "", "{shell}");
    }
}

/// The binary under the name by which kubectl finds it.
fn as_plugin(directory: &Path) -> PathBuf {
    let plugin = directory.join("kubectl-perennial");
    symlink(BINARY, &plugin).unwrap();
    plugin
}

#[test]
fn as_kubectls_plugin_it_tells_commands_that_kubectl_runs() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = as_plugin(directory.path());
    let run = |arguments: &[&str]| clean(plugin.to_str().unwrap()).args(arguments).output().unwrap();
    for language in ["en", "zh"] {
        for verb in [vec![]].into_iter().chain(verbs()) {
            let words: Vec<&str> =
                verb.iter().map(String::as_str).chain(["--lang", language, "--help"]).collect();
            let help = text(&run(&words).stdout);
            let usage = format!("  kubectl perennial {}", verb.join(" "));
            assert!(help.contains(usage.trim_end()), "{verb:?}: {help}");
            for line in help.lines() {
                assert!(line.width() <= 88, "{verb:?}: {line}");
                let bare = line.trim_start().starts_with("perennial ") || line.contains("| perennial ");
                assert!(!bare, "{verb:?}: {line}");
            }
        }
    }
    assert!(said(&run(&["chek"])).contains("kubectl perennial --help"));
    let unprivileged = run(&["explain", "PRN0000"]);
    assert!(said(&unprivileged).contains("kubectl perennial explain"), "{unprivileged:?}");
    let page = text(&run(&["explain", "PRN1201"]).stdout);
    assert!(page.contains("    kubectl perennial renew\n"), "{page}");
    // A program knows it by one name.
    let document = text(&run(&["explain", "PRN0000", "-o", "json"]).stdout);
    assert!(document.contains("\"perennial explain\""), "{document}");
}

#[test]
fn kubectl_asks_for_completions_in_its_own_way() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = as_plugin(directory.path());
    let script = text(&perennial(&["completion", "kubectl"]).output().unwrap().stdout);
    let ask = |words: &[&str]| {
        let path = format!("{}:/usr/bin:/bin", plugin.parent().unwrap().display());
        let output = clean("sh").env("PATH", path).args(["-c", &script, "x"]).args(words).output().unwrap();
        assert_eq!(said(&output), "", "{words:?}");
        text(&output.stdout)
    };
    assert_eq!(ask(&["renew", "-o", ""]), "table\tFor people\njson\tFor programs\nyaml\tFor programs\n:4\n");
    assert!(ask(&["che"]).starts_with("check\tLook at every certificate"), "{}", ask(&["che"]));
    assert_eq!(ask(&["inspect", "/et"]), "/etc/\n:6\n");
    assert_eq!(ask(&["nonsense"]), ":4\n");
}

/// The words of every verb and sub-verb that help shows: each has a manual page.
fn verbs() -> Vec<Vec<String>> {
    let directory = tempfile::tempdir().unwrap();
    let output = perennial(&["man", directory.path().to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let pages = std::fs::read_dir(directory.path().join("man1")).unwrap();
    let names = pages.map(|page| page.unwrap().file_name().into_string().unwrap());
    let words =
        names.filter_map(|name| Some(name.strip_prefix("perennial-")?.strip_suffix(".1")?.to_owned()));
    let mut verbs: Vec<Vec<_>> = words.map(|name| name.split('-').map(str::to_owned).collect()).collect();
    verbs.sort();
    assert!(verbs.len() >= 15, "{verbs:?}");
    verbs
}

#[test]
fn the_goldens_have_the_help_of_every_verb_in_both_languages() {
    for language in ["en", "zh"] {
        let file = format!("{}/tests/cmd/help-{language}.trycmd", env!("CARGO_MANIFEST_DIR"));
        let golden = std::fs::read_to_string(file).unwrap();
        assert!(golden.contains(&format!("\n$ perennial --lang {language} --help\n")));
        for verb in verbs() {
            let call = format!("\n$ perennial {} --lang {language} --help\n", verb.join(" "));
            assert!(golden.contains(&call), "help-{language}.trycmd lacks{call}");
        }
    }
}

/// Commands that are there to be copied stand on one line, whatever its width: they begin with one of these.
const COMMANDS: [&str; 8] =
    ["kubeadm ", "kubectl ", "crictl ", "openssl ", "rm ", "f=/", "perennial ", "systemctl "];

#[test]
fn no_screen_is_wider_than_a_terminal() {
    let root = env!("CARGO_MANIFEST_DIR");
    let files = |directory: &str| {
        let all = std::fs::read_dir(format!("{root}/{directory}")).unwrap();
        all.map(|file| file.unwrap().path()).collect::<Vec<_>>()
    };
    let of_people = |path: &PathBuf| {
        let name = path.to_str().unwrap();
        ["_en.snap", "_zh.snap", ".trycmd"].iter().any(|end| name.ends_with(end))
    };
    let goldens: Vec<_> = [files("src/output/snapshots"), files("tests/cmd")].concat();
    let goldens: Vec<_> = goldens.into_iter().filter(of_people).collect();
    assert!(goldens.len() > 60);
    for golden in goldens {
        let screen = std::fs::read_to_string(&golden).unwrap();
        for line in screen.lines().filter(|line| line.width() > 80) {
            let text = line.trim_start_matches(['·', ' ']);
            let text = ["do ", "处理 "].iter().find_map(|label| text.strip_prefix(label)).unwrap_or(text);
            let command = COMMANDS.iter().any(|command| text.trim_start().starts_with(command));
            // A document for programs is not broken either.
            let document = text.starts_with('"');
            assert!(command || document, "{}: {line}", golden.display());
        }
    }
}

#[test]
fn colours_glyphs_and_languages_follow_the_environment() {
    let shown = |variables: &[(&str, &str)], flags: &[&str]| {
        let output = perennial(&[flags, &["check", "--root", "/nowhere"]].concat())
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(4));
        said(&output)
    };
    let colour = |text: &str| text.contains('\u{1b}');
    assert!(!colour(&shown(&[], &[])), "a pipe has no colours");
    assert!(colour(&shown(&[], &["--color", "always"])));
    assert!(colour(&shown(&[("CLICOLOR_FORCE", "1")], &[])));
    assert!(!colour(&shown(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[])));
    assert!(!colour(&shown(&[("CLICOLOR_FORCE", "1")], &["--color", "never"])));
    assert!(colour(&shown(&[("NO_COLOR", "1")], &["--color", "always"])), "who asks for it gets it");
    for (variables, flags) in
        [(&[][..], &["--ascii"][..]), (&[("LC_ALL", "C")], &[]), (&[("LANG", "de_DE.ISO-8859-1")], &[])]
    {
        let text = shown(variables, flags);
        assert!(text.starts_with("FAIL no Kubernetes on /nowhere") && text.is_ascii(), "{text}");
    }
    assert!(shown(&[], &[]).starts_with("× no Kubernetes"));
    assert!(
        shown(&[("LANG", "zh_CN.UTF-8")], &[]).starts_with("× 此处没有 Kubernetes"),
        "{}",
        shown(&[("LANG", "zh_CN.UTF-8")], &[])
    );
    assert!(shown(&[("LANG", "zh_CN.GB18030")], &[]).is_ascii(), "unreadable there");
}

#[test]
fn manual_pages_are_clean() {
    let directory = tempfile::tempdir().unwrap();
    let output = perennial(&["man", directory.path().to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    for (below, headings) in [
        ("man1", ["NAME", "SYNOPSIS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"]),
        ("zh_CN/man1", ["名称", "概要", "退出码", "环境变量", "文件", "示例"]),
    ] {
        let page = std::fs::read_to_string(directory.path().join(below).join("perennial-renew.1")).unwrap();
        for heading in headings {
            let found = page.lines().any(|line| {
                line.strip_prefix(".SH ").is_some_and(|found| found.trim_matches('"') == heading)
            });
            assert!(found, "{below}: {heading}");
        }
        // Where groff is: not a single warning of any page.
        for page in std::fs::read_dir(directory.path().join(below)).unwrap() {
            let page = page.unwrap().path();
            let rendered = clean("groff").args(["-Kutf8", "-Tutf8", "-ww", "-man"]).arg(&page).output();
            let Ok(rendered) = rendered else { continue };
            assert_eq!(said(&rendered), "", "{}", page.display());
            assert!(rendered.stdout.len() > 500, "{}", page.display());
        }
    }
    let here = text(&perennial(&["man", "--lang", "zh"]).output().unwrap().stdout);
    assert!(
        here.starts_with(".TH PERENNIAL 1 \"\" \"perennial ") || here.contains("\n.TH PERENNIAL 1"),
        "{here}"
    );
}
