//! Writes rendered rows: JSON lines, or a CSV.

use serde::{Serialize, Serializer};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// `{"row", "line", "text", "encoding", "segments"}` and a line feed
    #[default]
    Jsonl,
    /// A header, then `row,line,text,encoding,segments`
    Csv,
}

/// A row to be written.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    /// Its number among the rows, from 1.
    pub(super) row: u64,
    /// The line of the CSV at which it begins.
    pub(super) line: u64,
    pub(super) text: &'a str,
    pub(super) encoding: &'static str,
    pub(super) segments: u16,
    /// Columns that were copied, by name.
    #[serde(skip_serializing_if = "Copied::is_empty")]
    pub(super) columns: Copied<'a>,
}

/// Columns that are copied: their names, and what stands in them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copied<'a> {
    pub(super) names: &'a [String],
    /// The fields of many rows, one after the other.
    pub(super) text: &'a str,
    /// Where those of this row begin.
    pub(super) start: usize,
    /// Where each of them ends.
    pub(super) ends: &'a [usize],
}

impl<'a> Copied<'a> {
    fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    fn fields(&self) -> impl Iterator<Item = &'a str> {
        let (text, mut start) = (self.text, self.start);
        let field =
            move |end: &usize| text.get(std::mem::replace(&mut start, *end)..*end).unwrap_or("");
        self.ends.iter().map(field)
    }
}

impl Serialize for Copied<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.names.iter().zip(self.fields()))
    }
}

impl Format {
    /// What stands before the first row.
    pub(super) fn head(self, copied: &[String]) -> Vec<u8> {
        match self {
            Self::Jsonl => Vec::new(),
            Self::Csv => {
                let names = ["row", "line", "text", "encoding", "segments"];
                let names = names.into_iter().chain(copied.iter().map(String::as_str));
                let mut out = Vec::new();
                record(&mut out, names);
                out
            }
        }
    }

    /// Appends a row.
    pub(super) fn write(self, out: &mut Vec<u8>, line: &Line<'_>) {
        match self {
            Self::Jsonl => {
                // Writing text and numbers to memory does not fail; if it did, half a line would
                // stand there, which no reader takes for a whole one.
                let _ = serde_json::to_writer(&mut *out, line);
                out.push(b'\n');
            }
            Self::Csv => {
                let numbers = [line.row, line.line, line.segments.into()].map(|n| n.to_string());
                let [row, at, segments] = numbers.each_ref().map(String::as_str);
                let fields = [row, at, line.text, line.encoding, segments];
                record(out, fields.into_iter().chain(line.columns.fields()));
            }
        }
    }
}

fn record<'a>(out: &mut Vec<u8>, fields: impl Iterator<Item = &'a str>) {
    let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 10).from_writer(out);
    // To memory, and of one length: neither can fail.
    let _ = writer.write_record(fields).and_then(|()| Ok(writer.flush()?));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: Format, names: &[String], ends: &[usize]) -> String {
        let mut out = format.head(names);
        let columns = Copied { names, text: "before+1,5", start: 6, ends };
        let text = "a \"b\",\n\u{1}é";
        format.write(
            &mut out,
            &Line { row: 1, line: 2, text, encoding: "UCS-2", segments: 3, columns },
        );
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn a_row_is_a_line_of_json_or_a_record() {
        assert_eq!(
            written(Format::Jsonl, &[], &[]),
            "{\"row\":1,\"line\":2,\"text\":\"a \\\"b\\\",\\n\\u0001é\",\"encoding\":\"UCS-2\",\
             \"segments\":3}\n"
        );
        assert_eq!(
            written(Format::Csv, &[], &[]),
            "row,line,text,encoding,segments\n1,2,\"a \"\"b\"\",\n\u{1}é\",UCS-2,3\n"
        );
    }

    #[test]
    fn copied_columns_stand_behind() {
        let (names, fields) = (["to".to_owned()], [10]);
        assert!(
            written(Format::Jsonl, &names, &fields).ends_with(",\"columns\":{\"to\":\"+1,5\"}}\n")
        );
        assert!(
            written(Format::Csv, &names, &fields)
                .starts_with("row,line,text,encoding,segments,to\n1,2,")
        );
        assert!(written(Format::Csv, &names, &fields).ends_with(",UCS-2,3,\"+1,5\"\n"));
    }
}
