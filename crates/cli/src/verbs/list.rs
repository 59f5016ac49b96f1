//! `list`: every certificate in every place.

use super::{as_root, observe, world};
use crate::args::{Format, List as Arguments};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::language::list as say;
use crate::output::json::kubeadm::CertificateExpirationInfo;
use crate::output::json::list::CertificateList;
use crate::output::list::{Found, List, items, names, screen, wide};
use crate::output::{Line, Mark, Screen};
use crate::session::Session;
use crate::world::{self, Depth};
use perennial_core::inventory::{Layout, Looked};

pub(crate) fn run(session: &Session, arguments: &Arguments) -> Result<Exit, Failure> {
    let depth = if arguments.secrets { Depth::Secrets } else { Depth::Objects };
    let mut node = observe(session, &world(session)?, depth)?;
    // A worker (and an etcd machine) holds no credential with which the API could be asked.
    if matches!(node.layout, Layout::Worker | Layout::Etcd) {
        node.cluster = Looked::Absent;
    }
    let now = world::now();
    let left_out = node.beside.unreferenced.left_out;
    let list = List { items: items(&node), left_out, policy: session.global.policy(), now };
    let blind = list.items.iter().any(|item| matches!(item.found, Found::Unusable(why) if why.blind()))
        || node.cluster.trouble().is_some_and(perennial_core::inventory::Trouble::blind);
    let partial = !node.as_root && !node.copied_tree;
    let mut exit = if blind || partial { Exit::NotLooked } else { Exit::Good };
    match session.global.output {
        Format::Json | Format::Yaml => session.document(&CertificateList::new(&node, &list, exit))?,
        Format::Kubeadm => {
            let info = CertificateExpirationInfo::new(&node, now);
            session.document(&info)?;
            exit = if partial { Exit::NotLooked } else { Exit::Good };
            let unreadable = info.unreadable();
            if !unreadable.is_empty() {
                exit = Exit::NotLooked;
                let mut told = Screen::default();
                let text =
                    say::unreadable_for_kubeadm(session.language, &unreadable.join(session.language.comma()));
                told.wrapped(
                    Line::new().mark(Mark::Unknown).text(" "),
                    &Line::new().text("  "),
                    &text,
                    crate::output::Paint::Plain,
                );
                session.tell(&told);
            }
        }
        Format::Name => session.answer(&names(&list))?,
        Format::Wide => session.answer(&wide(session.language, &list))?,
        _ => session.answer(&screen(session.language, &list))?,
    }
    if partial {
        session.tell(&as_root(session, session.language, exit).screen(session.language));
    }
    Ok(exit)
}
