//! Which delimiter a text uses, from its beginning.

use super::parser::{End, Parser};
use crate::{Options, builder::Builder};

/// In the order of preference where the text does not tell them apart.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How much less regular the rows may be under a delimiter that gives more columns.
const SHARE_SLACK: f64 = 0.1;

/// The delimiter that a first line `sep=;` declares, as spreadsheets write it, and the bytes of that line.
pub(crate) fn declared(sample: &[u8]) -> Option<(u8, usize)> {
    if !sample.get(..4)?.eq_ignore_ascii_case(b"sep=") {
        return None;
    }
    let delimiter = *sample.get(4).filter(|byte| CANDIDATES.contains(byte))?;
    match sample.get(5..) {
        Some([b'\r', b'\n', ..]) => Some((delimiter, 7)),
        Some([b'\r' | b'\n', ..]) => Some((delimiter, 6)),
        _ => None,
    }
}

/// The delimiter under which the first row has several cells and most rows have as many; `fallback` if there is none.
pub(crate) fn detect(sample: &[u8], is_whole: bool, fallback: u8) -> u8 {
    let mut best: Option<(f64, usize, u8)> = None;
    for delimiter in CANDIDATES {
        let counts = cells_per_row(sample, delimiter, is_whole);
        let Some(&(columns, _)) = counts.first().filter(|(columns, _)| *columns > 1) else {
            continue;
        };
        let is_alike = |(count, is_clean): &&(usize, bool)| *count == columns && *is_clean;
        let alike = counts.iter().filter(is_alike).count();
        let share = alike as f64 / counts.len() as f64;
        let is_better = best.is_none_or(|(best_share, best_columns, _)| {
            share > best_share + SHARE_SLACK
                || (share > best_share - SHARE_SLACK && columns > best_columns)
        });
        if is_better {
            best = Some((share, columns, delimiter));
        }
    }
    best.map_or(fallback, |(_, _, delimiter)| delimiter)
}

/// Cells of each row of the sample that is not blank, and whether each quoted cell ends with its quote; the sample's last
/// row, cut off, does not count.
fn cells_per_row(sample: &[u8], delimiter: u8, is_whole: bool) -> Vec<(usize, bool)> {
    let bounds = Options {
        columns_max: usize::MAX,
        cell_bytes_max: usize::MAX,
        row_bytes_max: usize::MAX,
        ..Options::default()
    };
    let mut builder = Builder::new(&bounds);
    let mut parser = Parser::new(delimiter);
    let mut counts = Vec::new();
    let mut rest = sample;
    loop {
        builder.clear();
        parser.begin();
        let fed = parser.feed(rest, &mut builder);
        rest = &rest[fed.consumed..];
        if !fed.is_complete
            && (!(is_whole || counts.is_empty())
                || !matches!(parser.finish(&mut builder), End::Row))
        {
            return counts;
        }
        if !(parser.is_plain_line(&builder) && builder.is_white_space()) {
            counts.push((builder.cells(), !parser.has_text_after_quote()));
        }
    }
}
