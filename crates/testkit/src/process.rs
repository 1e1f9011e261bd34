//! Child processes that cannot outlive the test process, however it ends.
//!
//! Two nets, since neither is enough alone. The kernel's parent-death signal ends a server when the
//! thread that spawned it is gone; it fires for the *thread*, so one thread that never ends spawns
//! everything. And a keeper, a small shell that waits for the end of a pipe that only we hold, then
//! ends what children of children are left (a browser's) and removes our folder.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

const STOP_POLL: Duration = Duration::from_millis(5);

/// Reads signals and process groups, a pair a line, until our end of the pipe closes; then cleans up.
/// It tries for some seconds, since a server that is just stopping still writes into its folder.
const KEEPER: &str = r#"
orders=$(cat)
echo "$orders" | while read -r signal group; do kill -s "$signal" -- "-$group" 2>/dev/null; done
for _ in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf -- "$1" 2>/dev/null && exit 0
  sleep 0.5
done
"#;

/// Held for its pipe, which closes when this process ends.
static KEEPER_CHILD: Mutex<Option<Child>> = Mutex::new(None);

/// Starts the keeper of `dir`, the folder of this process.
pub(crate) fn keep(dir: &Path) {
    let keeper = Command::new("sh")
        .args(["-c", KEEPER, "keeper"])
        .arg(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0) // a Ctrl-C is for the test, not for its keeper
        .spawn()
        .expect("a shell starts");
    *KEEPER_CHILD.lock().expect("no holder panics") = Some(keeper);
}

/// A running child, killed when dropped; it leads a process group of its own.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
}

/// How a child is to run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Under<'a> {
    /// The account to run as; `None` is our own.
    pub(crate) user: Option<&'a str>,
    /// What the kernel and the keeper send it when we are gone.
    pub(crate) death_signal: &'a str,
}

impl Process {
    /// Starts `program`; `prepare` adds arguments, environment and where its output goes.
    pub(crate) fn start(
        program: &Path,
        under: Under<'_>,
        prepare: impl FnOnce(&mut Command),
    ) -> io::Result<Self> {
        crate::scratch::process_dir(); // the keeper stands before anything that it must clean up
        let mut command = as_user(program, under.user, Some(under.death_signal));
        command.stdin(Stdio::null()).process_group(0);
        prepare(&mut command);
        let child = spawn_for_life(command)?;
        let mut keeper = KEEPER_CHILD.lock().expect("no holder panics");
        if let Some(pipe) = keeper.as_mut().and_then(|keeper| keeper.stdin.as_mut()) {
            writeln!(pipe, "{} {}", under.death_signal, child.id())?;
        }
        Ok(Self { child })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        // An error says that it is gone already, which is what the caller will find out.
        let _ = rustix::process::kill_process(Pid::from_child(&self.child), signal);
    }

    /// The exit status if it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Sends `signal` and waits until it has ended; `None` when it has not within `timeout`.
    pub(crate) fn stop(&mut self, signal: Signal, timeout: Duration) -> Option<ExitStatus> {
        if self.ended().is_none() {
            self.signal(signal);
        }
        let asked = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if asked.elapsed() >= timeout {
                return None;
            }
            std::thread::sleep(STOP_POLL);
        }
    }

    /// Kills it and all of its process group, and waits for its end.
    pub(crate) fn kill_group(&mut self) {
        let _ = rustix::process::kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.ended().is_none() {
            self.kill_group();
        }
    }
}

/// Sends SIGKILL to a process by its id, as an out-of-memory killer would.
pub fn kill_hard(process_id: u32) {
    if let Some(pid) = i32::try_from(process_id).ok().and_then(Pid::from_raw) {
        let _ = rustix::process::kill_process(pid, Signal::KILL);
    }
}

/// A command for `program` as `user`. `setpriv` sets the death signal after it changed the user,
/// since the kernel forgets the signal at that change.
pub(crate) fn as_user(program: &Path, user: Option<&str>, death_signal: Option<&str>) -> Command {
    let mut command = Command::new("setpriv");
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    if let Some(signal) = death_signal {
        command.args(["--pdeathsig", signal]);
    }
    command.arg("--").arg(program);
    command
}

type Order = (Command, Sender<io::Result<Child>>);

/// Spawns on the one thread that lives as long as the process.
fn spawn_for_life(command: Command) -> io::Result<Child> {
    static SPAWNER: OnceLock<Sender<Order>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (sender, orders) = channel::<Order>();
        std::thread::Builder::new()
            .name("testkit-spawner".into())
            .spawn(move || {
                for (mut command, answer) in orders {
                    let _ = answer.send(command.spawn());
                }
            })
            .expect("a thread starts");
        sender
    });
    let (answer, answers) = channel();
    spawner
        .send((command, answer))
        .expect("the spawner never ends");
    answers.recv().expect("the spawner answers every order")
}
