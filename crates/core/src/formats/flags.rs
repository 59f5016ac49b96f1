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

/// Every value of a flag (its name without dashes), in their order: some flags may be repeated.
pub fn all<'a>(arguments: &'a [String], name: &str) -> Vec<&'a str> {
    let mut rest = arguments.iter().map(String::as_str).peekable();
    let mut found = Vec::new();
    while let Some(argument) = rest.next() {
        let Some(flag) = argument.strip_prefix("--").or_else(|| argument.strip_prefix('-')) else { continue };
        match flag.split_once('=') {
            Some((known, value)) if known.replace('_', "-") == name => found.push(value),
            None if flag.replace('_', "-") == name => {
                found.extend(rest.next_if(|next| !next.starts_with('-')));
            }
            _ => {}
        }
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
    fn every_value_of_a_repeated_flag() {
        let arguments = ["a", "--k=1", "--x", "9", "--k", "2", "-k=3", "--k_=4"].map(str::to_owned);
        assert_eq!(all(&arguments, "k"), ["1", "2", "3"]);
    }

    #[test]
    fn the_last_one_counts() {
        assert_eq!(read(&["--a=1", "--a=2"]), [pair("--a", "2")]);
    }
}
