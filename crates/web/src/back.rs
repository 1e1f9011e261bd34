//! Addresses that only forms post to. A refused form leaves its address in the browser's bar; whoever asks for it with a
//! `GET` is led to the page of the form.

use axum::extract::Path;
use axum::response::Response;

use crate::page::see_other;

pub(crate) async fn to_start() -> Response {
    see_other("/")
}

pub(crate) async fn to_team() -> Response {
    see_other("/team")
}

pub(crate) async fn to_profile() -> Response {
    see_other("/profile")
}

pub(crate) async fn to_campaign(Path(id): Path<String>) -> Response {
    see_other(&under("/campaigns/", &id, ""))
}

pub(crate) async fn to_new_lead(Path(id): Path<String>) -> Response {
    see_other(&under("/campaigns/", &id, "/leads/new"))
}

pub(crate) async fn to_import_form(Path(id): Path<String>) -> Response {
    see_other(&under("/campaigns/", &id, "/import"))
}

pub(crate) async fn to_check(Path((id, upload)): Path<(String, String)>) -> Response {
    let campaign = under("/campaigns/", &id, "");
    see_other(&under(&format!("{campaign}/import/"), &upload, ""))
}

/// A path below, with an id that may be anything: what no id is made of is dropped, so that the path stays a path.
fn under(beginning: &str, id: &str, rest: &str) -> String {
    let plain = |c: &char| c.is_ascii_hexdigit() || *c == '-';
    let id: String = id.chars().filter(plain).collect();
    format!("{beginning}{id}{rest}")
}

#[cfg(test)]
mod tests {
    use super::under;

    #[test]
    fn an_id_cannot_lead_anywhere_else() {
        assert_eq!(under("/imports/", "0-a", ""), "/imports/0-a");
        assert_eq!(under("/imports/", "/../\\evil?", ""), "/imports/e");
    }
}
