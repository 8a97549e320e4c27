//! Writes the JSON of a response, at most [`RESPONSE_BYTES`] of it. The bytes are those of
//! JavaScript's `JSON.stringify`: no white space, and no escape that is not needed.

use alloc::string::String;

use crate::limits::RESPONSE_BYTES;
use crate::value::plain;

/// The name of a field as it stands in JSON: `"name":`, whole, because what takes time is the
/// number of pieces and not their length.
#[derive(Debug, Clone, Copy)]
pub struct Key(#[doc(hidden)] pub &'static str);

/// Makes a [`Key`] of a name without signs that JSON escapes.
#[macro_export]
macro_rules! key {
    ($name:literal) => {
        $crate::writer::Key(concat!("\"", $name, "\":"))
    };
}

/// JSON in the making. What is written inside [`object`](Self::object) begins with its
/// [`key`](Self::key); commas come by themselves.
#[derive(Debug)]
pub struct Writer {
    json: String,
    /// Something did not fit.
    full: bool,
}

impl Writer {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self { json: String::with_capacity(1024), full: false }
    }

    /// All that was written; `None` if it exceeded [`RESPONSE_BYTES`].
    #[must_use]
    pub fn finish(self) -> Option<String> {
        if self.full { None } else { Some(self.json) }
    }

    /// `{…}`
    pub fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        self.begin();
        self.sign(b'{');
        fields(self);
        self.sign(b'}');
    }

    /// `[…]`, each item as `each` writes it.
    pub fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) {
        self.begin();
        self.sign(b'[');
        for item in items {
            each(self, item);
        }
        self.sign(b']');
    }

    /// The name of a field as [`key!`](crate::key) makes it, whose value is written next.
    pub fn key(&mut self, key: Key) -> &mut Self {
        self.begin();
        self.push(key.0);
        self
    }

    /// The name of a field that is not known before.
    pub fn name(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.sign(b':');
        self
    }

    /// A string.
    pub fn text(&mut self, text: &str) {
        self.begin();
        self.sign(b'"');
        let mut rest = text;
        loop {
            let (before, special) = rest.split_at(plain(rest));
            self.push(before);
            let Some(&byte) = special.as_bytes().first() else { break };
            rest = &special[1..];
            match byte {
                b'"' => self.push("\\\""),
                b'\\' => self.push("\\\\"),
                0x08 => self.push("\\b"),
                0x0C => self.push("\\f"),
                b'\n' => self.push("\\n"),
                b'\r' => self.push("\\r"),
                b'\t' => self.push("\\t"),
                control => {
                    self.push(if control < 0x10 { "\\u000" } else { "\\u001" });
                    let digit = usize::from(control & 0xF);
                    self.push(&"0123456789abcdef"[digit..=digit]);
                }
            }
        }
        self.sign(b'"');
    }

    /// A string or `null`.
    pub fn maybe(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    /// A whole number.
    pub fn number(&mut self, number: usize) {
        self.begin();
        let mut digits = [0_u8; 20];
        let (mut from, mut rest) = (digits.len(), number);
        loop {
            from -= 1;
            digits[from] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        digits[from..].iter().for_each(|digit| self.sign(*digit));
    }

    /// `true` or `false`
    pub fn bool(&mut self, value: bool) {
        self.begin();
        self.push(if value { "true" } else { "false" });
    }

    /// `null`
    pub fn null(&mut self) {
        self.begin();
        self.push("null");
    }

    /// Begins a value: with a comma, unless it is the first where it stands.
    fn begin(&mut self) {
        match self.json.as_bytes().last() {
            None | Some(b'{' | b'[' | b':') => {}
            Some(_) => self.sign(b','),
        }
    }

    /// One sign. Not [`push`](Self::push): to copy a single byte takes as long as to copy a line.
    fn sign(&mut self, sign: u8) {
        if self.json.len() < RESPONSE_BYTES {
            self.json.push(char::from(sign));
        } else {
            self.full = true;
        }
    }

    fn push(&mut self, text: &str) {
        if self.json.len() + text.len() > RESPONSE_BYTES {
            self.full = true;
        } else {
            self.json.push_str(text);
        }
    }
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stand_between_values_and_nowhere_else() {
        let mut out = Writer::new();
        out.object(|out| {
            out.key(key!("a")).list([1, 20, 0], Writer::number);
            out.key(key!("b")).object(|_| {});
            out.key(key!("c")).list([None, Some("x:{[")], Writer::maybe);
            out.key(key!("d")).bool(true);
        });
        let expected = r#"{"a":[1,20,0],"b":{},"c":[null,"x:{["],"d":true}"#;
        assert_eq!(out.finish().as_deref(), Some(expected));
    }

    #[test]
    fn a_string_is_escaped_as_javascript_does() {
        let text = "\0\u{8}\t\n\u{B}\u{C}\r\u{1F} \"\\/é\u{7F}\u{2028}👋";
        let mut out = Writer::new();
        out.text(text);
        let expected = serde_json::to_string(text).ok();
        assert_eq!(out.finish(), expected);
    }

    #[test]
    fn a_response_of_4_mib_is_whole_and_one_more_byte_is_not() {
        let written = |bytes: usize| {
            let mut out = Writer::new();
            out.text(&"a".repeat(bytes - 2));
            out.finish().map(|json| json.len())
        };
        assert_eq!(written(RESPONSE_BYTES), Some(RESPONSE_BYTES));
        assert_eq!(written(RESPONSE_BYTES + 1), None);
    }
}
