//! What the folder promises: whole files or none, nothing outside it, nothing left behind.

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::sweep::REMOVED_MAX;
use crate::{UploadError, Uploads};

const HOUR: Duration = Duration::from_secs(3_600);

/// A store whose folder does not exist yet, in a folder that goes with the test.
fn store() -> (Uploads, TempDir) {
    let outside = TempDir::new().expect("a temporary folder");
    (Uploads::in_folder(inside(&outside)), outside)
}

fn inside(outside: &TempDir) -> std::path::PathBuf {
    outside.path().join("data/uploads")
}

fn names(outside: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(inside(outside)).expect("the folder is there");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    names
}

async fn put(store: &Uploads, key: &str, content: &[u8]) {
    let mut upload = store.begin(key).await.expect("begun");
    upload.write(content).await.expect("written");
    upload.finish().await.expect("finished");
}

/// Says that a file was last written at a time.
fn written_at(path: &Path, time: SystemTime) {
    let file = File::options().append(true).open(path).expect("opens");
    file.set_times(FileTimes::new().set_modified(time))
        .expect("set");
}

fn long_ago() -> SystemTime {
    SystemTime::UNIX_EPOCH + HOUR
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[tokio::test]
async fn a_file_appears_whole_under_its_key() {
    let (store, outside) = store();
    let mut upload = store.begin("import-1").await.expect("begun");
    upload.write(b"ab").await.expect("written");
    upload.write(b"").await.expect("nothing");
    upload.write(b"c").await.expect("written");
    assert_eq!(upload.bytes_written(), 3);
    assert!(!store.path("import-1").expect("a key").exists());

    let finished = upload.finish().await.expect("finished");
    assert_eq!(finished.bytes, 3);
    assert_eq!(
        finished.sha256, // FIPS 180-2, appendix B.1
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    let path = store.path("import-1").expect("a key");
    assert_eq!(fs::read(&path).expect("there"), b"abc");
    assert_eq!(names(&outside), ["import-1"]);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&inside(&outside)), 0o700);
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let (store, _outside) = store();
    let finished = store.begin("e").await.expect("begun").finish().await;
    let finished = finished.expect("finished");
    assert_eq!(finished.bytes, 0);
    assert!(finished.sha256.starts_with("e3b0c44298fc1c14"));
    assert!(store.path("e").expect("a key").is_file());
}

#[tokio::test]
async fn large_files_arrive_as_they_were_sent_however_they_were_cut() {
    let (store, _outside) = store();
    let content: Vec<u8> = (0..1_500_000_u32).map(|n| (n % 251) as u8).collect();
    let mut digests = Vec::new();
    for (key, piece) in [("whole", content.len()), ("cut", 70_001)] {
        let mut upload = store.begin(key).await.expect("begun");
        for bytes in content.chunks(piece) {
            upload.write(bytes).await.expect("written");
        }
        assert_eq!(upload.bytes_written(), content.len() as u64);
        digests.push(upload.finish().await.expect("finished"));
        let stored = fs::read(store.path(key).expect("a key")).expect("there");
        assert!(stored == content, "{key}");
    }
    assert_eq!(digests[0], digests[1]);
}

#[tokio::test]
async fn a_dropped_upload_leaves_nothing() {
    let (store, outside) = store();
    let mut upload = store.begin("gone").await.expect("begun");
    upload.write(&[7; 600_000]).await.expect("written");
    assert_eq!(names(&outside), ["gone.0.part"]);
    drop(upload);
    assert!(names(&outside).is_empty());
}

#[test]
fn an_upload_dropped_after_its_runtime_leaves_nothing() {
    let (store, outside) = store();
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    let upload = runtime.block_on(store.begin("gone")).expect("begun");
    drop(runtime);
    drop(upload);
    assert!(names(&outside).is_empty());
}

#[tokio::test]
async fn a_write_given_up_spoils_the_upload_and_leaves_nothing() {
    let (store, outside) = store();
    let mut upload = store.begin("k").await.expect("begun");
    let bytes = vec![1; 1_000_000];
    tokio::select! {
        biased;
        done = upload.write(&bytes) => panic!("a write of several pieces waits at least once: {done:?}"),
        () = std::future::ready(()) => {}
    }
    let again = upload.write(&bytes).await;
    assert!(matches!(again, Err(UploadError::Io(_))), "{again:?}");
    let finished = upload.finish().await;
    assert!(matches!(finished, Err(UploadError::Io(_))), "{finished:?}");
    for _ in 0..200 {
        if names(&outside).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("left behind: {:?}", names(&outside));
}

#[tokio::test]
async fn two_uploads_of_one_key_do_not_mix_and_the_last_to_finish_stays() {
    let (store, outside) = store();
    let mut one = store.begin("k").await.expect("begun");
    let mut two = store.begin("k").await.expect("begun");
    let three = store.begin("k").await.expect("begun");
    one.write(b"one").await.expect("written");
    two.write(b"two").await.expect("written");
    two.finish().await.expect("finished");
    drop(three);
    let path = store.path("k").expect("a key");
    assert_eq!(fs::read(&path).expect("there"), b"two");
    one.finish().await.expect("finished");
    assert_eq!(fs::read(&path).expect("there"), b"one");
    assert_eq!(names(&outside), ["k"]);
}

#[tokio::test]
async fn keys_that_could_leave_the_folder_or_name_another_file_are_refused() {
    let (store, outside) = store();
    let secret = outside.path().join("secret");
    fs::write(&secret, "s").expect("written");
    let long = "a".repeat(81);
    for key in [
        "",
        ".",
        "..",
        "../secret",
        "../../secret",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "a.b",
        "A",
        "é",
        "a b",
        "a\0",
        "a\n",
        "k.0.part",
        "%2e%2e",
        long.as_str(),
    ] {
        assert_eq!(
            store.begin(key).await.err(),
            Some(UploadError::BadKey),
            "{key:?}"
        );
        assert_eq!(store.path(key), Err(UploadError::BadKey), "{key:?}");
        assert_eq!(store.remove(key).await, Err(UploadError::BadKey), "{key:?}");
    }
    assert!(secret.exists());
    assert!(!inside(&outside).exists(), "nothing was needed yet");
    for key in ["a", "0-9", "-", &"a".repeat(80)] {
        assert!(store.path(key).is_ok(), "{key}");
    }
}

#[tokio::test]
async fn removing_works_once_and_then_is_fine() {
    let (store, outside) = store();
    store.remove("k").await.expect("no folder, no file");
    put(&store, "k", b"x").await;
    store.remove("k").await.expect("removed");
    assert!(names(&outside).is_empty());
    store.remove("k").await.expect("no file");
}

#[tokio::test]
async fn a_sweep_takes_what_is_old_and_unwanted_and_nothing_else() {
    let (store, outside) = store();
    assert_eq!(store.sweep(|_| true, HOUR).await, Ok(0), "no folder yet");
    for key in ["kept", "unknown", "unknown-but-new"] {
        put(&store, key, b"x").await;
    }
    let folder = inside(&outside);
    for name in ["kept.0.part", "new.0.part", "README", "x.part", "a.b.part"] {
        fs::write(folder.join(name), "x").expect("written");
    }
    fs::create_dir(folder.join("directory")).expect("made");
    for name in [
        "kept",
        "unknown",
        "kept.0.part",
        "README",
        "x.part",
        "a.b.part",
    ] {
        written_at(&folder.join(name), long_ago());
    }
    let swept = store.sweep(|key| key == "kept", HOUR).await;
    assert_eq!(swept, Ok(2), "{:?}", names(&outside));
    assert_eq!(
        names(&outside),
        [
            "README",
            "a.b.part",
            "directory",
            "kept",
            "new.0.part",
            "unknown-but-new",
            "x.part"
        ]
    );
}

#[tokio::test]
async fn a_sweep_follows_no_link_out_of_the_folder() {
    let (store, outside) = store();
    put(&store, "k", b"x").await;
    let target = outside.path().join("target");
    fs::write(&target, "t").expect("written");
    written_at(&target, long_ago());
    std::os::unix::fs::symlink(&target, inside(&outside).join("link")).expect("linked");
    assert_eq!(store.sweep(|_| false, HOUR).await, Ok(0));
    assert!(target.exists());
}

#[tokio::test]
async fn a_sweep_removes_a_bounded_number_and_finds_the_rest_behind_any_number_of_kept_files() {
    let (store, outside) = store();
    put(&store, "first", b"x").await;
    for n in 0..2_500 {
        let path = inside(&outside).join(format!("kept-{n}"));
        File::create(&path).expect("made");
        written_at(&path, long_ago());
    }
    for n in 0..=REMOVED_MAX {
        let path = inside(&outside).join(format!("old-{n}"));
        File::create(&path).expect("made");
        written_at(&path, long_ago());
    }
    let keep = |key: &str| !key.starts_with("old-");
    assert_eq!(store.sweep(keep, HOUR).await, Ok(REMOVED_MAX));
    assert_eq!(store.sweep(keep, HOUR).await, Ok(1));
    assert_eq!(store.sweep(keep, HOUR).await, Ok(0));
    assert_eq!(names(&outside).len(), 2_501);
}

#[tokio::test]
async fn a_folder_that_cannot_be_is_an_error_and_no_panic() {
    let outside = TempDir::new().expect("a temporary folder");
    let file = outside.path().join("file");
    fs::write(&file, "x").expect("written");
    let store = Uploads::in_folder(file.join("uploads"));
    let begun = store.begin("k").await;
    assert!(matches!(begun, Err(UploadError::Io(_))), "{begun:?}");
}

#[test]
fn a_full_disk_and_a_used_up_quota_have_their_own_error() {
    for (code, name) in [(28, "ENOSPC"), (122, "EDQUOT")] {
        let error = UploadError::from(std::io::Error::from_raw_os_error(code));
        assert!(
            matches!(error, UploadError::NoSpace(_)),
            "{name}: {error:?}"
        );
    }
    let error = UploadError::from(std::io::Error::from_raw_os_error(30)); // EROFS
    assert!(matches!(error, UploadError::Io(_)), "{error:?}");
}

#[test]
fn the_waits_may_move_between_threads() {
    fn movable<T: Send>(_: T) {}
    let (store, _outside) = store();
    movable(async {
        let mut upload = store.begin("k").await?;
        upload.write(b"x").await?;
        upload.finish().await?;
        store.remove("k").await?;
        store.sweep(|key| key == "k", HOUR).await
    });
}
