//! The stable codes of findings: one name each, never reused.

use std::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal;)+) => {
        /// A finding's code, written `PRN####`. 1xxx dates, 2xxx chain and CA, 3xxx names and usage,
        /// 4xxx disk ≠ served ≠ in memory, 5xxx files and keys, 6xxx kubelet, 7xxx kubeconfigs,
        /// 8xxx cluster and runs, 9xxx perennial itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// All of them, in their order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The four digits.
            pub fn number(self) -> u16 {
                match self { $(Self::$name => $number,)+ }
            }

            /// Its name, as in the sources.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// What it says, in one line.
            pub fn fact(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii(),)+ }
            }
        }

        codes! { @hand_on ($) $($name = $number;)+ }
    };
    (@hand_on ($dollar:tt) $($name:ident = $number:literal;)+) => {
        /// Gives the list of codes to another macro, as `Name = number;` each: what is made from it has exactly
        /// these.
        #[macro_export]
        macro_rules! with_codes {
            ($dollar then:ident) => { $dollar then! { $($name = $number;)+ } };
        }
    };
}

codes! {
    /// A leaf certificate has expired.
    CertificateExpired = 1101;
    /// A CA certificate has expired.
    AuthorityExpired = 1102;
    /// A trust edge is broken although each file is good by itself.
    EdgeBroken = 1103;
    /// A leaf certificate ends soon.
    CertificateEndsSoon = 1201;
    /// A CA certificate ends soon.
    AuthorityEndsSoon = 1202;
    /// A certificate is not valid yet.
    NotYetValid = 1301;
    /// An intermediate CA in a file has expired or ends soon.
    IntermediateEnds = 1302;
    /// A certificate is not signed by the CA that should have signed it.
    WrongAuthority = 2101;
    /// A CA's key is not on this node: its certificates are renewed elsewhere.
    ExternalAuthority = 2102;
    /// A CA's key does not fit its certificate.
    AuthorityKeyMismatch = 2103;
    /// A CA's key is there, but encrypted.
    AuthorityKeyEncrypted = 2104;
    /// A kubeconfig trusts another CA than the one that the API server's certificate comes from.
    OtherAuthorityTrusted = 2105;
    /// Two CAs are trusted at once: a rotation is half-way.
    TwoAuthorities = 2106;
    /// Go refuses a chain.
    ChainRefused = 2107;
    /// The file with which kube-controller-manager signs holds more than one certificate.
    SigningFileNotSingle = 2108;
    /// A file begins with a CA, and its leaf comes later.
    ChainOutOfOrder = 2109;
    /// A server's certificate is not valid for a name or address of this node.
    NamesMissing = 3101;
    /// A certificate is another node's.
    OtherNodesCertificate = 3102;
    /// A certificate lacks a usage that its role needs.
    UsageMissing = 3201;
    /// The kubelet's certificate is for another name than the node's.
    NodeNameDiffers = 3301;
    /// A kubeconfig carries somebody else's identity.
    ForeignIdentity = 3302;
    /// The kubelet's certificate lacks the group of nodes.
    NodeGroupMissing = 3304;
    /// A static pod acts as super-admin.
    SuperAdminUsed = 3303;
    /// A listener serves something else than its file.
    ServedOther = 4101;
    /// A listener does not answer.
    ListenerSilent = 4102;
    /// A process holds an older credential than its file.
    ProcessStale = 4103;
    /// It can't be proven which credential a process holds.
    ProcessUnproven = 4104;
    /// kube-apiserver's in-memory loopback certificate has ended or ends soon.
    LoopbackEnds = 4105;
    /// Another static pod holds an older credential than its file.
    PodStale = 4106;
    /// A listener speaks TLS, and the handshake with it fails.
    HandshakeFails = 4107;
    /// It is not known whether a process of this version re-reads its files.
    ReloadUnknown = 4108;
    /// A file that should be there is missing.
    FileMissing = 5101;
    /// A file is there but can't be used.
    FileUnusable = 5102;
    /// A private key does not belong to the certificate beside it.
    KeyMismatch = 5103;
    /// A file is empty, or ends in the middle.
    FileCutOff = 5104;
    /// Several manifests define one static pod.
    ManifestsCollide = 5105;
    /// A file's SELinux label is other than its neighbours'.
    LabelDiffers = 5106;
    /// A private key can be read by others.
    KeyExposed = 5107;
    /// Something that is no file, or a link that leads out, is where a certificate should be.
    FileSpecial = 5108;
    /// The kubelet's client certificate has expired.
    KubeletClientExpired = 6101;
    /// The kubelet does not run.
    KubeletDown = 6102;
    /// The kubelet runs, but its next start fails: kubelet.conf uses an older certificate than its store has.
    KubeletRestartFails = 6103;
    /// The kubelet can't rotate its client certificate, or can't find it.
    KubeletRotationBlocked = 6104;
    /// A kubelet waits for its serving certificate: its requests are pending, denied or not signed.
    KubeletServingRequests = 6105;
    /// The kubelet's self-signed serving certificate has ended, ends soon, or is refused.
    KubeletServingEnds = 6106;
    /// The running kubelet's container runtime does not answer.
    RuntimeSilent = 6107;
    /// Nobody may have the kubelets' requests approved automatically.
    ApprovalMissing = 6108;
    /// A kubelet waits for its client certificate.
    KubeletClientRequests = 6109;
    /// A kubeconfig can't be used.
    KubeconfigUnusable = 7101;
    /// A person's kubeconfig holds an older certificate than admin.conf.
    KubeconfigOutdated = 7102;
    /// An earlier run of perennial was neither finished nor undone.
    RunOpen = 8101;
    /// A webhook's caBundle has expired, ends soon, can't be read, or does not trust its service.
    WebhookBundle = 8201;
    /// An APIService's caBundle has expired, ends soon, can't be read, or does not trust its service.
    ApiServiceBundle = 8202;
    /// cluster-info holds another CA than the one in use.
    ClusterInfoDiffers = 8203;
    /// kube-root-ca.crt holds another CA than the one in use.
    RootCertificateDiffers = 8204;
    /// extension-apiserver-authentication holds other CAs than those in use.
    AuthenticationDiffers = 8205;
    /// Behind the cluster's address a node serves what clients refuse, or does not answer.
    BehindBalancer = 8206;
    /// The certificate in a TLS Secret has ended or ends soon.
    SecretEnds = 8207;
    /// This node's clock is behind: most certificates are not valid yet.
    ClockBehind = 9101;
}

impl Code {
    /// The code with this number.
    pub fn of(number: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PRN{:04}", self.number())
    }
}
