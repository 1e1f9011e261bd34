//! Delimited text.

use tables::{Encoding, Error, Kind, Options, Record, Row, Step};

use crate::support::{list, open, open_with, read, rows, utf16};

const TEXT: &str = "Name;City;Note\nMüller & Söhne;Zürich;\"5€; cheap\"\nÀ Côté;Orléans;ok\n";

fn expected() -> Vec<Vec<String>> {
    vec![
        list(&["Müller & Söhne", "Zürich", "5€; cheap"]),
        list(&["À Côté", "Orléans", "ok"]),
    ]
}

#[test]
fn encodings_are_found_out() {
    let with_mark = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    // Windows-1252: as Latin-1, but for the euro.
    let western = TEXT
        .chars()
        .map(|c| if c == '€' { 0x80 } else { c as u8 })
        .collect::<Vec<u8>>();
    for (bytes, encoding) in [
        (TEXT.as_bytes().to_vec(), Encoding::Utf8),
        (
            with_mark(b"\xEF\xBB\xBF", TEXT.as_bytes().to_vec()),
            Encoding::Utf8,
        ),
        (with_mark(b"\xFF\xFE", utf16(TEXT, true)), Encoding::Utf16Le),
        (
            with_mark(b"\xFE\xFF", utf16(TEXT, false)),
            Encoding::Utf16Be,
        ),
        (utf16(TEXT, true), Encoding::Utf16Le),
        (utf16(TEXT, false), Encoding::Utf16Be),
        (western, Encoding::Windows1252),
    ] {
        let table = open("a.csv", &bytes).unwrap();
        assert_eq!(table.dialect().encoding, Some(encoding));
        assert_eq!(table.dialect().delimiter, Some(b';'));
        assert_eq!(table.dialect().kind, Kind::Delimited);
        assert_eq!(table.header(), list(&["Name", "City", "Note"]));
        assert_eq!(
            rows(table)
                .into_iter()
                .map(Result::unwrap)
                .collect::<Vec<_>>(),
            expected(),
            "{encoding}"
        );
    }
}

#[test]
fn stray_zero_bytes_do_not_make_a_short_text_utf16() {
    for content in [
        "name,about\nA\0B,x\n",
        "name,about\nA\0BC\0,x\n",
        "name\n\0A\n",
        "n,a\nA\0\0B,\0\n",
    ] {
        let table = open("a.csv", content.as_bytes()).unwrap();
        assert_eq!(
            table.dialect().encoding,
            Some(Encoding::Utf8),
            "{content:?}"
        );
        assert_eq!(rows(table).len(), 1, "{content:?}");
    }
    // And where most is Chinese, Cyrillic or nearly nothing, it is found.
    for text in [
        "名称,城市\n北京科技有限公司,北京\n上海贸易公司,上海\n",
        "имя,город\nАнна,Москва\n",
        "n\nA\n",
    ] {
        for (is_le, encoding) in [(true, Encoding::Utf16Le), (false, Encoding::Utf16Be)] {
            let table = open("a.csv", &utf16(text, is_le)).unwrap();
            assert_eq!(table.dialect().encoding, Some(encoding), "{text:?}");
        }
    }
}

#[test]
fn one_byte_that_is_not_utf8_at_the_very_end_decides_for_the_whole_file() {
    let mut bytes = b"name,city\n".to_vec();
    bytes.extend(b"caf\xC3\xA9,Paris\n".repeat(60_000));
    assert_eq!(
        open("a.csv", &bytes).unwrap().dialect().encoding,
        Some(Encoding::Utf8)
    );
    bytes.extend_from_slice(b"caf\xE9,Paris");
    let table = open("a.csv", &bytes).unwrap();
    assert_eq!(table.dialect().encoding, Some(Encoding::Windows1252));
    assert_eq!(
        rows(table).last().unwrap().as_ref().unwrap(),
        &list(&["café", "Paris"])
    );
}

#[test]
fn text_that_contradicts_its_byte_order_mark_is_repaired() {
    let (_, rows) = read("a.csv", b"\xEF\xBB\xBFname,city\ncaf\xE9,Paris\n");
    assert_eq!(rows, [list(&["caf\u{FFFD}", "Paris"])]);
}

#[test]
fn delimiters_are_found_out() {
    for (text, delimiter) in [
        ("a,b,c\n1,2,3\n", b','),
        ("a;b;c\n1,5;2,5;3,5\n", b';'),
        ("a\tb\tc\nx, y\tz; w\t|\n", b'\t'),
        ("a|b|c\n1|2|3\n", b'|'),
        ("\"a,x\";\"b,y\"\n1;2\n", b';'),
        ("name\nSmith; John\n", b','),
        ("sep=;\r\na,b;c\r\n1;2\r\n", b';'),
        (
            "Name;Address, city;Phone\nA;B, c;1\nD;E;2\nF;G, h, i;3\n",
            b';',
        ),
    ] {
        assert_eq!(
            open("a.csv", text.as_bytes()).unwrap().dialect().delimiter,
            Some(delimiter),
            "{text}"
        );
    }
    assert_eq!(
        open("a.tsv", b"name\nx\n").unwrap().dialect().delimiter,
        Some(b'\t')
    );
    let forced = Options {
        delimiter: Some(b'|'),
        ..Options::default()
    };
    assert_eq!(
        open_with("a.csv", b"a,b|c\n", &forced).unwrap().header(),
        list(&["a,b", "c"])
    );
}

#[test]
fn a_declared_delimiter_is_not_a_header() {
    let (header, rows) = read("a.csv", b"sep=|\nname|city\nA|B\n");
    assert_eq!(
        (header, rows),
        (list(&["name", "city"]), vec![list(&["A", "B"])])
    );
}

#[test]
fn line_ends_and_blank_lines() {
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("{end}name,city{end}{end}A,B{end}   {end}C,\"D{end}E\"{end}{end}");
        let (header, rows) = read("a.csv", text.as_bytes());
        assert_eq!(header, list(&["name", "city"]), "{end:?}");
        assert_eq!(
            rows,
            [list(&["A", "B"]), list(&["C", &format!("D{end}E")])],
            "{end:?}"
        );
    }
}

#[test]
fn a_row_of_empty_cells_is_a_row() {
    assert_eq!(
        read("a.csv", b"a,b\n,\n1,2").1,
        [list(&["", ""]), list(&["1", "2"])]
    );
    assert_eq!(read("a.csv", b"a\n\"\"\n1").1, [list(&[""]), list(&["1"])]);
}

#[test]
fn quotes() {
    let text = "a,b,c\n\"say \"\"hi\"\"\",5\" pipe,\"x\"y\n\"\",\"a\nb\",\"c,d\"\n";
    assert_eq!(
        read("a.csv", text.as_bytes()).1,
        [
            list(&["say \"hi\"", "5\" pipe", "xy"]),
            list(&["", "a\nb", "c,d"])
        ]
    );
}

#[test]
fn ragged_rows_lose_nothing() {
    let table = open("a.csv", b"a,b,c,,\n1\n1,2,3,4,5,,\n").unwrap();
    assert_eq!(table.header(), list(&["a", "b", "c"]));
    assert_eq!(tables::column_name(table.header(), 4), "column_5");
    assert_eq!(
        rows(table),
        [
            Ok(list(&["1", "", ""])),
            Ok(list(&["1", "2", "3", "4", "5"]))
        ]
    );
}

#[test]
fn header_names_can_be_keys() {
    let table = open("a.csv", " Email ,,email,EMAIL_2,x,column_2\n".as_bytes()).unwrap();
    assert_eq!(
        table.header(),
        list(&["Email", "column_2_2", "email_3", "EMAIL_2", "x", "column_2"])
    );
}

#[test]
fn nothing_is_told_from_no_header_and_no_rows() {
    assert!(matches!(open("a.csv", b""), Err(Error::Empty)));
    assert!(matches!(
        open("a.csv", b"\xEF\xBB\xBF"),
        Err(Error::NoHeader)
    ));
    assert!(matches!(open("a.csv", b" \r\n\r\n"), Err(Error::NoHeader)));
    assert!(matches!(open("a.csv", b",,,\n,\n"), Err(Error::NoHeader)));
    assert_eq!(read("a.csv", b",,,\n1,2\nx,y\n").0, list(&["1", "2"]));
    assert_eq!(
        read("a.csv", b"name,city"),
        (list(&["name", "city"]), vec![])
    );
}

#[test]
fn values_stay_as_written() {
    let line = "0501234567,+971501234567,1e5,12345678901234567890,007,🚀 שלום,NULL";
    let (_, rows) = read("a.csv", format!("a,b,c,d,e,f,g\n{line}\n").as_bytes());
    assert_eq!(rows[0].join(","), line);
}

#[test]
fn cells_are_trimmed_unless_told_otherwise() {
    let content = "a,b\n  x ,\u{A0}y\t\n".as_bytes();
    assert_eq!(read("a.csv", content).1, [list(&["x", "y"])]);
    let table = open_with(
        "a.csv",
        content,
        &Options {
            trim: false,
            ..Options::default()
        },
    )
    .unwrap();
    assert_eq!(rows(table), [Ok(list(&["  x ", "\u{A0}y\t"]))]);
}

#[test]
fn nul_characters_are_removed() {
    assert_eq!(
        read("a.csv", b"na\0me,b\nA\0B,\0\0C\n\0\n").0,
        list(&["name", "b"])
    );
    assert_eq!(
        read("a.csv", b"na\0me,b\nA\0B,\0\0C\n\0\n").1,
        [list(&["AB", "C"])]
    );
}

#[test]
fn a_quote_that_is_never_closed_costs_its_row_alone() {
    let bytes = b"a,b\n1,2\n\"oops,3\n4,5\n6,7\n";
    for content in [
        bytes.to_vec(),
        [
            b"\xFF\xFE".to_vec(),
            utf16(str::from_utf8(bytes).unwrap(), true),
        ]
        .concat(),
    ] {
        assert_eq!(
            rows(open("a.csv", &content).unwrap()),
            [
                Ok(list(&["1", "2"])),
                Err("row 2: a quotation mark is never closed".to_owned()),
                Ok(list(&["4", "5"])),
                Ok(list(&["6", "7"])),
            ]
        );
    }
    let cut = rows(open("a.csv", b"a,b\r\n1,2\r\n3,\"cut o").unwrap());
    assert_eq!(
        cut,
        [
            Ok(list(&["1", "2"])),
            Err("row 2: a quotation mark is never closed".to_owned())
        ]
    );
}

#[test]
fn a_file_of_unclosed_quotes_is_given_up() {
    let content = ["a,b\n".to_owned(), "z\"x,\"\n".repeat(1_000)].concat();
    let last = open("a.csv", content.as_bytes())
        .unwrap()
        .into_rows()
        .last()
        .unwrap();
    assert!(matches!(last, Err(Error::Malformed(_))), "{last:?}");
}

#[test]
fn skipping_counts_as_reading_does() {
    let mut content = "a,b\n".to_owned();
    for number in 1..=5_000 {
        content.push_str(&format!("{number},\"x\ny\"\n\n"));
    }
    let mut table = open("a.csv", content.as_bytes()).unwrap();
    assert_eq!(table.rows().skip_rows(4_321).unwrap(), 4_321);
    let mut row = Row::new();
    assert_eq!(table.rows().read(&mut row).unwrap(), Step::Row);
    assert_eq!(
        (row.number(), row.cell(0), row.cell(7)),
        (4_322, "4322", "")
    );
    assert_eq!(table.rows().skip_rows(u64::MAX).unwrap(), 678);
    assert_eq!(table.rows().read(&mut row).unwrap(), Step::End);
    assert_eq!(table.rows().progress(), 1.0);
}

#[test]
fn what_is_not_text_is_refused() {
    for (name, content) in [
        ("a.csv", b"PK\x03\x04....".as_slice()),
        ("a.csv", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
        ("a.csv", b"%PDF-1.7"),
        ("a.pdf", b"%PDF-1.7"),
        ("a", b"a,b"),
        ("csv", b"a,b"),
    ] {
        assert!(
            matches!(open(name, content), Err(Error::UnsupportedKind(_))),
            "{name}"
        );
    }
    assert!(matches!(open("a.XLSX", b"a,b\n"), Err(Error::Malformed(_))));
    assert!(matches!(
        Kind::of_file_name("x.y.CSV"),
        Some(Kind::Delimited)
    ));
}

#[test]
fn iteration_ends_after_the_last_row() {
    let mut rows = open("a.csv", b"a\n1").unwrap().into_rows();
    assert!(matches!(rows.next(), Some(Ok(Record::Row(_)))));
    assert!(rows.next().is_none() && rows.next().is_none());
}

#[test]
fn tables_can_move_to_another_thread() {
    fn check<T: Send>() {}
    check::<tables::Table>();
    check::<tables::Rows>();
    check::<Error>();
}

#[test]
fn cells_and_characters_go_over_the_ends_of_chunks() {
    let mut text = "name;note\r\n".to_owned();
    let mut expected = Vec::new();
    for number in 0..30_000 {
        let note = format!("„{number}“; \r\n \"quoted\" 🚀");
        text.push_str(&format!(
            "Größe {number};\"{}\"\r\n",
            note.replace('"', "\"\"")
        ));
        expected.push(vec![format!("Größe {number}"), note]);
    }
    for bytes in [text.as_bytes().to_vec(), utf16(&text, false)] {
        assert_eq!(read("a.csv", &bytes).1, expected);
    }
}

#[test]
fn without_a_header_the_first_row_is_data() {
    let options = Options {
        has_header: false,
        ..Options::default()
    };
    let table = open_with("a.csv", b"sep=;\nA;;\n\nB;b;\nC;;c;;\n", &options).unwrap();
    assert_eq!(table.header(), list(&["column 1", "column 2", "column 3"]));
    assert_eq!(
        rows(table),
        [
            Ok(list(&["A", "", ""])),
            Ok(list(&["B", "b", ""])),
            Ok(list(&["C", "", "c"]))
        ]
    );
    let mut table = open_with("a.csv", b"A\n\"B\nC\n", &options).unwrap();
    assert_eq!(table.rows().skip_rows(1).unwrap(), 1);
    let problem = table.into_rows().next().unwrap().unwrap();
    assert!(matches!(problem, Record::Problem(problem) if problem.number == 2));
    // The first rows alone decide on the columns; what a later one has more is kept.
    let long = format!("{}A,B", "A\n".repeat(200));
    let table = open_with("a.csv", long.as_bytes(), &options).unwrap();
    assert_eq!(table.header(), list(&["column 1"]));
    assert_eq!(rows(table).pop().unwrap(), Ok(list(&["A", "B"])));
    let nothing = open_with("a.csv", b" \n\n", &options);
    assert!(matches!(nothing, Err(Error::NoRows)));
}
