//! The text of a command: an argument, a file, or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use super::CliError;

/// The most bytes that are read; the module takes no longer request.
const MAX_BYTES: u64 = 1024 * 1024;

/// Where a command's text comes from. One line feed at the end of a file or of standard input
/// belongs to the file, not to the text, and is left out.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Input {
    /// The text; `-` or nothing reads standard input
    #[arg(value_name = "TEXT", conflicts_with = "file")]
    pub text: Option<String>,
    /// Read the text from this file (`-` for standard input)
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

impl Input {
    /// Reads the text.
    ///
    /// # Errors
    /// The file cannot be read (used wrongly); the text is too long or not UTF-8 (refused).
    pub fn read(&self) -> Result<String, CliError> {
        let dash = |file: &&PathBuf| file.as_os_str() == "-";
        match (&self.text, &self.file) {
            (Some(text), _) if text != "-" => Ok(text.clone()),
            (_, Some(path)) if !dash(&path) => {
                let name = format!("`{}`", path.display());
                let file = File::open(path)
                    .map_err(|error| CliError::Usage(format!("could not read {name}: {error}")))?;
                read(file, &name)
            }
            (_, _) => read(io::stdin().lock(), "standard input"),
        }
    }
}

fn read(from: impl Read, name: &str) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| CliError::Usage(format!("could not read {name}: {error}")))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        let message = format!("expected at most {MAX_BYTES} bytes in {name}, found more");
        return Err(CliError::Refused(message));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        CliError::Refused(format!(
            "expected text in UTF-8, found a byte that is not at offset {at} of {name}"
        ))
    })?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_bytes(bytes: &[u8]) -> Result<String, String> {
        read(bytes, "standard input").map_err(|error| error.to_string())
    }

    #[test]
    fn one_line_feed_at_the_end_is_the_files_own() {
        assert_eq!(read_bytes(b"a\nb\n"), Ok("a\nb".to_owned()));
        assert_eq!(read_bytes(b"a\r\n"), Ok("a".to_owned()));
        assert_eq!(read_bytes(b"a\n\n"), Ok("a\n".to_owned()));
        assert_eq!(read_bytes(b""), Ok(String::new()));
    }

    #[test]
    fn what_is_not_utf8_is_refused_in_one_sentence_with_its_place() {
        let error =
            "expected text in UTF-8, found a byte that is not at offset 2 of standard input";
        assert_eq!(read_bytes(b"ab\xff"), Err(error.to_owned()));
    }

    #[test]
    fn a_text_without_an_end_is_refused() {
        assert!(read(io::repeat(b'x'), "standard input").is_err());
        let longest = vec![b'x'; usize::try_from(MAX_BYTES).expect("it fits")];
        assert!(read(&longest[..], "standard input").is_ok());
    }
}
