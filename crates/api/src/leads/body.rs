//! Reading leads from bodies: one, many, or a change.

use axum::extract::Request;
use domain::leads::{
    BULK_MAX, EXTRA_BYTES_MAX, LONG_TEXT_CHARACTERS_MAX, LeadFields, LeadPatch, SCORE,
    SCORE_DEFAULT, SHORT_TEXT_CHARACTERS_MAX,
};
use domain::problems::Problem;
use http::StatusCode;
use http_edge::fields::{dictionary, integer, text};
use http_edge::{Failure, Fields, Received, Result, collect};
use serde_json::{Map, Value};

/// The largest body with many leads.
const BULK_BYTES_MAX: usize = 32 << 20;
/// Most values that such a body may hold: parsed, each takes far more memory than its two bytes on the wire.
const BULK_VALUES_MAX: usize = 1_000_000;

type Read<T> = std::result::Result<T, Problem>;

fn short(value: &Value) -> Read<String> {
    text(0..=SHORT_TEXT_CHARACTERS_MAX)(value)
}

fn long(value: &Value) -> Read<String> {
    text(0..=LONG_TEXT_CHARACTERS_MAX)(value)
}

fn extra(value: &Value) -> Read<Map<String, Value>> {
    let data = dictionary(value)?;
    if value.to_string().len() > EXTRA_BYTES_MAX {
        let text = format!("The data is larger than {EXTRA_BYTES_MAX} bytes of JSON");
        return Err(Problem::Rule(text));
    }
    Ok(data)
}

/// A lead that is to be made (contract #21).
pub(crate) fn new(body: &Received) -> Result<LeadFields> {
    let mut fields = body.fields()?;
    let new = read(&mut fields);
    fields.complete(())?;
    Ok(new)
}

fn read(fields: &mut Fields<'_>) -> LeadFields {
    LeadFields {
        title: fields.optional("title", short),
        address: fields.optional("address", long),
        phone: fields.optional("phone", short),
        website: fields.optional("website", short),
        email: fields.optional("email", short),
        description: fields.optional("description", long),
        contact_source: fields.optional("contact_source", short),
        scraped_data: fields.optional("scraped_data", extra),
        lead_score: fields.or("lead_score", SCORE_DEFAULT, integer(SCORE)),
        ..LeadFields::default()
    }
}

/// Many leads, as a bare list or under `leads` (contract #22).
pub(super) async fn many(request: Request) -> Result<Vec<LeadFields>> {
    let (parts, body) = request.into_parts();
    let bytes = collect(&parts.headers, body, BULK_BYTES_MAX).await?;
    if values(&bytes) > BULK_VALUES_MAX {
        let text = format!("The body holds more than {BULK_VALUES_MAX} values");
        return Err(Failure::plain(StatusCode::PAYLOAD_TOO_LARGE, text));
    }
    each(&Received::json(&parts.headers, &bytes)?)
}

/// Every lead of the list.
pub(crate) fn each(body: &Received) -> Result<Vec<LeadFields>> {
    let mut count = 0_usize;
    let found = body.each_object("leads", |fields| {
        count += 1;
        if count > BULK_MAX {
            return None;
        }
        Some(read(fields))
    })?;
    if count > BULK_MAX {
        let text = format!("More than {BULK_MAX} leads at once; please send them in parts");
        return Err(Failure::plain(StatusCode::PAYLOAD_TOO_LARGE, text));
    }
    Ok(found)
}

/// At least how many values a JSON text holds: what its separators outside of strings part.
fn values(json: &[u8]) -> usize {
    let (mut count, mut is_text, mut is_escaped) = (0, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b',' | b'[' | b'{' | b':' if !is_text => count += 1,
            _ => {}
        }
    }
    count
}

/// A change of a lead (contract #25); an empty title, and one that is `null`, is ignored.
pub(crate) fn patch(body: &Received) -> Result<LeadPatch> {
    let mut fields = body.fields()?;
    let patch = LeadPatch {
        title: fields.optional("title", short),
        email: fields.patch_nullable("email", short),
        phone: fields.patch_nullable("phone", short),
        address: fields.patch_nullable("address", long),
        website: fields.patch_nullable("website", short),
        description: fields.patch_nullable("description", long),
        generated_email: fields.patch_nullable("generated_email", long),
        deep_research: fields.patch_nullable("deep_research", long),
    };
    fields.complete(())?;
    Ok(patch)
}

/// The description of a query, where it has one.
pub(super) fn description(query: &Received) -> Result<Option<String>> {
    let mut fields = query.fields()?;
    let description = fields.patch("description", long);
    fields.complete(())?;
    Ok(description)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_outside_of_texts() {
        assert_eq!(values(br#"[{"a": "x,[{:\",", "b": [1, 2]}]"#), 7);
        assert_eq!(values(b"[]"), 1);
    }
}
