//! Certificates that were made to cost time. None of these tests asserts a time: with a reader whose work grows with
//! the square of what is in a file, one of them takes minutes instead of milliseconds.

use perennial_pki::certificate::{Certificate, certificates};
use perennial_pki::chain::{self, Fault, Use};
use perennial_pki::pem;
use perennial_testdata::{Issued, Leaf, self_signed};

/// So many names and so many constraints: about what a file of 1 MiB holds.
const MANY: usize = 20_000;

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut whole = vec![tag];
    match length {
        0..128 => whole.push(length as u8),
        _ => {
            let bytes: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            whole.push(0x80 | bytes.len() as u8);
            whole.extend(bytes);
        }
    }
    whole.extend(content);
    whole
}

fn faults(leaf: &Issued, authority: &Issued) -> Vec<Fault> {
    let authorities = certificates(authority.combined().as_bytes()).unwrap();
    let now = leaf.parsed().not_before();
    chain::faults(&leaf.parsed(), &authorities, &authorities, Some(Use::Server), Some("node-1"), now)
}

/// A CA whose name constraints are these, each a tag and its content: permitted ones, then excluded ones.
fn limited(permitted: &[(u8, Vec<u8>)], excluded: &[(u8, Vec<u8>)]) -> Issued {
    let trees = |list: &[(u8, Vec<u8>)]| -> Vec<u8> {
        list.iter().flat_map(|(tag, content)| der(0x30, &der(*tag, content))).collect()
    };
    let lists = [(0xa0, permitted), (0xa1, excluded)].into_iter().filter(|(_, list)| !list.is_empty());
    let value: Vec<u8> = lists.flat_map(|(tag, list)| der(tag, &trees(list))).collect();
    self_signed(&Leaf::authority("/CN=limited").extension("2.5.29.30", true, &der(0x30, &value)), None)
}

fn names(kind: &str, count: usize) -> Vec<String> {
    let one = |number: usize| match kind {
        "IP" => format!("IP:10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255),
        _ => format!("{kind}:n{number}.example.com"),
    };
    (0..count).map(one).collect()
}

fn leaf(names: &[String]) -> Leaf {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Leaf::server("/CN=node-1").names(&names)
}

#[test]
fn many_names_under_many_constraints() {
    let domains: Vec<(u8, Vec<u8>)> =
        (0..MANY).map(|number| (0x82, format!("other{number}.example.org").into_bytes())).collect();
    let authority = limited(&domains, &domains);
    let found = faults(&authority.issue(&leaf(&names("DNS", MANY))), &authority);
    let refused = found.iter().filter(|fault| matches!(fault, Fault::NameNotPermitted { .. })).count();
    assert_eq!(refused, MANY);

    let networks: Vec<(u8, Vec<u8>)> = (0..MANY)
        .map(|number| {
            (0x87, vec![11, (number >> 16) as u8, (number >> 8) as u8, number as u8, 255, 255, 255, 255])
        })
        .collect();
    let authority = limited(&networks, &networks);
    let found = faults(&authority.issue(&leaf(&names("IP", MANY))), &authority);
    assert!(found.iter().filter(|fault| matches!(fault, Fault::NameNotPermitted { .. })).count() == MANY);
}

#[test]
fn names_and_constraints_of_many_labels() {
    let long = "a.".repeat(100_000) + "example";
    let authority = limited(&[(0x82, format!("b.{long}").into_bytes())], &[(0x82, b"c".to_vec())]);
    let found = faults(&authority.issue(&leaf(&[format!("DNS:{long}")])), &authority);
    assert!(found.contains(&Fault::NameNotPermitted { name: long }));
}

#[test]
fn many_extensions_and_a_deep_one() {
    let mut all = Leaf::server("/CN=node-1");
    for number in 0..2_000 {
        all = all.extension(&format!("1.3.6.1.4.1.55555.{number}"), true, &[5, 0]);
    }
    let authority = self_signed(&Leaf::authority("/CN=ca"), None);
    let found = faults(&authority.issue(&all), &authority);
    assert!(
        found.iter().filter(|fault| matches!(fault, Fault::UnhandledCriticalExtension { .. })).count()
            == 2_000
    );

    let deep = (0..2_000).fold(vec![5, 0], |inner, _| der(0x30, &inner));
    for oid in ["2.5.29.17", "2.5.29.30", "2.5.29.32", "2.5.29.31", "1.3.6.1.4.1.55555.1"] {
        let issued = authority.issue(&Leaf::server("/CN=node-1").extension(oid, false, &deep));
        drop(certificates(issued.combined().as_bytes()));
    }
}

/// Go verifies with RSA up to 8192 bits; nobody computes with more.
#[test]
fn an_rsa_key_as_large_as_the_file() {
    let authority = self_signed(&Leaf::authority("/CN=ca"), None);
    let issued = authority.issue(&Leaf::server("/CN=node-1"));
    for (modulus, exponent) in [(2048, 3), (16_384, 3), (400_000, 3), (256, 100_000), (300_000, 300_000)] {
        let modulus = der(2, &[vec![0, 0xff], vec![0xff; modulus - 1]].concat());
        let exponent = der(2, &[vec![0, 0xff], vec![0xff; exponent - 1]].concat());
        let key = der(3, &[vec![0], der(0x30, &[modulus, exponent].concat())].concat());
        let algorithm = der(0x30, &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0]);
        let key = der(0x30, &[algorithm, key].concat());
        let parsed = issued.parsed();
        let whole = parsed.der();
        let at = whole.windows(parsed.spki_der().len()).position(|part| part == parsed.spki_der()).unwrap();
        // Signed by nobody, and with lengths of its own: the tbs is put together anew around the key.
        let header = |der: &[u8]| if der[1] < 128 { 2 } else { 2 + usize::from(der[1] & 127) };
        let outer = header(whole);
        let tbs = &whole[outer..];
        let tbs_header = header(tbs);
        let length: usize = tbs[2..tbs_header].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let length = if tbs_header == 2 { usize::from(tbs[1]) } else { length };
        let end = outer + tbs_header + length;
        let before = &whole[outer + tbs_header..at];
        let after = &whole[at + parsed.spki_der().len()..end];
        let tbs = der(0x30, &[before, &key, after].concat());
        let made = der(0x30, &[&tbs, &whole[end..]].concat());
        if let Ok(read) = Certificate::from_der(&made) {
            let all = [read.clone()];
            let now = read.not_before();
            drop(chain::faults(&issued.parsed(), &all, &all, None, None, now));
            drop(chain::faults(&read, &all, &all, None, None, now));
        }
    }
}

#[test]
fn texts_that_nearly_hold_blocks() {
    for part in [
        "-----BEGIN A-----\n",
        "\n-----END A-----",
        "-----BEGIN A-----\na: b\n",
        "a: b\n",
        "-----BEGIN ",
        "-----BEGIN A-----\nQUJD\n-----END B-----\n",
        "\n-----END A:-----",
    ] {
        drop(pem::blocks(part.repeat((1 << 20) / part.len()).as_bytes()));
    }
}
