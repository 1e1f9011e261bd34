//! What nodes tell each other: `1 <node> <tenant>:<number> <tenant>:<number> …`, a text that a person can read with
//! `redis-cli subscribe`. `*` stands for tenants that are not named.

use std::fmt::Write as _;

use domain::ids::TenantId;
use uuid::Uuid;

/// Version of the message.
const VERSION: &str = "1";
/// Tenants that one message names, at most.
pub(crate) const NAMED_MAX: usize = 500;
const OTHERS: &str = "*";

/// Writes messages, each with some of the numbers; none where there is nothing to say.
pub(crate) fn write(node: Uuid, numbers: &[(TenantId, i64)], more: bool) -> Vec<String> {
    let mut messages: Vec<String> = numbers
        .chunks(NAMED_MAX)
        .map(|numbers| {
            let mut text = format!("{VERSION} {node}");
            for (tenant, seq) in numbers {
                // Writing to a string cannot fail.
                let _ = write!(text, " {}:{seq}", tenant.0);
            }
            text
        })
        .collect();
    if more {
        messages.push(format!("{VERSION} {node} {OTHERS}"));
    }
    messages
}

/// Reads a message: whose it is, and the numbers as far as they are well-formed. `None` for one of another version.
pub(crate) fn read(text: &str) -> Option<(Uuid, impl Iterator<Item = (TenantId, i64)>)> {
    let mut words = text.split(' ');
    if words.next() != Some(VERSION) {
        return None;
    }
    let node = Uuid::try_parse(words.next()?).ok()?;
    let numbers = words.take(NAMED_MAX).filter_map(|word| {
        let (tenant, seq) = word.split_once(':')?;
        let tenant = TenantId(Uuid::try_parse(tenant).ok()?);
        Some((tenant, seq.parse().ok()?))
    });
    Some((node, numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let node = Uuid::from_u128(7);
        let numbers: Vec<_> = (1..=NAMED_MAX as i64 + 1)
            .map(|n| (TenantId(Uuid::from_u128(n as u128)), n))
            .collect();
        let messages = write(node, &numbers, true);
        assert_eq!(messages.len(), 3);
        let back: Vec<_> = messages
            .iter()
            .flat_map(|text| {
                let (from, numbers) = read(text).expect("a message");
                assert_eq!(from, node);
                numbers
            })
            .collect();
        assert_eq!(back, numbers);
        assert!(write(node, &[], false).is_empty());
    }

    #[test]
    fn nonsense_names_nobody() {
        for text in ["", "1", "2 00000000-0000-0000-0000-000000000001", "1 x y"] {
            assert!(read(text).is_none(), "{text}");
        }
        let text = format!("1 {} a:b c * 5:5", Uuid::nil());
        let (_, mut numbers) = read(&text).expect("a message");
        assert_eq!(numbers.next(), None);
    }
}
