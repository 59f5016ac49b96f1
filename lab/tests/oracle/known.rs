//! Where our readers may differ from Kubernetes' own, and why. What is not here is a bug.

use crate::Difference;
use perennial_testdata::corpus::Kind;

/// One kind of difference.
pub(crate) struct Known {
    /// For the count.
    pub(crate) name: &'static str,
    /// Why it is as it should be.
    #[expect(dead_code, reason = "for who reads this list")]
    pub(crate) reason: &'static str,
    pub(crate) applies: fn(&Difference<'_>) -> bool,
}

pub(crate) const KNOWN: &[Known] = &[
    Known {
        name: "short or rare keys",
        reason: "Go reads RSA below 2048 bits, RSA with more than two primes, and P-224. perennial never makes such \
                 keys and has no library that uses them: it names the kind and says that it can't use it.",
        applies: |difference| difference.refused_by_us_alone("of an unsupported kind"),
    },
    Known {
        name: "RSA numbers that contradict each other",
        reason: "Go computes the exponents of the primes anew where those in the key are wrong; the library here refuses \
                 such a key. Nobody writes one: it is damaged.",
        applies: |difference| difference.refused_by_us_alone("its RSA numbers are broken"),
    },
    Known {
        name: "nobody's entry",
        reason: "A context whose user is not defined: client-go goes on without any credential, and every request is \
                 refused later. perennial says at once what is missing.",
        applies: |difference| difference.refused_by_us_alone("refers to user "),
    },
    Known {
        name: "insecure with a CA",
        reason: "client-go refuses it one step later, when it makes the connection.",
        applies: |difference| {
            difference.refused_by_us_alone("insecure-skip-tls-verify and")
                && (difference.go_fact("tlsError").contains("insecure flag is not allowed")
                    || difference.go.facts.get("secure") == Some(&false.into()))
        },
    },
    Known {
        name: "a colon before a bracket",
        reason: "`{a:}` and `[a:,b]`: for Go the colon is a part of the word, libyaml says that it does not know. \
                 Nobody means a field that is called `a:`.",
        applies: |difference| {
            difference.refused_by_us_alone("not YAML")
                && difference
                    .text()
                    .as_bytes()
                    .windows(2)
                    .any(|two| two[0] == b':' && b",?[]{}".contains(&two[1]))
        },
    },
    Known {
        name: "a comma behind a tag",
        reason: "`[!a, b]`: for Go the comma is a part of the tag, for libyaml it is not. Nobody writes tags here.",
        applies: |difference| difference.refused_by_us_alone("not YAML: a comma behind a tag"),
    },
    Known {
        name: "a byte order mark within",
        reason: "Go passes over one at the beginning of any line, the parser used here only over the first. Such a file \
                 is a concatenation by mistake.",
        applies: |difference| {
            let within = |text: &str| text.chars().skip(1).any(|letter| letter == '\u{feff}');
            difference.fact.is_empty() && within(&difference.text())
        },
    },
    Known {
        name: "characters behind the first document",
        reason: "What YAML forbids, or what is not UTF-8, behind the first document (and in JSON, where Go puts a \
                 replacement): Go has stopped reading before it comes there, perennial looks at the whole file first.",
        applies: |difference| {
            let text = difference.text();
            let several =
                text.contains("\n---") || text.contains("\n...") || text.trim_start().starts_with('{');
            let several = several || difference.case.name.contains("JSON");
            let utf8 = |error: &str| error == "not UTF-8" || error.starts_with("invalid utf-8");
            let whole = |error: &String| utf8(error) || error.ends_with("not YAML");
            difference.go.error.is_empty() && difference.ours.error.as_ref().is_some_and(whole) && several
        },
    },
    Known {
        name: "a name twice in a JSON drop-in",
        reason: "The kubelet refuses it, as it does in YAML. The JSON library keeps the last one and tells nobody; \
                 nobody has drop-ins in JSON.",
        applies: |difference| {
            difference.taken_by_us_alone(Kind::Kubelet)
                && difference.go.error.contains("strict decoding error: duplicate field")
        },
    },
    Known {
        name: "a token file that is not there",
        reason: "perennial leaves tokens to others and does not look for their files.",
        applies: |difference| {
            difference.taken_by_us_alone(Kind::Kubeconfig)
                && difference.go.error.ends_with("no such file or directory")
                && difference.text().contains("tokenFile")
        },
    },
    Known {
        name: "a plugin of an unknown version",
        reason: "client-go refuses it when it makes the connection. perennial runs no plugin; the certificate beside \
                 it is what it says.",
        applies: |difference| {
            difference.fact == "tls" && difference.go.facts.get("exec") == Some(&true.into())
        },
    },
    Known {
        name: "a broken URL of a proxy",
        reason: "Its scheme is checked, the rest is not: perennial asks nobody by way of that proxy.",
        applies: |difference| {
            difference.taken_by_us_alone(Kind::Kubeconfig)
                && difference.go.error.contains("invalid 'proxy-url'")
        },
    },
    Known {
        name: "names of a drop-in in another case",
        reason: "What drop-ins and file have become is read by another JSON reader, for which `porT` is `port`.",
        applies: |difference| {
            difference.taken_by_us_alone(Kind::Kubelet)
                && difference.go.error.starts_with("failed to unmarshal merged JSON")
        },
    },
    Known {
        name: "a cluster without a name",
        reason: "Without a current context client-go looks for a cluster that is called \"\" and goes there as \
                 nobody. perennial says that there is no current context.",
        applies: |difference| difference.refused_by_us_alone("names no current-context"),
    },
    Known {
        name: "words behind the flags",
        reason: "The components take none and do not start. perennial reads the flags of what does run.",
        applies: |difference| {
            difference.taken_by_us_alone(Kind::Arguments)
                && difference.go.error.starts_with("takes no arguments")
        },
    },
    Known {
        name: "the API's validation of a pod",
        reason: "Beyond its name and its containers perennial does not validate a pod: the validation of the API is \
                 10,000 lines. A manifest that the kubelet refuses for another field has no running pod, which the \
                 runtime shows.",
        applies: |difference| {
            difference.taken_by_us_alone(Kind::Manifest)
                && (difference.go.error.starts_with("invalid pod: [")
                    || difference.go.error.starts_with("static pods may not reference "))
        },
    },
    Known {
        name: "fields that nobody here reads",
        reason: "Go stops at a value of the wrong type wherever it is. perennial checks the fields that it reads (of \
                 a kubeconfig all of them).",
        applies: |difference| {
            [Kind::Manifest, Kind::Kubelet, Kind::Scheduler, Kind::Manager]
                .iter()
                .any(|kind| difference.taken_by_us_alone(*kind))
                && unread(&difference.go.error)
        },
    },
    Known {
        name: "kube-scheduler's strictness",
        reason: "kube-scheduler refuses fields that its type does not have; its type is not known here. Such a \
                 scheduler does not run, which the runtime shows.",
        applies: |difference| {
            difference.taken_by_us_alone(Kind::Scheduler)
                && difference.go.error.starts_with("strict decoding error: unknown field ")
        },
    },
    Known {
        name: "the kubelet's validation of its settings",
        reason: "A kubelet with an invalid setting does not start at all, which systemd shows; perennial checks the \
                 settings that it reads.",
        applies: |difference| {
            difference.taken_by_us_alone(Kind::Kubelet)
                && ["invalid configuration: ", "unrecognized feature gate: "]
                    .iter()
                    .any(|error| difference.go.error.contains(error))
        },
    },
];

/// Whether Go's JSON complains about a field that is not read here.
fn unread(error: &str) -> bool {
    const READ: [&str; 30] = [
        "apiVersion",
        "kind",
        "name",
        "labels",
        "containers",
        "image",
        "command",
        "args",
        "env",
        "value",
        "volumeMounts",
        "mountPath",
        "subPath",
        "volumes",
        "hostPath",
        "path",
        "spec",
        "metadata",
        "staticPodPath",
        "containerRuntimeEndpoint",
        "rotateCertificates",
        "serverTLSBootstrap",
        "tlsCertFile",
        "tlsPrivateKeyFile",
        "address",
        "port",
        "clientCAFile",
        "x509",
        "kubeconfig",
        "clientConnection",
    ];
    let Some((_, field)) = error.split_once("Go struct field ") else {
        return [
            "quantities must match",
            "time: invalid duration",
            "time: missing unit",
            "time: unknown unit",
            "parsing time ",
        ]
        .iter()
        .any(|type_of_its_own| error.contains(type_of_its_own));
    };
    let field = field.split(' ').next().unwrap_or_default();
    let name = field.rsplit('.').next().unwrap_or_default();
    // A volume's image is another thing than a container's.
    !READ.contains(&name) || (field.starts_with("Volume.") && name == "image")
}

impl Difference<'_> {
    fn refused_by_us_alone(&self, because: &str) -> bool {
        self.fact.is_empty()
            && self.go.error.is_empty()
            && self.ours.error.as_ref().is_some_and(|error| error.contains(because))
    }

    fn taken_by_us_alone(&self, kind: Kind) -> bool {
        self.fact.is_empty() && self.case.kind == kind && self.ours.error.is_none()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(self.case.content("")).into_owned()
    }

    fn go_fact(&self, fact: &str) -> &str {
        self.go.facts.get(fact).and_then(|value| value.as_str()).unwrap_or_default()
    }
}
