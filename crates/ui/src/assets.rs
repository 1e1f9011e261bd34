//! The files that pages refer to, embedded in the program, each under a URL that names its content,
//! so that browsers may keep them for ever. Who serves them is not decided here.

use std::borrow::Cow;
use std::sync::LazyLock;

/// The path under which all assets are served, with its closing slash.
pub const PREFIX: &str = "/assets/";

/// The value of `Cache-Control` that suits a URL which changes with its content.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// One embedded file.
#[derive(Debug)]
pub struct Asset {
    /// The name by which templates ask for it: `app.css`.
    pub name: &'static str,
    /// The absolute path with the content's hash: `/assets/app.5f0c….css`.
    pub url: String,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Cow<'static, [u8]>,
}

/// The style sheets in the order of their joining; `tokens.css` names the order of the layers.
const CSS: [&str; 8] = [
    include_str!("../../../assets/css/tokens.css"),
    include_str!("../../../assets/css/base.css"),
    include_str!("../../../assets/css/layout.css"),
    include_str!("../../../assets/css/controls.css"),
    include_str!("../../../assets/css/cards.css"),
    include_str!("../../../assets/css/tables.css"),
    include_str!("../../../assets/css/imports.css"),
    include_str!("../../../assets/css/feedback.css"),
];

static ALL: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        asset(
            "app.css",
            "text/css; charset=utf-8",
            Cow::Owned(joined(&CSS).into_bytes()),
        ),
        asset(
            "app.js",
            "text/javascript; charset=utf-8",
            Cow::Borrowed(include_bytes!("../../../assets/js/app.js")),
        ),
        asset(
            "import.js",
            "text/javascript; charset=utf-8",
            Cow::Borrowed(include_bytes!("../../../assets/js/import.js")),
        ),
        asset(
            "resumable.js",
            "text/javascript; charset=utf-8",
            Cow::Borrowed(include_bytes!("../../../assets/js/resumable.js")),
        ),
        asset(
            "sample-leads.csv",
            "text/csv; charset=utf-8",
            Cow::Borrowed(include_bytes!("../../../assets/demo/sample-leads.csv")),
        ),
        asset(
            "htmx.js",
            "text/javascript; charset=utf-8",
            Cow::Borrowed(include_bytes!(
                "../../../assets/vendor/htmx/htmx-2.0.11.min.js"
            )),
        ),
        asset(
            "favicon.svg",
            "image/svg+xml",
            Cow::Borrowed(include_bytes!("../../../assets/images/favicon.svg")),
        ),
    ]
});

/// All embedded files.
pub fn all() -> &'static [Asset] {
    &ALL
}

/// The file that a request path (`/assets/app.5f0c….css`) names; `None` for any other hash, so that
/// an old page never gets new content under an old URL.
pub fn find(path: &str) -> Option<&'static Asset> {
    ALL.iter().find(|asset| asset.url == path)
}

/// The URL of an embedded file; `None` where there is none of this name.
pub fn url_of(name: &str) -> Option<&'static str> {
    let found = ALL.iter().find(|asset| asset.name == name);
    found.map(|asset| asset.url.as_str())
}

/// The URL of an embedded file, for templates.
///
/// # Panics
/// When no such file is embedded: the names in templates are constants, and a test renders each page.
pub fn url(name: &str) -> &'static str {
    url_of(name).unwrap_or_else(|| panic!("no embedded asset is called {name}"))
}

fn asset(name: &'static str, content_type: &'static str, bytes: Cow<'static, [u8]>) -> Asset {
    let hash = fnv1a_64(&bytes);
    let url = match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{PREFIX}{stem}.{hash:016x}.{extension}"),
        None => format!("{PREFIX}{name}.{hash:016x}"),
    };
    Asset {
        name,
        url,
        content_type,
        bytes,
    }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): tells contents apart, defends against nobody.
fn fnv1a_64(bytes: &[u8]) -> u64 {
    const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    bytes.iter().fold(OFFSET_BASIS, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(PRIME)
    })
}

/// The sheets as one, without comments and indentation.
fn joined(sheets: &[&str]) -> String {
    let mut css = String::new();
    for sheet in sheets {
        let mut rest = *sheet;
        while let Some((before, after)) = rest.split_once("/*") {
            push_trimmed(&mut css, before);
            rest = after.split_once("*/").map_or("", |(_, after)| after);
        }
        push_trimmed(&mut css, rest);
    }
    css
}

fn push_trimmed(css: &mut String, text: &str) {
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        css.push_str(line);
        css.push('\n');
    }
}

#[cfg(test)]
mod tests;
