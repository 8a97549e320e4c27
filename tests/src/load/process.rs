//! What a process has used, as Linux counts it.

use std::fs;
use std::time::Duration;

/// A tick of `/proc/PID/stat`: a hundredth of a second on every Linux that there is (`getconf
/// CLK_TCK`).
const TICK: Duration = Duration::from_millis(10);

/// Time and memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    /// Of all its threads, in the program and in the kernel.
    pub cpu: Duration,
    /// The most that was resident at a time.
    pub memory_kib: u64,
}

impl Used {
    pub(super) fn by(pid: u32) -> Result<Self, String> {
        let read = |file: &str| {
            let path = format!("/proc/{pid}/{file}");
            fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))
        };
        let stat = read("stat")?;
        // The name, in brackets, may hold spaces.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
        let ticks = |at: usize| fields.get(at).and_then(|it| it.parse::<u32>().ok()).unwrap_or(0);
        let status = read("status")?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|it| it.split_whitespace().next()?.parse().ok());
        Ok(Self { cpu: TICK * (ticks(12) + ticks(13)), memory_kib: kib.unwrap_or(0) })
    }

    /// Of several processes: their time, and the memory of the largest.
    pub(super) fn and(self, other: Self) -> Self {
        Self { cpu: self.cpu + other.cpu, memory_kib: self.memory_kib.max(other.memory_kib) }
    }
}
