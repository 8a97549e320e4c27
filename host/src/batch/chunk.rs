//! Some rows on their way: as they were read, as the module is asked for them, as they are written.
//! A chunk is used again and again, so that many rows take no more memory than few.

use super::output::{Copied, Line};
use super::{BadRow, BadRows, EmptyCells, Plan, Record, RenderError};
use crate::sandbox::{Batch, Row};

/// Rows of a chunk, at most. So many cannot fill a response of 4 MiB, however long each is, and
/// what a call costs by itself is little beside them.
const ROWS: usize = 512;
/// Bytes of a request after which no row is added: the module's memory stays small, and warm.
const BYTES: usize = 64 << 10;

pub(super) struct Chunk {
    batch: Batch,
    entries: Vec<Entry>,
    /// What is copied of the rows that are asked, one field after the other, and where each ends.
    copied: (String, Vec<usize>),
    /// Bytes of the input that were read when the chunk was full.
    pub(super) bytes_read: u64,
    /// The rendered rows, written.
    pub(super) out: Vec<u8>,
    pub(super) bad: Vec<BadRow>,
    pub(super) rendered: u64,
    pub(super) segments: u64,
}

struct Entry {
    row: u64,
    line: u64,
    read: Read,
}

enum Read {
    /// It is asked of the module.
    Asked,
    /// It is, and these tokens have no value.
    Lacking(String),
    /// It cannot even be asked.
    Bad(String),
}

impl Chunk {
    pub(super) fn new(plan: Plan<'_>) -> Self {
        Self {
            batch: Batch::new(&plan.template.body, plan.template.tokens.len()),
            entries: Vec::with_capacity(ROWS),
            copied: Default::default(),
            bytes_read: 0,
            out: Vec::new(),
            bad: Vec::new(),
            rendered: 0,
            segments: 0,
        }
    }

    /// Takes everything out; the memory stays.
    pub(super) fn clear(&mut self) {
        self.batch.clear();
        self.entries.clear();
        self.copied.0.clear();
        self.copied.1.clear();
        self.out.clear();
        self.bad.clear();
        (self.rendered, self.segments) = (0, 0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn has_room(&self) -> bool {
        self.entries.len() < ROWS && self.batch.bytes() < BYTES
    }

    /// Adds a row.
    pub(super) fn push(&mut self, plan: Plan<'_>, row: u64, record: Record<'_>) {
        let read = self.read(plan, record).unwrap_or_else(Read::Bad);
        self.entries.push(Entry { row, line: record.line, read });
    }

    fn read(&mut self, plan: Plan<'_>, record: Record<'_>) -> Result<Read, String> {
        let Plan { columns, template, settings, .. } = plan;
        if record.len() != columns.count {
            let (expected, found) = (columns.count, record.len());
            return Err(format!("expected {expected} fields, as the header has, found {found}"));
        }
        let fields = record
            .texts()
            .map_err(|field| format!("field {field} is not UTF-8; expected a CSV in UTF-8"))?;
        let value = |column: &usize| {
            let value = fields.get(*column);
            value.filter(|value| !value.is_empty() || settings.empty == EmptyCells::Blank)
        };
        let mut all_there = true;
        let values = columns.tokens.iter().map(value).inspect(|one| all_there &= one.is_some());
        if !self.batch.push(values) {
            return Err("its values are longer than a request to the module may be".to_owned());
        }
        for column in &columns.copied {
            self.copied.0.push_str(fields.get(*column).unwrap_or_default());
            self.copied.1.push(self.copied.0.len());
        }
        if all_there {
            return Ok(Read::Asked);
        }
        let lacking = template.tokens.iter().zip(&columns.tokens);
        let lacking = lacking.filter(|(_, column)| value(column).is_none());
        let lacking: Vec<_> = lacking.map(|(token, _)| format!("`{token}`")).collect();
        Ok(Read::Lacking(lacking.join(", ")))
    }

    /// Has the module render the rows, and writes them.
    pub(super) fn render(&mut self, plan: Plan<'_>) -> Result<(), RenderError> {
        let rendered = plan.sandbox.render_batch(&self.batch)?;
        let mut rows = rendered.rows();
        let (text, mut ends) = (self.copied.0.as_str(), self.copied.1.as_slice());
        let mut start = 0;
        for Entry { row, line, read } in &self.entries {
            let (row, line) = (*row, *line);
            let mut refuse = |code: Option<u16>, message: String| {
                let code = code.map(|code| format!("V{code:03}"));
                self.bad.push(BadRow { row, line, code, message });
            };
            let lacking = match read {
                Read::Asked => None,
                Read::Lacking(tokens) => Some(tokens),
                Read::Bad(message) => {
                    refuse(None, message.clone());
                    match plan.settings.bad_rows {
                        BadRows::Skip => continue,
                        BadRows::Fail => break,
                    }
                }
            };
            let (own, others) =
                ends.split_at_checked(plan.columns.copied.len()).unwrap_or_default();
            let columns = Copied { names: &plan.settings.copied, text, start, ends: own };
            (start, ends) = (own.last().copied().unwrap_or(start), others);
            match rows.next() {
                Some(Row::Message { text, encoding, segments }) => {
                    let line = Line { row, line, text, encoding, segments, columns };
                    plan.settings.format.write(&mut self.out, &line);
                    self.rendered += 1;
                    self.segments += u64::from(segments);
                }
                Some(Row::Refused { code }) => {
                    let meaning = plan.template.meanings.get(&code).map(String::as_str);
                    let meaning = meaning.unwrap_or("the module refused it");
                    refuse(
                        Some(code),
                        match lacking {
                            Some(tokens) => format!("no value for {tokens}; the cell is empty"),
                            None => meaning.to_owned(),
                        },
                    );
                    match plan.settings.bad_rows {
                        BadRows::Skip => {}
                        BadRows::Fail => break,
                    }
                }
                // The sandbox has made sure of as many rows as were asked.
                None => break,
            }
        }
        Ok(())
    }
}
