//! Instructions per call and per byte, counted by valgrind's callgrind: unlike times they repeat
//! to the digit on any load. A kernel runs under it twice, once with more calls; the difference
//! leaves out what starting and making ready take.

use std::env;
use std::process::Command;

use verbatim_tests::bench::Instructions;

use crate::row::kernels;

/// The hidden argument by which this program runs one kernel: `--kernel NUMBER CALLS`.
pub const KERNEL: &str = "--kernel";

const CALLS: u64 = 1_000;

/// Runs kernel `number`, so many calls.
pub fn run(number: usize, calls: u64) {
    if let Some((mut kernel, _)) = kernels().into_iter().nth(number) {
        kernel.repeat(calls);
    }
}

/// Counts all kernels.
///
/// # Errors
/// A sentence that says why nothing was counted.
pub fn count() -> Result<Vec<Instructions>, String> {
    let one = |(number, (kernel, bytes)): (usize, (crate::timing::Contender<'_>, usize))| {
        eprintln!("instructions: {}", kernel.name);
        let (once, twice) = (collected(number, CALLS)?, collected(number, 2 * CALLS)?);
        let per_call = twice.saturating_sub(once) / CALLS;
        Ok(Instructions { name: kernel.name, bytes, per_call })
    };
    kernels().into_iter().enumerate().map(one).collect()
}

fn collected(number: usize, calls: u64) -> Result<u64, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([KERNEL, &number.to_string(), &calls.to_string()])
        .output()
        .map_err(|error| format!("could not run valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let number =
        said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    number.ok_or_else(|| format!("valgrind counted nothing: {}", said.trim()))
}
