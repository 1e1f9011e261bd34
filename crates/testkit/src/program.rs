//! The built program as its users run it: a process with environment and data folder.
//!
//! Its environment is empty but for `PATH` and what the test sets, and it runs in a folder of its own,
//! so that neither the developer's settings nor a stray `.env` reach it.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::http_client::Http;
use crate::ports::free_port;
use crate::process::{Process, Under};
use crate::scratch::temp_dir_named;
use crate::small_disk::SmallDisk;

const START_TIMEOUT: Duration = Duration::from_secs(30);
const START_POLL: Duration = Duration::from_millis(2);
const KIB_BYTES: u64 = 1024;

/// One installation of the program: its settings, its folder, its port, and its process while it runs.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    folder: TempDir,
    port: u16,
    environment: Vec<(OsString, OsString)>,
    process: Option<Process>,
    disk: Option<SmallDisk>,
}

impl Program {
    /// An installation that is not running yet. Tests of the crate that builds the program give
    /// `env!("CARGO_BIN_EXE_elite")`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let folder = temp_dir_named("program-");
        let port = free_port();
        let program = Self {
            path: path.into(),
            folder,
            port,
            environment: Vec::new(),
            process: None,
            disk: None,
        };
        let data_dir = program.data_dir();
        program
            .env("HOST", "127.0.0.1")
            .env("PORT", port.to_string())
            .env("ELITE_DATA_DIR", data_dir)
    }

    /// Sets a variable of its environment, in place of an earlier one of that name.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.set_env(name, value);
        self
    }

    /// Sets a variable for the next start.
    pub fn set_env(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.into()));
    }

    /// Puts its data folder on a disk of `bytes`, which the test fills and frees by files of its own
    /// in [`data_dir`](Self::data_dir). The disk outlives restarts and kills.
    ///
    /// # Panics
    /// When the machine allows no mount, not even in a user namespace.
    pub fn on_small_disk(mut self, bytes: u64) -> Self {
        let data_dir = self.data_dir();
        std::fs::create_dir_all(&data_dir).expect("the program's folder is writable");
        self.disk = Some(SmallDisk::mount(&data_dir, bytes));
        self
    }

    /// Runs a subcommand to its end (`&["migrate"]`) with this installation's settings.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, "")
    }

    /// The same as [`run`](Self::run) with `input` on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let (program, words) = self.command();
        let mut command = Command::new(program);
        self.prepare(&mut command);
        command.args(words).args(arguments);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let outcome = command.spawn().and_then(|mut child| {
            let mut pipe = child.stdin.take().expect("its standard input is a pipe");
            // A program that reads nothing may be gone by now.
            let _ = pipe.write_all(input.as_bytes());
            drop(pipe);
            child.wait_with_output()
        });
        outcome.unwrap_or_else(|error| panic!("{}: {error}", self.path.display()))
    }

    /// Starts the server and returns how long it took until it accepted a connection.
    ///
    /// # Panics
    /// When it ends or does not listen in time; the message carries its log.
    pub fn start(&mut self) -> Duration {
        let started = Instant::now();
        let mut process = self.spawn();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = process.ended();
            let late = started.elapsed() > START_TIMEOUT;
            assert!(
                ended.is_none() && !late,
                "did not start ({ended:?}): {}",
                self.logs()
            );
            std::thread::sleep(START_POLL);
        }
        let elapsed = started.elapsed();
        self.process = Some(process);
        elapsed
    }

    /// Starts the server where it must end by itself; hands back its exit status and what it said.
    ///
    /// # Panics
    /// When it goes on; the message carries its log.
    pub fn start_refused(&mut self) -> (ExitStatus, String) {
        let earlier = self.logs().len();
        let mut process = self.spawn();
        let started = Instant::now();
        loop {
            if let Some(status) = process.ended() {
                return (status, self.logs().split_off(earlier));
            }
            let late = started.elapsed() > START_TIMEOUT;
            assert!(!late, "it runs instead of refusing: {}", self.logs());
            std::thread::sleep(START_POLL);
        }
    }

    /// The same as [`start`](Self::start) for a builder's chain.
    pub fn started(mut self) -> Self {
        self.start();
        self
    }

    /// Asks it to stop (SIGTERM) and waits for its end.
    ///
    /// # Panics
    /// When it does not end within `timeout`; the message carries its log.
    pub fn terminate(&mut self, timeout: Duration) -> ExitStatus {
        let mut process = self.process.take().expect("the program was started");
        process
            .stop(Signal::TERM, timeout)
            .unwrap_or_else(|| panic!("did not stop within {timeout:?}: {}", self.logs()))
    }

    /// Kills it at once (SIGKILL) and waits for its end.
    pub fn kill(&mut self) {
        self.process
            .take()
            .expect("the program was started")
            .kill_group();
    }

    /// Whether its process lives.
    pub fn is_running(&mut self) -> bool {
        self.process
            .as_mut()
            .is_some_and(|process| process.ended().is_none())
    }

    /// A client of its wire.
    pub fn http(&self) -> Http {
        Http::new(&self.url())
    }

    /// Its address, `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port that it is told to listen on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The id of its process.
    pub fn process_id(&self) -> u32 {
        self.process.as_ref().expect("the program was started").id()
    }

    /// Where it keeps its data (`ELITE_DATA_DIR`, made by the program).
    pub fn data_dir(&self) -> PathBuf {
        let on_disk = self.disk.as_ref().map(SmallDisk::path);
        on_disk.unwrap_or_else(|| self.folder.path().join("data"))
    }

    /// The folder that it runs in; an `elite.toml` or `.env` put here is found by it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// All that it has printed, over all starts.
    pub fn logs(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }

    /// The memory that it holds now, in bytes (`VmRSS`).
    pub fn resident_bytes(&self) -> u64 {
        self.memory_bytes("VmRSS:")
    }

    /// The most memory that it ever held, in bytes (`VmHWM`).
    pub fn resident_bytes_max(&self) -> u64 {
        self.memory_bytes("VmHWM:")
    }

    fn spawn(&self) -> Process {
        let log = File::options()
            .append(true)
            .create(true)
            .open(self.log_path());
        let log = log.expect("the program's folder is writable");
        let under = Under {
            user: None,
            death_signal: "KILL",
        };
        let (program, words) = self.command();
        let process = Process::start(&program, under, |command| {
            self.prepare(command);
            command.args(words);
            let errors = log.try_clone().expect("a file handle can be cloned");
            command.stdout(log).stderr(errors);
        });
        process.expect("setpriv (util-linux) starts the program")
    }

    fn memory_bytes(&self, field: &str) -> u64 {
        let path = format!("/proc/{}/status", self.process_id());
        let status = std::fs::read_to_string(path).expect("the program runs");
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.and_then(|rest| {
            rest.trim()
                .trim_end_matches("kB")
                .trim()
                .parse::<u64>()
                .ok()
        });
        kib.expect("Linux tells a process' memory in kB") * KIB_BYTES
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// What to run, and what comes before its own arguments.
    fn command(&self) -> (PathBuf, Vec<OsString>) {
        let Some(disk) = &self.disk else {
            return (self.path.clone(), Vec::new());
        };
        // Entering leaves the working folder, so `env` goes back to it.
        let words = disk.entrance().into_iter().map(OsString::from);
        let back = ["env", "-C"].map(OsString::from).into_iter();
        let back = back.chain([self.folder.path().into(), self.path.clone().into()]);
        let mut words = words.chain(back);
        let program = words.next().expect("an entrance starts with a command");
        (program.into(), words.collect())
    }

    fn prepare(&self, command: &mut Command) {
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path());
    }
}
