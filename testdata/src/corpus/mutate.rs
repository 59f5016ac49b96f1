//! Changes by chance, but always the same ones.

/// Numbers from a seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    /// A number below a limit; 0 for a limit of 0.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.number() % (limit.max(1) as u64)).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// What readers stumble over.
const WORDS: [&str; 40] = [
    "\u{feff}",
    "\r",
    "\r\n",
    "\t",
    " ",
    "  ",
    "---\n",
    "\n---\n",
    "...\n",
    "#",
    " #",
    ":",
    ": ",
    "- ",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a ",
    "*a",
    "<<: *a\n",
    "!!str ",
    "|\n",
    ">-\n",
    "yes",
    "null",
    "~",
    "0",
    "1e3",
    "\0",
    "\u{85}",
    "\u{2028}",
    "-----",
    "-----BEGIN ",
    "\n-----END ",
    "=",
    "é",
];

/// Some changes of bytes, words or lines of `content`; `other` may lend a line.
pub fn mutate(content: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut content = content.to_vec();
    for _ in 0..=random.below(3) {
        content = once(content, other, random);
    }
    content
}

fn once(mut content: Vec<u8>, other: &[u8], random: &mut Random) -> Vec<u8> {
    let at = random.below(content.len());
    let end = (at + random.below(12)).min(content.len());
    match random.below(14) {
        0 if !content.is_empty() => content[at] ^= 1 << random.below(8),
        1 if !content.is_empty() => content[at] = random.below(256) as u8,
        2 => drop(content.drain(at..end)),
        3 => {
            let piece = content[at..end].to_vec();
            content.splice(at..at, piece);
        }
        4 if random.below(4) == 0 => content.truncate(at),
        5 | 6 => {
            let word = random.one(&WORDS).as_bytes().to_vec();
            content.splice(at..at, word);
        }
        _ => return lines(&content, other, random),
    }
    content
}

fn lines(content: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut all: Vec<Vec<u8>> = content.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if all.is_empty() {
        return other.to_vec();
    }
    let at = random.below(all.len());
    match random.below(7) {
        0 => drop(all.remove(at)),
        1 => all.insert(at, all[at].clone()),
        2 => {
            let second = random.below(all.len());
            all.swap(at, second);
        }
        3 => all[at].insert(0, b' '),
        4 => drop(all[at].pop()),
        5 => {
            let lent: Vec<&[u8]> = other.split_inclusive(|byte| *byte == b'\n').collect();
            if !lent.is_empty() {
                all.insert(at, random.one(&lent).to_vec());
            }
        }
        _ => {
            if let Some(colon) = all[at].iter().position(|byte| *byte == b':') {
                let word = random.one(&WORDS).as_bytes();
                all[at].truncate(colon + 1);
                all[at].extend([b" ", word, b"\n"].concat());
            }
        }
    }
    all.concat()
}
