//! The guest's allocator: pieces in powers of two, from a room that is there from the start, then
//! from pages by which the memory grows.
//!
//! A host gives each call a fresh instance, and nearly every call needs a few kilobytes. To grow
//! the memory costs the host two changes of page protection: more than all else of a small call.
//! A piece that was given back waits in the list of its size, and a new one is cut only when none
//! waits: of each size there are never more than were in use at once.
#![expect(unsafe_code, reason = "an allocator hands out raw memory")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::{Cell, UnsafeCell};
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr;

/// Bytes of the room: with stack and data it fills the pages that the module starts with.
const ROOM: usize = 48 << 10;

/// What every piece's address is a multiple of, and its size too.
const ALIGN: usize = 16;

/// The sizes: 16, 32, …, 16 MiB, which is all the memory that a module may have (ABI.md).
const SIZES: usize = 21;

/// Where more memory comes from.
pub trait Memory {
    /// At least `bytes` more, a multiple of 16, all zero: where they begin and how many they are.
    fn grow(bytes: usize) -> Option<(*mut u8, usize)>;
}

/// The pages of this instance.
#[cfg(target_arch = "wasm32")]
#[derive(Debug)]
pub struct Pages;

#[cfg(target_arch = "wasm32")]
impl Memory for Pages {
    fn grow(bytes: usize) -> Option<(*mut u8, usize)> {
        const PAGE: usize = 64 << 10;
        let pages = bytes.div_ceil(PAGE);
        let before = core::arch::wasm32::memory_grow(0, pages);
        let start = before.checked_mul(PAGE)?; // `usize::MAX`: there are no more.
        Some((ptr::with_exposed_provenance_mut(start), pages * PAGE))
    }
}

#[repr(align(16))]
struct Room(
    #[expect(dead_code, reason = "read and written through pointers alone")]
    MaybeUninit<[u8; ROOM]>,
);

/// The allocator.
pub struct Heap<M> {
    room: UnsafeCell<Room>,
    /// The part of the memory that pieces are cut from; null before the first.
    next: Cell<*mut u8>,
    left: Cell<usize>,
    /// By size, the piece that was given back last; in it stands the address of the one before.
    free: [Cell<*mut u8>; SIZES],
    memory: PhantomData<M>,
}

// SAFETY: the guest has one thread: the target has no threads, and the one static of this type is
// compiled for it alone.
unsafe impl<M> Sync for Heap<M> {}

impl<M: Memory> Heap<M> {
    /// An empty heap.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            room: UnsafeCell::new(Room(MaybeUninit::zeroed())),
            next: Cell::new(ptr::null_mut()),
            left: Cell::new(0),
            free: [const { Cell::new(ptr::null_mut()) }; SIZES],
            memory: PhantomData,
        }
    }

    /// Which of the sizes holds `layout`; none holds what is larger or aligned to more.
    fn size(layout: Layout) -> Option<usize> {
        let bytes = layout.size().max(ALIGN).checked_next_power_of_two()?;
        let size = (bytes / ALIGN).trailing_zeros() as usize;
        (size < SIZES && layout.align() <= ALIGN).then_some(size)
    }

    /// Cuts a piece of a size that has none to give again.
    fn cut(&self, size: usize) -> *mut u8 {
        let bytes = ALIGN << size;
        if self.next.get().is_null() {
            self.next.set(self.room.get().cast());
            self.left.set(ROOM);
        }
        if bytes > self.left.get() {
            let Some((start, grown)) = M::grow(bytes) else { return ptr::null_mut() };
            if start == self.next.get().wrapping_add(self.left.get()) {
                self.left.set(self.left.get() + grown);
            } else {
                self.next.set(start);
                self.left.set(grown);
            }
        }
        let piece = self.next.get();
        self.next.set(piece.wrapping_add(bytes));
        self.left.set(self.left.get() - bytes);
        piece
    }
}

impl<M: Memory> Default for Heap<M> {
    fn default() -> Self {
        Self::new()
    }
}

// SAFETY: a piece is as long as its size says, which is no less than was asked; it begins at a
// multiple of `ALIGN`, because the room and what the memory grows by do and every size is one; it
// overlaps no other, because it was cut from what no piece was cut from before, or was given back.
unsafe impl<M: Memory> GlobalAlloc for Heap<M> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(size) = Self::size(layout) else { return ptr::null_mut() };
        let piece = self.free[size].get();
        if piece.is_null() {
            return self.cut(size);
        }
        // SAFETY: a piece in the list is nobody's, at least as long as an address, and `dealloc`
        // has written into it the one before.
        self.free[size].set(unsafe { piece.cast::<*mut u8>().read() });
        piece
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let Some(size) = Self::size(layout) else { return ptr::null_mut() };
        if self.free[size].get().is_null() {
            // Cut from what nobody has written to: new pages are zero, and so was the room.
            return self.cut(size);
        }
        // SAFETY: the caller's promise is the one that `alloc` asks for; what it gives is as long
        // as the layout says.
        unsafe {
            let piece = self.alloc(layout);
            piece.write_bytes(0, layout.size());
            piece
        }
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        let Some(size) = Self::size(layout) else { return };
        // SAFETY: the caller gives the piece back whole, and it is at least as long as an address.
        unsafe { piece.cast::<*mut u8>().write(self.free[size].get()) };
        self.free[size].set(piece);
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: the caller promises that `bytes` makes a layout with this alignment.
        let grown = unsafe { Layout::from_size_align_unchecked(bytes, layout.align()) };
        let (Some(old), Some(new)) = (Self::size(layout), Self::size(grown)) else {
            return ptr::null_mut();
        };
        if new == old {
            return piece;
        }
        // The piece that was cut last grows where it is: a text that is written to its end. But
        // one that waits is taken first, or the lists would fill without end.
        let more = (ALIGN << new).saturating_sub(ALIGN << old);
        let is_last = piece.wrapping_add(ALIGN << old) == self.next.get();
        if new > old && is_last && more <= self.left.get() && self.free[new].get().is_null() {
            self.next.set(self.next.get().wrapping_add(more));
            self.left.set(self.left.get() - more);
            return piece;
        }
        // SAFETY: the layout's size is not zero, says the caller.
        let moved = unsafe { self.alloc(grown) };
        if !moved.is_null() {
            // SAFETY: both hold as many bytes, and both are live, so that they do not overlap.
            unsafe { ptr::copy_nonoverlapping(piece, moved, layout.size().min(bytes)) };
            // SAFETY: the caller hands the piece over, with its layout.
            unsafe { self.dealloc(piece, layout) };
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    /// The test's own memory, which nobody gives back.
    struct Leaked;

    impl Memory for Leaked {
        fn grow(bytes: usize) -> Option<(*mut u8, usize)> {
            let words = vec![0_u128; bytes.div_ceil(ALIGN)].leak();
            Some((words.as_mut_ptr().cast(), words.len() * ALIGN))
        }
    }

    /// No memory but the room.
    struct Nothing;

    impl Memory for Nothing {
        fn grow(_: usize) -> Option<(*mut u8, usize)> {
            None
        }
    }

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 1).expect("a layout")
    }

    /// Allocates and fills, so that Miri sees what it does.
    fn piece<M: Memory>(heap: &Heap<M>, size: usize, byte: u8) -> *mut u8 {
        // SAFETY: the size is not zero; the piece is as long as is written.
        unsafe {
            let piece = heap.alloc(layout(size));
            assert!(!piece.is_null() && piece.addr().is_multiple_of(ALIGN));
            piece.write_bytes(byte, size);
            piece
        }
    }

    fn free<M: Memory>(heap: &Heap<M>, piece: *mut u8, size: usize) {
        // SAFETY: the tests free what `piece` gave, once.
        unsafe { heap.dealloc(piece, layout(size)) }
    }

    #[test]
    fn what_was_given_back_is_handed_out_again_by_its_size() {
        let heap = Heap::<Nothing>::new();
        let (first, second) = (piece(&heap, 100, 1), piece(&heap, 100, 2));
        free(&heap, first, 100);
        assert_ne!(piece(&heap, 30, 3), first, "another size");
        assert_eq!(piece(&heap, 128, 4), first);
        free(&heap, second, 100);
        assert_eq!(piece(&heap, 65, 5), second);
    }

    #[test]
    fn what_is_asked_for_in_zeros_is_zero_new_or_used() {
        let heap = Heap::<Leaked>::new();
        for size in [100, 100_000] {
            for turn in 0..2 {
                // SAFETY: the size is not zero, and the piece is as long.
                unsafe {
                    let piece = heap.alloc_zeroed(layout(size));
                    let bytes = core::slice::from_raw_parts(piece, size);
                    assert!(bytes.iter().all(|byte| *byte == 0), "{size}, turn {turn}");
                    piece.write_bytes(7, size);
                    free(&heap, piece, size);
                }
            }
        }
        // SAFETY: the size is not zero.
        assert!(unsafe { Heap::<Nothing>::new().alloc_zeroed(layout(ROOM + 1)) }.is_null());
    }

    #[test]
    fn the_last_piece_grows_in_place_and_any_other_moves_with_its_bytes() {
        let heap = Heap::<Nothing>::new();
        let first = piece(&heap, 16, 1);
        let last = piece(&heap, 16, 2);
        // SAFETY: `last` has this layout.
        assert_eq!(unsafe { heap.realloc(last, layout(16), 1000) }, last);
        // SAFETY: `first` has this layout, and its bytes were written.
        let moved = unsafe { heap.realloc(first, layout(16), 20) };
        assert_ne!(moved, first);
        // SAFETY: sixteen of its bytes were copied.
        assert_eq!(unsafe { *moved.add(15) }, 1);
        assert_eq!(piece(&heap, 16, 3), first, "it was given back");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let heap = Heap::<Nothing>::new();
        let all = piece(&heap, ROOM * 2 / 3, 1);
        // SAFETY: the sizes are not zero.
        unsafe {
            assert!(heap.alloc(layout(ROOM)).is_null());
            assert!(heap.alloc(layout((16 << 20) + 1)).is_null());
            assert!(heap.alloc(Layout::from_size_align(8, 32).expect("a layout")).is_null());
            assert!(heap.realloc(all, layout(ROOM * 2 / 3), ROOM).is_null());
        }
    }

    /// As a page calls its instance for hours: what is taken from the memory stops growing, and no
    /// piece ever overlaps another.
    #[test]
    fn the_same_work_again_takes_no_more_memory() {
        let heap = Heap::<Leaked>::new();
        let mut taken = Vec::new();
        for _ in 0..if cfg!(miri) { 20 } else { 1000 } {
            let mut seed = 1_u32;
            let mut random = move |below: usize| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 8) as usize % below
            };
            let mut live: Vec<(*mut u8, usize, u8)> = Vec::new();
            for byte in 0..40 {
                let doublings = random(15);
                let size = 1 + random(1 << doublings);
                let at = piece(&heap, size, byte);
                live.push((at, size, byte));
                let grown = random(live.len());
                let (old, size, _) = live[grown];
                let more = 1 + random(2 * size);
                // SAFETY: `old` has this layout; what is written is as long as the new one.
                let new = unsafe { heap.realloc(old, layout(size), more) };
                // SAFETY: as above.
                unsafe { new.write_bytes(live[grown].2, more) };
                (live[grown].0, live[grown].1) = (new, more);
            }
            for (at, size, byte) in live {
                // SAFETY: the piece is live and was written whole.
                let bytes = unsafe { core::slice::from_raw_parts(at, size) };
                assert!(bytes.iter().all(|one| *one == byte));
                free(&heap, at, size);
            }
            taken.push(heap.next.get().addr());
        }
        let half = taken.len() / 2;
        assert!(cfg!(miri) || taken[half..].iter().all(|next| *next == taken[half]));
    }
}
