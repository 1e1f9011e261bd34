//! The servers that the stories run on.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use testkit::{Answer, Http, Program, Request, postgres};
use tokio::task::JoinSet;

/// What all servers of these tests sign with, so that a test can make tokens of its own.
pub(crate) const SECRET: &str = "the secret of the wire's tests, long enough";

/// Where a server keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A server and a client of it that nobody is signed in with.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) http: Http,
    program: Arc<Program>,
}

impl Engine {
    pub(crate) const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// A server that does not run yet, without rate limits.
    pub(crate) fn program(self) -> Program {
        let program = Program::new(env!("CARGO_BIN_EXE_elite"))
            .env("JWT_SECRET", SECRET)
            .env("RATE_LIMIT_ENABLED", "false");
        match self {
            Self::Sqlite => program,
            Self::Postgres => program
                .env("DATABASE_URL", postgres().create_database())
                .env("DB_POOL_SIZE", "5"),
        }
    }

    fn shared(self) -> Arc<Program> {
        static SERVERS: [OnceLock<Arc<Program>>; 2] = [OnceLock::new(), OnceLock::new()];
        let server = &SERVERS[self as usize];
        Arc::clone(server.get_or_init(|| Arc::new(self.program().started())))
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

impl World {
    /// The server that is shared by all tests.
    pub(crate) fn shared(engine: Engine) -> Self {
        Self::of(engine.shared())
    }

    /// A server of the test's own.
    pub(crate) fn own(program: Program) -> Self {
        Self::of(Arc::new(program.started()))
    }

    fn of(program: Arc<Program>) -> Self {
        let http = program.http();
        Self { http, program }
    }

    /// `127.0.0.1:<port>`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.program.port())
    }

    /// Where the server keeps its data.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.program.data_dir()
    }

    /// The folder that the server runs in.
    pub(crate) fn folder(&self) -> &Path {
        self.program.folder()
    }

    /// Runs a subcommand on the server's data.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let output = self.program.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        output
    }

    /// All that the server has logged.
    pub(crate) fn logs(&self) -> String {
        self.program.logs()
    }
}

/// Tells a story on both engines' shared servers; the engine is named before a failure's message.
pub(crate) async fn on_both(story: impl AsyncFn(World)) {
    for engine in Engine::BOTH {
        say(engine);
        story(World::shared(engine)).await;
    }
}

/// Tells a story on servers of its own with one more setting, one for each engine.
pub(crate) async fn on_both_with(settings: &[(&str, &str)], story: impl AsyncFn(World)) {
    for engine in Engine::BOTH {
        say(engine);
        let mut program = engine.program();
        for (name, value) in settings {
            program.set_env(name, *value);
        }
        story(World::own(program)).await;
    }
}

/// Sends requests at once and hands back the answers, in no order.
pub(crate) async fn all_at_once(requests: impl IntoIterator<Item = Request>) -> Vec<Answer> {
    let mut sent = JoinSet::new();
    for request in requests {
        sent.spawn(request.send());
    }
    sent.join_all().await
}

#[expect(
    clippy::print_stderr,
    reason = "a failed test shows it before its message"
)]
fn say(engine: Engine) {
    eprintln!("on {engine}:");
}

/// A number that no other call gets, for names that must be unique.
pub(crate) fn fresh() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
