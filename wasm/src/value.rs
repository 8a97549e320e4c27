//! A request as a tree: JSON (RFC 8259), read strictly, within limits, without copying what needs
//! no copy.
//!
//! A reader of our own, because it decides what the module weighs: with serde's readers and writers
//! in both faces it had 208 kB compressed, and 130 with these. Its oracle is `serde_json`
//! (`tests/json.rs`). No name stands twice in an object: whoever reads the first and whoever
//! reads the last would send different messages.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::limits::DEPTH;

/// Reads `text`, which must be one JSON value and nothing else.
///
/// # Errors
/// Where it is no JSON, or what about it is not allowed here.
pub fn read(text: &str) -> Result<Value<'_>, Unreadable> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = reader.value()?;
    reader.space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.expected("nothing more")),
    }
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number that 64 bits hold.
    Whole(i64),
    /// Any other number: the interface has no use for one, so nothing of it is kept.
    Fraction,
    /// A string.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Self>),
    /// An object.
    Object(Object<'a>),
}

impl<'a> Value<'a> {
    /// The string that this is.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The object that this is.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Object<'a>> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }
}

/// The fields of an object, by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Object<'a> {
    /// The value of the field `name`, `null` too.
    #[must_use]
    #[inline(never)] // One copy of the search, not one for each place.
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        let at = self.0.binary_search_by(|(known, _)| known.as_ref().cmp(name)).ok()?;
        Some(&self.0[at].1)
    }

    /// All fields, in the order of their names.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

/// Why a text was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no JSON.
    Syntax {
        /// What should stand there.
        expected: &'static str,
        /// Where, in bytes.
        at: usize,
    },
    /// More than [`DEPTH`] objects and lists stand inside each other.
    TooDeep,
    /// An object has a field of this name twice.
    Twice(String),
}

/// Bytes until the first that a string of JSON cannot hold as it is: most strings have none, and
/// a request is read and a response written in the time that this takes.
pub(crate) fn plain(text: &str) -> usize {
    let (words, _) = text.as_bytes().as_chunks::<WORD>();
    let words = words.iter().take_while(|word| !has_special(**word)).count();
    let rest = &text.as_bytes()[words * WORD..];
    let special = |byte: &u8| SPECIAL[usize::from(*byte)];
    words * WORD + rest.iter().position(special).unwrap_or(rest.len())
}

/// Bytes that are looked at together.
const WORD: usize = 8;

/// Whether any of the eight is special, by arithmetic on all of them at once.
const fn has_special(word: [u8; WORD]) -> bool {
    const fn all(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; WORD])
    }
    /// Sets the top bit of the first byte that is less than `bound`, if there is one.
    const fn less(word: u64, bound: u8) -> u64 {
        word.wrapping_sub(all(bound)) & !word
    }
    let word = u64::from_ne_bytes(word);
    let control = less(word, 0x20);
    let quote = less(word ^ all(b'"'), 1);
    let backslash = less(word ^ all(b'\\'), 1);
    (control | quote | backslash) & all(0x80) != 0
}

static SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = true;
        control += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

struct Reader<'a> {
    text: &'a str,
    /// Bytes that were read; always the start of a character.
    at: usize,
    /// Objects and lists that are open.
    depth: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self) -> Result<Value<'a>, Unreadable> {
        self.space();
        match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.list(),
            Some(b'"') => Ok(Value::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.expected("a value")),
        }
    }

    fn object(&mut self) -> Result<Value<'a>, Unreadable> {
        let mut fields = Vec::new();
        self.open()?;
        if !self.takes(b'}') {
            loop {
                self.space();
                if self.peek() != Some(b'"') {
                    return Err(self.expected("the name of a field"));
                }
                let name = self.string()?;
                if !self.takes(b':') {
                    return Err(self.expected("`:`"));
                }
                fields.push((name, self.value()?));
                if self.takes(b'}') {
                    break;
                }
                if !self.takes(b',') {
                    return Err(self.expected("`,` or `}`"));
                }
            }
        }
        self.depth -= 1;
        verbatim_core::sort(&mut fields, |(one, _), (other, _)| one > other);
        match fields.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            Some(pair) => Err(Unreadable::Twice(pair[0].0.to_string())),
            None => Ok(Value::Object(Object(fields))),
        }
    }

    fn list(&mut self) -> Result<Value<'a>, Unreadable> {
        let mut items = Vec::new();
        self.open()?;
        if !self.takes(b']') {
            loop {
                items.push(self.value()?);
                if self.takes(b']') {
                    break;
                }
                if !self.takes(b',') {
                    return Err(self.expected("`,` or `]`"));
                }
            }
        }
        self.depth -= 1;
        Ok(Value::List(items))
    }

    /// Steps over the bracket that opens an object or a list.
    fn open(&mut self) -> Result<(), Unreadable> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH { Err(Unreadable::TooDeep) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Unreadable> {
        self.at += 1;
        let mut read = Cow::Borrowed("");
        loop {
            let rest = &self.text[self.at..];
            let plain = &rest[..plain(rest)];
            self.at += plain.len();
            if read.is_empty() {
                read = Cow::Borrowed(plain);
            } else {
                read.to_mut().push_str(plain);
            }
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(read);
                }
                Some(b'\\') => {
                    let escaped = self.escape()?;
                    read.to_mut().push(escaped);
                }
                Some(_) => return Err(self.expected("no control character in a string")),
                None => return Err(self.expected("the end of a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Unreadable> {
        self.at += 1;
        let escaped = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code_point(),
            _ => return Err(self.expected("an escape of JSON")),
        };
        self.at += 1;
        Ok(escaped)
    }

    /// `XXXX`, or a pair of surrogates.
    fn code_point(&mut self) -> Result<char, Unreadable> {
        let first = self.code_unit()?;
        let code = match first {
            0xD800..=0xDBFF if self.text[self.at..].starts_with("\\u") => {
                self.at += 1;
                let second = self.code_unit()?;
                match second {
                    0xDC00..=0xDFFF => 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                    _ => first,
                }
            }
            _ => first,
        };
        char::from_u32(code).ok_or_else(|| self.expected("both halves of a surrogate pair"))
    }

    /// The four digits behind `u`.
    fn code_unit(&mut self) -> Result<u32, Unreadable> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.expected("four hexadecimal digits"));
            };
            code = code << 4 | digit;
            self.at += 1;
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<Value<'a>, Unreadable> {
        let from = self.at;
        self.skips(b'-');
        // A zero stands alone before the point.
        if !self.skips(b'0') {
            self.digits()?;
        }
        let whole = &self.text[from..self.at];
        if self.skips(b'.') {
            self.digits()?;
        }
        if self.skips(b'e') || self.skips(b'E') {
            let _ = self.skips(b'+') || self.skips(b'-');
            self.digits()?;
        }
        if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.expected("no digit after a leading zero"));
        }
        match whole.parse() {
            Ok(number) if self.at - from == whole.len() => Ok(Value::Whole(number)),
            _ => Ok(Value::Fraction),
        }
    }

    fn digits(&mut self) -> Result<(), Unreadable> {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if from == self.at { Err(self.expected("a digit")) } else { Ok(()) }
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, Unreadable> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.expected("a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Steps over white space and `byte`, if it is there.
    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        self.skips(byte)
    }

    /// Steps over `byte`, if it is there.
    fn skips(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn expected(&self, expected: &'static str) -> Unreadable {
        Unreadable::Syntax { expected, at: self.at }
    }
}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned as _;
    use alloc::format;

    use super::*;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for c in (0..0x400).filter_map(char::from_u32) {
            for length in 0..20 {
                let before: String = "a\u{e9}".chars().cycle().take(length).collect();
                let text = format!("{before}{c}b\"");
                let first = text.find(|c: char| c < ' ' || c == '"' || c == '\\');
                assert_eq!(Some(plain(&text)), first, "{text:?}");
            }
        }
        assert_eq!(plain("nothing special, however long"), 29);
    }

    #[test]
    fn a_string_without_escapes_is_borrowed() {
        let text = r#"{"a":"plain","b":"\u0041\n"}"#;
        let Ok(Value::Object(object)) = read(text) else { panic!("an object") };
        assert!(matches!(object.get("a"), Some(Value::Text(Cow::Borrowed("plain")))));
        assert_eq!(object.get("b"), Some(&Value::Text("A\n".into())));
        assert_eq!(object.get("c"), None);
    }

    #[test]
    fn a_number_that_64_bits_do_not_hold_is_not_whole() {
        let check = |text: &str, expected| assert_eq!(read(text), Ok(expected), "{text}");
        check("-9223372036854775808", Value::Whole(i64::MIN));
        check("9223372036854775807", Value::Whole(i64::MAX));
        check("9223372036854775808", Value::Fraction);
        check("-0", Value::Whole(0));
        check("1.0", Value::Fraction);
        check("1e2", Value::Fraction);
    }

    #[test]
    fn a_depth_of_32_is_read_and_one_more_is_not() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(DEPTH)).is_ok());
        assert_eq!(read(&nested(DEPTH + 1)), Err(Unreadable::TooDeep));
    }

    #[test]
    fn a_name_stands_once_however_it_is_written() {
        let twice = read(r#"{"a":1,"b":2,"\u0061":3}"#);
        assert_eq!(twice, Err(Unreadable::Twice("a".to_owned())));
    }
}
