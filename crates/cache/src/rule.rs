//! The rule that decides whether a value answers a reader. It is the same for values in this process, values in
//! Redis and loads that are still under way, it is a pure function of numbers, and no clock takes part.
//!
//! > A value answers a reader who needs number R if `as_of ≥ R`, or if this process has reached R; and if `as_of` is not
//! > older than the last event that names one of its scopes. Numbers of different epochs are never compared.

/// When a value was true: the epoch of the sequence, and its number read in the same snapshot before the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// The life of the sequence; numbers of another are never compared with these.
    pub epoch: u64,
    /// The tenant's number that the value is at least as new as.
    pub as_of: u64,
}

/// How new an answer a reader asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// As new as this process knows.
    Any,
    /// At or after this number of the tenant's sequence.
    AtLeast(u64),
    /// From the source, whatever is cached.
    Bypass,
}

impl Need {
    /// The need of a request: the number that it carries, if any, and the largest number that is known to be
    /// committed, if any. A number that cannot be parsed asks for the source.
    pub fn of_request(carried: Option<&str>, committed: Option<u64>) -> Self {
        let carried = match carried.map(|text| parse(text.trim())) {
            Some(None) => return Self::Bypass,
            Some(number) => number,
            None => None,
        };
        carried.max(committed).map_or(Self::Any, Self::AtLeast)
    }

    /// Whether a number is enough for it.
    pub fn is_met_by(self, number: u64) -> bool {
        match self {
            Self::Any => true,
            Self::AtLeast(needed) => number >= needed,
            Self::Bypass => false,
        }
    }
}

/// Digits and nothing else: `+5` or `5.0` are not numbers of ours.
fn parse(text: &str) -> Option<u64> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| text.parse().ok()).flatten()
}

/// What a process knows about a tenant and a value's scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The epoch that the numbers are of.
    pub epoch: u64,
    /// The tenant's number that every event up to has been seen, or is covered by `named`.
    pub reached: u64,
    /// The last number that named one of the scopes; what is not known counts as named just then.
    pub named: u64,
}

/// Whether a value may answer. A process that knows nothing of the tenant admits nothing.
pub fn admits(value: Stamp, need: Need, known: Option<Known>) -> bool {
    known.is_some_and(|known| {
        value.epoch == known.epoch
            && (need.is_met_by(value.as_of) || need.is_met_by(known.reached))
            && value.as_of >= known.named
    })
}

/// The number that an answer's content is the state of, for an `ETag`: two answers with the same epoch and number are equal.
/// Until this process has reached the value's own number, that is the only safe name.
pub fn content_number(value: Stamp, known: Option<Known>) -> u64 {
    match known {
        Some(known) if known.epoch == value.epoch && known.reached >= value.as_of => {
            known.named.min(value.as_of)
        }
        _ => value.as_of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule once more, from its other end: what a reader must never be given.
    fn is_wrong(value: Stamp, need: Need, known: Option<Known>) -> bool {
        let Some(known) = known else {
            return true;
        };
        let misses_an_event = value.as_of < known.named;
        let misses_the_need = match need {
            Need::Any => false,
            Need::AtLeast(number) => value.as_of < number && known.reached < number,
            Need::Bypass => true,
        };
        value.epoch != known.epoch || misses_an_event || misses_the_need
    }

    #[test]
    fn every_small_case_is_decided_as_the_rule_says() {
        const NUMBERS: u64 = 6;
        let mut needs = vec![Need::Any, Need::Bypass];
        needs.extend((0..NUMBERS).map(Need::AtLeast));
        let mut admitted = 0;
        for (as_of, reached) in (0..NUMBERS).flat_map(|a| (0..NUMBERS).map(move |b| (a, b))) {
            for (named, epoch) in (0..=reached).flat_map(|a| (1..3).map(move |b| (a, b))) {
                for need in &needs {
                    let known = Known {
                        epoch: 1,
                        reached,
                        named,
                    };
                    let value = Stamp { epoch, as_of };
                    let is_admitted = admits(value, *need, Some(known));
                    assert_eq!(is_admitted, !is_wrong(value, *need, Some(known)));
                    assert!(!admits(value, *need, None));
                    admitted += u32::from(is_admitted);
                }
            }
        }
        assert!(admitted > 0);
    }

    #[test]
    fn a_need_is_the_larger_number_and_nonsense_bypasses() {
        assert_eq!(Need::of_request(None, None), Need::Any);
        assert_eq!(Need::of_request(Some("7"), None), Need::AtLeast(7));
        assert_eq!(Need::of_request(Some(" 7 "), Some(9)), Need::AtLeast(9));
        assert_eq!(Need::of_request(Some("9"), Some(7)), Need::AtLeast(9));
        for nonsense in ["", "-1", "+1", "1.0", "x", "99999999999999999999999"] {
            assert_eq!(Need::of_request(Some(nonsense), Some(1)), Need::Bypass);
        }
    }

    #[test]
    fn a_content_number_waits_until_the_value_was_reached() {
        let value = Stamp { epoch: 1, as_of: 9 };
        let known = |reached, named| {
            Some(Known {
                epoch: 1,
                reached,
                named,
            })
        };
        assert_eq!(content_number(value, known(8, 3)), 9);
        assert_eq!(content_number(value, known(9, 3)), 3);
        assert_eq!(content_number(value, known(12, 9)), 9);
        assert_eq!(content_number(value, None), 9);
    }
}
