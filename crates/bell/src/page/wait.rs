//! Sleeping until a word in shared memory changes.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Blocks until the word is no longer `seen`, at most for `patience`; it may return early.
#[cfg(target_os = "linux")]
pub(super) fn until_changed(word: &AtomicU32, seen: u32, patience: Duration) {
    use rustix::thread::futex::{Flags, wait};
    // Not private: others of the memory's users wake us. Whatever ends the wait, the caller looks at the word again.
    let patience = patience.try_into().ok();
    let _changed_woken_or_late = wait(word, Flags::empty(), seen, patience.as_ref());
}

/// Wakes everybody who waits for the word.
#[cfg(target_os = "linux")]
pub(super) fn wake_all(word: &AtomicU32) {
    use rustix::thread::futex::{Flags, wake};
    let _how_many = wake(word, Flags::empty(), i32::MAX as u32);
}

/// Blocks until the word is no longer `seen`, at most for `patience`.
#[cfg(not(target_os = "linux"))]
pub(super) fn until_changed(word: &AtomicU32, seen: u32, patience: Duration) {
    use std::sync::atomic::Ordering;
    use std::time::Instant;
    const LOOK_EVERY: Duration = Duration::from_millis(5);
    let begun = Instant::now();
    while word.load(Ordering::Acquire) == seen && begun.elapsed() < patience {
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Nothing to do where waiters look by themselves.
#[cfg(not(target_os = "linux"))]
pub(super) fn wake_all(_word: &AtomicU32) {}
