//! What a field can be. A reader takes a JSON value, or a text of a query or form, and is as lenient with
//! numbers and booleans as the contract says, and with texts not at all.

use std::ops::RangeInclusive;

use domain::problems::Problem;
use serde_json::{Map, Number, Value};

/// No bound of its own; the body's applies.
pub const ANY_TEXT: RangeInclusive<usize> = 0..=usize::MAX;

const NUL: &str = "Text must not contain NUL characters";

fn string(value: &Value) -> Result<&str, Problem> {
    let text = value.as_str().ok_or(Problem::StringType)?;
    // PostgreSQL cannot store it, and no one can type it.
    if text.contains('\0') {
        Err(Problem::Rule(NUL.into()))
    } else {
        Ok(text)
    }
}

fn bounded<'a>(value: &'a Value, characters: &RangeInclusive<usize>) -> Result<&'a str, Problem> {
    let text = string(value)?;
    let count = text.chars().count();
    if count < *characters.start() {
        return Err(Problem::TooShort(*characters.start()));
    }
    if count > *characters.end() {
        return Err(Problem::TooLong(*characters.end()));
    }
    Ok(text)
}

/// A text of so many characters.
pub fn text(characters: RangeInclusive<usize>) -> impl Fn(&Value) -> Result<String, Problem> {
    text_then(characters, |text| Ok(text.to_owned()))
}

/// A text of so many characters that `parse` makes something of.
pub fn text_then<T>(
    characters: RangeInclusive<usize>,
    parse: impl Fn(&str) -> Result<T, Problem>,
) -> impl Fn(&Value) -> Result<T, Problem> {
    move |value| parse(bounded(value, &characters)?)
}

/// One of the words that `pattern`, in the contract's words, describes and `parse` knows.
pub fn choice<T>(
    pattern: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> impl Fn(&Value) -> Result<T, Problem> {
    text_then(ANY_TEXT, move |text| {
        parse(text).ok_or(Problem::Pattern(pattern))
    })
}

/// An e-mail address; `parse` gives the reason why it is none.
pub fn email<T, R: ToString>(
    parse: impl Fn(&str) -> Result<T, R>,
) -> impl Fn(&Value) -> Result<T, Problem> {
    text_then(ANY_TEXT, move |text| {
        parse(text).map_err(|reason| Problem::Email(reason.to_string()))
    })
}

/// An integer: also a text of one, a number without a fraction, and a boolean.
pub fn integer(bounds: RangeInclusive<i64>) -> impl Fn(&Value) -> Result<i64, Problem> {
    move |value| {
        let number = match value {
            Value::Bool(is_one) => i128::from(*is_one),
            Value::Number(number) => whole(number).ok_or(Problem::IntFromFloat)?,
            Value::String(text) => whole_text(text).ok_or(Problem::IntParsing)?,
            _ => return Err(Problem::IntType),
        };
        if number < i128::from(*bounds.start()) {
            return Err(Problem::GreaterThanEqual(*bounds.start()));
        }
        i64::try_from(number)
            .ok()
            .filter(|number| number <= bounds.end())
            .ok_or(Problem::LessThanEqual(*bounds.end()))
    }
}

fn whole(number: &Number) -> Option<i128> {
    number.as_i128().or_else(|| {
        let float = number.as_f64()?;
        // Beyond i128 the cast saturates, which no bound of 64 bits tells apart.
        (float.fract() == 0.0).then_some(float as i128)
    })
}

fn whole_text(text: &str) -> Option<i128> {
    let text = text.trim();
    let (digits, zeros) = text.split_once('.').unwrap_or((text, "0"));
    if zeros.is_empty() || zeros.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    if unsigned.is_empty() || unsigned.bytes().any(|byte| !byte.is_ascii_digit()) {
        return None;
    }
    let saturated = if digits.starts_with('-') {
        i128::MIN
    } else {
        i128::MAX
    };
    Some(digits.parse().unwrap_or(saturated))
}

/// A boolean: also 0 and 1, and the words for them in any case.
pub fn boolean(value: &Value) -> Result<bool, Problem> {
    match value {
        Value::Bool(is_true) => Ok(*is_true),
        Value::Number(number) if number.as_f64() == Some(0.0) => Ok(false),
        Value::Number(number) if number.as_f64() == Some(1.0) => Ok(true),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "t" | "y" => Ok(true),
            "false" | "0" | "no" | "off" | "f" | "n" => Ok(false),
            _ => Err(Problem::BoolParsing),
        },
        _ => Err(Problem::BoolParsing),
    }
}

/// A dictionary of anything but NUL characters.
pub fn dictionary(value: &Value) -> Result<Map<String, Value>, Problem> {
    let object = value.as_object().ok_or(Problem::DictType)?;
    if has_nul(value) {
        return Err(Problem::Rule(NUL.into()));
    }
    Ok(object.clone())
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, field)| name.contains('\0') || has_nul(field)),
        _ => false,
    }
}
