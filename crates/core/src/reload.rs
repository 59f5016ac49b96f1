//! Who re-reads what: the one table, by component, what it holds, in which form, and its version. Each row names its
//! source: a file of Kubernetes v1.36 or etcd 3.6, or the change that brought it.
//!
//! A version before the first row is not known to re-read anything, and a version that can't be told is as good as
//! that: then a restart is needed, and the operator is told so.

use crate::inventory::{Component, Credential, Holder, Node, Place, Role, Version};

/// When a running process sees what has changed on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It reads the files anew for every handshake.
    PerHandshake,
    /// It uses the new one with its next connection; open connections keep the old one.
    OnReconnect,
    /// It watches the files.
    Watch,
    /// It reads once, at its start.
    Never,
    /// It renews it itself.
    OwnRotation,
    /// No process keeps it: each command reads it.
    PerCommand,
}

impl Class {
    /// Whether a running process comes to use the new one without a restart.
    pub fn follows(self) -> bool {
        !matches!(self, Self::Never)
    }
}

/// What a process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A certificate and its key.
    Credential(Role),
    /// `--client-ca-file`, `authentication.x509.clientCAFile`.
    ClientAuthority,
    /// `--requestheader-client-ca-file`.
    FrontProxyAuthority,
    /// `--etcd-cafile`; of etcd its `--trusted-ca-file` and `--peer-trusted-ca-file`.
    EtcdAuthority,
    /// `--root-ca-file`.
    RootAuthority,
    /// `--cluster-signing-cert-file` and its key.
    SigningAuthority,
    /// The CA of a kubeconfig.
    ServerAuthority,
    /// `--service-account-key-file`, `--service-account-private-key-file`.
    ServiceAccountKeys,
}

/// How a process holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Embedded in a kubeconfig.
    Embedded,
    /// By the path of its file.
    File,
    /// In a store that the process keeps itself.
    Store,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Whose process; `None`: any.
    pub component: Option<Component>,
    /// What it holds.
    pub held: Held,
    /// In which form.
    pub form: Form,
    /// The first version that does so, of the component itself.
    pub since: Version,
    /// The first version that no longer does.
    pub before: Option<Version>,
    /// What it does.
    pub class: Class,
    /// Why that is known.
    pub source: &'static str,
}

use Class::{Never, OnReconnect, OwnRotation, PerCommand, PerHandshake, Watch};
use Component::{Etcd, KubeApiserver, KubeControllerManager, KubeScheduler, Kubelet};
use Form::{Embedded, File, Store};
use Held::{
    ClientAuthority, Credential as Of, EtcdAuthority, FrontProxyAuthority, RootAuthority, ServerAuthority,
    ServiceAccountKeys, SigningAuthority,
};

const fn v(minor: u32) -> Version {
    Version { major: 1, minor, patch: 0 }
}

const fn etcd(minor: u32, patch: u32) -> Version {
    Version { major: 3, minor, patch }
}

const fn row(
    component: Component,
    held: Held,
    form: Form,
    since: Version,
    before: Option<Version>,
    class: Class,
    source: &'static str,
) -> Row {
    Row { component: Some(component), held, form, since, before, class, source }
}

const fn any(held: Held, form: Form, class: Class, source: &'static str) -> Row {
    let since = Version { major: 0, minor: 0, patch: 0 };
    Row { component: None, held, form, since, before: None, class, source }
}

const SERVING: &str = "apiserver pkg/server/options/serving.go, dynamiccertificates/dynamic_serving_content.go; kubernetes#84200, #104102";
const CLIENT_FILES: &str =
    "client-go transport/transport.go ReloadTLSFiles, cert_rotation.go; kubernetes#79083";
const EMBEDDED: &str =
    "client-go transport/transport.go staticCert; seen on v1.36.3: the old credential-id until its end";
const CLIENT_AUTHORITY: &str =
    "apiserver dynamiccertificates/dynamic_cafile_content.go; kubernetes#83579, #90360";
const ETCD_LEAF: &str = "etcd client/pkg/transport/listener.go GetCertificate, GetClientCertificate; since etcd 3.2.0, names of IP addresses alone since 3.2.19 and 3.3.4 (etcd#9570)";
const KUBELET_FILE: &str = "kubernetes#124574 (gate ReloadKubeletServerCertificateFile, on since 1.31); until 1.35 only for clients that send a name (#133654)";
const KUBELET_ONCE: &str = "cmd/kubelet/app/server.go before kubernetes#124574";
const READ_BY_COMMANDS: &str =
    "no daemon of kubeadm reads it; kubectl, etcdctl and kubeadm read it for each command";

/// The table.
pub const TABLE: &[Row] = &[
    row(KubeApiserver, Of(Role::ApiserverServing), File, v(20), None, Watch, SERVING),
    row(
        KubeApiserver,
        Of(Role::ApiserverKubeletClient),
        File,
        v(20),
        Some(v(27)),
        OnReconnect,
        "pkg/kubelet/client/kubelet_client.go; connections of kubectl logs are kept before kubernetes#115315",
    ),
    row(
        KubeApiserver,
        Of(Role::ApiserverKubeletClient),
        File,
        v(27),
        None,
        Watch,
        "kubernetes#115315; client-go transport/cert_rotation.go closes connections",
    ),
    row(
        KubeApiserver,
        Of(Role::ApiserverEtcdClient),
        File,
        v(20),
        None,
        OnReconnect,
        "apiserver storagebackend/factory/etcd3.go through etcd's TLSInfo.GetClientCertificate",
    ),
    row(
        KubeApiserver,
        Of(Role::FrontProxyClient),
        File,
        v(20),
        None,
        Watch,
        "kube-aggregator pkg/apiserver/apiserver.go; kubernetes#92791",
    ),
    row(KubeApiserver, ClientAuthority, File, v(20), None, Watch, CLIENT_AUTHORITY),
    row(KubeApiserver, FrontProxyAuthority, File, v(20), None, Watch, CLIENT_AUTHORITY),
    row(
        KubeApiserver,
        EtcdAuthority,
        File,
        v(20),
        None,
        Never,
        "apiserver storagebackend/factory/etcd3.go: the pool is built once",
    ),
    row(
        KubeApiserver,
        ServiceAccountKeys,
        File,
        v(20),
        None,
        Never,
        "pkg/controlplane/apiserver/options/options.go, pkg/kubeapiserver/options/authentication.go",
    ),
    row(Etcd, Of(Role::EtcdServer), File, etcd(2, 19), Some(etcd(3, 0)), PerHandshake, ETCD_LEAF),
    row(Etcd, Of(Role::EtcdServer), File, etcd(3, 4), None, PerHandshake, ETCD_LEAF),
    row(Etcd, Of(Role::EtcdPeer), File, etcd(2, 19), Some(etcd(3, 0)), PerHandshake, ETCD_LEAF),
    row(Etcd, Of(Role::EtcdPeer), File, etcd(3, 4), None, PerHandshake, ETCD_LEAF),
    row(
        Etcd,
        EtcdAuthority,
        File,
        etcd(2, 0),
        None,
        Never,
        "etcd client/pkg/transport/listener.go: NewCertPool at the start",
    ),
    row(KubeControllerManager, Of(Role::ControllerManager), Embedded, v(0), None, Never, EMBEDDED),
    row(KubeControllerManager, Of(Role::ControllerManager), File, v(18), None, Watch, CLIENT_FILES),
    row(KubeControllerManager, ClientAuthority, File, v(20), None, Watch, CLIENT_AUTHORITY),
    row(KubeControllerManager, FrontProxyAuthority, File, v(20), None, Watch, CLIENT_AUTHORITY),
    row(
        KubeControllerManager,
        SigningAuthority,
        File,
        v(20),
        None,
        Watch,
        "pkg/controller/certificates/signer/ca_provider.go; kubernetes#86816",
    ),
    row(
        KubeControllerManager,
        RootAuthority,
        File,
        v(0),
        None,
        Never,
        "cmd/kube-controller-manager/app/controllermanager.go; kubernetes#137410 is open",
    ),
    row(
        KubeControllerManager,
        ServiceAccountKeys,
        File,
        v(0),
        None,
        Never,
        "cmd/kube-controller-manager/app/controllermanager.go, serviceaccount token controller",
    ),
    row(KubeScheduler, Of(Role::Scheduler), Embedded, v(0), None, Never, EMBEDDED),
    row(KubeScheduler, Of(Role::Scheduler), File, v(18), None, Watch, CLIENT_FILES),
    row(
        Kubelet,
        Of(Role::KubeletClient),
        Store,
        v(0),
        None,
        OwnRotation,
        "pkg/kubelet/certificate/transport.go, client-go util/certificate/certificate_manager.go; what others write there is read at the start alone",
    ),
    row(Kubelet, Of(Role::KubeletClient), Embedded, v(0), None, Never, EMBEDDED),
    row(
        Kubelet,
        Of(Role::KubeletClient),
        File,
        v(0),
        None,
        Never,
        "cmd/kubelet/app/server.go: read at the start",
    ),
    row(
        Kubelet,
        Of(Role::KubeletServing),
        Store,
        v(0),
        None,
        OwnRotation,
        "pkg/kubelet/certificate/kubelet.go",
    ),
    row(Kubelet, Of(Role::KubeletServing), File, v(31), None, Watch, KUBELET_FILE),
    row(Kubelet, Of(Role::KubeletServing), File, v(0), Some(v(31)), Never, KUBELET_ONCE),
    row(
        Kubelet,
        ClientAuthority,
        File,
        v(20),
        None,
        Watch,
        "cmd/kubelet/app/auth.go, dynamiccertificates/dynamic_cafile_content.go",
    ),
    any(ServerAuthority, Embedded, Never, "client-go transport: the pool is part of the transport"),
    Row {
        component: None,
        held: ServerAuthority,
        form: File,
        since: v(36),
        before: None,
        class: Watch,
        source: "client-go transport/ca_rotation.go (gate ClientsAllowCARotation, on since 1.36; every 5 minutes)",
    },
    Row {
        component: None,
        held: ServerAuthority,
        form: File,
        since: v(0),
        before: Some(v(36)),
        class: Never,
        source: "client-go before transport/ca_rotation.go",
    },
    any(Of(Role::EtcdHealthcheckClient), File, PerCommand, READ_BY_COMMANDS),
    any(Of(Role::Admin), Embedded, PerCommand, READ_BY_COMMANDS),
    any(Of(Role::SuperAdmin), Embedded, PerCommand, READ_BY_COMMANDS),
    any(Of(Role::UserKubeconfig), Embedded, PerCommand, READ_BY_COMMANDS),
    any(Of(Role::Admin), File, PerCommand, READ_BY_COMMANDS),
    any(Of(Role::SuperAdmin), File, PerCommand, READ_BY_COMMANDS),
    any(Of(Role::UserKubeconfig), File, PerCommand, READ_BY_COMMANDS),
];

/// What a process of this version does; `None`: that is not known.
pub fn reload(
    component: Component,
    held: Held,
    form: Form,
    version: Option<Version>,
) -> Option<&'static Row> {
    TABLE.iter().find(|row| {
        let always = row.before.is_none() && row.since.minor == 0;
        row.component.is_none_or(|own| own == component)
            && row.held == held
            && row.form == form
            && (always
                || version.is_some_and(|version| {
                    version >= row.since && row.before.is_none_or(|before| version < before)
                }))
    })
}

/// The version of a component: its own image's, else the node's Kubernetes version. The kubelet's is not looked at:
/// it may be older than the control plane.
pub fn version(node: &Node, component: Component) -> Option<Version> {
    let own = node.component(component).and_then(|pod| pod.version);
    match component {
        Etcd => own,
        _ => own.or(node.kubernetes),
    }
}

/// What the process of a component does with a credential of this node; `None`: not known.
pub fn of_credential(node: &Node, component: Component, credential: &Credential) -> Option<&'static Row> {
    let form = match &credential.place {
        Place::Pair { .. } => File,
        Place::Combined { .. } => Store,
        Place::Kubeconfig { material, .. } if material.embedded() => Embedded,
        Place::Kubeconfig { .. } => File,
    };
    reload(component, Of(credential.role), form, version(node, component))
}

/// The same for a holder, by what it was started with.
pub fn of_holder(node: &Node, holder: &Holder) -> Option<&'static Row> {
    let credential = node.credential(&holder.credential)?;
    let form = if holder.material.embedded() { Embedded } else { File };
    reload(holder.component, Of(credential.role), form, version(node, holder.component))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(component: Component, held: Held, form: Form, version: &str) -> Option<Class> {
        reload(component, held, form, Version::parse(version)).map(|row| row.class)
    }

    #[test]
    fn what_is_known_of_each_version() {
        let kubelet_client = Of(Role::ApiserverKubeletClient);
        for (version, expected) in [
            ("v1.19.3", None),
            ("v1.20.0", Some(OnReconnect)),
            ("v1.26.9", Some(OnReconnect)),
            ("v1.27.0", Some(Watch)),
            ("v1.36.3", Some(Watch)),
            ("latest", None),
        ] {
            assert_eq!(class(KubeApiserver, kubelet_client, File, version), expected, "{version}");
        }
        for (version, expected) in [
            ("3.1.20", None),
            ("3.2.18", None),
            ("3.2.19", Some(PerHandshake)),
            ("3.3.0", None),
            ("3.3.3", None),
            ("3.3.4", Some(PerHandshake)),
            ("3.6.8-0", Some(PerHandshake)),
        ] {
            assert_eq!(class(Etcd, Of(Role::EtcdServer), File, version), expected, "{version}");
        }
        assert_eq!(class(Kubelet, Of(Role::KubeletServing), File, "v1.30.9"), Some(Never));
        assert_eq!(class(Kubelet, Of(Role::KubeletServing), File, "v1.31.0"), Some(Watch));
        assert_eq!(class(KubeScheduler, ServerAuthority, File, "v1.35.0"), Some(Never));
        assert_eq!(class(KubeScheduler, ServerAuthority, File, "v1.36.0"), Some(Watch));
    }

    #[test]
    fn what_never_changed_needs_no_version() {
        let manager = Of(Role::ControllerManager);
        assert_eq!(class(KubeControllerManager, manager, Embedded, "?"), Some(Never));
        assert_eq!(class(KubeControllerManager, manager, File, "?"), None);
        assert_eq!(class(KubeControllerManager, manager, File, "v1.36.3"), Some(Watch));
        assert_eq!(class(KubeApiserver, Of(Role::Admin), Embedded, "?"), Some(PerCommand));
    }

    #[test]
    fn no_two_rows_speak_of_the_same() {
        for version in
            (0..40).map(v).chain((0..12).flat_map(|minor| (0..25).map(move |patch| etcd(minor, patch))))
        {
            for row in TABLE {
                let fits = TABLE.iter().filter(|other| {
                    (other.component, other.held, other.form) == (row.component, row.held, row.form)
                        && version >= other.since
                        && other.before.is_none_or(|before| version < before)
                });
                assert!(fits.count() <= 1, "{row:?} {version}");
            }
        }
    }
}
