//! The effective settings as text: what `elite config` prints.
//!
//! The text is TOML, each line followed by where its value comes from; secrets and passwords in URLs are masked.

use std::fmt;

use super::{
    Settings,
    database::Location,
    origin::Origin,
    reader::Reader,
    secret::{MASK, mask_url},
    table::{Kind, SETTINGS, Setting},
};

/// Column at which origins begin where the value is short enough.
const ORIGIN_COLUMN: usize = 48;

/// A setting of the table with what it is at present.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The setting.
    pub setting: &'static Setting,
    /// Its value as TOML, masked where it is secret; `None` where it is not set.
    pub shown: Option<String>,
    /// Where the value, or its absence, comes from.
    pub origin: Origin,
}

/// The settings' values in the table's order, with what is derived where nothing is set.
pub(super) fn effective(settings: &Settings, reader: &mut Reader) -> Vec<Effective> {
    SETTINGS
        .iter()
        .map(|setting| {
            let origin = reader.origin(setting.name);
            let shown = match &origin {
                None => derived(settings, setting.name),
                Some(_) => value(setting, reader),
            };
            Effective {
                setting,
                shown,
                origin: origin.unwrap_or(Origin::Default),
            }
        })
        .collect()
}

fn value(setting: &Setting, reader: &mut Reader) -> Option<String> {
    match setting.kind {
        Kind::Secret => Some(quoted(MASK)),
        Kind::Url => reader.text(setting.name).map(|url| quoted(&mask_url(&url))),
        Kind::Text => reader.text(setting.name).map(|text| quoted(&text)),
        Kind::Flag => Some(reader.flag(setting.name).to_string()),
        Kind::Whole { .. } => reader
            .whole_if_set(setting.name)
            .map(|number: u64| number.to_string()),
        Kind::Choice(_) => Some(quoted(reader.choice(setting.name))),
        Kind::List => {
            let items: Vec<String> = reader
                .list(setting.name)
                .iter()
                .map(|item| quoted(item))
                .collect();
            Some(format!("[{}]", items.join(", ")))
        }
    }
}

fn derived(settings: &Settings, name: &str) -> Option<String> {
    match (name, &settings.database.location, &settings.mail.smtp) {
        ("DATABASE_URL", Location::Sqlite(path), _) => {
            Some(quoted(&format!("sqlite:{}", path.display())))
        }
        ("FRONTEND_URL", ..) => Some(quoted(&settings.server.public_url(settings.server.port))),
        ("SMTP_PORT", _, Some(smtp)) => Some(smtp.port.to_string()),
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    // A JSON text is also a TOML text.
    serde_json::Value::from(text).to_string()
}

/// The settings as `elite config` prints them.
pub(super) struct Report<'a>(pub(super) &'a [Effective]);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut current = "";
        for Effective {
            setting,
            shown,
            origin,
        } in self.0
        {
            let (section, key) = setting.key.split_once('.').unwrap_or(("", setting.key));
            if section != current {
                let gap = if current.is_empty() { "" } else { "\n" };
                writeln!(f, "{gap}[{section}]")?;
                current = section;
            }
            let line = match shown {
                Some(shown) => format!("{key} = {shown}"),
                None => format!("# {key} is not set"),
            };
            match origin {
                Origin::Default if shown.is_none() => writeln!(f, "{line}")?,
                Origin::DotEnv | Origin::Environment => {
                    writeln!(f, "{line:ORIGIN_COLUMN$}  # {origin}: {}", setting.name)?;
                }
                Origin::Default | Origin::File(_) => {
                    writeln!(f, "{line:ORIGIN_COLUMN$}  # {origin}")?;
                }
            }
        }
        Ok(())
    }
}
