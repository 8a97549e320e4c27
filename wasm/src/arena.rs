//! The guest's allocator: a small arena first, the system's allocator for what does not fit.
//!
//! A host gives each call a fresh instance, and nearly every call needs a few kilobytes. Rust's
//! own allocator asks for a new page of memory before it hands out its first byte, and that costs
//! the host two changes of page protection for each instance: more than all else of a small call.
//! The arena lies in the memory that the instance has from the start. It hands out one piece after
//! the other and begins anew when all of them have been given back.
#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use core::cell::{Cell, UnsafeCell};
use core::mem::MaybeUninit;
use core::ptr;
use std::alloc::{GlobalAlloc, Layout, System};

/// Bytes of the arena: with stack and data it fills the pages that the module starts with.
const ROOM: usize = 48 << 10;

/// What an address of the arena is a multiple of; a greater alignment is left to the system.
const ALIGN: usize = 16;

#[repr(align(16))]
struct Room(
    #[expect(dead_code, reason = "read and written through pointers alone")]
    MaybeUninit<[u8; ROOM]>,
);

/// The arena, with the system's allocator behind it.
pub struct Arena {
    room: UnsafeCell<Room>,
    /// Bytes from the start that are handed out, holes included.
    used: Cell<usize>,
    /// Pieces that are handed out.
    live: Cell<usize>,
}

// SAFETY: the guest has one thread: the target has no threads, and the one static of this type is
// compiled for it alone.
unsafe impl Sync for Arena {}

impl Arena {
    /// An empty arena.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            room: UnsafeCell::new(Room(MaybeUninit::uninit())),
            used: Cell::new(0),
            live: Cell::new(0),
        }
    }

    fn base(&self) -> *mut u8 {
        self.room.get().cast()
    }

    /// Where in the arena `piece` begins; none for a piece of the system's.
    fn offset(&self, piece: *mut u8) -> Option<usize> {
        piece.addr().checked_sub(self.base().addr()).filter(|&offset| offset < ROOM)
    }

    /// Takes the next piece, if it fits.
    fn take(&self, layout: Layout) -> Option<*mut u8> {
        if layout.align() > ALIGN {
            return None;
        }
        let start = self.used.get().next_multiple_of(layout.align());
        let end = start.checked_add(layout.size()).filter(|&end| end <= ROOM)?;
        self.used.set(end);
        self.live.set(self.live.get() + 1);
        Some(self.base().wrapping_add(start))
    }

    fn give_back(&self, offset: usize, size: usize) {
        let live = self.live.get().saturating_sub(1);
        self.live.set(live);
        if live == 0 {
            self.used.set(0);
        } else if offset + size == self.used.get() {
            self.used.set(offset);
        }
    }
}

impl Default for Arena {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: a piece of the arena is aligned as asked (its base is a multiple of `ALIGN`), lies whole
// in the room, and overlaps no other: `used` is behind every live piece, and goes back only past
// the last one or when there is none. Everything else is the system's, which keeps the contract.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        self.take(layout).unwrap_or_else(|| unsafe { System.alloc(layout) })
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        match self.offset(piece) {
            Some(offset) => self.give_back(offset, layout.size()),
            // SAFETY: what is not the arena's was handed out by the system, with this layout.
            None => unsafe { System.dealloc(piece, layout) },
        }
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(offset) = self.offset(piece) else {
            // SAFETY: as in `dealloc`; the caller promises the rest.
            return unsafe { System.realloc(piece, layout, size) };
        };
        let end = offset.saturating_add(size);
        if offset + layout.size() == self.used.get() && end <= ROOM {
            self.used.set(end);
            return piece;
        }
        // SAFETY: the caller promises that `size` makes a layout with this alignment.
        let moved = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            // SAFETY: both pieces hold as many bytes, and they do not overlap: both are live.
            unsafe { ptr::copy_nonoverlapping(piece, moved, layout.size().min(size)) };
            self.give_back(offset, layout.size());
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).expect("a layout")
    }

    /// Allocates, fills and checks through the arena, so that Miri sees what it does.
    fn piece(arena: &Arena, size: usize, byte: u8) -> *mut u8 {
        // SAFETY: the size is not zero; the piece is as long as is written.
        unsafe {
            let piece = arena.alloc(layout(size, 1));
            assert!(!piece.is_null());
            piece.write_bytes(byte, size);
            piece
        }
    }

    fn free(arena: &Arena, piece: *mut u8, size: usize) {
        // SAFETY: the tests free what `piece` gave, once.
        unsafe { arena.dealloc(piece, layout(size, 1)) }
    }

    #[test]
    fn pieces_do_not_overlap_and_are_aligned() {
        let arena = Arena::new();
        let one = piece(&arena, 3, 1);
        // SAFETY: the size is not zero.
        let eight = unsafe { arena.alloc(layout(8, 8)) };
        assert_eq!(eight.addr() % 8, 0);
        assert!(eight.addr() >= one.addr() + 3);
    }

    #[test]
    fn the_arena_begins_anew_when_every_piece_was_given_back() {
        let arena = Arena::new();
        let (first, second) = (piece(&arena, 100, 1), piece(&arena, 100, 2));
        free(&arena, first, 100);
        let third = piece(&arena, 10, 3);
        assert!(third.addr() >= second.addr() + 100, "a hole is not used while others live");
        free(&arena, second, 100);
        free(&arena, third, 10);
        assert_eq!(piece(&arena, 100, 4), first);
    }

    #[test]
    fn the_last_piece_grows_and_goes_back_in_place() {
        let arena = Arena::new();
        let first = piece(&arena, 10, 1);
        let last = piece(&arena, 10, 2);
        // SAFETY: `last` has this layout.
        assert_eq!(unsafe { arena.realloc(last, layout(10, 1), 1000) }, last);
        free(&arena, last, 1000);
        assert_eq!(piece(&arena, 5, 3), last);
        // SAFETY: `first` has this layout, and its bytes were written.
        let moved = unsafe { arena.realloc(first, layout(10, 1), 20) };
        assert_ne!(moved, first);
        // SAFETY: ten of its bytes were copied.
        assert_eq!(unsafe { *moved.add(9) }, 1);
    }

    #[test]
    fn what_does_not_fit_is_the_systems() {
        let arena = Arena::new();
        let whole = piece(&arena, ROOM, 1);
        assert!(arena.offset(whole).is_some());
        let more = piece(&arena, 1, 2);
        assert!(arena.offset(more).is_none());
        // SAFETY: `more` has this layout.
        let more = unsafe { arena.realloc(more, layout(1, 1), 100) };
        free(&arena, more, 100);
        free(&arena, whole, ROOM);
        let over = piece(&arena, ROOM + 1, 3);
        assert!(arena.offset(over).is_none());
        free(&arena, over, ROOM + 1);
    }
}
