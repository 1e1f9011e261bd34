//! The ZIP archive around a workbook: its directory, checked before anything is unpacked (APPNOTE.TXT 4.3.12 to 4.3.16).

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use super::part::Part;
use crate::{Error, Options, error::SAVE_AS_CSV};

/// The end record and the longest comment after it.
const END_SEARCH_BYTES: u64 = 22 + 0xFFFF;
const END_BYTES: usize = 22;
const END64_LOCATOR_BYTES: usize = 20;
const END64_BYTES: usize = 56;
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;
/// Bytes of the directory; an entry takes about a hundred.
const DIRECTORY_BYTES_MAX: u64 = 4 << 20;
/// Parts smaller than this may be packed as tightly as they like.
const RATIO_FREE_BYTES: u64 = 1 << 20;
/// The extra field with the sizes that need 64 bits.
const EXTRA_ZIP64: u16 = 1;
const FLAG_ENCRYPTED: u16 = 1;

#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) method: u16,
    flags: u16,
    pub(super) packed_bytes: u64,
    pub(super) unpacked_bytes: u64,
    local_offset: u64,
}

#[derive(Debug)]
pub(super) struct Container {
    file: File,
    /// By name in lower case, without a leading slash: part names ignore case.
    entries: HashMap<String, Entry>,
    ratio_max: u64,
}

impl Container {
    pub(super) fn open(mut file: File, options: &Options) -> Result<Self, Error> {
        let end = find_end(&mut file)?;
        if end.entries > options.workbook_entries_max || end.directory_bytes > DIRECTORY_BYTES_MAX {
            return Err(Error::TooLarge {
                what: "the number of parts in the workbook",
                limit: options.workbook_entries_max.to_string(),
                advice: SAVE_AS_CSV,
            });
        }
        file.seek(SeekFrom::Start(end.directory_offset))?;
        let mut directory = vec![0; end.directory_bytes as usize];
        file.read_exact(&mut directory).map_err(cut_off)?;
        let entries = read_directory(&directory, options.workbook_entries_max)?;
        let total = entries
            .values()
            .fold(0_u64, |sum, entry| sum.saturating_add(entry.unpacked_bytes));
        if total > options.workbook_bytes_max {
            return Err(Error::too_many_bytes(
                "the unpacked workbook",
                options.workbook_bytes_max,
            ));
        }
        Ok(Self {
            file,
            entries,
            ratio_max: options.ratio_max,
        })
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.entries.contains_key(&path.to_ascii_lowercase())
    }

    /// Opens a part. Parts share the file's position: read one to its end, or drop it, before another is opened.
    pub(super) fn part(
        &self,
        path: &str,
        what: &'static str,
        bytes_max: u64,
    ) -> Result<Part, Error> {
        let entry = *self
            .entries
            .get(&path.to_ascii_lowercase())
            .ok_or_else(|| Error::malformed(format!("the workbook lacks its part {path}")))?;
        if entry.flags & FLAG_ENCRYPTED != 0 {
            return Err(Error::malformed(
                "it is protected by a password; save it without one",
            ));
        }
        if entry.unpacked_bytes > bytes_max {
            return Err(Error::too_many_bytes(what, bytes_max));
        }
        if entry.unpacked_bytes > RATIO_FREE_BYTES
            && entry.unpacked_bytes > entry.packed_bytes.saturating_mul(self.ratio_max)
        {
            return Err(Error::TooLarge {
                what: "the compression of the workbook",
                limit: format!("{} to 1", self.ratio_max),
                advice: SAVE_AS_CSV,
            });
        }
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(entry.local_offset))?;
        let mut local = [0; LOCAL_BYTES];
        file.read_exact(&mut local).map_err(cut_off)?;
        if !local.starts_with(b"PK\x03\x04") {
            return Err(Error::malformed("the workbook's archive is damaged"));
        }
        let names_bytes = i64::from(u16_at(&local, 26)) + i64::from(u16_at(&local, 28));
        file.seek(SeekFrom::Current(names_bytes))?;
        Part::new(file, entry, what)
    }
}

struct End {
    entries: u64,
    directory_bytes: u64,
    directory_offset: u64,
}

fn find_end(file: &mut File) -> Result<End, Error> {
    let file_bytes = file.metadata()?.len();
    let start = file_bytes.saturating_sub(END_SEARCH_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.take(END_SEARCH_BYTES).read_to_end(&mut tail)?;
    let at = (0..=tail.len().saturating_sub(END_BYTES))
        .rev()
        .find(|at| tail.len() >= END_BYTES && tail[*at..].starts_with(b"PK\x05\x06"))
        .ok_or_else(|| Error::Truncated("the workbook's last part is missing".to_owned()))?;
    let record = &tail[at..at + END_BYTES];
    let end = End {
        entries: u64::from(u16_at(record, 10)),
        directory_bytes: u64::from(u32_at(record, 12)),
        directory_offset: u64::from(u32_at(record, 16)),
    };
    let needs_64 = end.entries == 0xFFFF
        || end.directory_bytes == 0xFFFF_FFFF
        || end.directory_offset == 0xFFFF_FFFF;
    match at
        .checked_sub(END64_LOCATOR_BYTES)
        .map(|start| &tail[start..at])
    {
        Some(locator) if needs_64 && locator.starts_with(b"PK\x06\x07") => {
            file.seek(SeekFrom::Start(u64_at(locator, 8)))?;
            let mut record = [0; END64_BYTES];
            file.read_exact(&mut record).map_err(cut_off)?;
            if !record.starts_with(b"PK\x06\x06") {
                return Err(Error::malformed("the workbook's archive is damaged"));
            }
            Ok(End {
                entries: u64_at(&record, 32),
                directory_bytes: u64_at(&record, 40),
                directory_offset: u64_at(&record, 48),
            })
        }
        _ => Ok(end),
    }
}

fn read_directory(mut rest: &[u8], entries_max: u64) -> Result<HashMap<String, Entry>, Error> {
    let damaged = || Error::malformed("the workbook's archive is damaged");
    let mut entries = HashMap::new();
    while rest.len() >= ENTRY_BYTES
        && rest.starts_with(b"PK\x01\x02")
        && (entries.len() as u64) < entries_max
    {
        let (fixed, tail) = rest.split_at(ENTRY_BYTES);
        let name_bytes = usize::from(u16_at(fixed, 28));
        let extra_bytes = usize::from(u16_at(fixed, 30));
        let comment_bytes = usize::from(u16_at(fixed, 32));
        if tail.len() < name_bytes + extra_bytes + comment_bytes {
            return Err(damaged());
        }
        let name = String::from_utf8_lossy(&tail[..name_bytes])
            .replace('\\', "/")
            .to_ascii_lowercase();
        let mut entry = Entry {
            method: u16_at(fixed, 10),
            flags: u16_at(fixed, 8),
            packed_bytes: u64::from(u32_at(fixed, 20)),
            unpacked_bytes: u64::from(u32_at(fixed, 24)),
            local_offset: u64::from(u32_at(fixed, 42)),
        };
        widen(&mut entry, &tail[name_bytes..name_bytes + extra_bytes]);
        // Of two parts with one name the first counts.
        entries
            .entry(name.trim_start_matches('/').to_owned())
            .or_insert(entry);
        rest = &tail[name_bytes + extra_bytes + comment_bytes..];
    }
    Ok(entries)
}

/// Takes the sizes that did not fit into 32 bits from the extra fields.
fn widen(entry: &mut Entry, mut extra: &[u8]) {
    while extra.len() >= 4 {
        let (id, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let Some(field) = extra.get(4..4 + length) else {
            return;
        };
        if id == EXTRA_ZIP64 {
            let mut numbers = field.chunks_exact(8).map(|bytes| u64_at(bytes, 0));
            for value in [
                &mut entry.unpacked_bytes,
                &mut entry.packed_bytes,
                &mut entry.local_offset,
            ] {
                if *value == 0xFFFF_FFFF {
                    *value = numbers.next().unwrap_or(*value);
                }
            }
        }
        extra = &extra[4 + length..];
    }
}

fn cut_off(error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        Error::Truncated("a part of the workbook is missing".to_owned())
    } else {
        Error::Io(error)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
