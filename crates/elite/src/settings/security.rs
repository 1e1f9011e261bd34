//! `[security]`: the signing secret, the origins that may call, and secrets that are only checked.

use super::{reader::Reader, secret::Secret, server::Environment};

/// Fewest characters of a signing secret.
const JWT_SECRET_CHARACTERS_MIN: usize = 32;
/// Fewest different characters of one; a random secret of 32 hexadecimal digits has more.
const JWT_SECRET_DISTINCT_MIN: usize = 6;
/// Fewest characters of an administrator's password in production.
const ADMIN_PASSWORD_CHARACTERS_MIN: usize = 12;
/// Hexadecimal digits of an encryption key: 256 bits.
const ENCRYPTION_KEY_DIGITS: usize = 64;

/// Parts of texts that samples and guides use in the place of a secret, in lower case and with hyphens.
const PLACEHOLDERS: &[&str] = &[
    "at-least-32",
    "change-me",
    "change-this",
    "changeme",
    "changethis",
    "example",
    "jwt-secret",
    "minimum-32",
    "password",
    "placeholder",
    "replace-me",
    "replace-this",
    "secret-key",
    "secretkey",
    "super-secret",
    "supersecret",
    "your-encryption",
    "your-secret",
];

/// Beginnings of an administrator's password that are tried first by whoever guesses.
const WEAK_BEGINNINGS: &[&str] = &[
    "123456", "abc123", "admin", "letmein", "qwerty", "root", "test", "welcome",
];

const MAKE_ONE: &str = "Make one with `openssl rand -hex 32`.";

/// The section `[security]`.
#[derive(Debug, Clone)]
pub struct Security {
    /// Secret that signs tokens; `None` means that one is made and kept in the data directory, never so in production.
    pub jwt_secret: Option<Secret>,
    /// Origins whose pages may call the API, as a browser sends them.
    pub allowed_origins: Vec<String>,
}

impl Security {
    pub(super) fn read(reader: &mut Reader, environment: Environment) -> Self {
        let jwt_secret = jwt_secret(reader, environment);
        let allowed_origins = allowed_origins(reader);
        check_admin_password(reader, environment);
        check_encryption_key(reader);
        check_stripe_key(reader, environment);
        Self {
            jwt_secret,
            allowed_origins,
        }
    }
}

/// The effective secret is the one that is judged, whichever of the two names it has.
fn jwt_secret(reader: &mut Reader, environment: Environment) -> Option<Secret> {
    let by_other_name = reader.secret("JWT_SECRET_KEY");
    let plain = reader.secret("JWT_SECRET");
    if by_other_name.is_some() && plain.is_some() && by_other_name != plain {
        let (used, unused) = (reader.called("JWT_SECRET_KEY"), reader.called("JWT_SECRET"));
        reader.warn(format!(
            "{unused} is not used, since {used} is set and takes precedence."
        ));
    }
    let name = if by_other_name.is_some() {
        "JWT_SECRET_KEY"
    } else {
        "JWT_SECRET"
    };
    let secret = by_other_name.or(plain);
    let Some(text) = secret.as_ref().map(Secret::expose) else {
        // A wrong type has been noted already, and then the setting has an origin.
        if environment.is_production() && reader.raw(name).is_none() {
            reader.refuse(
                name,
                &format!("is not set, and ENVIRONMENT=production requires it. {MAKE_ONE}"),
            );
        }
        return None;
    };
    let length = text.chars().count();
    if is_placeholder(text) {
        reader.refuse(
            name,
            &format!("is a placeholder that anybody can guess. {MAKE_ONE}"),
        );
    } else if length < JWT_SECRET_CHARACTERS_MIN {
        reader.refuse(
            name,
            &format!(
                "has {length} characters and needs at least {JWT_SECRET_CHARACTERS_MIN}. {MAKE_ONE}"
            ),
        );
    } else if distinct_characters(text) < JWT_SECRET_DISTINCT_MIN {
        reader.refuse(
            name,
            &format!("repeats a few characters and can be guessed. {MAKE_ONE}"),
        );
    }
    secret
}

fn is_placeholder(text: &str) -> bool {
    let text = text.to_lowercase().replace(['_', ' ', '.'], "-");
    text == "secret"
        || PLACEHOLDERS
            .iter()
            .any(|placeholder| text.contains(placeholder))
}

fn distinct_characters(text: &str) -> usize {
    text.chars()
        .collect::<std::collections::BTreeSet<_>>()
        .len()
}

fn allowed_origins(reader: &mut Reader) -> Vec<String> {
    let mut origins = Vec::new();
    for text in reader.list("ALLOWED_ORIGINS") {
        match origin(&text) {
            Ok(origin) => origins.push(origin),
            Err(reason) => reader.refuse("ALLOWED_ORIGINS", &format!("names {text:?}, {reason}")),
        }
    }
    origins
}

/// The origin as a browser sends it: lower case, no default port.
fn origin(text: &str) -> Result<String, &'static str> {
    if text.contains('*') {
        return Err(
            "but requests carry credentials, so every origin has to be named in full. Write https://app.example.com.",
        );
    }
    const FORM: &str = "which is not an origin. Write scheme, host and port alone, like https://app.example.com or http://localhost:3000.";
    const PATH: &str = "which has a path; an origin ends with its host or port. Remove everything from the slash on.";
    let text = text.to_ascii_lowercase();
    let (scheme, authority) = text.split_once("://").ok_or(FORM)?;
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return Err(FORM),
    };
    if authority.contains('/') {
        return Err(PATH);
    }
    let (host, port) = match authority.rsplit_once(':') {
        // The colons of an IPv6 address stand within its brackets.
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_host = if let Some(address) = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        address.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        !host.is_empty()
            && host
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter))
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    if !is_host || !is_port {
        return Err(FORM);
    }
    let authority = authority.strip_suffix(default_port).unwrap_or(authority);
    Ok(format!("{scheme}://{authority}"))
}

fn check_admin_password(reader: &mut Reader, environment: Environment) {
    let Some(password) = reader.secret("ADMIN_PASSWORD") else {
        return;
    };
    let text = password.expose();
    let lower = text.to_lowercase();
    let is_weak = text.chars().count() < ADMIN_PASSWORD_CHARACTERS_MIN
        || distinct_characters(text) < JWT_SECRET_DISTINCT_MIN
        || is_placeholder(text)
        || WEAK_BEGINNINGS
            .iter()
            .any(|beginning| lower.starts_with(beginning));
    if is_weak && environment.is_production() {
        reader.refuse(
            "ADMIN_PASSWORD",
            &format!("is weak, and ENVIRONMENT=production refuses that. Choose {ADMIN_PASSWORD_CHARACTERS_MIN} characters or more that nobody would guess, or remove it."),
        );
    }
}

fn check_encryption_key(reader: &mut Reader) {
    let Some(key) = reader.secret("ENCRYPTION_KEY") else {
        return;
    };
    let text = key.expose();
    if text.len() != ENCRYPTION_KEY_DIGITS || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        reader.refuse(
            "ENCRYPTION_KEY",
            &format!("is not {ENCRYPTION_KEY_DIGITS} hexadecimal digits. {MAKE_ONE}"),
        );
    }
}

fn check_stripe_key(reader: &mut Reader, environment: Environment) {
    let Some(key) = reader.secret("STRIPE_SECRET_KEY") else {
        return;
    };
    if environment.is_production() && key.expose().starts_with("sk_test_") {
        reader.refuse(
            "STRIPE_SECRET_KEY",
            "is a test key, and ENVIRONMENT=production refuses that. Use the live key, or remove it.",
        );
    }
}
