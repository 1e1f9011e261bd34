//! Connections to a bucket's server: HTTP/1.1, rustls with ring, and no wait without an end.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService,
};

/// Longest wait for a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Longest wait for the head of an answer, the sending of an object included.
const ANSWER_MAX: Duration = Duration::from_secs(60);
/// Longest silence within an answer.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// How long a connection is kept that nobody uses.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// Makes the connections.
#[derive(Debug)]
pub(super) struct Connector;

#[derive(Debug)]
struct Connections(Client<HttpsConnector<TcpConnector>, HttpRequestBody>);

#[derive(Debug, thiserror::Error)]
#[error("no answer in time")]
struct TooLate;

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        let mut tcp = TcpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT_MAX));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let tls = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_MAX)
            .pool_timer(TokioTimer::new())
            .build(tls);
        Ok(HttpClient::new(Connections(client)))
    }
}

impl HttpService for Connections {
    fn call<'a, 'b>(
        &'a self,
        request: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let answer = tokio::time::timeout(ANSWER_MAX, self.0.request(request)).await;
            let answer = answer.map_err(|_| HttpError::new(HttpErrorKind::Timeout, TooLate))?;
            let answer = answer.map_err(|error| {
                let kind = if error.is_connect() {
                    HttpErrorKind::Connect
                } else {
                    HttpErrorKind::Interrupted
                };
                HttpError::new(kind, Explained::of(&error))
            })?;
            let (parts, body) = answer.into_parts();
            let frames = stream::unfold(Some(body), |body| async move {
                let mut body = body?;
                let error = match tokio::time::timeout(SILENCE_MAX, body.frame()).await {
                    Ok(None) => return None,
                    Ok(Some(Ok(frame))) => return Some((Ok(frame), Some(body))),
                    Ok(Some(Err(error))) => {
                        HttpError::new(HttpErrorKind::Interrupted, Explained::of(&error))
                    }
                    Err(_late) => HttpError::new(HttpErrorKind::Timeout, TooLate),
                };
                Some((Err(error), None))
            });
            Ok(HttpResponse::from_parts(
                parts,
                HttpResponseBody::new(StreamBody::new(frames)),
            ))
        })
    }
}

/// An error with its causes in one line; by itself "client error (Connect)" says nothing to whoever reads the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Explained(String);

impl Explained {
    fn of(error: &dyn Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        Self(text)
    }
}
