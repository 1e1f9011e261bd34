//! Typed reads from the laid-over layers: each either yields a value or notes a problem and yields a stand-in, so that
//! one load finds every problem.

use figment::{Figment, value::Value};

use super::{
    layers::Gathered,
    origin::Origin,
    secret::Secret,
    table::{Kind, setting},
};

/// Where the sections read their values and note what is wrong.
pub(super) struct Reader {
    figment: Figment,
    pub(super) problems: Vec<String>,
    pub(super) warnings: Vec<String>,
}

impl Reader {
    pub(super) fn new(gathered: Gathered) -> Self {
        Self {
            figment: gathered.figment,
            problems: gathered.problems,
            warnings: gathered.warnings,
        }
    }

    /// Where the value of a setting comes from; `None` where it has none.
    pub(super) fn origin(&self, name: &str) -> Option<Origin> {
        let key = setting(name).key;
        self.raw(name)?;
        self.figment.find_metadata(key).map(Origin::of)
    }

    /// A setting as its owner wrote it, with the place: `PORT (environment)`, `server.port (elite.toml)`.
    pub(super) fn called(&self, name: &str) -> String {
        match self.origin(name) {
            Some(origin) => format!("{} ({origin})", origin.name_of(setting(name))),
            None => name.to_owned(),
        }
    }

    /// Notes that a setting is wrong; `what` continues the sentence that begins with its name.
    pub(super) fn refuse(&mut self, name: &str, what: &str) {
        let called = self.called(name);
        self.problems.push(format!("{called} {what}"));
    }

    pub(super) fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// The value as it stands in its layer; an empty text counts as none.
    pub(super) fn raw(&self, name: &str) -> Option<Value> {
        let value = self.figment.find_value(setting(name).key).ok()?;
        match value.as_str() {
            Some(text) if text.trim().is_empty() => None,
            _ => Some(value),
        }
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let value = self.raw(name)?;
        let text = value.as_str().map(|text| text.trim().to_owned());
        if text.is_none() {
            self.refuse(name, "is not a text. Put its value in quotes.");
        }
        text
    }

    /// The text of a setting that has a default; `None` where it was emptied or is wrong, which is noted.
    pub(super) fn required_text(&mut self, name: &str) -> Option<String> {
        if self.raw(name).is_none() {
            self.refuse_empty(name);
            return None;
        }
        self.text(name)
    }

    fn refuse_empty(&mut self, name: &str) {
        let key = setting(name).key;
        self.problems.push(format!(
            "{key} is empty. Give it a value, or leave it out for its default."
        ));
    }

    pub(super) fn secret(&mut self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret::new)
    }

    pub(super) fn flag(&mut self, name: &str) -> bool {
        let Some(value) = self.raw(name) else {
            self.refuse_empty(name);
            return false;
        };
        let flag = value.as_str().map_or_else(|| value.to_bool(), flag_of);
        if flag.is_none() {
            let what = "is neither true nor false";
            self.refuse_value(name, &value, what, "Write true or false.");
        }
        flag.unwrap_or_default()
    }

    pub(super) fn whole<T: TryFrom<u64> + Default>(&mut self, name: &str) -> T {
        match self.whole_if_set(name) {
            Some(number) => number,
            None => {
                if self.raw(name).is_none() {
                    self.refuse_empty(name);
                }
                T::default()
            }
        }
    }

    /// The number, where one is set; `None` also where it is wrong, which is noted.
    pub(super) fn whole_if_set<T: TryFrom<u64>>(&mut self, name: &str) -> Option<T> {
        let Kind::Whole { min, max } = setting(name).kind else {
            unreachable!("{name} is read as a number and stands otherwise in the table")
        };
        let value = self.raw(name)?;
        let number: Option<u64> = match value.as_str() {
            Some(text) => text.parse().ok(),
            None => value.to_i128().and_then(|number| number.try_into().ok()),
        };
        let number = number.filter(|number| (min..=max).contains(number));
        if number.is_none() {
            let what = format!("is not a whole number from {min} to {max}");
            self.refuse_value(
                name,
                &value,
                &what,
                "Write digits only, within these bounds.",
            );
        }
        number.and_then(|number| T::try_from(number).ok())
    }

    /// One of the setting's words, as the table spells it; the first one stands in for a wrong value.
    pub(super) fn choice(&mut self, name: &str) -> &'static str {
        let Kind::Choice(words) = setting(name).kind else {
            unreachable!("{name} is read as a choice and stands otherwise in the table")
        };
        let Some(value) = self.raw(name) else {
            self.refuse_empty(name);
            return words[0];
        };
        let text = value.as_str().unwrap_or_default().trim();
        // Other loggers write the level in full.
        let text = if text.eq_ignore_ascii_case("warning") {
            "warn"
        } else {
            text
        };
        let word = words
            .iter()
            .copied()
            .find(|word| word.eq_ignore_ascii_case(text));
        if word.is_none() {
            let what = format!("is none of {}", words.join(", "));
            self.refuse_value(name, &value, &what, "Choose one of these words.");
        }
        word.unwrap_or(words[0])
    }

    /// The texts of a list, trimmed, empty ones left out.
    pub(super) fn list(&mut self, name: &str) -> Vec<String> {
        let Some(value) = self.raw(name) else {
            return Vec::new();
        };
        let texts: Option<Vec<String>> = match value.as_array() {
            Some(items) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect(),
            None => value
                .as_str()
                .map(|text| text.split(',').map(str::to_owned).collect()),
        };
        let Some(texts) = texts else {
            self.refuse(name, "is not a list of texts. Write [\"one\", \"two\"].");
            return Vec::new();
        };
        texts
            .iter()
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect()
    }

    fn refuse_value(&mut self, name: &str, value: &Value, what: &str, change: &str) {
        self.refuse(
            name,
            &format!("is {}, which {what}. {change}", shown(value)),
        );
    }
}

/// A value as a person would write it; only for settings that are not secret.
fn shown(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("{text:?}"),
        Value::Char(_, letter) => format!("{:?}", letter.to_string()),
        Value::Bool(_, flag) => flag.to_string(),
        Value::Num(_, number) => match (number.to_i128(), number.to_f64()) {
            (Some(whole), _) => whole.to_string(),
            (None, Some(fraction)) => fraction.to_string(),
            (None, None) => "a number".to_owned(),
        },
        Value::Array(_, items) => format!(
            "[{}]",
            items.iter().map(shown).collect::<Vec<_>>().join(", ")
        ),
        Value::Dict(..) => "a section".to_owned(),
        Value::Empty(..) => "nothing".to_owned(),
    }
}

fn flag_of(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}
