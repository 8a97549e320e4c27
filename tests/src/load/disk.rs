//! How long the disk takes to keep something: what no durable accept can be faster than.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

const SAMPLES: usize = 500;
const BLOCK: [u8; 4096] = [7; 4096];

/// Milliseconds of a write of four KiB and its `fdatasync`: the median and the 99th of 100.
pub(super) fn fdatasync(folder: &Path) -> Result<[f64; 2], String> {
    let time = |file: &mut File| {
        let begun = Instant::now();
        file.write_all(&BLOCK)?;
        file.sync_data()?;
        Ok::<_, std::io::Error>(begun.elapsed())
    };
    let mut file = File::create(folder.join("disk")).map_err(|error| error.to_string())?;
    let times: Result<Vec<_>, _> = (0..SAMPLES).map(|_| time(&mut file)).collect();
    Ok(super::shown(times.map_err(|error| format!("the disk: {error}"))?))
}
