//! `docs/settings.md`, made from the table and the defaults; a test holds the file to it.

use std::fmt::Write as _;

use super::{
    layers::DEFAULTS,
    table::{Kind, SETTINGS},
    unused::UNUSED,
};

const HEAD: &str = "# Settings

Made from `crates/elite/src/settings/table.rs` and `config/elite.default.toml`; a test compares it, and
`UPDATE_REFERENCE=1 cargo test -p elite settings` writes it anew.

Later layers win: the defaults that the program carries, `elite.toml` in the working directory (or the file of
`--config`), `.env` in the working directory, the environment. In `.env` and the environment an empty value counts as not
set. `elite config` shows what is in effect and where it comes from, with secrets masked.

A wrong value, a contradiction, an unknown key in `elite.toml` or an unknown variable that begins with `ELITE_` stops
the start; all problems are reported at once. Lists are arrays in `elite.toml` and separated by commas in the
environment.
";

/// The reference as Markdown.
pub fn reference() -> String {
    let defaults: serde_json::Value = toml::from_str(DEFAULTS)
        .expect("the embedded defaults are TOML, or every test of settings fails");
    let mut text = HEAD.to_owned();
    let mut current = "";
    for setting in SETTINGS {
        let (section, key) = setting.key.split_once('.').unwrap_or(("", setting.key));
        if section != current {
            text.push_str(&format!("\n## `[{section}]`\n\n| Key | Environment | Value | Default | Meaning |\n|---|---|---|---|---|\n"));
            current = section;
        }
        let default = defaults
            .get(section)
            .and_then(|section| section.get(key))
            .map_or_else(|| "–".to_owned(), |default| format!("`{default}`"));
        let (name, kind, about) = (setting.name, value(setting.kind), setting.about);
        writeln!(
            text,
            "| `{key}` | `{name}` | {kind} | {default} | {about} |"
        )
        .expect("writing to a String does not fail");
    }
    text.push_str("\n## Names without a meaning here\n\nThe program warns when one of these is set.\n\n| Name | Why |\n|---|---|\n");
    for (name, reason) in UNUSED {
        writeln!(text, "| `{name}` | {reason} |").expect("writing to a String does not fail");
    }
    text
}

fn value(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Secret => "text, secret".to_owned(),
        Kind::Url => "URL, its password secret".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Whole { min, max } => format!("{min} to {max}"),
        Kind::Choice(words) => words.join(", "),
        Kind::List => "list".to_owned(),
    }
}
