//! A small disk for a database, which can be filled.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Large enough for what some minutes send.
const SIZE: &str = "size=64m";
/// What is written at a time to fill it.
const BLOCK: usize = 4096;

/// A disk in memory; it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Disk {
    place: PathBuf,
}

impl Disk {
    /// Mounts one below a folder.
    pub(super) fn mount(folder: &Path) -> Result<Self, String> {
        let place = folder.join("disk");
        fs::create_dir(&place).map_err(|error| error.to_string())?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(&place);
        match mount.output() {
            Ok(output) if output.status.success() => Ok(Self { place }),
            Ok(output) => {
                let why = String::from_utf8_lossy(&output.stderr).into_owned();
                Err(format!("expected to be root on Linux, to mount a small disk: {why}"))
            }
            Err(error) => Err(format!("expected `mount`, to mount a small disk: {error}")),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.place
    }

    /// Leaves no room.
    pub(super) fn fill(&self) -> Result<(), String> {
        let file = File::options().create(true).append(true).open(self.ballast());
        let mut file = file.map_err(|error| error.to_string())?;
        loop {
            match file.write_all(&[0; BLOCK]) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    /// Gives the room back.
    pub(super) fn free(&self) -> Result<(), String> {
        fs::remove_file(self.ballast()).map_err(|error| error.to_string())
    }

    fn ballast(&self) -> PathBuf {
        self.place.join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a host may still be about to end.
        let _ = Command::new("umount").arg("--lazy").arg(&self.place).status();
    }
}
