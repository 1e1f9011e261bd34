//! A program under control: `python3 -m http.server` stands in for ours, which cannot be built here.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::time::Duration;

use testkit::{Program, TempDir, temp_dir};

/// A script that serves its folder on `$PORT` and says so.
fn stand_in() -> (TempDir, PathBuf) {
    let folder = temp_dir();
    let path = folder.path().join("serve");
    let script = "#!/bin/sh\necho \"word=$WORD home=$HOME $*\"\n[ -n \"$1\" ] && exit 3\n\
                  exec python3 -m http.server --bind \"$HOST\" \"$PORT\"\n";
    std::fs::write(&path, script).expect("the folder is writable");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&path, mode).expect("the file is ours");
    (folder, path)
}

#[tokio::test]
async fn a_program_is_started_asked_stopped_and_killed() {
    let (_folder, path) = stand_in();
    let mut program = Program::new(path).env("WORD", "first").env("WORD", "last");
    let output = program.run(&["config", "--all"]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.starts_with("word=last home=/") && said.ends_with("config --all\n"),
        "{said}"
    );

    assert!(program.start() > Duration::ZERO);
    program.http().get("/").send().await.expect_status(200);
    assert!(program.logs().contains("word=last"));
    assert!(program.resident_bytes() > 1_000_000);
    assert!(program.resident_bytes_max() >= program.resident_bytes());

    let status = program.terminate(Duration::from_secs(10));
    assert_eq!(status.signal(), Some(15));
    assert!(!program.is_running());

    program.start();
    program.kill();
    assert!(program.http().get("/").try_send().await.is_err());
}

#[test]
#[should_panic(expected = "did not start")]
fn a_program_that_ends_at_once_says_why() {
    Program::new("/bin/false").start();
}
