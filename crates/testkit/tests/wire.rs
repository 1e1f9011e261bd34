//! The HTTP client against a server that shows what it received.

mod echo;

use serde_json::json;
use testkit::{Form, Http, exchange_raw};

#[tokio::test]
async fn json_goes_out_with_its_headers() {
    let http = Http::new(&echo::serve("text/plain", "")).with_bearer("abc");
    let request = http
        .post("/api/v1/things?page=2")
        .header("x-event-seq", "7");
    let seen = request
        .json(&json!({ "name": "Zürich" }))
        .send()
        .await
        .expect_status(200)
        .text();
    assert!(
        seen.starts_with("POST /api/v1/things?page=2 HTTP/1.1\r\n"),
        "{seen}"
    );
    assert!(seen.contains("authorization: Bearer abc\r\n"), "{seen}");
    assert!(seen.contains("x-event-seq: 7\r\n"), "{seen}");
    assert!(
        seen.contains("content-type: application/json\r\n"),
        "{seen}"
    );
    assert!(seen.ends_with(r#"{"name":"Zürich"}"#), "{seen}");
}

#[tokio::test]
async fn a_form_carries_fields_and_files() {
    let http = Http::new(&echo::serve("text/plain", ""));
    let form =
        Form::new()
            .text("mode", "append")
            .file("file", "a\"b.csv", "text/csv", b"x,y\n1,2\n");
    let seen = http.post("/upload").multipart(form).send().await.text();
    let part = "Content-Disposition: form-data; name=\"file\"; filename=\"a%22b.csv\"\r\n\
                Content-Type: text/csv\r\n\r\nx,y\n1,2\n\r\n--";
    assert!(seen.contains("name=\"mode\"\r\n\r\nappend\r\n--"), "{seen}");
    assert!(seen.contains(part) && seen.ends_with("--\r\n"), "{seen}");
}

#[tokio::test]
async fn a_cut_request_is_sent_as_it_is() {
    let url = echo::serve("text/plain", "");
    let address = url.trim_start_matches("http://");
    let answer = exchange_raw(
        address,
        b"POST / HTTP/1.1\r\ncontent-length: 100\r\n\r\nhalf",
    )
    .await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(
        answer.ends_with("content-length: 100\r\n\r\nhalf"),
        "{answer}"
    );
}

#[tokio::test]
async fn nobody_there_is_an_error_not_a_panic() {
    let http = Http::new(&format!("http://127.0.0.1:{}", testkit::free_port()));
    assert!(http.get("/").try_send().await.is_err());
}
