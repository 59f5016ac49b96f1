//! Tries on a real cluster what acting uses: `act images | workload NODE IMAGE | release COMPONENT | stop ID`.

use perennial_core::inventory::Component;
use perennial_host::api::Api;
use perennial_host::cri::Cri;
use perennial_host::observe::{Look, api_client};
use perennial_host::workload::Test;
use std::error::Error;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let begun = Instant::now();
    match words.as_slice() {
        ["images"] => println!("{:#?}", runtime.block_on(async { cri().await?.images().await })?),
        ["stop", id] => {
            runtime.block_on(async { cri().await?.stop(id, Duration::from_secs(30)).await })?;
        }
        ["workload", node, image] => {
            let test = Test { node, image, limit: Duration::from_secs(20) };
            println!("{:?}", runtime.block_on(test.run(&api(&runtime)?)));
        }
        ["release", name] => {
            let api = api(&runtime)?;
            let component = Component::STATIC.into_iter().find(|component| component.name() == *name);
            let component = component.ok_or("no such component")?;
            let lease =
                runtime.block_on(api.leases())?.into_iter().find(|lease| lease.component == component);
            let lease = lease.ok_or("no lease")?;
            println!("{lease:?}");
            println!("{:?}", runtime.block_on(api.release_lease(component, &lease.resource_version)));
            println!("again: {:?}", runtime.block_on(api.release_lease(component, &lease.resource_version)));
        }
        _ => return Err("images | workload NODE IMAGE | release COMPONENT | stop ID".into()),
    }
    println!("{:?}", begun.elapsed());
    Ok(())
}

async fn cri() -> Result<Cri, perennial_host::cri::CriError> {
    Cri::connect("/run/containerd/containerd.sock".into()).await
}

fn api(runtime: &Runtime) -> Result<Api, String> {
    let look = Look {
        root: "/".into(),
        listeners: false,
        processes: true,
        cluster: true,
        objects: false,
        secrets: false,
        homes: Vec::new(),
        kubeconfigs: Vec::new(),
        state_directory: "/var/lib/perennial".into(),
    };
    api_client(runtime, &look).map_err(|trouble| trouble.to_string())
}
