//! Every limit of the interface, by name (ABI.md, "Requests").

/// Bytes of a request, at most.
pub const REQUEST_BYTES: usize = 1 << 20;
/// Bytes of a response, at most.
pub const RESPONSE_BYTES: usize = 4 << 20;
/// Objects and lists that stand inside each other in a request, at most.
pub const DEPTH: usize = 32;
