//! Files that are cut, lie, or are something else.

use super::make::{compound, row, texts, utf16, workbook, zipped};
use super::{Entry, file, text};

const XLS: &[u8] = include_bytes!("../fixtures/leads.xls");
const NO_WORKBOOK: &[&str] = &[
    "!! the file cannot be read: it is not an Excel workbook, whatever its name says; if it is text, name it .csv",
];
const PROTECTED: &[&str] =
    &["!! the file cannot be read: it is protected by a password; save it without one"];

fn two_rows() -> Vec<u8> {
    let rows: String = (0..500)
        .map(|n| texts(&[&format!("Firm {n}"), "Rome"]))
        .collect();
    workbook("", &(texts(&["name", "city"]) + &rows), &[])
}

/// A sheet of 8 MiB of blanks, which packs to nearly nothing.
fn bomb() -> Vec<u8> {
    workbook("", &" ".repeat(8 << 20), &[])
}

/// A sheet of which directory and header say that it has a hundredth of its bytes.
fn liar() -> Vec<u8> {
    let rows = row(&[("t=\"str\"", "<v>value</v>")]).repeat(20_000);
    let sheet_bytes = "<worksheet><sheetData></sheetData></worksheet>".len() + rows.len();
    let mut bytes = workbook("", &rows, &[]);
    let truth = (sheet_bytes as u32).to_le_bytes();
    let lie = (sheet_bytes as u32 / 100).to_le_bytes();
    while let Some(at) = bytes.windows(4).position(|window| window == truth) {
        bytes[at..at + 4].copy_from_slice(&lie);
    }
    bytes
}

/// A workbook whose parts are marked as encrypted.
fn encrypted_zip() -> Vec<u8> {
    let mut bytes = two_rows();
    for (mark, flags_at) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let starts: Vec<usize> = (0..bytes.len() - 4)
            .filter(|at| bytes[*at..].starts_with(mark))
            .collect();
        for at in starts {
            bytes[at + flags_at] |= 1;
        }
    }
    bytes
}

#[rustfmt::skip]
pub(super) fn entries() -> Vec<Entry> {
    vec![
        text("nothing at all", Vec::new, &["!! the file is empty"]),
        text("a mark and nothing else", || b"\xef\xbb\xbf".to_vec(), &["!! the file has no header row"]),
        text("blank lines and nothing else", || b" \r\n\n\t\n".to_vec(), &["!! the file has no header row"]),
        text("separators and nothing else", || b",,,\n,,\n".to_vec(), &["!! the file has no header row"]),
        Entry { has_header: false, ..text("blank lines and nothing else, without a header", || b" \r\n\n".to_vec(), &["!! the file has no rows"]) },
        text("zeros", || vec![0; 4096], &["!! the file has no header row"]),
        text("a text cut within a row", || "name,city,tel\nA,Rome,1\nB,Ul".into(), &["name|city|tel", "A|Rome|1", "B|Ul|"]),
        file("an archive named as text", "leads.csv", two_rows, &["!! the file is named as text but holds a workbook or an archive; name it .xlsx or save it as CSV"]),
        file("an old workbook named as text", "leads.txt", || XLS.to_vec(), &["!! the file is named as text but holds a workbook or an archive; name it .xls or save it as CSV"]),
        file("a PDF named as text", "leads.csv", || b"%PDF-1.7\n1 0 obj".to_vec(), &["!! the file is named as text but is a PDF document"]),
        file("a gzip archive named as text", "leads.csv", || b"\x1f\x8b\x08\x00abc".to_vec(), &["!! the file is named as text but is a gzip archive"]),
        file("a picture named as text", "leads.csv", || b"\x89PNG\r\n\x1a\n".to_vec(), &["!! the file is named as text but is a picture"]),
        file("text named as a workbook", "leads.xlsx", || "name,city\nA,Rome\n".into(), NO_WORKBOOK),
        file("a web page named as an old workbook", "report.xls", || "<html><table><tr><td>name</td></tr></table></html>".into(), NO_WORKBOOK),
        file("UTF-16 named as an old workbook", "report.xls", || utf16("\u{feff}name\tcity\nA\tRome\n", true), NO_WORKBOOK),
        file("another kind of file", "leads.pdf", || "name\nA\n".into(), &["!! the file must be .csv, .tsv, .xlsx or .xls"]),
        file("no ending", "leads", || "name\nA\n".into(), &["!! the file must be .csv, .tsv, .xlsx or .xls"]),
        file("an archive of something else", "a.xlsx", || zipped(&[("readme.txt", b"no workbook")]), &["!! the file cannot be read: the archive holds no Excel workbook"]),
        file("an OpenDocument table", "a.xlsx", || zipped(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>")]), &["!! the file cannot be read: the archive holds no Excel workbook"]),
        file("a binary workbook", "a.xlsx", || zipped(&[
            ("_rels/.rels", br#"<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>"#),
            ("xl/workbook.bin", b"\x83\x01\x00"), ("xl/_rels/workbook.bin.rels", b"<Relationships/>"),
        ]), &["!! the file cannot be read: it is a binary workbook (.xlsb); save it as .xlsx or CSV"]),
        file("a text document named as a workbook", "a.xlsx", || zipped(&[
            ("_rels/.rels", br#"<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="word/document.xml"/></Relationships>"#),
            ("word/document.xml", b"<document/>"),
        ]), &["!! the file cannot be read: the archive holds no Excel workbook"]),
        file("a workbook cut in the middle", "a.xlsx", || { let whole = two_rows(); whole[..whole.len() / 2].to_vec() }, &["!! the file is incomplete: the workbook's last part is missing"]),
        file("a workbook cut before its end", "a.xlsx", || { let whole = two_rows(); whole[..whole.len() - 10].to_vec() }, &["!! the file is incomplete: the workbook's last part is missing"]),
        file("a sheet cut within a row", "a.xlsx", || {
            let rows = texts(&["name"]) + &texts(&["A"]) + "<row><c t=\"str\"><v>B";
            let sheet = format!("<worksheet><sheetData>{rows}");
            zipped(&[
                ("xl/workbook.xml", br#"<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>"#),
                ("xl/_rels/workbook.xml.rels", br#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="a.xml"/></Relationships>"#),
                ("xl/a.xml", sheet.as_bytes()),
            ])
        }, &["name", "A", "!! the file is incomplete: a part of the workbook ends early"]),
        file("a workbook without its sheet", "a.xlsx", || zipped(&[
            ("xl/workbook.xml", br#"<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>"#),
            ("xl/_rels/workbook.xml.rels", br#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="a.xml"/></Relationships>"#),
        ]), &["!! the file cannot be read: the workbook lacks its part xl/a.xml"]),
        file("a workbook without any sheet", "a.xlsx", || zipped(&[("xl/workbook.xml", b"<workbook><sheets/></workbook>"), ("xl/_rels/workbook.xml.rels", b"<Relationships/>")]),
            &["!! the file cannot be read: the workbook has no worksheet"]),
        file("a sheet whose tags do not match", "a.xlsx", || workbook("", "<row></c>", &[]), &["!! the file is incomplete: a part of the workbook ends early"]),
        file("an old workbook cut in the middle", "a.xls", || XLS[..XLS.len() / 2].to_vec(), &["!! the file is incomplete: the workbook ends early"]),
        file("an old workbook cut within its header", "a.xls", || XLS[..100].to_vec(), &["!! the file is incomplete: the workbook ends within its header"]),
        file("an old workbook of rubbish", "a.xls", || [&XLS[..64], &[0x55; 4096]].concat(), &["!! the file is incomplete: the workbook ends early"]),
        file("a workbook with a password", "a.xlsx", || compound("EncryptedPackage", b""), PROTECTED),
        file("an old workbook with a password", "a.xls", || compound("Workbook", b"\x09\x08\x04\x00\x00\x06\x05\x00\x2f\x00\x02\x00\x01\x00"), PROTECTED),
        file("a workbook whose parts are encrypted", "a.xlsx", encrypted_zip, PROTECTED),
        file("a text document of the same file structure", "a.xls", || compound("WordDocument", b""), &["!! the file cannot be read: it is not an Excel workbook"]),
        file("a workbook that unpacks to far more", "a.xlsx", bomb, &["!! the compression of the workbook is over the limit of 250 to 1; save as CSV and upload that"]),
        file("a workbook that lies about its size", "a.xlsx", liar, &["!! the file cannot be read: a part of the workbook is larger than it says"]),
        file("shared strings of gigabytes", "a.xlsx", || {
            let mut bytes = workbook("", &texts(&["name"]), &["<t>x</t>"]);
            let name = b"xl/sharedStrings.xml";
            let at = bytes.windows(name.len()).rposition(|window| window == name).expect("its entry");
            bytes[at - 46 + 24..at - 46 + 28].copy_from_slice(&0xFFFF_FFF0_u32.to_le_bytes());
            bytes
        }, &["!! the unpacked workbook is over the limit of 2 GiB; save as CSV and upload that"]),
        file("parts without end", "a.xlsx", || {
            let names: Vec<String> = (0..10_001).map(|n| format!("p{n}")).collect();
            let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
            zipped(&parts)
        }, &["!! the number of parts in the workbook is over the limit of 10000; save as CSV and upload that"]),
    ]
}
