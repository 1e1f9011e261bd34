//! Starting: with nothing, again, beside another one, with settings that cannot be.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use testkit::Program;

use crate::world::{
    Company, ELITE, Engine, STOP_TIMEOUT, installation, refused_start, running, said, start, up,
};

/// Generous: the tests' profile does not optimise, and the machine builds and tests at the same time.
const START_MAX: Duration = Duration::from_secs(3);
const IDLE_BYTES_MAX: u64 = 120 << 20;

fn mode(path: &Path) -> u32 {
    let metadata = std::fs::metadata(path);
    let metadata = metadata.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    metadata.permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_configuration_it_makes_its_directory_and_says_where_everything_is() {
    // Empty counts as not set: the directory is ./data of the folder it runs in.
    let mut program = up(Program::new(ELITE).env("ELITE_DATA_DIR", "")).await;
    let data = program.data_dir();
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&data.join("jwt.secret")), 0o600);
    assert!(data.join("elite.db").is_file());
    let banner = program.logs();
    let data = data.canonicalize().expect("it is there");
    for line in [
        format!("Listening on  127.0.0.1:{}", program.port()),
        format!("Open          http://127.0.0.1:{}", program.port()),
        format!("Data          {}", data.display()),
        format!("Database      SQLite {}", data.join("elite.db").display()),
        "Cache         none".to_owned(),
    ] {
        assert!(banner.contains(&line), "{line:?} is missing: {banner}");
    }
    let others = std::fs::read_dir(program.folder())
        .expect("its folder")
        .count();
    assert_eq!(
        others, 2,
        "the data and the test's log, nothing beside them"
    );
    assert!(program.terminate(STOP_TIMEOUT).success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signing_secret_outlives_a_restart_and_with_it_every_token() {
    let mut program = running(Engine::Sqlite).await;
    let company = Company::register(&program, "stable").await;
    let secret = std::fs::read(program.data_dir().join("jwt.secret")).expect("a secret");
    assert!(program.terminate(STOP_TIMEOUT).success());
    start(&mut program).await;
    company.get("/api/v1/auth/me").await;
    let kept = std::fs::read(program.data_dir().join("jwt.secret")).expect("a secret");
    assert!(kept == secret, "the secret was made anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_with_the_way_out() {
    let first = running(Engine::Sqlite).await;
    let mut second = installation(Engine::Sqlite).env("PORT", first.port().to_string());
    let words = refused_start(&mut second);
    let expected = format!(
        "127.0.0.1:{} is in use by another program. Stop that one, or set PORT to a free port.",
        first.port()
    );
    assert!(words.contains(&expected), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sqlite_file_serves_one_node() {
    let first = running(Engine::Sqlite).await;
    let mut second = installation(Engine::Sqlite).env("ELITE_DATA_DIR", first.data_dir());
    let words = refused_start(&mut second);
    assert!(
        words.contains("Another elite is running on") && words.contains("DATABASE_URL"),
        "{words}"
    );
    // Not even another directory makes the same file two nodes'.
    let file = format!("sqlite:{}", first.data_dir().join("elite.db").display());
    let mut third = installation(Engine::Sqlite).env("DATABASE_URL", file);
    let words = refused_start(&mut third);
    assert!(words.contains("Another elite is running on"), "{words}");
    let company = Company::register(&first, "undisturbed").await;
    company.campaign("goes on").await;
}

#[test]
fn settings_that_cannot_be_stop_the_start_with_a_sentence() {
    let cases: [(&str, &str, &[&str]); 7] = [
        ("PORT", "eighty", &["PORT", "whole number"]),
        (
            "DATABASE_URL",
            "mysql://localhost/leads",
            &["DATABASE_URL", "sqlite:", "postgres://"],
        ),
        ("JWT_SECRET", "short", &["JWT_SECRET", "32"]),
        (
            "ENVIRONMENT",
            "staging",
            &["ENVIRONMENT", "development", "production"],
        ),
        (
            "ENVIRONMENT",
            "production",
            &["JWT_SECRET", "openssl rand -hex 32"],
        ),
        (
            "ALLOWED_ORIGINS",
            "leads.example.com",
            &["ALLOWED_ORIGINS", "https://"],
        ),
        (
            "ELITE_DATADIR",
            "/tmp/elsewhere",
            &["ELITE_DATADIR", "ELITE_DATA_DIR"],
        ),
    ];
    for (name, value, parts) in cases {
        let mut program = Program::new(ELITE).env(name, value);
        let words = refused_start(&mut program);
        for part in parts {
            assert!(
                words.contains(part),
                "{name}={value}: {part:?} is missing: {words}"
            );
        }
        assert!(!words.contains("panicked"), "{words}");
        assert!(
            !program.data_dir().exists(),
            "{name}: nothing is made before the settings are right"
        );
    }
    let mut program = Program::new(ELITE);
    std::fs::write(program.folder().join("elite.toml"), "[server]\nprot = 80\n").expect("a file");
    let words = refused_start(&mut program);
    assert!(words.contains("prot") && words.contains("port"), "{words}");
}

#[test]
fn the_effective_settings_are_shown_without_secrets() {
    let secret = "c0ffee77c0ffee88c0ffee99c0ffeeaa";
    let program = Program::new(ELITE)
        .env("JWT_SECRET", secret)
        .env(
            "DATABASE_URL",
            "postgres://elite:hunter2-hunter2@db.example/leads",
        )
        .env("SMTP_HOST", "smtp.example.com")
        .env("SMTP_USER", "mailer")
        .env("SMTP_PASSWORD", "pigeon-post-44")
        .env("FROM_EMAIL", "noreply@example.com");
    let output = program.run(&["config"]);
    let words = said(&output);
    assert!(output.status.success(), "{words}");
    for hidden in [secret, "hunter2-hunter2", "pigeon-post-44"] {
        assert!(!words.contains(hidden), "{hidden} is shown: {words}");
    }
    for shown in [
        "db.example/leads",
        "smtp.example.com",
        "mailer",
        "environment",
        "default",
    ] {
        assert!(words.contains(shown), "{shown} is missing: {words}");
    }
    assert!(
        !program.data_dir().exists(),
        "looking at settings makes nothing"
    );
}

#[test]
fn the_document_of_the_api_is_the_one_in_the_repository() {
    let output = Program::new(ELITE).run(&["openapi"]);
    assert!(output.status.success(), "{}", said(&output));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
    let kept = std::fs::read(path).unwrap_or_default();
    let is_same = kept == output.stdout;
    assert!(
        is_same,
        "openapi.json is not what the code says: run `make openapi` and look at the difference"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_answers_soon_and_idles_small() {
    let mut program = running(Engine::Sqlite).await;
    assert!(program.terminate(STOP_TIMEOUT).success());
    let started = start(&mut program).await;
    assert!(started < START_MAX, "{started:?}");
    let idle = program.resident_bytes();
    assert!(idle < IDLE_BYTES_MAX, "{idle} bytes");
}
