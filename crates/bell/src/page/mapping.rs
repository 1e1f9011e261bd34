//! The memory that processes share, as atomic words: the one place that must tell the compiler something it
//! cannot check. Everything above works on `&[AtomicU64]`.

use std::fs::File;
use std::io;
use std::mem::size_of;
use std::slice;
use std::sync::atomic::{AtomicU32, AtomicU64};

use memmap2::{MmapOptions, MmapRaw};

/// Where the counter of rings lies, in bytes: on a cache line of its own.
const GENERATION_AT: usize = 128;
/// Words before it that say what the page is.
pub(super) const HEADER_WORDS: usize = GENERATION_AT / size_of::<u64>();
/// Where the slots begin, in bytes.
const SLOTS_AT: usize = 4_096;

/// Bytes of a page with so many words of slots.
pub(super) const fn bytes(slot_words: usize) -> usize {
    SLOTS_AT + slot_words * size_of::<u64>()
}

/// A file's bytes, shared with every process that maps the same file.
#[derive(Debug)]
pub(super) struct Mapping {
    map: MmapRaw,
    slot_words: usize,
}

impl Mapping {
    /// Maps the file, whose length must be that of a page with so many words of slots. Nobody may shorten it
    /// afterwards: touching what is gone would end the process.
    pub(super) fn of(file: &File, slot_words: usize) -> io::Result<Self> {
        let wanted = bytes(slot_words);
        if file.metadata()?.len() != wanted as u64 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the page has another size",
            ));
        }
        let map = MmapOptions::new().len(wanted).map_raw(file)?;
        Ok(Self { map, slot_words })
    }

    /// The words that say what the page is.
    pub(super) fn header(&self) -> &[AtomicU64] {
        self.words(0, HEADER_WORDS)
    }

    /// The words of the slots.
    pub(super) fn slots(&self) -> &[AtomicU64] {
        self.words(SLOTS_AT, self.slot_words)
    }

    /// The counter of rings.
    pub(super) fn generation(&self) -> &AtomicU32 {
        let at = self.map.as_mut_ptr().wrapping_add(GENERATION_AT);
        #[expect(unsafe_code, reason = "memory that other processes share")]
        // SAFETY: the offset is within the mapping, which is page-aligned and lives as long as `self`, so the pointer is
        // valid and aligned; all bits are a valid AtomicU32, and no other reference covers these four bytes.
        unsafe {
            AtomicU32::from_ptr(at.cast())
        }
    }

    fn words(&self, at: usize, count: usize) -> &[AtomicU64] {
        debug_assert!(at + count * size_of::<u64>() <= self.map.len() && at.is_multiple_of(8));
        let first = self.map.as_mut_ptr().wrapping_add(at).cast::<AtomicU64>();
        #[expect(unsafe_code, reason = "memory that other processes share")]
        // SAFETY: both ranges that are asked for lie within the mapping (`bytes`), start at a multiple of eight of a
        // page-aligned address, live as long as `self`, hold no other kind of value, and are reached by atomics alone.
        unsafe {
            slice::from_raw_parts(first, count)
        }
    }
}
