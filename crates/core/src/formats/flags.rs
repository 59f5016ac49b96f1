//! Command-line flags as Go's `pflag` (Kubernetes) and `flag` (etcd) read them.

use std::collections::BTreeMap;

/// The flags among `arguments`, `--name` → value; of a repeated flag the last one counts, as for the component.
///
/// `--name=value`, `--name value` and a bare `--name` (`true`) are one; so are `_` and `-` inside a name
/// (component-base/cli/flag `WordSepNormalizeFunc`) and one dash and two (etcd's `flag` package).
pub fn flags<S: AsRef<str>>(arguments: &[S]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = arguments.iter().map(AsRef::as_ref).peekable();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            break;
        }
        let Some(flag) = argument.strip_prefix("--").or_else(|| argument.strip_prefix('-')) else { continue };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => {
                let value = rest.next_if(|next| !next.starts_with('-')).unwrap_or("true");
                (flag, value.to_owned())
            }
        };
        found.insert(format!("--{}", name.replace('_', "-")), value);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Vec<(String, String)> {
        flags(arguments).into_iter().collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn every_spelling_is_read() {
        let arguments =
            ["kube-apiserver", "--a=1", "--b", "2", "--c", "--d_e=x=y", "-f", "3", "--g=", "--", "--h=1"];
        let expected = [
            pair("--a", "1"),
            pair("--b", "2"),
            pair("--c", "true"),
            pair("--d-e", "x=y"),
            pair("--f", "3"),
            pair("--g", ""),
        ];
        assert_eq!(read(&arguments), expected);
    }

    #[test]
    fn the_last_one_counts() {
        assert_eq!(read(&["--a=1", "--a=2"]), [pair("--a", "2")]);
    }
}
