//! The file behind a page: made whole or not at all, and locked as long as somebody uses it.
//!
//! A page that nobody uses is not trusted: after a power cut it might know numbers that the database lost. So the first process
//! of a node makes a new one. Whether somebody uses it is a shared lock on the file, which ends with its last holder, however
//! that ends; a second lock, beside the page, lets one process at a time find out.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// What the name of the lock beside a page ends with.
const LOCK_ENDING: &str = ".lock";
/// What the name of an unfinished page ends with.
const UNFINISHED_ENDING: &str = ".new";
/// Bytes written at once where the file system cannot reserve.
#[cfg(not(target_os = "linux"))]
const CHUNK_BYTES: usize = 1 << 16;

/// Makes the page's file, locked as in use.
pub(super) fn create(path: &Path, bytes: u64, header: &[u8]) -> io::Result<File> {
    let unfinished = beside(path, UNFINISHED_ENDING);
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = options().create_new(true).open(&unfinished)?;
    fill(&mut file, bytes, header)?;
    file.lock_shared()?;
    fs::rename(&unfinished, path)?;
    Ok(file)
}

/// Opens it.
pub(super) fn open(path: &Path) -> io::Result<File> {
    options().open(path)
}

/// Opens it, locked as in use, where somebody uses it already.
pub(super) fn open_in_use(path: &Path) -> io::Result<Option<File>> {
    let file = match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    match file.try_lock() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => {
            file.lock_shared()?;
            Ok(Some(file))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Waits for its turn to look at the page; the turn ends when the file is dropped.
pub(super) fn lock_beside(path: &Path) -> io::Result<File> {
    let file = options().create(true).open(beside(path, LOCK_ENDING))?;
    file.lock()?;
    Ok(file)
}

/// Makes a file in memory, without a name.
#[cfg(target_os = "linux")]
pub(super) fn anonymous(bytes: u64, header: &[u8]) -> io::Result<File> {
    let flags = rustix::fs::MemfdFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::memfd_create("bell", flags)?);
    fill(&mut file, bytes, header)?;
    Ok(file)
}

/// The memory that this program runs in, by the name of the machine's present life; nil where the system has none.
pub(super) fn machine() -> Uuid {
    let name = fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let name = name.ok().and_then(|name| Uuid::try_parse(name.trim()).ok());
    name.unwrap_or_default()
}

fn fill(file: &mut File, bytes: u64, header: &[u8]) -> io::Result<()> {
    reserve(file, bytes)?;
    file.write_all(header)
}

/// Takes the room on the disk now: writing into a mapped hole of a full disk would end the process.
#[cfg(target_os = "linux")]
fn reserve(file: &mut File, bytes: u64) -> io::Result<()> {
    let flags = rustix::fs::FallocateFlags::empty();
    Ok(rustix::fs::fallocate(&*file, flags, 0, bytes)?)
}

#[cfg(not(target_os = "linux"))]
fn reserve(file: &mut File, bytes: u64) -> io::Result<()> {
    let zeros = [0_u8; CHUNK_BYTES];
    let mut left = bytes;
    while left > 0 {
        let now = left.min(CHUNK_BYTES as u64);
        file.write_all(&zeros[..now as usize])?;
        left -= now;
    }
    io::Seek::rewind(file)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
