//! Encodings, and characters that few programs expect.

use super::make::utf16;
use super::{Entry, text};

const TEXT: &str = "name,city\nCafé Zürich,Łódź\n北京公司,🚀\n";
const LINES: &[&str] = &["name|city", "Café Zürich|Łódź", "北京公司|🚀"];

#[rustfmt::skip]
pub(super) fn entries() -> Vec<Entry> {
    vec![
        text("UTF-8", || TEXT.into(), LINES),
        text("UTF-8 with a mark", || ["\u{feff}", TEXT].concat().into(), LINES),
        text("UTF-8 with two marks", || ["\u{feff}\u{feff}", TEXT].concat().into(), LINES),
        text("UTF-8 with a mark before a quote", || "\u{feff}\"name\",city\nA,B\n".into(), &["name|city", "A|B"]),
        text("UTF-16 little with a mark", || utf16(&["\u{feff}", TEXT].concat(), true), LINES),
        text("UTF-16 big with a mark", || utf16(&["\u{feff}", TEXT].concat(), false), LINES),
        text("UTF-16 little without a mark", || utf16(TEXT, true), LINES),
        text("UTF-16 big without a mark", || utf16(TEXT, false), LINES),
        text("UTF-16 cut within a character", || {
            let mut bytes = utf16("\u{feff}name,city\nA,Köln\nB,Ulm", true);
            bytes.pop();
            bytes
        }, &["name|city", "A|Köln", "B|Ul\u{fffd}"]),
        text("UTF-16 with half a character", || {
            let mut bytes = utf16("\u{feff}name,city\nA,", true);
            bytes.extend([0x3D, 0xD8]);
            bytes.extend(utf16("x\n", true));
            bytes
        }, &["name|city", "A|\u{fffd}x"]),
        text("UTF-32 little with a mark", || {
            let units = "\u{feff}name,city\nCafé,Łódź\n".chars();
            units.flat_map(|c| u32::from(c).to_le_bytes()).collect()
        }, &["name|city", "Café|Łódź"]),
        text("Windows-1252", || b"name,price\nCaf\xe9 \x93Z\xfcrich\x94,5 \x80\n".to_vec(), &["name|price", "Café “Zürich”|5 €"]),
        text("Latin-1", || b"name;city\nS\xf8ren \xc5s;\xc9vry\n".to_vec(), &["name|city", "Søren Ås|Évry"]),
        text("Latin-1 with the only such byte at the end", || b"name,city\nA,Caf\xe9".to_vec(), &["name|city", "A|Café"]),
        text("two encodings in one file", || b"name,city\ncaf\xc3\xa9,Ulm\ncaf\xe9,Ulm\n".to_vec(), &["name|city", "cafÃ©|Ulm", "café|Ulm"]),
        text("broken bytes after a mark", || b"\xef\xbb\xbfname,city\ncaf\xe9,K\xc3\xb6ln\n".to_vec(), &["name|city", "caf\u{fffd}|Köln"]),
        text("UTF-8 cut within its last character", || b"name,city\nCaf\xc3\xa9,K\xc3\xb6ln\nB,Z\xc3".to_vec(), &["name|city", "Café|Köln", "B|Z\u{fffd}"]),
        text("emoji of several characters", || "name,mood\nA,👩‍👩‍👧‍👦 👍🏽 🇫🇷\n".into(), &["name|mood", "A|👩\\u{200d}👩\\u{200d}👧\\u{200d}👦 👍🏽 🇫🇷"]),
        text("right to left", || "name,city\nשלום בע\"מ,תל אביב\nشركة النور,دبي\n\u{202e}txt.exe,x\n".into(), &["name|city", "שלום בע\"מ|תל אביב", "شركة النور|دبي", "\\u{202e}txt.exe|x"]),
        text("combining characters", || "name,city\nCafe\u{301},Å\nZ̗a̾l,x\n".into(), &["name|city", "Cafe\u{301}|Å", "Z̗a̾l|x"]),
        text("NUL characters", || "na\0me,city\nA\0B,Ro\0me\nC,\0\0\n".into(), &["name|city", "AB|Rome", "C|"]),
        text("control characters", || "name,note\nA\u{1}B,bell\u{7}\nC\u{1b}[31m,\u{7f}\n".into(), &["name|note", "A\\u{1}B|bell\\u{7}", "C\\u{1b}[31m|\\u{7f}"]),
        text("white space of many kinds", || "\u{a0}name\u{3000},city\n \t A\u{2003},\u{200b}B\u{200b}\n".into(), &["name|city", "A|\\u{200b}B\\u{200b}"]),
        text("line separators that are none", || "name,note\nA,x\u{2028}y\u{85}z\u{b}w\u{c}v\n".into(), &["name|note", "A|x\\u{2028}y\\u{85}z\\u{b}w\\u{c}v"]),
        text("a mark in the middle, as joined files have", || "name,city\nA,B\n\u{feff}C,D\n".into(), &["name|city", "A|B", "\\u{feff}C|D"]),
    ]
}
