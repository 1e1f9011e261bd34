//! A real Redis that keeps nothing on disk: one server per test process, or one of the test's own.

use std::fs::File;
use std::net::TcpStream;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::ports::free_port;
use crate::process::{Process, Under};
use crate::scratch::temp_dir_named;

const START_TIMEOUT: Duration = Duration::from_secs(20);
const START_POLL: Duration = Duration::from_millis(5);

/// A Redis server on the loopback, without persistence.
#[derive(Debug)]
pub struct Redis {
    folder: TempDir,
    port: u16,
    process: Option<Process>,
}

/// The server that all tests of this process share; started at the first call.
pub fn redis() -> &'static Redis {
    static SHARED: OnceLock<Redis> = OnceLock::new();
    SHARED.get_or_init(Redis::start)
}

impl Redis {
    /// Starts a server of the caller's own; it ends when dropped.
    ///
    /// # Panics
    /// When Redis is not installed or does not start; the message carries its log.
    pub fn start() -> Self {
        let mut server = Self {
            folder: temp_dir_named("redis-"),
            port: free_port(),
            process: None,
        };
        server.start_again();
        server
    }

    /// Starts the server, empty, on the same port after [`kill`](Self::kill).
    pub fn start_again(&mut self) {
        let log_path = self.folder.path().join("log");
        let log = File::create(&log_path).expect("the server's folder is writable");
        let port = self.port.to_string();
        let under = Under {
            user: None,
            death_signal: "KILL",
        };
        let process = Process::start(Path::new("redis-server"), under, |command| {
            command
                .args(["--bind", "127.0.0.1", "--port", &port])
                .args(["--save", "", "--appendonly", "no"])
                .arg("--dir")
                .arg(self.folder.path())
                .stdout(log);
        });
        let mut process = process.expect("setpriv (util-linux) starts Redis");
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let failed = process.ended().is_some() || started.elapsed() > START_TIMEOUT;
            let log = || std::fs::read_to_string(&log_path).unwrap_or_default();
            assert!(
                !failed,
                "Redis did not start (apt-get install redis-server): {}",
                log()
            );
            std::thread::sleep(START_POLL);
        }
        self.process = Some(process);
    }

    /// Kills the server at once.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill_group();
        }
    }

    /// Stops the server's clockwork without closing its connections, as a partition would look.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Ends a [`pause`](Self::pause).
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    /// The URL of its first database.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    fn signal(&self, signal: Signal) {
        if let Some(process) = &self.process {
            process.signal(signal);
        }
    }
}
