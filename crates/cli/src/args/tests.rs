//! What is understood of a command line, and what its help says.

use super::*;
use clap::FromArgMatches;

#[test]
fn clap_finds_nothing_wrong() {
    command(Language::En).debug_assert();
    command(Language::Zh).debug_assert();
}

#[test]
fn every_argument_of_every_verb_has_a_text() {
    for language in [Language::En, Language::Zh] {
        let root = command(language);
        let second = root.get_subcommands().flat_map(|verb| verb.get_subcommands());
        for verb in std::iter::once(&root).chain(root.get_subcommands()).chain(second) {
            assert!(
                verb.get_about().is_some_and(|about| !about.to_string().is_empty()),
                "{}",
                verb.get_name()
            );
            for argument in verb.get_arguments() {
                let text = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(!text.is_empty(), "{} {}", verb.get_name(), argument.get_id());
            }
        }
    }
}

#[test]
fn the_language_is_known_before_parsing() {
    let of = |words: &[&str]| {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        crate::config::language(&words, &|name| (name == "LANG").then(|| "zh_CN.UTF-8".to_owned()), None).0
    };
    assert_eq!(of(&["perennial", "check"]), Language::Zh);
    assert_eq!(of(&["perennial", "--lang", "en"]), Language::En);
    assert_eq!(of(&["perennial", "--lang=en", "--nonsense"]), Language::En);
    assert_eq!(of(&["perennial", "--lang", "de"]), Language::Zh);
    assert_eq!(of(&["perennial", "--", "--lang=en"]), Language::Zh);
}

#[test]
fn whether_a_program_reads_is_known_before_parsing() {
    let of = |words: &str| {
        let words: Vec<_> = words.split(' ').map(str::to_owned).collect();
        format_wanted(&words, |_| None)
    };
    for json in ["x -o json", "x -ojson", "x -o=json", "x --output json", "x --output=json --nonsense"] {
        assert_eq!(of(json), Some(Format::Json), "{json}");
    }
    assert_eq!(of("x -o json -o table"), Some(Format::Table));
    assert_eq!(of("x --nonsense -o nagios"), Some(Format::Nagios));
    for people in ["x", "x -o", "x --output", "x -- -o json", "x --only json", "x -o xml"] {
        assert_eq!(of(people), None, "{people}");
    }
    let variable = |words: &[&str]| {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        format_wanted(&words, |name| (name == "PERENNIAL_OUTPUT").then(|| "nagios".to_owned()))
    };
    assert_eq!(variable(&["x"]), Some(Format::Nagios));
    assert_eq!(variable(&["x", "-o", "json"]), Some(Format::Json));
}

#[test]
fn a_verb_offers_only_its_own_forms() {
    let refused = |arguments: &[&str]| {
        let error = command(Language::En).try_get_matches_from([&["perennial"], arguments].concat());
        crate::language::usage::usage(Language::En, &error.unwrap_err())
    };
    for (verb, forms) in [
        (&["renew", "-o", "bad"][..], "table, json, yaml"),
        (&["graph", "-o", "name"], "table, json, yaml, dot"),
        (&["list", "-o", "dot"], "table, wide, json, yaml, name, kubeadm"),
        (&["csr", "export", "-o", "wide"], "table, json, yaml"),
        (&["completion", "bash", "-o", "json"], "table"),
    ] {
        let text = refused(verb);
        assert!(text.ends_with(&format!(" is none of {forms}")), "{verb:?}: {text}");
    }
    for (words, format) in [
        (&["list", "-o", "name"][..], Format::Name),
        (&["-o", "json", "renew"], Format::Json),
        (&["csr", "export", "-o", "json"], Format::Json),
        (&["csr", "-o", "json", "export"], Format::Json),
        (&["check", "-o", "text"], Format::Table),
        (&["-o", "dot", "graph"], Format::Dot),
        (&["-o", "json"], Format::Json),
    ] {
        let matches = command(Language::En).try_get_matches_from([&["perennial"], words].concat()).unwrap();
        assert_eq!(Cli::from_arg_matches(&matches).unwrap().global.output, format, "{words:?}");
    }
}

#[test]
fn help_fits_into_eighty_columns() {
    use unicode_width::UnicodeWidthStr;
    for language in [Language::En, Language::Zh] {
        let root = command(language);
        let mut all = vec![vec!["perennial"]];
        for verb in root.get_subcommands() {
            all.push(vec!["perennial", verb.get_name()]);
            let second = verb.get_subcommands();
            all.extend(second.map(|second| vec!["perennial", verb.get_name(), second.get_name()]));
        }
        assert!(all.len() > 15);
        for verb in all {
            let arguments = [&verb[..], &["--help"]].concat();
            let help = command(language).try_get_matches_from(arguments).unwrap_err().to_string();
            for line in help.lines() {
                assert!(line.width() <= 80, "{verb:?}: {line}");
            }
        }
    }
}

#[test]
fn no_certificate_is_made_that_ends_within_the_hour() {
    let parse =
        |life: &str| command(Language::En).try_get_matches_from(["perennial", "renew", "--validity", life]);
    for short in ["1s", "59m", "6m", "3599s", "0d"] {
        assert!(parse(short).is_err(), "{short}");
    }
    for long in ["1h", "60m", "1d", "100y"] {
        assert!(parse(long).is_ok(), "{long}");
    }
}

#[test]
fn limits_need_a_unit() {
    let parse = |limit: &str| command(Language::En).try_get_matches_from(["perennial", "--warn", limit]);
    assert!(parse("30d").is_ok());
    assert!(parse("20%").is_ok());
    assert!(parse("30d,20%").is_ok());
    assert!(parse("30").is_err());
}

#[test]
fn a_value_is_refused_by_its_own_kind() {
    let refused = |arguments: &[&str]| {
        let error = command(Language::En).try_get_matches_from([&["perennial"], arguments].concat());
        crate::language::usage::usage(Language::En, &error.unwrap_err())
    };
    for length in [["--warn", "x"], ["--crit", "x"]] {
        assert!(refused(&length).contains("30d"), "{length:?}");
    }
    assert!(refused(&["renew", "--validity", "x"]).contains("30d"));
    assert!(refused(&["diagnose", "--since", "x"]).contains("30d"));
    assert!(refused(&["renew", "--add-san", "https://x"]).contains("neither a DNS name nor an IP address"));
    assert!(refused(&["graph", "--as-of", "x"]).contains("2027-03-01"));
}
