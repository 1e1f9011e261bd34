//! What can be wrong with one field of a request, in the words of the wire contract (1.3).
//! The API answers a list of these as 422; the site shows the same texts beside its inputs.

use serde_json::{Value, json};

/// One step of the way to a field: a name or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key, or one of the roots `body`, `query`, `path`.
    Name(String),
    /// A position in a list, or the byte offset of a JSON error.
    Index(usize),
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// The field is required and absent.
    Missing,
    /// Not a string.
    StringType,
    /// Not a boolean nor one of the words for it.
    BoolParsing,
    /// Neither an integer nor a text of one.
    IntType,
    /// A text that is no integer.
    IntParsing,
    /// A number with a fractional part.
    IntFromFloat,
    /// Shorter than so many characters.
    TooShort(usize),
    /// Longer than so many characters.
    TooLong(usize),
    /// Does not match the pattern.
    Pattern(&'static str),
    /// Below the smallest value.
    GreaterThanEqual(i64),
    /// Above the largest value.
    LessThanEqual(i64),
    /// Not a list.
    ListType,
    /// Not a dictionary.
    DictType,
    /// The body is not an object.
    ModelType,
    /// The body is not JSON; holds the parser's text.
    JsonInvalid(String),
    /// A rule of ours; holds the rule's text.
    Rule(String),
    /// Not an e-mail address; holds the reason.
    Email(String),
}

fn characters(n: usize) -> &'static str {
    if n == 1 { "character" } else { "characters" }
}

impl Problem {
    /// The contract's `type`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::StringType => "string_type",
            Self::BoolParsing => "bool_parsing",
            Self::IntType => "int_type",
            Self::IntParsing => "int_parsing",
            Self::IntFromFloat => "int_from_float",
            Self::TooShort(_) => "string_too_short",
            Self::TooLong(_) => "string_too_long",
            Self::Pattern(_) => "string_pattern_mismatch",
            Self::GreaterThanEqual(_) => "greater_than_equal",
            Self::LessThanEqual(_) => "less_than_equal",
            Self::ListType => "list_type",
            Self::DictType => "dict_type",
            Self::ModelType => "model_attributes_type",
            Self::JsonInvalid(_) => "json_invalid",
            Self::Rule(_) | Self::Email(_) => "value_error",
        }
    }

    /// The contract's `msg`.
    pub fn message(&self) -> String {
        match self {
            Self::Missing => "Field required".into(),
            Self::StringType => "Input should be a valid string".into(),
            Self::BoolParsing => {
                "Input should be a valid boolean, unable to interpret input".into()
            }
            Self::IntType => "Input should be a valid integer".into(),
            Self::IntParsing => {
                "Input should be a valid integer, unable to parse string as an integer".into()
            }
            Self::IntFromFloat => {
                "Input should be a valid integer, got a number with a fractional part".into()
            }
            Self::TooShort(n) => format!("String should have at least {n} {}", characters(*n)),
            Self::TooLong(n) => format!("String should have at most {n} {}", characters(*n)),
            Self::Pattern(pattern) => format!("String should match pattern '{pattern}'"),
            Self::GreaterThanEqual(n) => {
                format!("Input should be greater than or equal to {n}")
            }
            Self::LessThanEqual(n) => format!("Input should be less than or equal to {n}"),
            Self::ListType => "Input should be a valid list".into(),
            Self::DictType => "Input should be a valid dictionary".into(),
            Self::ModelType => {
                "Input should be a valid dictionary or object to extract fields from".into()
            }
            Self::JsonInvalid(_) => "JSON decode error".into(),
            Self::Rule(text) => format!("Value error, {text}"),
            Self::Email(reason) => format!("value is not a valid email address: {reason}"),
        }
    }

    /// The contract's `ctx`, where the kind has one.
    pub fn context(&self) -> Option<Value> {
        Some(match self {
            Self::TooShort(n) => json!({"min_length": n}),
            Self::TooLong(n) => json!({"max_length": n}),
            Self::Pattern(pattern) => json!({"pattern": pattern}),
            Self::GreaterThanEqual(n) => json!({"ge": n}),
            Self::LessThanEqual(n) => json!({"le": n}),
            Self::JsonInvalid(text) => json!({"error": text}),
            Self::Rule(_) => json!({"error": {}}),
            Self::Email(reason) => json!({"reason": reason}),
            _ => return None,
        })
    }
}

/// A problem and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldProblem {
    /// The way to the field: `["body", "name"]`.
    pub location: Vec<Step>,
    /// What is wrong.
    pub problem: Problem,
    /// What was received there.
    pub input: Value,
}

impl FieldProblem {
    /// A problem with the body's field `name`.
    pub fn in_body(name: &str, problem: Problem, input: Value) -> Self {
        let location = vec![Step::Name("body".into()), Step::Name(name.into())];
        Self {
            location,
            problem,
            input,
        }
    }

    /// The last name on the way: the field that a form would mark.
    pub fn field(&self) -> Option<&str> {
        self.location.iter().rev().find_map(|step| match step {
            Step::Name(name) => Some(name.as_str()),
            Step::Index(_) => None,
        })
    }
}
