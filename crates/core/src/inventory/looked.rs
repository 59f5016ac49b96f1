//! The result of looking at one thing.

use camino::Utf8PathBuf;
use std::fmt;

/// What looking at something gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked<T> {
    /// It is there and could be read.
    Seen(T),
    /// It is not there, or nobody asked for it.
    Absent,
    /// It is there but could not be read or used.
    Unusable(Trouble),
}

impl<T> Looked<T> {
    /// The value, where there is one.
    pub fn seen(&self) -> Option<&T> {
        match self {
            Self::Seen(value) => Some(value),
            Self::Absent | Self::Unusable(_) => None,
        }
    }

    /// Why it could not be used, where that is the case.
    pub fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Unusable(trouble) => Some(trouble),
            Self::Seen(_) | Self::Absent => None,
        }
    }

    /// Applies `change` to the value, where there is one.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Looked<U> {
        match self {
            Self::Seen(value) => Looked::Seen(change(value)),
            Self::Absent => Looked::Absent,
            Self::Unusable(trouble) => Looked::Unusable(trouble),
        }
    }
}

/// Why something could not be read or used. Never carries content of the file: it may be a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The operating system refused the read (usually: not root).
    PermissionDenied,
    /// Something else where a regular file was expected; it was not opened.
    NotRegular(FileKind),
    /// A symbolic link whose end is nothing that could be meant (`/etc/shadow`); it was not followed.
    LeadsOut {
        /// Where it ends.
        to: Utf8PathBuf,
    },
    /// A symbolic link to a file that is not there.
    LeadsNowhere {
        /// Where it would end.
        to: Utf8PathBuf,
    },
    /// Larger than what any credential can be.
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// Reading failed for another reason.
    Io(String),
    /// Nobody answered within the limit.
    NoAnswer(String),
    /// Somebody answers, but refuses the TLS handshake before it shows a certificate.
    NoHandshake(String),
    /// The API server did not allow the look.
    Refused(String),
    /// The file has no content.
    Empty,
    /// The file ends in the middle: a PEM block that begins and never ends, a text without its last line's end.
    CutOff,
    /// No PEM block is in it, for Go's reader: binary, or indented.
    NoPem,
    /// PEM blocks are there but none of them is a certificate.
    NoCertificate,
    /// PEM blocks are there but none of them is a private key.
    NoKey,
    /// The private key is encrypted.
    EncryptedKey,
    /// The bytes are not what they claim to be; says where, never what.
    Malformed(String),
    /// A kubeconfig names no current context.
    NoCurrentContext,
    /// A kubeconfig names a context, user or cluster that it does not define.
    DanglingReference(String),
    /// It names a file that does not exist.
    NamesMissing {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A kubeconfig's user has no client certificate.
    NoClientCertificate(Instead),
}

/// By what a kubeconfig's user shows who it is, instead of a client certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// An exec plugin or an auth provider, by its command or name: never run.
    Plugin(String),
    /// A bearer token.
    Token,
    /// User name and password.
    Password,
    /// Nothing.
    Nothing,
}

/// What lies where a regular file was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A directory.
    Directory,
    /// A FIFO: whoever opens it waits for a writer.
    Fifo,
    /// A unix socket.
    Socket,
    /// A block or character device: opening one may do something.
    Device,
    /// Nothing of these.
    Other,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Fifo => "a FIFO",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::Other => "something else",
        })
    }
}

impl Trouble {
    /// Whether what lies there was not opened at all, because no program that wants a file there could mean it.
    pub fn special(&self) -> bool {
        matches!(self, Self::NotRegular(_) | Self::LeadsOut { .. } | Self::TooLarge { .. })
    }

    /// Whether nothing at all is known about the object (as opposed to: it was read and is bad).
    pub fn blind(&self) -> bool {
        matches!(self, Self::PermissionDenied | Self::Io(_) | Self::NoAnswer(_) | Self::Refused(_))
    }
}

impl fmt::Display for Trouble {
    /// The English text, for logs and JSON; the cli has the texts for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PermissionDenied => f.write_str("permission denied"),
            Self::NotRegular(kind) => write!(f, "is not a regular file but {kind}"),
            Self::LeadsOut { to } => write!(f, "is a symbolic link that leads out, to {to}"),
            Self::LeadsNowhere { to } => write!(f, "is a symbolic link to {to}, which is not there"),
            Self::TooLarge { limit } => write!(f, "is larger than {limit} bytes"),
            Self::Io(reason) => write!(f, "could not be read: {reason}"),
            Self::NoAnswer(reason) => write!(f, "does not answer: {reason}"),
            Self::NoHandshake(reason) => write!(f, "answers, but refuses the TLS handshake: {reason}"),
            Self::Refused(reason) => write!(f, "may not be looked at: {reason}"),
            Self::Empty => f.write_str("is empty"),
            Self::CutOff => f.write_str("ends in the middle"),
            Self::NoPem => f.write_str("holds no PEM block"),
            Self::NoCertificate => f.write_str("holds no certificate"),
            Self::NoKey => f.write_str("holds no private key"),
            Self::EncryptedKey => f.write_str("holds an encrypted private key"),
            Self::Malformed(reason) => write!(f, "is malformed: {reason}"),
            Self::NoCurrentContext => f.write_str("names no current-context"),
            Self::DanglingReference(name) => write!(f, "refers to {name}, which it does not define"),
            Self::NamesMissing { path } => write!(f, "names {path}, which does not exist"),
            Self::NoClientCertificate(Instead::Plugin(name)) => {
                write!(f, "uses the exec plugin {name}, not run: there is no certificate to renew")
            }
            Self::NoClientCertificate(Instead::Token) => {
                f.write_str("uses a token: there is no certificate to renew")
            }
            Self::NoClientCertificate(Instead::Password) => {
                f.write_str("uses a user name and password: there is no certificate to renew")
            }
            Self::NoClientCertificate(Instead::Nothing) => {
                f.write_str("has no client certificate for its current user")
            }
        }
    }
}
