//! Where a page begins, as a text that clients hand back and do not read: base64url of JSON.

use app::leads::Cursor;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::LeadId;
use domain::leads::LeadSort;
use domain::problems::Problem;
use serde::{Deserialize, Serialize};

/// The longest cursor that is looked at: a title at its bound, escaped and encoded.
const CHARACTERS_MAX: usize = 64 * 1024;

/// Order, sort value and id of the last lead. The order is in it, since its value means nothing in another.
#[derive(Serialize, Deserialize)]
struct Wire(String, String, String);

/// The text of a cursor.
pub(super) fn encode(cursor: &Cursor, sort: LeadSort) -> String {
    let wire = Wire(
        sort.as_str().to_owned(),
        cursor.key.clone(),
        cursor.id.to_string(),
    );
    // Three texts can always be written.
    let json = serde_json::to_vec(&wire).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(json)
}

/// The cursor that a text is, with the order in which it was made.
pub(super) fn decode(text: &str) -> Result<(Cursor, LeadSort), Problem> {
    parse(text).ok_or_else(|| Problem::Rule("The cursor is malformed".into()))
}

fn parse(text: &str) -> Option<(Cursor, LeadSort)> {
    if text.len() > CHARACTERS_MAX {
        return None;
    }
    let json = URL_SAFE_NO_PAD.decode(text).ok()?;
    let Wire(sort, key, id) = serde_json::from_slice(&json).ok()?;
    let sort = LeadSort::parse(&sort)?;
    let is_sound = match sort {
        LeadSort::Title => !key.contains('\0'),
        LeadSort::Oldest | LeadSort::Newest | LeadSort::Score => key.parse::<i64>().is_ok(),
    };
    let id = LeadId::parse(&id)?;
    is_sound.then_some((Cursor { key, id }, sort))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190c5a0-0000-7000-8000-000000000001";

    #[test]
    fn a_cursor_is_read_back() {
        let id = LeadId::parse(ID).unwrap();
        for (key, sort) in [
            ("1700000000000000", LeadSort::Oldest),
            ("é \"x\"", LeadSort::Title),
        ] {
            let key = key.to_owned();
            let cursor = Cursor { key, id };
            assert_eq!(decode(&encode(&cursor, sort)), Ok((cursor, sort)));
        }
    }

    #[test]
    fn what_nobody_was_given_is_refused() {
        let encoded = |json: &str| URL_SAFE_NO_PAD.encode(json);
        let foreign = [
            String::new(),
            "x".into(),
            "=".into(),
            encoded("null"),
            encoded(&format!("[\"oldest\",\"soon\",\"{ID}\"]")),
            encoded(&format!("[\"title\",\"a\\u0000\",\"{ID}\"]")),
            encoded(&format!("[\"best\",\"1\",\"{ID}\"]")),
            encoded("[\"oldest\",\"1\",\"42\"]"),
            "A".repeat(CHARACTERS_MAX + 1),
        ];
        for text in foreign {
            assert!(decode(&text).is_err(), "{text:.40}");
        }
    }
}
