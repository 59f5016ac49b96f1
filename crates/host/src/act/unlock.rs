//! Encrypted keys of CAs, opened by their passphrases. What is opened stays in memory: no file is ever written from it.

use crate::observe::{Look, opened};
use camino::{Utf8Path, Utf8PathBuf};
use perennial_core::inventory::{Authority, Trouble};
use perennial_pki::key::{KeyError, PrivateKey, Work};
use std::collections::BTreeMap;

/// The opened keys of this process, by their files. They are erased when dropped, and never printed.
#[derive(Debug, Default)]
pub struct Keys {
    opened: BTreeMap<Utf8PathBuf, PrivateKey>,
}

/// Why a key was not opened.
#[derive(Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// Another passphrase may open it.
    WrongPassphrase,
    /// No passphrase will, as things are.
    Unusable(Trouble),
}

impl Keys {
    /// Opens the key of a CA, and notes there what it is and whether it fits.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub fn open(
        &mut self,
        look: &Look,
        authority: &mut Authority,
        passphrase: &[u8],
    ) -> Result<(), NotOpened> {
        let opened = opened(look, authority, |text| {
            PrivateKey::from_pem_encrypted(text, passphrase, &Work::default())
        });
        match opened {
            Ok(key) => {
                self.opened.insert(authority.key_path.clone(), key);
                Ok(())
            }
            Err((_, Some(KeyError::WrongPassphrase))) => Err(NotOpened::WrongPassphrase),
            Err((trouble, _)) => Err(NotOpened::Unusable(trouble)),
        }
    }

    /// Whether the key in this file was opened.
    pub fn has(&self, path: &Utf8Path) -> bool {
        self.opened.contains_key(path)
    }

    /// One key, opened elsewhere.
    #[cfg(test)]
    pub(super) fn of(path: &Utf8Path, key: PrivateKey) -> Self {
        Self { opened: BTreeMap::from([(path.to_owned(), key)]) }
    }

    /// The key that was in this file, once more.
    pub(super) fn get(&self, path: &Utf8Path) -> Option<Result<PrivateKey, KeyError>> {
        self.opened.get(path).map(|key| PrivateKey::from_pem(key.to_pem().as_bytes()))
    }
}
