//! Prints what one look at this node shows: `look [--api] [--root DIRECTORY]`.

use camino::Utf8PathBuf;
use perennial_core::inventory::{Looked, Node};
use perennial_host::observe::{self, Look};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root =
        arguments.iter().position(|argument| argument == "--root").and_then(|at| arguments.get(at + 1));
    let look = Look {
        root: root.map_or_else(|| "/".into(), Utf8PathBuf::from),
        listeners: true,
        processes: true,
        cluster: arguments.iter().any(|argument| argument == "--api"),
        objects: false,
        secrets: false,
        homes: vec!["/root".into()],
        kubeconfigs: Vec::new(),
        state_directory: "/var/lib/perennial".into(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let node = observe::node(&runtime, &look);
    let looked = begun.elapsed();
    print(&node);
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    println!(
        "{:.1} ms, {}",
        looked.as_secs_f64() * 1e3,
        peak.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    );
    Ok(())
}

fn print(node: &Node) {
    println!(
        "node {:?} host {:?} {:?} {:?} at {:?}, root: {}",
        node.name,
        node.host_name,
        node.layout,
        node.kubernetes.map(|v| v.to_string()),
        node.address,
        node.as_root
    );
    println!("kubelet {:#?}", node.kubelet);
    for pod in &node.static_pods {
        println!("pod {} {:?} {}", pod.component, pod.version.map(|v| v.to_string()), pod.manifest.path);
    }
    for authority in &node.authorities {
        let names =
            authority.certificates.clone().map(|all| all.iter().map(|one| one.subject()).collect::<Vec<_>>());
        println!("authority {} {} {names:?} key {:?}", authority.name, authority.file.path, authority.key);
    }
    for credential in &node.credentials {
        let leaf = match &credential.certificate {
            Looked::Seen(chain) => format!("{} until {}", chain.leaf().subject(), chain.leaf().not_after()),
            other => format!("{:?}", other.trouble()),
        };
        println!(
            "credential {} {:?} {} | {leaf} | key {:?} | {:?}",
            credential.name,
            credential.role,
            credential.place.file().path,
            credential.key,
            credential.used_by
        );
    }
    for listener in &node.listeners {
        let served = match &listener.served {
            Looked::Seen(served) => format!(
                "{} until {} {:?} {:?}",
                served.chain.leaf().subject(),
                served.chain.leaf().not_after(),
                served.handshake,
                served.client_authorities
            ),
            other => format!("{:?}", other.trouble()),
        };
        println!(
            "listener {} {} {:?} from {:?} presented {:?} | {served}",
            listener.component,
            listener.address,
            listener.server_name,
            listener.credential,
            listener.presented
        );
    }
    for holder in &node.holders {
        println!("holder {holder:?}");
    }
    println!("cluster {:?}", node.cluster);
    for trouble in &node.troubles {
        println!("trouble {trouble:?}");
    }
}
