//! A server that answers with the request as it came, or with a page.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

/// Serves until the test process ends and returns the address. An empty `page` shows the request;
/// requests are told apart by the end of their body, or of what the client sends.
pub(crate) fn serve(content_type: &'static str, page: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener
        .local_addr()
        .expect("a bound socket has an address");
    let threads = std::thread::Builder::new();
    let serve = move || {
        listener
            .incoming()
            .flatten()
            .for_each(|s| answer(s, content_type, page))
    };
    threads.spawn(serve).expect("a thread starts");
    format!("http://{address}")
}

fn answer(mut stream: TcpStream, content_type: &str, page: &str) {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut chunk) {
            Ok(read @ 1..) => request.extend_from_slice(&chunk[..read]),
            _ => break,
        }
    }
    let body = if page.is_empty() {
        request.as_slice()
    } else {
        page.as_bytes()
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}; charset=utf-8\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    // A client that went away is no concern of a test server.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length = length
        .and_then(|length| length.trim().parse::<usize>().ok())
        .unwrap_or(0);
    request.len() >= end + 4 + length
}
