//! What is written reads back the same.

use std::io::Write;

use tables::writing::{Cell, Format, Writer, is_formula_like};
use tables::{Options, Record};

/// Rows of texts, written in pieces and read back untrimmed, the header first.
fn round_trip(format: Format, header: &[&str], rows: &[Vec<&str>]) -> Vec<Vec<String>> {
    let header: Vec<String> = header.iter().map(|&name| name.into()).collect();
    let mut writer = Writer::new(format, &header).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    for row in rows {
        writer
            .row(row.iter().map(|&text| Cell::Text(text.into())))
            .unwrap();
        file.write_all(&writer.take()).unwrap();
    }
    file.write_all(&writer.finish().unwrap()).unwrap();
    let name = match format {
        Format::Csv => "a.csv",
        Format::Xlsx => "a.xlsx",
    };
    let options = Options {
        trim: false,
        ..Options::default()
    };
    let table = tables::open_file(file, name, &options).unwrap();
    let mut read = vec![table.header().to_vec()];
    for record in table.into_rows() {
        match record.unwrap() {
            Record::Row(row) => read.push(row.cells().map(str::to_owned).collect()),
            Record::Problem(problem) => panic!("{problem}"),
        }
    }
    read
}

#[test]
fn nasty_texts_come_back_as_they_were() {
    let rows = [
        vec!["plain", "Zürich, \"old\" town", "two\r\nlines\n"],
        vec![" blank ends ", "<b>&amp;</b> ]]>", "日本語 😀 العربية"],
        vec!["_x0041_ _x000D_", "007", "1,5;2"],
        vec!["", "'quoted'", "\u{1}\u{b}"],
    ];
    for format in [Format::Csv, Format::Xlsx] {
        let read = round_trip(format, &["a", "b", "c"], &rows);
        assert_eq!(read[0], ["a", "b", "c"]);
        assert_eq!(&read[1..], rows, "{format:?}");
    }
}

#[test]
fn what_could_be_a_formula_is_made_harmless() {
    let texts = ["=1+1", "+49 30 5", "-x", "@SUM(A1)", "\t=1", "\r=1"];
    assert!(texts.iter().all(|text| is_formula_like(text)));
    for format in [Format::Csv, Format::Xlsx] {
        for text in texts {
            let read = round_trip(format, &["=cmd"], &[vec![text]]);
            assert_eq!(read, [vec!["'=cmd".to_owned()], vec![format!("'{text}")]]);
        }
        let harmless = ["a=1", "1-2", "x@y.example", "'=1"];
        for text in harmless {
            assert_eq!(round_trip(format, &["a"], &[vec![text]])[1], [text]);
        }
    }
}

#[test]
fn numbers_stay_numbers() {
    let header = ["score".to_owned()];
    let mut writer = Writer::new(Format::Csv, &header).unwrap();
    writer.row([Cell::Number(-3), Cell::Empty]).unwrap();
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(text, "\u{feff}score\r\n-3,\r\n");
}

#[test]
fn what_is_ready_is_given_out_while_writing() {
    for format in [Format::Csv, Format::Xlsx] {
        let mut writer = Writer::new(format, &["a".to_owned()]).unwrap();
        let mut waiting_max = 0;
        for number in 0..200_000_i64 {
            writer
                .row([Cell::Number(number.wrapping_mul(2_654_435_761))])
                .unwrap();
            if number % 1_000 == 0 {
                waiting_max = waiting_max.max(writer.take().len());
            }
        }
        assert!(
            waiting_max > 0 && waiting_max < 1 << 20,
            "{format:?}: {waiting_max}"
        );
        assert!(writer.finish().unwrap().len() < 1 << 20);
    }
}
