//! What programs and shells rely on whatever happens: a document for a program, one sentence about a stdout that
//! fails, the exit code of a signal.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

use rustix::pipe::fcntl_setpipe_size;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::OpenOptions;
use std::io::Read;
use std::process::{Command, Output, Stdio};

fn perennial(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perennial"));
    command.args(arguments).env_clear().env("LANG", "C.UTF-8").stdin(Stdio::null());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_program_gets_a_document_for_every_command_line() {
    for (arguments, message) in [
        (&["check", "-o", "json", "--nonsense"][..], "--nonsense is not known here"),
        (&["--output=json", "chek"], "there is no verb chek; there is check"),
        (&["renew", "-ojson", "--validity", "3"], "--validity <LENGTH>: 3 can't be understood"),
        (&["renew", "-o", "json", "--root", "/tmp"], "--root looks at a copied tree"),
        (&["explain", "-o", "json", "PRN0000"], "there is no code PRN0000"),
        // The document is English in every language.
        (&["--lang", "zh", "-o", "json", "chek"], "there is no verb chek; there is check"),
    ] {
        let output = perennial(arguments).output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["apiVersion"], "perennial.dev/v1", "{arguments:?}");
        assert_eq!(
            (&document["kind"], &document["exitCode"]),
            (&"Failure".into(), &64.into()),
            "{arguments:?}"
        );
        assert!(document["message"].as_str().unwrap().starts_with(message), "{document:#}");
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(said(&output).starts_with('×'), "{output:?}");
    }
    for (form, begins) in [("yaml", "apiVersion: "), ("junit", "<?xml "), ("nagios", "PERENNIAL UNKNOWN - ")]
    {
        let output = perennial(&["chek", "-o", form]).output().unwrap();
        let document = String::from_utf8(output.stdout).unwrap();
        let said = document.contains("there is no verb chek; there is check");
        assert!(document.starts_with(begins) && said, "{document}");
        assert_eq!(output.status.code(), Some(if form == "nagios" { 3 } else { 64 }));
    }
    let output = perennial(&["chek", "-o", "table"]).output().unwrap();
    assert!(output.stdout.is_empty(), "people read stderr");
}

#[test]
fn what_is_a_document_is_yaml_too() {
    for verb in ["version", "explain"] {
        let output = perennial(&[verb, "-o", "yaml"]).output().unwrap();
        let fields =
            perennial_core::formats::config::read(std::str::from_utf8(&output.stdout).unwrap()).unwrap();
        let names: Vec<_> = fields.iter().map(|field| field.name.as_str()).collect();
        assert!(names.contains(&"apiVersion") && names.contains(&"kind"), "{verb}: {names:?}");
    }
}

#[test]
fn a_stdout_that_fails_is_named_in_one_sentence() {
    for arguments in [&["explain"][..], &["explain", "-o", "json"], &["--help"], &["version"]] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = perennial(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(70), "{arguments:?}");
        let expected = "the answer could not be written to stdout: No space left on device";
        let said = said(&output).replace("\n  ", " ");
        assert!(said.contains(expected) && said.lines().count() == 1, "{arguments:?}: {said}");
    }
}

#[test]
fn a_reader_that_has_gone_is_no_error() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = perennial(&["explain"]).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""));
}

#[test]
fn sigterm_before_a_run_ends_like_ctrl_c() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    // Its answer is larger than the pipe: it waits in the middle of it.
    fcntl_setpipe_size(&writer, 4096).unwrap();
    let mut child = perennial(&["explain", "-o", "json"]).stdout(writer).spawn().unwrap();
    reader.read_exact(&mut [0]).unwrap();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
