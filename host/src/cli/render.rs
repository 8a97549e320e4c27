//! `verbatim render`: a template for every row of a CSV, through the module, in constant memory.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::check::sources;
use super::{CliError, Done, show};
use crate::batch::{
    self, BadRow, BadRows, Columns, EmptyCells, Ended, Format, RenderError, Settings, Summary,
    Template, Watch,
};
use crate::check::Source;
use crate::sandbox::{Limits, Sandbox};

/// Render a template for every row of a CSV, with the segments each takes
///
/// The first line of the CSV names its columns: each token of the template has one, named as the
/// token is written (`{{vrbl:CODE}}`), without its braces (`vrbl:CODE`) or by its bare name
/// (`CODE`). Rows, warnings and the summary are told on standard error. Status 1 if a row was
/// refused.
#[derive(Debug, Clone, clap::Args)]
pub struct RenderArgs {
    /// The template: a body, a file, or a folder or YAML file with `sms_templates`
    #[arg(long, value_name = "TEXT|PATH")]
    template: String,
    /// Which of several templates, by its title
    #[arg(long)]
    title: Option<String>,
    /// The rows; `-` for standard input
    #[arg(long, value_name = "FILE")]
    csv: PathBuf,
    /// What stands between two fields of the CSV
    #[arg(long, value_name = "CHAR", default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    /// Write to this file instead of standard output; it is there only once all is done
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How the rows are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write this column of the CSV beside each text; may be repeated
    #[arg(long, value_name = "COLUMN")]
    copy: Vec<String>,
    /// What an empty cell is
    #[arg(long, value_enum, default_value_t)]
    empty_cells: EmptyCells,
    /// What becomes of a row that cannot be rendered
    #[arg(long, value_enum, default_value_t)]
    bad_rows: BadRows,
    /// Refuse columns that no token asks for, instead of warning of them
    #[arg(long)]
    strict: bool,
    /// Threads that render; the rows stay in order
    #[arg(long, value_name = "N", default_value = "1")]
    jobs: NonZeroUsize,
    /// Tell of bad rows, of warnings and of the end in JSON, a line each
    #[arg(long)]
    json: bool,
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !b"\"\r\n".contains(byte) => Ok(*byte),
        _ => Err("expected one ASCII character, such as `,`, `;` or `\\t`".to_owned()),
    }
}

/// Renders the rows. [`Done::Found`] if one was refused, or it ended before the input did.
///
/// # Errors
/// A template with errors, columns that do not fit it, a file that cannot be read or written.
pub fn run(args: RenderArgs) -> Result<Done, CliError> {
    let body = template(&args)?;
    let sandbox = Sandbox::embedded(Limits::default())?;
    let template = match Template::new(&sandbox, body) {
        Ok(template) => template,
        Err(RenderError::Body(refusal)) => return super::refused(&refusal, args.json),
        Err(error) => return Err(CliError::Refused(error.to_string())),
    };
    let (csv, bytes) = open(&args.csv)?;
    let stop = on_interrupt()?;
    let mut out = Out::create(args.out.as_deref())?;
    let mut teller = Teller::new(args.json, args.strict, bytes, stop);
    let settings = Settings {
        format: args.format,
        delimiter: args.delimiter,
        empty: args.empty_cells,
        bad_rows: args.bad_rows,
        copied: args.copy,
        jobs: args.jobs,
    };
    let rendered = batch::render(&sandbox, &template, &settings, csv, &mut out, &mut teller);
    teller.bar.finish_and_clear();
    match rendered {
        Ok(summary) => {
            match summary.ended {
                Ended::WithInput => out.keep()?,
                Ended::AtBadRow | Ended::Interrupted => out.leave(),
            }
            teller.end(&summary);
            let is_clean = summary.refused == 0 && summary.ended == Ended::WithInput;
            Ok(if is_clean { Done::Clean } else { Done::Found })
        }
        // Whoever closed the pipe has read enough.
        Err(RenderError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            Ok(Done::Found)
        }
        Err(error) => {
            out.leave();
            Err(CliError::Refused(error.to_string()))
        }
    }
}

/// The body of the one template that is meant.
fn template(args: &RenderArgs) -> Result<String, CliError> {
    if args.template == "-" && args.csv.as_os_str() == "-" {
        let message = "expected the template or the CSV on standard input, found `-` for both";
        return Err(CliError::Usage(message.to_owned()));
    }
    let mut found = sources(&args.template)?;
    let title = |source: &Source| source.title.as_ref().map(|title| title.text.clone());
    if let Some(wanted) = &args.title {
        let all: Vec<_> =
            found.iter().filter_map(title).map(|title| format!("`{title}`")).collect();
        found.retain(|source| title(source).as_ref() == Some(wanted));
        if found.is_empty() {
            let all = if all.is_empty() { "none with a title".to_owned() } else { all.join(", ") };
            return Err(CliError::Usage(format!("no template `{wanted}`; found {all}")));
        }
    }
    match <[Source; 1]>::try_from(found) {
        Ok([source]) => Ok(source.body.text),
        Err(several) => Err(CliError::Usage(format!(
            "expected one template, found {}; name one by `--title`",
            several.len()
        ))),
    }
}

/// The CSV, and how many bytes it has if that is known.
fn open(path: &Path) -> Result<(Box<dyn Read>, Option<u64>), CliError> {
    if path.as_os_str() == "-" {
        return Ok((Box::new(io::stdin().lock()), None));
    }
    let unread = |error| CliError::Usage(format!("could not read `{}`: {error}", path.display()));
    let file = File::open(path).map_err(unread)?;
    let about = file.metadata().map_err(unread)?;
    Ok((Box::new(file), about.is_file().then_some(about.len())))
}

/// Where the rows go. A file gets its name when all is done: until then it is another, so that
/// nobody takes half of it for the whole.
enum Out {
    Stdout(io::StdoutLock<'static>),
    /// A device or a pipe, which is written as it stands.
    Open(File),
    File {
        file: File,
        unfinished: PathBuf,
        path: PathBuf,
    },
}

impl Out {
    fn create(path: Option<&Path>) -> Result<Self, CliError> {
        let Some(path) = path else { return Ok(Self::Stdout(io::stdout().lock())) };
        let unwritten =
            |error| CliError::Usage(format!("could not write `{}`: {error}", path.display()));
        if fs::metadata(path).is_ok_and(|about| !about.is_file()) {
            return Ok(Self::Open(File::options().write(true).open(path).map_err(unwritten)?));
        }
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".unfinished");
        let unfinished = PathBuf::from(unfinished);
        let file = File::create(&unfinished).map_err(unwritten)?;
        Ok(Self::File { file, unfinished, path: path.to_owned() })
    }

    /// All is written.
    fn keep(self) -> io::Result<()> {
        match self {
            Self::Stdout(_) | Self::Open(_) => Ok(()),
            Self::File { file, unfinished, path } => {
                // A disk that is full may say so only now.
                file.sync_all()?;
                fs::rename(unfinished, path)
            }
        }
    }

    /// Not all is written, and what is goes.
    fn leave(self) {
        if let Self::File { unfinished, .. } = self {
            // If it cannot be removed, its name says what it is.
            let _ = fs::remove_file(unfinished);
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Open(file) | Self::File { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Open(file) | Self::File { file, .. } => file.flush(),
        }
    }
}

/// Whether somebody pressed Ctrl-C. The rows on their way are still written; whoever presses it
/// again, or waits for an input that does not come, need not wait for that.
fn on_interrupt() -> Result<Arc<AtomicBool>, CliError> {
    const PATIENCE: Duration = Duration::from_secs(2);
    let stop = Arc::new(AtomicBool::new(false));
    let set = stop.clone();
    let cannot = |error: io::Error| CliError::Refused(format!("could not start: {error}"));
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot)?;
    let (listens, listening) = mpsc::channel();
    let wait = move || {
        runtime.block_on(async {
            let mut pressed = std::pin::pin!(tokio::signal::ctrl_c());
            // Only who has asked once is told; until then the signal would end the program.
            let pressed_at_once = tokio::select! {
                biased;
                pressed = &mut pressed => Some(pressed),
                () = std::future::ready(()) => None,
            };
            let _ = listens.send(());
            let pressed = match pressed_at_once {
                Some(pressed) => pressed,
                None => pressed.await,
            };
            if pressed.is_ok() {
                set.store(true, Ordering::Relaxed);
                let _ = tokio::time::timeout(PATIENCE, tokio::signal::ctrl_c()).await;
                // 128 and the number of SIGINT, as shells say it.
                std::process::exit(130);
            }
        });
    };
    std::thread::Builder::new().name("interrupt".to_owned()).spawn(wait).map_err(cannot)?;
    // It fails only if the thread is gone; then Ctrl-C ends the program at once, as it did before.
    let _ = listening.recv();
    Ok(stop)
}

/// Tells on standard error what happens.
struct Teller {
    json: bool,
    strict: bool,
    stop: Arc<AtomicBool>,
    begun: Instant,
    bar: ProgressBar,
}

impl Teller {
    fn new(json: bool, strict: bool, bytes: Option<u64>, stop: Arc<AtomicBool>) -> Self {
        let is_seen = io::stderr().is_terminal() && !json;
        let target = match is_seen {
            true => ProgressDrawTarget::stderr_with_hz(10),
            false => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(bytes, target);
        let style = match bytes {
            Some(_) => "{wide_bar} {percent} %  {msg}  {eta} left",
            None => "{spinner} {bytes}  {msg}",
        };
        // The template is ours; a wrong one would show the default bar.
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        Self { json, strict, stop, begun: Instant::now(), bar }
    }

    fn tell(&self, human: &str, json: &serde_json::Value) {
        self.bar.suspend(|| match self.json {
            true => eprintln!("{json}"),
            false => eprintln!("{human}"),
        });
    }

    fn end(&self, summary: &Summary) {
        let seconds = self.begun.elapsed().as_secs_f64();
        let per_second = (summary.rows as f64 / seconds.max(1e-9)).round() as u64;
        let why = match summary.ended {
            Ended::WithInput => "",
            Ended::AtBadRow => "stopped at a bad row, nothing after it was rendered: ",
            Ended::Interrupted => "interrupted: ",
        };
        let human = format!(
            "{why}{} rows, {} rendered, {} refused, {} segments; {seconds:.2} s, {} rows/s",
            grouped(summary.rows),
            grouped(summary.rendered),
            grouped(summary.refused),
            grouped(summary.segments),
            grouped(per_second),
        );
        let mut json = json!({ "summary": summary });
        json["summary"]["milliseconds"] = ((seconds * 1e3).round() as u64).into();
        json["summary"]["rows_per_second"] = per_second.into();
        self.tell(&human, &json);
    }
}

impl Watch for Teller {
    fn columns(&mut self, columns: &Columns) -> Result<(), String> {
        let unknown: Vec<_> = columns
            .unknown
            .iter()
            .map(|(column, name)| format!("{column} (`{}`)", show::visible(name)))
            .collect();
        let names: Vec<_> = columns.unknown.iter().map(|(_, name)| name).collect();
        let message = format!("no token asks for column {}", unknown.join(", "));
        match (unknown.is_empty(), self.strict) {
            (true, _) => {}
            (false, true) => return Err(format!("{message}; name its token, or leave it out")),
            (false, false) => self.tell(
                &format!("warning: {message}; it is ignored"),
                &json!({ "warning": { "unknown_columns": names } }),
            ),
        }
        Ok(())
    }

    fn bad_row(&mut self, bad: &BadRow) {
        let code = bad.code.as_ref().map(|code| format!("error[{code}]"));
        let code = code.as_deref().unwrap_or("error");
        let message = show::visible(&bad.message);
        self.tell(&format!("line {}: {code}: {message}", bad.line), &json!({ "bad_row": bad }));
    }

    fn progress(&mut self, done: &Summary, bytes: u64) {
        if !self.bar.is_hidden() {
            self.bar.set_position(bytes);
            self.bar.set_message(format!("{} rows", grouped(done.rows)));
        }
    }

    fn wants_to_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A number as people read it: `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
