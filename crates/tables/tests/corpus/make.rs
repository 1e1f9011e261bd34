//! Building blocks of files.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// UTF-16, low byte first or high byte first.
pub(super) fn utf16(text: &str, is_le: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    let bytes = units.map(|unit| {
        if is_le {
            unit.to_le_bytes()
        } else {
            unit.to_be_bytes()
        }
    });
    bytes.flatten().collect()
}

/// An archive of parts.
pub(super) fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default())
            .expect("a part");
        zip.write_all(content).expect("its content");
    }
    zip.finish().expect("an archive").into_inner()
}

const RELATIONS: &[u8] = br#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="x/styles" Target="styles.xml"/></Relationships>"#;
/// Cell format 1 is a date, 2 a date with time, 3 a length of time.
const STYLES: &[u8] = br#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;

/// A workbook of one sheet with these rows, and shared strings.
pub(super) fn workbook(properties: &str, rows: &str, strings: &[&str]) -> Vec<u8> {
    let book = format!(
        r#"<workbook xmlns:r="r"><workbookPr {properties}/><sheets><sheet name="Leads" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let strings: String = strings
        .iter()
        .map(|text| format!("<si>{text}</si>"))
        .collect();
    zipped(&[
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/styles.xml", STYLES),
        (
            "xl/sharedStrings.xml",
            format!("<sst>{strings}</sst>").as_bytes(),
        ),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

/// A row of cells, each an attribute list and what is in it: `("t=\"b\"", "<v>1</v>")`.
pub(super) fn row(cells: &[(&str, &str)]) -> String {
    let cells = cells
        .iter()
        .map(|(attributes, inner)| format!("<c {attributes}>{inner}</c>"));
    format!("<row>{}</row>", cells.collect::<String>())
}

/// A row of texts that stand in their cells.
pub(super) fn texts(cells: &[&str]) -> String {
    let inner: Vec<String> = cells
        .iter()
        .map(|text| format!("<is><t>{text}</t></is>"))
        .collect();
    let cells: Vec<(&str, &str)> = inner
        .iter()
        .map(|inner| ("t=\"inlineStr\"", inner.as_str()))
        .collect();
    row(&cells)
}

const SECTOR_BYTES: usize = 512;
const FREE: u32 = 0xFFFF_FFFF;
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const TABLE_SECTOR: u32 = 0xFFFF_FFFD;

/// A compound file with one stream of zeros that begins with `content`: sector 0 has the table, 1 the directory, the
/// others the stream.
pub(super) fn compound(stream: &str, content: &[u8]) -> Vec<u8> {
    const STREAM_SECTORS: usize = 8;
    let mut header = vec![0; SECTOR_BYTES];
    header[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    header[28..32].copy_from_slice(&[0xFE, 0xFF, 9, 0]);
    header[44..48].copy_from_slice(&1_u32.to_le_bytes());
    header[48..52].copy_from_slice(&1_u32.to_le_bytes());
    header[60..64].copy_from_slice(&END_OF_CHAIN.to_le_bytes());
    header[68..72].copy_from_slice(&END_OF_CHAIN.to_le_bytes());
    header[76..].fill(0xFF);
    header[76..80].copy_from_slice(&0_u32.to_le_bytes());
    let last = 2 + STREAM_SECTORS as u32 - 1;
    let table = (0..SECTOR_BYTES as u32 / 4).map(|sector| match sector {
        0 => TABLE_SECTOR,
        1 => END_OF_CHAIN,
        sector if sector < last => sector + 1,
        sector if sector == last => END_OF_CHAIN,
        _ => FREE,
    });
    let table: Vec<u8> = table.flat_map(u32::to_le_bytes).collect();
    let bytes = STREAM_SECTORS * SECTOR_BYTES;
    let mut directory = entry("Root Entry", 5, END_OF_CHAIN, 0);
    directory.extend(entry(stream, 2, 2, bytes as u32));
    directory.resize(SECTOR_BYTES, 0);
    let mut data = content.to_vec();
    data.resize(bytes, 0);
    [header, table, directory, data].concat()
}

fn entry(name: &str, kind: u8, start: u32, bytes: u32) -> Vec<u8> {
    let mut entry = vec![0; 128];
    let name = utf16(name, true);
    entry[..name.len()].copy_from_slice(&name);
    entry[64..66].copy_from_slice(&(name.len() as u16 + 2).to_le_bytes());
    entry[66] = kind;
    entry[68..80].fill(0xFF);
    entry[116..120].copy_from_slice(&start.to_le_bytes());
    entry[120..124].copy_from_slice(&bytes.to_le_bytes());
    entry
}
