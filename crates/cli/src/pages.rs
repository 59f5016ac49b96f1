//! The page of each code in both languages, built in: `docs/codes`. A code without its pages does not compile.

use crate::language::{Language, explain as say};
use perennial_core::assess::Code;

macro_rules! pages {
    ($($name:ident = $number:literal;)+) => {
        /// The page as it stands in `docs/codes`.
        pub(crate) fn text(code: Code, language: Language) -> &'static str {
            match (code, language) {$(
                (Code::$name, Language::En) => {
                    include_str!(concat!("../../../docs/codes/PRN", $number, ".md"))
                }
                (Code::$name, Language::Zh) => {
                    include_str!(concat!("../../../docs/codes/PRN", $number, ".zh.md"))
                }
            )+}
        }
    };
}

perennial_core::with_codes!(pages);

/// What a page is made of, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// What is to be seen.
    Seen,
    /// What it means.
    Means,
    /// What happens if nothing is done, and when.
    Ignored,
    /// What to do, and what perennial does about it today.
    Do,
    /// How to go back.
    Undo,
    /// What shows that this page is right.
    Tested,
}

impl Section {
    /// All of them, in the order of a page.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] =
        [Self::Seen, Self::Means, Self::Ignored, Self::Do, Self::Undo, Self::Tested];

    /// Its heading.
    pub(crate) fn heading(self, language: Language) -> &'static str {
        match self {
            Self::Seen => say::seen(language),
            Self::Means => say::means(language),
            Self::Ignored => say::ignored(language),
            Self::Do => say::what_to_do(language),
            Self::Undo => say::undo(language),
            Self::Tested => say::tested(language),
        }
    }
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// Text that may be broken anywhere.
    Paragraph(String),
    /// An entry of a list.
    Item(String),
    /// A line that is there to be copied.
    Command(String),
}

/// A page, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// Its code.
    pub(crate) code: Code,
    /// What its heading says behind the code.
    pub(crate) title: &'static str,
    /// Its sections: the heading and what stands below it.
    pub(crate) sections: Vec<(&'static str, Vec<Block>)>,
}

impl Page {
    /// The page of `code`.
    pub(crate) fn of(code: Code, language: Language) -> Self {
        let text = text(code, language);
        let mut page = Self { code, title: title(text), sections: Vec::new() };
        let (mut fenced, mut open) = (false, false);
        for line in text.lines().skip(1) {
            if let Some(heading) = line.strip_prefix("## ").filter(|_| !fenced) {
                page.sections.push((heading, Vec::new()));
                open = false;
                continue;
            }
            let Some((_, blocks)) = page.sections.last_mut() else { continue };
            if line.starts_with("```") {
                (fenced, open) = (!fenced, false);
            } else if fenced {
                blocks.push(Block::Command(line.to_owned()));
            } else if line.is_empty() {
                open = false;
            } else if let Some(item) = line.strip_prefix("- ") {
                blocks.push(Block::Item(item.to_owned()));
                open = true;
            } else if let (true, Some(Block::Paragraph(text) | Block::Item(text))) = (open, blocks.last_mut())
            {
                join(text, line.trim_start());
            } else {
                blocks.push(Block::Paragraph(line.to_owned()));
                open = true;
            }
        }
        page
    }

    /// The text of a section for programs: its blocks, one a line.
    pub(crate) fn plain(&self, section: Section, language: Language) -> String {
        let found = self.sections.iter().find(|(heading, _)| *heading == section.heading(language));
        let lines = found.into_iter().flat_map(|(_, blocks)| blocks).map(|block| match block {
            Block::Paragraph(text) | Block::Item(text) | Block::Command(text) => text.clone(),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// What stands behind the code in the first line.
pub(crate) fn title(text: &'static str) -> &'static str {
    let first = text.lines().next().unwrap_or_default();
    first.trim_start_matches("# ").split_once(' ').map_or(first, |(_, title)| title)
}

/// Joins a line to the one before it: with a space, except between two Chinese characters.
fn join(text: &mut String, line: &str) {
    use unicode_width::UnicodeWidthChar;
    let wide = |character: Option<char>| character.and_then(UnicodeWidthChar::width) == Some(2);
    if !(wide(text.chars().next_back()) && wide(line.chars().next())) {
        text.push(' ');
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests;
