//! The body of a form with files (`multipart/form-data`, RFC 7578).

/// Too unlikely to occur in a test's data; a test that wants it to can send raw bytes.
const BOUNDARY: &str = "testkit-0f5c2b7e9d1a4c38";

/// A form, written part by part.
#[derive(Debug, Default, Clone)]
pub struct Form {
    body: Vec<u8>,
}

impl Form {
    /// A form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field of text.
    pub fn text(self, name: &str, value: &str) -> Self {
        self.part(
            &format!("form-data; name=\"{name}\""),
            None,
            value.as_bytes(),
        )
    }

    /// Adds a file; its name goes out as it is, quotes escaped as browsers do.
    pub fn file(self, name: &str, file_name: &str, content_type: &str, content: &[u8]) -> Self {
        let file_name = file_name.replace('"', "%22");
        let disposition = format!("form-data; name=\"{name}\"; filename=\"{file_name}\"");
        self.part(&disposition, Some(content_type), content)
    }

    /// The value of the `Content-Type` header.
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }

    /// The finished body.
    pub fn into_body(mut self) -> Vec<u8> {
        self.body
            .extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.body
    }

    fn part(mut self, disposition: &str, content_type: Option<&str>, content: &[u8]) -> Self {
        let mut head = format!("--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n");
        if let Some(content_type) = content_type {
            head.push_str(&format!("Content-Type: {content_type}\r\n"));
        }
        head.push_str("\r\n");
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }
}
