//! A real PostgreSQL: one server per test process, or one of the test's own to stop and kill.
//!
//! The servers' binaries are the newest under `/usr/lib/postgresql/*/bin`, or those in the folder that
//! `TESTKIT_POSTGRES_BIN` names. Durability is switched off (`fsync`, full page writes): a killed
//! server still recovers everything, only a machine that loses power would not.

mod cluster;

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::ports::free_port;
use crate::process::{Process, Under};
use cluster::Binaries;

const CONNECTIONS_MAX: u32 = 300;
const START_TIMEOUT: Duration = Duration::from_secs(60);
const START_POLL: Duration = Duration::from_millis(10);
const STOP_TIMEOUT: Duration = Duration::from_secs(30);
/// The account that `initdb` makes.
const SUPERUSER: &str = "postgres";

/// A PostgreSQL server on the loopback (and on a Unix socket), everybody trusted.
#[derive(Debug)]
pub struct Postgres {
    binaries: Binaries,
    folder: TempDir,
    port: u16,
    process: Option<Process>,
    templates: tokio::sync::Mutex<HashSet<String>>,
}

/// The server that all tests of this process share; started at the first call.
pub fn postgres() -> &'static Postgres {
    static SHARED: OnceLock<Postgres> = OnceLock::new();
    SHARED.get_or_init(Postgres::start)
}

impl Postgres {
    /// Starts a server of the caller's own, which it may stop and kill; it ends when dropped.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start; the message carries its log.
    pub fn start() -> Self {
        let binaries = Binaries::find();
        let folder = cluster::fresh(&binaries);
        let templates = tokio::sync::Mutex::default();
        let mut server = Self {
            binaries,
            folder,
            port: free_port(),
            process: None,
            templates,
        };
        server.start_again();
        server
    }

    /// Starts the server again on the same port and data after [`stop`](Self::stop) or
    /// [`kill`](Self::kill); does nothing while it runs.
    pub fn start_again(&mut self) {
        if self
            .process
            .as_mut()
            .is_some_and(|process| process.ended().is_none())
        {
            return;
        }
        let log = std::fs::File::create(self.log_path()).expect("the server's folder is writable");
        let data = self.folder.path().join("data");
        let settings = [
            format!("port={}", self.port),
            "listen_addresses=127.0.0.1".into(),
            format!("unix_socket_directories={}", self.folder.path().display()),
            format!("max_connections={CONNECTIONS_MAX}"),
            "fsync=off".into(),
            "full_page_writes=off".into(),
            "synchronous_commit=on".into(),
            "autovacuum_naptime=5s".into(),
            // In the data folder, so that a killed server leaves nothing in /dev/shm.
            "dynamic_shared_memory_type=mmap".into(),
        ];
        // QUIT is PostgreSQL's immediate shutdown: it ends its children and frees its shared memory.
        let under = Under {
            user: cluster::account(),
            death_signal: "QUIT",
        };
        let process = Process::start(&self.binaries.path("postgres"), under, |command| {
            command.arg("-D").arg(data).current_dir(self.folder.path());
            for setting in settings {
                command.args(["-c", &setting]);
            }
            let errors = log.try_clone().expect("a file handle can be cloned");
            command.stdout(log).stderr(errors);
        });
        self.process = Some(process.expect("setpriv (util-linux) starts PostgreSQL"));
        self.wait_until_ready();
    }

    /// Stops the server in an orderly way, its connections cut.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let status = process.stop(Signal::INT, STOP_TIMEOUT);
            assert!(status.is_some(), "PostgreSQL did not stop: {}", self.logs());
        }
    }

    /// Kills the server and its children at once, as a lost machine would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.signal(Signal::KILL);
            process.kill_group();
        }
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database of this server.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database and hands back its URL.
    pub fn create_database(&self) -> String {
        self.create(None)
    }

    /// Makes a database as a copy of the template `name`. The first caller's `fill` makes the template
    /// (runs the migrations, say) on the URL it is given, once a server.
    pub async fn create_database_from(&self, name: &str, fill: impl AsyncFnOnce(String)) -> String {
        let template = format!("template_{name}");
        let mut filled = self.templates.lock().await;
        if !filled.contains(&template) {
            self.sql("postgres", &format!("CREATE DATABASE \"{template}\""));
            fill(self.url(&template)).await;
            // A template with a connection left open cannot be copied.
            self.sql(
                "postgres",
                &format!(
                    "ALTER DATABASE \"{template}\" WITH ALLOW_CONNECTIONS false; \
                     SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
                     WHERE datname = '{template}'"
                ),
            );
            filled.insert(template.clone());
        }
        drop(filled);
        self.create(Some(&template))
    }

    /// Runs statements through `psql` and hands back what it prints: rows a line each, columns parted
    /// by `|`, without headings.
    ///
    /// # Panics
    /// When a statement fails.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        let output = self.psql(database).args(["-c", statements]).output();
        let output = output.expect("psql is installed with PostgreSQL");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned()
    }

    /// What the server has logged since its last start.
    pub fn logs(&self) -> String {
        let bytes = std::fs::read(self.log_path()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn create(&self, template: Option<&str>) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let template = template.map_or(String::new(), |name| format!(" TEMPLATE \"{name}\""));
        self.sql("postgres", &format!("CREATE DATABASE {name}{template}"));
        self.url(&name)
    }

    fn psql(&self, database: &str) -> Command {
        let mut command = Command::new(self.binaries.path("psql"));
        command
            .args(["--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-d"])
            .arg(self.url(database))
            .current_dir("/")
            .stdin(Stdio::null());
        command
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn wait_until_ready(&mut self) {
        let started = Instant::now();
        loop {
            let ended = self.process.as_mut().and_then(Process::ended);
            assert!(
                ended.is_none() && started.elapsed() < START_TIMEOUT,
                "PostgreSQL did not start: {}",
                self.logs()
            );
            // Its own word, not an open port: it listens some time before it answers.
            if self
                .logs()
                .contains("database system is ready to accept connections")
            {
                return;
            }
            std::thread::sleep(START_POLL);
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Immediate shutdown frees the shared memory that a SIGKILL would leave.
            process.stop(Signal::QUIT, STOP_TIMEOUT);
        }
    }
}
