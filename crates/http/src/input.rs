//! What of a request may stand in the answer to it. A 422 repeats what it received; secrets never, and no more than a
//! little of the rest.

use serde_json::{Map, Value};

/// The longest text that is repeated in full, in characters.
const TEXT_CHARACTERS_MAX: usize = 512;
/// How much one repeated input may weigh in all, in bytes; a heavier one is left out as `null`.
const BYTES_MAX: usize = 4096;
/// What a number, a boolean, a bracket weighs.
const VALUE_BYTES: usize = 8;
/// Words that mark a field as secret wherever they stand in its name.
const SECRET_WORDS: [&str; 4] = ["password", "token", "secret", "api_key"];

/// Whether a field of this name is never repeated.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// The value as it may be repeated: secrets are `null`, long texts cut, and a heavy value is `null` as a whole.
pub fn bounded(value: &Value) -> Value {
    let mut left = BYTES_MAX;
    copy(value, &mut left).unwrap_or(Value::Null)
}

/// An object as it may be repeated.
pub fn bounded_object(object: &Map<String, Value>) -> Value {
    let mut left = BYTES_MAX;
    copy_object(object, &mut left).unwrap_or(Value::Null)
}

fn copy(value: &Value, left: &mut usize) -> Option<Value> {
    *left = left.checked_sub(VALUE_BYTES)?;
    match value {
        Value::String(text) => copy_text(text, left).map(Value::String),
        Value::Array(items) => {
            let copied: Option<Vec<Value>> = items.iter().map(|item| copy(item, left)).collect();
            copied.map(Value::Array)
        }
        Value::Object(object) => copy_object(object, left),
        plain => Some(plain.clone()),
    }
}

fn copy_object(object: &Map<String, Value>, left: &mut usize) -> Option<Value> {
    let mut copied = Map::new();
    for (name, field) in object {
        let field = if is_secret(name) {
            Value::Null
        } else {
            copy(field, left)?
        };
        copied.insert(copy_text(name, left)?, field);
    }
    Some(Value::Object(copied))
}

fn copy_text(text: &str, left: &mut usize) -> Option<String> {
    let text = shortened(text);
    *left = left.checked_sub(text.len())?;
    Some(text)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARACTERS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_never_repeated() {
        let input =
            json!({"email": "a@b.co", "password": "hunter2", "deep": {"refresh_token": "x"}});
        let expected =
            json!({"email": "a@b.co", "password": null, "deep": {"refresh_token": null}});
        assert_eq!(bounded(&input), expected);
    }

    #[test]
    fn what_is_repeated_is_bounded() {
        let text = bounded(&json!("é".repeat(10_000)));
        assert_eq!(
            text.as_str().unwrap().chars().count(),
            TEXT_CHARACTERS_MAX + 1
        );
        assert_eq!(bounded(&json!(vec![1; 10_000])), Value::Null);
        assert_eq!(
            bounded(&json!({"a".repeat(10_000): 1}))
                .as_object()
                .map(Map::len),
            Some(1)
        );
        // What was cut once is not cut again.
        assert_eq!(bounded(&text), text);
    }
}
