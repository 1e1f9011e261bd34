//! Folders of this test process, removed with it, and the folder that outlives it (`target/testkit`).

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::process;

/// Servers run as another user than a test that runs as root: they may pass through, not look around.
const PASS_THROUGH: u32 = 0o711;

/// A fresh folder of the test's own, removed when the value is dropped or the test process ends.
///
/// # Panics
/// When the temporary folder cannot be written.
pub fn temp_dir() -> TempDir {
    temp_dir_named("dir-")
}

pub(crate) fn temp_dir_named(prefix: &str) -> TempDir {
    tempfile::Builder::new()
        .prefix(prefix)
        .permissions(Permissions::from_mode(PASS_THROUGH))
        .tempdir_in(process_dir())
        .expect("the temporary folder is writable")
}

/// The one folder that holds all of this process; its keeper removes it when the process is gone.
pub(crate) fn process_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let dir = tempfile::Builder::new()
            .prefix(&format!("elite-testkit-{}-", std::process::id()))
            .permissions(Permissions::from_mode(PASS_THROUGH))
            .tempdir()
            .expect("the temporary folder is writable")
            .keep();
        process::keep(&dir);
        dir
    })
}

/// What is worth keeping from run to run lives under Cargo's target folder.
pub(crate) fn cache_dir() -> PathBuf {
    let program = std::env::current_exe().expect("a test knows its own file");
    let target = program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
            Path::to_path_buf,
        );
    let dir = target.join("testkit");
    fs::create_dir_all(&dir).expect("Cargo's target folder is writable");
    dir
}
