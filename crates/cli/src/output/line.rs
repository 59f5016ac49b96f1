//! Lines of painted text. Every piece is escaped where it enters, so nothing unescaped can reach a terminal.

use super::escape;
use super::wrap::wrap_at;
use crate::called::Called;
use crate::terminal::Terminal;
use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// How a piece of text is painted. Colour never carries meaning alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// As it is.
    Plain,
    /// Bold.
    Strong,
    /// Less important.
    Faint,
    /// Green.
    Good,
    /// Yellow.
    Warn,
    /// Red.
    Bad,
}

/// The sign in front of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// Does not apply here.
    Skip,
    /// As it should be.
    Good,
    /// Worth knowing, nothing to do.
    Note,
    /// Could not be looked at.
    Unknown,
    /// Will become bad.
    Warn,
    /// Bad.
    Bad,
}

impl Mark {
    fn sign(self, ascii: bool) -> &'static str {
        match (self, ascii) {
            (Self::Skip, false) => "·",
            (Self::Good, false) => "√",
            (Self::Note, false) => "i",
            (Self::Unknown, false) => "?",
            (Self::Warn, false) => "‼",
            (Self::Bad, false) => "×",
            (Self::Skip, true) => "SKIP",
            (Self::Good, true) => "OK  ",
            (Self::Note, true) => "NOTE",
            (Self::Unknown, true) => "????",
            (Self::Warn, true) => "WARN",
            (Self::Bad, true) => "FAIL",
        }
    }

    fn paint(self) -> Paint {
        match self {
            Self::Skip => Paint::Faint,
            Self::Good => Paint::Good,
            Self::Note => Paint::Plain,
            Self::Unknown | Self::Warn => Paint::Warn,
            Self::Bad => Paint::Bad,
        }
    }
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String, Paint),
    Mark(Mark),
}

/// One line, built from left to right.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pieces: Vec<Piece>,
}

impl Line {
    /// An empty line.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds plain text.
    pub(crate) fn text(self, text: &str) -> Self {
        self.painted(text, Paint::Plain)
    }

    /// Adds painted text.
    pub(crate) fn painted(mut self, text: &str, paint: Paint) -> Self {
        self.pieces.push(Piece::Text(escape(text).into_owned(), paint));
        self
    }

    /// Adds a sign.
    pub(crate) fn mark(mut self, mark: Mark) -> Self {
        self.pieces.push(Piece::Mark(mark));
        self
    }

    /// With the commands that the operator can type.
    fn called(mut self, called: Called) -> Self {
        for piece in &mut self.pieces {
            if let Piece::Text(text, _) = piece
                && let Cow::Owned(renamed) = called.in_text(text)
            {
                *text = renamed;
            }
        }
        self
    }

    /// Columns that it takes.
    pub(crate) fn width(&self, ascii: bool) -> usize {
        let width = |piece: &Piece| match piece {
            Piece::Text(text, _) => plain(text, ascii).width(),
            Piece::Mark(mark) => mark.sign(ascii).width(),
        };
        self.pieces.iter().map(width).sum()
    }

    fn render(&self, terminal: &Terminal, out: &mut String) {
        let start = out.len();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text, tone) => paint(out, &plain(text, terminal.ascii), *tone, terminal.color),
                Piece::Mark(mark) => paint(out, mark.sign(terminal.ascii), mark.paint(), terminal.color),
            }
        }
        out.truncate(start + out[start..].trim_end_matches(' ').len());
    }
}

fn paint(out: &mut String, text: &str, paint: Paint, color: bool) {
    let style = match paint {
        Paint::Plain => Style::new(),
        Paint::Strong => Style::new().bold(),
        Paint::Faint => Style::new().dimmed(),
        Paint::Good => AnsiColor::Green.on_default(),
        Paint::Warn => AnsiColor::Yellow.on_default(),
        Paint::Bad => AnsiColor::Red.on_default().bold(),
    };
    if color && paint != Paint::Plain && !text.trim().is_empty() {
        out.push_str(&format!("{style}{text}{style:#}"));
    } else {
        out.push_str(text);
    }
}

/// Punctuation of ours that is not ASCII, where only ASCII can be shown. Chinese stays: who asks for it can read it.
pub(crate) fn plain(text: &str, ascii: bool) -> Cow<'_, str> {
    if !ascii || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '→' => out.push_str("->"),
            '←' => out.push_str("<-"),
            '↔' => out.push_str("<->"),
            '…' => out.push_str("..."),
            '≠' => out.push_str("!="),
            '↻' => out.push('@'),
            '·' | '–' => out.push('-'),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// What is written to one stream at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Screen {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
enum Entry {
    Line(Line),
    /// Broken into lines only when the width is known.
    Wrapped {
        first: Line,
        rest: Line,
        text: String,
        paint: Paint,
    },
    Table(super::Table),
}

/// Columns of the label in front of a finding's lines: `left alone`.
const LABEL: usize = 12;

impl Screen {
    /// Adds a line.
    pub(crate) fn line(&mut self, line: Line) {
        self.entries.push(Entry::Line(line));
    }

    /// Adds an empty line.
    pub(crate) fn blank(&mut self) {
        self.line(Line::new());
    }

    /// Adds a table.
    pub(crate) fn table(&mut self, table: super::Table) {
        self.entries.push(Entry::Table(table));
    }

    /// Adds text that is broken to fit: `first` stands before its first line, `rest` before the others.
    pub(crate) fn wrapped(&mut self, first: Line, rest: &Line, text: &str, paint: Paint) {
        let text = escape(text).into_owned();
        self.entries.push(Entry::Wrapped { first, rest: rest.clone(), text, paint });
    }

    /// Adds text at a distance from the left.
    pub(crate) fn indented(&mut self, by: usize, text: &str) {
        let indent = Line::new().text(&" ".repeat(by));
        self.wrapped(indent.clone(), &indent, text, Paint::Plain);
    }

    /// Adds a labelled text below a finding.
    pub(crate) fn labelled(&mut self, label: &str, text: &str, paint: Paint) {
        let padding = LABEL.saturating_sub(label.width());
        let first = Line::new().text("    ").painted(label, Paint::Faint).text(&" ".repeat(padding));
        self.wrapped(first, &Line::new().text(&" ".repeat(4 + LABEL)), text, paint);
    }

    /// Adds a labelled command: on one line however long it is, because it is there to be copied.
    pub(crate) fn command(&mut self, label: &str, command: &str) {
        let padding = LABEL.saturating_sub(label.width());
        let line = Line::new().text("    ").painted(label, Paint::Faint).text(&" ".repeat(padding));
        self.line(line.painted(command, Paint::Strong));
    }

    /// Adds everything of another screen.
    pub(crate) fn append(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// With the commands that the operator can type.
    pub(crate) fn called(&self, called: Called) -> Cow<'_, Self> {
        if called == Called::Perennial {
            return Cow::Borrowed(self);
        }
        let renamed = |entry: &Entry| match entry.clone() {
            Entry::Line(line) => Entry::Line(line.called(called)),
            Entry::Wrapped { first, rest, text, paint } => {
                Entry::Wrapped { first, rest, text: called.in_text(&text).into_owned(), paint }
            }
            Entry::Table(table) => Entry::Table(table.called(called)),
        };
        Cow::Owned(Self { entries: self.entries.iter().map(renamed).collect() })
    }

    /// The text for a terminal, each line ended.
    pub(crate) fn render(&self, terminal: &Terminal) -> String {
        let mut out = String::new();
        let mut line = |line: &Line| {
            line.render(terminal, &mut out);
            out.push('\n');
        };
        for entry in &self.entries {
            match entry {
                Entry::Line(content) => line(content),
                Entry::Wrapped { first, rest, text, paint } => {
                    let text = plain(text, terminal.ascii);
                    for (index, part) in wrap(&text, first, rest, terminal).into_iter().enumerate() {
                        let indent = if index == 0 { first } else { rest };
                        line(&indent.clone().painted(&part, *paint));
                    }
                }
                Entry::Table(table) => table.lines(terminal).iter().for_each(&mut line),
            }
        }
        out
    }
}

fn wrap(text: &str, first: &Line, rest: &Line, terminal: &Terminal) -> Vec<String> {
    let indent = first.width(terminal.ascii).max(rest.width(terminal.ascii));
    wrap_at(text, terminal.width.saturating_sub(indent).max(20))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: Terminal = Terminal { color: false, ascii: false, width: 60, live: false };

    #[test]
    fn escapes_are_written_only_where_colour_is_wanted() {
        let mut screen = Screen::default();
        screen.line(Line::new().mark(Mark::Bad).text(" ").painted("dead", Paint::Strong));
        assert_eq!(screen.render(&TERMINAL), "× dead\n");
        assert!(screen.render(&Terminal { color: true, ..TERMINAL }).contains("\u{1b}["));
        assert_eq!(screen.render(&Terminal { ascii: true, ..TERMINAL }), "FAIL dead\n");
    }

    #[test]
    fn hostile_text_is_escaped_on_every_way_in() {
        let mut screen = Screen::default();
        screen.line(Line::new().text("\u{1b}[2J"));
        screen.indented(2, "a\u{1b}b");
        screen.labelled("do", "c\rd", Paint::Plain);
        assert!(!screen.render(&TERMINAL).contains(['\u{1b}', '\r']));
    }

    #[test]
    fn chinese_is_broken_at_its_width() {
        let text = "此节点的证书将在十二天后到期，请尽快续订；续订之后，控制平面的静态 Pod 会重新读取这些文件，无需重启。";
        let mut screen = Screen::default();
        screen.indented(4, text);
        for line in screen.render(&TERMINAL).lines() {
            assert!(line.width() <= 60, "{line}");
            assert!(!line.trim_start().starts_with(['，', '；', '。']), "{line}");
        }
    }
}
