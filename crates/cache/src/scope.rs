//! Whose values these are, and what about them an event can name.

use std::fmt;
use std::ops::Deref;

/// The most scopes that one key may have.
pub const SCOPES_MAX: usize = 6;
const UUID_BYTES: usize = 36;

/// Whose sequence of events a value follows: a 128-bit id, shown as a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tenant(pub u128);

impl fmt::Display for Tenant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(std::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

/// Something of a tenant's that an event can name and a value can depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    what: u16,
    high: u64,
    low: u64,
}

impl Scope {
    /// Everything of one sort, for instance "campaigns".
    pub const fn all(what: u16) -> Self {
        Self::one(what, 0)
    }

    /// One thing of a sort; the id 0 stands for the whole sort.
    pub const fn one(what: u16, id: u128) -> Self {
        Self {
            what,
            high: (id >> 64) as u64,
            low: id as u64,
        }
    }
}

/// The few scopes of a key, held without an allocation.
#[derive(Debug, Clone, Copy)]
pub struct Scopes {
    scopes: [Scope; SCOPES_MAX],
    count: usize,
}

impl Scopes {
    /// These scopes; that there are not more than [`SCOPES_MAX`] is checked when compiling.
    pub const fn of<const N: usize>(given: [Scope; N]) -> Self {
        const { assert!(N <= SCOPES_MAX, "a key has at most SCOPES_MAX scopes") };
        let mut scopes = [Scope::all(0); SCOPES_MAX];
        let mut index = 0;
        while index < N {
            scopes[index] = given[index];
            index += 1;
        }
        Self { scopes, count: N }
    }
}

impl Deref for Scopes {
    type Target = [Scope];

    fn deref(&self) -> &[Scope] {
        &self.scopes[..self.count]
    }
}

impl Tenant {
    /// Its text as bytes of ASCII; by hand, since every hit on the near level writes it.
    pub(crate) fn text(self) -> [u8; UUID_BYTES] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'-'; UUID_BYTES];
        let mut at = 0;
        for (index, byte) in self.0.to_be_bytes().into_iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                at += 1;
            }
            text[at] = DIGITS[usize::from(byte >> 4)];
            text[at + 1] = DIGITS[usize::from(byte & 0xf)];
            at += 2;
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_shown_as_a_uuid() {
        let tenant = Tenant(0x0197_0000_1111_7222_8333_4444_5555_6666);
        assert_eq!(tenant.to_string(), "01970000-1111-7222-8333-444455556666");
    }

    #[test]
    fn scopes_hold_what_was_given() {
        let scopes = Scopes::of([Scope::all(3), Scope::one(3, 9)]);
        assert_eq!(&*scopes, &[Scope::all(3), Scope::one(3, 9)]);
    }
}
