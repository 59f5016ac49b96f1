//! `inspect`: what one certificate, request, key, kubeconfig or server says.

use super::world;
use crate::args::Inspect as Arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::{inspect as say, trouble::trouble};
use crate::output::inspect::{Content, Inspection, screen};
use crate::output::json::inspect::InspectionView;
use crate::session::Session;
use crate::world::{self, World};
use perennial_core::inventory::Looked;
use perennial_host::observe::inspect::Inspected;

/// What the argument means.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    Stdin,
    File,
    Server(String, u16),
    Neither,
}

pub(crate) fn run(session: &Session, arguments: &Arguments) -> Result<Exit, Failure> {
    let language = session.answer_language();
    let what = arguments.what.as_str();
    let world = world(session)?;
    let target = target(&world, what);
    if let Some(name) = &arguments.server_name {
        if !matches!(target, Target::Server(..)) {
            return Err(Failure::new(Exit::Usage, say::only_servers(language, what)));
        }
        if !is_name(name) {
            return Err(Failure::new(Exit::Usage, say::bad_server_name(language, name)));
        }
    }
    let content = match &target {
        Target::Stdin => world.inspect_stdin().map(|found| of(found, None)),
        Target::File => world.inspect_file(what).map(|(found, beside)| of(found, beside)),
        Target::Server(host, port) => {
            let name = arguments.server_name.as_deref().or(Some(host)).filter(|name| is_name(name));
            let served = world.inspect_server(host, *port, name);
            served.map(|(address, served)| Content::Server(address, served))
        }
        Target::Neither => return Err(Failure::new(Exit::NotLooked, say::not_there(language, what))),
    };
    let content = match content {
        Looked::Seen(content) => content,
        Looked::Absent => return Err(Failure::new(Exit::NotLooked, say::not_there(language, what))),
        Looked::Unusable(why) => return Err(Failure::new(Exit::NotLooked, trouble(language, what, &why))),
    };
    let node = world.files();
    let inspection = Inspection { what, content, node: &node, now: world::now() };
    if session.json() {
        session.document(&InspectionView::new(&inspection, Exit::Good))?;
    } else {
        session.answer(&screen(session.language, &inspection))?;
    }
    Ok(Exit::Good)
}

fn of(found: Inspected, beside: Option<perennial_host::observe::inspect::Beside>) -> Content {
    match found {
        Inspected::Parts(parts) => Content::Parts(parts, beside),
        Inspected::Kubeconfig(users) => Content::Kubeconfig(users),
    }
}

/// A file wins over a server of the same name; `./` before it makes anything a file.
fn target(world: &World, what: &str) -> Target {
    if what == "-" {
        return Target::Stdin;
    }
    if world.is_there(what) {
        return Target::File;
    }
    server(what)
}

/// `HOST:PORT`, `[ADDRESS]:PORT`, or either behind `https://`.
fn server(what: &str) -> Target {
    let bare = what.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or_default());
    let bare = bare.unwrap_or(what);
    let with_port = |(host, port): (&str, &str)| {
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        // More than one colon without brackets is an address without a port.
        let plain = !host.is_empty() && (is_name(host) || host.parse::<std::net::IpAddr>().is_ok());
        port.parse().ok().filter(|port| plain && *port > 0).map(|port| Target::Server(host.to_owned(), port))
    };
    let bracketed = bare.starts_with('[') || bare.matches(':').count() == 1;
    bare.rsplit_once(':').filter(|_| bracketed).and_then(with_port).unwrap_or(Target::Neither)
}

/// A host name, as SNI carries one (RFC 6066): no address.
fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.len() <= 63 && label.chars().all(known)
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253 && name.split('.').all(label) && name.parse::<std::net::IpAddr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_in_all_their_forms() {
        let of = |host: &str, port| Target::Server(host.to_owned(), port);
        assert_eq!(server("[::1]:6443"), of("::1", 6443));
        assert_eq!(server("10.0.0.11:2379"), of("10.0.0.11", 2379));
        assert_eq!(server("cp-1.example:6443"), of("cp-1.example", 6443));
        assert_eq!(server("https://cp1:6443/api?x"), of("cp1", 6443));
        assert_eq!(server("https://[fd00::1]:6443"), of("fd00::1", 6443));
        for neither in [
            "",
            ":",
            "cp1",
            "::1:6443",
            "::1",
            "cp1:0",
            "cp1:70000",
            "cp1:x",
            "a b:1",
            "[::1]",
            "/x:1",
            "cp1:6443x",
        ] {
            assert_eq!(server(neither), Target::Neither, "{neither}");
        }
    }

    #[test]
    fn a_name_for_sni_is_no_address() {
        for name in ["kubernetes", "a.b", "apiserver-loopback-client", "a.b."] {
            assert!(is_name(name), "{name}");
        }
        for other in ["10.0.0.1", "::1", "", "a..b", "a b", "x\u{1b}", "名"] {
            assert!(!is_name(other), "{other}");
        }
    }
}
