//! A short run of the fuzz targets (fuzz/) by a stable compiler: over what they start from, and over the same changes
//! of it on each run. A crash that the fuzzer finds becomes a test here, named by what was wrong.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]

mod certificates;

#[allow(unreachable_pub, reason = "it is another workspace's library")]
#[path = "../../../../fuzz/src/lib.rs"]
mod targets;

use perennial_testdata::corpus::{Random, mutate};

/// So many changes of each seed, but no more than [`MOST`] for a target.
const CHANGES: usize = 40;
const MOST: usize = 6000;

#[test]
fn no_input_is_too_hostile() {
    for (name, target, seeds) in targets::targets() {
        let mut random = Random::new(7);
        seeds.iter().for_each(|seed| target(seed));
        let changed = MOST.min(seeds.len() * CHANGES);
        for _ in 0..changed {
            let (seed, other) = (random.below(seeds.len()), random.below(seeds.len()));
            target(&mutate(&seeds[seed], &seeds[other], &mut random));
        }
        println!("{name}: {} inputs", seeds.len() + changed);
        assert!(seeds.len() + changed > 400, "{name}");
    }
}
