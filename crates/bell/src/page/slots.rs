//! The table's protocol, without locks: a slot is taken once and stays its tenant's, and its number only rises.
//!
//! A slot is three words. The two halves of the tenant's id are each set once, first the low one and then the high one, by
//! compare-and-swap from zero; the number rises by an atomic maximum. So a reader who finds the id finds that tenant's number
//! and no other's, whatever runs beside it. Who dies between two steps leaves a slot that the tenant's next writer completes
//! (it meets the same low half at the same place), and nobody ever waits for anybody.
//!
//! Generic over the word, so that a model checker can take the place of the processor.

/// Words from one slot to the next; the fourth is spare and keeps a slot within one cache line.
pub(super) const STRIDE: usize = 4;
/// How many slots are looked at for a tenant; beyond, it has none.
pub(super) const PROBES_MAX: usize = 32;
/// Keep ids of small numbers from looking like an empty slot.
const HIGH_MASK: u64 = 0x9e37_79b9_7f4a_7c15;
const LOW_MASK: u64 = 0xbf58_476d_1ce4_e5b9;

/// An atomic word of 64 bits.
pub(super) trait Word {
    /// The value now.
    fn get(&self) -> u64;
    /// Sets it if it is zero; gives the value that is there then.
    fn claim(&self, value: u64) -> u64;
    /// Raises it to `value`; says whether it was lower.
    fn raise(&self, value: u64) -> bool;
}

/// What became of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raised {
    /// It is the tenant's highest.
    Higher,
    /// The table had this one or a higher one.
    Known,
    /// No slot is left for the tenant.
    Full,
}

/// The halves of an id as the table holds them; `None` for one that would look like an empty slot.
fn halves(id: u128) -> Option<(u64, u64)> {
    let high = (id >> 64) as u64 ^ HIGH_MASK;
    let low = id as u64 ^ LOW_MASK;
    (high != 0 && low != 0).then_some((high, low))
}

/// The slots where a tenant may be, in the order in which everybody looks.
fn places<W>(words: &[W], high: u64, low: u64) -> impl Iterator<Item = &[W]> {
    let count = words.len() / STRIDE;
    // The last bits of a product mix worst, so the first ones choose (Fibonacci hashing).
    let hash = (low ^ high.rotate_left(32)).wrapping_mul(HIGH_MASK);
    let first = ((u128::from(hash) * count as u128) >> 64) as usize;
    (0..PROBES_MAX.min(count)).map(move |step| {
        let at = (first + step) % count * STRIDE;
        &words[at..at + STRIDE]
    })
}

/// A tenant's number; `None` where the table has none.
pub(super) fn get<W: Word>(words: &[W], id: u128) -> Option<u64> {
    let (high, low) = halves(id)?;
    for slot in places(words, high, low) {
        match slot[0].get() {
            0 => return None,
            found if found == low => match slot[1].get() {
                0 => return None, // its first writer has not come further
                found if found == high => return slot[2].get().checked_sub(1),
                _ => {}
            },
            _ => {}
        }
    }
    None
}

/// Raises a tenant's number, and takes a slot for it where it has none.
pub(super) fn raise<W: Word>(words: &[W], id: u128, number: u64) -> Raised {
    let Some((high, low)) = halves(id) else {
        return Raised::Full;
    };
    for slot in places(words, high, low) {
        if slot[0].claim(low) == low && slot[1].claim(high) == high {
            // Zero is "none yet".
            return match slot[2].raise(number.saturating_add(1)) {
                true => Raised::Higher,
                false => Raised::Known,
            };
        }
    }
    Raised::Full
}
