//! Which module a command runs, and within which limits: one set of flags for every command that
//! runs one.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::CliError;
use crate::engine::Engine;
use crate::sandbox::{Limits, NotALimit, Sandbox, Sha256};

/// The module and its limits; the default is the module that this program carries.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Module")]
pub struct SandboxArgs {
    /// Run this module, which keeps the interface of ABI.md, instead of the embedded one
    #[arg(long, env = "VERBATIM_MODULE_FILE", value_name = "FILE", requires = "sha256")]
    pub module: Option<PathBuf>,
    /// The SHA-256 that the file must have
    #[arg(long, env = "VERBATIM_MODULE_SHA256", value_name = "HEX", requires = "module")]
    pub sha256: Option<Sha256>,
    /// Set a limit of each call of the module, e.g. fuel=2000000000 or wall_ms=2000; may be
    /// repeated (`verbatim call --profile` shows how near each is)
    #[arg(long, env = "VERBATIM_LIMITS", value_name = "NAME=NUMBER", value_delimiter = ' ')]
    pub limit: Vec<LimitSetting>,
}

/// One limit, as it was written, and known to be one.
#[derive(Debug, Clone)]
pub struct LimitSetting(String);

impl std::str::FromStr for LimitSetting {
    type Err = NotALimit;

    fn from_str(text: &str) -> Result<Self, NotALimit> {
        Limits::default().set(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl SandboxArgs {
    /// Loads the module.
    ///
    /// # Errors
    /// A file that cannot be read is wrong use; a module that is not the one named, or does not
    /// keep the interface, is refused.
    pub fn load(&self) -> Result<Sandbox, CliError> {
        let limits = self.limits()?;
        match (&self.module, self.sha256) {
            (Some(path), Some(expected)) => {
                let bytes = read(path, limits.module_bytes).map_err(|error| {
                    CliError::Usage(format!("could not read `{}`: {error}", path.display()))
                })?;
                Ok(Sandbox::load(&bytes, expected, limits)?)
            }
            (None, None) => Ok(Sandbox::embedded(limits)?),
            // clap asks for both or none; so does this, for whoever fills in the arguments.
            (Some(_), None) => Err(usage("expected --sha256 beside --module")),
            (None, Some(_)) => Err(usage("expected --module beside --sha256")),
        }
    }

    /// Loads the module, for its ops.
    ///
    /// # Errors
    /// As [`SandboxArgs::load`].
    pub fn engine(&self) -> Result<Engine, CliError> {
        Ok(Engine::new(self.load()?))
    }

    /// The same for a command that waits for other things as well: compiling takes a moment, so it
    /// has its thread.
    ///
    /// # Errors
    /// As [`SandboxArgs::load`].
    pub async fn engine_aside(self) -> Result<Engine, CliError> {
        tokio::task::spawn_blocking(move || self.engine())
            .await
            .map_err(|error| CliError::Refused(error.to_string()))?
    }

    /// The limits: the defaults, and what was set. The last setting of a limit counts.
    ///
    /// # Errors
    /// A setting that is none; clap has refused those that it read.
    pub fn limits(&self) -> Result<Limits, CliError> {
        let mut limits = Limits::default();
        for LimitSetting(setting) in &self.limit {
            limits.set(setting).map_err(|error| CliError::Usage(error.to_string()))?;
        }
        Ok(limits)
    }
}

fn usage(message: &str) -> CliError {
    CliError::Usage(message.to_owned())
}

/// The file's bytes, and no more than one over the limit: the sandbox refuses what is longer.
fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
