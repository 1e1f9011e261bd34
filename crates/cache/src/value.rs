//! What is kept: anything that says how much it weighs and how it is written for Redis, and [`Body`], the answer of
//! a server as the bytes that go out.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Something that both levels can hold.
pub trait Value: Send + Sync + Sized + 'static {
    /// How many bytes it takes in memory, about.
    fn weight(&self) -> usize;

    /// Writes it for Redis.
    fn encode(&self, out: &mut Vec<u8>);

    /// Reads what [`encode`](Self::encode) wrote; `None` for anything else.
    fn decode(bytes: Bytes) -> Option<Self>;
}

impl Value for Bytes {
    fn weight(&self) -> usize {
        self.len()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn decode(bytes: Bytes) -> Option<Self> {
        Some(bytes)
    }
}

/// A body as it goes out, and its compressed variant if one was made when it was loaded. Both are shared, so that
/// a hit copies nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    plain: Bytes,
    gzip: Option<Bytes>,
}

impl Body {
    /// A body that only goes out as it is.
    pub fn plain(plain: impl Into<Bytes>) -> Self {
        Self {
            plain: plain.into(),
            gzip: None,
        }
    }

    /// A body with a gzip variant where it has at least `bytes_min` and compression makes it smaller by a tenth.
    pub fn with_gzip(plain: impl Into<Bytes>, bytes_min: usize) -> Self {
        let plain: Bytes = plain.into();
        let gzip = (plain.len() >= bytes_min)
            .then(|| gzip(&plain))
            .flatten()
            .filter(|packed| packed.len() <= plain.len() / 10 * 9);
        Self { plain, gzip }
    }

    /// The bytes as they are.
    pub fn as_plain(&self) -> &Bytes {
        &self.plain
    }

    /// The bytes compressed, for a client that accepts gzip.
    pub fn as_gzip(&self) -> Option<&Bytes> {
        self.gzip.as_ref()
    }
}

fn gzip(plain: &[u8]) -> Option<Bytes> {
    let room = Vec::with_capacity(plain.len() / 4);
    let mut encoder = GzEncoder::new(room, Compression::fast());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// Written as the length of the plain bytes, the plain bytes, the compressed bytes if any.
impl Value for Body {
    fn weight(&self) -> usize {
        self.plain.len() + self.gzip.as_ref().map_or(0, Bytes::len)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.reserve(self.weight() + size_of::<u64>());
        out.extend_from_slice(&(self.plain.len() as u64).to_le_bytes());
        out.extend_from_slice(&self.plain);
        out.extend_from_slice(self.gzip.as_deref().unwrap_or_default());
    }

    fn decode(mut bytes: Bytes) -> Option<Self> {
        let length = u64::from_le_bytes(*bytes.first_chunk()?);
        let mut rest = bytes.split_off(size_of::<u64>());
        let length = usize::try_from(length).ok()?;
        if length > rest.len() {
            return None;
        }
        let gzip = rest.split_off(length);
        Some(Self {
            plain: rest,
            gzip: (!gzip.is_empty()).then_some(gzip),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(body: &Body) -> Option<Body> {
        let mut out = Vec::new();
        body.encode(&mut out);
        Body::decode(out.into())
    }

    #[test]
    fn a_body_comes_back_with_its_variant() {
        let text = "the same line again and again\n".repeat(100);
        let body = Body::with_gzip(text.clone(), 1024);
        assert!(body.as_gzip().expect("it is long").len() < text.len() / 4);
        assert_eq!(there_and_back(&body), Some(body));
        let short = Body::with_gzip("short", 1024);
        assert_eq!(short.as_gzip(), None);
        assert_eq!(there_and_back(&short), Some(short));
    }

    #[test]
    fn nonsense_is_not_a_body() {
        assert_eq!(Body::decode(Bytes::new()), None);
        assert_eq!(
            Body::decode(Bytes::from_static(&[9, 0, 0, 0, 0, 0, 0, 0, 1])),
            None
        );
    }
}
