//! The OpenAPI document, made from the table of routes (contract #6).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Paths};

use crate::operation::BEARER;
use crate::routes;
use crate::state::VERSION;

const TITLE: &str = "Elite Creatif API";
const DESCRIPTION: &str = "Multi-tenant outreach automation platform";

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut text = document()
        .to_pretty_json()
        .expect("a document made of strings, numbers and maps can be written");
    text.push('\n');
    text
});

/// The document as it is served and checked in: indented, in a stable order, with a newline at the end.
pub fn openapi_json() -> String {
    DOCUMENT.clone()
}

/// The same text, once for the process.
pub(crate) fn served() -> &'static str {
    &DOCUMENT
}

fn document() -> OpenApi {
    let mut paths = Paths::new();
    let mut schemas = BTreeMap::new();
    for (tag, routes) in routes::table() {
        for route in routes {
            let path = route.path;
            let (method, operation, referred) = route.describe(tag);
            paths.add_path_operation(path, vec![method], operation);
            schemas.extend(referred);
        }
    }
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(BEARER, bearer);
    let tags = routes::TAGS.map(|name| TagBuilder::new().name(name).build());
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title(TITLE)
                .version(VERSION)
                .description(Some(DESCRIPTION))
                .build(),
        )
        .paths(paths)
        .components(Some(components.build()))
        .tags(Some(tags))
        .build()
}

#[cfg(test)]
#[path = "openapi_tests.rs"]
mod tests;
