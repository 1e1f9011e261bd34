//! The fault proxy before a real Redis: each fault, and that it heals.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use testkit::{FaultProxy, redis};

const PATIENCE: Duration = Duration::from_millis(300);

fn connect(proxy: &FaultProxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).expect("the proxy listens");
    stream
        .set_read_timeout(Some(PATIENCE))
        .expect("a time-out can be set");
    stream
}

fn ping(stream: &mut TcpStream) -> std::io::Result<String> {
    stream.write_all(b"PING\r\n")?;
    answer(stream)
}

fn answer(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut answer = [0; 7];
    stream.read_exact(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn it_delays_cuts_and_heals() {
    let proxy = FaultProxy::start(redis().port());
    let mut stream = connect(&proxy);
    assert_eq!(ping(&mut stream).expect("fair weather"), "+PONG\r\n");
    assert_eq!(proxy.connections(), 1);
    proxy.delay(Duration::from_millis(60));
    let asked = Instant::now();
    assert_eq!(ping(&mut stream).expect("late"), "+PONG\r\n");
    assert!(asked.elapsed() >= Duration::from_millis(120));
    proxy.heal();
    proxy.cut();
    assert!(ping(&mut stream).is_err());
    assert_eq!(ping(&mut connect(&proxy)).expect("a new one"), "+PONG\r\n");
}

#[test]
fn half_open_connections_hang_and_answer_late() {
    let proxy = FaultProxy::start(redis().port());
    let mut stream = connect(&proxy);
    assert!(ping(&mut stream).is_ok());
    proxy.half_open();
    let error = ping(&mut stream).expect_err("nothing gets through");
    assert!(matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
    proxy.heal();
    assert_eq!(answer(&mut stream).expect("late"), "+PONG\r\n");
}

#[test]
fn refused_connections_end_and_slow_ones_sip() {
    let proxy = FaultProxy::start(redis().port());
    proxy.refuse();
    assert!(ping(&mut connect(&proxy)).is_err());
    proxy.heal();
    let mut stream = connect(&proxy);
    proxy.slow(Duration::from_millis(20));
    stream
        .write_all(format!("ECHO {}\r\n", "x".repeat(640)).as_bytes())
        .expect("it is sent");
    let asked = Instant::now();
    let mut echo = vec![0; 640];
    stream.read_exact(&mut echo).expect("it comes, slowly");
    assert!(asked.elapsed() >= Duration::from_millis(200));
}
