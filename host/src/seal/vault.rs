//! Where the key comes from that seals: the environment, or a file for its owner alone, which is
//! made at first need. Several keys may be given: the first one seals, the others still open, so
//! that a key can be changed.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

use super::{SealError, SealingKey, sealed_by};

/// Where the keys are.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// Given by the environment: keys, between white space.
    Given(SecretString),
    /// In a file, a key a line; made with one if it is missing when something is to be sealed.
    File(PathBuf),
    /// Nowhere: nothing can be sealed.
    Nowhere,
}

/// Seals and opens. Clones share their keys.
#[derive(Debug, Clone)]
pub struct Vault {
    source: KeySource,
    keys: Arc<Mutex<Option<Arc<Vec<SealingKey>>>>>,
}

/// Why nothing was sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// No key was given.
    #[error(
        "expected a key to seal secrets with, found none; set VERBATIM_SECRET_KEY, or name a file \
         with --key-file"
    )]
    NoKey,
    /// The file is gone.
    #[error(
        "expected the key file `{0}`, whose key has sealed what is in the database, found none; \
         bring it back, or connect the account and set the webhooks again"
    )]
    Missing(String),
    /// Others may read the file.
    #[error(
        "expected the key file `{path}` to be for its owner alone (0600), found mode {mode:04o}; \
         `chmod 600 {path}`"
    )]
    Readable {
        /// The file.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// It holds something else.
    #[error(
        "expected keys in {0}, each `vsk_` and 64 hexadecimal digits, found something else; \
         `verbatim keys secret` makes one"
    )]
    Malformed(String),
    /// The file cannot be read or made.
    #[error("could not use the key file `{path}`: {error}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// It was sealed by a key that is not given.
    #[error(
        "what is in the database was sealed by the key `{sealed_by}`, found {known}; give that key, \
         too, or set the secret again"
    )]
    OtherKey {
        /// The id of the key that sealed it.
        sealed_by: String,
        /// The ids of those that are given.
        known: String,
    },
    /// It does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// No randomness for a key.
    #[error("could not make a key: {0}")]
    Random(#[from] getrandom::Error),
}

impl Vault {
    /// A vault whose keys are read when they are needed.
    #[must_use]
    pub fn new(source: KeySource) -> Self {
        Self { source, keys: Arc::default() }
    }

    /// Seals a secret for a place by the first key, which is made if there is none.
    ///
    /// # Errors
    /// There is no key and none can be made, or the file is open to others.
    pub fn seal(&self, place: &str, secret: &SecretString) -> Result<String, VaultError> {
        let keys = self.keys(Missing::Make)?;
        let first = keys.first().ok_or(VaultError::NoKey)?;
        Ok(first.seal(place, secret)?)
    }

    /// Opens what was sealed for a place.
    ///
    /// # Errors
    /// Its key is not given, or it was changed.
    pub fn open(&self, place: &str, sealed: &str) -> Result<SecretString, VaultError> {
        let keys = self.keys(Missing::Refuse)?;
        let by = sealed_by(sealed).ok_or_else(|| SealError::Broken(place.to_owned()))?;
        let Some(key) = keys.iter().find(|key| key.id() == by) else {
            let known: Vec<_> = keys.iter().map(|key| format!("`{}`", key.id())).collect();
            return Err(VaultError::OtherKey { sealed_by: by.to_owned(), known: known.join(", ") });
        };
        Ok(key.open(place, sealed)?)
    }

    /// The same secret sealed by the first key; nothing if it is already.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn reseal(&self, place: &str, sealed: &str) -> Result<Option<String>, VaultError> {
        let first = self.keys(Missing::Refuse)?.first().map(|key| key.id().to_owned());
        if first.as_deref() == sealed_by(sealed) {
            return Ok(None);
        }
        self.seal(place, &self.open(place, sealed)?).map(Some)
    }

    fn keys(&self, missing: Missing) -> Result<Arc<Vec<SealingKey>>, VaultError> {
        let mut known = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = known.as_ref() {
            return Ok(Arc::clone(keys));
        }
        let keys = match &self.source {
            KeySource::Given(text) => parse(text, "VERBATIM_SECRET_KEY")?,
            KeySource::File(path) => from_file(path, missing)?,
            KeySource::Nowhere => return Err(VaultError::NoKey),
        };
        let keys = Arc::new(keys);
        *known = Some(Arc::clone(&keys));
        Ok(keys)
    }
}

/// What becomes of a file that is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Make,
    Refuse,
}

fn parse(text: &SecretString, found_in: &str) -> Result<Vec<SealingKey>, VaultError> {
    let malformed = || VaultError::Malformed(found_in.to_owned());
    let key = |word: &str| SealingKey::parse(&SecretString::from(word)).ok_or_else(malformed);
    let keys: Vec<_> =
        text.expose_secret().split_whitespace().map(key).collect::<Result<_, _>>()?;
    if keys.is_empty() { Err(malformed()) } else { Ok(keys) }
}

fn from_file(path: &Path, missing: Missing) -> Result<Vec<SealingKey>, VaultError> {
    let io = |error| VaultError::Io { path: path.display().to_string(), error };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if missing == Missing::Refuse {
                return Err(VaultError::Missing(path.display().to_string()));
            }
            make(path)?;
            File::open(path).map_err(io)?
        }
        Err(error) => return Err(io(error)),
    };
    refuse_readable(&file, path)?;
    let text = io::read_to_string(file).map_err(io)?;
    parse(&SecretString::from(text), &format!("`{}`", path.display()))
}

#[cfg(unix)]
fn refuse_readable(file: &File, path: &Path) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt;
    let shown = path.display().to_string();
    let metadata = file.metadata();
    let metadata = metadata.map_err(|error| VaultError::Io { path: shown.clone(), error })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(VaultError::Readable { path: shown, mode }) }
}

#[cfg(not(unix))]
fn refuse_readable(_: &File, _: &Path) -> Result<(), VaultError> {
    Ok(())
}

/// Makes the file whole or not at all: who starts at the same time finds one key, not half of one.
fn make(path: &Path) -> Result<(), VaultError> {
    let io = |error| VaultError::Io { path: path.display().to_string(), error };
    let key = SealingKey::generate()?;
    let beside = path.with_added_extension(crate::id::new_id());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&beside).map_err(io)?;
    let written = writeln!(file, "{}", key.expose_secret())
        .and_then(|()| file.sync_all())
        // Unlike a rename, a link never takes the place of another's key.
        .and_then(|()| std::fs::hard_link(&beside, path));
    let removed = std::fs::remove_file(&beside);
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        done => done.and(removed).map_err(io),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> SecretString {
        SecretString::from("the token")
    }

    #[test]
    fn a_key_file_is_made_at_first_need_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("verbatim.key");
        let vault = Vault::new(KeySource::File(path.clone()));
        assert!(matches!(vault.open("p", "v1.x.y"), Err(VaultError::Missing(_))));
        assert!(!path.exists(), "nothing is made to open something with");
        let sealed = vault.seal("p", &secret()).expect("a seal");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).expect("it").permissions().mode();
            assert_eq!(mode(&path) & 0o777, 0o600);
        }
        let another = Vault::new(KeySource::File(path.clone()));
        let opened = another.open("p", &sealed).expect("the secret");
        assert_eq!(opened.expose_secret(), secret().expose_secret());
        assert_eq!(std::fs::read_dir(folder.path()).expect("it").count(), 1, "nothing is left");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("verbatim.key");
        let sealed = Vault::new(KeySource::File(path.clone())).seal("p", &secret());
        let sealed = sealed.expect("a seal");
        for (mode, fine) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, permissions).expect("a mode");
            let opened = Vault::new(KeySource::File(path.clone())).open("p", &sealed);
            assert_eq!(opened.is_ok(), fine, "{mode:o}");
            if let Err(error) = opened {
                assert!(error.to_string().contains("chmod 600"), "{error}");
            }
        }
    }

    #[test]
    fn a_key_is_changed_by_giving_both_for_a_while() {
        let keys: Vec<String> = (0..2)
            .map(|_| SealingKey::generate().expect("a key").expose_secret().to_owned())
            .collect();
        let vault = |text: String| Vault::new(KeySource::Given(SecretString::from(text)));
        let (old, new) = (vault(keys[0].clone()), vault(keys[1].clone()));
        let both = vault(format!("{}\n{}\n", keys[1], keys[0]));
        let sealed = old.seal("p", &secret()).expect("a seal");
        let refused = new.open("p", &sealed).expect_err("another key").to_string();
        assert!(refused.contains("give that key"), "{refused}");
        assert_eq!(old.reseal("p", &sealed).expect("nothing to do"), None);
        let anew = both.reseal("p", &sealed).expect("the secret").expect("sealed anew");
        assert_eq!(new.open("p", &anew).expect("the secret").expose_secret(), "the token");
        for bad in ["", "vsk_1", "no key"] {
            let refused = vault(bad.to_owned()).seal("p", &secret());
            assert!(matches!(refused, Err(VaultError::Malformed(_))), "{bad}");
        }
    }

    #[test]
    fn many_that_need_a_key_at_once_make_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("verbatim.key");
        let sealed: Vec<_> = std::thread::scope(|scope| {
            let one = || Vault::new(KeySource::File(path.clone())).seal("p", &secret());
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
            threads.into_iter().map(|it| it.join().expect("a thread")).collect()
        });
        let vault = Vault::new(KeySource::File(path.clone()));
        for one in sealed {
            assert!(vault.open("p", &one.expect("a seal")).is_ok());
        }
    }
}
