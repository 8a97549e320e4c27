//! Reads the cases of `tests/corpus`, for every engine that is asked them; its FORMAT.md says what
//! they look like.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A request, and the bytes that answer it on every engine.
#[derive(Debug)]
pub struct Case {
    /// The file and the sentence that names it.
    pub name: String,
    /// What is asked.
    pub request: Vec<u8>,
    /// What must be answered.
    pub response: Vec<u8>,
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

/// Asks an engine every case and compares bytes.
///
/// # Panics
/// With every case in which they differ.
pub fn holds_on(engine: fn(&[u8]) -> Vec<u8>) {
    let cases = all();
    let mut wrong = Vec::new();
    for case in &cases {
        let found = engine(&case.request);
        if found != case.response {
            wrong.push(format!(
                "{}\n   asked {}\nexpected {}\n   found {}",
                case.name,
                shown(&case.request),
                shown(&case.response),
                shown(&found)
            ));
        }
    }
    let number = wrong.len();
    assert!(wrong.is_empty(), "{number} of {}:\n\n{}", cases.len(), wrong.join("\n\n"));
}

/// As much of a text as helps to see what is wrong with it.
fn shown(bytes: &[u8]) -> String {
    const SHOWN: usize = 2000;
    let text = String::from_utf8_lossy(bytes);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], bytes.len()),
        None => text.into_owned(),
    }
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
            response: line.response().unwrap_or_else(|why| panic!("{place}: {why}")),
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
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    response_parts: Option<Parts>,
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
