//! The pages that explain the API, and their files, all from the program itself and under policies that need no
//! exception for scripts (FIX-51).

use std::hash::{DefaultHasher, Hasher};
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::refusal::Refusal;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};
use http_edge::Failure;

use crate::openapi;
use crate::state::ApiState;

const EXPLORER_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'";
/// Redoc makes a worker, and two style elements whose contents have these hashes.
const REDOC_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; script-src 'self'; \
    style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' \
    'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='; \
    img-src 'self' data:; connect-src 'self'; worker-src blob:";

const EXPLORER: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<title>Elite Creatif API – Swagger UI</title>\n",
    "<link rel=\"icon\" href=\"data:,\">\n",
    "<link rel=\"stylesheet\" href=\"/docs/assets/swagger-ui.css\">\n",
    "<link rel=\"stylesheet\" href=\"/docs/assets/docs.css\">\n",
    "<script defer src=\"/docs/assets/swagger-ui-bundle.js\"></script>\n",
    "<script defer src=\"/docs/assets/swagger-init.js\"></script>\n",
    "</head>\n<body>\n<div id=\"swagger-ui\"></div>\n",
    "<noscript><p>Swagger UI needs JavaScript. The description itself is at ",
    "<a href=\"/openapi.json\">/openapi.json</a>.</p></noscript>\n</body>\n</html>\n"
);
const REDOC: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<title>Elite Creatif API – ReDoc</title>\n",
    "<link rel=\"icon\" href=\"data:,\">\n",
    "<link rel=\"stylesheet\" href=\"/docs/assets/docs.css\">\n",
    "<script defer src=\"/docs/assets/redoc.standalone.js\"></script>\n",
    "<script defer src=\"/docs/assets/redoc-init.js\"></script>\n",
    "</head>\n<body>\n<div id=\"redoc\"></div>\n",
    "<noscript><p>ReDoc needs JavaScript. The description itself is at ",
    "<a href=\"/openapi.json\">/openapi.json</a>.</p></noscript>\n</body>\n</html>\n"
);
const REDIRECT: &str = concat!(
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
    "<title>Swagger UI: OAuth2 redirect</title>\n",
    "<link rel=\"icon\" href=\"data:,\">\n",
    "<script defer src=\"/docs/assets/oauth2-redirect.js\"></script>\n",
    "</head>\n<body></body>\n</html>\n"
);

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// The files of the pages: name, kind, content.
const FILES: [(&str, &str, &[u8]); 7] = [
    (
        "docs.css",
        STYLE,
        include_bytes!("../../../assets/docs/docs.css"),
    ),
    (
        "swagger-init.js",
        SCRIPT,
        include_bytes!("../../../assets/docs/swagger-init.js"),
    ),
    (
        "redoc-init.js",
        SCRIPT,
        include_bytes!("../../../assets/docs/redoc-init.js"),
    ),
    (
        "swagger-ui.css",
        STYLE,
        include_bytes!("../../../assets/vendor/swagger-ui/swagger-ui.css"),
    ),
    (
        "swagger-ui-bundle.js",
        SCRIPT,
        include_bytes!("../../../assets/vendor/swagger-ui/swagger-ui-bundle.js"),
    ),
    (
        "oauth2-redirect.js",
        SCRIPT,
        include_bytes!("../../../assets/vendor/swagger-ui/oauth2-redirect.js"),
    ),
    (
        "redoc.standalone.js",
        SCRIPT,
        include_bytes!("../../../assets/vendor/redoc/redoc.standalone.js"),
    ),
];

/// What tells one content from another, for each file.
static TAGS: LazyLock<[String; FILES.len()]> = LazyLock::new(|| {
    FILES.map(|(_, _, bytes)| {
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        format!("\"{:016x}\"", hasher.finish())
    })
});

/// The pages are not part of the document that they show.
pub(crate) fn router() -> Router<ApiState> {
    Router::new()
        .route("/docs", get(async || page(EXPLORER, EXPLORER_POLICY)))
        .route(
            "/docs/oauth2-redirect",
            get(async || page(REDIRECT, EXPLORER_POLICY)),
        )
        .route("/redoc", get(async || page(REDOC, REDOC_POLICY)))
        .route("/openapi.json", get(document))
        .route("/docs/assets/{name}", get(file))
}

fn page(html: &'static str, policy: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, html).into_response()
}

async fn document() -> Response {
    ([(CONTENT_TYPE, "application/json")], openapi::served()).into_response()
}

/// A file under a URL that stays the same, so browsers ask each time whether the program is still the same.
async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(index) = FILES.iter().position(|(known, ..)| *known == name) else {
        return Failure::from(Refusal::not_found("Not Found")).into_response();
    };
    let (_, kind, bytes) = FILES[index];
    let tag = TAGS[index].as_str();
    let caching = [(CACHE_CONTROL, "public, no-cache"), (ETAG, tag)];
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok());
    if known.is_some_and(|tags| tags.contains(tag)) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(CONTENT_TYPE, kind)], bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a page loads.
    fn references(html: &str) -> Vec<&str> {
        let after = html.split("/docs/assets/").skip(1);
        after.map(|rest| rest.split('"').next().unwrap()).collect()
    }

    #[test]
    fn fix_51_each_page_loads_only_files_that_are_there_and_runs_nothing_inline() {
        for html in [EXPLORER, REDOC, REDIRECT] {
            for name in references(html) {
                assert!(FILES.iter().any(|(known, ..)| *known == name), "{name}");
            }
            assert!(!html.contains("<style") && !html.contains("style="));
            for script in html.split("<script").skip(1) {
                assert!(script.contains("></script>"), "{script}");
            }
        }
        assert!(EXPLORER.contains("Swagger UI"));
        for policy in [EXPLORER_POLICY, REDOC_POLICY] {
            assert!(
                !policy.contains("unsafe") && !policy.contains("  ") && !policy.contains("http")
            );
        }
    }

    #[tokio::test]
    async fn files_are_sent_once_and_unknown_ones_are_not_found() {
        let name = "docs.css".to_owned();
        let sent = file(Path(name.clone()), HeaderMap::new()).await;
        assert_eq!(sent.status(), StatusCode::OK);
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, sent.headers()[ETAG].clone());
        let again = file(Path(name), headers).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let unknown = file(Path("x.css".into()), HeaderMap::new()).await;
        assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    }
}
