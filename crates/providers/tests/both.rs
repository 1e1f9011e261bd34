//! What every store of uploads promises, on a folder and on a bucket; and what only a bucket can.

use std::time::{Duration, Instant};

use providers::{PIECE_BYTES_MAX, Piece, S3Options, UploadError, Uploads};
use testkit::{S3, TempDir, temp_dir};

/// A store with what it stands on.
struct World {
    name: &'static str,
    store: Uploads,
    _folder: TempDir,
    s3: Option<S3>,
}

fn options(s3: &S3) -> S3Options {
    S3Options {
        bucket: S3::BUCKET.into(),
        prefix: "uploads/here".into(),
        endpoint: Some(s3.endpoint()),
        region: "eu-central-1".into(),
        access_key_id: S3::ACCESS_KEY_ID.into(),
        secret_access_key: S3::SECRET_ACCESS_KEY.into(),
    }
}

fn in_bucket(s3: &S3) -> (Uploads, TempDir) {
    let folder = temp_dir();
    let store = Uploads::in_bucket(folder.path().join("uploads"), &options(s3));
    (store.expect("the options are good"), folder)
}

fn worlds() -> [World; 2] {
    let folder = temp_dir();
    let on_disk = World {
        name: "folder",
        store: Uploads::in_folder(folder.path().join("uploads")),
        _folder: folder,
        s3: None,
    };
    let s3 = S3::start();
    let (store, folder) = in_bucket(&s3);
    let far = World {
        name: "bucket",
        store,
        _folder: folder,
        s3: Some(s3),
    };
    [on_disk, far]
}

impl World {
    /// Gives another machine's view of the bucket, so that no copy here answers.
    fn elsewhere(&self) -> (Uploads, Option<TempDir>) {
        match &self.s3 {
            Some(s3) => {
                let (store, folder) = in_bucket(s3);
                (store, Some(folder))
            }
            None => (self.store.clone(), None),
        }
    }

    /// What is stored of a key, as another machine reads it.
    async fn content(&self, key: &str) -> Option<Vec<u8>> {
        let (store, _folder) = self.elsewhere();
        let mut reader = store.read(key).await.expect("reads")?;
        let mut content = Vec::new();
        while let Some(bytes) = reader.next().await.expect("reads") {
            content.extend_from_slice(&bytes);
        }
        let path = store.local(key).await.expect("fetched").expect("there");
        assert_eq!(std::fs::read(path).expect("a file"), content);
        Some(content)
    }

    async fn put(&self, key: &str, content: &[u8]) {
        let mut upload = self.store.begin(key).await.expect("begun");
        upload.write(content).await.expect("written");
        upload.finish().await.expect("finished");
        self.store.publish(key).await.expect("published");
    }

    /// Appends a piece, and gives what the database would note.
    async fn append(&self, key: &str, at: u64, token: &str, content: &[u8]) -> Option<Piece> {
        let mut piece = self.store.append(key).await.expect("begun");
        piece.begin_at(at, token).await.expect("reaches that far");
        piece.write(content).await.expect("written");
        let kept = piece.finish().await.expect("kept");
        assert_eq!(kept.bytes, content.len() as u64);
        let bytes = kept.bytes;
        kept.name.clone().map(|name| Piece { bytes, name })
    }
}

fn some_bytes(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n % 251) as u8).collect()
}

#[tokio::test]
async fn a_file_in_one_go_is_read_back_and_removed() {
    for world in worlds() {
        let name = world.name;
        assert_eq!(world.store.is_shared(), world.s3.is_some());
        assert!(world.content("none").await.is_none(), "{name}");
        assert_eq!(world.store.local("none").await, Ok(None), "{name}");
        let content = some_bytes(usize::try_from(PIECE_BYTES_MAX).unwrap() + 3);
        world.put("k", &content).await;
        assert!(world.content("k").await == Some(content), "{name}");
        world.put("k", b"second").await;
        assert_eq!(world.content("k").await.unwrap(), b"second", "{name}");
        world.store.remove("k").await.expect("removed");
        assert!(world.content("k").await.is_none(), "{name}");
        world.store.remove("k").await.expect("fine again");
    }
}

#[tokio::test]
async fn a_file_in_pieces_is_whole_once_it_is_complete() {
    for world in worlds() {
        let name = world.name;
        let content = some_bytes(700_000);
        let mut pieces = Vec::new();
        let mut at = 0;
        for part in content.chunks(300_000) {
            pieces.extend(world.append("k", at, "t", part).await);
            at += part.len() as u64;
        }
        assert!(world.content("k").await.is_none(), "{name}: not yet");
        let early = world.store.complete("k", at + 1, &pieces).await;
        assert_eq!(early, Err(UploadError::Missing), "{name}");
        for _ in 0..2 {
            world.store.complete("k", at, &pieces).await.expect(name);
        }
        assert!(world.content("k").await == Some(content), "{name}");
        world.store.remove("k").await.expect("removed");
        assert!(world.content("k").await.is_none(), "{name}");
    }
}

#[tokio::test]
async fn what_was_not_counted_is_written_over() {
    for world in worlds() {
        let name = world.name;
        let first = world.append("k", 0, "a", b"abc").await;
        // One whose number never reached the database, and one that was cut before it was kept.
        world.append("k", 3, "b", b"WRONG AND LONG").await;
        let mut cut = world.store.append("k").await.expect("begun");
        cut.begin_at(3, "c").await.expect("reaches");
        cut.write(&[9; 600_000]).await.expect("written");
        drop(cut);
        let second = world.append("k", 3, "d", b"def").await;
        let pieces: Vec<Piece> = first.into_iter().chain(second).collect();
        world.store.complete("k", 6, &pieces).await.expect(name);
        assert_eq!(world.content("k").await.unwrap(), b"abcdef", "{name}");
        world.store.remove("k").await.expect("removed");
        assert_eq!(world.store.sweep(|_| false, Duration::ZERO).await, Ok(0));
    }
}

#[tokio::test]
async fn a_folder_has_one_writer_at_a_time_and_no_gaps() {
    let [world, _] = worlds();
    let mut one = world.store.append("k").await.expect("begun");
    let two = world.store.append("k").await;
    assert_eq!(two.err(), Some(UploadError::Busy));
    let gap = one.begin_at(1, "t").await;
    assert_eq!(gap, Err(UploadError::Missing));
    drop(one);
    let mut three = world.store.append("k").await.expect("free again");
    three.begin_at(0, "t").await.expect("the begin");
    three.write(b"x").await.expect("written");
    let kept = three.finish().await.expect("kept");
    let busy = world.store.append("k").await;
    assert_eq!(busy.err(), Some(UploadError::Busy), "until it is counted");
    drop(kept);
    assert!(world.store.append("k").await.is_ok());
}

#[tokio::test]
async fn a_sweep_takes_what_nobody_keeps() {
    for world in worlds() {
        let name = world.name;
        for key in ["kept", "unknown"] {
            world.put(key, b"x").await;
            world.append(&format!("{key}-growing"), 0, "t", b"x").await;
        }
        let hour = Duration::from_secs(3_600);
        assert_eq!(world.store.sweep(|_| false, hour).await, Ok(0), "{name}");
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        let keep = |key: &str| key.starts_with("kept");
        // In the bucket the content and its manifest are one object each.
        let expected = if world.s3.is_some() { 3 } else { 2 };
        let swept = world.store.sweep(keep, Duration::ZERO).await;
        assert_eq!(swept, Ok(expected), "{name}");
        assert!(world.content("kept").await.is_some(), "{name}");
        assert!(world.content("unknown").await.is_none(), "{name}");
    }
}

#[tokio::test]
async fn a_sweep_leaves_what_we_cannot_have_made() {
    let [_, world] = worlds();
    let s3 = world.s3.as_ref().expect("the bucket");
    world.put("k", b"x").await;
    let prefix = s3.bucket().join("uploads/here");
    for foreign in ["README", "k/a/b", "Other/0-0", "k/notes"] {
        let path = prefix.join(foreign);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(world.store.sweep(|_| false, Duration::ZERO).await, Ok(2));
    for foreign in ["README", "k/a/b", "Other/0-0", "k/notes"] {
        assert!(prefix.join(foreign).exists(), "{foreign}");
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_an_error_soon_and_all_is_well_when_it_is_back() {
    let [_, mut world] = worlds();
    world.put("k", b"there").await;
    world.s3.as_mut().expect("the bucket").stop();
    let began = Instant::now();
    let mut upload = world.store.begin("new").await.expect("on this disk");
    upload.write(b"new").await.expect("written");
    upload.finish().await.expect("finished");
    let published = world.store.publish("new").await;
    assert!(
        matches!(published, Err(UploadError::Io(_))),
        "{published:?}"
    );
    let (elsewhere, _folder) = world.elsewhere();
    assert!(elsewhere.read("k").await.is_err());
    assert!(elsewhere.local("k").await.is_err());
    assert!(world.store.sweep(|_| false, Duration::ZERO).await.is_err());
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "{:?}",
        began.elapsed()
    );
    world.s3.as_mut().expect("the bucket").resume();
    world.store.publish("new").await.expect("published now");
    assert_eq!(world.content("new").await.unwrap(), b"new");
    assert_eq!(world.content("k").await.unwrap(), b"there");
}

#[tokio::test]
async fn a_wrong_key_is_an_error_that_names_no_secret() {
    let s3 = S3::start();
    let wrong = [
        S3Options {
            secret_access_key: "not-the-secret".into(),
            ..options(&s3)
        },
        S3Options {
            access_key_id: "nobodys".into(),
            ..options(&s3)
        },
    ];
    for options in wrong {
        let folder = temp_dir();
        let store = Uploads::in_bucket(folder.path().into(), &options).expect("well formed");
        let mut upload = store.begin("k").await.expect("on this disk");
        upload.write(b"x").await.expect("written");
        upload.finish().await.expect("finished");
        let error = store.publish("k").await.expect_err("refused").to_string();
        assert!(!error.contains("not-the-secret"), "{error}");
        assert!(!format!("{options:?}").contains("secret"), "{options:?}");
    }
}
