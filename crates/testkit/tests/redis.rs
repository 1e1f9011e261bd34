//! Redis: shared, killed, paused.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use testkit::{Redis, redis};

fn ping(port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_millis(300)))?;
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn the_shared_server_answers() {
    assert_eq!(redis().url(), redis().url());
    assert_eq!(ping(redis().port()).expect("it runs"), "+PONG\r\n");
}

#[test]
fn a_killed_server_comes_back_and_a_paused_one_hangs() {
    let mut server = Redis::start();
    server.pause();
    assert!(ping(server.port()).is_err());
    server.resume();
    assert_eq!(ping(server.port()).expect("it runs again"), "+PONG\r\n");
    server.kill();
    assert!(ping(server.port()).is_err());
    server.start_again();
    assert_eq!(ping(server.port()).expect("it runs again"), "+PONG\r\n");
}
