//! Journals of runs: lines of JSON that are chained by hash.

use perennial_pki::digest::sha256_hex;

/// Sound ones, torn ones and chained wrongly.
pub fn journals() -> Vec<Vec<u8>> {
    let bodies = [
        r#""kind":"intent","step":0"#,
        r#""kind":"done","step":0,"outcome":{"kind":"nothing"}"#,
        r#""kind":"proven","step":0,"evidence":["served = file"]"#,
        r#""kind":"failed","step":1,"reason":"no answer","undo":true"#,
        r#""kind":"resumed","direction":"back""#,
        r#""kind":"undo-intent","step":0,"container":"a""#,
        r#""kind":"undone","step":0"#,
        r#""kind":"decided","end":"undone""#,
        r#""kind":"closed","end":"undone""#,
    ];
    let (mut text, mut previous) = (String::new(), String::new());
    for (at, body) in bodies.iter().filter(|body| !body.contains("done\"")).enumerate() {
        let line = format!(
            r#"{{"v":1,"seq":{at},"previous":"{previous}","run":"r","at":"2026-01-02T03:04:05Z",{body}}}"#
        );
        previous = sha256_hex(line.as_bytes());
        text.push_str(&line);
        text.push('\n');
    }
    let bytes = text.clone().into_bytes();
    let torn = bytes[..bytes.len() - 10].to_vec();
    let newer = text.replacen("\"v\":1", "\"v\":2", 1).into_bytes();
    let swapped = text.replacen("\"seq\":1", "\"seq\":2", 1).into_bytes();
    vec![bytes, torn, newer, swapped, Vec::new(), b"{}\n".to_vec(), text.repeat(2).into_bytes()]
}
