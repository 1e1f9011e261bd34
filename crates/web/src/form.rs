//! What was typed, and what is wrong with it: a refused form is shown again with every value in its place and a sentence
//! beside each field that has to change.

use app::Error;
use domain::problems::{FieldProblem, Problem};
use domain::refusal::{Refusal, RefusalKind};
use http_edge::{Fields, Received};
use serde_json::Value;
use ui::forms::Field;

use crate::trouble::Trouble;

/// The value of a field as it was typed; of several the last, and nothing where there is none.
pub(crate) fn last<'a>(form: &'a Received, name: &'a str) -> &'a str {
    form.all(name).last().unwrap_or_default()
}

/// What is wrong with a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Complaints {
    beside: Vec<(String, String)>,
    general: Option<String>,
}

impl Complaints {
    /// What reading the fields found.
    pub(crate) fn of(fields: &Fields<'_>) -> Self {
        Self::listed(fields.problems())
    }

    /// One about a field.
    pub(crate) fn beside(name: &str, text: impl Into<String>) -> Self {
        Self {
            beside: vec![(name.into(), text.into())],
            general: None,
        }
    }

    /// One about no field.
    pub(crate) fn general(text: impl Into<String>) -> Self {
        Self {
            beside: Vec::new(),
            general: Some(text.into()),
        }
    }

    /// Why a use case did not do it, beside the field that `place` names for a broken rule; what a form cannot mend is not
    /// shown in one.
    pub(crate) fn why(
        error: Error,
        place: impl FnOnce(&Refusal) -> Option<&'static str>,
    ) -> Result<Self, Trouble> {
        match error {
            Error::Invalid(problems) => Ok(Self::listed(&problems)),
            Error::Refused(refusal)
                if matches!(refusal.kind, RefusalKind::Rule | RefusalKind::Conflict) =>
            {
                Ok(match place(&refusal) {
                    Some(name) => Self::beside(name, refusal.text),
                    None => Self::general(refusal.text),
                })
            }
            Error::QuotaExceeded { quota, used } => Ok(Self::general(format!(
                "Your plan's leads are used up: {used} of {quota}."
            ))),
            other => Err(other.into()),
        }
    }

    fn listed(problems: &[FieldProblem]) -> Self {
        let mut complaints = Self::default();
        for problem in problems {
            let text = sentence(&problem.problem);
            match problem.field() {
                Some(name) => complaints.beside.push((name.to_owned(), text)),
                None => complaints.general = Some(text),
            }
        }
        complaints
    }

    /// The field of this name, as typed and with the first complaint about it.
    pub(crate) fn field(&self, form: &Received, name: &str) -> Field {
        let mut about = self.beside.iter().filter(|(known, _)| known == name);
        Field {
            value: last(form, name).to_owned(),
            error: about.next().map(|(_, text)| text.clone()),
        }
    }

    /// What is to be said above the form.
    pub(crate) fn above(&self) -> Option<&str> {
        self.general.as_deref()
    }
}

/// A problem as one says it to a person.
fn sentence(problem: &Problem) -> String {
    let characters = |n: &usize| if *n == 1 { "character" } else { "characters" };
    match problem {
        Problem::Missing => "Please fill this in.".into(),
        Problem::TooShort(n) => format!("Use at least {n} {}.", characters(n)),
        Problem::TooLong(n) => format!("Use at most {n} {}.", characters(n)),
        Problem::IntType | Problem::IntParsing | Problem::IntFromFloat => {
            "Type a whole number.".into()
        }
        Problem::GreaterThanEqual(n) => format!("Use {n} or more."),
        Problem::LessThanEqual(n) => format!("Use {n} or less."),
        Problem::Pattern(_) => "Choose one of the entries of the list.".into(),
        Problem::Email(reason) => reason.clone(),
        // Without "Value error, ", which is the wire's.
        Problem::Rule(text) => format!("{}.", text.trim_end_matches('.')),
        other => other.message(),
    }
}

/// A text of several lines. Browsers send line breaks as CR LF; kept are those that were there.
pub(crate) fn lines(characters_max: usize) -> impl Fn(&Value) -> Result<String, Problem> {
    move |value| {
        let unix = Value::String(value.as_str().unwrap_or_default().replace("\r\n", "\n"));
        http_edge::fields::text(0..=characters_max)(&unix)
    }
}

#[cfg(test)]
mod tests {
    use http_edge::fields::text;

    use super::*;

    fn read(body: &str) -> (Received, Complaints) {
        let form = Received::form(body.as_bytes()).unwrap();
        let mut fields = form.fields().unwrap();
        fields.required("name", text(3..=5));
        fields.optional("note", lines(4));
        let complaints = Complaints::of(&fields);
        drop(fields);
        (form, complaints)
    }

    #[test]
    fn nothing_typed_is_lost() {
        let (form, complaints) = read("name=ab&note=%3Cb%3E");
        let name = complaints.field(&form, "name");
        assert_eq!(name, Field::refused("ab", "Use at least 3 characters."));
        assert_eq!(complaints.field(&form, "note"), Field::of("<b>"));
    }

    #[test]
    fn missing_fields_odd_bytes_and_nul_are_complaints() {
        let error = |body: &str| {
            let (form, complaints) = read(body);
            complaints.field(&form, "name").error
        };
        assert_eq!(error(""), Some("Please fill this in.".into()));
        assert_eq!(error("name=++"), Some("Please fill this in.".into()));
        let nul = "Text must not contain NUL characters.";
        assert_eq!(error("name=a%00b"), Some(nul.into()));
        assert_eq!(error("name=%ff%fe%fd"), None);
        assert_eq!(error("%ff=1&&=&name"), Some("Please fill this in.".into()));
    }

    #[test]
    fn a_line_break_counts_as_one_character() {
        let (form, complaints) = read("name=abc&note=a%0D%0Abc");
        assert_eq!(complaints.field(&form, "note").error, None);
    }

    #[test]
    fn a_broken_rule_stands_beside_its_field_and_a_fault_does_not() {
        let rule = |text: &'static str| Error::from(Refusal::rule(text));
        let why = Complaints::why(rule("Taken"), |_| Some("email")).unwrap();
        assert_eq!(why, Complaints::beside("email", "Taken"));
        assert!(Complaints::why(Error::Internal("x".into()), |_| None).is_err());
        assert!(Complaints::why(Refusal::not_found("x").into(), |_| None).is_err());
    }
}
