//! A small HTTP/1.1 client for tests of the wire: it follows no redirect, keeps no cookie, decodes no
//! encoding and judges no status, so that a test sees what was sent.

use std::net::ToSocketAddrs;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::form::Form;

const REQUEST_TIMEOUT: Duration = Duration::from_secs(120);
const RAW_TIMEOUT: Duration = Duration::from_secs(30);

/// A client of one server, with headers that it sends each time; clones share its connections.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    base_url: String,
    headers: HeaderMap,
}

impl Http {
    /// A client of the server at `base_url` (`http://127.0.0.1:8000`).
    pub fn new(base_url: &str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            base_url: base_url.trim_end_matches('/').to_owned(),
            headers: HeaderMap::new(),
        }
    }

    /// The same client with one header more on each request.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(header_name(name), header_value(value));
        self
    }

    /// The same client as the holder of `token`.
    pub fn with_bearer(self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// A GET of `path` (with its query).
    pub fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    /// A POST to `path`.
    pub fn post(&self, path: &str) -> Request {
        self.request(Method::POST, path)
    }

    /// A PUT to `path`.
    pub fn put(&self, path: &str) -> Request {
        self.request(Method::PUT, path)
    }

    /// A PATCH of `path`.
    pub fn patch(&self, path: &str) -> Request {
        self.request(Method::PATCH, path)
    }

    /// A DELETE of `path`.
    pub fn delete(&self, path: &str) -> Request {
        self.request(Method::DELETE, path)
    }

    /// A request of any method.
    pub fn request(&self, method: Method, path: &str) -> Request {
        let url = format!("{}{path}", self.base_url);
        let request = http::Request::builder()
            .method(method)
            .uri(&url)
            .body(Bytes::new());
        let mut request = request.unwrap_or_else(|error| panic!("{url}: {error}"));
        request.headers_mut().clone_from(&self.headers);
        Request {
            client: self.client.clone(),
            request,
        }
    }
}

/// A request that has not been sent yet.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    client: Client<HttpConnector, Full<Bytes>>,
    request: http::Request<Bytes>,
}

impl Request {
    /// Sets a header, in place of an earlier one of that name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request
            .headers_mut()
            .insert(header_name(name), header_value(value));
        self
    }

    /// Sets a JSON body.
    pub fn json(self, value: &Value) -> Self {
        self.body("application/json", value.to_string())
    }

    /// Sets the body of a form with files.
    pub fn multipart(self, form: Form) -> Self {
        let content_type = form.content_type();
        self.body(&content_type, form.into_body())
    }

    /// Sets any body.
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        *self.request.body_mut() = body.into();
        self.header("content-type", content_type)
    }

    /// Sends it and reads the whole answer.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(self) -> Answer {
        let line = format!("{} {}", self.request.method(), self.request.uri());
        self.try_send()
            .await
            .unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    /// Sends it; an error where the server is gone, closes early or takes too long.
    pub async fn try_send(self) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let exchange = async {
            let response = self.client.request(self.request.map(Full::new)).await?;
            let (head, body) = response.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok(Answer {
                status: head.status,
                headers: head.headers,
                body,
            })
        };
        tokio::time::timeout(REQUEST_TIMEOUT, exchange).await?
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Bytes,
}

impl Answer {
    /// The first value of a header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none; the message carries status and body.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.status, self.text()))
    }

    /// The same answer, if it has the status that the caller expects.
    ///
    /// # Panics
    /// When it has another; the message carries the body.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "body: {}", self.text());
        self
    }
}

/// Sends bytes as they are on a connection of their own, closes the sending side and reads until the
/// server closes: for requests that no proper client would send, such as one cut in the middle.
///
/// # Panics
/// When the server cannot be reached or leaves the connection open.
pub async fn exchange_raw(address: impl ToSocketAddrs, request: &[u8]) -> Vec<u8> {
    let address = address
        .to_socket_addrs()
        .ok()
        .and_then(|mut found| found.next());
    let exchange = async {
        let address = address.expect("a host and a port");
        let mut stream = TcpStream::connect(address)
            .await
            .expect("the server listens");
        // A server that refuses early closes while we still write, and resets while we still read:
        // what came until then is the answer.
        let _ = stream.write_all(request).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        answer
    };
    tokio::time::timeout(RAW_TIMEOUT, exchange)
        .await
        .expect("the server closes the connection")
}

fn header_name(name: &str) -> HeaderName {
    name.parse()
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn header_value(value: &str) -> HeaderValue {
    // Bytes, so that a test can send what is not ASCII.
    HeaderValue::from_bytes(value.as_bytes()).unwrap_or_else(|error| panic!("{value}: {error}"))
}
