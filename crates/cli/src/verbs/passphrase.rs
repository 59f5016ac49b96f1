//! Where the passphrases of encrypted CA keys come from: a file, a file descriptor, the terminal. Never an argument,
//! never the environment: both are shown to others.

use crate::args::{PassphraseFile, Passphrases};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::hidden::{self, LONGEST, Secret};
use crate::language::passphrase as say;
use crate::output::escape;
use crate::session::Session;
use crate::world::{self, Keys, NotOpened, World};
use camino::Utf8Path;
use perennial_core::inventory::{Authority, Node, Trouble};
use perennial_core::plan::Refusal;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use zeroize::Zeroizing;

/// How often is asked for one key.
const TRIES: usize = 3;

/// Opens the keys of encrypted CAs as plans need them.
pub(super) struct Opener<'a> {
    session: &'a Session,
    world: &'a World,
    asked: &'a Passphrases,
    /// What was given for every CA: read once, since standard input ends.
    for_all: Option<Secret>,
    /// What was typed and has opened a key: it may open the next one.
    typed: Vec<Secret>,
    keys: Keys,
}

impl<'a> Opener<'a> {
    pub(super) fn new(session: &'a Session, world: &'a World, asked: &'a Passphrases) -> Self {
        let (for_all, typed, keys) = (None, Vec::new(), Keys::default());
        Self { session, world, asked, for_all, typed, keys }
    }

    /// The opened keys.
    pub(super) fn keys(self) -> Keys {
        self.keys
    }

    /// Opens what is needed and not opened yet; what is found out about the keys is noted in `node`. `false`:
    /// nothing was missing.
    pub(super) fn open(&mut self, node: &mut Node, locked: &[&Utf8Path]) -> Result<bool, Failure> {
        let mut opened = false;
        self.known_names(node, locked)?;
        for path in locked {
            let Some(authority) = node.authorities.iter_mut().find(|one| one.key_path == *path) else {
                continue;
            };
            if !self.keys.has(path) {
                self.open_one(authority)?;
                opened = true;
            }
        }
        Ok(opened)
    }

    /// A name that is no CA's is a mistake, which would else be told as a missing passphrase.
    fn known_names(&self, node: &Node, locked: &[&Utf8Path]) -> Result<(), Failure> {
        let known = |name: &str| node.authorities.iter().any(|authority| authority.name == name);
        let unknown = self.asked.ca_passphrase_file.iter().find_map(|one| match one {
            PassphraseFile::Of { authority, .. } if !known(authority) => Some(authority),
            _ => None,
        });
        let Some(name) = unknown.filter(|_| !locked.is_empty()) else { return Ok(()) };
        let language = self.session.answer_language();
        let names: Vec<_> = node.authorities.iter().map(|authority| authority.name.as_str()).collect();
        Err(Failure::new(Exit::Usage, say::unknown_authority(language, name))
            .detail(crate::language::refusal::there_is(language, &names.join(language.comma()))))
    }

    fn open_one(&mut self, authority: &mut Authority) -> Result<(), Failure> {
        if let Some(passphrase) = self.given(&authority.name)? {
            return match self.world.unlock(&mut self.keys, authority, &passphrase) {
                Ok(()) => Ok(()),
                Err(why) => Err(self.refused(authority, why)),
            };
        }
        for typed in &self.typed {
            if self.world.unlock(&mut self.keys, authority, typed).is_ok() {
                return Ok(());
            }
        }
        let Some(mut terminal) = hidden::terminal() else {
            return Err(self.refused(authority, NotOpened::Unusable(Trouble::EncryptedKey)));
        };
        let language = self.session.language;
        let question = say::question(language, &authority.name, authority.key_path.as_str());
        for again in 0..TRIES {
            if again > 0 {
                io::Write::write_all(&mut terminal, format!("{}\n", say::wrong(language)).as_bytes())?;
            }
            let Some(passphrase) =
                hidden::ask(&mut terminal, &format!("{} ", escape(&question)), &self.session.signals)?
            else {
                return Err(Failure::new(Exit::Stopped, say::cancelled(self.session.answer_language())));
            };
            match self.world.unlock(&mut self.keys, authority, &passphrase) {
                Ok(()) => {
                    self.typed.push(passphrase);
                    return Ok(());
                }
                Err(NotOpened::WrongPassphrase) => {}
                Err(why) => return Err(self.refused(authority, why)),
            }
        }
        Err(self.refused(authority, NotOpened::WrongPassphrase))
    }

    fn refused(&self, authority: &Authority, why: NotOpened) -> Failure {
        let path = authority.key_path.clone();
        let refusal = match why {
            NotOpened::WrongPassphrase => {
                Refusal::WrongPassphrase { authority: authority.name.clone(), path }
            }
            NotOpened::Unusable(trouble) => Refusal::AuthorityKeyUnusable { path, trouble },
        };
        world::refused(self.session.answer_language(), &refusal)
    }

    /// The passphrase by the flags: the CA's own, else the one for all.
    fn given(&mut self, name: &str) -> Result<Option<Secret>, Failure> {
        let own = self.asked.ca_passphrase_file.iter().rev().find_map(|one| match one {
            PassphraseFile::Of { authority, file } if authority == name => Some(file),
            _ => None,
        });
        if let Some(file) = own {
            return self.read(file).map(Some);
        }
        if self.for_all.is_none() {
            let all = self.asked.ca_passphrase_file.iter().rev().find_map(|one| match one {
                PassphraseFile::All(file) => Some(file.clone()),
                PassphraseFile::Of { .. } => None,
            });
            self.for_all = match (all, &self.asked.ca_passphrase_fd) {
                (Some(file), _) => Some(self.read(&file)?),
                (None, Some(descriptor)) => {
                    let content = content(descriptor.file.as_ref());
                    Some(content.map_err(|error| self.unreadable(&descriptor.path, &error))?)
                }
                (None, None) => None,
            };
        }
        Ok(self.for_all.clone())
    }

    fn read(&self, file: &Utf8Path) -> Result<Secret, Failure> {
        let content = match file.as_str() {
            // Whoever types it there would see it.
            "-" if io::stdin().is_terminal() => Err(io::Error::other("it is a terminal")),
            "-" => content(io::stdin().lock()),
            _ => File::open(file).and_then(content),
        };
        content.map_err(|error| self.unreadable(file.as_str(), &error))
    }

    fn unreadable(&self, file: &str, error: &io::Error) -> Failure {
        let language = self.session.answer_language();
        Failure::new(Exit::Refused, say::unreadable(language, file, &error.to_string()))
            .detail(crate::language::refusal::nothing_changed(language))
    }
}

/// The whole content, without the one line end that an editor puts there.
fn content(from: impl Read) -> io::Result<Secret> {
    // With room for all of it: a buffer that grows leaves its old bytes behind.
    let mut content = Zeroizing::new(Vec::with_capacity(LONGEST + 2));
    from.take(LONGEST as u64 + 1).read_to_end(&mut content)?;
    if content.len() > LONGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    if content.ends_with(b"\n") {
        content.pop();
        if content.ends_with(b"\r") {
            content.pop();
        }
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_cut_off_and_nothing_else() {
        for (file, passphrase) in [
            (&b"abc\n"[..], &b"abc"[..]),
            (b"abc", b"abc"),
            (b"abc\r\n", b"abc"),
            (b"abc\n\n", b"abc\n"),
            (b" a b \xff\n", b" a b \xff"),
            (b"\n", b""),
            (b"", b""),
        ] {
            assert_eq!(content(file).unwrap().as_slice(), passphrase);
        }
        assert!(content(vec![b'x'; LONGEST + 1].as_slice()).is_err());
    }
}
