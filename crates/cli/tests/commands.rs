//! What the binary itself says: the help of every verb in both languages, usage errors, and a tree without
//! Kubernetes. `TRYCMD=overwrite cargo test -p perennial --test commands` writes the files anew.

#[test]
fn commands() {
    let cases = trycmd::TestCases::new();
    // Only what the cases set themselves.
    for name in
        ["PERENNIAL_LANG", "LC_ALL", "LC_MESSAGES", "LC_CTYPE", "COLUMNS", "NO_COLOR", "CLICOLOR_FORCE"]
    {
        cases.env(name, "");
    }
    cases.env("LANG", "C.UTF-8").case("tests/cmd/*.trycmd");
    cases.insert_var("[VERSION]", env!("CARGO_PKG_VERSION")).unwrap();
}
