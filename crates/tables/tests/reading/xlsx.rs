//! XLSX, from workbooks written by a library and from archives made by hand.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use tables::{Error, Kind, Options, SheetChoice};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::support::{list, open, open_with, read, rows};

/// A workbook with one of each.
pub(crate) fn sample() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let lists = workbook.add_worksheet().set_name("Lists").unwrap();
    lists.write(0, 0, "hidden").unwrap();
    lists.set_hidden(true);
    let sheet = workbook.add_worksheet().set_name("Leads & Co").unwrap();
    sheet.set_active(true);
    let headers = [
        "Name",
        "Phone",
        "Employees",
        "Founded",
        "Seen",
        "Active",
        "Share",
        "Big",
        "Formula",
        "At",
    ];
    for (column, header) in headers.into_iter().enumerate() {
        sheet.write(0, column as u16, header).unwrap();
    }
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let date_time = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let time = Format::new().set_num_format("hh:mm");
    sheet.write(1, 0, "Zażółć <会社> & \"🚀\"").unwrap();
    sheet.write(1, 1, "0501234567").unwrap();
    sheet.write(1, 2, 42).unwrap();
    sheet
        .write_with_format(1, 3, ExcelDateTime::from_ymd(2024, 2, 29).unwrap(), &date)
        .unwrap();
    let seen = ExcelDateTime::from_ymd(2024, 3, 1)
        .unwrap()
        .and_hms(14, 30, 0)
        .unwrap();
    sheet.write_with_format(1, 4, &seen, &date_time).unwrap();
    sheet.write(1, 5, true).unwrap();
    sheet.write(1, 6, 0.1 + 0.2).unwrap();
    sheet.write(1, 7, 971_501_234_567_f64).unwrap();
    sheet
        .write_formula(1, 8, Formula::new("=1+1").set_result("2"))
        .unwrap();
    sheet.write_with_format(1, 9, 0.75, &time).unwrap();
    // A row with formats but no values, then one with gaps.
    sheet.write_blank(2, 0, &date).unwrap();
    sheet.write(4, 0, "  after a gap\nnext line ").unwrap();
    sheet.write(4, 11, "beyond").unwrap();
    let other = workbook.add_worksheet().set_name("Other").unwrap();
    other.write(0, 0, "only").unwrap();
    other.write(1, 0, "here").unwrap();
    workbook.save_to_buffer().unwrap()
}

/// A workbook of parts as given, with the usual ones around them.
pub(crate) fn archive(sheet: impl Into<Vec<u8>>, strings: Option<&[u8]>) -> Vec<u8> {
    let mut parts: Vec<(&str, Vec<u8>)> = vec![
        (
            "xl/workbook.xml",
            br#"<?xml version="1.0"?><workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#.to_vec(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>"#.to_vec(),
        ),
        ("xl/worksheets/sheet1.xml", sheet.into()),
    ];
    if let Some(strings) = strings {
        parts.push(("xl/sharedStrings.xml", strings.to_vec()));
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn sheet_of(rows: &str) -> String {
    format!(r#"<?xml version="1.0"?><x:worksheet xmlns:x="m"><x:sheetData>{rows}</x:sheetData></x:worksheet>"#)
        .replace("<row", "<x:row")
        .replace("</row", "</x:row")
}

fn too_large(result: Result<tables::Table, Error>, what: &str) {
    let error = result.unwrap_err();
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");
    assert!(
        error.to_string().contains(what) && error.to_string().contains("save as CSV"),
        "{error}"
    );
}

/// Every way to write a cell.
pub(crate) const ROWS: &str = r#"<row><c t="s"><v>0</v></c><c t="inlineStr"><is><r><t>in</t></r><r><t xml:space="preserve"> line</t></r></is></c>
        <c t="str"><f>A1</f><v>a&amp;b&#x41;</v></c><c><v>12345678901234567890</v></c><c><v>1.1000000000000001</v></c></row>
        <row r="9"><c r="A9" t="b"><v>0</v></c><c r="B9" t="e"><v>#N/A</v></c><c r="D9" t="d"><v>2024-02-29T00:00:00</v></c>
        <c r="E9" t="s"><v>1</v></c></row><row/>"#;
/// The shared strings that [`ROWS`] names.
pub(crate) const STRINGS: &str = "<sst><si><t>head</t><rPh sb=\"0\"><t>hed</t></rPh></si><si><t>a_x000D_b_x005F_x</t></si></sst>";

#[test]
fn values_are_text_as_written() {
    let table = open("Leads.XLSX", &sample()).unwrap();
    assert_eq!(table.dialect().kind, Kind::Xlsx);
    assert_eq!(table.dialect().sheet.as_deref(), Some("Leads & Co"));
    assert_eq!(table.sheet_names(), list(&["Lists", "Leads & Co", "Other"]));
    assert_eq!(
        rows(table),
        [
            Ok(list(&[
                "Zażółć <会社> & \"🚀\"",
                "0501234567",
                "42",
                "2024-02-29",
                "2024-03-01 14:30:00",
                "true",
                "0.3",
                "971501234567",
                "2",
                "18:00:00",
            ])),
            Ok(list(&[
                "after a gap\nnext line",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "",
                "beyond"
            ])),
        ]
    );
}

#[test]
fn another_sheet_can_be_chosen_and_the_name_may_say_xls() {
    let other = Options {
        sheet: SheetChoice::Named("OTHER".to_owned()),
        ..Options::default()
    };
    assert_eq!(
        rows(open_with("a.xls", &sample(), &other).unwrap()),
        [Ok(list(&["here"]))]
    );
    let none = Options {
        sheet: SheetChoice::Named("Third".to_owned()),
        ..Options::default()
    };
    assert!(matches!(
        open_with("a.xlsx", &sample(), &none),
        Err(Error::NoSuchSheet(_))
    ));
}

#[test]
fn every_way_to_write_a_cell() {
    let (header, rows) = read("a.xlsx", &archive(sheet_of(ROWS), Some(STRINGS.as_bytes())));
    assert_eq!(
        header,
        list(&["head", "in line", "a&bA", "12345678901234567890", "1.1"])
    );
    assert_eq!(rows, [list(&["false", "", "", "2024-02-29", "a\rb_x"])]);
}

#[test]
fn an_empty_sheet_has_no_header() {
    for rows in ["", "<row/>", r#"<row><c r="A1" s="1"/></row>"#] {
        assert!(matches!(
            open("a.xlsx", &archive(sheet_of(rows), None)),
            Err(Error::NoHeader)
        ));
    }
    assert!(matches!(
        open(
            "a.xlsx",
            &archive("<worksheet><sheetData/></worksheet>", None)
        ),
        Err(Error::NoHeader)
    ));
}

#[test]
fn a_workbook_cut_short_is_said_to_be_incomplete() {
    let whole = sample();
    for bytes in [8, 100, whole.len() / 2, whole.len() - 30] {
        let result = open("a.xlsx", &whole[..bytes]);
        assert!(
            matches!(result, Err(Error::Truncated(_))),
            "{bytes}: {result:?}"
        );
    }
    let cut = archive(
        "<worksheet><sheetData><row><c t=\"str\"><v>a</v></c></row><row><c t=\"str\"><v>b",
        None,
    );
    let last = open("a.xlsx", &cut).unwrap().into_rows().last().unwrap();
    assert!(matches!(last, Err(Error::Truncated(_))), "{last:?}");
}

#[test]
fn an_archive_without_a_workbook_is_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("readme.txt", SimpleFileOptions::default())
        .unwrap();
    let content = zip.finish().unwrap().into_inner();
    assert!(matches!(open("a.xlsx", &content), Err(Error::Malformed(_))));
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    let zeros = vec![b' '; 65 << 20];
    too_large(
        open("a.xlsx", &archive(sheet_of(""), Some(&zeros))),
        "shared strings",
    );
    let spaces = " ".repeat(8 << 20);
    too_large(
        open("a.xlsx", &archive(sheet_of(&spaces), None)),
        "compression",
    );
    let small = Options {
        worksheet_bytes_max: 1 << 20,
        ..Options::default()
    };
    too_large(
        open_with("a.xlsx", &archive(sheet_of(&spaces), None), &small),
        "worksheet",
    );
    let total = Options {
        workbook_bytes_max: 1 << 20,
        ..Options::default()
    };
    too_large(
        open_with("a.xlsx", &archive(sheet_of(&spaces), None), &total),
        "unpacked workbook",
    );
    let few = Options {
        workbook_entries_max: 2,
        ..Options::default()
    };
    too_large(
        open_with("a.xlsx", &archive(sheet_of(""), None), &few),
        "number of parts",
    );
}

#[test]
fn a_part_larger_than_it_declares_is_refused() {
    let rows = r#"<row><c t="str"><v>value</v></c></row>"#.repeat(20_000);
    let sheet = sheet_of(&rows);
    let mut content = archive(sheet.as_str(), None);
    // The archive's directory, and the header in front of the part, say a hundredth of its size.
    let (true_size, lie) = (
        (sheet.len() as u32).to_le_bytes(),
        (sheet.len() as u32 / 100).to_le_bytes(),
    );
    let mut found = 0;
    while let Some(at) = content.windows(4).position(|window| window == true_size) {
        content[at..at + 4].copy_from_slice(&lie);
        found += 1;
    }
    assert!(found > 0);
    let result = open("a.xlsx", &content)
        .and_then(|table| table.into_rows().try_for_each(|row| row.map(drop)));
    assert!(matches!(result, Err(Error::Malformed(_))), "{result:?}");
}

#[test]
fn a_huge_cell_costs_its_row_and_a_huge_value_the_file() {
    let cell = |bytes: usize| {
        format!(
            r#"<row><c t="str"><v>{}</v></c></row>"#,
            "xyzw".repeat(bytes / 4)
        )
    };
    let any_ratio = Options {
        ratio_max: u64::MAX,
        ..Options::default()
    };
    let sheet = sheet_of(&[cell(4), cell(10 << 20), cell(4)].concat());
    let table = open_with("a.xlsx", &archive(sheet.as_str(), None), &any_ratio).unwrap();
    assert_eq!(
        rows(table),
        [
            Err("row 1: a cell is longer than 1 MiB".to_owned()),
            Ok(list(&["xyzw"]))
        ]
    );
    let sheet = sheet_of(&[cell(4), cell(40 << 20)].concat());
    let last = open_with("a.xlsx", &archive(sheet.as_str(), None), &any_ratio)
        .unwrap()
        .into_rows()
        .last()
        .unwrap();
    assert!(matches!(last, Err(Error::TooLarge { .. })), "{last:?}");
}

#[test]
fn too_many_columns_and_cells_out_of_order() {
    let header: String = (0..10_000)
        .map(|column| format!(r#"<c t="str"><v>h{column}</v></c>"#))
        .collect();
    let result = open(
        "a.xlsx",
        &archive(sheet_of(&format!("<row>{header}</row>")), None),
    );
    assert!(
        matches!(result, Err(Error::TooManyColumns { .. })),
        "{result:?}"
    );
    let far = r#"<row><c r="A1"><v>1</v></c></row><row><c r="XFD2"><v>9</v></c></row>"#;
    let far = rows(open("a.xlsx", &archive(sheet_of(far), None)).unwrap());
    assert_eq!(
        far,
        [Err("row 1: the row has more than 1000 cells".to_owned())]
    );
    let back = r#"<row><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>"#;
    assert!(matches!(
        open("a.xlsx", &archive(sheet_of(back), None)),
        Err(Error::Malformed(_))
    ));
}

#[test]
fn deep_nesting_is_refused() {
    let sheet = format!("<worksheet>{}", "<a>".repeat(100_000));
    assert!(matches!(
        open("a.xlsx", &archive(sheet.as_str(), None)),
        Err(Error::Malformed(_))
    ));
}

#[test]
fn many_cells_that_name_one_long_text_are_bounded() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "long".repeat(1 << 16));
    let sheet = sheet_of(&r#"<row><c t="s"><v>0</v></c></row>"#.repeat(1_000));
    let options = Options {
        worksheet_bytes_max: 16 << 20,
        ..Options::default()
    };
    let mut table = open_with(
        "a.xlsx",
        &archive(sheet.as_str(), Some(strings.as_bytes())),
        &options,
    )
    .unwrap();
    assert_eq!(table.rows().skip_rows(63).unwrap(), 63);
    let last = table.into_rows().last().unwrap();
    assert!(matches!(last, Err(Error::TooLarge { .. })), "{last:?}");
}
