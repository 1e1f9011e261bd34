//! Bringing in a file: receiving it ([`receive`]), checking what becomes of it ([`check`]), and the imports themselves
//! ([`show`]).

mod check;
mod choices;
mod receive;
mod show;
mod understood;

pub(crate) use check::{discard, sample, show as check, start};
pub(crate) use receive::{form, receive};
pub(crate) use show::{cancel, cancel_form, errors, index, moved, show, undo, undo_form};

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// A length in words: `1.2 MB`.
fn size(bytes: u64) -> String {
    if bytes < MIB {
        format!("{} KB", bytes.div_ceil(KIB))
    } else {
        format!("{}.{} MB", bytes / MIB, bytes % MIB * 10 / MIB)
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(1), "1 KB");
        assert_eq!(size(191_356), "187 KB");
        assert_eq!(size(3 << 19), "1.5 MB");
        assert_eq!(size(256 << 20), "256.0 MB");
    }
}
