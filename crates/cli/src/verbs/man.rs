//! `man`: the manual pages, for whoever packages perennial. Hidden: an operator reads them with man(1).

use crate::args::Man;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{Language, man as say};
use crate::output::man::{page, pages};
use crate::session::Session;
use camino::Utf8Path;

pub(crate) fn run(session: &Session, arguments: &Man) -> Result<Exit, Failure> {
    match &arguments.directory {
        None => session.raw(&page(session.language)?)?,
        Some(directory) => {
            for (language, below) in [(Language::En, "man1"), (Language::Zh, "zh_CN/man1")] {
                write(session, language, &directory.join(below))?;
            }
        }
    }
    Ok(Exit::Good)
}

fn write(session: &Session, language: Language, directory: &Utf8Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let text = say::not_written(session.language, directory.as_str(), &error.to_string());
        Failure::new(Exit::Refused, text)
    };
    std::fs::create_dir_all(directory).map_err(failed)?;
    for (name, page) in pages(language)? {
        std::fs::write(directory.join(format!("{name}.1")), page).map_err(failed)?;
    }
    Ok(())
}
