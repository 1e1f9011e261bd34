//! Nasty files: one list of a name, bytes, and exactly what comes of them. Nothing here reads a file; the tests that do
//! so include this folder.
//!
//! What comes of a file is written as lines: the header, then each row, cells with `|` between them (see [`line`]). A row
//! that cannot be read is `! ` and its problem, a file that cannot be read (any further) `!! ` and the complaint.

mod broken;
mod encodings;
mod make;
mod odd;
mod shapes;
mod workbooks;

/// A file, and what comes of it.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    /// The name that it is uploaded under.
    pub(crate) file_name: &'static str,
    pub(crate) bytes: fn() -> Vec<u8>,
    /// Whether its first row names the columns.
    pub(crate) has_header: bool,
    pub(crate) lines: &'static [&'static str],
}

/// Every entry.
pub(crate) fn all() -> Vec<Entry> {
    [
        encodings::entries(),
        shapes::entries(),
        odd::entries(),
        workbooks::entries(),
        broken::entries(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Characters of a cell that a line shows; of a longer one the first and how many there are.
const SHOWN_CHARACTERS_MAX: usize = 60;

/// Cells of a row that a line shows; of a longer one the first two, the last and how many there are.
const SHOWN_CELLS_MAX: usize = 20;

/// Cells as a line: characters that nobody sees as escapes, a long cell and a long row shortened.
pub(crate) fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let shown: Vec<String> = cells.map(shown).collect();
    match shown.as_slice() {
        [first, second, .., last] if shown.len() > SHOWN_CELLS_MAX => {
            format!("{first}|{second}|…|{last} ({} cells)", shown.len())
        }
        _ => shown.join("|"),
    }
}

fn shown(cell: &str) -> String {
    let count = cell.chars().count();
    if count > SHOWN_CHARACTERS_MAX {
        let first: String = cell.chars().take(3).collect();
        return format!("{first}… ({count})");
    }
    let escaped = cell.chars().map(|c| match c {
        '|' => "\\|".to_owned(),
        '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => {
            c.escape_unicode().to_string()
        }
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    });
    escaped.collect()
}

/// A text file.
fn text(name: &'static str, bytes: fn() -> Vec<u8>, lines: &'static [&'static str]) -> Entry {
    file(name, "leads.csv", bytes, lines)
}

fn file(
    name: &'static str,
    file_name: &'static str,
    bytes: fn() -> Vec<u8>,
    lines: &'static [&'static str],
) -> Entry {
    Entry {
        name,
        file_name,
        bytes,
        has_header: true,
        lines,
    }
}
