//! Templates as they stand in files, with the way back from a byte of a body to its line.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::yaml;

/// A template from somewhere.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file; `None` for a body from the command line or standard input.
    pub path: Option<PathBuf>,
    /// The title, where the file gives one.
    pub title: Option<Placed>,
    /// The body.
    pub body: Placed,
    /// The environment and the sender, where the file gives them.
    pub senders: Vec<(&'static str, Placed)>,
}

impl Source {
    /// A body that stands in no file.
    #[must_use]
    pub fn body(text: String) -> Self {
        let body = Placed { text, from: From::Start(Place { line: 1, column: 1 }) };
        Self { path: None, title: None, body, senders: Vec::new() }
    }

    /// The same with a title that stands in no file either.
    #[must_use]
    pub fn titled(self, text: String) -> Self {
        let title = Placed { text, from: From::Start(Place { line: 1, column: 1 }) };
        Self { title: Some(title), ..self }
    }

    /// The text that a finding's `part` names, if this source has it.
    #[must_use]
    pub fn part(&self, part: &str) -> Option<&Placed> {
        match part {
            "title" => self.title.as_ref(),
            "body" => Some(&self.body),
            other => {
                let environment = other.strip_prefix("senders.")?;
                let mut senders = self.senders.iter();
                senders.find(|(one, _)| *one == environment).map(|(_, sender)| sender)
            }
        }
    }
}

/// A line and a column, counted from 1, columns in characters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// A text, and where it stands in its file.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The text.
    pub text: String,
    pub(crate) from: From,
}

/// How a text stands in its file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum From {
    /// Letter by letter from this place on.
    Start(Place),
    /// Line by line from this line on, each from this column on.
    Block(Place),
    /// With escapes or folded: only its beginning is known.
    Somewhere(Place),
}

impl Placed {
    /// Where a byte of the text stands.
    #[must_use]
    pub fn place(&self, byte: usize) -> Place {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let lines = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        match self.from {
            From::Start(start) if lines == 0 => {
                Place { line: start.line, column: start.column + column }
            }
            From::Start(start) => Place { line: start.line + lines, column: 1 + column },
            From::Block(start) => Place { line: start.line + lines, column: start.column + column },
            From::Somewhere(start) => start,
        }
    }
}

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file or folder cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file is larger than any file of templates.
    #[error("{} has {bytes} bytes: expected at most {MAX_BYTES}", path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// The file is not text.
    #[error("{} is not UTF-8: found an invalid byte at {at}", path.display())]
    NotUtf8 {
        /// Which.
        path: PathBuf,
        /// The first invalid byte.
        at: usize,
    },
    /// The file is not the YAML of templates.
    #[error("{}:{}:{}: {message}", path.display(), place.line, place.column)]
    Yaml {
        /// Which.
        path: PathBuf,
        /// Where.
        place: Place,
        /// What was expected and found.
        message: String,
    },
    /// A folder without a template.
    #[error("{} holds no template: expected `.yaml` or `.yml` files with `sms_templates`, or bodies in `.txt` or `.sms` files", .0.display())]
    Empty(PathBuf),
}

/// Bytes of a file of templates, at most.
pub const MAX_BYTES: u64 = 16 << 20;

/// Folders that stand inside each other, at most: a link may lead in circles.
const MAX_DEPTH: usize = 32;

/// Reads a file or, recursively and in the order of names, a folder.
///
/// # Errors
/// What cannot be read, and where.
pub fn read(path: &Path) -> Result<Vec<Source>, SourceError> {
    if !path.is_dir() {
        return file(path, false);
    }
    let mut sources = Vec::new();
    folder(path, 0, &mut sources)?;
    match sources.is_empty() {
        true => Err(SourceError::Empty(path.to_owned())),
        false => Ok(sources),
    }
}

fn folder(path: &Path, depth: usize, sources: &mut Vec<Source>) -> Result<(), SourceError> {
    let io = |error| SourceError::Io { path: path.to_owned(), error };
    let mut entries: Vec<_> = fs::read_dir(path)
        .map_err(io)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()
        .map_err(io)?;
    entries.sort();
    for entry in entries {
        let hidden =
            entry.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let extension = entry.extension().and_then(|extension| extension.to_str());
        if hidden {
            continue;
        }
        if entry.is_dir() && depth < MAX_DEPTH {
            folder(&entry, depth + 1, sources)?;
        } else if matches!(extension, Some("yaml" | "yml" | "txt" | "sms")) {
            sources.extend(file(&entry, true)?);
        }
    }
    Ok(())
}

/// `found`: the file was found in a folder, where other YAML may stand beside templates.
fn file(path: &Path, found: bool) -> Result<Vec<Source>, SourceError> {
    let io = |error| SourceError::Io { path: path.to_owned(), error };
    let bytes = fs::metadata(path).map_err(io)?.len();
    if bytes > MAX_BYTES {
        return Err(SourceError::TooLarge { path: path.to_owned(), bytes });
    }
    let text = String::from_utf8(fs::read(path).map_err(io)?).map_err(|error| {
        SourceError::NotUtf8 { path: path.to_owned(), at: error.utf8_error().valid_up_to() }
    })?;
    let yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    if yaml {
        return yaml::templates(path, &text, found);
    }
    // The line end that editors put at the end of a file is not the body's.
    let body = text
        .strip_suffix('\n')
        .map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    let source = Source::body(body.to_owned());
    Ok(vec![Source { path: Some(path.to_owned()), ..source }])
}
