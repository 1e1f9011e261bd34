//! What of a request may stand in the answer to it. A 422 repeats what it received; secrets never, and no more than a
//! little of the rest.

use serde_json::Value;

/// The longest text that is repeated in full, in characters.
const TEXT_CHARACTERS_MAX: usize = 512;
/// How many values, over all levels, one repeated input may have; a larger one is left out as `null`.
const VALUES_MAX: usize = 64;
/// Words that mark a field as secret wherever they stand in its name.
const SECRET_WORDS: [&str; 4] = ["password", "token", "secret", "api_key"];

/// Whether a field of this name is never repeated.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// The value as it may be repeated: secrets are `null`, long texts cut, and a large value is `null` as a whole.
pub fn bounded(value: &Value) -> Value {
    let mut left = VALUES_MAX;
    copy(value, &mut left).unwrap_or(Value::Null)
}

fn copy(value: &Value, left: &mut usize) -> Option<Value> {
    *left = left.checked_sub(1)?;
    Some(match value {
        Value::String(text) => Value::String(shortened(text)),
        Value::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| copy(item, left))
                .collect::<Option<_>>()?,
        ),
        Value::Object(fields) => {
            let mut copied = serde_json::Map::new();
            for (name, field) in fields {
                let field = if is_secret(name) {
                    Value::Null
                } else {
                    copy(field, left)?
                };
                copied.insert(shortened(name), field);
            }
            Value::Object(copied)
        }
        plain => plain.clone(),
    })
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
    }
}
