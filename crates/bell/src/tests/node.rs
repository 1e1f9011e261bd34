//! What the bells of one node's processes know and hear of each other.

use std::path::Path;

use super::*;

const EPOCH: Uuid = Uuid::from_u128(100);
const NODE: Uuid = Uuid::from_u128(101);

fn bell_at(path: &Path) -> Bell {
    Bell::at(path, EPOCH, NODE).expect("a page")
}

/// A thread that watches the page; it ends with this, also when the test fails.
struct Watch {
    bell: Bell,
    thread: Option<tokio::task::JoinHandle<()>>,
}

fn watch(bell: &Bell) -> Watch {
    let watching = bell.clone();
    let thread = tokio::task::spawn_blocking(move || watching.watch_page());
    Watch {
        bell: bell.clone(),
        thread: Some(thread),
    }
}

impl Watch {
    async fn stop(mut self) {
        self.bell.stop_watching();
        let thread = self.thread.take().expect("not stopped before");
        timeout(LONG, thread).await.expect("ended").expect("well");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.bell.stop_watching();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ring_in_one_process_wakes_the_others_and_shows_its_number() {
    let folder = testkit::temp_dir();
    let path = folder.path().join("page");
    let (one, two) = (bell_at(&path), bell_at(&path));
    let watching = [watch(&one), watch(&two)];
    let mut listener = two.listen();
    for seq in 1..=100 {
        one.ring(tenant(1), seq);
        assert_eq!(two.last(tenant(1)), Some(seq), "before anybody was woken");
        timeout(LONG, listener.rang()).await.expect("woken");
    }
    assert_eq!(two.node(), Some(NODE));
    // Nobody else is heard of, and a learned number wakes nobody.
    while rings_soon(&mut listener).await {}
    one.learn(tenant(2), 5);
    assert_eq!(two.last(tenant(2)), Some(5));
    assert!(!rings_soon(&mut listener).await);
    for watch in watching {
        watch.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_does_not_hear_its_own_rings_twice_for_ever() {
    let folder = testkit::temp_dir();
    let bell = bell_at(&folder.path().join("page"));
    let watching = watch(&bell);
    let mut listener = bell.listen();
    for seq in 1..=1_000 {
        bell.ring(tenant(1), seq);
    }
    let mut heard = 0;
    while rings_soon(&mut listener).await {
        heard += 1;
        assert!(heard < 10, "an echo of an echo");
    }
    assert!(heard >= 1);
    watching.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_epoch_begins_with_no_numbers_and_its_rings_are_heard() {
    let folder = testkit::temp_dir();
    let path = folder.path().join("page");
    let (one, two) = (bell_at(&path), bell_at(&path));
    let watching = watch(&two);
    one.ring(tenant(1), 500);
    let next = Uuid::from_u128(102);
    let mut listener = two.listen();
    one.turn_to(next).expect("a page");
    one.ring(tenant(1), 3);
    assert_eq!(
        (one.last(tenant(1)), two.last(tenant(1))),
        (Some(3), Some(500)),
        "each in its epoch"
    );
    two.turn_to(next).expect("the same page");
    assert_eq!((two.epoch(), two.last(tenant(1))), (next, Some(3)));
    while rings_soon(&mut listener).await {}
    one.ring(tenant(1), 4);
    timeout(LONG, listener.rang()).await.expect("woken");
    assert_eq!(two.last(tenant(1)), Some(4));
    watching.stop().await;
}

/// What the other process of the next test does; without orders it is an empty test.
#[test]
fn ring_now_and_then() {
    let Ok(path) = std::env::var("BELL_RING_AT") else {
        return;
    };
    let bell = bell_at(Path::new(&path));
    for seq in 1..=RINGS {
        std::thread::sleep(Duration::from_millis(20));
        bell.ring(tenant(1), seq);
    }
}

const RINGS: i64 = 40;

/// The watcher's patience is far longer than the test's, so it is the rings that wake it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rings_of_another_program_wake_this_one() {
    let folder = testkit::temp_dir();
    let path = folder.path().join("page");
    let bell = bell_at(&path);
    let watching = watch(&bell);
    let mut listener = bell.listen();
    let mut other = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "tests::node::ring_now_and_then"])
        .env("BELL_RING_AT", &path)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("started");
    let (mut wakes, mut seen) = (0, 0);
    while seen < RINGS {
        timeout(LONG, listener.rang()).await.expect("woken");
        wakes += 1;
        seen = bell.last(tenant(1)).unwrap_or(0);
    }
    assert!(other.wait().expect("ended").success());
    assert!(wakes >= RINGS / 4, "{wakes} wakes for {RINGS} rings");
    watching.stop().await;
}

#[cfg(target_os = "linux")]
#[test]
fn an_inherited_page_is_shared_and_unknown_after_its_epoch() {
    use crate::SharedPage;
    let page = SharedPage::anonymous(EPOCH, NODE).expect("a page");
    let bells = [(); 2].map(|()| {
        let file = page.file().try_clone().expect("a handle");
        Bell::inherited(file).expect("a page")
    });
    bells[0].ring(tenant(1), 2);
    assert_eq!(
        (bells[1].epoch(), bells[1].last(tenant(1))),
        (EPOCH, Some(2))
    );
    bells[1].turn_to(Uuid::from_u128(102)).expect("turned");
    bells[1].ring(tenant(1), 3);
    assert_eq!(bells[1].last(tenant(1)), None);
}
