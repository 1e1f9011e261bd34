//! Reading fields one after the other, in the order in which the contract declares them, and collecting what is wrong with
//! them, so that one answer names every mistake.
//!
//! How a field may be there is a method (`required`, `optional`, `or`, `patch`, `patch_nullable`); what it has to be is a
//! reader (`text`, `integer`, …).
//!
//! ```
//! use http_edge::fields::{integer, text};
//! use http_edge::{ANY_TEXT, Received};
//!
//! # fn main() -> http_edge::Result<()> {
//! let received = Received::query("query=cafes&max_results=20");
//! let mut fields = received.fields()?;
//! let query = fields.required("query", text(1..=200));
//! let location = fields.or("location", String::new(), text(ANY_TEXT));
//! let max_results = fields.or("max_results", 50, integer(1..=500));
//! let (query,) = fields.complete((query,))?;
//! assert_eq!((query.as_str(), location.as_str(), max_results), ("cafes", "", 20));
//! # Ok(())
//! # }
//! ```

mod complete;
mod readers;

use domain::problems::{FieldProblem, Problem, Step};
use serde_json::{Map, Value};

pub use complete::AllPresent;
pub use readers::{ANY_TEXT, boolean, choice, dictionary, email, integer, text, text_then};

use crate::error::{Failure, PROBLEMS_MAX};
use crate::input;

/// An object being read.
#[derive(Debug)]
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    location: Vec<Step>,
    aliases: Vec<(String, String)>,
    problems: Vec<FieldProblem>,
    is_form: bool,
    is_embedded: bool,
}

enum Presence<'a> {
    Absent,
    Blank(&'a Value),
    Null,
    Value(&'a Value),
}

impl<'a> Fields<'a> {
    /// Reads an object that stands at `location`.
    pub fn new(object: &'a Map<String, Value>, location: Vec<Step>) -> Self {
        let (aliases, problems) = (Vec::new(), Vec::new());
        Self {
            object,
            location,
            aliases,
            problems,
            is_form: false,
            is_embedded: false,
        }
    }

    /// The same fields as those of an HTML form: a blank one counts as not filled in.
    pub fn as_form(mut self) -> Self {
        self.is_form = true;
        self
    }

    /// The same fields as parameters of their own: one that is missing shows `null` and not the whole object.
    pub fn as_embedded(mut self) -> Self {
        self.is_embedded = true;
        self
    }

    /// Lets the field `alias` count as `name` where `name` is absent.
    pub fn alias(&mut self, alias: &str, name: &str) {
        self.aliases.push((alias.to_owned(), name.to_owned()));
    }

    /// Whether the field is there, be it `null`.
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The field as it came.
    pub fn raw(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).or_else(|| {
            let mut aliases = self.aliases.iter().filter(|(_, known)| known == name);
            aliases.find_map(|(alias, _)| self.object.get(alias))
        })
    }

    /// A field that has to be there; `None` where it is wrong, which [`Fields::complete`] turns into the answer.
    pub fn required<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, Problem>,
    ) -> Option<T> {
        match self.look(name) {
            Presence::Absent => self.missing(name),
            Presence::Blank(blank) => self.wrong(name, Problem::Missing, blank),
            Presence::Null => self.read(name, &Value::Null, read),
            Presence::Value(value) => self.read(name, value, read),
        }
    }

    /// A field that may be absent or `null`.
    pub fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, Problem>,
    ) -> Option<T> {
        match self.look(name) {
            Presence::Value(value) => self.read(name, value, read),
            _ => None,
        }
    }

    /// A field with a default for when it is absent; `null` is as wrong as for a required one.
    pub fn or<T>(
        &mut self,
        name: &str,
        default: T,
        read: impl FnOnce(&Value) -> Result<T, Problem>,
    ) -> T {
        let found = match self.look(name) {
            Presence::Absent | Presence::Blank(_) => None,
            Presence::Null => self.read(name, &Value::Null, read),
            Presence::Value(value) => self.read(name, value, read),
        };
        found.unwrap_or(default)
    }

    /// A change to something that always has a value: `None` leaves it, and an explicit `null` is wrong.
    pub fn patch<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, Problem>,
    ) -> Option<T> {
        if self.has(name) {
            self.required(name, read)
        } else {
            None
        }
    }

    /// A change to something that may have no value: `None` leaves it, `Some(None)` clears it.
    pub fn patch_nullable<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, Problem>,
    ) -> Option<Option<T>> {
        match self.look(name) {
            Presence::Absent => None,
            Presence::Null | Presence::Blank(_) => Some(None),
            Presence::Value(value) => self.read(name, value, read).map(Some),
        }
    }

    /// A list of objects, each read by `read`; problems name the item's index.
    pub fn required_objects<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(&mut Fields<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let Some(value) = self.raw(name) else {
            return self.missing(name);
        };
        let Value::Array(items) = value else {
            return self.wrong(name, Problem::ListType, value);
        };
        let mut found = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let mut location = self.at(name);
            location.push(Step::Index(index));
            found.extend(Self::of_item(item, location, &mut self.problems, &mut read));
            if self.problems.len() >= PROBLEMS_MAX {
                break;
            }
        }
        Some(found)
    }

    /// A list of values that are all of one kind; problems name the item's index.
    pub fn required_list<T>(
        &mut self,
        name: &str,
        read: impl Fn(&Value) -> Result<T, Problem>,
    ) -> Option<Vec<T>> {
        let Some(value) = self.raw(name) else {
            return self.missing(name);
        };
        let Value::Array(items) = value else {
            return self.wrong(name, Problem::ListType, value);
        };
        let mut found = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match read(item) {
                Ok(item) => found.push(item),
                Err(problem) => {
                    let mut location = self.at(name);
                    location.push(Step::Index(index));
                    self.push(location, problem, input::bounded(item));
                }
            }
        }
        Some(found)
    }

    /// Adds a broken rule of ours to a field that was read.
    pub fn rule(&mut self, name: &str, text: impl Into<String>) {
        let received = self.raw(name).unwrap_or(&Value::Null);
        self.push(
            self.at(name),
            Problem::Rule(text.into()),
            input::bounded(received),
        );
    }

    /// The problems so far, for a form that is to be shown again.
    pub fn problems(&self) -> &[FieldProblem] {
        &self.problems
    }

    /// Ends the reading: every problem as one answer, or the required values, which are then all there.
    pub fn complete<V: AllPresent>(self, values: V) -> Result<V::Values, Failure> {
        if !self.problems.is_empty() {
            return Err(self.problems.into());
        }
        values
            .all_present()
            .ok_or_else(|| Failure::internal("a field vanished without a problem"))
    }

    pub(crate) fn of_item<T>(
        item: &Value,
        location: Vec<Step>,
        problems: &mut Vec<FieldProblem>,
        read: &mut impl FnMut(&mut Fields<'_>) -> Option<T>,
    ) -> Option<T> {
        let Value::Object(object) = item else {
            let input = input::bounded(item);
            problems.push(FieldProblem {
                location,
                problem: Problem::ModelType,
                input,
            });
            return None;
        };
        let mut fields = Fields::new(object, location);
        let found = read(&mut fields);
        problems.append(&mut fields.problems);
        found
    }

    fn look(&self, name: &str) -> Presence<'a> {
        match self.raw(name) {
            None => Presence::Absent,
            Some(Value::Null) => Presence::Null,
            Some(blank @ Value::String(text)) if self.is_form && text.trim().is_empty() => {
                Presence::Blank(blank)
            }
            Some(value) => Presence::Value(value),
        }
    }

    fn read<T>(
        &mut self,
        name: &str,
        value: &Value,
        read: impl FnOnce(&Value) -> Result<T, Problem>,
    ) -> Option<T> {
        match read(value) {
            Ok(value) => Some(value),
            Err(problem) => self.wrong(name, problem, value),
        }
    }

    fn missing<T>(&mut self, name: &str) -> Option<T> {
        let shown = if self.is_embedded {
            Value::Null
        } else {
            input::bounded_object(self.object)
        };
        self.push(self.at(name), Problem::Missing, shown);
        None
    }

    fn wrong<T>(&mut self, name: &str, problem: Problem, value: &Value) -> Option<T> {
        let shown = if input::is_secret(name) {
            Value::Null
        } else {
            input::bounded(value)
        };
        self.push(self.at(name), problem, shown);
        None
    }

    fn at(&self, name: &str) -> Vec<Step> {
        let mut location = self.location.clone();
        location.push(Step::Name(name.to_owned()));
        location
    }

    fn push(&mut self, location: Vec<Step>, problem: Problem, input: Value) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(FieldProblem {
                location,
                problem,
                input,
            });
        }
    }
}

#[cfg(test)]
mod tests;
