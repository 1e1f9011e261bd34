//! A workbook (ECMA-376) as a stream: its texts stand in the cells, so that no table of strings grows, and its sheets
//! come before the parts that list them, so that nothing has to be known ahead and nothing is written twice.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::{Cell, harmless};

/// Rows of a worksheet, the header included, as spreadsheets bound it; the next row begins another sheet.
pub const SHEET_ROWS_MAX: u64 = 1_048_576;
/// UTF-16 units of a cell's text, as spreadsheets bound it; a longer text is cut and ends with `…`.
pub const TEXT_UNITS_MAX: usize = 32_767;
/// Bytes of a worksheet's XML after which another one begins: its size must fit into 32 bits, for not every
/// spreadsheet reads larger parts.
const SHEET_BYTES_MAX: u64 = 3 << 30;
/// The name of the first sheet; further ones are numbered.
const SHEET_NAME: &str = "Sheet";

const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const CONTENT: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// Where the archive's bytes wait to be taken. The archive's writer does not hand out what it writes to.
#[derive(Debug, Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Sink {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) struct XlsxWriter {
    archive: ZipWriter<StreamWriter<Sink>>,
    sink: Sink,
    header: Vec<String>,
    sheets: u32,
    rows: u64,
    bytes: u64,
    rows_max: u64,
    bytes_max: u64,
    /// The row that is being put together.
    line: String,
}

impl std::fmt::Debug for XlsxWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("XlsxWriter")
            .field("sheets", &self.sheets)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl XlsxWriter {
    pub(super) fn new(header: &[String]) -> io::Result<Self> {
        Self::bounded(header, SHEET_ROWS_MAX, SHEET_BYTES_MAX)
    }

    fn bounded(header: &[String], rows_max: u64, bytes_max: u64) -> io::Result<Self> {
        let sink = Sink::default();
        let mut writer = Self {
            archive: ZipWriter::new_stream(sink.clone()),
            sink,
            header: header.to_vec(),
            sheets: 0,
            rows: 0,
            bytes: 0,
            rows_max,
            bytes_max,
            line: String::new(),
        };
        writer.begin_sheet()?;
        Ok(writer)
    }

    pub(super) fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> io::Result<()> {
        if self.rows >= self.rows_max || self.bytes >= self.bytes_max {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        self.add(cells)
    }

    fn add<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> io::Result<()> {
        self.line.clear();
        self.line.push_str("<row>");
        for cell in cells {
            match cell {
                Cell::Empty => self.line.push_str("<c/>"),
                Cell::Number(number) => {
                    // Writing to a string does not fail.
                    let _infallible = write!(self.line, "<c><v>{number}</v></c>");
                }
                Cell::Text(text) => {
                    let text = harmless(&text);
                    let text = cut(&text);
                    self.line.push_str("<c t=\"inlineStr\"><is><t");
                    if text.trim().len() != text.len() {
                        self.line.push_str(" xml:space=\"preserve\"");
                    }
                    self.line.push('>');
                    escape(&text, &mut self.line);
                    self.line.push_str("</t></is></c>");
                }
            }
        }
        self.line.push_str("</row>");
        self.rows += 1;
        self.bytes += self.line.len() as u64;
        self.archive.write_all(self.line.as_bytes())
    }

    fn begin_sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        (self.rows, self.bytes) = (0, 0);
        self.begin(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        let start = format!("{XML}<worksheet xmlns=\"{MAIN}\"><sheetData>");
        self.archive.write_all(start.as_bytes())?;
        let header = std::mem::take(&mut self.header);
        let written = self.add(header.iter().map(|name| Cell::Text(name.into())));
        self.header = header;
        written
    }

    fn end_sheet(&mut self) -> io::Result<()> {
        self.archive.write_all(b"</sheetData></worksheet>")
    }

    fn begin(&mut self, part: &str) -> io::Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        Ok(self.archive.start_file(part, options)?)
    }

    fn part(&mut self, name: &str, content: &str) -> io::Result<()> {
        self.begin(name)?;
        self.archive.write_all(content.as_bytes())
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        self.sink.take()
    }

    pub(super) fn finish(mut self) -> io::Result<Vec<u8>> {
        self.end_sheet()?;
        let (mut list, mut relations, mut types) = (String::new(), String::new(), String::new());
        for sheet in 1..=self.sheets {
            let name = match sheet {
                1 => SHEET_NAME.to_owned(),
                _ => format!("{SHEET_NAME} {sheet}"),
            };
            list += &format!("<sheet name=\"{name}\" sheetId=\"{sheet}\" r:id=\"rId{sheet}\"/>");
            relations += &format!(
                "<Relationship Id=\"rId{sheet}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{sheet}.xml\"/>"
            );
            types += &format!(
                "<Override PartName=\"/xl/worksheets/sheet{sheet}.xml\" ContentType=\"{CONTENT}.worksheet+xml\"/>"
            );
        }
        let workbook = format!(
            "{XML}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{list}</sheets></workbook>"
        );
        self.part("xl/workbook.xml", &workbook)?;
        let relations = format!(
            "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}</Relationships>"
        );
        self.part("xl/_rels/workbook.xml.rels", &relations)?;
        let root = format!(
            "{XML}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
             Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        );
        self.part("_rels/.rels", &root)?;
        let types = format!(
            "{XML}<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" \
             ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override \
             PartName=\"/xl/workbook.xml\" ContentType=\"{CONTENT}.sheet.main+xml\"/>{types}</Types>"
        );
        self.part("[Content_Types].xml", &types)?;
        self.archive.finish()?;
        Ok(self.sink.take())
    }
}

/// As much of a text as a cell can hold.
fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    // A text has no more UTF-16 units than bytes.
    if text.len() <= TEXT_UNITS_MAX || text.encode_utf16().count() <= TEXT_UNITS_MAX {
        return text.into();
    }
    let mut units = 1;
    let kept = text.chars().take_while(|character| {
        units += character.len_utf16();
        units <= TEXT_UNITS_MAX
    });
    let mut kept: String = kept.collect();
    kept.push('…');
    kept.into()
}

/// Appends a text as XML; what XML cannot hold is written as `_x0001_`, and what looks like that is kept apart from it
/// (ECMA-376 part 1, 22.9.2.19).
fn escape(text: &str, out: &mut String) {
    for (at, character) in text.char_indices() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '_' if is_escape(&text[at..]) => out.push_str("_x005F_"),
            // XML readers make one line feed of it and what follows.
            '\r' => out.push_str("_x000D_"),
            '\t' | '\n' => out.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                let _infallible = write!(out, "_x{:04X}_", u32::from(character));
            }
            _ => out.push(character),
        }
    }
}

/// Whether a text begins like an escaped character.
fn is_escape(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 7
        && bytes.starts_with(b"_x")
        && bytes[6] == b'_'
        && bytes[2..6].iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_sheet_is_followed_by_another_with_the_same_header() {
        let header = ["name".to_owned()];
        let mut writer = XlsxWriter::bounded(&header, 3, SHEET_BYTES_MAX).unwrap();
        for name in ["a", "b", "c", "d", "e"] {
            writer.row([Cell::Text(name.into())]).unwrap();
        }
        assert_eq!(writer.sheets, 3);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&writer.finish().unwrap()).unwrap();
        let sheets = [("Sheet", "ab"), ("Sheet 2", "cd"), ("Sheet 3", "e")];
        for (sheet, expected) in sheets {
            let options = crate::Options {
                sheet: crate::SheetChoice::Named(sheet.into()),
                ..crate::Options::default()
            };
            let file = file.try_clone().unwrap();
            let table = crate::open_file(file, "a.xlsx", &options).unwrap();
            assert_eq!(table.header(), header);
            let mut names = String::new();
            for record in table.into_rows() {
                match record.unwrap() {
                    crate::Record::Row(row) => names += row.cell(0),
                    crate::Record::Problem(problem) => panic!("{problem}"),
                }
            }
            assert_eq!(names, expected);
        }
    }

    #[test]
    fn a_heavy_sheet_is_followed_by_another() {
        let header = ["name".to_owned()];
        let mut writer = XlsxWriter::bounded(&header, SHEET_ROWS_MAX, 400).unwrap();
        for _ in 0..10 {
            writer.row([Cell::Text("x".repeat(100).into())]).unwrap();
        }
        assert!(writer.sheets > 3);
    }

    #[test]
    fn texts_are_cut_where_a_cell_ends() {
        let long = "😀".repeat(TEXT_UNITS_MAX);
        let kept = cut(&long);
        assert!(kept.encode_utf16().count() <= TEXT_UNITS_MAX);
        assert!(kept.ends_with("😀…"));
        let fits = "é".repeat(TEXT_UNITS_MAX);
        assert_eq!(cut(&fits), fits);
    }

    #[test]
    fn what_xml_cannot_hold_is_escaped() {
        let mut out = String::new();
        escape("a<b>&\u{1}_x0041_\r\n_x", &mut out);
        assert_eq!(out, "a&lt;b&gt;&amp;_x0001__x005F_x0041__x000D_\n_x");
    }
}
