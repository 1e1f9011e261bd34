//! Any table, written in any dialect, reads back the same.

use tables::Options;

use crate::{
    support::{open_with, rows, utf16},
    xlsx,
};

/// Runs of the property; each has its own seed.
const SEEDS: u64 = 300;

/// A small generator (SplitMix64), so that a failing seed can be run again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn cell(&mut self, alphabet: &[&str]) -> String {
        (0..self.below(9)).map(|_| *self.pick(alphabet)).collect()
    }
}

const WESTERN: &[&str] = &[
    "a", "B", "0", "é", "ß", "ÿ", " ", ",", ";", "\t", "|", "\"", "\n", "\r", "\r\n", "\"\"", "-",
    "=",
];
const WORLD: &[&str] = &[
    "a",
    "é",
    "語",
    "🚀",
    "שלום",
    "ا",
    " ",
    ",",
    ";",
    "\t",
    "|",
    "\"",
    "\n",
    "\r",
    "\u{FEFF}",
    "\u{10FFFF}",
];

fn write(table: &[Vec<String>], delimiter: char, end: &str, random: &mut Random) -> String {
    let mut text = String::new();
    for row in table {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| {
                let needs_quotes =
                    cell.contains([',', ';', '\t', '|', '"', '\n', '\r']) || cell.trim().is_empty();
                if needs_quotes || random.below(4) == 0 {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                } else {
                    cell.clone()
                }
            })
            .collect();
        text.push_str(&cells.join(&delimiter.to_string()));
        text.push_str(end);
    }
    if random.below(2) == 0 {
        text.truncate(text.len() - end.len());
    }
    text
}

#[test]
fn any_table_in_any_dialect_reads_back_the_same() {
    for seed in 0..SEEDS {
        let mut random = Random(seed);
        let columns = 2 + random.below(6);
        let is_western = random.below(3) == 0;
        let alphabet = if is_western { WESTERN } else { WORLD };
        let mut table = vec![
            (0..columns)
                .map(|column| format!("h{column}"))
                .collect::<Vec<_>>(),
        ];
        for _ in 0..random.below(40) {
            table.push((0..columns).map(|_| random.cell(alphabet)).collect());
        }
        let (delimiter, end) = (
            *random.pick(&[',', ';', '\t', '|']),
            *random.pick(&["\n", "\r\n", "\r"]),
        );
        let text = write(&table, delimiter, end, &mut random);
        let bytes = match random.below(4) {
            _ if is_western => text
                .chars()
                .map(|character| character as u32 as u8)
                .collect(),
            0 => text.into_bytes(),
            1 => [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat(),
            2 => [b"\xFF\xFE".to_vec(), utf16(&text, true)].concat(),
            _ => [b"\xFE\xFF".to_vec(), utf16(&text, false)].concat(),
        };
        let exact = Options {
            trim: false,
            ..Options::default()
        };
        let read = open_with("a.csv", &bytes, &exact)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(read.header(), table[0], "seed {seed}");
        let expected: Vec<_> = table.drain(1..).map(Ok).collect();
        assert_eq!(rows(read), expected, "seed {seed}");
    }
}

#[test]
fn any_damage_ends_in_rows_or_a_reason() {
    let workbook = xlsx::sample();
    let legacy = include_bytes!("../fixtures/leads.xls");
    let whole_sheet = xlsx::sheet_of(xlsx::ROWS);
    for seed in 0..SEEDS {
        let mut random = Random(seed);
        let sheet = damage(whole_sheet.as_bytes(), &mut random);
        let strings = damage(xlsx::STRINGS.as_bytes(), &mut random);
        for (name, bytes) in [
            ("a.xlsx", damage(&workbook, &mut random)),
            ("a.xlsx", xlsx::archive(sheet, Some(&strings))),
            ("a.xls", damage(legacy, &mut random)),
        ] {
            if let Ok(table) = open_with(name, &bytes, &Options::default()) {
                table.into_rows().for_each(drop);
            }
        }
    }
}

fn damage(whole: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=random.below(8) {
        let at = random.below(bytes.len());
        bytes[at] = random.below(256) as u8;
    }
    if random.below(3) == 0 {
        bytes.truncate(random.below(bytes.len()) + 1);
    }
    bytes
}
