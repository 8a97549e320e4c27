//! `cargo run --example modules -- FOLDER NUMBER`, from `tests/fuzz`, writes modules to begin with:
//! those in `seeds/module` were made so.

use std::env;

fn main() -> std::io::Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "seeds/module".to_owned());
    let number = arguments.next().and_then(|number| number.parse().ok()).unwrap_or(64);
    std::fs::create_dir_all(&folder)?;
    for seed in 0..number {
        // SplitMix64: the same bytes for the same seed.
        let mut state: u64 = seed;
        let word = move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (word ^ (word >> 31)).to_le_bytes()
        };
        let len = 256 + usize::try_from(seed * 97 % 4096).expect("it is short");
        let data: Vec<u8> = std::iter::repeat_with(word).flatten().take(len).collect();
        if let Some(module) = verbatim_fuzz::module(&data) {
            std::fs::write(format!("{folder}/{seed:03}"), module)?;
        }
    }
    Ok(())
}
