//! Reads the cases of `tests/corpus`; its FORMAT.md says what they look like.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::granted::Granted;

/// A request, and what every engine makes of it.
#[derive(Debug)]
pub struct Case {
    /// The file and the sentence that names it.
    pub name: String,
    /// What is asked.
    pub request: Vec<u8>,
    /// What the host grants it.
    pub granted: Granted,
    /// What must come of it.
    pub expected: Answer,
}

/// What an engine made of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The bytes of its response.
    pub response: Vec<u8>,
    /// What the guest asked the host to do, and the host noted: `{"import":{…}}`, in its order.
    pub intents: Vec<String>,
}

/// Every case of every file.
///
/// # Panics
/// If a file cannot be read, or a line is no case.
#[must_use]
pub fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let entries = fs::read_dir(&folder).expect("the folder of the corpus is there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files.iter().flat_map(|file| read(file)).collect()
}

fn read(file: &Path) -> Vec<Case> {
    let subject = file.file_stem().unwrap_or_default().to_string_lossy();
    let text = fs::read_to_string(file).expect("a corpus file is UTF-8");
    let lines = text.lines().enumerate().map(|(at, line)| {
        let place = format!("{}:{}", file.display(), at + 1);
        let line: Line<'_> = serde_json::from_str(line).unwrap_or_else(|e| panic!("{place}: {e}"));
        Case {
            name: format!("{subject}: {}", line.name),
            request: line.request().unwrap_or_else(|why| panic!("{place}: {why}")),
            expected: Answer {
                response: line.response().unwrap_or_else(|why| panic!("{place}: {why}")),
                intents: line.intents.iter().map(|intent| intent.get().to_owned()).collect(),
            },
            granted: line.granted,
        }
    });
    lines.collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    name: String,
    #[serde(borrow)]
    request: Option<&'a RawValue>,
    request_text: Option<String>,
    request_base64: Option<String>,
    request_parts: Option<Parts>,
    #[serde(default)]
    granted: Granted,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    response_parts: Option<Parts>,
    #[serde(borrow, default)]
    intents: Vec<&'a RawValue>,
}

/// Texts, each with how often it stands there.
type Parts = Vec<(String, usize)>;

impl Line<'_> {
    fn request(&self) -> Result<Vec<u8>, String> {
        match (&self.request, &self.request_text, &self.request_base64, &self.request_parts) {
            (Some(json), None, None, None) => Ok(json.get().into()),
            (None, Some(text), None, None) => Ok(text.as_bytes().into()),
            (None, None, Some(base64), None) => BASE64.decode(base64).map_err(|e| e.to_string()),
            (None, None, None, Some(parts)) => Ok(joined(parts)),
            _ => Err(String::from("expected one of the four forms of a request")),
        }
    }

    fn response(&self) -> Result<Vec<u8>, String> {
        match (&self.response, &self.response_parts) {
            (Some(json), None) => Ok(json.get().into()),
            (None, Some(parts)) => Ok(joined(parts)),
            _ => Err(String::from("expected one of the two forms of a response")),
        }
    }
}

fn joined(parts: &Parts) -> Vec<u8> {
    parts.iter().flat_map(|(text, times)| text.repeat(*times).into_bytes()).collect()
}
