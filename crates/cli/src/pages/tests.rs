//! What each page must keep.

use super::*;
use crate::args;
use crate::output::explain;
use crate::output::json::explain::Explanation;
use crate::terminal::Terminal;
use std::path::PathBuf;
use unicode_width::UnicodeWidthStr;

const LANGUAGES: [Language; 2] = [Language::En, Language::Zh];

/// Lines that a page may have, and columns that a line of its source may take.
const LINES: usize = 40;
const COLUMNS: usize = 120;

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/codes")
}

fn each() -> impl Iterator<Item = (Code, Language, &'static str)> {
    Code::ALL.iter().flat_map(|code| LANGUAGES.map(|language| (*code, language, text(*code, language))))
}

#[test]
fn titles_are_the_facts_of_the_list() {
    for (code, language, text) in each() {
        let first = text.lines().next().unwrap();
        assert!(first.starts_with(&format!("# {code} ")), "{first}");
        if language == Language::En {
            assert_eq!(title(text), code.fact().trim_end_matches('.'), "{code}");
        } else {
            assert!(!title(text).is_ascii() && !title(text).ends_with('。'), "{code}");
        }
    }
}

#[test]
fn every_page_has_every_section_in_its_order() {
    for (code, language, _) in each() {
        let page = Page::of(code, language);
        let headings: Vec<_> = page.sections.iter().map(|(heading, _)| *heading).collect();
        assert_eq!(headings, Section::ALL.map(|section| section.heading(language)), "{code} {language:?}");
        for (heading, blocks) in &page.sections {
            assert!(!blocks.is_empty(), "{code} {language:?}: {heading} is empty");
        }
    }
}

#[test]
fn pages_are_short() {
    for (code, language, text) in each() {
        assert!(text.lines().count() <= LINES, "{code} {language:?}: {} lines", text.lines().count());
        let longest = text.lines().map(UnicodeWidthStr::width).filter(|width| *width > COLUMNS).count();
        let page = Page::of(code, language);
        let commands = page
            .sections
            .iter()
            .flat_map(|(_, blocks)| blocks)
            .filter(|block| matches!(block, Block::Command(command) if command.width() > COLUMNS));
        assert_eq!(longest, commands.count(), "{code} {language:?}: a line is longer than {COLUMNS} columns");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{code} {language:?}");
        assert_eq!(text.matches("```").count() % 2, 0, "{code} {language:?}: a fence stays open");
    }
}

#[test]
fn pages_name_only_verbs_and_flags_that_exist() {
    for (code, language, _) in each() {
        let commands = perennial_commands(&Page::of(code, language));
        for words in &commands {
            // What a page shows may still need its placeholder filled in, never another verb or flag.
            let parsed = args::command(language).try_get_matches_from(words);
            if let Err(error) = parsed {
                let help = error.kind() == clap::error::ErrorKind::DisplayHelp;
                assert!(help, "{code} {language:?}: {}: {error}", words.join(" "));
            }
        }
    }
}

#[test]
fn both_languages_name_the_same_commands() {
    for code in Code::ALL {
        let of = |language| {
            let page = Page::of(*code, language);
            let fenced =
                page.sections.into_iter().flat_map(|(_, blocks)| blocks).filter_map(|block| match block {
                    Block::Command(command) => Some(command),
                    Block::Paragraph(_) | Block::Item(_) => None,
                });
            fenced.collect::<Vec<_>>()
        };
        assert_eq!(of(Language::En), of(Language::Zh), "{code}");
        let inline = |language| {
            let mut commands = perennial_commands(&Page::of(*code, language));
            commands.sort();
            commands
        };
        assert_eq!(inline(Language::En), inline(Language::Zh), "{code}");
    }
}

/// Every line and every span of code that calls perennial, in words.
fn perennial_commands(page: &Page) -> Vec<Vec<String>> {
    let blocks = page.sections.iter().flat_map(|(_, blocks)| blocks);
    let calls = blocks.flat_map(|block| match block {
        Block::Command(command) => vec![command.as_str()],
        Block::Paragraph(text) | Block::Item(text) => text.split('`').skip(1).step_by(2).collect(),
    });
    calls
        .map(|call| call.strip_prefix("sudo ").unwrap_or(call))
        .filter(|call| call.split(' ').next() == Some("perennial"))
        .map(|call| call.split(' ').map(str::to_owned).collect())
        .collect()
}

#[test]
fn every_page_fits_into_eighty_columns() {
    for language in LANGUAGES {
        for ascii in [false, true] {
            let terminal = Terminal { color: false, ascii, width: 80, live: false };
            let mut text = explain::list(language).render(&terminal);
            for code in Code::ALL {
                text += &explain::screen(language, &[*code]).render(&terminal);
            }
            for line in text.lines() {
                let longest = line.split(' ').map(UnicodeWidthStr::width).max().unwrap_or_default();
                let command = line.starts_with("    ") && !line.starts_with("     ");
                assert!(line.width() <= 80 || command || longest > 40, "{language:?}: {line}");
                assert!(!ascii || language == Language::Zh || line.is_ascii(), "{line}");
            }
        }
    }
}

/// `INSTA_UPDATE=always cargo test` writes the files anew.
#[test]
fn the_index_lists_every_code() {
    for (language, name) in [(Language::En, "README.md"), (Language::Zh, "README.zh.md")] {
        let path = docs().join(name);
        let index = index(language);
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::write(&path, &index).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), index, "{name} is not up to date");
    }
}

#[test]
fn no_page_is_without_its_code() {
    let mut files: Vec<String> = std::fs::read_dir(docs())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("README"))
        .collect();
    files.sort();
    let mut wanted: Vec<_> =
        Code::ALL.iter().flat_map(|code| [format!("{code}.md"), format!("{code}.zh.md")]).collect();
    wanted.sort();
    assert_eq!(files, wanted);
}

fn index(language: Language) -> String {
    let (heading, other, lead, suffix) = match language {
        Language::En => (
            "# Codes",
            "[简体中文](README.zh.md)",
            "Every finding of perennial has a code: one meaning each, never used again. `perennial explain CODE` shows \
             the same pages\nwithout a network.",
            "md",
        ),
        Language::Zh => (
            "# 代码",
            "[English](README.md)",
            "perennial 的每个检查结果都有一个代码：含义唯一，不会重复使用。`perennial explain CODE` 可离线显示同样的说明。",
            "zh.md",
        ),
    };
    let mut text = format!("{heading}\n\n{other}\n\n{lead}\n\n");
    for code in Code::ALL {
        let title = title(super::text(*code, language));
        text += &format!("- [{code}]({code}.{suffix}) {title}\n");
    }
    text
}

#[test]
fn programs_get_every_section_of_every_page() {
    let document = serde_json::to_value(Explanation::new(Code::ALL)).unwrap();
    let codes = document["codes"].as_array().unwrap();
    assert_eq!(codes.len(), Code::ALL.len());
    for code in codes {
        for (name, value) in code.as_object().unwrap() {
            assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{}: {name}", code["code"]);
        }
    }
}
