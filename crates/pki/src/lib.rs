//! Certificates, keys, PEM, chains and re-issue, as Go's `crypto/x509` and `crypto/tls` see them.
//!
//! The judge of a file is the component that loads it, and in a Kubernetes cluster that component is written
//! in Go. So the readers here follow Go's code, not a standard and not a Rust parser: what Go refuses is
//! refused, what Go lets pass is let pass. Nothing in this crate reads a file, a clock or the environment:
//! bytes and `now` are arguments.
//!
//! | module | question |
//! |---|---|
//! | [`pem`] | which blocks does Go see in this text? |
//! | [`certificate`] | what does this certificate say? |
//! | [`key`] | which key is this, and does it belong to that certificate? |
//! | [`chain`] | would Go accept this certificate, and what is everything that is wrong with it? |
//! | [`reissue`] | the same certificate again, with a new key and new dates |
//! | [`request`] | what does this signing request ask for? and: a request for the same certificate again |

mod algorithm;
mod asn1;
pub mod certificate;
pub mod chain;
mod constraint;
pub mod digest;
mod extension;
mod hostname;
pub mod key;
mod mailbox;
mod name;
pub mod pem;
pub mod reissue;
pub mod request;
mod time;
