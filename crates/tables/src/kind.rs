//! Which format a file has: what its name says, and what its first bytes say.

use std::fmt;

use crate::{Encoding, Error};

/// The formats that this crate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text with a delimiter between cells and a line for each row.
    Delimited,
    /// An Office Open XML workbook.
    Xlsx,
    /// A BIFF workbook (Excel 5 to 2003).
    Xls,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Delimited => "delimited text",
            Self::Xlsx => "XLSX",
            Self::Xls => "XLS",
        })
    }
}

/// How a file turned out to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// The format, by content.
    pub kind: Kind,
    /// Delimited text: how its characters are encoded.
    pub encoding: Option<Encoding>,
    /// Delimited text: what separates its cells.
    pub delimiter: Option<u8>,
    /// Workbooks: the sheet that is read.
    pub sheet: Option<String>,
}

const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
const OLE_MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Other formats that are uploaded by mistake, with their names.
const FOREIGN_MAGIC: [(&[u8], &str); 5] = [
    (b"%PDF-", "a PDF document"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xFF\xD8\xFF", "a picture"),
    (b"Rar!", "an archive"),
];

/// How many first bytes [`sniff`] wants to see.
pub(crate) const SNIFF_BYTES: usize = 8;

impl Kind {
    /// The format that a file name promises, by its ending in any case: `.csv`, `.tsv`, `.txt`, `.xlsx`, `.xls`.
    pub fn of_file_name(file_name: &str) -> Option<Self> {
        let (_, ending) = file_name.rsplit_once('.')?;
        match ending.trim().to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Delimited),
            "xlsx" => Some(Self::Xlsx),
            "xls" => Some(Self::Xls),
            _ => None,
        }
    }
}

/// Settles the format from the promise of the name and the first bytes of the content. The two workbook formats may be
/// named for each other; text and workbooks may not.
pub(crate) fn sniff(file_name: &str, first: &[u8]) -> Result<Kind, Error> {
    let Some(promised) = Kind::of_file_name(file_name) else {
        return Err(Error::UnsupportedKind(
            "the file must be .csv, .tsv, .xlsx or .xls".to_owned(),
        ));
    };
    let found = if first.starts_with(ZIP_MAGIC) {
        Some(Kind::Xlsx)
    } else if first.starts_with(OLE_MAGIC) {
        Some(Kind::Xls)
    } else {
        None
    };
    match (promised, found) {
        (Kind::Delimited, Some(kind)) => Err(Error::UnsupportedKind(format!(
            "the file is named as text but holds a workbook or an archive; name it .{} or save it as CSV",
            if kind == Kind::Xlsx { "xlsx" } else { "xls" }
        ))),
        (Kind::Delimited, None) => match FOREIGN_MAGIC
            .iter()
            .find(|(magic, _)| first.starts_with(magic))
        {
            Some((_, what)) => Err(Error::UnsupportedKind(format!(
                "the file is named as text but is {what}"
            ))),
            None => Ok(Kind::Delimited),
        },
        (_, Some(kind)) => Ok(kind),
        (_, None) => Err(Error::malformed(
            "it is not an Excel workbook, whatever its name says; if it is text, name it .csv",
        )),
    }
}
