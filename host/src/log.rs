//! The log: to standard error, for people or as JSON, and without a whole phone number in it,
//! wherever that came from. Secrets have a type of their own that shows nothing.

use std::io::{self, IsTerminal, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// The digits of a number that stay: enough to tell two apart for who knows them.
const SHOWN: usize = 4;
/// The fewest and the most digits that a phone number has, E.164.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Starts the log. VERBATIM_LOG says how much of it there is.
pub fn start(json: bool, colours: bool) {
    let filter = EnvFilter::try_from_env("VERBATIM_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,verbatim_host=info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Masked);
    if json {
        log.json().flatten_event(true).with_span_list(false).init();
    } else {
        log.with_ansi(colours && io::stderr().is_terminal()).init();
    }
}

/// Every phone number of a text, in E.164 or as a URL has it, down to its last digits.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, plus, after)) = next_plus(rest) {
        masked.push_str(before);
        masked.push_str(plus);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = after.split_at(digits);
        if DIGITS.contains(&digits) {
            let hidden = digits - SHOWN;
            masked.extend(std::iter::repeat_n('*', hidden));
            masked.push_str(&number[hidden..]);
        } else {
            masked.push_str(number);
        }
        rest = behind;
    }
    masked.push_str(rest);
    masked
}

/// What stands before the next plus sign, the sign, and what stands behind it.
fn next_plus(text: &str) -> Option<(&str, &str, &str)> {
    let signs = ["+", "%2B", "%2b"];
    let (at, sign) =
        signs.iter().filter_map(|sign| Some((text.find(sign)?, *sign))).min_by_key(|it| it.0)?;
    Some((&text[..at], sign, &text[at + sign.len()..]))
}

/// Writes lines to standard error, masked. The log hands over one whole line at a time.
#[derive(Debug, Clone, Copy)]
struct Masked;

impl Write for Masked {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // On a full disk a line is lost, and not the request that it is about: a complaint, which
        // would go to the same place, would be a panic.
        let _ = io::stderr().write_all(mask(&String::from_utf8_lossy(line)).as_bytes());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

impl MakeWriter<'_> for Masked {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_whole_phone_number_is_left() {
        for (text, masked) in [
            ("to +15550001111 now", "to +*******1111 now"),
            ("+15550001111,+447700900123", "+*******1111,+********0123"),
            ("/v1/opt-outs/%2B15550001111/x", "/v1/opt-outs/%2B*******1111/x"),
            ("?to=%2b15550001111", "?to=%2b*******1111"),
            ("+1234567", "+***4567"),
            ("2026-11-26T07:00:00+00:00", "2026-11-26T07:00:00+00:00"),
            ("1 + 1, C++ é+", "1 + 1, C++ é+"),
            ("+123456", "+123456"),
            ("+1234567890123456", "+1234567890123456"),
            ("", ""),
        ] {
            assert_eq!(mask(text), masked);
        }
    }
}
