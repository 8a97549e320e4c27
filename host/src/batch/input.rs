//! Reads the records of a CSV one after the other, in constant memory: also a quote that is left
//! open ends after a bounded number of bytes, not with the file. The parser is `csv-core`; here are
//! its buffers, and the line at which each record begins, empty lines and CR LF counted.

use std::io::{self, Read};

use csv_core::ReadRecordResult;

/// Bytes of a record's fields, at most; the module takes no longer request.
pub const RECORD_BYTES: usize = 1 << 20;

/// Bytes that are read at once.
const BUFFER_BYTES: usize = 64 << 10;

/// The records of a CSV.
pub struct Input<R> {
    source: R,
    parser: csv_core::Reader,
    buffer: Vec<u8>,
    /// The part of the buffer that was read and not yet parsed.
    unparsed: std::ops::Range<usize>,
    /// The line at which `unparsed` begins, from 1.
    line: u64,
    total: u64,
    fields: Vec<u8>,
    ends: Vec<usize>,
}

/// A record of a CSV.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The line at which it begins, from 1.
    pub line: u64,
    fields: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// Fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no field; then it is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All fields as text.
    ///
    /// # Errors
    /// The number, from 1, of the first field that is not UTF-8.
    pub fn texts(&self) -> Result<Texts<'a>, usize> {
        let field = |at| 1 + self.ends.partition_point(|end| *end <= at);
        let text = std::str::from_utf8(self.fields).map_err(|error| field(error.valid_up_to()))?;
        // Together they may be text where one alone ends in the middle of a character.
        match self.ends.iter().find(|end| !text.is_char_boundary(**end)) {
            Some(end) => Err(field(*end - 1)),
            None => Ok(Texts { text, ends: self.ends }),
        }
    }
}

/// The fields of a record, without their quotes.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl<'a> Texts<'a> {
    /// A field, counted from 0.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&'a str> {
        let start = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start..*self.ends.get(at)?)
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> {
        (0..self.ends.len()).filter_map(|at| self.get(at))
    }
}

/// Why a CSV cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It cannot be read at all.
    #[error("could not read the CSV: {0}")]
    Io(#[from] io::Error),
    /// A record does not end.
    #[error("the row of line {line} has more than {RECORD_BYTES} bytes; is a quote left open?")]
    TooLong {
        /// The line at which it begins.
        line: u64,
    },
    /// There is no header.
    #[error("expected a CSV whose first line names the columns, found no line")]
    Empty,
    /// A column's name is no text.
    #[error("the name of column {column} is not UTF-8; expected a CSV in UTF-8")]
    NotUtf8 {
        /// The column's number, from 1.
        column: usize,
    },
}

impl<R: Read> Input<R> {
    /// A CSV whose fields are parted by `delimiter`.
    pub fn new(source: R, delimiter: u8) -> Self {
        Self {
            source,
            parser: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            buffer: vec![0; BUFFER_BYTES],
            unparsed: 0..0,
            line: 1,
            total: 0,
            fields: vec![0; 1 << 10],
            ends: vec![0; 1 << 5],
        }
    }

    /// The names of the columns: the first record, without the white space around them.
    ///
    /// # Errors
    /// A CSV without a header, or one that cannot be read.
    pub fn header(&mut self) -> Result<Vec<String>, InputError> {
        let record = self.next_record()?.ok_or(InputError::Empty)?;
        let names = record.texts().map_err(|column| InputError::NotUtf8 { column })?;
        Ok(names.iter().map(|name| name.trim().to_owned()).collect())
    }

    /// The next record, if there is one. Empty lines are none.
    ///
    /// # Errors
    /// The CSV cannot be read on.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, InputError> {
        // Line ends before a record: the parser would skip them too, but tell of none.
        loop {
            if self.unparsed.is_empty() && !self.fill()? {
                break;
            }
            match self.buffer[self.unparsed.start] {
                b'\n' => self.line += 1,
                b'\r' => {}
                _ => break,
            }
            self.unparsed.start += 1;
        }
        let line = self.line;
        let (mut fields, mut ends) = (0, 0);
        loop {
            // Nothing there tells the parser that the input is over.
            let given = &self.buffer[self.unparsed.clone()];
            let (result, read, wrote, ended) =
                self.parser.read_record(given, &mut self.fields[fields..], &mut self.ends[ends..]);
            self.line += memchr::memchr_iter(b'\n', &given[..read]).count() as u64;
            self.unparsed.start += read;
            (fields, ends) = (fields + wrote, ends + ended);
            match result {
                ReadRecordResult::InputEmpty => {
                    self.fill()?;
                }
                ReadRecordResult::OutputFull if fields < RECORD_BYTES => {
                    self.fields.resize(2 * self.fields.len(), 0);
                }
                ReadRecordResult::OutputEndsFull if ends < RECORD_BYTES => {
                    self.ends.resize(2 * self.ends.len(), 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(InputError::TooLong { line });
                }
                ReadRecordResult::Record => {
                    let (fields, ends) = (&self.fields[..fields], &self.ends[..ends]);
                    return Ok(Some(Record { line, fields, ends }));
                }
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.total
    }

    /// Reads on, when all was parsed; false if the input is over.
    fn fill(&mut self) -> io::Result<bool> {
        let read = loop {
            match self.source.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.unparsed = 0..read;
        self.total += read as u64;
        Ok(read > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each record as its line and its fields, then the error if there is one. The input comes in
    /// pieces of so many bytes.
    fn read(text: &[u8], piece: usize) -> (Vec<String>, Option<String>) {
        struct Pieces<'a>(std::slice::Chunks<'a, u8>);
        impl Read for Pieces<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let piece = self.0.next().unwrap_or_default();
                buffer[..piece.len()].copy_from_slice(piece);
                Ok(piece.len())
            }
        }
        let mut input = Input::new(Pieces(text.chunks(piece)), b',');
        let mut lines = Vec::new();
        loop {
            match input.next_record() {
                Ok(Some(record)) => {
                    let fields = match record.texts() {
                        Ok(texts) => texts.iter().collect::<Vec<_>>().join("|"),
                        Err(field) => format!("no text in {field}"),
                    };
                    lines.push(format!("{} {fields}", record.line));
                }
                Ok(None) => return (lines, None),
                Err(error) => return (lines, Some(error.to_string())),
            }
        }
    }

    #[test]
    fn a_record_has_the_line_at_which_it_begins() {
        for piece in [1, 2, 3, 7, 100] {
            let text = b"\na,b\n\"1\n2\",x\n\n\n3,\"y \"\"z\"\"\"\nonly\n\n";
            let (lines, error) = read(text, piece);
            assert_eq!(lines, ["2 a|b", "3 1\n2|x", "7 3|y \"z\"", "8 only"], "{piece}");
            assert_eq!(error, None);
            let windows = [b"a,b\r\n".as_slice(), b"\"1\r\n2\",x\r\n", b"\r\n", b"3,\r\n", b",4"];
            let (lines, error) = read(&windows.concat(), piece);
            assert_eq!(lines, ["1 a|b", "2 1\r\n2|x", "5 3|", "6 |4"], "{piece}");
            assert_eq!(error, None);
        }
    }

    #[test]
    fn a_field_that_is_no_text_is_named_and_the_next_record_goes_on() {
        // The last one is text only together: a character's first byte ends a field.
        let text = b"a,\xff,b\n\xff\nx\na,b\xc3,\xa9\n,\xc3\xa9";
        let expected = ["1 no text in 2", "2 no text in 1", "3 x", "4 no text in 2", "5 |é"];
        assert_eq!(read(text, 100).0, expected);
    }

    #[test]
    fn a_record_may_have_any_number_of_fields_up_to_its_length() {
        let wide = vec![b','; 10_000];
        assert_eq!(read(&wide, 100).0, [format!("1 {}", "|".repeat(10_000))]);
        let long = vec![b'a'; RECORD_BYTES];
        assert_eq!(read(&long, 1 << 16).0.len(), 1);
        for endless in [vec![b'a'; RECORD_BYTES + 1], vec![b','; RECORD_BYTES + 1]] {
            assert!(read(&endless, 1 << 16).1.is_some());
        }
    }

    #[test]
    fn a_header_loses_its_byte_order_mark_and_the_space_around_its_names() {
        let header = |text: &[u8]| Input::new(text, b';').header().map_err(|e| e.to_string());
        assert_eq!(
            header("\u{feff}a; b ;\"c\"\n".as_bytes()),
            Ok(vec!["a".into(), "b".into(), "c".into()])
        );
        assert_eq!(header(b""), Err(InputError::Empty.to_string()));
        assert_eq!(header(b"a;\xff"), Err(InputError::NotUtf8 { column: 2 }.to_string()));
    }

    #[test]
    fn a_quote_that_is_left_open_ends_after_a_mebibyte_and_not_with_the_file() {
        struct Endless(bool);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                buffer.fill(b'x');
                if !std::mem::replace(&mut self.0, true) {
                    buffer[..6].copy_from_slice(b"a\nb\n\"x");
                }
                Ok(buffer.len())
            }
        }
        let mut input = Input::new(Endless(false), b',');
        assert!(input.next_record().is_ok() && input.next_record().is_ok());
        let error = input.next_record().map(|_| ()).expect_err("it does not end");
        let expected = "the row of line 3 has more than 1048576 bytes; is a quote left open?";
        assert_eq!(error.to_string(), expected);
        assert!(input.bytes() < 2 << 20);
    }
}
