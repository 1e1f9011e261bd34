//! `[uploads]`: where uploaded files wait for their import, and for how long.

use std::time::Duration;

use super::{reader::Reader, secret::Secret};

/// The region that servers of one's own expect where none is named.
const REGION: &str = "us-east-1";
/// Names of what only matters with a bucket, and which other programs read as well.
const SHARED_NAMES: [&str; 3] = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
const FORM: &str =
    "Write s3://BUCKET or s3://BUCKET/PREFIX, or leave it out to keep files in the data directory.";

/// A bucket that speaks S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Begins the name of every object; may be empty.
    pub prefix: String,
    /// The server, where it is not Amazon's.
    pub endpoint: Option<String>,
    /// The region.
    pub region: String,
    /// The key that is public.
    pub access_key_id: String,
    /// The key that is not.
    pub secret_access_key: Secret,
}

/// The section `[uploads]`.
#[derive(Debug, Clone)]
pub struct Uploads {
    /// The bucket; `None` is the data directory.
    pub bucket: Option<Bucket>,
    /// How long an upload waits for its import.
    pub life: Duration,
}

impl Uploads {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let hours: u64 = reader.whole("UPLOAD_EXPIRES_HOURS");
        let endpoint = endpoint(reader);
        let region = reader.text("AWS_REGION");
        let access_key_id = reader.text("AWS_ACCESS_KEY_ID");
        let secret_access_key = reader.secret("AWS_SECRET_ACCESS_KEY");
        let bucket = match reader.text("UPLOADS_URL") {
            None => {
                without_bucket(reader, endpoint.is_some());
                None
            }
            Some(url) => match place(&url) {
                Err(reason) => {
                    reader.refuse("UPLOADS_URL", &reason);
                    None
                }
                Ok((name, prefix)) => {
                    require_entry(reader);
                    Some(Bucket {
                        name,
                        prefix,
                        endpoint,
                        region: region.unwrap_or_else(|| REGION.to_owned()),
                        access_key_id: access_key_id.unwrap_or_default(),
                        secret_access_key: secret_access_key.unwrap_or_else(|| Secret::new("")),
                    })
                }
            },
        };
        Self {
            bucket,
            life: Duration::from_secs(hours * 3_600),
        }
    }
}

/// Says what is missing to enter a bucket.
fn require_entry(reader: &mut Reader) {
    let called = reader.called("UPLOADS_URL");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        if reader.raw(name).is_none() {
            reader.refuse(name, &format!("is not set, and {called} is: a bucket needs both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."));
        }
    }
    if reader.raw("AWS_REGION").is_none() && reader.raw("S3_ENDPOINT").is_none() {
        reader.refuse(
            "AWS_REGION",
            "is not set, nor is S3_ENDPOINT. Set it to the bucket's region, such as eu-central-1.",
        );
    }
}

/// Says what does nothing. The names that other programs read are only warned about.
fn without_bucket(reader: &mut Reader, has_endpoint: bool) {
    if has_endpoint {
        reader.refuse("S3_ENDPOINT", "is set, but UPLOADS_URL is not, so files would stay in the data directory. Set UPLOADS_URL to s3://BUCKET, or remove it.");
    }
    for name in SHARED_NAMES {
        if reader.raw(name).is_some() {
            let called = reader.called(name);
            reader.warn(format!("{called} is set, but UPLOADS_URL is not, so it has no meaning: files are kept in the data directory."));
        }
    }
}

/// The bucket's name and the prefix.
fn place(url: &str) -> Result<(String, String), String> {
    let Some(rest) = url.strip_prefix("s3://") else {
        return Err(format!("does not begin with s3://. {FORM}"));
    };
    let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let is_name = (3..=63).contains(&name.len())
        && name
            .chars()
            .all(|letter| is_plain(letter) || ".-".contains(letter))
        && name.starts_with(is_plain)
        && name.ends_with(is_plain);
    if !is_name {
        return Err(format!(
            "does not name a bucket: 3 to 63 small letters, digits, dots and hyphens. {FORM}"
        ));
    }
    let prefix = prefix.trim_end_matches('/');
    let is_step = |step: &str| {
        !matches!(step, "" | "." | "..")
            && step
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
    };
    if !prefix.is_empty() && !prefix.split('/').all(is_step) {
        return Err(format!(
            "has a prefix with more in it than letters, digits, dots, hyphens and underscores between slashes. {FORM}"
        ));
    }
    Ok((name.to_owned(), prefix.to_owned()))
}

fn endpoint(reader: &mut Reader) -> Option<String> {
    let url = reader.text("S3_ENDPOINT")?;
    let url = url.trim_end_matches('/').to_owned();
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let is_host = |host: &str| {
        !host.is_empty()
            && !host.contains(|letter: char| letter.is_whitespace() || "/@?#".contains(letter))
    };
    if !host.is_some_and(is_host) {
        reader.refuse("S3_ENDPOINT", "is not the address of a server. Write https://HOST or https://HOST:PORT; the bucket's name goes to UPLOADS_URL.");
        return None;
    }
    let is_here = |host: &str| {
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|here| {
            host.strip_prefix(here)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        })
    };
    if url.starts_with("http://") && !host.is_some_and(is_here) {
        let called = reader.called("S3_ENDPOINT");
        reader.warn(format!("{called} begins with http://, so uploaded files travel unprotected. Use https:// unless the network is your own."));
    }
    Some(url)
}
