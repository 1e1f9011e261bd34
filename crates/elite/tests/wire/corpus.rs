//! Files as they are in the world, and as nobody should send them: each is read rightly or refused with a clear 4xx, and
//! afterwards the campaign holds what the answer says.

use std::io::{Cursor, Write};

use rust_xlsxwriter::Workbook;
use serde_json::json;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::imports::uploaded;
use crate::people::Person;
use crate::problems::assert_detail;
use crate::world::on_both;

const XLS: &[u8] = include_bytes!("../../../tables/tests/fixtures/leads.xls");
const MEBIBYTE: usize = 1 << 20;

/// Two companies whose names need more than ASCII.
const TEXT: &str = "Name,City,About\nCafé Zürich,Zürich,\"Über, alles\"\nØresund ApS,København,\n";

fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [
        ["Name", "City", "About"],
        ["Café Zürich", "Zürich", "Über, alles"],
        ["Øresund ApS", "København", ""],
    ];
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell).expect("a cell");
        }
    }
    sheet.write_string(0, 3, "Phone").expect("a cell");
    sheet.write_number(1, 3, 41_441_234_567.0).expect("a cell");
    sheet.write_number(2, 3, 0.5).expect("a cell");
    book.save_to_buffer().expect("a workbook")
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1));
    for (name, content) in parts {
        zip.start_file(*name, options).expect("a part");
        zip.write_all(content).expect("its content");
    }
    zip.finish().expect("an archive").into_inner()
}

/// A workbook whose one sheet is `sheet`.
fn workbook_of(sheet: &[u8]) -> Vec<u8> {
    let types = br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
    let root = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let book = br#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let links = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    zipped(&[
        ("[Content_Types].xml", types),
        ("_rels/.rels", root),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", links),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

fn utf_16(text: &str, is_big_endian: bool) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    let bytes = units.map(|unit| {
        if is_big_endian {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    });
    bytes.flatten().collect()
}

/// Uploads a file that holds the companies of [`TEXT`] and compares.
async fn reads(owner: &Person, label: &str, name: &str, content: &[u8]) {
    let campaign = owner.campaign(label).await;
    let answer = owner.upload(&campaign, name, content).await;
    uploaded(answer, &campaign, [2, 2, 0]);
    let leads = owner.sees_leads(&campaign).await;
    let found: Vec<_> = leads
        .iter()
        .map(|lead| json!([lead["title"], lead["address"], lead["description"]]))
        .collect();
    let expected = [
        json!(["Café Zürich", "Zürich", "Über, alles"]),
        json!(["Øresund ApS", "København", null]),
    ];
    assert_eq!(found, expected, "{label}");
}

#[tokio::test]
async fn fix_27_text_is_read_in_every_usual_encoding_and_with_every_separator() {
    on_both(async |world| {
        let owner = world.company().await;
        let semicolons = TEXT
            .replace("\"Über, alles\"", "Über# alles")
            .replace(',', ";")
            .replace('#', ",");
        let tabs = semicolons.replace(';', "\t");
        let crlf = TEXT.replace('\n', "\r\n");
        let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(TEXT);
        let bom = [b"\xef\xbb\xbf", TEXT.as_bytes()].concat();
        reads(&owner, "UTF-8", "a.csv", TEXT.as_bytes()).await;
        reads(&owner, "With a mark", "a.csv", &bom).await;
        reads(&owner, "Windows-1252", "a.csv", &latin).await;
        reads(&owner, "UTF-16 little", "a.csv", &utf_16(TEXT, false)).await;
        reads(&owner, "UTF-16 big", "a.csv", &utf_16(TEXT, true)).await;
        reads(&owner, "Semicolons", "a.csv", semicolons.as_bytes()).await;
        reads(&owner, "Tabs", "a.csv", tabs.as_bytes()).await;
        reads(&owner, "Tabs by name", "a.tsv", tabs.as_bytes()).await;
        reads(&owner, "Line ends of Windows", "A.CSV", crlf.as_bytes()).await;
        reads(
            &owner,
            "Without a last line end",
            "a.csv",
            TEXT.trim_end().as_bytes(),
        )
        .await;
        reads(
            &owner,
            "Blank lines",
            "a.csv",
            TEXT.replace('\n', "\n\n").as_bytes(),
        )
        .await;
        reads(&owner, "A workbook", "a.xlsx", &workbook()).await;
    })
    .await;
}

#[tokio::test]
async fn fix_28_numbers_of_a_workbook_have_no_made_up_fraction() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Numbers").await;
        uploaded(
            owner.upload(&campaign, "a.xlsx", &workbook()).await,
            &campaign,
            [2, 2, 0],
        );
        let leads = owner.sees_leads(&campaign).await;
        assert_eq!(
            (&leads[0]["phone"], &leads[1]["phone"]),
            (&json!("41441234567"), &json!("0.5"))
        );
    })
    .await;
}

#[tokio::test]
async fn an_old_workbook_is_read() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Old").await;
        let answer = owner
            .upload(&campaign, "Leads.XLS", XLS)
            .await
            .expect_status(201)
            .json();
        let created = answer["stats"]["leads_created"].as_u64().expect("a number");
        assert!(created > 0, "{answer}");
        assert_eq!(owner.sees_leads(&campaign).await.len() as u64, created);
    })
    .await;
}

#[tokio::test]
async fn quoted_line_ends_and_ragged_rows_are_read() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Quoted").await;
        let text =
            "name,about,city\n\"A \"\"B\"\"\",\"one\ntwo\r\nthree\",Rome\nShort\nLong,x,y,z,,q\n";
        uploaded(
            owner.upload(&campaign, "a.csv", text.as_bytes()).await,
            &campaign,
            [3, 3, 0],
        );
        let leads = owner.sees_leads(&campaign).await;
        assert_eq!(leads[0]["title"], "A \"B\"");
        let about = leads[0]["description"]
            .as_str()
            .unwrap_or_default()
            .replace("\r\n", "\n");
        assert_eq!(about, "one\ntwo\nthree");
        assert_eq!(
            (&leads[1]["title"], &leads[1]["address"]),
            (&json!("Short"), &json!(null))
        );
        assert_eq!(leads[2]["address"], "y");
        let extra = leads[2]["scraped_data"].as_object().expect("extra");
        assert!(
            extra.values().any(|value| value == "z") && extra.values().any(|value| value == "q"),
            "{extra:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn nul_and_odd_characters_in_a_file_never_break_it() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Odd").await;
        let text = "name,ci\u{0}ty,note\nA\u{0}B,Ro\u{0}me,\u{0}\nC\u{1}D,\u{7f},\u{202e}x\n";
        let answer = owner.upload(&campaign, "a.csv", text.as_bytes()).await;
        let status = answer.status.as_u16();
        assert!(
            status == 201 || status == 400,
            "{status}: {}",
            answer.text()
        );
        if status == 201 {
            let created = answer.json()["stats"]["leads_created"]
                .as_u64()
                .expect("a number");
            let leads = owner.sees_leads(&campaign).await;
            assert_eq!(leads.len() as u64, created);
            assert!(!json!(leads).to_string().contains("\\u0000"));
        }
    })
    .await;
}

#[tokio::test]
async fn ten_thousand_columns_and_a_cell_of_ten_megabytes_are_within_bounds_or_refused() {
    on_both(async |world| {
        let owner = world.company().await;
        let header: Vec<String> = (0..10_000).map(|n| format!("c{n}")).collect();
        let wide = format!(
            "name,{}\nA,{}\nB\n",
            header.join(","),
            vec!["x"; 10_000].join(",")
        );
        let huge = format!("name,about\nA,\"{}\"\nB,fine\n", "y".repeat(10 * MEBIBYTE));
        let one_line = "z".repeat(12 * MEBIBYTE);
        let open_quote = format!("name\n\"{}", "q".repeat(12 * MEBIBYTE));
        for (label, content) in [
            ("Wide", wide),
            ("Huge", huge),
            ("One line", one_line),
            ("Open quote", open_quote),
        ] {
            let campaign = owner.campaign(label).await;
            let answer = owner.upload(&campaign, "a.csv", content.as_bytes()).await;
            let status = answer.status.as_u16();
            assert!(
                [201, 400, 413].contains(&status),
                "{label}: {status} {}",
                answer.text()
            );
            assert!(
                answer.body.len() < 200_000,
                "{label}: {} bytes of answer",
                answer.body.len()
            );
            let leads = owner.sees_leads(&campaign).await.len();
            if status == 201 {
                assert_eq!(answer.json()["stats"]["leads_created"], leads, "{label}");
            }
        }
    })
    .await;
}

/// A workbook of 100 kB that holds one text of 100 MiB.
fn bomb() -> Vec<u8> {
    let mut sheet = br#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>"#.to_vec();
    sheet.resize(sheet.len() + 100 * MEBIBYTE, b'b');
    sheet.extend_from_slice(b"</t></is></c></row></sheetData></worksheet>");
    workbook_of(&sheet)
}

#[tokio::test]
async fn a_zip_bomb_is_refused_before_it_is_one() {
    let bomb = bomb();
    assert!(bomb.len() < 2 * MEBIBYTE);
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Bomb").await;
        let answer = owner.upload(&campaign, "a.xlsx", &bomb).await;
        assert!(
            [400, 413].contains(&answer.status.as_u16()),
            "{}",
            answer.text()
        );
        assert!(answer.json()["detail"].is_string());
        assert_eq!(owner.sees_leads(&campaign).await.len(), 0);
        owner.sees("/health").await;
    })
    .await;
}

#[tokio::test]
async fn files_that_are_not_what_they_say_are_refused() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Liars").await;
        let book = workbook();
        let cases: [(&str, &[u8]); 8] = [
            ("cut.xlsx", &book[..book.len() / 2]),
            ("cut.xlsx", &book[..book.len() - 30]),
            ("text.xlsx", TEXT.as_bytes()),
            ("cut.xls", &XLS[..XLS.len() / 2]),
            ("text.xls", TEXT.as_bytes()),
            ("other.xlsx", &zipped(&[("readme.txt", b"no workbook")])),
            ("broken.xlsx", &workbook_of(b"<worksheet><sheetData><row")),
            ("zeros.xls", &[0; 4096]),
        ];
        for (name, content) in cases {
            let answer = owner.upload(&campaign, name, content).await;
            let status = answer.status.as_u16();
            // Text under a workbook's name may be read as the text that it is.
            let is_text = content == TEXT.as_bytes();
            assert!(
                status == 400 || (is_text && status == 201),
                "{name}: {status} {}",
                answer.text()
            );
            assert!(is_text || answer.json()["detail"].is_string(), "{name}");
        }
        let campaign = owner.campaign("Binary").await;
        let answer = owner.upload(&campaign, "book.csv", &book).await;
        assert!(
            [201, 400].contains(&answer.status.as_u16()),
            "{}",
            answer.text()
        );
    })
    .await;
}

#[tokio::test]
async fn an_empty_workbook_is_told_so() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Empty").await;
        let mut book = Workbook::new();
        book.add_worksheet()
            .write_string(0, 0, "Name")
            .expect("a cell");
        let header_only = book.save_to_buffer().expect("a workbook");
        assert_detail(
            &owner.upload(&campaign, "a.xlsx", &header_only).await,
            400,
            "File is empty",
        );
        let mut book = Workbook::new();
        book.add_worksheet();
        let nothing = book.save_to_buffer().expect("a workbook");
        assert_detail(
            &owner.upload(&campaign, "a.xlsx", &nothing).await,
            400,
            "File is empty or malformed",
        );
    })
    .await;
}
