//! Workbooks as programs write them.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use super::make::{row, texts, workbook, zipped};
use super::{Entry, file};

/// A workbook of several sheets: name, whether it is hidden, its two cells.
fn sheets(of: &[(&str, bool, [&str; 2])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, is_hidden, cells) in of {
        let sheet = book.add_worksheet().set_name(*name).expect("a name");
        for (at, cell) in (0..).zip(cells) {
            sheet.write(at, 0, *cell).expect("a cell");
        }
        sheet.set_hidden(*is_hidden);
    }
    if of.iter().all(|(_, is_hidden, _)| !is_hidden) {
        return book.save_to_buffer().expect("a workbook");
    }
    let shown = of.iter().position(|(_, is_hidden, _)| !is_hidden);
    let sheet = book.worksheet_from_index(shown.expect("one is shown"));
    sheet.expect("a sheet").set_active(true);
    book.save_to_buffer().expect("a workbook")
}

/// What a person fills in: texts, numbers, dates, a formula, gaps, a merged cell.
fn filled_in() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let date = Format::new().set_num_format("dd.mm.yyyy");
    for (column, name) in (0..).zip(["Name", "Tel", "Since", "Sum", "Active"]) {
        sheet.write(0, column, name).expect("a cell");
    }
    sheet.write(2, 0, "Zażółć 🚀").expect("a cell");
    sheet.write(2, 1, "0501234567").expect("a cell");
    let day = ExcelDateTime::from_ymd(2024, 2, 29).expect("a day");
    sheet.write_with_format(2, 2, &day, &date).expect("a cell");
    let sum = Formula::new("=1+1").set_result("2");
    sheet.write_formula(2, 3, sum).expect("a cell");
    sheet.write(2, 4, true).expect("a cell");
    let merged = Format::new();
    sheet
        .merge_range(4, 0, 5, 1, "merged", &merged)
        .expect("a range");
    sheet.write(5, 3, 1.5).expect("a cell");
    book.save_to_buffer().expect("a workbook")
}

fn of_rows(rows: &[String]) -> Vec<u8> {
    workbook("", &rows.concat(), &[])
}

#[rustfmt::skip]
pub(super) fn entries() -> Vec<Entry> {
    vec![
        file("a workbook that a person filled in", "Leads.XLSX", filled_in, &["Name|Tel|Since|Sum|Active", "Zażółć 🚀|0501234567|2024-02-29|2|true", "merged||||", "|||1.5|"]),
        file("a workbook under the name of an old one", "leads.xls", filled_in, &["Name|Tel|Since|Sum|Active", "Zażółć 🚀|0501234567|2024-02-29|2|true", "merged||||", "|||1.5|"]),
        file("several sheets", "a.xlsx", || sheets(&[("One", false, ["name", "A"]), ("Two", false, ["title", "B"])]), &["name", "A"]),
        file("a hidden sheet before the others", "a.xlsx", || sheets(&[("Lists", true, ["x", "y"]), ("Leads", false, ["name", "A"])]), &["name", "A"]),
        file("nothing but hidden sheets", "a.xlsx", || {
            let book = br#"<workbook xmlns:r="r"><sheets><sheet name="a" state="hidden" r:id="r1"/><sheet name="b" state="veryHidden" r:id="r2"/></sheets></workbook>"#;
            let links = br#"<Relationships><Relationship Id="r1" Type="x/worksheet" Target="/xl/a.xml"/><Relationship Id="r2" Type="x/worksheet" Target="b.xml"/></Relationships>"#;
            let sheet = format!("<worksheet><sheetData>{}{}</sheetData></worksheet>", texts(&["name"]), texts(&["A"]));
            zipped(&[("xl/workbook.xml", book), ("xl/_rels/workbook.xml.rels", links), ("xl/a.xml", sheet.as_bytes()), ("xl/b.xml", b"<worksheet/>")])
        }, &["name", "A"]),
        file("a chart for the first sheet", "a.xlsx", || {
            let book = br#"<workbook xmlns:r="r"><sheets><sheet name="Chart" r:id="r1"/><sheet name="b" r:id="r2"/></sheets></workbook>"#;
            let links = br#"<Relationships><Relationship Id="r1" Type="x/chartsheet" Target="c.xml"/><Relationship Id="r2" Type="x/worksheet" Target="b.xml"/></Relationships>"#;
            let sheet = format!("<worksheet><sheetData>{}</sheetData></worksheet>", texts(&["name"]));
            zipped(&[("xl/workbook.xml", book), ("xl/_rels/workbook.xml.rels", links), ("xl/c.xml", b"<chartsheet/>"), ("xl/b.xml", sheet.as_bytes())])
        }, &["name"]),
        file("shared and inline strings", "a.xlsx", || workbook("", &[
            row(&[("t=\"s\"", "<v>0</v>"), ("t=\"inlineStr\"", "<is><r><t>ci</t></r><r><t>ty</t></r></is>")]),
            row(&[("t=\"s\"", "<v>1</v>"), ("t=\"str\"", "<f>B1</f><v>a&amp;b &#x4e2d;</v>")]),
            row(&[("t=\"s\"", "<v>2</v>"), ("t=\"s\"", "<v>3</v>")]),
        ].concat(), &["<t>name</t>", "<r><t>Ri</t></r><r><rPr/><t>ch</t></r><rPh><t>ri</t></rPh>", "<t xml:space=\"preserve\"> a_x000A_b </t>", "<t>_x005F_x0041_</t>"]),
            &["name|city", "Rich|a&b 中", "a\\nb|_x0041_"]),
        file("booleans and errors", "a.xlsx", || of_rows(&[
            texts(&["name", "active", "sum"]),
            row(&[("t=\"inlineStr\"", "<is><t>A</t></is>"), ("t=\"b\"", "<v>1</v>"), ("t=\"e\"", "<v>#DIV/0!</v>")]),
            row(&[("t=\"e\"", "<v>#REF!</v>"), ("t=\"b\"", "<v>0</v>"), ("", "<f>1/0</f>")]),
        ]), &["name|active|sum", "A|true|", "|false|"]),
        file("dates", "a.xlsx", || of_rows(&[
            texts(&["day", "moment", "length", "number"]),
            row(&[("s=\"1\"", "<v>45351</v>"), ("s=\"2\"", "<v>45351.604166666664</v>"), ("s=\"3\"", "<v>1.5</v>"), ("", "<v>45351</v>")]),
            row(&[("s=\"1\"", "<v>60</v>"), ("s=\"2\"", "<v>0.25</v>"), ("t=\"d\"", "<v>2024-02-29T10:00:00</v>"), ("s=\"1\"", "<v>-1</v>")]),
        ]), &["day|moment|length|number", "2024-02-29|2024-02-29 14:30:00|36:00:00|45351", "1900-02-28|06:00:00|2024-02-29 10:00:00|-1"]),
        file("dates counted from 1904", "a.xlsx", || workbook("date1904=\"1\"", &[texts(&["day"]), row(&[("s=\"1\"", "<v>43889</v>")]), row(&[("s=\"1\"", "<v>0</v>")])].concat(), &[]),
            &["day", "2024-02-29", "1904-01-01"]),
        file("numbers", "a.xlsx", || of_rows(&[
            texts(&["n"]), row(&[("", "<v>12345678901234567890</v>")]), row(&[("", "<v>1.1000000000000001</v>")]), row(&[("", "<v>4.1441234567E10</v>")]), row(&[("", "<v>-0</v>")]),
        ]), &["n", "12345678901234567890", "1.1", "41441234567", "-0"]),
        file("gaps", "a.xlsx", || of_rows(&[
            "<row r=\"3\"><c r=\"B3\" t=\"inlineStr\"><is><t>name</t></is></c><c r=\"D3\" t=\"inlineStr\"><is><t>city</t></is></c></row>".into(),
            "<row r=\"9\"><c r=\"B9\" t=\"inlineStr\"><is><t>A</t></is></c></row><row r=\"10\"><c r=\"A10\" s=\"1\"/></row>".into(),
            "<row r=\"11\"><c r=\"F11\"><v>7</v></c></row>".into(),
        ]), &["column_1|name|column_3|city", "|A||", "|||||7"]),
        Entry { has_header: false, ..file("a workbook without a header", "a.xlsx", || of_rows(&[texts(&["A"]), texts(&["B", "b@b.example"])]), &["column 1|column 2", "A|", "B|b@b.example"]) },
        file("a workbook with a header alone", "a.xlsx", || of_rows(&[texts(&["name", "city"])]), &["name|city"]),
        file("an empty workbook", "a.xlsx", || of_rows(&[]), &["!! the file has no header row"]),
        Entry { has_header: false, ..file("an empty workbook without a header", "a.xlsx", || of_rows(&[]), &["!! the file has no rows"]) },
        file("an old workbook of several sheets, the first hidden", "leads.xls", || include_bytes!("../fixtures/leads.xls").to_vec(), &[
            "Name|Phone|Employees|Founded|Seen|Active|Share|Big|Formula",
            "Zażółć 会社 🚀|0501234567|42|2024-02-29|2024-03-01 14:30:00|true|0.3|971501234567|",
            "after a gap||-7|||false|1.1||",
        ]),
        file("an old workbook under the name of a new one", "leads.xlsx", || include_bytes!("../fixtures/corners.xls").to_vec(), &["name", "||…|far (256 cells)"]),
        file("cells out of their order", "a.xlsx", || of_rows(&["<row><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>2</v></c></row>".into()]), &["!! the file cannot be read: the cells of a row are out of order"]),
        file("a cell that names no string", "a.xlsx", || of_rows(&[texts(&["name"]), row(&[("t=\"s\"", "<v>9</v>")])]), &["name", "!! the file cannot be read: a cell names a text that the workbook lacks"]),
    ]
}
