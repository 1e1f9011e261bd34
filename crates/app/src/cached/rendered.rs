//! What is kept of an answer: the bytes that go out, and the one header that comes with a page.

use bytes::Bytes;
use cache::{Body, Value};

/// From how many bytes on a body gets a compressed variant.
const GZIP_BYTES_MIN: usize = 1_024;

/// An answer as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    body: Body,
    link: String,
}

impl Rendered {
    /// A body, with its compressed variant where that is worth it.
    pub fn new(body: Vec<u8>) -> Self {
        Self {
            body: Body::with_gzip(body, GZIP_BYTES_MIN),
            link: String::new(),
        }
    }

    /// The same with the value of a `Link`.
    pub fn with_link(mut self, link: Option<String>) -> Self {
        self.link = link.unwrap_or_default();
        self
    }

    /// The bytes as they are.
    pub fn as_plain(&self) -> &Bytes {
        self.body.as_plain()
    }

    /// The bytes compressed.
    pub fn as_gzip(&self) -> Option<&Bytes> {
        self.body.as_gzip()
    }

    /// The value of its `Link`, if it has one.
    pub fn link(&self) -> Option<&str> {
        Some(&*self.link).filter(|link| !link.is_empty())
    }
}

/// Written as the length of the link in four bytes, the link, the body.
impl Value for Rendered {
    fn weight(&self) -> usize {
        self.link.len() + self.body.weight()
    }

    fn encode(&self, out: &mut Vec<u8>) {
        let length = u32::try_from(self.link.len()).unwrap_or(0);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(self.link.as_bytes());
        self.body.encode(out);
    }

    fn decode(mut bytes: Bytes) -> Option<Self> {
        let length = u32::from_le_bytes(*bytes.first_chunk()?);
        let mut rest = bytes.split_off(size_of::<u32>());
        let length = usize::try_from(length).ok()?;
        if length > rest.len() {
            return None;
        }
        let body = rest.split_off(length);
        Some(Self {
            link: String::from_utf8(rest.to_vec()).ok()?,
            body: Body::decode(body)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back_as_it_was_kept() {
        let plain = Rendered::new(b"[]".to_vec());
        let page = Rendered::new(vec![b'x'; 4_096]).with_link(Some("<next>".to_owned()));
        for kept in [plain, page] {
            let mut out = Vec::new();
            kept.encode(&mut out);
            assert_eq!(Rendered::decode(out.into()), Some(kept));
        }
        for nonsense in [&b""[..], b"\xff\xff\xff\xff", b"\x01\0\0\0x"] {
            assert_eq!(Rendered::decode(Bytes::from_static(nonsense)), None);
        }
    }
}
