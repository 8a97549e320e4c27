//! `verbatim call`: an ABI request on standard input, its response on standard output, through the
//! sandbox with its real limits and nothing granted. The door by which anything outside tests the
//! module, or another module that keeps the ABI.

use std::io::{self, BufRead, BufReader, Read as _, Write};

use serde::Serialize;

use super::profile::Profile;
use super::sandbox::SandboxArgs;
use super::{CliError, Done};
use crate::sandbox::{Grant, Sandbox, Usage, grouped};

/// Hand ABI requests to the module, in the sandbox, with nothing granted
#[derive(Debug, Clone, Default, clap::Args)]
pub struct CallArgs {
    /// Take one request a line and give one response a line, until the input ends
    #[arg(long)]
    pub jsonl: bool,
    /// Say on standard error what each call used, and how near each limit was
    #[arg(long)]
    pub profile: bool,
    /// The profile as one line of JSON
    #[arg(long, requires = "profile")]
    pub json: bool,
    /// Which module, and its limits.
    #[command(flatten)]
    pub sandbox: SandboxArgs,
}

/// Answers standard input on standard output. [`Done::Clean`] if the module answered every
/// request, be it with an error of its own; [`Done::Found`] if the sandbox stopped it or a request
/// was too long.
///
/// # Errors
/// The module was refused, or its file cannot be read.
pub fn run(args: &CallArgs) -> Result<Done, CliError> {
    let sandbox = args.sandbox.load()?;
    let input = BufReader::with_capacity(64 << 10, io::stdin().lock());
    let output = io::BufWriter::new(io::stdout().lock());
    let telling = match (args.profile, args.json) {
        (false, _) => Telling::Nothing,
        (true, false) => Telling::Table,
        (true, true) => Telling::Json,
    };
    let caller = Caller { sandbox, telling };
    let answered = if args.jsonl {
        caller.answer_lines(input, output)
    } else {
        caller.answer_one(input, output)
    };
    match answered {
        Ok(true) => Ok(Done::Clean),
        Ok(false) => Ok(Done::Found),
        // Whoever closed the pipe has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Done::Found),
        Err(error) => Err(error.into()),
    }
}

/// Who calls, and how it tells of it.
struct Caller {
    sandbox: Sandbox,
    telling: Telling,
}

/// What is said of each call's use, on standard error.
#[derive(Debug, Clone, Copy)]
enum Telling {
    Nothing,
    Table,
    Json,
}

impl Caller {
    /// Answers the whole input as one request; true if the module answered it.
    fn answer_one(&self, input: impl BufRead, mut output: impl Write) -> io::Result<bool> {
        let limit = self.sandbox.limits().request_bytes;
        let mut request = Vec::new();
        // Longer input is refused without being read.
        input.take(at_most(limit)).read_to_end(&mut request)?;
        let answer =
            if request.len() > limit { Err(too_long(limit)) } else { self.answer(&request) };
        let answered = write_line(&mut output, answer)?;
        output.flush()?;
        Ok(answered)
    }

    /// Answers each line; true if the module answered all of them. Neither the input nor a line
    /// that is too long is ever held in memory.
    fn answer_lines<R: io::Read>(
        &self,
        mut input: BufReader<R>,
        mut output: impl Write,
    ) -> io::Result<bool> {
        let limit = self.sandbox.limits().request_bytes;
        let mut request = Vec::new();
        let mut all_answered = true;
        loop {
            let answer = match read_line(&mut input, &mut request, limit)? {
                Line::End => break,
                Line::Whole => self.answer(&request),
                Line::TooLong => Err(too_long(limit)),
            };
            all_answered &= write_line(&mut output, answer)?;
            // Whoever writes one line and waits for its answer gets it; whoever writes many at
            // once does not pay for each.
            if input.buffer().is_empty() {
                output.flush()?;
            }
        }
        output.flush()?;
        Ok(all_answered)
    }

    fn answer(&self, request: &[u8]) -> Result<Vec<u8>, Stopped> {
        let called = self.sandbox.call(request, &Grant::default());
        self.tell(match &called {
            Ok(outcome) => &outcome.usage,
            Err(error) => &error.usage,
        });
        let outcome = called.map_err(|error| Stopped {
            code: error.fault.code(),
            message: error.to_string(),
            limit: error.fault.limit(),
        })?;
        // Another module may answer what it likes; a line must stay a line.
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&outcome.response).is_ok();
        if is_json && !outcome.response.contains(&b'\n') {
            Ok(outcome.response)
        } else {
            Err(Stopped {
                code: "module_response",
                message: "expected a response of one line of JSON, found something else".to_owned(),
                limit: None,
            })
        }
    }

    /// Shows a profile, if one is wanted; the responses' own stream stays theirs.
    fn tell(&self, usage: &Usage) {
        let profile = || Profile::of(usage, self.sandbox.limits());
        let text = match self.telling {
            Telling::Nothing => return,
            Telling::Table => profile().human(),
            Telling::Json => profile().json().unwrap_or_default(),
        };
        // Who closed it does not want to be told.
        let _ = io::stderr().write_all(text.as_bytes());
    }
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
    /// The limit that was reached, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
}

fn too_long(limit: usize) -> Stopped {
    Stopped {
        code: "request_too_long",
        message: format!("expected a request of at most {} bytes, found more", grouped(limit)),
        limit: Some("request_bytes"),
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
    use crate::sandbox::Limits;

    fn caller() -> Caller {
        let sandbox = Sandbox::embedded(Limits::default()).expect("the embedded module loads");
        Caller { sandbox, telling: Telling::Nothing }
    }

    fn lines(input: &[u8]) -> (bool, Vec<String>) {
        let mut output = Vec::new();
        let input = BufReader::with_capacity(7, input);
        let answered = caller().answer_lines(input, &mut output).expect("it is in memory");
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
             \"expected a request of at most 1,048,576 bytes, found more\",\"limit\":\"request_bytes\"}}"
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
        assert!(caller().answer_one(&input[..], &mut output).expect("it is in memory"));
        assert!(output.starts_with(br#"{"ok":"#));
        assert!(output.ends_with(b"}\n"));
    }

    #[test]
    fn an_endless_request_is_refused_without_being_read() {
        let mut output = Vec::new();
        let endless = BufReader::new(io::repeat(b' '));
        assert!(!caller().answer_one(endless, &mut output).expect("it is in memory"));
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
