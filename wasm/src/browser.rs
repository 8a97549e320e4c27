//! The JavaScript face: a stand-in.

use wasm_bindgen::prelude::wasm_bindgen;

/// One JSON request in, one JSON response out.
#[wasm_bindgen]
pub fn call(request: &str) -> String {
    String::from_utf8_lossy(&crate::ops::call(request.as_bytes())).into_owned()
}

/// A plain object, so that serde-wasm-bindgen's imports are there.
#[wasm_bindgen]
pub fn plain(request: &str) -> wasm_bindgen::JsValue {
    use serde::Serialize;
    serde_json::from_str::<serde_json::Value>(request)
        .unwrap_or_default()
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .unwrap_or_default()
}
