//! The places of a sandbox: as many calls at a time as the pool has instances. A further call
//! waits; it does not fail, and it waits no longer than the calls before it may take.

use std::sync::{Condvar, Mutex, PoisonError};

pub(super) struct Slots {
    free: Mutex<u32>,
    given_back: Condvar,
}

/// One place, given back when it is dropped.
pub(super) struct Slot<'a>(&'a Slots);

impl Slots {
    pub(super) fn new(count: u32) -> Self {
        Self { free: Mutex::new(count), given_back: Condvar::new() }
    }

    pub(super) fn take(&self) -> Slot<'_> {
        // Nothing between lock and unlock can panic, so a poisoned lock holds a whole number too.
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self.given_back.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Slot(self)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.given_back.notify_one();
    }
}
