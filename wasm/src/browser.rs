//! The JavaScript face: text in, text out. What makes plain objects of it and gives every op its
//! function is `module/src/face.js`, which the build puts into the glue; so the two faces answer
//! with the same bytes because they are the same bytes.

use alloc::string::String;

use verbatim_core as core;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::ops;
use crate::outside::Outside;

/// One JSON request in, one JSON response out; `setHost` names who answers what it asks.
#[wasm_bindgen(skip_typescript)]
#[must_use]
pub fn call(request: &str) -> String {
    ops::call(request.as_bytes(), &mut Outside)
}

/// Hands what a text costs to `gsmAnswer`, if it is in GSM-7: without JSON.
#[wasm_bindgen(js_name = gsmSegments, skip_typescript)]
#[must_use]
pub fn gsm_segments(text: &str) -> bool {
    let found = core::segments(text, core::Policy::default());
    let core::Count { encoding, units, segments, remaining } = found.count;
    match encoding {
        core::Encoding::Gsm7 => gsm_answer(units, segments, &found.segment_units, remaining),
        core::Encoding::Ucs2 => return false,
    }
    true
}

#[wasm_bindgen]
extern "C" {
    /// Makes the answer of `segments` (`imports.js`).
    #[wasm_bindgen(js_name = gsmAnswer)]
    fn gsm_answer(units: usize, segments: usize, units_of: &[usize], remaining: usize);
}

/// How many segments a text takes (policy `standard`), and nothing else: the fast way.
#[wasm_bindgen(js_name = segmentCount, skip_typescript)]
#[must_use]
pub fn segment_count(text: &str) -> u32 {
    let count = core::count(text, core::Policy::Standard);
    u32::try_from(count.segments).unwrap_or(u32::MAX)
}
