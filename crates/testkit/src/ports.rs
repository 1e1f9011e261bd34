//! Free ports on the loopback.

use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below Linux' range for outgoing connections (32768 upwards), so that none of those takes a port
/// between our look and its use.
const PORT_MIN: u16 = 20_000;
const PORT_COUNT: u16 = 12_000;

/// A TCP port of the loopback that nobody listens on, and that this process has not handed out lately.
///
/// # Panics
/// When every port of the range is taken.
pub fn free_port() -> u16 {
    static NEXT: OnceLock<AtomicU16> = OnceLock::new();
    // Test processes run side by side: each starts somewhere else in the range.
    let next = NEXT.get_or_init(|| {
        let somewhere = RandomState::new().hash_one(std::process::id());
        AtomicU16::new((somewhere % u64::from(PORT_COUNT)) as u16)
    });
    (0..PORT_COUNT)
        .map(|_| PORT_MIN + next.fetch_add(1, Ordering::Relaxed) % PORT_COUNT)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("one port of twelve thousand is free")
}
