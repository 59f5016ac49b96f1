//! The screens of `explain`.

use super::{Line, Paint, Screen};
use crate::language::Language;
use crate::pages::{Block, Page};
use perennial_core::assess::Code;

/// The pages of some codes.
pub(crate) fn screen(language: Language, codes: &[Code]) -> Screen {
    let mut screen = Screen::default();
    for (index, code) in codes.iter().enumerate() {
        if index > 0 {
            screen.blank();
            screen.blank();
        }
        page(&mut screen, &Page::of(*code, language));
    }
    screen
}

fn page(screen: &mut Screen, page: &Page) {
    title(screen, page, Paint::Strong);
    for (heading, blocks) in &page.sections {
        screen.blank();
        screen.line(Line::new().painted(heading, Paint::Strong));
        for block in blocks {
            match block {
                Block::Paragraph(text) => screen.indented(2, text),
                Block::Item(text) => {
                    let first = Line::new().text("  - ");
                    screen.wrapped(first, &Line::new().text("    "), text, Paint::Plain);
                }
                Block::Command(command) => {
                    screen.line(Line::new().text("    ").painted(command, Paint::Strong));
                }
            }
        }
    }
}

/// Every code with its title.
pub(crate) fn list(language: Language) -> Screen {
    let mut screen = Screen::default();
    for code in Code::ALL {
        title(&mut screen, &Page::of(*code, language), Paint::Plain);
    }
    screen
}

fn title(screen: &mut Screen, page: &Page, paint: Paint) {
    let first = Line::new().painted(&page.code.to_string(), Paint::Strong).text("  ");
    screen.wrapped(first, &Line::new().text("         "), page.title, paint);
}
