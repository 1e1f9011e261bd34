//! What to ask for: addresses of one server with their tokens, made into requests.

use std::cell::Cell;
use std::fs;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::Full;

use crate::options::Options;

/// All that can be asked for.
#[derive(Debug)]
pub(crate) struct Targets {
    /// `HOST:PORT` of the server.
    pub(crate) authority: String,
    method: Method,
    body: Option<String>,
    each: Vec<Target>,
    pinned: bool,
    sent: Cell<u64>,
}

#[derive(Debug)]
struct Target {
    path: Uri,
    authorization: Option<HeaderValue>,
}

impl Targets {
    /// What the command line and its file name; all of it at one server.
    pub(crate) fn read(options: &Options) -> Result<Self, String> {
        let mut named: Vec<(String, Option<String>)> = options
            .urls
            .iter()
            .map(|url| (url.clone(), options.token.clone()))
            .collect();
        if let Some(file) = &options.targets {
            let text =
                fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            named.extend(text.lines().filter_map(|line| {
                let mut words = line.split_whitespace().map(str::to_owned);
                words.next().map(|url| (url, words.next()))
            }));
        }
        let mut authority = None;
        let mut each = Vec::with_capacity(named.len());
        for (url, token) in named {
            let (target, server) = target(&url, token.as_deref())?;
            if authority.get_or_insert_with(|| server.clone()) != &server {
                return Err(format!("{url} is at another server than those before"));
            }
            each.push(target);
        }
        Ok(Self {
            authority: authority.ok_or("no address was given")?,
            method: options.method.parse().map_err(|_| "no such method")?,
            body: options.body.clone(),
            each,
            pinned: options.pinned,
            sent: Cell::new(0),
        })
    }

    /// The next request of a client.
    pub(crate) fn next(&self, client: usize, turn: usize) -> Request<Full<Bytes>> {
        let number = self.sent.get();
        self.sent.set(number + 1);
        let place = if self.pinned { client } else { client + turn };
        let target = &self.each[place % self.each.len()];
        let body = match &self.body {
            Some(body) => Bytes::from(body.replace("{n}", &number.to_string())),
            None => Bytes::new(),
        };
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = target.path.clone();
        let headers = request.headers_mut();
        if let Ok(host) = HeaderValue::from_str(&self.authority) {
            headers.insert(HOST, host);
        }
        if let Some(authorization) = &target.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        request
    }
}

fn target(url: &str, token: Option<&str>) -> Result<(Target, String), String> {
    let wrong = || format!("{url:?} is no http://HOST:PORT/PATH");
    let parsed: Uri = url.parse().map_err(|_| wrong())?;
    if parsed.scheme_str() != Some("http") {
        return Err(wrong());
    }
    let authority = parsed.authority().ok_or_else(wrong)?.to_string();
    let path = parsed.path_and_query().ok_or_else(wrong)?.as_str();
    let authorization = token.map(|token| HeaderValue::from_str(&format!("Bearer {token}")));
    let target = Target {
        path: path.parse().map_err(|_| wrong())?,
        authorization: authorization.transpose().map_err(|_| wrong())?,
    };
    Ok((target, authority))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use http_body_util::BodyExt;

    use super::*;

    fn read(line: &[&str]) -> Result<Targets, String> {
        Targets::read(&Options::parse_from([&["bench-load"], line].concat()))
    }

    #[tokio::test]
    async fn each_request_takes_the_next_address_and_a_number_of_its_own() {
        let line = [
            "http://h:1/a",
            "http://h:1/b",
            "--body",
            "n{n}",
            "--token",
            "t",
        ];
        let targets = read(&line).unwrap();
        for (turn, (path, body)) in [("/a", "n0"), ("/b", "n1"), ("/a", "n2")]
            .iter()
            .enumerate()
        {
            let request = targets.next(0, turn);
            assert_eq!(request.uri(), path);
            assert_eq!(request.headers()[AUTHORIZATION], "Bearer t");
            assert_eq!(
                request.into_body().collect().await.unwrap().to_bytes(),
                body
            );
        }
    }

    #[test]
    fn a_pinned_client_keeps_to_its_address() {
        let targets = read(&["http://h:1/a", "http://h:1/b", "--pinned"]).unwrap();
        assert_eq!(targets.next(1, 0).uri(), "/b");
        assert_eq!(targets.next(1, 1).uri(), "/b");
    }

    #[test]
    fn what_is_no_address_of_one_server_is_refused() {
        for line in [
            &[][..],
            &["h/a"],
            &["https://h/a"],
            &["http://h:1/a", "http://h:2/a"],
        ] {
            assert!(read(line).is_err(), "{line:?}");
        }
    }
}
