//! The data directory: made when missing, closed to others, and the place of the signing secret; and
//! the hold of one node on a database that is a file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use domain::entropy::Entropy;

use crate::run::Failure;

const LOCK_ENDING: &str = ".lock";
const SECRET_FILE: &str = "jwt.secret";
const UPLOADS_FOLDER: &str = "uploads";

/// The data directory.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

/// Proof that no other node has the database's file; it ends with the process.
#[derive(Debug)]
pub(crate) struct Hold(
    #[expect(dead_code, reason = "the lock lives as long as the file is open")] File,
);

impl Folder {
    /// Opens the directory, and makes it when it is missing.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let explain = |error: io::Error| {
            format!(
                "The data directory {} cannot be used: {error}. Set ELITE_DATA_DIR to a directory that this user may write.",
                path.display()
            )
        };
        if !path.is_dir() {
            fs::create_dir_all(path).map_err(explain)?;
            only_for_owner(path, 0o700).map_err(explain)?;
        }
        Ok(Self(path.canonicalize().map_err(explain)?))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where uploaded files wait.
    pub(crate) fn uploads(&self) -> PathBuf {
        self.0.join(UPLOADS_FOLDER)
    }

    /// The signing secret: the one made at the first start, readable by the owner alone.
    pub(crate) fn signing_secret(&self, entropy: &Entropy) -> Result<Vec<u8>, Failure> {
        let path = self.0.join(SECRET_FILE);
        let explain = |error: io::Error| format!("{}: {error}", path.display());
        match fs::read(&path) {
            Ok(secret) if secret.len() >= 32 => Ok(secret),
            Ok(_) => Err(format!(
                "{} is damaged: delete it to sign everybody out and have a new one made, or set JWT_SECRET.",
                path.display()
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let random: [u8; 32] = entropy.bytes();
                let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
                write_new(&path, text.as_bytes()).map_err(explain)?;
                Ok(text.into_bytes())
            }
            Err(error) => Err(explain(error)),
        }
    }
}

/// Writes the file whole or not at all: under another name first, then renamed.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

/// Keeps other nodes off a database file; the error says that one is there. The lock stands beside the
/// file itself, since another data directory may name the same one.
pub(crate) fn hold(database: &Path) -> Result<Hold, Failure> {
    let database = database.canonicalize().unwrap_or(database.to_owned());
    let mut path = database.clone().into_os_string();
    path.push(LOCK_ENDING);
    let path = PathBuf::from(path);
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let file = file.map_err(|error| {
        format!(
            "{}: {error}. The database's directory must be there and writable for this user.",
            path.display()
        )
    })?;
    match file.try_lock() {
        Ok(()) => Ok(Hold(file)),
        Err(TryLockError::WouldBlock) => Err(format!(
            "Another elite is running on {}. One SQLite file serves one node: stop the other one, give this one its own ELITE_DATA_DIR, or move to PostgreSQL with DATABASE_URL.",
            database.display()
        )),
        Err(TryLockError::Error(error)) => Err(format!("{}: {error}", path.display())),
    }
}

#[cfg(unix)]
fn only_for_owner(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn only_for_owner(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}
