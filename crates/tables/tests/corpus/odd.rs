//! Values that other programs change, and sizes.

use super::{Entry, text};

const UNCLOSED: &[&str] = &[
    "name|note",
    "! row 1: a quotation mark is never closed",
    "! row 2: a quotation mark is never closed",
    "! row 3: a quotation mark is never closed",
    "! row 4: a quotation mark is never closed",
    "! row 5: a quotation mark is never closed",
    "! row 6: a quotation mark is never closed",
    "! row 7: a quotation mark is never closed",
    "! row 8: a quotation mark is never closed",
    "! row 9: a quotation mark is never closed",
    "! row 10: a quotation mark is never closed",
    "! row 11: a quotation mark is never closed",
    "! row 12: a quotation mark is never closed",
    "! row 13: a quotation mark is never closed",
    "! row 14: a quotation mark is never closed",
    "! row 15: a quotation mark is never closed",
    "! row 16: a quotation mark is never closed",
    "!! the file cannot be read: too many quotation marks are never closed",
];

#[rustfmt::skip]
pub(super) fn entries() -> Vec<Entry> {
    vec![
        text("formulas", || "name,note\n=1+1,+49 30 1\n@SUM(A1),-5\n\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",=cmd|' /C calc'!A0\n".into(), &["name|note", "=1+1|+49 30 1", "@SUM(A1)|-5", "=HYPERLINK(\"http://x\",\"y\")|=cmd\\|' /C calc'!A0"]),
        text("dates as written", || "name,date\nA,2024-02-30\nB,03/04/05\nC,1.4.2024\nD,Mar-12\n".into(), &["name|date", "A|2024-02-30", "B|03/04/05", "C|1.4.2024", "D|Mar-12"]),
        text("leading zeros and long digits", || "name,tel,id\n007,0501234567,12345678901234567890123\nA,+971501234567,1e5\n".into(), &["name|tel|id", "007|0501234567|12345678901234567890123", "A|+971501234567|1e5"]),
        text("words for nothing", || "name,city\nNULL,n/a\nNone,#N/A\nTRUE,nan\n".into(), &["name|city", "NULL|n/a", "None|#N/A", "TRUE|nan"]),
        text("markup", || "name,note\n<script>alert(1)</script>,\"a\"\"><img src=x>\"\n{{7*7}},'; drop table leads; --\n".into(), &["name|note", "<script>alert(1)</script>|a\"><img src=x>", "{{7*7}}|'; drop table leads; --"]),
        text("a cell of a mebibyte", || format!("name,note\nA,{}\nB,x\n", "x".repeat(1 << 20)).into(), &["name|note", "A|xxx… (1048576)", "B|x"]),
        text("a cell of more than a mebibyte", || format!("name,note\nA,{}\nB,x\n", "x".repeat((1 << 20) + 1)).into(), &["name|note", "! row 1: a cell is longer than 1 MiB", "B|x"]),
        text("a quoted cell of ten mebibytes", || format!("name,note\nA,\"{}\"\nB,x\n", "line\n".repeat(2 << 20)).into(), &["name|note", "! row 1: a cell is longer than 1 MiB", "B|x"]),
        text("a row of more than four mebibytes", || format!("a,b,c,d,e\nA{}\nB,x\n", [",", &"x".repeat(1 << 20)].concat().repeat(4)).into(), &["a|b|c|d|e", "! row 1: the row is longer than 4 MiB", "B|x|||"]),
        text("a thousand columns", || format!("{}name\nA\n", "x,".repeat(999)).into(), &["x|x_2|…|name (1000 cells)", "A||…| (1000 cells)"]),
        text("ten thousand columns", || format!("{}name\nA\n", "x,".repeat(9_999)).into(), &["!! the table has 10000 columns, the most that can be read is 1000"]),
        text("a row of a thousand and one cells", || format!("name,city\n{}x\nB,Rome\n", "x,".repeat(1_000)).into(), &["name|city", "! row 1: the row has more than 1000 cells", "B|Rome"]),
        text("one line of megabytes", || "x".repeat(3 << 20).into(), &["!! the file cannot be read: in the header row a cell is longer than 1 MiB"]),
        text("a hundred quotes that are never closed", || ["name,note\n", &"z\"x,\"\n".repeat(100)].concat().into(), UNCLOSED),
        text("no line feed in a megabyte of quotes", || ["name\n", &"\"\"".repeat(1 << 19)].concat().into(), &["name", "\"\"\"… (524287)"]),
    ]
}
