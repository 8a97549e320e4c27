//! Renders a template for every row of a CSV, of any length: reads a chunk of rows, has the module
//! render it (`vb_render_batch`), writes it, and begins anew with the same memory.
//!
//! The host decides nothing about a row but whether it can be asked at all. With several jobs the
//! chunks are rendered side by side and written in the order of the input.

mod chunk;
mod columns;
mod input;
mod output;

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::sync::mpsc;
use std::thread;

use serde::Deserialize;

use crate::engine::{Ask, Engine, EngineError, Refusal};
use crate::sandbox::{Batch, BatchError, Grant, Sandbox};

use chunk::Chunk;
pub use columns::{Columns, ColumnsError, Token};
pub use input::{Input, InputError, RECORD_BYTES, Record, Texts};
pub use output::Format;

/// A template that may be rendered, as the module sees it.
#[derive(Debug, Clone)]
pub struct Template {
    body: String,
    /// Its distinct tokens, in the order of first appearance.
    tokens: Vec<Token>,
    /// What each code of a refusal means, by its number.
    meanings: BTreeMap<u16, String>,
}

/// How a CSV is rendered.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How rows are written.
    pub format: Format,
    /// What stands between two fields of the input.
    pub delimiter: u8,
    /// What an empty cell is.
    pub empty: EmptyCells,
    /// What becomes of a row that cannot be rendered.
    pub bad_rows: BadRows,
    /// Columns of the input that are written too, by name.
    pub copied: Vec<String>,
    /// Chunks that are rendered side by side.
    pub jobs: NonZeroUsize,
}

/// What an empty cell is. A CSV cannot tell an empty text from none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum EmptyCells {
    /// A missing value, which refuses the row
    #[default]
    Missing,
    /// An empty text
    Blank,
}

/// What becomes of a row that cannot be rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum BadRows {
    /// It is reported and left out
    #[default]
    Skip,
    /// It is reported, and nothing after it is rendered
    Fail,
}

/// A row that was not rendered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BadRow {
    /// Its number among the rows, from 1.
    pub row: u64,
    /// The line of the CSV at which it begins.
    pub line: u64,
    /// The module's code, such as `V020`; none if the CSV itself is wrong there.
    pub code: Option<String>,
    /// What was expected and what was found.
    pub message: String,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Summary {
    /// Rows that were read, without the header.
    pub rows: u64,
    /// Rows that were rendered.
    pub rendered: u64,
    /// Rows that were not.
    pub refused: u64,
    /// Segments of all rendered rows: what would be billed.
    pub segments: u64,
    /// How it ended.
    pub ended: Ended,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// With the input.
    #[default]
    WithInput,
    /// At a bad row, as was asked.
    AtBadRow,
    /// Because somebody wanted so.
    Interrupted,
}

/// Who looks on.
pub trait Watch {
    /// The columns are known, before the first row; to refuse them ends it.
    ///
    /// # Errors
    /// Why they are refused.
    fn columns(&mut self, columns: &Columns) -> Result<(), String>;
    /// A row was not rendered; rows come in their order.
    fn bad_row(&mut self, bad: &BadRow);
    /// So much was done, and so many bytes of the input were read.
    fn progress(&mut self, done: &Summary, bytes: u64);
    /// Whether to stop.
    fn wants_to_stop(&self) -> bool;
}

/// Why rendering ended without a summary. What was written until then are whole rows.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The body has errors.
    #[error("{} ({})", .0.message, .0.code)]
    Body(Refusal),
    /// The columns do not fit the template.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// Who looks on refused the columns.
    #[error("{0}")]
    Unwanted(String),
    /// The CSV cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The rows cannot be written.
    #[error("could not write the output: {0}")]
    Output(io::Error),
    /// The module broke.
    #[error("{0}")]
    Module(String),
}

impl Template {
    /// Asks the module what the tokens of `body` are, and whether it has errors.
    ///
    /// # Errors
    /// It has, or the module broke.
    pub fn new(sandbox: &Sandbox, body: String) -> Result<Self, RenderError> {
        #[derive(Deserialize)]
        struct Checked {
            tokens: Vec<Token>,
        }
        #[derive(Deserialize)]
        struct Described {
            diagnostics: Vec<Meaning>,
        }
        #[derive(Deserialize)]
        struct Meaning {
            code: String,
            meaning: String,
        }
        // Without rows there is nothing to say but what is wrong with the body.
        sandbox.render_batch(&Batch::new(&body, 0))?;
        let engine = Engine::new(sandbox.clone());
        let ask = |ask: Ask| engine.ask_here(&ask, &Grant::default());
        let checked: Checked = ask(Ask::Check { title: None, body: body.clone() })?.read()?;
        let mut tokens: Vec<Token> = Vec::new();
        for token in checked.tokens {
            if !tokens.contains(&token) {
                tokens.push(token);
            }
        }
        let described: Described = ask(Ask::Describe {})?.read()?;
        let meaning = |one: Meaning| Some((one.code.strip_prefix('V')?.parse().ok()?, one.meaning));
        let meanings = described.diagnostics.into_iter().filter_map(meaning).collect();
        Ok(Self { body, tokens, meanings })
    }
}

impl From<BatchError> for RenderError {
    fn from(error: BatchError) -> Self {
        #[derive(Deserialize)]
        struct Refused {
            error: Refusal,
        }
        match error {
            BatchError::Refused { ref json } => match serde_json::from_str::<Refused>(json) {
                Ok(refused) => Self::Body(refused.error),
                Err(_) => Self::Module(error.to_string()),
            },
            BatchError::Call(_) | BatchError::NotExported | BatchError::Nonsense(_) => {
                Self::Module(error.to_string())
            }
        }
    }
}

impl From<EngineError> for RenderError {
    fn from(error: EngineError) -> Self {
        Self::Module(error.to_string())
    }
}

/// Renders `template` for each row of `csv`, whose header names its tokens, and writes to `out`.
///
/// Holds a few chunks of rows in memory, whatever the length of the input.
///
/// # Errors
/// What cannot be read, rendered or written at all. A bad row is none.
pub fn render<R: Read, W: Write>(
    sandbox: &Sandbox,
    template: &Template,
    settings: &Settings,
    csv: R,
    mut out: W,
    watch: &mut impl Watch,
) -> Result<Summary, RenderError> {
    let mut input = Input::new(csv, settings.delimiter);
    let header = input.header()?;
    let columns = Columns::of(&header, &template.tokens, &settings.copied)?;
    watch.columns(&columns).map_err(RenderError::Unwanted)?;
    let head = settings.format.head(&settings.copied);
    out.write_all(&head).map_err(RenderError::Output)?;

    let plan = Plan { sandbox, template, settings, columns: &columns };
    let mut reading = Reading { plan, input, rows: 0 };
    let mut writing = Writing { plan, out, watch, done: Summary::default() };
    match settings.jobs.get() {
        1 => one_after_the_other(&mut reading, &mut writing)?,
        jobs => side_by_side(&mut reading, &mut writing, jobs)?,
    }
    writing.out.flush().map_err(RenderError::Output)?;
    Ok(writing.done)
}

/// What every chunk is made by.
#[derive(Clone, Copy)]
struct Plan<'a> {
    sandbox: &'a Sandbox,
    template: &'a Template,
    settings: &'a Settings,
    columns: &'a Columns,
}

struct Reading<'a, R> {
    plan: Plan<'a>,
    input: Input<R>,
    rows: u64,
}

impl<R: Read> Reading<'_, R> {
    /// Fills `chunk` with the next rows; false if there is none.
    fn fill(&mut self, chunk: &mut Chunk) -> Result<bool, RenderError> {
        chunk.clear();
        while chunk.has_room() {
            let Some(record) = self.input.next_record()? else { break };
            self.rows += 1;
            chunk.push(self.plan, self.rows, record);
        }
        chunk.bytes_read = self.input.bytes();
        Ok(!chunk.is_empty())
    }
}

struct Writing<'a, W, L> {
    plan: Plan<'a>,
    out: W,
    watch: &'a mut L,
    done: Summary,
}

impl<W: Write, L: Watch> Writing<'_, W, L> {
    /// Writes a rendered chunk; false if that is the end.
    fn write(&mut self, chunk: &Chunk) -> Result<bool, RenderError> {
        self.out.write_all(&chunk.out).map_err(RenderError::Output)?;
        chunk.bad.iter().for_each(|bad| self.watch.bad_row(bad));
        let done = &mut self.done;
        done.rendered += chunk.rendered;
        done.refused += chunk.bad.len() as u64;
        done.rows = done.rendered + done.refused;
        done.segments += chunk.segments;
        self.watch.progress(done, chunk.bytes_read);
        match self.plan.settings.bad_rows {
            BadRows::Fail if !chunk.bad.is_empty() => done.ended = Ended::AtBadRow,
            BadRows::Fail | BadRows::Skip if self.watch.wants_to_stop() => {
                done.ended = Ended::Interrupted;
            }
            BadRows::Fail | BadRows::Skip => return Ok(true),
        }
        Ok(false)
    }
}

fn one_after_the_other<R: Read, W: Write, L: Watch>(
    reading: &mut Reading<'_, R>,
    writing: &mut Writing<'_, W, L>,
) -> Result<(), RenderError> {
    let plan = reading.plan;
    let mut chunk = Chunk::new(plan);
    while reading.fill(&mut chunk)? {
        chunk.render(plan)?;
        if !writing.write(&chunk)? {
            break;
        }
    }
    Ok(())
}

/// Chunks go to the workers in turns and come back in the same turns: so their order is kept, and
/// at most two for each worker are on their way.
fn side_by_side<R: Read, W: Write, L: Watch>(
    reading: &mut Reading<'_, R>,
    writing: &mut Writing<'_, W, L>,
    jobs: usize,
) -> Result<(), RenderError> {
    const EACH: usize = 2;
    let plan = reading.plan;
    thread::scope(|scope| {
        let worker = |_| {
            let (give, given) = mpsc::sync_channel::<Chunk>(EACH);
            let (hand_back, back) = mpsc::sync_channel(EACH);
            scope.spawn(move || {
                for mut chunk in given {
                    let rendered = chunk.render(plan);
                    // Nobody waits for it any more once another chunk has ended everything.
                    if hand_back.send(rendered.map(|()| chunk)).is_err() {
                        break;
                    }
                }
            });
            (give, back)
        };
        let workers: Vec<_> = (0..jobs).map(worker).collect();
        let gone = || RenderError::Module("a worker ended before its work".to_owned());
        let mut idle: Vec<_> = (0..jobs * EACH).map(|_| Chunk::new(plan)).collect();
        let (mut gave, mut took) = (0, 0);
        let mut input_is_over = false;
        loop {
            while !input_is_over && let Some(mut chunk) = idle.pop() {
                match reading.fill(&mut chunk)? {
                    true => {
                        workers[gave % jobs].0.send(chunk).map_err(|_| gone())?;
                        gave += 1;
                    }
                    false => input_is_over = true,
                }
            }
            if took == gave {
                return Ok(());
            }
            let chunk = workers[took % jobs].1.recv().map_err(|_| gone())??;
            took += 1;
            if !writing.write(&chunk)? {
                return Ok(());
            }
            idle.push(chunk);
        }
    })
}
