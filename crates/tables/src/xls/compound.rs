//! The compound file around a workbook: a small file system of sectors (MS-CFB). Every chain is followed no further than
//! the file has sectors.

use crate::Error;

const HEADER_BYTES: usize = 512;
const DIRECTORY_ENTRY_BYTES: usize = 128;
const MINI_SECTOR_BYTES: usize = 64;
/// Streams smaller than this lie in the mini stream.
const MINI_STREAM_BELOW: usize = 4096;
/// Numbers from here on are marks, not sectors.
const SECTOR_MAX: u32 = 0xFFFF_FFFA;
const HEADER_TABLE_ENTRIES: usize = 109;

/// The bytes of the stream that holds the workbook.
pub(super) fn workbook_stream(file: &[u8]) -> Result<Vec<u8>, Error> {
    if file.len() < HEADER_BYTES {
        return Err(Error::Truncated(
            "the workbook ends within its header".to_owned(),
        ));
    }
    let sector_bytes = match u16_at(file, 30) {
        9 => 512,
        12 => 4096,
        _ => return Err(damaged()),
    };
    let sectors = Sectors {
        bytes: file,
        sector_bytes,
        header_sectors: 1,
    };
    let table = sector_table(&sectors)?;
    let directory = sectors.chain(u32_at(file, 48), &table, usize::MAX)?;
    let entries: Vec<Entry> = directory
        .chunks_exact(DIRECTORY_ENTRY_BYTES)
        .map(Entry::read)
        .collect();
    if entries.iter().any(|entry| entry.name == "encryptedpackage") {
        return Err(Error::malformed(
            "it is protected by a password; save it without one",
        ));
    }
    let entry = ["workbook", "book"]
        .into_iter()
        .find_map(|name| entries.iter().find(|entry| entry.name == name))
        .ok_or_else(|| Error::malformed("it is not an Excel workbook"))?;
    let stream = if entry.bytes >= MINI_STREAM_BELOW {
        sectors.chain(entry.start, &table, entry.bytes)?
    } else {
        let root = entries.first().ok_or_else(damaged)?;
        let mini_stream = sectors.chain(root.start, &table, root.bytes)?;
        let mini_table = numbers(&sectors.chain(u32_at(file, 60), &table, usize::MAX)?);
        let mini = Sectors {
            bytes: &mini_stream,
            sector_bytes: MINI_SECTOR_BYTES,
            header_sectors: 0,
        };
        mini.chain(entry.start, &mini_table, entry.bytes)?
    };
    if stream.len() < entry.bytes {
        return Err(Error::Truncated("the workbook ends early".to_owned()));
    }
    Ok(stream)
}

struct Sectors<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
    header_sectors: usize,
}

impl<'a> Sectors<'a> {
    fn count(&self) -> usize {
        self.bytes.len() / self.sector_bytes + 1
    }

    /// A sector's bytes; the last of a file may be short.
    fn get(&self, number: u32) -> Result<&'a [u8], Error> {
        let start = (number as usize + self.header_sectors) * self.sector_bytes;
        let end = (start + self.sector_bytes).min(self.bytes.len());
        self.bytes
            .get(start..end)
            .ok_or_else(|| Error::Truncated("the workbook ends early".to_owned()))
    }

    /// The bytes of a chain of sectors, up to `bytes_max`.
    fn chain(&self, start: u32, table: &[u32], bytes_max: usize) -> Result<Vec<u8>, Error> {
        let mut chain = Vec::new();
        let mut number = start;
        let mut followed = 0;
        while number < SECTOR_MAX && chain.len() < bytes_max {
            followed += 1;
            if followed > self.count() {
                return Err(damaged());
            }
            chain.extend_from_slice(self.get(number)?);
            number = *table.get(number as usize).ok_or_else(damaged)?;
        }
        chain.truncate(bytes_max);
        Ok(chain)
    }
}

/// The table that says which sector follows which.
fn sector_table(sectors: &Sectors<'_>) -> Result<Vec<u32>, Error> {
    let header = sectors.bytes;
    let mut parts: Vec<u32> = numbers(&header[76..76 + HEADER_TABLE_ENTRIES * 4]);
    let mut next = u32_at(header, 68);
    while next < SECTOR_MAX && parts.len() < sectors.count() {
        let mut more = numbers(sectors.get(next)?);
        next = more.pop().ok_or_else(damaged)?;
        parts.extend(more);
    }
    let mut table = Vec::new();
    for part in parts.into_iter().filter(|part| *part < SECTOR_MAX) {
        if table.len() >= sectors.count() {
            break;
        }
        table.extend(numbers(sectors.get(part)?));
    }
    Ok(table)
}

struct Entry {
    /// In lower case.
    name: String,
    start: u32,
    bytes: usize,
}

impl Entry {
    fn read(entry: &[u8]) -> Self {
        let name_bytes = usize::from(u16_at(entry, 64)).clamp(2, 64) - 2;
        let units: Vec<u16> = entry[..name_bytes]
            .chunks_exact(2)
            .map(|unit| u16_at(unit, 0))
            .collect();
        Self {
            name: String::from_utf16_lossy(&units).to_lowercase(),
            start: u32_at(entry, 116),
            bytes: u32_at(entry, 120) as usize,
        }
    }
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .map(|number| u32_at(number, 0))
        .collect()
}

fn damaged() -> Error {
    Error::malformed("the workbook's file structure is damaged")
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}
