//! The batch: many rows of one template in one call, in the binary form of ABI.md
//! (`vb_render_batch`). Values come by position, and what leaves is appended to one buffer.
//!
//! Nothing is allocated for a number that the request names: the response grows with the rows that
//! are there, up to the limit of any response. No input makes it panic.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use verbatim_core::limits::MESSAGE_BYTES;
use verbatim_core::{Code, Count, Encoding, Refusal, Slots, Weighed};

use crate::limits::{REQUEST_BYTES, RESPONSE_BYTES};
use crate::ops::respond;

/// In the place of a length: the value is missing. In the place of the number of rows: no row
/// follows, but the JSON error.
pub const NONE: u32 = u32::MAX;
/// The encoding of a row that is refused.
pub const REFUSED: u8 = 255;
/// Bytes of a row of the response, at most: its length, its text, its encoding and a number.
const ROW_BYTES: usize = 4 + MESSAGE_BYTES + 3;
/// Bytes of the room for a response, at most: what it may have, and the row that shows it has more.
/// Twice that would be more than the module's memory.
const MOST_BYTES: usize = RESPONSE_BYTES + ROW_BYTES;

/// Answers a batch, whatever it is: its rows, or the error for all of them.
#[must_use]
pub fn render(request: &[u8]) -> Vec<u8> {
    rows(request).unwrap_or_else(|refusal| {
        let json = respond(|_| Err(Box::new(refusal)));
        let length = u32::try_from(json.len()).unwrap_or_default();
        [&NONE.to_le_bytes()[..], &length.to_le_bytes(), json.as_bytes()].concat()
    })
}

fn rows(request: &[u8]) -> Result<Vec<u8>, Refusal> {
    if request.len() > REQUEST_BYTES {
        return Err(refusal(Code::RequestTooLarge, "expected a batch of at most 1048576 bytes"));
    }
    let mut input = Input(request);
    let body = input.number().and_then(|length| input.take(length)).ok_or_else(ends_early)?;
    let body = str::from_utf8(body)
        .map_err(|_| refusal(Code::RequestNotBatch, "the body of the batch is not UTF-8"))?;
    let slots = Slots::of_body(body)?;
    let tokens = slots.names().len();
    let count = input.number().ok_or_else(ends_early)?;

    // Each value takes at least its length: a count that lies is known before the first row.
    if u64::from(count) * (tokens as u64 * 4) > input.0.len() as u64 {
        return Err(ends_early());
    }
    // What rows take whose tokens occur once; a count that lies gets no more than a response may
    // have.
    let likely = u64::from(count) * (slots.literal_bytes() as u64 + 7) + input.0.len() as u64;
    let likely = usize::try_from(likely).unwrap_or(RESPONSE_BYTES).min(RESPONSE_BYTES);
    let mut response = vec![0; likely + ROW_BYTES];
    let mut values = Vec::with_capacity(tokens);
    let mut written = 4;
    if let Some(place) = response.first_chunk_mut() {
        *place = count.to_le_bytes();
    }
    for _ in 0..count {
        values.clear();
        let mut is_utf8 = true;
        for _ in 0..tokens {
            values.push(match input.number().ok_or_else(ends_early)? {
                NONE => None,
                length => {
                    let value = Weighed::from_utf8(input.take(length).ok_or_else(ends_early)?);
                    is_utf8 &= value.is_some();
                    value
                }
            });
        }
        written += loop {
            let room = response.get_mut(written..).unwrap_or_default();
            match write_row(room, |text| match is_utf8 {
                true => slots.message_into(text, &values),
                false => Err(Code::RequestNotBatch),
            }) {
                Some(bytes) => break bytes,
                None => {
                    let longer = (response.len() * 2).min(MOST_BYTES);
                    // By itself it would take room for twice what it has.
                    response.reserve_exact(longer.saturating_sub(response.len()));
                    response.resize(longer, 0);
                }
            }
        };
        if written > RESPONSE_BYTES {
            return Err(refusal(
                Code::ResponseTooLarge,
                "the response would exceed 4194304 bytes; ask for fewer rows at once",
            ));
        }
    }
    response.truncate(written);
    match input.0 {
        [] => Ok(response),
        [..] => Err(refusal(
            Code::RequestNotBatch,
            "the batch goes on after its last row; expected as many rows as it names",
        )),
    }
}

/// Writes a row to the front of `room` and gives its bytes, or `None` if a row may be longer.
fn write_row(
    room: &mut [u8],
    make: impl FnOnce(&mut [u8; MESSAGE_BYTES]) -> Result<(usize, Count), Code>,
) -> Option<usize> {
    let (length, room) = room.first_chunk_mut::<ROW_BYTES>()?.split_first_chunk_mut::<4>()?;
    let (bytes, encoding, number) = match make(room.first_chunk_mut()?) {
        Ok((bytes, count)) => {
            let encoding = match count.encoding {
                Encoding::Gsm7 => 0,
                Encoding::Ucs2 => 1,
            };
            // A message of 1,600 characters has far fewer segments than a `u16` holds.
            (bytes, encoding, u16::try_from(count.segments).unwrap_or(u16::MAX))
        }
        Err(code) => (0, REFUSED, code.number()),
    };
    *length = u32::try_from(bytes).unwrap_or_default().to_le_bytes();
    let [low, high] = number.to_le_bytes();
    *room.get_mut(bytes..)?.first_chunk_mut()? = [encoding, low, high];
    Some(length.len() + bytes + 3)
}

/// What is left of a request.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*number))
    }

    fn take(&mut self, length: u32) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(taken)
    }
}

fn ends_early() -> Refusal {
    refusal(
        Code::RequestNotBatch,
        "the batch ends early; expected its body, its number of rows and a value for each token of each row",
    )
}

fn refusal(code: Code, message: &str) -> Refusal {
    Refusal::new(code, message)
}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned as _;
    use alloc::format;
    use alloc::string::{String, ToString as _};

    use super::*;

    /// A batch as ABI.md has it, written down a second time.
    fn batch(body: &str, rows: &[&[Option<&[u8]>]]) -> Vec<u8> {
        let number = |n: usize| u32::try_from(n).expect("a short length").to_le_bytes();
        let mut bytes = number(body.len()).to_vec();
        bytes.extend_from_slice(body.as_bytes());
        bytes.extend_from_slice(&number(rows.len()));
        for value in rows.iter().copied().flatten() {
            match value {
                Some(value) => {
                    bytes.extend_from_slice(&number(value.len()));
                    bytes.extend_from_slice(value);
                }
                None => bytes.extend_from_slice(&[0xFF; 4]),
            }
        }
        bytes
    }

    /// A response in words: each row on a line, or the JSON of the error.
    fn shown(response: &[u8]) -> String {
        fn number<'a>(bytes: &mut &'a [u8], length: usize) -> (usize, &'a [u8]) {
            let (head, rest) = bytes.split_at(length);
            *bytes = rest;
            (head.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), head)
        }
        let mut left = response;
        let count = number(&mut left, 4).0;
        if count == 0xFFFF_FFFF {
            let length = number(&mut left, 4).0;
            assert_eq!(left.len(), length);
            return String::from_utf8(left.to_vec()).expect("UTF-8");
        }
        let mut lines = Vec::new();
        for _ in 0..count {
            let length = number(&mut left, 4).0;
            let text = String::from_utf8(number(&mut left, length).1.to_vec()).expect("UTF-8");
            let (encoding, segments) = (number(&mut left, 1).0, number(&mut left, 2).0);
            lines.push(match encoding {
                0 => format!("{text} GSM-7 {segments}"),
                1 => format!("{text} UCS-2 {segments}"),
                _ => format!("{text}refused {segments}"),
            });
        }
        assert!(left.is_empty());
        lines.join("\n")
    }

    fn check(body: &str, rows: &[&[Option<&[u8]>]], expected: &str) {
        assert_eq!(shown(&render(&batch(body, rows))), expected);
    }

    fn error(request: &[u8]) -> String {
        let shown = shown(&render(request));
        let json: serde_json::Value = serde_json::from_str(&shown).expect(&shown);
        let of = |field: &str| json["error"][field].as_str().unwrap_or_default().to_owned();
        format!("{} {}", of("code"), of("message"))
    }

    #[test]
    fn the_bytes_are_those_of_the_document() {
        let request =
            b"\x08\0\0\0Hi ${a}!\x03\0\0\0\x04\0\0\0Zo\xc3\xab\xff\xff\xff\xff\x01\0\0\0A";
        let response = b"\x03\0\0\0\
            \x08\0\0\0Hi Zo\xc3\xab!\x01\x01\0\
            \0\0\0\0\xff\x14\0\
            \x05\0\0\0Hi A!\0\x01\0";
        assert_eq!(render(request), response);
    }

    #[test]
    fn every_row_has_its_text_and_its_cost_in_order() {
        check(
            "Hi ${name}, {{vrbl:name}}",
            &[
                &[Some(b"Zoe"), Some(b"{{vrbl:name}}")],
                &[Some("Zoë".as_bytes()), Some(b"")],
                &[Some(&[b'a'; 200]), Some(b"!")],
            ],
            &format!(
                "Hi Zoe, {{{{vrbl:name}}}} GSM-7 1\nHi Zoë,  UCS-2 1\nHi {}, ! GSM-7 2",
                "a".repeat(200)
            ),
        );
    }

    #[test]
    fn a_token_that_occurs_twice_has_one_value_and_its_kind_makes_another_of_it() {
        check(
            "${a}{{tn:a}}${a}{{tn:a}}${a}",
            &[&[Some(b"1"), Some(b"2")], &[Some(b"x"), Some(b"y")]],
            "12121 GSM-7 1\nxyxyx GSM-7 1",
        );
    }

    #[test]
    fn a_body_without_tokens_has_rows_without_values() {
        check("Hi", &[&[], &[]], "Hi GSM-7 1\nHi GSM-7 1");
        check("Hi", &[], "");
        check("${a}", &[], "");
    }

    #[test]
    fn a_row_that_may_not_leave_is_refused_by_its_diagnostic_and_the_next_goes_on() {
        let longest = [b'a'; 1600];
        let longer = [b'a'; 1601];
        check(
            "${a}",
            &[
                &[None],
                &[Some(b" \n")],
                &[Some(b"")],
                &[Some(&longer)],
                &[Some(b"a\0")],
                &[Some(b"a\xff")],
                &[Some(&longest)],
            ],
            &format!(
                "refused 20\nrefused 21\nrefused 21\nrefused 22\nrefused 23\nrefused 98\n{} GSM-7 11",
                "a".repeat(1600)
            ),
        );
    }

    #[test]
    fn a_body_with_errors_is_the_error_that_render_gives() {
        for body in ["Hi {{foo:x}}", "", " ", &"a".repeat(501), "a\0", "{{ho:desk}} {{x}}"] {
            let request = serde_json::json!({"op": "render", "body": body, "values":
                {"variant": {}, "entity": {}, "variable": {}, "translation": {}}});
            let expected =
                crate::ops::call(request.to_string().as_bytes(), &mut crate::outside::Outside);
            check(body, &[], &expected);
        }
    }

    #[test]
    fn an_input_that_ends_early_is_an_error_wherever_it_ends() {
        let whole = batch("Hi ${a}", &[&[Some(b"Zoe")], &[Some(b"x")]]);
        assert_eq!(shown(&render(&whole)).lines().count(), 2);
        for end in 0..whole.len() {
            assert!(error(&whole[..end]).starts_with("V098 the batch ends early; "), "{end}");
        }
    }

    #[test]
    fn what_follows_the_last_row_is_an_error() {
        let mut request = batch("Hi ${a}", &[&[Some(b"Zoe")]]);
        request.push(0);
        let expected =
            "V098 the batch goes on after its last row; expected as many rows as it names";
        assert_eq!(error(&request), expected);
    }

    #[test]
    fn a_number_of_rows_that_lies_is_an_error() {
        let mut request = batch("Hi ${a}", &[&[Some(b"Zoe")]]);
        let count = request.len() - 4 - 3 - 4;
        for lie in [2, 1 << 20, u32::MAX] {
            request[count..count + 4].copy_from_slice(&lie.to_le_bytes());
            assert!(error(&request).starts_with("V098 the batch ends early; "), "{lie}");
        }
        // Rows without values are as many as they say, until the response is full.
        let mut request = batch("Hi", &[]);
        let end = request.len();
        request[end - 4..].copy_from_slice(&u32::MAX.to_le_bytes());
        let expected = "V095 the response would exceed 4194304 bytes; ask for fewer rows at once";
        assert_eq!(error(&request), expected);
    }

    #[test]
    fn a_body_that_is_not_utf8_is_an_error() {
        assert_eq!(error(b"\x01\0\0\0\xff\0\0\0\0"), "V098 the body of the batch is not UTF-8");
    }

    #[test]
    fn a_request_has_at_most_a_mebibyte() {
        let room = REQUEST_BYTES - batch("${a}", &[&[Some(b"")]]).len();
        let at = |len: usize| batch("${a}", &[&[Some(&vec![b'a'; len])]]);
        assert_eq!(shown(&render(&at(room))), "refused 22");
        assert_eq!(error(&at(room + 1)), "V093 expected a batch of at most 1048576 bytes");
    }

    #[test]
    fn a_value_of_a_mebibyte_that_stands_a_hundred_times_is_not_written_out() {
        let body = "${a}".repeat(125);
        check(&body, &[&[Some(&vec![b'a'; 1 << 19])]], "refused 22");
    }

    #[test]
    fn a_response_has_at_most_4_mebibytes() {
        let row = [Some("👋".as_bytes())];
        let rows = |count| vec![&row[..]; count];
        let body = "${a}".repeat(100);
        let a_row = 4 + 4 * 100 + 3;
        let most = (RESPONSE_BYTES - 4) / a_row;
        assert!(render(&batch(&body, &rows(most))).len() <= RESPONSE_BYTES);
        assert!(error(&batch(&body, &rows(most + 1))).starts_with("V095"));
    }
}
