//! Tables without borders: columns aligned by what a terminal shows, Chinese included.

use super::line::{Line, Mark, Paint, plain};
use super::wrap::wrap_at;
use crate::called::Called;
use crate::output::escape;
use crate::terminal::Terminal;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What happens to a cell of the last column that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It is never shortened.
    Whole,
    /// Its beginning is left out: of a path the end tells more.
    CutLeft,
    /// It goes on below.
    Wrap,
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    title: String,
    fit: Fit,
}

impl Column {
    /// A column that is as wide as its widest cell.
    pub(crate) fn new(title: &str) -> Self {
        Self { title: title.to_owned(), fit: Fit::Whole }
    }

    /// The last column, with what happens if it does not fit.
    pub(crate) fn last(title: &str, fit: Fit) -> Self {
        Self { title: title.to_owned(), fit }
    }
}

/// A row: a sign and its cells.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    mark: Option<Mark>,
    indent: usize,
    cells: Vec<String>,
    /// Whether its last cell goes on below, whatever its column does.
    wrap: bool,
}

impl Row {
    /// A row.
    pub(crate) fn new<const N: usize>(mark: impl Into<Option<Mark>>, cells: [String; N]) -> Self {
        let cells = cells.map(|cell| escape(&cell).into_owned()).into();
        Self { mark: mark.into(), indent: 0, cells, wrap: false }
    }

    /// For many that are alike: how many in the first cell, who in the last.
    pub(crate) fn standing_for(mut self, count: String, who: String) -> Self {
        if let Some(cell) = self.cells.first_mut() {
            *cell = escape(&count).into_owned();
        }
        if let Some(cell) = self.cells.last_mut() {
            *cell = escape(&who).into_owned();
        }
        self.wrap = true;
        self
    }

    /// Belongs to the row above.
    pub(crate) fn below(mut self) -> Self {
        self.indent = 2;
        self
    }
}

/// Rows under titles.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

const GAP: &str = "  ";

impl Table {
    /// An empty table.
    pub(crate) fn new<const N: usize>(columns: [Column; N]) -> Self {
        Self { columns: columns.into(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Whether it has no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// With the commands that the operator can type.
    pub(super) fn called(mut self, called: Called) -> Self {
        for cell in self.rows.iter_mut().flat_map(|row| &mut row.cells) {
            *cell = called.in_text(cell).into_owned();
        }
        self
    }

    /// The lines; none for a table without rows. Without any title there is no title line.
    pub(super) fn lines(&self, terminal: &Terminal) -> Vec<Line> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let lead = self.rows.iter().map(|row| sign(row).width(terminal.ascii)).max().unwrap_or_default();
        let widths = self.widths(terminal, lead);
        let mut lines = Vec::new();
        if self.columns.iter().any(|column| !column.title.is_empty()) {
            let mut title = Line::new();
            for (index, (column, width)) in self.columns.iter().zip(&widths).enumerate() {
                let width = if index == 0 { width + lead } else { *width };
                let text = plain(&column.title, terminal.ascii);
                let padding = " ".repeat(width.saturating_sub(text.width()));
                title = title.painted(&text, Paint::Faint).text(&padding).text(GAP);
            }
            lines.push(title);
        }
        for row in &self.rows {
            self.row_lines(row, lead, &widths, terminal, &mut lines);
        }
        lines
    }

    /// Columns for each column; the last one gets what is left of the terminal.
    fn widths(&self, terminal: &Terminal, lead: usize) -> Vec<usize> {
        let natural = |index: usize, column: &Column| {
            let cell = |row: &Row| {
                let indent = if index == 0 {
                    (row.indent + sign(row).width(terminal.ascii)).saturating_sub(lead)
                } else {
                    0
                };
                row.cells.get(index).map_or(0, |cell| plain(cell, terminal.ascii).width()) + indent
            };
            let title = plain(&column.title, terminal.ascii).width().saturating_sub(if index == 0 {
                lead
            } else {
                0
            });
            self.rows.iter().map(cell).max().unwrap_or_default().max(title)
        };
        let mut widths: Vec<_> =
            self.columns.iter().enumerate().map(|(index, column)| natural(index, column)).collect();
        let used = widths.iter().rev().skip(1).map(|width| width + GAP.len()).sum::<usize>() + lead;
        if let Some(last) = widths.last_mut() {
            *last = (*last).min(terminal.width.saturating_sub(used).max(12));
        }
        widths
    }

    fn row_lines(
        &self,
        row: &Row,
        lead: usize,
        widths: &[usize],
        terminal: &Terminal,
        lines: &mut Vec<Line>,
    ) {
        let start = sign(row);
        let mut line = start.clone();
        let mut more = Vec::new();
        for (index, (cell, width)) in row.cells.iter().zip(widths).enumerate() {
            let cell = plain(cell, terminal.ascii);
            let last = index + 1 == self.columns.len();
            let width =
                if index == 0 { (width + lead).saturating_sub(start.width(terminal.ascii)) } else { *width };
            if !last {
                let padding = " ".repeat(width.saturating_sub(cell.width()));
                line = line.text(&cell).text(&padding).text(GAP);
                continue;
            }
            let fit = self.columns.get(index).map_or(Fit::Whole, |column| column.fit);
            match if row.wrap { Fit::Wrap } else { fit } {
                Fit::Whole => line = line.text(&cell),
                Fit::CutLeft => line = line.text(&cut_left(&cell, width, terminal.ascii)),
                Fit::Wrap => {
                    let mut parts = wrap_at(&cell, width).into_iter();
                    line = line.text(&parts.next().unwrap_or_default());
                    more.extend(parts);
                }
            }
        }
        lines.push(line);
        let used = widths.iter().rev().skip(1).map(|width| width + GAP.len()).sum::<usize>() + lead;
        lines.extend(more.iter().map(|part| Line::new().text(&" ".repeat(used)).text(part)));
    }
}

fn sign(row: &Row) -> Line {
    let line = Line::new().text(&" ".repeat(row.indent));
    match row.mark {
        Some(mark) => line.mark(mark).text(" "),
        None => line,
    }
}

/// The end of a path that fits, from a slash on if that is possible.
pub(crate) fn cut_left(text: &str, width: usize, ascii: bool) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let dots = if ascii { "..." } else { "…" };
    let room = width.saturating_sub(dots.width());
    let mut kept = 0;
    let mut from = text.len();
    for (at, character) in text.char_indices().rev() {
        kept += character.width().unwrap_or_default();
        if kept > room {
            break;
        }
        from = at;
    }
    let end = &text[from..];
    let end = end.find('/').filter(|at| *at < end.len() / 2).map_or(end, |at| &end[at..]);
    format!("{dots}{end}")
}

/// The beginning of a text that fits.
pub(crate) fn cut_right(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        if kept.width() + character.width().unwrap_or_default() + 1 > width {
            break;
        }
        kept.push(character);
    }
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Screen;

    fn render(table: Table, ascii: bool) -> String {
        let mut screen = Screen::default();
        screen.table(table);
        screen.render(&Terminal { color: false, ascii, width: 60, live: false })
    }

    #[test]
    fn chinese_and_latin_cells_align() {
        let mut table = Table::new([Column::new("名称"), Column::new("到期"), Column::new("文件")]);
        table.row(Row::new(Mark::Good, ["控制平面".into(), "2027-11-25".into(), "a".into()]));
        table.row(Row::new(Mark::Bad, ["cp-1".into(), "无".into(), "b".into()]).below());
        let text = render(table, false);
        let columns: Vec<_> = text
            .lines()
            .zip(["文件", "a", "b"])
            .map(|(line, last)| line[..line.rfind(last).unwrap()].width())
            .collect();
        assert!(columns.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
    }

    #[test]
    fn words_instead_of_signs_align_too() {
        let mut table = Table::new([Column::new("A"), Column::new("B")]);
        table.row(Row::new(Mark::Good, ["one".into(), "x".into()]));
        table.row(Row::new(Mark::Bad, ["three".into(), "x".into()]));
        assert_eq!(render(table, true), "A           B\nOK   one    x\nFAIL three  x\n");
    }

    #[test]
    fn long_paths_lose_their_beginning_at_a_slash() {
        let path = "/var/lib/kubelet/pki/kubelet-client-current.pem";
        assert_eq!(cut_left(path, 33, false), "…/pki/kubelet-client-current.pem");
        assert_eq!(cut_left(path, 20, false), "…-client-current.pem");
        assert_eq!(cut_left(path, 47, false), path);
    }

    #[test]
    fn the_last_column_goes_on_below_itself() {
        let mut table = Table::new([Column::new("WHO"), Column::last("WHY", Fit::Wrap)]);
        let why = "started 2026-11-25 02:01:46, and its file changed at 2026-11-25 02:01:21";
        table.row(Row::new(Mark::Good, ["kube-controller-manager".into(), why.into()]));
        let text = render(table, false);
        assert!(text.lines().all(|line| line.width() <= 60), "{text}");
        assert!(text.lines().nth(2).unwrap().starts_with(&" ".repeat(27)), "{text}");
    }
}
