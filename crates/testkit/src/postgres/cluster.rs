//! Where PostgreSQL's programs are, whom they run as, and fresh data folders.
//!
//! `initdb` takes seconds, a copy of what it made does not: the first process makes it once for each
//! version, under Cargo's target folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::process::as_user;
use crate::scratch::{cache_dir, temp_dir_named};

const BINARIES_VARIABLE: &str = "TESTKIT_POSTGRES_BIN";
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";

/// The folder with `postgres`, `initdb` and `psql`.
#[derive(Debug, Clone)]
pub(super) struct Binaries(PathBuf);

impl Binaries {
    pub(super) fn find() -> Self {
        if let Some(folder) = std::env::var_os(BINARIES_VARIABLE) {
            return Self(folder.into());
        }
        let versions = fs::read_dir(DEBIAN_FOLDER).into_iter().flatten().flatten();
        let newest = versions
            .filter(|version| version.path().join("bin/postgres").is_file())
            .max_by_key(|version| version.file_name().to_string_lossy().parse::<u32>().ok())
            .map(|version| version.path().join("bin"));
        Self(newest.unwrap_or_else(|| {
            panic!("no PostgreSQL under {DEBIAN_FOLDER}: apt-get install postgresql, or set {BINARIES_VARIABLE}")
        }))
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

/// The account that servers run as: our own, but PostgreSQL refuses to run as root.
pub(super) fn account() -> Option<&'static str> {
    static ACCOUNT: OnceLock<Option<&str>> = OnceLock::new();
    *ACCOUNT.get_or_init(|| {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let known = |name: &str| {
            let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
            passwd
                .lines()
                .any(|line| line.split(':').next() == Some(name))
        };
        let account = ["postgres", "nobody"].into_iter().find(|name| known(name));
        Some(account.expect("root's machine has an account named postgres or nobody"))
    })
}

/// A folder of its own whose `data` is a fresh cluster.
pub(super) fn fresh(binaries: &Binaries) -> TempDir {
    let prepared = prepared(binaries);
    let folder = temp_dir_named("postgres-");
    give_to_account(folder.path());
    // As root this keeps the owner; copying by hand would lose it.
    run(Command::new("cp")
        .args(["-a", "--reflink=auto"])
        .arg(prepared)
        .arg(folder.path().join("data")));
    folder
}

/// The cached cluster of this version, made when it is missing.
fn prepared(binaries: &Binaries) -> PathBuf {
    let cache = cache_dir();
    let output = Command::new(binaries.path("postgres"))
        .arg("--version")
        .output();
    let output = output.expect("PostgreSQL's server tells its version");
    let version: String = String::from_utf8_lossy(&output.stdout)
        .chars()
        .filter(|letter| letter.is_ascii_digit() || *letter == '.')
        .collect();
    // Another account could not read a copy that this one made.
    let owner = account().unwrap_or("self");
    let prepared = cache.join(format!("postgres-{version}-{owner}"));

    let lock =
        File::create(cache.join("postgres.lock")).expect("Cargo's target folder is writable");
    lock.lock().expect("a file can be locked");
    if !prepared.join("PG_VERSION").is_file() {
        // Made elsewhere, since the account may not reach the target folder; then moved at once, so
        // that a half-made one never counts.
        let folder = temp_dir_named("initdb-");
        give_to_account(folder.path());
        let made = folder.path().join("data");
        run(as_user(&binaries.path("initdb"), account(), None)
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ])
            .args(["--no-sync", "--no-instructions", "-D"])
            .arg(&made)
            .current_dir(folder.path()));
        let incoming = cache.join("postgres.incoming");
        let _ = fs::remove_dir_all(&incoming);
        let _ = fs::remove_dir_all(&prepared);
        run(Command::new("cp").arg("-a").arg(&made).arg(&incoming));
        fs::rename(&incoming, &prepared).expect("Cargo's target folder is writable");
    }
    prepared
}

fn give_to_account(folder: &Path) {
    if let Some(account) = account() {
        run(Command::new("chown").arg(account).arg(folder));
    }
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
