use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

fn parsed() -> Value {
    serde_json::from_str(&openapi_json()).expect("the document is JSON")
}

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("an item").clone();
        methods
            .into_iter()
            .map(|(method, _)| (path.clone(), method))
            .collect::<Vec<_>>()
    };
    let all = paths.iter().flat_map(of);
    all.map(|(path, method)| {
        let operation = &document["paths"][&path][&method];
        (path, method, operation)
    })
    .collect()
}

#[test]
fn every_route_is_in_the_document_and_the_reverse() {
    let mut routed = BTreeSet::new();
    for (_, routes) in routes::table() {
        for route in routes {
            let method = serde_json::to_value(&route.method).unwrap();
            let method = method.as_str().unwrap().to_lowercase();
            assert!(
                routed.insert((route.path.to_owned(), method)),
                "{}",
                route.path
            );
        }
    }
    let document = parsed();
    let documented = operations(&document);
    let documented = documented
        .into_iter()
        .map(|(path, method, _)| (path, method));
    assert_eq!(documented.collect::<BTreeSet<_>>(), routed);
}

#[test]
fn the_endpoints_of_the_contract_are_there_and_no_other() {
    let document = parsed();
    let api: BTreeSet<String> = operations(&document)
        .into_iter()
        .filter(|(path, ..)| path.starts_with("/api/"))
        .map(|(path, method, _)| format!("{method} {}", path.strip_prefix("/api/v1").unwrap()))
        .collect();
    let expected = [
        "post /auth/register",
        "post /auth/login",
        "post /auth/refresh",
        "get /auth/me",
        "post /auth/logout",
        "post /auth/password",
        "get /auth/sessions",
        "delete /auth/sessions/{session_id}",
        "get /tenants/me",
        "patch /tenants/me",
        "post /campaigns",
        "get /campaigns",
        "get /campaigns/{campaign_id}",
        "patch /campaigns/{campaign_id}",
        "delete /campaigns/{campaign_id}",
        "get /campaigns/{campaign_id}/leads",
        "post /campaigns/{campaign_id}/leads",
        "post /campaigns/{campaign_id}/leads/bulk",
        "delete /campaigns/{campaign_id}/leads",
        "get /campaigns/{campaign_id}/leads/export",
        "patch /leads/{lead_id}",
        "put /leads/{lead_id}",
        "delete /leads/{lead_id}",
        "post /campaigns/{campaign_id}/upload-leads",
        "post /campaigns/{campaign_id}/imports/preview",
        "post /campaigns/{campaign_id}/imports",
        "get /campaigns/{campaign_id}/imports",
        "get /campaigns/{campaign_id}/imports/{import_id}",
        "post /campaigns/{campaign_id}/imports/{import_id}/cancel",
        "get /campaigns/{campaign_id}/imports/{import_id}/errors.csv",
        "post /campaigns/{campaign_id}/imports/{import_id}/undo",
        "options /uploads",
        "post /uploads",
        "head /uploads/{upload_id}",
        "get /uploads/{upload_id}",
        "patch /uploads/{upload_id}",
        "delete /uploads/{upload_id}",
        "post /email-templates",
        "get /email-templates",
        "get /email-templates/{template_id}",
        "patch /email-templates/{template_id}",
        "delete /email-templates/{template_id}",
        "get /dashboard/stats",
        "get /events",
        "get /notifications",
        "get /team/members",
        "post /team/invite",
        "post /team/invitations/accept",
        "post /team/{user_id}/invitation",
        "patch /team/{user_id}/role",
        "post /team/{user_id}/transfer-ownership",
        "delete /team/{user_id}",
    ];
    assert_eq!(api, expected.map(str::to_owned).into());
}

#[test]
fn fix_60_operations_have_names_of_their_own() {
    let document = parsed();
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let name = operation["operationId"]
            .as_str()
            .expect("a name")
            .to_owned();
        assert!(names.insert(name), "{method} {path}");
    }
}

#[test]
fn the_head_is_the_contracts() {
    let document = parsed();
    let info = &document["info"];
    assert_eq!(info["title"], "Elite Creatif API");
    assert_eq!(info["version"], "2.0.0");
    assert_eq!(info["description"], DESCRIPTION);
    let scheme = &document["components"]["securitySchemes"]["HTTPBearer"];
    assert_eq!(
        (&scheme["type"], &scheme["scheme"]),
        (&"http".into(), &"bearer".into())
    );
    let tags = document["tags"].as_array().unwrap().iter();
    assert_eq!(
        tags.map(|tag| tag["name"].as_str().unwrap())
            .collect::<Vec<_>>(),
        routes::TAGS
    );
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_says_how_it_ends() {
    let document = parsed();
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str));
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    references(&document, &mut found);
    for reference in found {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for (path, method, operation) in operations(&document) {
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{method} {path}"
        );
        for (status, response) in responses {
            // An announced upload is all in its headers, and so is every answer to HEAD.
            let is_bare = method == "head" || status == "201" && path.ends_with("/uploads");
            assert!(
                is_bare || matches!(&**status, "204" | "304") || response.get("content").is_some(),
                "{method} {path} {status}"
            );
        }
    }
}

#[test]
fn whoever_is_not_signed_in_can_only_come_in() {
    let document = parsed();
    let open: BTreeSet<String> = operations(&document)
        .into_iter()
        .filter(|(path, _, operation)| {
            path.starts_with("/api/") && operation.get("security").is_none()
        })
        .map(|(.., operation)| operation["operationId"].as_str().unwrap().to_owned())
        .collect();
    let expected = [
        "register",
        "login",
        "refresh",
        "accept_invitation",
        "describe_uploads",
    ];
    assert_eq!(open, expected.map(str::to_owned).into());
}

#[test]
fn the_text_is_stable() {
    assert_eq!(document().to_pretty_json().unwrap() + "\n", openapi_json());
}

#[test]
fn the_file_that_is_checked_in_is_this_document() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == openapi_json(), "`make openapi` writes it anew");
}
