//! The plain face of the module: ABI version 1, for any wasm runtime (ABI.md).
//!
//! A host asks for room (`vb_alloc`), writes a request there, calls (`vb_call` or
//! `vb_render_batch`), reads the response where the answer points, and gives both back
//! (`vb_free`). Pointers cross the border here and nowhere else; beside this file only the
//! allocator (`heap`) holds `unsafe`.
#![expect(unsafe_code, reason = "the interface is made of pointers and exported names")]
#![expect(
    clippy::not_unsafe_ptr_arg_deref,
    reason = "the caller is a host outside Rust, to whom `unsafe` means nothing"
)]

use alloc::alloc::{alloc, dealloc};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::alloc::Layout;
use core::{ptr, slice};

use crate::limits::REQUEST_BYTES;

/// A marker: its presence says that the module keeps version 1 of the interface.
// A function, because an exported static is an address and not a value.
// SAFETY (all `no_mangle` here): the names are this interface's own, and nothing else that is
// linked into the module defines them.
#[unsafe(no_mangle)]
pub extern "C" fn verbatim_abi_1() {}

/// Room for `len` bytes, or null: more than a request may have, or no memory left.
#[unsafe(no_mangle)]
pub extern "C" fn vb_alloc(len: usize) -> *mut u8 {
    if len > REQUEST_BYTES {
        return ptr::null_mut();
    }
    let Some(layout) = bytes(len) else {
        return ptr::dangling_mut();
    };
    // SAFETY: the layout's size is not zero.
    unsafe { alloc(layout) }
}

/// Gives back what `vb_alloc(len)` or `vb_call` handed out.
#[unsafe(no_mangle)]
pub extern "C" fn vb_free(address: *mut u8, len: usize) {
    if address.is_null() {
        return;
    }
    if let Some(layout) = bytes(len) {
        // SAFETY: ABI.md obliges the host to give back a pointer and a length that this module
        // handed out together, once; both ways of handing out used this same layout. A host that
        // lies harms this instance's memory and nothing outside it.
        unsafe { dealloc(address, layout) }
    }
}

/// One JSON request in, one JSON response out: `(pointer << 32) | length`.
#[unsafe(no_mangle)]
pub extern "C" fn vb_call(address: *const u8, len: usize) -> u64 {
    hand_out(crate::ops::call(handed_in(&address, len), &mut crate::outside::Outside).into_bytes())
}

/// Many rows of one template in, binary, and a message for each out; the result as `vb_call`'s.
#[unsafe(no_mangle)]
pub extern "C" fn vb_render_batch(address: *const u8, len: usize) -> u64 {
    hand_out(crate::batch::render(handed_in(&address, len)))
}

/// What a host has written; its lifetime is that of the call, whose own the pointer is.
fn handed_in(address: &*const u8, len: usize) -> &[u8] {
    if address.is_null() {
        return &[];
    }
    // SAFETY: ABI.md obliges the host to pass `len` bytes that it has written and does not
    // touch until the call returns. Whatever it passes lies in this instance's own memory: an
    // access outside it traps.
    unsafe { slice::from_raw_parts(*address, len) }
}

/// Leaves `response` to the host, which frees it.
fn hand_out(response: Vec<u8>) -> u64 {
    // A boxed slice has no spare capacity: its layout is that of its length, as `vb_free` assumes.
    let response = Box::leak(response.into_boxed_slice());
    let address = response.as_mut_ptr().addr() as u64;
    (address << 32) | response.len() as u64
}

/// The layout of `len` bytes; none for no bytes, which have no allocation.
fn bytes(len: usize) -> Option<Layout> {
    if len == 0 {
        return None;
    }
    Layout::array::<u8>(len).ok()
}

/// The host's side of `crate::imports`.
pub(crate) mod host {
    use crate::imports::Level;

    pub(crate) fn create_message(json: &[u8]) -> i32 {
        raw::twilio_create_message(json.as_ptr(), json.len())
    }

    pub(crate) fn opt_out_lookup(json: &[u8]) -> i32 {
        raw::opt_out_lookup(json.as_ptr(), json.len())
    }

    pub(crate) fn opt_out_record(json: &[u8]) -> i32 {
        raw::opt_out_record(json.as_ptr(), json.len())
    }

    pub(crate) fn log(level: Level, text: &str) {
        raw::log(level as i32, text.as_ptr(), text.len());
    }

    mod raw {
        // SAFETY: the types are those of ABI.md, "Imports". The functions are `safe` because a
        // host only reads the `len` bytes at the pointer, and keeps neither.
        #[link(wasm_import_module = "verbatim")]
        unsafe extern "C" {
            pub(super) safe fn twilio_create_message(json: *const u8, len: usize) -> i32;
            pub(super) safe fn opt_out_lookup(json: *const u8, len: usize) -> i32;
            pub(super) safe fn opt_out_record(json: *const u8, len: usize) -> i32;
            pub(super) safe fn log(level: i32, text: *const u8, len: usize);
        }
    }
}
