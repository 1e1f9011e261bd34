//! The layers that settings come from, and how they are laid over each other.
//!
//! Lowest first: the defaults that the program carries, `elite.toml`, `.env`, the environment. What a value may be is
//! not judged here; only names that nobody knows are.

use std::{ffi::OsString, fs, io, path::Path, path::PathBuf};

use figment::{
    Figment, Metadata, Profile, Provider, Source,
    value::{Dict, Map, Value},
};

use super::{
    nearest::nearest,
    origin::{ENVIRONMENT_NAME, Origin},
    table::{SETTINGS, Setting},
    unused::UNUSED,
};

/// The commented reference, which is also the lowest layer.
pub const DEFAULTS: &str = include_str!("../../../../config/elite.default.toml");
/// Settings file that is read where it exists and no other is named.
pub const FILE_NAME: &str = "elite.toml";
/// File of environment variables that is read where it exists.
pub const DOTENV_NAME: &str = ".env";
/// Variables that begin like this are ours, so that an unknown one is a mistake.
pub const OWN_PREFIX: &str = "ELITE_";

/// Where settings are read from.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Directory in which `elite.toml` and `.env` are looked for.
    pub directory: PathBuf,
    /// Settings file that was named; it must exist.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: Vec<(OsString, OsString)>,
}

impl Sources {
    /// What this process has: its working directory, its environment, and the file of `--config`.
    pub fn of_process(file: Option<PathBuf>) -> Self {
        Self {
            directory: PathBuf::from("."),
            file,
            environment: std::env::vars_os().collect(),
        }
    }
}

/// One layer as figment takes it.
struct Layer {
    origin: Origin,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        match &self.origin {
            Origin::File(path) => Metadata::from(FILE_NAME, Source::File(path.clone())),
            other => Metadata::named(other.to_string()),
        }
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

/// The layers laid over each other, with what is wrong and what is odd about them.
pub(super) struct Gathered {
    pub(super) figment: Figment,
    pub(super) problems: Vec<String>,
    pub(super) warnings: Vec<String>,
}

/// Reads every layer; a layer that cannot be read becomes a problem and is left out.
pub(super) fn gather(sources: &Sources) -> Gathered {
    let mut gathered = Gathered {
        figment: Figment::new(),
        problems: Vec::new(),
        warnings: Vec::new(),
    };
    gathered.add_toml(Origin::Default, DEFAULTS);
    gathered.add_file(sources);
    gathered.add_dotenv(&sources.directory);
    gathered.add_environment(&sources.environment);
    gathered
}

impl Gathered {
    fn merge(&mut self, origin: Origin, values: Dict) {
        let below = std::mem::take(&mut self.figment);
        self.figment = below.merge(Layer { origin, values });
    }

    fn add_file(&mut self, sources: &Sources) {
        let named = sources.file.clone();
        let is_required = named.is_some();
        let path = named.unwrap_or_else(|| sources.directory.join(FILE_NAME));
        let shown = if is_required {
            path.clone()
        } else {
            PathBuf::from(FILE_NAME)
        };
        match fs::read_to_string(&path) {
            Ok(text) => self.add_toml(Origin::File(shown), &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_required => {}
            Err(error) => self.problems.push(format!(
                "The settings file {} cannot be read: {error}. Name a file that exists and is readable text.",
                shown.display()
            )),
        }
    }

    fn add_toml(&mut self, origin: Origin, text: &str) {
        let table: toml::Table = match toml::from_str(text) {
            Ok(table) => table,
            Err(error) => {
                // The error's own text would quote the line, and a secret with it.
                let line = error
                    .span()
                    .map_or(1, |span| text[..span.start].matches('\n').count() + 1);
                let reason = error.message();
                return self
                    .problems
                    .push(format!("{origin}, line {line}, is not TOML: {reason}."));
            }
        };
        let mut values = Dict::new();
        for (section, content) in table {
            let is_known = SETTINGS
                .iter()
                .any(|setting| section_of(setting) == section);
            match content {
                toml::Value::Table(content) if is_known => {
                    let known = self.known_keys(&origin, &section, content);
                    values.insert(section, known.into());
                }
                toml::Value::Table(_) => {
                    let meant = nearest(&section, SETTINGS.iter().map(section_of));
                    let hint =
                        meant.map_or_else(String::new, |meant| format!(" Did you mean [{meant}]?"));
                    self.problems.push(format!(
                        "[{section}] ({origin}) is not a section of the settings.{hint}"
                    ));
                }
                _ if is_known => self.problems.push(format!(
                    "{section} ({origin}) is a section; write [{section}] and its keys below it."
                )),
                _ => self.refuse_key(&origin, &section, &section),
            }
        }
        self.merge(origin, values);
    }

    fn known_keys(&mut self, origin: &Origin, section: &str, content: toml::Table) -> Dict {
        let mut known = Dict::new();
        for (key, value) in content {
            let path = format!("{section}.{key}");
            if !SETTINGS.iter().any(|setting| setting.key == path) {
                self.refuse_key(origin, &path, &key);
            } else if let Ok(value) = Value::serialize(value) {
                known.insert(key, value);
            } else {
                self.problems.push(format!(
                    "{path} ({origin}) has a value that cannot be used here."
                ));
            }
        }
        known
    }

    fn refuse_key(&mut self, origin: &Origin, path: &str, last: &str) {
        let same = SETTINGS
            .iter()
            .find(|setting| key_of(setting) == last || setting.name.eq_ignore_ascii_case(last));
        let meant = same.map(|setting| setting.key).or_else(|| {
            nearest(path, SETTINGS.iter().map(|setting| setting.key)).or_else(|| {
                let key = nearest(last, SETTINGS.iter().map(key_of))?;
                SETTINGS
                    .iter()
                    .find(|setting| key_of(setting) == key)
                    .map(|setting| setting.key)
            })
        });
        let hint = meant.map_or_else(
            || "Remove it; `elite config` lists all.".to_owned(),
            |meant| format!("Did you mean {meant}?"),
        );
        self.problems
            .push(format!("{path} ({origin}) is not a setting. {hint}"));
    }

    fn add_dotenv(&mut self, directory: &Path) {
        let text = match fs::read_to_string(directory.join(DOTENV_NAME)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => {
                return self.problems.push(format!(
                    "The file .env cannot be read: {error}. Make it readable text, or remove it."
                ));
            }
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut pairs: Vec<(String, String)> = Vec::new();
        for entry in dotenvy::from_read_iter(text.as_bytes()) {
            match entry {
                Ok(pair) => pairs.push(pair),
                // The error quotes the line, and a secret with it, so the entry is named by the one before it.
                Err(_) => {
                    let place = pairs.last().map_or_else(
                        || "The first entry of .env".to_owned(),
                        |(name, _)| format!("The entry of .env after {name}"),
                    );
                    self.problems.push(format!(
                        "{place} cannot be read. Write NAME=value, and put a value with spaces, quotes, # or $ in single quotes."
                    ));
                }
            }
        }
        self.add_variables(Origin::DotEnv, pairs);
    }

    fn add_environment(&mut self, environment: &[(OsString, OsString)]) {
        let mut pairs = Vec::new();
        for (name, value) in environment {
            let Some(name) = name.to_str() else { continue };
            match value.to_str() {
                Some(value) => pairs.push((name.to_owned(), value.to_owned())),
                None if SETTINGS.iter().any(|setting| setting.name == name) => {
                    self.problems.push(format!(
                        "{name} ({ENVIRONMENT_NAME}) is not UTF-8 text. Write it anew."
                    ));
                }
                None => {}
            }
        }
        self.add_variables(Origin::Environment, pairs);
    }

    fn add_variables(&mut self, origin: Origin, pairs: Vec<(String, String)>) {
        let mut sections: Map<String, Dict> = Map::new();
        for (name, value) in pairs {
            if let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) {
                if !value.trim().is_empty() {
                    let section = sections.entry(section_of(setting).to_owned()).or_default();
                    section.insert(key_of(setting).to_owned(), Value::from(value.trim()));
                }
            } else {
                self.judge_name(&origin, &name, &value);
            }
        }
        let values = sections
            .into_iter()
            .map(|(section, keys)| (section, keys.into()))
            .collect();
        self.merge(origin, values);
    }

    fn judge_name(&mut self, origin: &Origin, name: &str, value: &str) {
        let unused = UNUSED.iter().find(|(unused, _)| *unused == name);
        let meant = nearest(name, SETTINGS.iter().map(|setting| setting.name));
        if let Some((_, reason)) = unused {
            if !value.trim().is_empty() {
                self.warnings.push(format!(
                    "{name} ({origin}) is set but has no meaning here: {reason}."
                ));
            }
        } else if name.starts_with(OWN_PREFIX) {
            let hint = meant.map_or_else(
                || "Remove it.".to_owned(),
                |meant| format!("Did you mean {meant}?"),
            );
            self.problems
                .push(format!("{name} ({origin}) is not a setting. {hint}"));
        } else if let (Origin::DotEnv, Some(meant)) = (origin, meant) {
            self.warnings.push(format!(
                "{name} ({origin}) is not a setting. Did you mean {meant}?"
            ));
        }
    }
}

fn section_of(setting: &Setting) -> &'static str {
    split(setting).0
}

fn key_of(setting: &Setting) -> &'static str {
    split(setting).1
}

fn split(setting: &Setting) -> (&'static str, &'static str) {
    setting
        .key
        .split_once('.')
        .expect("every key of the table is written as section.key")
}
