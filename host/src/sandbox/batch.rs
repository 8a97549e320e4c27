//! A batch: many rows of one template in one call (ABI.md, `vb_render_batch`), typed.
//!
//! What the module answers is read where it lies in its memory, and believed in nothing: a number
//! of rows, a length or an encoding that lies is an error, and nothing is allocated for it.

use std::str;

use super::{CallError, Grant, Inner, Limits, Sandbox, Usage, call};

/// In the place of a length: the value is missing. In the place of the number of rows: the error.
const NONE: u32 = u32::MAX;
/// Bytes of a message, at most: 1,600 characters of four bytes each.
const MESSAGE_BYTES: usize = verbatim_core::limits::MESSAGE_CHARS * 4;

/// A body and rows of values for it, as the module is asked for them.
///
/// ```
/// use verbatim_host::sandbox::{Batch, Limits, Row, Sandbox};
///
/// let mut batch = Batch::new("Hi ${name}, your code is {{vrbl:CODE}}", 2);
/// assert!(batch.push([Some("Zoë"), Some("QX7")]));
/// assert!(batch.push([Some("Bo"), None]));
///
/// let sandbox = Sandbox::embedded(Limits::default())?;
/// let rendered = sandbox.render_batch(&batch)?;
/// let rows: Vec<_> = rendered.rows().collect();
/// let text = "Hi Zoë, your code is QX7";
/// assert_eq!(rows[0], Row::Message { text, encoding: "UCS-2", segments: 1 });
/// assert_eq!(rows[1], Row::Refused { code: 20 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Batch {
    request: Vec<u8>,
    /// Bytes before the number of rows.
    head: usize,
    tokens: usize,
    rows: u32,
    most: usize,
}

impl Batch {
    /// A batch without rows, of a body that has so many distinct tokens (kind and name).
    #[must_use]
    pub fn new(body: &str, tokens: usize) -> Self {
        let mut request = Vec::new();
        // A body that is too long for its length is far too long for a request.
        let length = u32::try_from(body.len()).unwrap_or(NONE);
        request.extend_from_slice(&length.to_le_bytes());
        request.extend_from_slice(body.as_bytes());
        let head = request.len();
        request.extend_from_slice(&[0; 4]);
        Self { request, head, tokens, rows: 0, most: Limits::default().request_bytes }
    }

    /// Adds a row: a value for each distinct token in the order of first appearance, `None` for
    /// one that is missing; what the iterator does not give is missing, and what it gives over the
    /// tokens is left out. False, and nothing is added, if the request would be longer than
    /// ABI.md allows.
    pub fn push<'v>(&mut self, values: impl IntoIterator<Item = Option<&'v str>>) -> bool {
        let before = self.request.len();
        let values = values.into_iter().chain(std::iter::repeat(None));
        for value in values.take(self.tokens) {
            let value = value.map(|value| (u32::try_from(value.len()).unwrap_or(NONE), value));
            let (length, value) = value.unwrap_or((NONE, ""));
            self.request.extend_from_slice(&length.to_le_bytes());
            if self.request.len() + value.len() > self.most {
                self.request.truncate(before);
                return false;
            }
            self.request.extend_from_slice(value.as_bytes());
        }
        self.rows += 1;
        if let Some(place) = self.request.get_mut(self.head..self.head + 4) {
            place.copy_from_slice(&self.rows.to_le_bytes());
        }
        true
    }

    /// Takes all rows out; the body stays, and the memory to be used again.
    pub fn clear(&mut self) {
        self.request.truncate(self.head);
        self.request.extend_from_slice(&[0; 4]);
        self.rows = 0;
    }

    /// The rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows as usize
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Bytes of the request.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.request.len()
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// All texts, one after the other.
    texts: String,
    rows: Vec<Verdict>,
    /// What the call used.
    pub usage: Usage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Verdict {
    /// Where in the texts the row's own ends.
    end: usize,
    encoding: u8,
    number: u16,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row<'a> {
    /// A message that may leave.
    Message {
        /// Its text.
        text: &'a str,
        /// `GSM-7` or `UCS-2`.
        encoding: &'static str,
        /// Its segments.
        segments: u16,
    },
    /// None.
    Refused {
        /// The number of the diagnostic: 20 is `V020`.
        code: u16,
    },
}

impl Rendered {
    /// The rows, in the order of the batch.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        let mut start = 0;
        self.rows.iter().map(move |&Verdict { end, encoding, number }| {
            let text = self.texts.get(std::mem::replace(&mut start, end)..end).unwrap_or_default();
            match encoding {
                0 => Row::Message { text, encoding: "GSM-7", segments: number },
                1 => Row::Message { text, encoding: "UCS-2", segments: number },
                // Nothing else was let in.
                _ => Row::Refused { code: number },
            }
        })
    }
}

/// Why a batch gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The module stopped, or went over a limit.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The module refused the whole batch, for an error of its body.
    #[error("the module refused the batch: {json}")]
    Refused {
        /// The module's own JSON: `{"error": {"code", "message", "detail"}}`, if it keeps the ABI.
        json: String,
    },
    /// The module lacks the export. Only a module that is not this program's own can.
    #[error(
        "the module does not export `vb_render_batch`; expected it as (type (func (param i32 i32) \
         (result i64))) (ABI.md, version 1)"
    )]
    NotExported,
    /// The module's answer is not what ABI.md says.
    #[error("expected a batch as ABI.md has it from the module, found {0}")]
    Nonsense(Lie),
}

/// In which way an answer is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Lie {
    /// It has another number of rows.
    #[error("{found} rows for {expected}")]
    Rows {
        /// Those that were asked.
        expected: u32,
        /// Those that it says there are.
        found: u32,
    },
    /// It ends before its last row does.
    #[error("an answer that ends early, in row {row}")]
    Ends {
        /// The row, from 0.
        row: u32,
    },
    /// It goes on after its last row.
    #[error("{bytes} bytes after the last row")]
    GoesOn {
        /// So many bytes.
        bytes: usize,
    },
    /// A text is longer than any message.
    #[error("a text of {bytes} bytes in row {row}, longer than any message")]
    TooLong {
        /// The row, from 0.
        row: u32,
        /// The text's length.
        bytes: u32,
    },
    /// A text, or the error, is not UTF-8.
    #[error("a text that is not UTF-8, in row {row}")]
    NotUtf8 {
        /// The row, from 0.
        row: u32,
    },
    /// An encoding that there is not.
    #[error("the encoding {found} in row {row}")]
    Encoding {
        /// The row, from 0.
        row: u32,
        /// What stands there.
        found: u8,
    },
    /// A message of no segment, a refusal without a code of three digits, or with a text.
    #[error("{found} in row {row}, where a message has segments and a refusal has a code alone")]
    Number {
        /// The row, from 0.
        row: u32,
        /// What stands there.
        found: u16,
    },
}

impl Sandbox {
    /// Hands `batch` to a fresh instance, to which nothing is granted, and gives its rows. All
    /// limits of [`call`](Self::call) hold.
    ///
    /// # Errors
    /// A body with errors, a limit, or a module that does not keep the ABI.
    pub fn render_batch(&self, batch: &Batch) -> Result<Rendered, BatchError> {
        let Inner { loaded, limits, slots, .. } = &*self.0;
        let export = loaded.render_batch.as_ref().ok_or(BatchError::NotExported)?;
        let _slot = slots.take();
        let (nothing, request) = (Grant::default(), batch.request.as_slice());
        let read = |answer: &[u8]| Ok(read(answer, batch.rows));
        let (read, _, usage) =
            call::call_export(loaded, limits, request, &nothing, export, read)
                .map_err(|error| CallError { op: Some("vb_render_batch".to_owned()), ..error })?;
        let (texts, rows) = read?;
        Ok(Rendered { texts, rows, usage })
    }
}

/// Reads what the module answered to so many rows.
fn read(answer: &[u8], expected: u32) -> Result<(String, Vec<Verdict>), BatchError> {
    let mut left = Answer(answer);
    let lie = |lie| Err(BatchError::Nonsense(lie));
    let Some(found) = left.number() else { return lie(Lie::Ends { row: 0 }) };
    if found == NONE {
        let json = left.number().and_then(|length| left.take(length));
        let Some(json) = json else { return lie(Lie::Ends { row: 0 }) };
        if !left.0.is_empty() {
            return lie(Lie::GoesOn { bytes: left.0.len() });
        }
        return match str::from_utf8(json) {
            Ok(json) => Err(BatchError::Refused { json: json.to_owned() }),
            Err(_) => lie(Lie::NotUtf8 { row: 0 }),
        };
    }
    if found != expected {
        return lie(Lie::Rows { expected, found });
    }
    // As many as were asked, and no more bytes than were answered: neither is the module's word.
    let mut rows = Vec::with_capacity(expected as usize);
    let mut texts = String::with_capacity(left.0.len());
    for row in 0..expected {
        let Some(bytes) = left.number() else { return lie(Lie::Ends { row }) };
        if bytes as usize > MESSAGE_BYTES {
            return lie(Lie::TooLong { row, bytes });
        }
        let (Some(text), Some([encoding, low, high])) = (left.take(bytes), left.chunk()) else {
            return lie(Lie::Ends { row });
        };
        let Ok(text) = str::from_utf8(text) else { return lie(Lie::NotUtf8 { row }) };
        let number = u16::from_le_bytes([*low, *high]);
        let is_sound = match encoding {
            0 | 1 => number > 0,
            255 => (1..1000).contains(&number) && text.is_empty(),
            found => return lie(Lie::Encoding { row, found: *found }),
        };
        if !is_sound {
            return lie(Lie::Number { row, found: number });
        }
        texts.push_str(text);
        rows.push(Verdict { end: texts.len(), encoding: *encoding, number });
    }
    match left.0.len() {
        0 => Ok((texts, rows)),
        bytes => lie(Lie::GoesOn { bytes }),
    }
}

/// What is left of an answer.
struct Answer<'a>(&'a [u8]);

impl<'a> Answer<'a> {
    fn chunk<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (chunk, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(chunk)
    }

    fn number(&mut self) -> Option<u32> {
        self.chunk().copied().map(u32::from_le_bytes)
    }

    fn take(&mut self, length: u32) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length as usize)?;
        self.0 = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of an answer to two rows: its rows, or what is wrong with it.
    fn shown(parts: &[&[u8]]) -> String {
        match read(&parts.concat(), 2) {
            Ok((texts, rows)) => {
                let rows: Vec<_> = rows
                    .iter()
                    .map(|row| format!("{} {} {}", row.end, row.encoding, row.number))
                    .collect();
                format!("{texts}: {}", rows.join(", "))
            }
            Err(error) => error.to_string(),
        }
    }

    const TWO: &[u8] = b"\x02\0\0\0";
    const HI: &[u8] = b"\x03\0\0\0Hi!\0\x01\0";
    const REFUSED: &[u8] = b"\0\0\0\0\xff\x14\0";

    #[test]
    fn rows_are_read_as_the_document_has_them() {
        assert_eq!(shown(&[TWO, HI, b"\x02\0\0\0\xc3\xab\x01\x02\x01"]), "Hi!ë: 3 0 1, 5 1 258");
        assert_eq!(shown(&[TWO, REFUSED, HI]), "Hi!: 0 255 20, 3 0 1");
    }

    #[test]
    fn every_lie_is_named_and_nothing_is_allocated_for_it() {
        let long = [&b"\x01\x19\0\0"[..], &[b'a'; 6401], b"\0\x2a\0"].concat();
        let lies: [(&[&[u8]], &str); 19] = [
            (&[], "an answer that ends early, in row 0"),
            (&[b"\x02\0\0"], "an answer that ends early, in row 0"),
            (&[TWO], "an answer that ends early, in row 0"),
            (&[TWO, HI], "an answer that ends early, in row 1"),
            (&[TWO, HI, &HI[..9]], "an answer that ends early, in row 1"),
            (&[TWO, HI, b"\x04\0\0\0Hi!"], "an answer that ends early, in row 1"),
            (&[b"\x01\0\0\0", HI], "1 rows for 2"),
            (&[b"\xfe\xff\xff\xff", HI], "4294967294 rows for 2"),
            (&[TWO, HI, HI, HI], "10 bytes after the last row"),
            (&[TWO, HI, &long], "a text of 6401 bytes in row 1, longer than any message"),
            (
                &[TWO, b"\xff\xff\xff\xff"],
                "a text of 4294967295 bytes in row 0, longer than any message",
            ),
            (&[TWO, HI, b"\x01\0\0\0\xff\0\x01\0"], "a text that is not UTF-8, in row 1"),
            (&[TWO, b"\0\0\0\0\x02\x01\0"], "the encoding 2 in row 0"),
            (&[TWO, b"\x01\0\0\0a\0\0\0"], "0 in row 0, where a message has segments"),
            (&[TWO, b"\0\0\0\0\xff\0\0"], "0 in row 0, where a message has segments"),
            (&[TWO, b"\0\0\0\0\xff\xe8\x03"], "1000 in row 0, where a message has segments"),
            (&[TWO, b"\x01\0\0\0a\xff\x14\0"], "20 in row 0, where a message has segments"),
            (&[&[0xFF; 4], b"\x03\0\0\0{}"], "an answer that ends early, in row 0"),
            (&[&[0xFF; 4], b"\x02\0\0\0{}x"], "1 bytes after the last row"),
        ];
        for (parts, expected) in lies {
            let found = shown(parts);
            let expected =
                format!("expected a batch as ABI.md has it from the module, found {expected}");
            assert!(found.starts_with(&expected), "{found}");
        }
        assert_eq!(shown(&[&[0xFF; 4], b"\x02\0\0\0{}"]), "the module refused the batch: {}");
    }

    #[test]
    fn a_row_is_added_whole_or_not_at_all() {
        let mut batch = Batch::new("${a}", 2);
        assert!(batch.push([Some("x")]));
        let asked = [b"\x04\0\0\0${a}\x01\0\0\0\x01\0\0\0x", &[0xFF; 4][..]].concat();
        assert_eq!(batch.request, asked);
        let room = (1 << 20) - asked.len() - 8;
        let long = "a".repeat(room + 1);
        assert!(!batch.push([Some("x"), Some(&long)]), "{}", batch.bytes());
        assert_eq!((batch.len(), &batch.request), (1, &asked));
        assert!(batch.push([Some(""), Some(&long[1..]), Some("left out")]));
        assert_eq!((batch.len(), batch.bytes()), (2, 1 << 20));
        batch.clear();
        assert_eq!(batch.request, b"\x04\0\0\0${a}\0\0\0\0");
    }
}
