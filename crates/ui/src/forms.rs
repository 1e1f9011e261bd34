//! Form controls as values: a label, an input, its hint and what is wrong with it, tied together for
//! assistive technology. A refused form comes back with what was typed and a message per field.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::icon::Icon;

/// What a control holds, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// What was typed, or what is stored; never a password.
    pub value: String,
    /// Why it was refused, as a sentence.
    pub error: Option<String>,
}

impl Field {
    /// A value without a complaint.
    pub fn of(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: None,
        }
    }

    /// A refused value and the reason.
    pub fn refused(value: impl Into<String>, error: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: Some(error.into()),
        }
    }
}

/// One entry of a select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: &'static str,
    /// What people read.
    pub label: &'static str,
}

impl Choice {
    /// An entry.
    pub const fn new(value: &'static str, label: &'static str) -> Self {
        Self { value, label }
    }
}

/// A labelled text control of any type.
#[derive(Template)]
#[template(path = "components/input.html")]
pub(crate) struct Input<'a> {
    id: &'a str,
    name: &'a str,
    label: &'a str,
    kind: &'static str,
    value: &'a str,
    error: Option<&'a str>,
    hint: Option<&'a str>,
    autocomplete: Option<&'a str>,
    placeholder: Option<&'a str>,
    length_max: usize,
    range: Option<(i64, i64)>,
    is_required: bool,
    is_focused: bool,
    says_optional: bool,
}

impl HtmlSafe for Input<'_> {}

/// The longest value of a single-line control, in characters; the store's columns are as wide.
const LINE_LENGTH_MAX: usize = 255;
/// The longest value of a text area, in characters.
const AREA_LENGTH_MAX: usize = 20_000;
/// The longest password, in characters.
const PASSWORD_LENGTH_MAX: usize = 128;

impl<'a> Input<'a> {
    fn new(kind: &'static str, name: &'a str, label: &'a str, field: &'a Field) -> Self {
        Self {
            id: name,
            name,
            label,
            kind,
            value: &field.value,
            error: field.error.as_deref(),
            hint: None,
            autocomplete: None,
            placeholder: None,
            length_max: LINE_LENGTH_MAX,
            range: None,
            is_required: false,
            is_focused: false,
            says_optional: true,
        }
    }

    pub(crate) fn text(name: &'a str, label: &'a str, field: &'a Field) -> Self {
        Self::new("text", name, label, field)
    }

    pub(crate) fn email(name: &'a str, label: &'a str, field: &'a Field) -> Self {
        Self::new("email", name, label, field)
    }

    /// A password: its value is never written into the page.
    pub(crate) fn password(name: &'a str, label: &'a str, field: &'a Field) -> Self {
        let input = Self::new("password", name, label, field);
        Self {
            value: "",
            length_max: PASSWORD_LENGTH_MAX,
            ..input
        }
    }

    pub(crate) fn search(name: &'a str, label: &'a str, field: &'a Field) -> Self {
        Self {
            says_optional: false,
            ..Self::new("search", name, label, field)
        }
    }

    pub(crate) fn number(
        name: &'a str,
        label: &'a str,
        field: &'a Field,
        range: (i64, i64),
    ) -> Self {
        Self {
            range: Some(range),
            ..Self::new("number", name, label, field)
        }
    }

    pub(crate) fn area(name: &'a str, label: &'a str, field: &'a Field) -> Self {
        Self {
            length_max: AREA_LENGTH_MAX,
            ..Self::new("area", name, label, field)
        }
    }

    pub(crate) fn hint(self, hint: &'a str) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }

    pub(crate) fn autocomplete(self, token: &'a str) -> Self {
        Self {
            autocomplete: Some(token),
            ..self
        }
    }

    pub(crate) fn placeholder(self, text: &'a str) -> Self {
        Self {
            placeholder: Some(text),
            ..self
        }
    }

    pub(crate) fn length_max(self, characters: usize) -> Self {
        Self {
            length_max: characters,
            ..self
        }
    }

    pub(crate) fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    pub(crate) fn focused(self) -> Self {
        Self {
            is_focused: true,
            ..self
        }
    }
}

/// A labelled select.
#[derive(Template)]
#[template(path = "components/select.html")]
pub(crate) struct Select<'a> {
    id: String,
    name: &'a str,
    label: &'a str,
    chosen: &'a str,
    error: Option<&'a str>,
    choices: &'a [Choice],
    is_label_hidden: bool,
}

impl HtmlSafe for Select<'_> {}

impl<'a> Select<'a> {
    pub(crate) fn new(
        name: &'a str,
        label: &'a str,
        field: &'a Field,
        choices: &'a [Choice],
    ) -> Self {
        let error = field.error.as_deref();
        Self {
            error,
            ..Self::of(name, label, &field.value, choices)
        }
    }

    /// A select whose value cannot be wrong.
    pub(crate) fn of(
        name: &'a str,
        label: &'a str,
        chosen: &'a str,
        choices: &'a [Choice],
    ) -> Self {
        Self {
            id: name.to_owned(),
            name,
            label,
            chosen,
            error: None,
            choices,
            is_label_hidden: false,
        }
    }

    /// For a control that stands many times on a page: an id of its own, the label for screen readers only.
    pub(crate) fn in_row(self, row: &str) -> Self {
        Self {
            id: format!("{}-{row}", self.name),
            is_label_hidden: true,
            ..self
        }
    }
}
