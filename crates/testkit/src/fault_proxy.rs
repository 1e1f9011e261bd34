//! A small TCP proxy that stands between a program and a real server, and fails as networks do.
//!
//! What is set holds for connections that are open as well as for new ones. It runs on threads of its own, so that a
//! stalled test runtime does not stall it.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// How often a thread looks whether the weather has changed.
const TICK: Duration = Duration::from_millis(5);
const CHUNK_BYTES: usize = 16 * 1024;
/// How much a slow reader takes at once.
const SIP_BYTES: usize = 64;

/// A proxy to one server; it ends when dropped, with all its connections.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weather {
    Fair,
    /// Every chunk is late.
    Delayed(Duration),
    /// Connections stay open and nothing gets through, either way.
    HalfOpen,
    /// Answers come in sips with pauses between them.
    Slow(Duration),
    /// New connections are closed at once.
    Refusing,
}

#[derive(Debug)]
struct Shared {
    upstream: SocketAddr,
    state: Mutex<State>,
    is_ended: AtomicBool,
}

#[derive(Debug)]
struct State {
    weather: Weather,
    next: u64,
    open: HashMap<u64, [TcpStream; 2]>,
}

impl FaultProxy {
    /// A proxy on a free loopback port to a server's port on the loopback.
    ///
    /// # Panics
    /// When no port can be listened on.
    pub fn start(upstream_port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        listener
            .set_nonblocking(true)
            .expect("a listener can be asked without waiting");
        let shared = Arc::new(Shared {
            upstream: SocketAddr::from(([127, 0, 0, 1], upstream_port)),
            state: Mutex::new(State {
                weather: Weather::Fair,
                next: 0,
                open: HashMap::new(),
            }),
            is_ended: AtomicBool::new(false),
        });
        start_thread({
            let shared = Arc::clone(&shared);
            move || shared.accept(&listener)
        });
        Self { address, shared }
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Makes every chunk late by so much, in each direction.
    pub fn delay(&self, by: Duration) {
        self.set(Weather::Delayed(by));
    }

    /// Closes every open connection; new ones are let through.
    pub fn cut(&self) {
        self.shared.state().cut();
    }

    /// Lets nothing through while connections stay open, as when a cable is pulled.
    pub fn half_open(&self) {
        self.set(Weather::HalfOpen);
    }

    /// Hands answers to clients in sips of a few bytes with a pause after each.
    pub fn slow(&self, pause: Duration) {
        self.set(Weather::Slow(pause));
    }

    /// Closes every open connection and every new one.
    pub fn refuse(&self) {
        let mut state = self.shared.state();
        state.weather = Weather::Refusing;
        state.cut();
    }

    /// Ends every fault. What was held back on connections that are still open arrives late.
    pub fn heal(&self) {
        self.set(Weather::Fair);
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.shared.state().open.len()
    }

    fn set(&self, weather: Weather) {
        self.shared.state().weather = weather;
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.shared.is_ended.store(true, Ordering::Relaxed);
        self.shared.state().cut();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread of the proxy panics")
    }

    fn weather(&self) -> Weather {
        self.state().weather
    }

    fn is_ended(&self) -> bool {
        self.is_ended.load(Ordering::Relaxed)
    }

    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        while !self.is_ended() {
            match listener.accept() {
                Ok((client, _)) => self.welcome(client),
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(TICK),
                Err(_) => return,
            }
        }
    }

    fn welcome(self: &Arc<Self>, client: TcpStream) {
        if self.weather() == Weather::Refusing {
            return;
        }
        let Ok(server) = TcpStream::connect(self.upstream) else {
            return;
        };
        let Ok(pair) = doubled(&client, &server) else {
            return;
        };
        let number = {
            let mut state = self.state();
            state.next += 1;
            let number = state.next;
            state.open.insert(number, pair);
            number
        };
        for (from, to, is_answer) in [(&client, &server, false), (&server, &client, true)] {
            let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else {
                return;
            };
            let shared = Arc::clone(self);
            start_thread(move || {
                shared.carry(&from, &to, is_answer, number);
                shared.state().close(number);
            });
        }
    }

    /// Carries bytes one way until one end closes.
    fn carry(&self, mut from: &TcpStream, mut to: &TcpStream, is_answer: bool, number: u64) {
        let mut chunk = vec![0; CHUNK_BYTES];
        while let Ok(length) = from.read(&mut chunk) {
            if length == 0 {
                return;
            }
            let mut left = &chunk[..length];
            while !left.is_empty() {
                let sip = match self.weather() {
                    Weather::HalfOpen => {
                        if self.is_ended() || !self.state().open.contains_key(&number) {
                            return;
                        }
                        thread::sleep(TICK);
                        continue;
                    }
                    Weather::Delayed(by) => {
                        thread::sleep(by);
                        left.len()
                    }
                    Weather::Slow(pause) if is_answer => {
                        thread::sleep(pause);
                        SIP_BYTES.min(left.len())
                    }
                    Weather::Fair | Weather::Refusing | Weather::Slow(_) => left.len(),
                };
                if to.write_all(&left[..sip]).is_err() {
                    return;
                }
                left = &left[sip..];
            }
        }
    }
}

impl State {
    fn cut(&mut self) {
        for number in self.open.keys().copied().collect::<Vec<_>>() {
            self.close(number);
        }
    }

    fn close(&mut self, number: u64) {
        for stream in self.open.remove(&number).into_iter().flatten() {
            // It may be closed already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn doubled(client: &TcpStream, server: &TcpStream) -> std::io::Result<[TcpStream; 2]> {
    client.set_nonblocking(false)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    Ok([client.try_clone()?, server.try_clone()?])
}

#[expect(
    clippy::disallowed_methods,
    reason = "these threads end with their connections, and a stalled runtime must not stall them"
)]
fn start_thread(work: impl FnOnce() + Send + 'static) {
    drop(thread::spawn(work));
}
