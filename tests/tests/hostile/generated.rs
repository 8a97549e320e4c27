//! Modules made at random: those that wasm-smith made in the shape of ours (`tests/fuzz`), and
//! changes of them. `VERBATIM_MODULES=100000 cargo test --release -p verbatim-tests --test hostile
//! generated -- --nocapture` runs more of them; a panic names the seed.

use std::path::Path;
use std::{env, fs};

use verbatim_tests::generated::{Draws, Fate, run};

/// How many changed ones without asking for more.
const MODULES: u64 = 300;

#[derive(Debug, Default)]
struct Tally {
    refused: u64,
    stopped: u64,
    answered: u64,
}

impl Tally {
    fn run(&mut self, name: &str, wasm: &[u8]) {
        let fate = std::panic::catch_unwind(|| run(wasm));
        match fate.unwrap_or_else(|_| panic!("the host broke at {name}")) {
            Fate::Refused => self.refused += 1,
            Fate::Stopped(_) => self.stopped += 1,
            Fate::Answered(_) => self.answered += 1,
        }
    }
}

#[test]
fn a_module_made_at_random_is_refused_stopped_or_answers() {
    let seeds = seeds();
    let mut made = Tally::default();
    for (at, wasm) in seeds.iter().enumerate() {
        made.run(&format!("the module {at}"), wasm);
    }
    println!("{} modules: {made:?}", seeds.len());
    assert!(made.refused > 5 && made.stopped + made.answered > 20, "every fate is met: {made:?}");

    let asked = env::var("VERBATIM_MODULES").ok();
    let number = asked.map_or(MODULES, |number| number.parse().expect("a number"));
    let mut changed = Tally::default();
    for seed in 0..number {
        let mut draws = Draws::new(seed);
        let mut wasm = seeds[draws.below(seeds.len())].clone();
        for _ in 0..=draws.below(2) {
            let at = draws.below(wasm.len());
            // Most bytes of a module are code, and most changes of code are no module.
            match draws.below(3) {
                0 => wasm[at] ^= 1 << draws.below(8),
                1 => wasm[at] = u8::try_from(draws.below(256)).expect("a byte"),
                _ => {
                    let other = &seeds[draws.below(seeds.len())];
                    wasm[at] = other[draws.below(other.len())];
                }
            }
        }
        changed.run(&format!("seed {seed}"), &wasm);
    }
    println!("{number} changed modules: {changed:?}");
    assert!(changed.refused > 0 && changed.refused < number, "{changed:?}");
}

fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/module");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the seeds").map(|seed| seed.expect("a seed").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a module")).collect()
}
