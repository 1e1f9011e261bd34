use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::edge::{Edge, EdgeOptions};
use crate::received::JsonBody;

struct Running {
    address: SocketAddr,
    shutdown: CancellationToken,
    tracker: TaskTracker,
}

fn quick() -> ServerOptions {
    ServerOptions {
        header_timeout: Duration::from_millis(500),
        idle_max: Duration::from_millis(1800),
        drain_max: Duration::from_secs(8),
        ..ServerOptions::default()
    }
}

async fn start(options: ServerOptions) -> Running {
    let routes = Router::new()
        .route("/health", get(|| async { "well" }))
        .route("/slow", get(slow))
        .route("/echo", get(echo))
        .route("/endless", get(endless))
        .route("/stuck", get(std::future::pending::<()>))
        .route("/json", post(|JsonBody(_): JsonBody| async { "read" }));
    let app = Edge::new(EdgeOptions::new(Arc::new(|| "id".into()))).around(routes);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (shutdown, tracker) = (CancellationToken::new(), TaskTracker::new());
    tracker.spawn(serve(
        listener,
        app,
        options,
        shutdown.clone(),
        tracker.clone(),
    ));
    tracker.close();
    Running {
        address,
        shutdown,
        tracker,
    }
}

async fn slow() -> &'static str {
    sleep(Duration::from_millis(600)).await;
    "finished"
}

/// Takes the connection over and sends back what comes.
#[expect(
    clippy::disallowed_methods,
    reason = "a test's task ends with its runtime"
)]
async fn echo(mut request: axum::extract::Request) -> axum::response::Response {
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let mut stream = TokioIo::new(upgraded.await.unwrap());
        let mut buffer = [0; 64];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            stream.write_all(&buffer[..read]).await.unwrap();
        }
    });
    http::Response::builder()
        .status(101)
        .header("connection", "upgrade")
        .header("upgrade", "echo")
        .body(Body::empty())
        .unwrap()
}

async fn endless() -> Body {
    Body::from_stream(futures_util::stream::repeat_with(|| {
        Ok::<_, Infallible>(bytes::Bytes::from_static(&[b'x'; 65_536]))
    }))
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stop(&self) -> Duration {
        let begun = Instant::now();
        self.shutdown.cancel();
        self.tracker.wait().await;
        begun.elapsed()
    }
}

/// Everything until the other side closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset after the answer is as good as an end.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One answer whose end is known by what it ends with.
async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.ends_with(end) {
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "closed after {text:?}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    text
}

const ASK: &[u8] = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn headers_sent_drop_by_drop_are_cut() {
    let server = start(quick()).await;
    for beginning in ["", "GET /hea", "GET /health HTTP/1.1\r\nHost: x\r\n"] {
        let mut client = server.connect().await;
        client.write_all(beginning.as_bytes()).await.unwrap();
        let begun = Instant::now();
        assert_eq!(rest(&mut client).await, "");
        assert!(begun.elapsed() < Duration::from_millis(1500));
    }
    // The same on a connection that has been of use, where drops keep coming.
    let mut client = server.connect().await;
    client.write_all(ASK).await.unwrap();
    until(&mut client, "well").await;
    let begun = Instant::now();
    for byte in ASK {
        if client.write_all(&[*byte]).await.is_err() {
            break;
        }
        sleep(Duration::from_millis(200)).await;
    }
    rest(&mut client).await;
    assert!(begun.elapsed() < Duration::from_secs(4));
    server.stop().await;
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_but_not_for_ever() {
    let server = start(quick()).await;
    let mut client = server.connect().await;
    for _ in 0..3 {
        client.write_all(ASK).await.unwrap();
        until(&mut client, "well").await;
        sleep(Duration::from_millis(800)).await;
    }
    let begun = Instant::now();
    assert_eq!(rest(&mut client).await, "");
    assert!(begun.elapsed() < Duration::from_secs(4));
    server.stop().await;
}

#[tokio::test]
async fn a_stop_lets_a_running_request_finish_and_closes_idle_connections() {
    let server = start(quick()).await;
    let mut idle = server.connect().await;
    idle.write_all(ASK).await.unwrap();
    until(&mut idle, "well").await;
    let mut busy = server.connect().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    sleep(Duration::from_millis(100)).await;
    let (stopped_after, answer, nothing) =
        tokio::join!(server.stop(), rest(&mut busy), rest(&mut idle));
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("finished"));
    assert!(answer.to_ascii_lowercase().contains("connection: close"));
    assert_eq!(nothing, "");
    assert!(stopped_after < Duration::from_secs(5));
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_stop_ends_at_its_deadline() {
    let server = start(ServerOptions {
        drain_max: Duration::from_millis(400),
        ..quick()
    })
    .await;
    let mut stuck = server.connect().await;
    stuck
        .write_all(b"GET /stuck HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    sleep(Duration::from_millis(100)).await;
    assert!(server.stop().await < Duration::from_secs(5));
}

#[tokio::test]
async fn within_the_grace_an_idle_connection_is_answered_once_more_and_closed() {
    let server = start(ServerOptions {
        idle_grace: Duration::from_secs(3),
        ..quick()
    })
    .await;
    let mut client = server.connect().await;
    client.write_all(ASK).await.unwrap();
    until(&mut client, "well").await;
    server.shutdown.cancel();
    sleep(Duration::from_millis(100)).await;
    client.write_all(ASK).await.unwrap();
    let answer = rest(&mut client).await;
    assert!(answer.ends_with("well"));
    assert!(answer.to_ascii_lowercase().contains("connection: close"));
    server.stop().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_whether_announced_or_not() {
    let server = start(ServerOptions::default()).await;
    let mebibytes = vec![b' '; 2 * 1024 * 1024];
    let head = "POST /json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                Content-Type: application/json\r\n";
    let mut client = server.connect().await;
    client
        .write_all(format!("{head}Content-Length: {}\r\n\r\n", mebibytes.len()).as_bytes())
        .await
        .unwrap();
    client.write_all(&mebibytes).await.unwrap();
    let answer = rest(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.ends_with("{\"detail\":\"Request body is larger than 1 MB\"}"));

    let mut client = server.connect().await;
    client
        .write_all(format!("{head}Transfer-Encoding: chunked\r\n\r\n").as_bytes())
        .await
        .unwrap();
    client
        .write_all(format!("{:x}\r\n", mebibytes.len()).as_bytes())
        .await
        .unwrap();
    client.write_all(&mebibytes).await.unwrap();
    client.write_all(b"\r\n0\r\n\r\n").await.unwrap();
    assert!(rest(&mut client).await.starts_with("HTTP/1.1 413"));
    server.stop().await;
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let server = start(ServerOptions::default()).await;
    let mut client = server.connect().await;
    let line = format!("X-Long: {}\r\n", "a".repeat(100_000));
    let ask = format!("GET /health HTTP/1.1\r\nHost: x\r\n{line}\r\n");
    let _ = client.write_all(ask.as_bytes()).await;
    assert!(rest(&mut client).await.starts_with("HTTP/1.1 431"));
    server.stop().await;
}

#[tokio::test]
async fn fix_53_head_over_the_wire_has_a_length_and_no_body() {
    let server = start(quick()).await;
    let mut client = server.connect().await;
    client
        .write_all(b"HEAD /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let answer = rest(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"));
    assert!(answer.contains("content-length: 4\r\n") && answer.ends_with("\r\n\r\n"));
    server.stop().await;
}

#[tokio::test]
async fn connections_are_bounded_and_further_ones_wait() {
    let server = start(ServerOptions {
        connections_max: 1,
        ..quick()
    })
    .await;
    let mut first = server.connect().await;
    first.write_all(ASK).await.unwrap();
    until(&mut first, "well").await;
    let mut second = server.connect().await;
    second.write_all(ASK).await.unwrap();
    let early = timeout(Duration::from_millis(200), until(&mut second, "well")).await;
    assert!(early.is_err());
    drop(first);
    until(&mut second, "well").await;
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_cut() {
    let options = ServerOptions {
        write_stall_max: Duration::from_millis(500),
        ..quick()
    };
    let server = start(ServerOptions {
        connections_max: 1,
        ..options
    })
    .await;
    let mut stalled = server.connect().await;
    stalled
        .write_all(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut next = server.connect().await;
    next.write_all(ASK).await.unwrap();
    timeout(Duration::from_secs(5), until(&mut next, "well"))
        .await
        .unwrap();
    drop(stalled);
    server.stop().await;
}

#[tokio::test]
async fn http_2_is_spoken_by_those_who_know_that_it_is() {
    let server = start(quick()).await;
    let mut client = server.connect().await;
    // Preface, empty SETTINGS, and HEADERS of stream 1: GET http x /health.
    let mut ask = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    let head = b"\x82\x86\x01\x01x\x04\x07/health";
    ask.extend([0, 0, u8::try_from(head.len()).unwrap(), 1, 5, 0, 0, 0, 1]);
    ask.extend(head);
    client.write_all(&ask).await.unwrap();
    until(&mut client, "well").await;
    server.stop().await;
}

#[tokio::test]
async fn an_upgraded_connection_outlives_the_server_s_patience() {
    let server = start(quick()).await;
    let mut client = server.connect().await;
    let ask = b"GET /echo HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    client.write_all(ask).await.unwrap();
    assert!(
        until(&mut client, "\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 101")
    );
    sleep(Duration::from_millis(2500)).await;
    client.write_all(b"still here").await.unwrap();
    assert_eq!(until(&mut client, "here").await, "still here");
    drop(client);
    server.stop().await;
}

#[tokio::test]
async fn who_sends_a_large_body_to_a_route_that_does_not_read_it_hears_the_answer() {
    let server = start(ServerOptions::default()).await;
    let body = vec![b'x'; 40 * 1024 * 1024];
    let mut client = server.connect().await;
    let head = format!(
        "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    client.write_all(head.as_bytes()).await.unwrap();
    client.write_all(&body).await.unwrap();
    assert!(until(&mut client, "}").await.starts_with("HTTP/1.1 404"));
    // And the connection is as good as before.
    client.write_all(ASK).await.unwrap();
    until(&mut client, "well").await;

    // Who asks first is not made to send.
    let mut polite = server.connect().await;
    let head = head.replace(
        "Host: x",
        "Host: x\r\nExpect: 100-continue\r\nConnection: close",
    );
    polite.write_all(head.as_bytes()).await.unwrap();
    assert!(rest(&mut polite).await.starts_with("HTTP/1.1 404"));
    server.stop().await;
}
