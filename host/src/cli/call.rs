//! `verbatim call`: an ABI request on standard input, its response on standard output, through the
//! sandbox with its real limits and nothing granted. The door by which anything outside tests the
//! module, or another module that keeps the ABI.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use crate::sandbox::{Grant, Limits, Sandbox, Sha256};

/// Hand ABI requests to the module, in the sandbox, with nothing granted.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct CallArgs {
    /// Take one request a line and give one response a line, until the input ends
    #[arg(long)]
    pub jsonl: bool,
    /// Run this module instead of the embedded one
    #[arg(long, value_name = "FILE", requires = "sha256")]
    pub module: Option<PathBuf>,
    /// The SHA-256 that the file must have
    #[arg(long, value_name = "HEX", requires = "module")]
    pub sha256: Option<Sha256>,
}

/// Answers standard input on standard output.
///
/// The status is 0 if the module answered every request, be it with an error of its own; 1 if the
/// sandbox stopped it, a request was too long, or the module was refused.
#[must_use]
pub fn run(args: &CallArgs) -> ExitCode {
    match try_run(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("verbatim: {message}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(args: &CallArgs) -> Result<bool, String> {
    let sandbox = load(args)?;
    let input = BufReader::with_capacity(64 << 10, io::stdin().lock());
    let output = io::BufWriter::new(io::stdout().lock());
    let answered = if args.jsonl {
        answer_lines(&sandbox, input, output)
    } else {
        answer_one(&sandbox, input, output)
    };
    match answered {
        // Whoever closed the pipe has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        other => other.map_err(|error| error.to_string()),
    }
}

fn load(args: &CallArgs) -> Result<Sandbox, String> {
    let limits = Limits::default();
    let loaded = match (&args.module, args.sha256) {
        (Some(path), Some(expected)) => {
            Sandbox::load(&read_module(path, limits.module_bytes)?, expected, limits)
        }
        (None, None) => Sandbox::embedded(limits),
        // clap asks for both or none; so does this, for whoever fills in the arguments.
        (Some(_), None) => return Err("expected --sha256 beside --module".to_owned()),
        (None, Some(_)) => return Err("expected --module beside --sha256".to_owned()),
    };
    loaded.map_err(|error| error.to_string())
}

/// The file's bytes, and no more than one over the limit: the sandbox refuses what is longer.
fn read_module(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let cannot = |error| format!("cannot read {}: {error}", path.display());
    let file = File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    file.take(at_most(limit)).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}

/// Answers the whole input as one request; true if the module answered it.
fn answer_one(sandbox: &Sandbox, input: impl BufRead, mut output: impl Write) -> io::Result<bool> {
    let limit = sandbox.limits().request_bytes;
    let mut request = Vec::new();
    // Longer input is refused without being read.
    input.take(at_most(limit)).read_to_end(&mut request)?;
    let answer =
        if request.len() > limit { Err(too_long(limit)) } else { answer(sandbox, &request) };
    let answered = write_line(&mut output, answer)?;
    output.flush()?;
    Ok(answered)
}

/// Answers each line; true if the module answered all of them. Neither the input nor a line that
/// is too long is ever held in memory.
fn answer_lines<R: io::Read>(
    sandbox: &Sandbox,
    mut input: BufReader<R>,
    mut output: impl Write,
) -> io::Result<bool> {
    let limit = sandbox.limits().request_bytes;
    let mut request = Vec::new();
    let mut all_answered = true;
    loop {
        let answer = match read_line(&mut input, &mut request, limit)? {
            Line::End => break,
            Line::Whole => answer(sandbox, &request),
            Line::TooLong => Err(too_long(limit)),
        };
        all_answered &= write_line(&mut output, answer)?;
        // Whoever writes one line and waits for its answer gets it; whoever writes many at once
        // does not pay for each.
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
    output.flush()?;
    Ok(all_answered)
}

#[derive(Debug, PartialEq, Eq)]
enum Line {
    Whole,
    TooLong,
    End,
}

/// Reads a line without its end into `line`; of one longer than `limit` only the end is looked for.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>, limit: usize) -> io::Result<Line> {
    line.clear();
    let mut seen = false;
    let mut too_long = false;
    loop {
        let chunk = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        let end = chunk.iter().position(|&byte| byte == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        let input_ended = chunk.is_empty();
        seen |= !input_ended;
        too_long |= line.len() + part.len() > limit;
        if !too_long {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() || input_ended {
            return Ok(match (seen, too_long) {
                (false, _) => Line::End,
                (true, true) => Line::TooLong,
                (true, false) => Line::Whole,
            });
        }
    }
}

/// What stands in the place of a response when there is none.
#[derive(Debug, Serialize)]
struct Stopped {
    code: &'static str,
    message: String,
}

fn too_long(limit: usize) -> Stopped {
    Stopped {
        code: "request_too_long",
        message: format!("expected a request of at most {limit} bytes, found more"),
    }
}

fn answer(sandbox: &Sandbox, request: &[u8]) -> Result<Vec<u8>, Stopped> {
    let outcome = sandbox
        .call(request, &Grant::default())
        .map_err(|error| Stopped { code: error.fault.code(), message: error.to_string() })?;
    // Another module may answer what it likes; a line must stay a line.
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&outcome.response).is_ok();
    if is_json && !outcome.response.contains(&b'\n') {
        Ok(outcome.response)
    } else {
        Err(Stopped {
            code: "module_response",
            message: "expected a response of one line of JSON, found something else".to_owned(),
        })
    }
}

/// Writes a response, or the error in its place; true if it was a response.
fn write_line(output: &mut impl Write, answer: Result<Vec<u8>, Stopped>) -> io::Result<bool> {
    #[derive(Serialize)]
    struct Error {
        error: Stopped,
    }
    let answered = answer.is_ok();
    match answer {
        Ok(response) => output.write_all(&response)?,
        Err(error) => serde_json::to_writer(&mut *output, &Error { error })?,
    }
    output.write_all(b"\n")?;
    Ok(answered)
}

/// `limit` and one byte more, by which an input that is too long is known.
fn at_most(limit: usize) -> u64 {
    u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sandbox() -> Sandbox {
        Sandbox::embedded(Limits::default()).expect("the embedded module loads")
    }

    fn lines(input: &[u8]) -> (bool, Vec<String>) {
        let mut output = Vec::new();
        let input = BufReader::with_capacity(7, input);
        let answered = answer_lines(&sandbox(), input, &mut output).expect("it is in memory");
        let text = String::from_utf8(output).expect("responses are UTF-8");
        (answered, text.lines().map(str::to_owned).collect())
    }

    #[test]
    fn each_line_has_its_answer_in_order() {
        let (answered, lines) = lines(
            b"{\"op\":\"segments\",\"text\":\"]\"}\n\nnot JSON\r\n{\"op\":\"segments\",\"text\":\"\"}",
        );
        assert!(answered, "{lines:?}");
        let [first, blank, broken, last] = &lines[..] else { panic!("{lines:?}") };
        assert!(first.contains(r#""encoding":"GSM-7","units":2,"segments":1"#), "{first}");
        assert!(blank.starts_with(r#"{"error":"#), "{blank}");
        assert!(broken.starts_with(r#"{"error":"#), "{broken}");
        assert!(last.contains(r#""units":0,"segments":1"#), "{last}");
    }

    #[test]
    fn a_line_that_is_too_long_is_refused_and_the_next_is_answered() {
        let mut input = vec![b'x'; (3 << 20) + 5];
        input.extend_from_slice(b"\n{\"op\":\"describe\"}\n");
        let (answered, lines) = lines(&input);
        assert!(!answered);
        let [refused, described] = &lines[..] else { panic!("{} lines", lines.len()) };
        assert_eq!(
            refused,
            "{\"error\":{\"code\":\"request_too_long\",\"message\":\
             \"expected a request of at most 1048576 bytes, found more\"}}"
        );
        assert!(described.starts_with(r#"{"ok":"#), "{described}");
    }

    #[test]
    fn a_line_is_whole_up_to_its_limit() {
        let read = |text: &str| {
            let mut input = BufReader::with_capacity(2, text.as_bytes());
            let mut line = Vec::new();
            let found = read_line(&mut input, &mut line, 4).expect("it is in memory");
            (found, String::from_utf8(line).expect("it was text"))
        };
        assert_eq!(read("abcd\nx"), (Line::Whole, "abcd".to_owned()));
        assert_eq!(read("abcd"), (Line::Whole, "abcd".to_owned()));
        assert_eq!(read("abcde\n").0, Line::TooLong);
        assert_eq!(read("\n"), (Line::Whole, String::new()));
        assert_eq!(read("").0, Line::End);
    }

    #[test]
    fn one_request_is_the_whole_input() {
        let mut output = Vec::new();
        let input = b"{\"op\":\n\"describe\"}\n";
        assert!(answer_one(&sandbox(), &input[..], &mut output).expect("it is in memory"));
        assert!(output.starts_with(br#"{"ok":"#));
        assert!(output.ends_with(b"}\n"));
    }

    #[test]
    fn an_endless_request_is_refused_without_being_read() {
        let mut output = Vec::new();
        let endless = BufReader::new(io::repeat(b' '));
        assert!(!answer_one(&sandbox(), endless, &mut output).expect("it is in memory"));
        assert!(output.starts_with(br#"{"error":{"code":"request_too_long""#));
    }

    #[test]
    fn nothing_is_granted() {
        let (_, lines) = lines(
            br#"{"op":"send","to":"+15550000001","sender":"+15550000002","environment":"sandbox","content":"Hi"}"#,
        );
        assert!(lines[0].starts_with(r#"{"error":"#), "{lines:?}");
    }
}
