//! The shapes of the contract (2.1): the exact set of keys, and the type of each.

use serde_json::{Map, Value};

/// Keys with their types; a trailing `?` means that it may be `null`.
pub(crate) type Shape = &'static [(&'static str, &'static str)];

pub(crate) const USER: Shape = &[
    ("id", "id"),
    ("email", "str"),
    ("first_name", "str?"),
    ("last_name", "str?"),
    ("role", "str"),
    ("tenant_id", "id"),
    ("is_active", "bool"),
    ("created_at", "ts"),
    ("email_verified", "bool"),
    ("last_login_at", "ts?"),
];

pub(crate) const TOKEN: Shape = &[
    ("access_token", "str"),
    ("refresh_token", "str"),
    ("token_type", "str"),
    ("expires_in", "int"),
    ("user", "obj"),
];

pub(crate) const SESSION: Shape = &[
    ("id", "id"),
    ("kind", "str"),
    ("user_agent", "str?"),
    ("address", "str?"),
    ("created_at", "ts"),
    ("last_seen_at", "ts"),
    ("expires_at", "ts"),
    ("current", "bool"),
];

pub(crate) const TENANT: Shape = &[
    ("id", "id"),
    ("name", "str"),
    ("company_email", "str"),
    ("company_website", "str?"),
    ("status", "str"),
    ("plan", "str"),
    ("leads_quota", "int"),
    ("leads_used", "int"),
    ("created_at", "ts"),
    ("is_active", "bool"),
    ("updated_at", "ts"),
];

pub(crate) const CAMPAIGN: Shape = &[
    ("id", "id"),
    ("tenant_id", "id"),
    ("name", "str"),
    ("description", "str?"),
    ("status", "str"),
    ("search_query", "str"),
    ("lead_source", "str"),
    ("max_leads", "int"),
    ("created_at", "ts"),
    ("started_at", "ts?"),
    ("completed_at", "ts?"),
    ("leads_count", "int"),
    ("emails_sent", "int"),
    ("response_rate", "float"),
    ("description_style", "str?"),
    ("enable_ai_personalization", "bool"),
];

pub(crate) const LEAD: Shape = &[
    ("id", "id"),
    ("campaign_id", "id"),
    ("title", "str?"),
    ("address", "str?"),
    ("phone", "str?"),
    ("website", "str?"),
    ("email", "str?"),
    ("description", "str?"),
    ("lead_score", "int"),
    ("generated_email", "str?"),
    ("generated_whatsapp", "str?"),
    ("email_sent", "bool"),
    ("whatsapp_sent", "bool"),
    ("replied", "bool"),
    ("created_at", "ts"),
    ("contact_source", "str?"),
    ("scraped_data", "obj?"),
    ("deep_research", "str?"),
    ("category", "str?"),
    ("rating", "float?"),
    ("reviews_count", "int?"),
];

pub(crate) const MEMBER: Shape = &[
    ("id", "id"),
    ("email", "str"),
    ("first_name", "str?"),
    ("last_name", "str?"),
    ("role", "str"),
    ("is_active", "bool"),
    ("created_at", "ts"),
    ("last_login_at", "ts?"),
    ("invited", "bool"),
];

pub(crate) const TEMPLATE: Shape = &[
    ("id", "id"),
    ("tenant_id", "id"),
    ("name", "str"),
    ("description", "str?"),
    ("subject", "str"),
    ("body", "str"),
    ("is_active", "bool"),
    ("use_ai_personalization", "bool"),
    ("times_used", "int"),
    ("created_at", "ts"),
    ("updated_at", "ts"),
];

pub(crate) const STATS: Shape = &[
    ("total_leads", "int"),
    ("total_campaigns", "int"),
    ("active_campaigns", "int"),
    ("emails_sent", "int"),
    ("leads_this_month", "int"),
    ("leads_last_month", "int"),
    ("response_rate", "float"),
];

pub(crate) const UPLOAD_STATS: Shape = &[
    ("total_rows", "int"),
    ("leads_created", "int"),
    ("leads_failed", "int"),
    ("descriptions_generated", "int"),
    ("descriptions_from_csv", "int"),
    ("emails_generated", "int"),
    ("emails_from_csv", "int"),
];

pub(crate) const EVENT: Shape = &[
    ("seq", "int"),
    ("at", "ts"),
    ("name", "str"),
    ("subject_id", "id"),
    ("actor_id", "id?"),
    ("data", "obj"),
];

/// Asserts that a value is an object with exactly these keys, each of its type.
#[track_caller]
pub(crate) fn assert_shape(value: &Value, shape: Shape) {
    let object = value
        .as_object()
        .unwrap_or_else(|| panic!("no object: {value}"));
    assert_keys(object, shape);
    for (key, kind) in shape {
        assert!(is_of(&object[*key], kind), "{key} is no {kind}: {value}");
    }
}

#[track_caller]
fn assert_keys(object: &Map<String, Value>, shape: Shape) {
    let mut expected: Vec<&str> = shape.iter().map(|(key, _)| *key).collect();
    let mut found: Vec<&str> = object.keys().map(String::as_str).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}

fn is_of(value: &Value, kind: &str) -> bool {
    if let Some(kind) = kind.strip_suffix('?') {
        return value.is_null() || is_of(value, kind);
    }
    match kind {
        "str" => value.is_string(),
        "int" => value.is_i64(),
        "float" => value.is_f64(),
        "bool" => value.is_boolean(),
        "obj" => value.is_object(),
        "list" => value.is_array(),
        "id" => value.as_str().is_some_and(is_id),
        "ts" => value.as_str().is_some_and(is_timestamp),
        other => panic!("unknown type {other}"),
    }
}

/// A UUID of version 7 in 36 lower-case characters.
pub(crate) fn is_id(text: &str) -> bool {
    matches_pattern(text, "xxxxxxxx-xxxx-7xxx-Vxxx-xxxxxxxxxxxx")
}

/// Contract 1.4: no zone, six digits of fraction or none.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let fraction_is_zero = text.ends_with(".000000");
    let with_fraction = matches_pattern(text, "dddd-dd-ddTdd:dd:dd.dddddd");
    (with_fraction && !fraction_is_zero) || matches_pattern(text, "dddd-dd-ddTdd:dd:dd")
}

fn matches_pattern(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, expected)| match expected {
                b'd' => byte.is_ascii_digit(),
                b'x' => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
                b'V' => b"89ab".contains(&byte),
                other => byte == other,
            })
}
