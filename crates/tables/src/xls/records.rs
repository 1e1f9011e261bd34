//! Records of a BIFF stream, and the cells among them (MS-XLS 2.4).

use super::strings::{Cursor, Decoding, ends_early};
use crate::Error;

pub(super) const CONTINUE: u16 = 0x003C;
pub(super) const BOF: u16 = 0x0809;
pub(super) const EOF: u16 = 0x000A;
const FORMULA: u16 = 0x0006;
const MUL_RK: u16 = 0x00BD;
const RICH_STRING: u16 = 0x00D6;
const LABEL_SST: u16 = 0x00FD;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOL_ERR: u16 = 0x0205;
const STRING: u16 = 0x0207;
const RK: u16 = 0x027E;

/// Records between a formula and its text: its shared or array form at the most.
const RECORDS_TO_STRING_MAX: usize = 4;

/// One record of the stream.
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    pub(super) data: &'a [u8],
    /// Where it starts, and where the next does.
    pub(super) offset: usize,
    pub(super) next: usize,
}

/// Where a cell's value is. Eight bytes, since a file may have millions.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellRef {
    pub(super) row: u16,
    pub(super) column: u16,
    offset: u32,
}

/// What a cell holds.
pub(super) enum Value {
    Nothing,
    Number(f64),
    Boolean(bool),
    Shared(usize),
    Text(String),
}

/// The record at an offset; none at the end of the stream.
pub(super) fn record_at(stream: &[u8], offset: usize) -> Result<Option<Record<'_>>, Error> {
    let Some(rest) = stream.get(offset..).filter(|rest| !rest.is_empty()) else {
        return Ok(None);
    };
    let (kind, length) = match rest {
        [a, b, c, d, ..] => (
            u16::from_le_bytes([*a, *b]),
            usize::from(u16::from_le_bytes([*c, *d])),
        ),
        _ => return Err(ends_early()),
    };
    let data = rest.get(4..4 + length).ok_or_else(ends_early)?;
    Ok(Some(Record {
        kind,
        data,
        offset,
        next: offset + 4 + length,
    }))
}

/// A record's data and that of the records that continue it.
pub(super) fn segments<'a>(stream: &'a [u8], record: &Record<'a>) -> Result<Vec<&'a [u8]>, Error> {
    let mut segments = vec![record.data];
    let mut offset = record.next;
    while let Some(next) = record_at(stream, offset)?.filter(|next| next.kind == CONTINUE) {
        segments.push(next.data);
        offset = next.next;
    }
    Ok(segments)
}

/// All cells of the sheet whose records start at `offset`, by row and column.
pub(super) fn index(stream: &[u8], offset: usize) -> Result<Vec<CellRef>, Error> {
    let mut cells = Vec::new();
    let mut at = offset;
    // Charts within the sheet are streams of their own, with cells of their own.
    let mut depth = 0_usize;
    while let Some(record) = record_at(stream, at)? {
        at = record.next;
        match record.kind {
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            _ if depth > 1 => {}
            FORMULA | RICH_STRING | LABEL_SST | NUMBER | LABEL | BOOL_ERR | RK => {
                let (row, column) = (u16_at(record.data, 0)?, u16_at(record.data, 2)?);
                cells.push(CellRef {
                    row,
                    column,
                    offset: record.offset as u32,
                });
            }
            MUL_RK => {
                let (row, first) = (u16_at(record.data, 0)?, u16_at(record.data, 2)?);
                let count = record.data.len().saturating_sub(6) / 6;
                cells.extend((0..count).map(|step| CellRef {
                    row,
                    column: first.saturating_add(step as u16),
                    offset: record.offset as u32,
                }));
            }
            _ => {}
        }
    }
    cells.sort_by_key(|cell| (cell.row, cell.column));
    // Where a cell is written twice the later one counts.
    cells.reverse();
    cells.dedup_by_key(|cell| (cell.row, cell.column));
    cells.reverse();
    Ok(cells)
}

/// The value of a cell and the index of its format.
pub(super) fn value(
    stream: &[u8],
    cell: CellRef,
    decoding: &Decoding,
) -> Result<(Value, u16), Error> {
    let record = record_at(stream, cell.offset as usize)?.ok_or_else(ends_early)?;
    let data = record.data;
    if record.kind == MUL_RK {
        let at = 4 + usize::from(cell.column.saturating_sub(u16_at(data, 2)?)) * 6;
        return Ok((Value::Number(rk(u32_at(data, at + 2)?)), u16_at(data, at)?));
    }
    let value = match record.kind {
        NUMBER => Value::Number(f64_at(data, 6)?),
        RK => Value::Number(rk(u32_at(data, 6)?)),
        LABEL_SST => Value::Shared(u32_at(data, 6)? as usize),
        LABEL | RICH_STRING => {
            let mut segments = segments(stream, &record)?;
            segments[0] = data.get(6..).ok_or_else(ends_early)?;
            Value::Text(Cursor::new(segments).text(false, decoding)?)
        }
        BOOL_ERR => boolean(u16_at(data, 6)? & 0xFF, u16_at(data, 6)? >> 8 == 0),
        _ => formula(stream, &record, decoding)?,
    };
    Ok((value, u16_at(data, 4)?))
}

/// The value that a formula had when the file was saved.
fn formula(stream: &[u8], record: &Record<'_>, decoding: &Decoding) -> Result<Value, Error> {
    let data = record.data;
    if u16_at(data, 12)? != 0xFFFF {
        return Ok(Value::Number(f64_at(data, 6)?));
    }
    match u16_at(data, 6)? & 0xFF {
        0 => {
            let mut at = record.next;
            for _ in 0..RECORDS_TO_STRING_MAX {
                let Some(next) = record_at(stream, at)? else {
                    break;
                };
                if next.kind == STRING {
                    return Ok(Value::Text(
                        Cursor::new(segments(stream, &next)?).text(false, decoding)?,
                    ));
                }
                at = next.next;
            }
            Ok(Value::Nothing)
        }
        1 => Ok(boolean(u16_at(data, 8)? & 0xFF, true)),
        _ => Ok(Value::Nothing),
    }
}

fn boolean(byte: u16, is_boolean: bool) -> Value {
    if is_boolean {
        Value::Boolean(byte != 0)
    } else {
        Value::Nothing
    }
}

/// A number in four bytes: an integer or the upper half of a double, maybe in hundredths (MS-XLS 2.5.217).
fn rk(bits: u32) -> f64 {
    let number = if bits & 2 != 0 {
        f64::from(bits.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(bits & !3) << 32)
    };
    if bits & 1 != 0 {
        number / 100.0
    } else {
        number
    }
}

pub(super) fn u16_at(data: &[u8], at: usize) -> Result<u16, Error> {
    match data.get(at..at + 2) {
        Some([low, high]) => Ok(u16::from_le_bytes([*low, *high])),
        _ => Err(ends_early()),
    }
}

pub(super) fn u32_at(data: &[u8], at: usize) -> Result<u32, Error> {
    Ok(u32::from(u16_at(data, at)?) | u32::from(u16_at(data, at + 2)?) << 16)
}

fn f64_at(data: &[u8], at: usize) -> Result<f64, Error> {
    Ok(f64::from_bits(
        u64::from(u32_at(data, at)?) | u64::from(u32_at(data, at + 4)?) << 32,
    ))
}
