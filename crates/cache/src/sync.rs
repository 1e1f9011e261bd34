//! The one lock that the rule's parts use: kept apart, so that a test can compile those parts against a lock whose
//! schedule it explores.

use parking_lot::MutexGuard;

/// A mutual exclusion without poisoning.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(parking_lot::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self(parking_lot::Mutex::new(inner))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock()
    }
}
