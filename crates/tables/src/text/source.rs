//! A file's text as chunks of UTF-8, and a way back to any place in it.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::encoding::{Encoding, Layout};

/// Bytes read at a time.
const CHUNK_BYTES: usize = 128 << 10;

#[derive(Debug)]
pub(crate) struct TextSource {
    file: File,
    layout: Layout,
    file_bytes: u64,
    bytes_read: u64,
    /// None for UTF-8, whose bytes pass as they are.
    decoder: Option<Decoder>,
    /// What is read and not yet decoded.
    raw: Vec<u8>,
    text: Vec<u8>,
    /// What of `text` is consumed.
    at: usize,
    /// Bytes of text consumed before `text`.
    consumed_before: u64,
    is_at_end: bool,
}

impl TextSource {
    pub(crate) fn new(file: File, layout: Layout) -> io::Result<Self> {
        let mut source = Self {
            file_bytes: file.metadata()?.len(),
            file,
            layout,
            bytes_read: 0,
            decoder: None,
            raw: Vec::new(),
            text: Vec::new(),
            at: 0,
            consumed_before: 0,
            is_at_end: false,
        };
        source.restart(0)?;
        Ok(source)
    }

    /// The text that is not consumed yet, more of it read if there is none; empty at the end.
    pub(crate) fn fill(&mut self) -> io::Result<&[u8]> {
        while self.at == self.text.len() && !self.is_at_end {
            self.consumed_before += self.text.len() as u64;
            self.at = 0;
            self.read_chunk()?;
        }
        Ok(&self.text[self.at..])
    }

    pub(crate) fn consume(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Bytes of UTF-8 text consumed so far.
    pub(crate) fn position(&self) -> u64 {
        self.consumed_before + self.at as u64
    }

    /// Goes to a place in the text by its [`position`](Self::position). What is not UTF-8 is decoded again from the start.
    pub(crate) fn rewind_to(&mut self, position: u64) -> io::Result<()> {
        if self.layout.encoding == Encoding::Utf8 {
            return self.restart(position);
        }
        self.restart(0)?;
        while self.position() < position {
            let wanted = position - self.position();
            let available = self.fill()?.len();
            if available == 0 {
                break;
            }
            self.consume(usize::try_from(wanted).unwrap_or(usize::MAX).min(available));
        }
        Ok(())
    }

    /// The first bytes of the text, and whether they are all of it; consumes them.
    pub(crate) fn sample(&mut self, bytes_max: usize) -> io::Result<(Vec<u8>, bool)> {
        let mut sample = Vec::new();
        loop {
            let chunk = self.fill()?;
            if chunk.is_empty() {
                return Ok((sample, true));
            }
            let taken = chunk.len().min(bytes_max - sample.len());
            if taken == 0 {
                return Ok((sample, false));
            }
            sample.extend_from_slice(&chunk[..taken]);
            self.consume(taken);
        }
    }

    pub(crate) fn progress(&self) -> f64 {
        self.bytes_read as f64 / self.file_bytes.max(1) as f64
    }

    /// Starts at the beginning of the text, or for UTF-8 anywhere in it.
    fn restart(&mut self, position: u64) -> io::Result<()> {
        self.decoder = match self.layout.encoding {
            Encoding::Utf8 => None,
            Encoding::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
            Encoding::Windows1252 => Some(WINDOWS_1252.new_decoder_without_bom_handling()),
        };
        self.bytes_read = self
            .file
            .seek(SeekFrom::Start(self.layout.mark_bytes + position))?;
        self.raw.clear();
        self.text.clear();
        self.at = 0;
        self.consumed_before = position;
        self.is_at_end = false;
        Ok(())
    }

    fn read_chunk(&mut self) -> io::Result<()> {
        let Some(decoder) = &mut self.decoder else {
            let read = read_up_to(&mut self.file, &mut self.text)?;
            self.bytes_read += read;
            self.is_at_end = read == 0;
            return Ok(());
        };
        let read = read_up_to(&mut self.file, &mut self.raw)?;
        self.bytes_read += read;
        self.is_at_end = read == 0;
        let room = decoder
            .max_utf8_buffer_length(self.raw.len())
            .unwrap_or(CHUNK_BYTES * 4);
        self.text.resize(room, 0);
        let (result, _, written, _) =
            decoder.decode_to_utf8(&self.raw, &mut self.text, self.is_at_end);
        debug_assert_eq!(
            result,
            CoderResult::InputEmpty,
            "the room is the decoder's own worst case"
        );
        self.text.truncate(written);
        Ok(())
    }
}

/// Replaces the buffer's content by the next chunk and says its length.
fn read_up_to(file: &mut File, buffer: &mut Vec<u8>) -> io::Result<u64> {
    buffer.clear();
    file.take(CHUNK_BYTES as u64)
        .read_to_end(buffer)
        .map(|read| read as u64)
}
