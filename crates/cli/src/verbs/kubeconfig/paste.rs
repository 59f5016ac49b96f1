//! What somebody pastes: from a file, a pipe, or a terminal on which a question follows.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::refresh as say;
use crate::output::{Line, Screen};
use crate::session::Session;
use camino::Utf8Path;
use rustix::termios::{QueueSelector, tcflush};
use std::io::{BufRead, IsTerminal, Read};

/// No request and no chain is larger.
const LARGEST: u64 = 64 << 10;

/// Reads a text in which a PEM block is expected, `-` is stdin. With `until` a terminal is read up to the line that ends
/// with it, so that what is typed next is the answer to a question. Blanks around the lines, which chats like to add, go.
pub(super) fn read(
    session: &Session,
    from: &Utf8Path,
    question: &str,
    until: Option<&str>,
) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::new(Exit::Refused, format!("{from}: {error}"));
    if from != "-" {
        let mut text = Vec::new();
        std::fs::File::open(from)
            .and_then(|file| file.take(LARGEST).read_to_end(&mut text))
            .map_err(failed)?;
        return Ok(trimmed(&String::from_utf8_lossy(&text)));
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        let mut screen = Screen::default();
        screen.line(Line::new().text(question));
        session.tell(&screen);
    }
    let mut text = String::new();
    let mut lines = stdin.lock().take(LARGEST);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        let read = String::from_utf8_lossy(&line);
        text.push_str(&read);
        if until.is_some_and(|end| read.trim_end().ends_with(end)) {
            // A blank line that was copied along is no answer to the question.
            let _no_terminal = tcflush(std::io::stdin(), QueueSelector::IFlush);
            break;
        }
        line.clear();
    }
    Ok(trimmed(&text))
}

/// The name of what was read, in sentences.
pub(super) fn name(session: &Session, from: &Utf8Path) -> String {
    if from == "-" { say::pasted(session.answer_language()).to_owned() } else { from.to_string() }
}

fn trimmed(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", line.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_around_lines_go() {
        assert_eq!(trimmed("  -----BEGIN X-----\r\n\tAAAA \n"), "-----BEGIN X-----\nAAAA\n");
    }
}
