//! Journals of runs: lines of JSON that are chained by hash.

const COMMITTED: &str = include_str!("../../journals/committed.jsonl");
const STOPPED: &str = include_str!("../../journals/stopped.jsonl");

/// Whole ones, torn ones and chained wrongly.
pub fn journals() -> Vec<Vec<u8>> {
    let first = STOPPED.lines().next().unwrap();
    [
        COMMITTED.to_owned(),
        STOPPED.to_owned(),
        COMMITTED[..COMMITTED.len() / 2].to_owned(),
        STOPPED[..STOPPED.len() - 10].to_owned(),
        format!("{first}\n"),
        first.to_owned(),
        STOPPED.replacen("\"v\":1", "\"v\":2", 1),
        STOPPED.replacen("\"seq\":1", "\"seq\":2", 1),
        STOPPED.replacen("\"step\":0", "\"step\":9999999", 1),
        STOPPED.repeat(2),
        "{}\n".to_owned(),
        String::new(),
    ]
    .map(String::into_bytes)
    .to_vec()
}
