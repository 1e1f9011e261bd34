//! Uploads, from their announcement to the import that takes them: on both engines, in a folder and in a bucket.

mod world;

use std::time::Duration;

use app::{housekeeping, imports, uploads};
use bytes::Bytes;
use domain::imports::{ImportOptions, ImportState};
use domain::refusal::RefusalKind;
use domain::uploads::UPLOADS_OPEN_MAX;
use futures_util::stream;
use providers::PIECE_BYTES_MAX;
use tokio::sync::mpsc;
use world::{LIFE_SECONDS, World, everywhere, refused, table, wide_table};

everywhere!(
    a_file_in_pieces_is_looked_at_and_imported_once,
    what_arrived_before_a_cut_is_kept_and_the_rest_follows,
    offsets_and_lengths_are_held_to,
    of_two_at_once_one_goes_on,
    nobody_else_finds_an_upload,
    what_nobody_takes_in_time_goes_and_what_is_needed_stays,
    a_file_in_one_go_is_an_upload_too,
    the_same_request_gives_the_same_import,
);

async fn a_file_in_pieces_is_looked_at_and_imported_once(world: World) {
    let ann = world.person("ann").await;
    let content = table(3_000);
    let upload = world.begin(&ann, content.len()).await;
    let mut at = 0;
    for part in content.chunks(100_000) {
        let got = world.append(&ann, &upload, at, part).await.expect("kept");
        at += part.len() as u64;
        assert_eq!(got.bytes_received, at);
        assert_eq!(world.show(&ann, &upload).await.unwrap(), got);
    }
    for _ in 0..2 {
        let options = ImportOptions::default();
        let preview =
            imports::preview_upload(&world.app, &ann.member, ann.campaign, upload.id, options)
                .await
                .expect("looked at");
        assert_eq!(preview.value.columns[0].name, "name");
        assert_eq!(preview.value.rows.len(), 10);
    }
    let import = world.start(&ann, &upload, None).await.expect("queued");
    assert_eq!(import.file_name, "leads.csv");
    assert_eq!(import.file_bytes, content.len() as i64);
    let (kind, text) = refused(world.start(&ann, &upload, None).await);
    assert_eq!(kind, RefusalKind::Conflict);
    assert_eq!(text, "This upload was imported already");
    let gone = uploads::remove(&world.app, &ann.member, upload.id).await;
    assert_eq!(refused(gone).0, RefusalKind::Conflict);
    world.work().await;
    let import = world.import(&ann, import.id).await;
    assert_eq!(import.state, ImportState::Completed, "{:?}", import.error);
    assert_eq!(import.counts.leads_created, 3_000);
    assert_eq!(world.kept(&upload), 0, "the file has served");
}

async fn what_arrived_before_a_cut_is_kept_and_the_rest_follows(world: World) {
    let ann = world.person("ann").await;
    // Longer than a piece, so that a cut falls into the second one.
    let content = wide_table(9_000, 1_000);
    assert!(content.len() as u64 > PIECE_BYTES_MAX + 500_000);
    let upload = world.begin(&ann, content.len()).await;
    let cut = usize::try_from(PIECE_BYTES_MAX).unwrap() + 300_007;
    let mut pieces: Vec<Result<Bytes, &str>> = content[..cut]
        .chunks(70_000)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    pieces.push(Err("the connection broke"));
    let incoming = stream::iter(pieces);
    let done = uploads::append(&world.app, &ann.member, upload.id, 0, incoming).await;
    assert_eq!(done.expect("kept").value.bytes_received, cut as u64);

    // And what came with a request that was given up while it waited for more.
    let (sender, receiver) = mpsc::channel::<Result<Bytes, ()>>(1);
    let more = Bytes::copy_from_slice(&content[cut..cut + 1_000]);
    sender.send(Ok(more)).await.expect("listened to");
    let incoming = stream::unfold(receiver, |mut receiver| async {
        Some((receiver.recv().await?, receiver))
    });
    let (app, at) = (&world.app, cut as u64);
    let waiting = uploads::append(app, &ann.member, upload.id, at, Box::pin(incoming));
    let given_up = tokio::time::timeout(Duration::from_millis(300), waiting).await;
    assert!(given_up.is_err());
    drop(sender);
    let at = at + 1_000;
    testkit::eventually(Duration::from_secs(30), async || {
        let upload = world.show(&ann, &upload).await.expect("there");
        (upload.bytes_received == at).then_some(())
    })
    .await;

    let early = world.start(&ann, &upload, None).await;
    let (kind, text) = refused(early);
    assert_eq!(kind, RefusalKind::Conflict);
    assert!(text.starts_with("The upload is not complete"), "{text}");
    let rest = &content[cut + 1_000..];
    let done = world.append(&ann, &upload, at, rest).await.expect("kept");
    assert!(done.is_complete());
    let import = world.start(&ann, &upload, None).await.expect("queued");
    world.work().await;
    let import = world.import(&ann, import.id).await;
    assert_eq!(import.counts.leads_created, 9_000, "{:?}", import.error);
}

async fn offsets_and_lengths_are_held_to(world: World) {
    let ann = world.person("ann").await;
    let upload = world.begin(&ann, 10).await;
    world.append(&ann, &upload, 0, b"name").await.expect("kept");
    for offset in [0, 3, 5, 11] {
        let (kind, text) = refused(world.append(&ann, &upload, offset, b"x").await);
        assert_eq!(kind, RefusalKind::Conflict);
        assert!(text.contains("4 bytes were received"), "{text}");
    }
    let (kind, _) = refused(world.append(&ann, &upload, 4, b"\nA\nB\nC\nD\n").await);
    assert_eq!(kind, RefusalKind::TooLarge);
    assert_eq!(world.show(&ann, &upload).await.unwrap().bytes_received, 4);
    world
        .append(&ann, &upload, 4, b"\nA\nB\n\n")
        .await
        .expect("kept");
    let again = world.append(&ann, &upload, 10, b"more").await;
    assert!(again.expect("nothing to do").is_complete());

    let new = |file_name: &str, bytes| uploads::NewUpload {
        file_name: file_name.into(),
        bytes,
    };
    let begin = async |new| uploads::begin(&world.app, &ann.member, new).await;
    let (kind, text) = refused(begin(new("a.csv", (64 << 20) + 1)).await);
    assert_eq!(
        (kind, text.as_str()),
        (RefusalKind::TooLarge, "File is larger than 64 MB")
    );
    assert_eq!(refused(begin(new("a.csv", 0)).await).0, RefusalKind::Rule);
    assert_eq!(refused(begin(new("a.exe", 5)).await).0, RefusalKind::Rule);
    for _ in 1..UPLOADS_OPEN_MAX {
        begin(new("../a.csv", 5)).await.expect("room");
    }
    let (kind, text) = refused(begin(new("a.csv", 5)).await);
    assert_eq!(kind, RefusalKind::Conflict);
    assert!(text.contains("wait to be imported"), "{text}");
    // Another tenant has its own room.
    world.begin(&world.person("bob").await, 5).await;
    uploads::remove(&world.app, &ann.member, upload.id)
        .await
        .expect("removed");
    assert_eq!(world.kept(&upload), 0);
    begin(new("a.csv", 5)).await.expect("room again");
}

async fn of_two_at_once_one_goes_on(world: World) {
    let ann = world.person("ann").await;
    let content = table(20_000);
    let upload = world.begin(&ann, content.len()).await;
    let tries: Vec<_> = (0..4)
        .map(|_| world.append(&ann, &upload, 0, &content))
        .collect();
    let ended = futures_util::future::join_all(tries).await;
    let won = ended.iter().filter(|ended| ended.is_ok()).count();
    assert_eq!(won, 1, "{ended:?}");
    for lost in ended.into_iter().filter(Result::is_err) {
        assert_eq!(refused(lost).0, RefusalKind::Conflict);
    }
    let import = world.start(&ann, &upload, None).await.expect("queued");
    world.work().await;
    let import = world.import(&ann, import.id).await;
    assert_eq!(import.counts.leads_created, 20_000, "{:?}", import.error);
}

async fn nobody_else_finds_an_upload(world: World) {
    let ann = world.person("ann").await;
    let bob = world.person("bob").await;
    let upload = world.upload(&ann, &table(3)).await;
    let options = ImportOptions::default();
    let preview =
        imports::preview_upload(&world.app, &bob.member, bob.campaign, upload.id, options).await;
    let refusals = [
        refused(world.show(&bob, &upload).await),
        refused(world.append(&bob, &upload, 0, b"x").await),
        refused(world.start(&bob, &upload, None).await),
        refused(preview),
        refused(uploads::remove(&world.app, &bob.member, upload.id).await),
    ];
    for refusal in refusals {
        assert_eq!(
            refusal,
            (RefusalKind::NotFound, "Upload not found".to_owned())
        );
    }
    assert!(world.show(&ann, &upload).await.is_ok());
}

async fn what_nobody_takes_in_time_goes_and_what_is_needed_stays(world: World) {
    let ann = world.person("ann").await;
    let content = table(10);
    let waiting = world.upload(&ann, &content).await;
    let half = world.begin(&ann, content.len()).await;
    world
        .append(&ann, &half, 0, &content[..20])
        .await
        .expect("kept");
    let used = world.upload(&ann, &content).await;
    let import = world.start(&ann, &used, None).await.expect("queued");
    let shift = |seconds| world.app.clock().shift(seconds);

    // Old files of uploads whose time is not over stay, whatever their age.
    world.age_files();
    shift(LIFE_SECONDS - 60);
    housekeeping::sweep(&world.app).await.expect("swept");
    assert!(world.kept(&waiting) > 0 && world.kept(&half) > 0 && world.kept(&used) > 0);
    // A piece gives an upload its time anew.
    world
        .append(&ann, &half, 20, &content[20..40])
        .await
        .expect("kept");

    shift(120);
    let expired = world.show(&ann, &waiting).await;
    assert_eq!(
        refused(expired).0,
        RefusalKind::NotFound,
        "before any sweep"
    );
    housekeeping::sweep(&world.app).await.expect("swept");
    assert_eq!(world.kept(&waiting), 0);
    assert!(world.kept(&half) > 0);
    assert!(world.kept(&used) > 0, "the import needs it");
    let rest = world.append(&ann, &half, 40, &content[40..]).await;
    assert!(rest.expect("kept").is_complete());
    assert!(half.expires_at < world.show(&ann, &half).await.unwrap().expires_at);
    assert!(half.expires_at < world.now());

    shift(LIFE_SECONDS + 60);
    world.age_files();
    housekeeping::sweep(&world.app).await.expect("swept");
    assert_eq!(world.kept(&half), 0);
    world.work().await;
    let import = world.import(&ann, import.id).await;
    assert_eq!(import.state, ImportState::Completed, "{:?}", import.error);
}

async fn a_file_in_one_go_is_an_upload_too(world: World) {
    let ann = world.person("ann").await;
    let content = table(50);
    let receive = async |name: &str, content: &[u8]| {
        let mut receiving = uploads::begin_receiving(&world.app, &ann.member, name).await?;
        for part in content.chunks(1_000) {
            receiving.write(part).await?;
        }
        receiving.finish(&world.app, &ann.member).await
    };
    assert_eq!(
        refused(receive("leads.csv", b"").await).0,
        RefusalKind::Rule
    );
    assert_eq!(
        refused(receive("leads.pdf", b"x").await).0,
        RefusalKind::Rule
    );
    let upload = receive("C:\\here\\leads.csv", &content).await;
    let upload = upload.expect("received").value;
    assert_eq!(upload.file_name, "leads.csv");
    assert!(upload.is_complete());
    let options = ImportOptions::default();
    imports::preview_upload(&world.app, &ann.member, ann.campaign, upload.id, options)
        .await
        .expect("looked at");
    let import = world.start(&ann, &upload, None).await.expect("queued");
    world.work().await;
    let import = world.import(&ann, import.id).await;
    assert_eq!(import.counts.leads_created, 50, "{:?}", import.error);
}

async fn the_same_request_gives_the_same_import(world: World) {
    let ann = world.person("ann").await;
    let upload = world.upload(&ann, &table(5)).await;
    let other = world.upload(&ann, &table(5)).await;
    let first = world.start(&ann, &upload, Some("once")).await;
    let first = first.expect("queued");
    for _ in 0..2 {
        let again = world.start(&ann, &upload, Some("once")).await;
        assert_eq!(again.expect("the same").id, first.id);
        world.work().await;
    }
    let (kind, text) = refused(world.start(&ann, &other, Some("once")).await);
    assert_eq!(kind, RefusalKind::Conflict);
    assert_eq!(text, "This Idempotency-Key was used for another request");
    let (kind, _) = refused(world.start(&ann, &upload, Some("twice")).await);
    assert_eq!(kind, RefusalKind::Conflict);
    let at_once = || world.start(&ann, &other, Some("at once"));
    let (one, two) = tokio::join!(at_once(), at_once());
    assert_eq!(one.expect("queued").id, two.expect("the same").id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_gone_is_unavailable_and_an_import_waits_for_it() {
    let mut world = World::new(world::Engine::Postgres, true).await;
    let ann = world.person("ann").await;
    let content = table(20);
    let upload = world.upload(&ann, &content).await;
    let import = world.start(&ann, &upload, None).await.expect("queued");
    let half = world.begin(&ann, content.len()).await;
    // The copy that the start looked at is another node's here.
    std::fs::remove_dir_all(world.folder.path().join("uploads")).unwrap();
    world.s3.as_mut().unwrap().stop();
    let refused = world.append(&ann, &half, 0, &content).await;
    assert!(
        matches!(refused, Err(app::Error::Unavailable(_))),
        "{refused:?}"
    );
    let claimed = app::jobs::claim(&world.app, &["run_import"]).await.unwrap();
    let claimed = claimed.expect("the import");
    let turn = app::jobs::Turn::endless();
    let ended = imports::run_turn(&world.app, &claimed, import.id, &turn).await;
    assert!(matches!(ended, Err(app::Error::LeaseLost)), "{ended:?}");
    assert_eq!(
        world.import(&ann, import.id).await.state,
        ImportState::Queued
    );
    world.s3.as_mut().unwrap().resume();
    let again = world.append(&ann, &half, 0, &content).await;
    assert!(again.expect("kept").is_complete());
    let done = testkit::eventually(Duration::from_secs(30), async || {
        world.app.clock().shift(10);
        world.work().await;
        let import = world.import(&ann, import.id).await;
        import.state.is_final().then_some(import)
    });
    let done = done.await;
    assert_eq!(done.state, ImportState::Completed, "{:?}", done.error);
}
