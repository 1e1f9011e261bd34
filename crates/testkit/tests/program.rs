//! A program under control: a script stands in for ours, which is not built here.

use std::io::ErrorKind;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use testkit::Program;

/// Serves its port; says what it sees.
const STAND_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stand_in/serve");

#[tokio::test]
async fn a_program_is_started_asked_stopped_and_killed() {
    let mut program = Program::new(STAND_IN)
        .env("WORD", "first")
        .env("WORD", "last");
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
fn a_small_disk_gets_full_and_is_freed_again() {
    const MEBIBYTE: usize = 1 << 20;
    let mut program = Program::new(STAND_IN).on_small_disk(MEBIBYTE as u64);
    let ballast = program.data_dir().join("ballast");
    std::fs::write(&ballast, vec![0; MEBIBYTE / 2]).expect("half of it fits");
    let full = std::fs::write(program.data_dir().join("more"), vec![0; MEBIBYTE]);
    assert_eq!(
        full.expect_err("the rest does not").kind(),
        ErrorKind::StorageFull
    );
    assert_eq!(program.run(&["config"]).status.code(), Some(3));
    program.start();
    // The stand-in lists its data folder: the disk is the same from inside.
    assert!(program.logs().contains("ballast"), "{}", program.logs());
    program.kill();
    std::fs::remove_file(&ballast).expect("what a test wrote it can remove");
    std::fs::write(program.data_dir().join("more"), vec![0; MEBIBYTE / 2]).expect("now it fits");
}

#[test]
#[should_panic(expected = "did not start")]
fn a_program_that_ends_at_once_says_why() {
    Program::new("/bin/false").start();
}
