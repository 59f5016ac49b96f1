//! The screen of `graph`, and its picture for Graphviz.

use super::{Column, Fit, Line, Mark, Paint, Row, Screen, Table, date, escape, left, short_left};
use crate::language::{Language, graph as say, identity, screen as words, verify::party};
use jiff::Timestamp;
use perennial_core::assess::{Edge, Presented};
use perennial_pki::chain::{Fault, Use};

/// Who trusts whom.
#[derive(Clone, Debug)]
pub(crate) struct Graph<'a> {
    /// The one that breaks first comes first; those without a date come last.
    pub(crate) edges: Vec<Edge<'a>>,
    /// The moment that is judged.
    pub(crate) at: Timestamp,
    pub(crate) now: Timestamp,
}

impl<'a> Graph<'a> {
    /// Of the edges of a node.
    pub(crate) fn new(mut edges: Vec<Edge<'a>>, at: Timestamp, now: Timestamp) -> Self {
        edges.sort_by_key(|edge| edge.until().unwrap_or(Timestamp::MAX));
        Self { edges, at, now }
    }

    /// Those that don't work at the moment that is judged.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &Edge<'a>> {
        self.edges.iter().filter(|edge| !edge.works(self.at))
    }

    /// The one that breaks next by the end of a certificate, and when: it may be after the moment that is judged.
    pub(crate) fn first(&self) -> Option<(&Edge<'a>, &Presented<'a>, Timestamp)> {
        self.edges.iter().find_map(|edge| {
            let until = edge.until().filter(|until| *until > self.now)?;
            let by = edge.presented.iter().find(|one| one.until() == Some(until))?;
            Some((edge, by, until))
        })
    }
}

/// The tree: connections, below each what its sides show each other.
pub(crate) fn screen(language: Language, graph: &Graph<'_>) -> Screen {
    let mut screen = Screen::default();
    if graph.edges.is_empty() {
        let line = Line::new().mark(Mark::Skip).text(" ");
        screen.line(line.text(say::no_edges(language)));
        return screen;
    }
    let mut table = Table::new([
        Column::new(say::col_connection(language)),
        Column::new(say::col_until(language)),
        Column::new(words::col_left(language)),
        Column::last(say::col_through(language), Fit::CutLeft),
    ]);
    for edge in &graph.edges {
        let [until, left] = end(language, graph, edge.until());
        let mark = if edge.works(graph.at) { Mark::Good } else { Mark::Bad };
        table.row(Row::new(mark, [ends(language, edge), until, left, String::new()]));
        for one in &edge.presented {
            let [until, left] = end(language, graph, one.until());
            let mark = match one.until() {
                None => Mark::Unknown,
                Some(_) if one.faults(graph.at).is_empty() => Mark::Good,
                Some(_) => Mark::Bad,
            };
            let shown = say::shown_as(language, name(one), usage(language, one.usage));
            table.row(Row::new(mark, [shown, until, left, one.through.to_string()]).below());
        }
    }
    screen.table(table);
    screen.blank();
    for edge in graph.broken() {
        refusals(&mut screen, language, graph, edge);
    }
    summary(&mut screen, language, graph);
    screen
}

/// A long path of a person's kubeconfig would leave no room for anything else.
fn name<'a>(one: &Presented<'a>) -> &'a str {
    let name = one.credential.name.as_str();
    name.rsplit_once('/').map_or(name, |(_, last)| last)
}

fn ends(language: Language, edge: &Edge<'_>) -> String {
    identity::edge(language, party(language, edge.from), party(language, edge.to))
}

fn end(language: Language, graph: &Graph<'_>, until: Option<Timestamp>) -> [String; 2] {
    match until {
        Some(at) => [date(at), short_left(language, graph.now, at)],
        None => [words::not_seen(language).to_owned(), String::new()],
    }
}

fn usage(language: Language, usage: Use) -> &'static str {
    match usage {
        Use::Server => say::as_server(language),
        Use::Client => say::as_client(language),
    }
}

fn refusals(screen: &mut Screen, language: Language, graph: &Graph<'_>, edge: &Edge<'_>) {
    for one in &edge.presented {
        // That an end has passed the table says already.
        let past = |fault: &Fault| matches!(fault, Fault::Expired { .. } | Fault::IssuerExpired { .. });
        let faults: Vec<Fault> = one.faults(graph.at).into_iter().filter(|fault| !past(fault)).collect();
        if faults.is_empty() {
            continue;
        }
        let reasons: Vec<String> = faults.iter().map(|fault| identity::fault(language, fault)).collect();
        let reasons = reasons.join(language.semicolon());
        let text = say::refused(language, &ends(language, edge), &one.credential.name, &reasons);
        sentence(screen, Mark::Bad, &text, Paint::Plain);
    }
}

fn summary(screen: &mut Screen, language: Language, graph: &Graph<'_>) {
    let (broken, all, at) = (graph.broken().count(), graph.edges.len(), date(graph.at));
    match broken {
        0 => sentence(screen, Mark::Good, &say::all_work(language, all, &at), Paint::Strong),
        _ => sentence(screen, Mark::Bad, &say::some_broken(language, broken, all, &at), Paint::Strong),
    }
    if let Some((edge, by, until)) = graph.first() {
        let distance = left(language, graph.now, until);
        let text = say::first(language, &ends(language, edge), &date(until), &distance, &by.credential.name);
        sentence(screen, Mark::Note, &text, Paint::Plain);
    }
}

fn sentence(screen: &mut Screen, mark: Mark, text: &str, paint: Paint) {
    screen.wrapped(Line::new().mark(mark).text(" "), &Line::new().text("  "), text, paint);
}

/// A graph in Graphviz' language: an arrow leads from who trusts to whom is trusted. English, as all that programs read.
pub(crate) fn dot(graph: &Graph<'_>) -> String {
    let mut out = String::from(
        "digraph trust {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
    );
    for edge in &graph.edges {
        for one in &edge.presented {
            let (from, to) = (party(Language::En, edge.from), party(Language::En, edge.to));
            let (trusts, trusted) = match one.usage {
                Use::Server => (from, to),
                Use::Client => (to, from),
            };
            let until = one.until().map_or_else(|| "not seen".to_owned(), date);
            let label = [
                quoted(&one.credential.name),
                quoted(&format!("through {}", one.through)),
                quoted(&format!("until {until}")),
            ];
            let color = if one.faults(graph.at).is_empty() { "darkgreen" } else { "red" };
            out.push_str(&format!(
                "  \"{}\" -> \"{}\" [label=\"{}\", color={color}, fontcolor={color}];\n",
                quoted(trusts),
                quoted(trusted),
                label.join("\\n")
            ));
        }
    }
    out.push_str("}\n");
    out
}

/// What may stand between double quotes: no text can end them, or begin an escape of Graphviz.
fn quoted(text: &str) -> String {
    escape(text).replace('\\', "\\\\").replace('"', "\\\"")
}
