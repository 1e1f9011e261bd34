//! A disk that gets full: a folder that is a small file system in memory, seen by one program alone.
//!
//! It is mounted in a mount namespace of its own (and a user namespace, so that it needs no root), held
//! by a process that sleeps; when that is gone, so is the disk.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::eventually::eventually_blocking;
use crate::process::{Process, Under};

const MOUNT_TIMEOUT: Duration = Duration::from_secs(10);

/// Mounts, then sleeps; the death signal is set last, since the namespace's making forgets it.
const HOLDER: &str =
    r#"mount -t tmpfs -o "size=$1" tmpfs "$2" && exec setpriv --pdeathsig KILL -- sleep infinity"#;

/// A file system of a fixed size in place of a folder.
#[derive(Debug)]
pub(crate) struct SmallDisk {
    holder: Process,
    folder: PathBuf,
}

impl SmallDisk {
    pub(crate) fn mount(folder: &Path, bytes: u64) -> Self {
        let under = Under {
            user: None,
            death_signal: "KILL",
        };
        let holder = Process::start(Path::new("unshare"), under, |command| {
            command
                .args(["--user", "--map-root-user", "--mount", "--"])
                .args(["sh", "-c", HOLDER, "holder", &bytes.to_string()])
                .arg(folder)
                .stdout(Stdio::null());
        });
        let mut disk = Self {
            holder: holder.expect("unshare (util-linux) starts"),
            folder: folder.to_owned(),
        };
        let outside = device(folder);
        eventually_blocking(MOUNT_TIMEOUT, || {
            let refused = disk.holder.ended().is_some();
            assert!(
                !refused,
                "no small disk: user namespaces are off, and this is not root with its capabilities"
            );
            (device(&disk.path()) != outside).then_some(())
        });
        disk
    }

    /// The folder, as it is inside.
    pub(crate) fn path(&self) -> PathBuf {
        let inside = self.folder.strip_prefix("/").unwrap_or(&self.folder);
        Path::new("/proc")
            .join(self.holder.id().to_string())
            .join("root")
            .join(inside)
    }

    /// What to put before a command so that it sees the disk.
    pub(crate) fn entrance(&self) -> Vec<String> {
        let holder = self.holder.id().to_string();
        [
            "nsenter",
            "--user",
            "--mount",
            "--preserve-credentials",
            "--target",
        ]
        .into_iter()
        .chain([holder.as_str()])
        .chain(["--", "setpriv", "--pdeathsig", "KILL", "--"])
        .map(str::to_owned)
        .collect()
    }
}

fn device(folder: &Path) -> Option<u64> {
    fs::metadata(folder).ok().map(|metadata| metadata.dev())
}
