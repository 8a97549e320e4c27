//! The places of a sandbox: as many calls at a time as the pool has instances. A further call
//! waits; it does not fail, and it waits no longer than the calls before it may take.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub(super) struct Slots {
    count: Mutex<Count>,
    given_back: Condvar,
}

struct Count {
    free: u32,
    /// To wake somebody is a call of the kernel even when nobody waits: so it is known who does.
    waiting: u32,
}

/// One place, given back when it is dropped.
pub(super) struct Slot<'a>(&'a Slots);

impl Slots {
    pub(super) fn new(count: u32) -> Self {
        Self { count: Mutex::new(Count { free: count, waiting: 0 }), given_back: Condvar::new() }
    }

    pub(super) fn take(&self) -> Slot<'_> {
        let mut count = self.lock();
        while count.free == 0 {
            count.waiting += 1;
            count = self.given_back.wait(count).unwrap_or_else(PoisonError::into_inner);
            count.waiting -= 1;
        }
        count.free -= 1;
        Slot(self)
    }

    fn lock(&self) -> MutexGuard<'_, Count> {
        // Nothing between lock and unlock can panic, so a poisoned lock holds true numbers too.
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut count = self.0.lock();
        count.free += 1;
        let somebody_waits = count.waiting > 0;
        drop(count);
        if somebody_waits {
            self.0.given_back.notify_one();
        }
    }
}
