//! PostgreSQL: shared, of one's own, killed, and gone with the test.

use std::process::{Command, Stdio};
use std::time::Duration;

use testkit::{Postgres, eventually_blocking, kill_hard, postgres};

/// Tells this test's second process to be the victim, and the file in which to say where its data is.
const VICTIM: &str = "TESTKIT_VICTIM";

#[test]
fn databases_are_apart() {
    let (one, two) = (postgres().create_database(), postgres().create_database());
    assert_ne!(one, two);
    let name = one
        .rsplit('/')
        .next()
        .expect("a URL ends with its database");
    postgres().sql(name, "CREATE TABLE t (n int)");
    let other = two
        .rsplit('/')
        .next()
        .expect("a URL ends with its database");
    assert_eq!(
        postgres().sql(other, "SELECT to_regclass('t') IS NULL"),
        "t"
    );
}

#[tokio::test]
async fn a_template_is_filled_once_and_copied() {
    let server = postgres();
    let mut fills = 0;
    for n in 1..=2 {
        let url = server
            .create_database_from("one_table", async |url| {
                fills += 1;
                let name = url
                    .rsplit('/')
                    .next()
                    .expect("a URL ends with its database");
                server.sql(name, "CREATE TABLE t (n int); INSERT INTO t VALUES (7)");
            })
            .await;
        let name = url
            .rsplit('/')
            .next()
            .expect("a URL ends with its database");
        let count = server.sql(
            name,
            &format!("INSERT INTO t VALUES ({n}); SELECT count(*) FROM t"),
        );
        assert_eq!(count, "2");
    }
    assert_eq!(fills, 1);
}

#[test]
fn what_was_committed_survives_a_kill_and_a_stop() {
    let mut server = Postgres::start();
    server.sql(
        "postgres",
        "CREATE TABLE t (n int); INSERT INTO t VALUES (1)",
    );
    server.kill();
    assert!(std::net::TcpStream::connect(("127.0.0.1", server.port())).is_err());
    server.start_again();
    server.sql("postgres", "INSERT INTO t VALUES (2)");
    server.stop();
    server.start_again();
    assert_eq!(server.sql("postgres", "SELECT sum(n) FROM t"), "3");
}

#[test]
fn nothing_is_left_of_a_killed_test() {
    if let Some(file) = std::env::var_os(VICTIM) {
        let data = postgres().sql("postgres", "SHOW data_directory");
        std::fs::write(file, data + "\n").expect("the folder is writable");
        loop {
            std::thread::park();
        }
    }
    let folder = testkit::temp_dir();
    let file = folder.path().join("data_directory");
    let this_test = std::env::current_exe().expect("a test knows its own file");
    let mut victim = Command::new(this_test)
        .args(["--exact", "nothing_is_left_of_a_killed_test"])
        .env(VICTIM, &file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("this test starts a second time");
    let data = eventually_blocking(Duration::from_secs(30), || {
        let said = std::fs::read_to_string(&file).unwrap_or_default();
        said.strip_suffix('\n').map(str::to_owned)
    });
    let first_line = std::fs::read_to_string(format!("{data}/postmaster.pid"));
    let first_line = first_line.expect("a running server has its file");
    let postmaster = first_line
        .lines()
        .next()
        .expect("the file names the process")
        .to_owned();

    kill_hard(victim.id());
    victim.wait().expect("the victim ends");
    eventually_blocking(Duration::from_secs(10), || {
        // A dead process that nobody has waited for still has its folder, but no command line.
        let command_line = std::fs::read(format!("/proc/{postmaster}/cmdline"));
        let gone = command_line.map_or(true, |line| line.is_empty());
        (gone && !std::path::Path::new(&data).exists()).then_some(())
    });
}
