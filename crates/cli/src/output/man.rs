//! Manual pages: the same texts as `--help`, as roff.

use super::wrap::may_break;
use crate::args;
use crate::language::{Language, help, man as say};
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};
use std::io;

/// perennial(1).
pub(crate) fn page(language: Language) -> io::Result<String> {
    let mut root = args::command(language);
    root.build();
    render(language, &root, &[])
}

/// The name and the text of every page.
pub(crate) fn pages(language: Language) -> io::Result<Vec<(String, String)>> {
    let mut root = args::command(language);
    root.build();
    let mut all = vec![("perennial".to_owned(), render(language, &root, &[])?)];
    for verb in shown(&root) {
        let name = verb.get_name();
        all.push((format!("perennial-{name}"), render(language, verb, &[name])?));
        for second in shown(verb) {
            let words = [name, second.get_name()];
            all.push((format!("perennial-{}", words.join("-")), render(language, second, &words)?));
        }
    }
    Ok(all)
}

fn shown(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|verb| !verb.is_hide_set())
}

/// `words`: those behind `perennial`.
fn render(language: Language, command: &Command, words: &[&str]) -> io::Result<String> {
    let name = [&["perennial"], words].concat().join("-");
    let texts = help::verb(language, &words.join(" "));
    // Without a date: the same perennial makes the same pages.
    let (title, version) = (name.to_uppercase(), env!("CARGO_PKG_VERSION"));
    let manual = say::manual(language);
    let mut out = format!(".TH {title} 1 \"\" \"perennial {version}\" \"{manual}\"\n").into_bytes();
    let mut roff = Roff::new();
    if language == Language::Zh {
        // Without spaces there is nothing to stretch a line by.
        roff.control("ad", ["l"]);
    }
    roff.control("SH", [say::name(language)]);
    let about: Vec<&str> = texts.about.lines().collect();
    roff.text([roman(format!("{name} - {}", first_sentence(&about.concat())))]);
    roff.control("SH", [say::synopsis(language)]);
    let rest = texts.usage.strip_prefix("perennial").unwrap_or(texts.usage);
    roff.text([bold("perennial"), roman(rest)]);
    roff.control("SH", [say::description(language)]);
    roff.text([roman(about.concat())]);
    roff.to_writer(&mut out)?;

    Man::new(in_one_line(language, command)).render_options_section(&mut out)?;

    let mut roff = Roff::new();
    if shown(command).next().is_some() {
        roff.control("SH", [say::verbs(language)]);
        for verb in shown(command) {
            roff.control("TP", []);
            roff.text([bold(format!("{name}-{}", verb.get_name())), roman("(1)")]);
            let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
            roff.text([roman(about.lines().collect::<String>())]);
        }
    }
    if !texts.examples.is_empty() {
        roff.control("SH", [say::examples(language)]);
        for (command, what) in texts.examples {
            roff.control("TP", []);
            roff.text([bold(*command)]);
            roff.text([roman(what(language))]);
        }
    }
    roff.control("SH", [say::exit_status(language)]);
    for (number, what) in texts.exits {
        roff.control("TP", ["5"]);
        roff.text([bold(number.to_string())]);
        roff.text([roman(what(language))]);
    }
    let (variables, files) = (say::environment(language), say::files(language));
    for (heading, entries) in [(variables, say::VARIABLES), (files, say::FILES)] {
        roff.control("SH", [heading]);
        for (name, what) in entries {
            roff.control("TP", []);
            roff.text([italic(*name)]);
            roff.text([roman(what(language))]);
        }
    }
    roff.control("SH", [say::see_also(language)]);
    let see = if words.is_empty() {
        "perennial-check(1), perennial-renew(1), perennial-explain(1)"
    } else {
        "perennial(1)"
    };
    roff.text([roman(format!("{see}, kubeadm(1)"))]);
    roff.to_writer(&mut out)?;
    Ok(breakable(&String::from_utf8_lossy(&out)))
}

/// Where `--help` begins a new line roff puts a space, and Chinese has none.
fn in_one_line(language: Language, command: &Command) -> Command {
    let joint = if language == Language::Zh { "" } else { " " };
    command.clone().mut_args(|argument| {
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        argument.help(help.lines().collect::<Vec<_>>().join(joint))
    })
}

/// What `apropos` shows.
fn first_sentence(text: &str) -> &str {
    let end = [". ", ": ", "。", "："].iter().filter_map(|mark| text.find(mark)).min();
    text[..end.unwrap_or(text.len())].trim_end_matches('.')
}

/// Chinese has no spaces: groff is told where a line may be broken. Not the line behind the first heading, which
/// whatis(1) reads as it stands.
fn breakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut headings = 0;
    for line in text.split_inclusive('\n') {
        headings += usize::from(line.starts_with(".SH "));
        if headings < 2 {
            out.push_str(line);
            continue;
        }
        let mut before = None;
        for character in line.chars() {
            let breaks = before.is_some_and(|before| before != ' ' && may_break(before, character));
            if !line.starts_with('.') && breaks {
                out.push_str("\\:");
            }
            out.push(character);
            before = Some(character);
        }
    }
    out
}
