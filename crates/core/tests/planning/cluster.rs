//! What `assess` says of what the API server and the cluster's address show: kubelets' requests, and who answers
//! behind a balancer.

use crate::control_plane::{ca, control_plane, now, other_authority, until};
use jiff::SignedDuration;
use perennial_core::assess::{
    ClusterFinding, Finding, Met, MetFault, OpenRequest, Policy, RequestFault, Severity, assess,
};
use perennial_core::inventory::{
    Approvals, Balancer, Chain, Cluster, Handshake, KubeletRequest, Looked, NODES_GROUP, Node, Objects,
    RequestState, Served, Signer, Trouble,
};
use perennial_pki::certificate::Certificate;
use perennial_pki::request::Request;

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn findings(node: &Node) -> Vec<Finding> {
    assess(node, &Policy::default(), now()).findings().into_iter().cloned().collect()
}

/// A request of w1's kubelet, as kubelets make them, an hour old.
fn request() -> KubeletRequest {
    KubeletRequest {
        name: "csr-1".to_owned(),
        signer: Signer::KubeletServing,
        created: Some(now() - SignedDuration::from_hours(1)),
        requester: "system:node:w1".to_owned(),
        groups: vec![NODES_GROUP.to_owned(), "system:authenticated".to_owned()],
        usages: vec!["digital signature".to_owned(), "server auth".to_owned()],
        asks: Some(Request {
            common_name: Some("system:node:w1".to_owned()),
            organizations: vec![NODES_GROUP.to_owned()],
            dns_names: vec!["w1".to_owned()],
            ip_addresses: vec!["10.0.0.21".parse().unwrap()],
            ..Request::default()
        }),
        state: RequestState::Pending,
    }
}

/// What is told of one request of w1's.
fn told(change: impl FnOnce(&mut KubeletRequest)) -> Option<OpenRequest> {
    let mut one = request();
    change(&mut one);
    let addresses = Looked::Seen(vec!["10.0.0.21".to_owned(), "w1".to_owned()]);
    let approvals = Approvals {
        first: vec!["system:bootstrappers:kubeadm:default-node-token".to_owned()],
        renewal: vec![NODES_GROUP.to_owned()],
    };
    let mut node = control_plane(days(300));
    node.cluster = Looked::Seen(Cluster {
        objects: Some(Objects {
            published: Vec::new(),
            requests: Looked::Seen(vec![one]),
            addresses: [("w1".to_owned(), addresses)].into(),
            approvals: Looked::Seen(approvals),
            secrets: Looked::Absent,
        }),
        ..Cluster::default()
    });
    let found = findings(&node).into_iter().find_map(|finding| match finding {
        Finding::Cluster(ClusterFinding::ServingRequests { node, requests, .. }) => Some((node, requests)),
        _ => None,
    });
    let (of, requests) = found?;
    assert_eq!((of.as_str(), requests.len()), ("w1", 1));
    requests.into_iter().next()
}

#[test]
fn a_request_that_waits_is_told_with_what_it_asks_and_what_the_node_has() {
    let open = told(|_| {}).unwrap();
    assert_eq!((&open.state, open.faults.as_slice()), (&RequestState::Pending, &[][..]));
    assert_eq!(open.asked, ["w1", "10.0.0.21"]);
    assert_eq!(open.addresses.unwrap(), ["10.0.0.21", "w1"]);
    let denied = RequestState::Denied("DnsName: too many".to_owned());
    for state in
        [denied, RequestState::ApprovedNotIssued, RequestState::Failed("SignerValidation".to_owned())]
    {
        assert_eq!(told(|one| one.state = state.clone()).unwrap().state, state);
    }
    assert_eq!(told(|one| one.state = RequestState::Issued), None);
    // The controllers need seconds: a denial is one at once, silence is not.
    let young = |one: &mut KubeletRequest| one.created = Some(now() - SignedDuration::from_secs(5));
    assert_eq!(told(young), None);
    assert!(told(|one| (young(one), one.state = RequestState::Denied(String::new())).1).is_some());
}

#[test]
fn a_request_of_somebody_else_is_never_called_approvable() {
    let faults = |change: fn(&mut KubeletRequest)| told(change).unwrap().faults;
    assert_eq!(
        faults(|one| one.requester = "system:node:w2".to_owned()),
        [RequestFault::Requester("system:node:w2".to_owned())]
    );
    assert_eq!(
        faults(|one| (one.requester, one.groups) = ("eve".to_owned(), vec!["developers".to_owned()])),
        [RequestFault::Requester("eve".to_owned())]
    );
    // The right name without the group is no node either.
    assert_eq!(faults(|one| one.groups.clear()), [RequestFault::Requester("system:node:w1".to_owned())]);
    assert_eq!(faults(|one| one.asks = None), [RequestFault::Unreadable]);
}

#[test]
fn names_beyond_the_nodes_addresses_and_other_usages_are_told() {
    let with = |change: fn(&mut Request)| told(|one| change(one.asks.as_mut().unwrap())).unwrap().faults;
    assert_eq!(
        with(|asks| asks.dns_names.push("kubernetes.default.svc".to_owned())),
        [RequestFault::Names(vec!["kubernetes.default.svc".to_owned()])]
    );
    assert_eq!(
        with(|asks| asks.ip_addresses.push("10.96.0.1".parse().unwrap())),
        [RequestFault::Names(vec!["10.96.0.1".to_owned()])]
    );
    assert_eq!(
        with(|asks| asks.others.push("spiffe://x".to_owned())),
        [RequestFault::Names(vec!["spiffe://x".to_owned()])]
    );
    assert_eq!(with(|asks| asks.dns_names.clear()), [], "fewer are fine");
    let both = told(|one| one.usages.push("client auth".to_owned())).unwrap().faults;
    assert!(matches!(both.as_slice(), [RequestFault::Usages(_)]), "{both:?}");
    let group = with(|asks| asks.organizations.push("system:masters".to_owned()));
    assert!(matches!(group.as_slice(), [RequestFault::Subject(_)]), "{group:?}");
}

fn served(certificate: &Certificate) -> Looked<Served> {
    Looked::Seen(Served {
        chain: Chain::new(vec![certificate.clone()]).unwrap(),
        handshake: Handshake::Completed,
        client_authorities: Vec::new(),
    })
}

fn behind(connections: Vec<Looked<Served>>) -> Option<(Vec<Met>, Vec<String>, Severity)> {
    let mut node = control_plane(days(300));
    node.authorities.iter_mut().for_each(|one| one.certificates = Looked::Seen(vec![ca()]));
    node.balancers = vec![Balancer {
        server: "https://api.example:6443".to_owned(),
        address: Looked::Seen("10.0.0.100:6443".parse().unwrap()),
        connections,
    }];
    findings(&node).into_iter().find_map(|finding| {
        let severity = finding.severity();
        match finding {
            Finding::BehindBalancer { met, failures, .. } => Some((met, failures, severity)),
            _ => None,
        }
    })
}

#[test]
fn one_server_in_three_that_has_expired_is_told_among_healthy_ones() {
    let (good, other) = (until(now() + days(300)), until(now() + days(200)));
    let gone = until(now() - days(2));
    let three = [&good, &gone, &other];
    assert!(behind([&good, &other, &good].map(served).to_vec()).is_none());
    let (met, failures, severity) =
        behind([three, three].concat().into_iter().map(served).collect()).unwrap();
    assert_eq!((severity, failures.len(), met.len()), (Severity::Critical, 0, 3));
    let faulty: Vec<_> = met.iter().filter(|one| one.fault.is_some()).collect();
    let [one] = faulty[..] else { panic!("{met:?}") };
    assert_eq!((one.fault, one.times), (Some(MetFault::Expired), 2));
    assert_eq!(one.fingerprint, gone.fingerprint_sha256());
    let soon = until(now() + days(3));
    assert_eq!(behind([&good, &soon].map(served).to_vec()).unwrap().0[1].fault, Some(MetFault::EndsSoon));
}

#[test]
fn a_foreign_and_a_dead_server_behind_the_address() {
    let good = until(now() + days(300));
    let (_, foreign) = other_authority();
    let (met, ..) = behind(vec![served(&good), served(&foreign)]).unwrap();
    assert_eq!(met[1].fault, Some(MetFault::Foreign));
    let silent = Looked::Unusable(Trouble::NoAnswer("connection refused".to_owned()));
    let (_, failures, severity) = behind(vec![served(&good), silent.clone(), served(&good)]).unwrap();
    assert_eq!((failures.len(), severity), (1, Severity::Warning));
    assert!(behind(vec![silent.clone(), silent]).is_none(), "nothing was seen: neither good nor bad");
}
