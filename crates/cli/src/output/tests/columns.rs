//! Whether cells stand below their titles, by what a terminal shows.

use super::{LANGUAGES, list, nodes, terminal};
use crate::output::verify;
use perennial_core::prove::prove;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The display columns at which the words of a title line begin.
fn columns(titles: &str) -> Vec<usize> {
    let starts = titles
        .char_indices()
        .filter(|(at, character)| *character != ' ' && (*at == 0 || titles[..*at].ends_with("  ")));
    starts.map(|(at, _)| titles[..at].width()).collect()
}

/// What stands at some display columns of a line; `None` where a wide character lies across the border.
fn between(line: &str, from: usize, to: usize) -> Option<String> {
    let mut at = 0;
    let mut found = String::new();
    for character in line.chars() {
        let next = at + UnicodeWidthChar::width(character).unwrap_or_default();
        if (at < from && next > from) || (at < to && next > to) {
            return None;
        }
        if at >= from && next <= to {
            found.push(character);
        }
        at = next;
    }
    Some(found)
}

#[test]
fn cells_stand_below_their_titles_in_both_languages() {
    let mut tables = 0;
    for (_, node, now) in nodes() {
        for ascii in [false, true] {
            for (language, _) in LANGUAGES {
                let listed =
                    crate::output::list::screen(language, &list(&node, now)).render(&terminal(ascii));
                let proven = verify::screen(language, &prove(&node, None)).render(&terminal(ascii));
                for text in [listed, proven] {
                    let Some(titles) = text.lines().next() else { continue };
                    let columns = columns(titles);
                    // A copied tree has nothing to prove, and no table.
                    if columns.len() < 2 {
                        continue;
                    }
                    for line in text.lines().skip(1).filter(|line| line.width() > columns[1]) {
                        // The count below the table is no row of it.
                        if !line.starts_with([' ', '√', '×', '?', '·', '‼', 'O', 'F', 'W', 'S']) {
                            continue;
                        }
                        for column in &columns[1..] {
                            let gap = between(line, column - 2, *column);
                            assert_eq!(
                                gap.as_deref().map(str::trim),
                                Some(""),
                                "column {column}: {line}\n{text}"
                            );
                        }
                        tables += 1;
                    }
                }
            }
        }
    }
    assert!(tables > 100, "{tables}");
}
