//! The JavaScript face: the ops as typed functions on plain objects. Each takes the fields of its
//! op (ABI.md, "Requests") and gives `{ok: …}` or `{error: …}`; `JSON.stringify` of what it gives
//! equals the bytes of the other face.

use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::{Deserializer, Serializer};
use verbatim_core as core;
use verbatim_core::{Code, Refusal};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::{Error, Response, Segments};
use crate::json::refusal;
use crate::ops::{self, Face};
use crate::outside::Outside;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

struct Js;

impl Face for Js {
    type Response = JsValue;

    fn respond<T: Serialize>(self, answer: Result<T, Refusal>) -> JsValue {
        let to = Serializer::json_compatible();
        let made = match answer {
            Ok(answer) => Response::Ok(answer).serialize(&to),
            Err(why) => Response::<()>::Error(Error(&why)).serialize(&to),
        };
        // Every answer is made of strings, numbers, lists and maps with string keys.
        made.unwrap_or(JsValue::UNDEFINED)
    }
}

fn parsed<A: Deserialize<'static>>(request: JsValue, op: impl FnOnce(A, Js) -> JsValue) -> JsValue {
    match A::deserialize(Deserializer::from(request)) {
        Ok(ask) => op(ask, Js),
        Err(error) => Js.respond(Err::<(), _>(refusal(Code::RequestField, error.to_string()))),
    }
}

/// What this module is: version, ops, limits, keywords, replies, diagnostics.
#[wasm_bindgen(unchecked_return_type = "Response<Describe>")]
pub fn describe() -> JsValue {
    ops::describe(Js)
}

/// What a text costs.
#[wasm_bindgen(unchecked_return_type = "Response<Segments>")]
pub fn segments(
    #[wasm_bindgen(unchecked_param_type = "SegmentsRequest")] request: JsValue,
) -> JsValue {
    // What an editor asks at each keystroke: 3 calls into JavaScript instead
    // of 48, and 0.65 µs instead of 1.6 for 160 characters.
    if let Some(text) = bare_text(&request) {
        let found = core::segments(&text, core::Policy::default());
        let core::Count { encoding, units, segments, remaining } = found.count;
        return match encoding {
            core::Encoding::Gsm7 => gsm_answer(units, segments, &found.segment_units, remaining),
            core::Encoding::Ucs2 => Js.respond(Ok(Segments(&found))),
        };
    }
    parsed(request, |ask, face| ops::segments(&ask, face))
}

#[wasm_bindgen]
extern "C" {
    /// The text of a request for segments that asks for nothing else (`imports.js`).
    #[wasm_bindgen(js_name = bareText)]
    fn bare_text(request: &JsValue) -> Option<String>;

    /// `answer::Segments` of a text in GSM-7, made in one step (`imports.js`).
    #[wasm_bindgen(js_name = gsmAnswer)]
    fn gsm_answer(units: usize, segments: usize, units_of: &[usize], remaining: usize) -> JsValue;
}

/// How many segments a text takes (policy `standard`), and nothing else: the fast way.
#[wasm_bindgen(js_name = segmentCount)]
pub fn segment_count(text: &str) -> u32 {
    let count = core::count(text, core::Policy::Standard);
    u32::try_from(count.segments).unwrap_or(u32::MAX)
}

/// What can be said of a template before a value is known.
#[wasm_bindgen(unchecked_return_type = "Response<Check>")]
pub fn check(#[wasm_bindgen(unchecked_param_type = "CheckRequest")] request: JsValue) -> JsValue {
    parsed(request, ops::check)
}

/// What can be said of an action's prompt.
#[wasm_bindgen(js_name = checkPrompt, unchecked_return_type = "Response<CheckPrompt>")]
pub fn check_prompt(
    #[wasm_bindgen(unchecked_param_type = "CheckPromptRequest")] request: JsValue,
) -> JsValue {
    parsed(request, ops::check_prompt)
}

/// A text as it would read with the values at hand.
#[wasm_bindgen(unchecked_return_type = "Response<Preview>")]
pub fn preview(
    #[wasm_bindgen(unchecked_param_type = "PreviewRequest")] request: JsValue,
) -> JsValue {
    parsed(request, |ask, face| ops::preview(&ask, face))
}

/// A text as it would be sent.
#[wasm_bindgen(unchecked_return_type = "Response<Render>")]
pub fn render(#[wasm_bindgen(unchecked_param_type = "RenderRequest")] request: JsValue) -> JsValue {
    parsed(request, |ask, face| ops::render(&ask, face))
}

/// What may stand where the writer is typing a token.
#[wasm_bindgen(unchecked_return_type = "Response<Complete>")]
pub fn complete(
    #[wasm_bindgen(unchecked_param_type = "CompleteRequest")] request: JsValue,
) -> JsValue {
    parsed(request, ops::complete)
}

/// What a reply means.
#[wasm_bindgen(unchecked_return_type = "Response<Classify>")]
pub fn classify(
    #[wasm_bindgen(unchecked_param_type = "ClassifyRequest")] request: JsValue,
) -> JsValue {
    parsed(request, ops::classify)
}

/// Decides on a message, through the host that `setHost` has set.
#[wasm_bindgen(unchecked_return_type = "Response<Send>")]
pub fn send(#[wasm_bindgen(unchecked_param_type = "SendRequest")] request: JsValue) -> JsValue {
    parsed(request, |ask, face| ops::send(&ask, &mut Outside, face))
}

/// Decides on a received message, through the host that `setHost` has set.
#[wasm_bindgen(unchecked_return_type = "Response<Receive>")]
pub fn receive(
    #[wasm_bindgen(unchecked_param_type = "ReceiveRequest")] request: JsValue,
) -> JsValue {
    parsed(request, |ask, face| ops::receive(ask, &mut Outside, face))
}
