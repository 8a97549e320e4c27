//! The binary `verbatim`.
fn main() {}
