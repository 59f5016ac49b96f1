//! `$(NAME)` in a container's words (Kubernetes third_party/forked/golang/expansion).

use std::collections::BTreeMap;

/// Replaces references to the variables that are known; `$$` is a dollar, everything else stays.
pub(super) fn expand(text: &str, variables: &BTreeMap<&str, String>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        if let Some(tail) = after.strip_prefix('$') {
            expanded.push('$');
            rest = tail;
        } else if let Some((name, tail)) = after.strip_prefix('(').and_then(|open| open.split_once(')')) {
            match variables.get(name) {
                Some(value) => expanded.push_str(value),
                None => expanded.extend(["$(", name, ")"]),
            }
            rest = tail;
        } else {
            expanded.push('$');
            rest = after;
        }
    }
    expanded.push_str(rest);
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_kubelet_expands() {
        let variables = BTreeMap::from([("A", "1".to_owned()), ("B", "$(A)".to_owned())]);
        for (text, expected) in [
            ("--a=$(A)$(B)", "--a=1$(A)"),
            ("$$(A) $$$(A)", "$(A) $1"),
            ("$(C) $(A $ $", "$(C) $(A $ $"),
            ("$x$(A)", "$x1"),
        ] {
            assert_eq!(expand(text, &variables), expected);
        }
    }
}
