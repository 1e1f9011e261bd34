//! A value's form in Redis, little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 0 | version of this form |
//! | 1 | version of the kind's value |
//! | 2 | 0 nothing there, 1 as it is, 2 compressed (LZ4 block) |
//! | 3 | 0 |
//! | 4–11 | epoch |
//! | 12–19 | number |
//! | 20–23 | how long it is fresh, from its birth, in ms |
//! | 24–27 | how long Redis keeps it, from its birth, in ms |
//! | 28–31 | length before compression |
//! | 32–35 | CRC-32 of the key, the bytes before and the bytes after |
//! | 36– | value |
//!
//! The key is part of the checksum, so that a value under another's name is not read. The age is not in it: Redis counts it
//! down itself, and the age is what Redis keeps in all less what it has left, so that no two clocks are compared.

use std::time::Duration;

use bytes::Bytes;

use crate::rule::Stamp;

const FORM: u8 = 1;
const HEAD_BYTES: usize = 36;
const CHECKED_HEAD_BYTES: usize = 32;
/// The largest value that is unpacked; a larger is not believed.
const UNPACKED_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How much smaller compression must make a value to be worth unpacking: to this many tenths.
const PACKED_TENTHS_MAX: usize = 8;

const NOTHING: u8 = 0;
const PLAIN: u8 = 1;
const PACKED: u8 = 2;

/// The part of a stored value that says how new it is.
pub(crate) const STAMP_END: usize = 20;

/// A value on its way to Redis.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outgoing<'a> {
    pub(crate) text: &'a str,
    pub(crate) wire: u8,
    pub(crate) stamp: Stamp,
    pub(crate) life: Duration,
    pub(crate) lasts: Duration,
    pub(crate) payload: Option<&'a [u8]>,
}

/// A value as Redis gave it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Incoming {
    pub(crate) stamp: Stamp,
    pub(crate) life: Duration,
    pub(crate) lasts: Duration,
    pub(crate) payload: Option<Bytes>,
}

/// Writes a value; one of at least `pack_from` bytes is compressed if that helps.
pub(crate) fn encode(value: &Outgoing<'_>, pack_from: usize) -> Vec<u8> {
    let payload = value.payload.unwrap_or_default();
    let packed = (payload.len() >= pack_from)
        .then(|| lz4_flex::block::compress(payload))
        .filter(|packed| packed.len() <= payload.len() / 10 * PACKED_TENTHS_MAX);
    let form = match (value.payload, &packed) {
        (None, _) => NOTHING,
        (Some(_), None) => PLAIN,
        (Some(_), Some(_)) => PACKED,
    };
    let body = packed.as_deref().unwrap_or(payload);
    let mut out = Vec::with_capacity(HEAD_BYTES + body.len());
    out.extend_from_slice(&[FORM, value.wire, form, 0]);
    out.extend_from_slice(&value.stamp.epoch.to_le_bytes());
    out.extend_from_slice(&value.stamp.as_of.to_le_bytes());
    out.extend_from_slice(&whole_ms(value.life).to_le_bytes());
    out.extend_from_slice(&whole_ms(value.lasts).to_le_bytes());
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    let sum = checksum(value.text, &out, body);
    out.extend_from_slice(&sum.to_le_bytes());
    out.extend_from_slice(body);
    out
}

/// Reads a value; `None` where the form is another, or anything does not fit.
pub(crate) fn decode(text: &str, wire: u8, mut bytes: Bytes) -> Option<Incoming> {
    if bytes.len() < HEAD_BYTES || bytes[0] != FORM || bytes[1] != wire {
        return None;
    }
    let body = bytes.split_off(HEAD_BYTES);
    let sum = u32::from_le_bytes(*bytes[CHECKED_HEAD_BYTES..].first_chunk()?);
    if sum != checksum(text, &bytes[..CHECKED_HEAD_BYTES], &body) {
        return None;
    }
    let long = |at: usize| {
        bytes[at..]
            .first_chunk()
            .map(|eight| u64::from_le_bytes(*eight))
    };
    let short = |at: usize| {
        bytes[at..]
            .first_chunk()
            .map(|four| u32::from_le_bytes(*four))
    };
    let length = usize::try_from(short(28)?).ok()?;
    let payload = match bytes[2] {
        NOTHING => None,
        PLAIN => Some(body),
        PACKED if length <= UNPACKED_BYTES_MAX => {
            let unpacked = lz4_flex::block::decompress(&body, length).ok()?;
            Some(Bytes::from(unpacked))
        }
        _ => return None,
    };
    if payload.as_ref().map_or(0, Bytes::len) != length {
        return None;
    }
    Some(Incoming {
        stamp: Stamp {
            epoch: long(4)?,
            as_of: long(12)?,
        },
        life: Duration::from_millis(short(20)?.into()),
        lasts: Duration::from_millis(short(24)?.into()),
        payload,
    })
}

/// The stamp at the beginning of a stored value, whatever follows.
pub(crate) fn stamp_of(head: &[u8]) -> Option<Stamp> {
    if head.len() < STAMP_END || head[0] != FORM {
        return None;
    }
    Some(Stamp {
        epoch: u64::from_le_bytes(*head[4..].first_chunk()?),
        as_of: u64::from_le_bytes(*head[12..].first_chunk()?),
    })
}

fn checksum(text: &str, head: &[u8], body: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(text.as_bytes());
    sum.update(head);
    sum.update(body);
    sum.finalize()
}

pub(crate) fn whole_ms(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "pages:1:one:summer";

    fn outgoing(payload: Option<&[u8]>) -> Outgoing<'_> {
        Outgoing {
            text: TEXT,
            wire: 3,
            stamp: Stamp {
                epoch: 7,
                as_of: 41,
            },
            life: Duration::from_secs(60),
            lasts: Duration::from_secs(3600),
            payload,
        }
    }

    #[test]
    fn values_come_back() {
        let long = b"again and again and ".repeat(500);
        for payload in [None, Some(&b"short"[..]), Some(&b""[..]), Some(&long[..])] {
            let bytes = encode(&outgoing(payload), 1024);
            assert!(bytes.len() < 1024, "the long one is packed");
            assert_eq!(stamp_of(&bytes[..STAMP_END]), Some(outgoing(None).stamp));
            let back = decode(TEXT, 3, bytes.into()).expect("it is whole");
            assert_eq!(back.payload.as_deref(), payload);
            assert_eq!(back.stamp, outgoing(None).stamp);
            assert_eq!(back.life, Duration::from_secs(60));
            assert_eq!(back.lasts, Duration::from_secs(3600));
        }
    }

    #[test]
    fn another_version_or_name_is_not_read() {
        let bytes = Bytes::from(encode(&outgoing(Some(b"value")), 1024));
        assert!(decode(TEXT, 3, bytes.clone()).is_some());
        assert!(decode(TEXT, 4, bytes.clone()).is_none());
        assert!(decode("pages:2:one:summer", 3, bytes.clone()).is_none());
        let mut newer = bytes.to_vec();
        newer[0] += 1;
        assert!(decode(TEXT, 3, newer.into()).is_none());
    }

    #[test]
    fn no_single_broken_byte_is_read() {
        let bytes = encode(&outgoing(Some(&b"again and again and ".repeat(100))), 64);
        for at in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[at] ^= 0x10;
            assert!(decode(TEXT, 3, broken.into()).is_none(), "byte {at}");
        }
        for length in 0..bytes.len() {
            let cut = Bytes::copy_from_slice(&bytes[..length]);
            assert!(decode(TEXT, 3, cut).is_none(), "cut at {length}");
        }
    }
}
