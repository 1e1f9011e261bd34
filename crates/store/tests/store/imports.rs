//! Imports: which one the same upload attaches to, what the quota said, and whose files are still needed.

use domain::campaigns::Campaign;
use domain::ids::{ImportId, UserId};
use domain::imports::{Import, ImportCounts, ImportState};
use store::{TenantScope, imports};
use uuid::Uuid;

use crate::world::{World, commit, on_both_engines};

const DAY_SECONDS: i64 = 24 * 3600;

/// An upload of the file `print` that waits for its job.
pub(crate) async fn upload(world: &World, scope: TenantScope, campaign: &Campaign) -> Import {
    let writing = world.begin(scope).await;
    let id = writing.fresh_id();
    let import = Import {
        id: ImportId(id),
        campaign_id: campaign.id,
        user_id: UserId(Uuid::from_u128(1)),
        file_name: "f.csv".into(),
        file_bytes: 1,
        object_key: id.to_string(),
        lead_generation: campaign.lead_generation,
        generate_emails: false,
        state: ImportState::Queued,
        counts: ImportCounts::default(),
        failed_rows: Vec::new(),
        error: None,
        created_at: writing.now(),
        finished_at: None,
        options: None,
        header: Vec::new(),
        progress_ppm: 0,
        started_at: None,
        progressed_at: None,
        undo: None,
    };
    imports::insert(&writing, &import, "print", None)
        .await
        .expect("inserted");
    commit(writing).await;
    import
}

pub(crate) async fn ends(world: &World, scope: TenantScope, import: &Import, state: ImportState) {
    let mut ended = import.clone();
    ended.state = state;
    let writing = world.begin(scope).await;
    imports::save(&writing, &ended).await.expect("saved");
    commit(writing).await;
}

async fn same(world: &World, scope: TenantScope, import: &Import, generation: i32) -> bool {
    let reading = world.store.read(scope).await.expect("a connection");
    let found = imports::find_same(&reading, import.campaign_id, "print", generation).await;
    found
        .expect("read")
        .is_some_and(|found| found.id == import.id)
}

async fn an_undelivered_import_is_attached_to_whatever_the_clock_says(world: World) {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let generation = campaign.lead_generation;
    let import = upload(&world, scope, &campaign).await;
    assert!(same(&world, scope, &import, generation).await, "it waits");
    assert!(
        !same(&world, scope, &import, generation + 1).await,
        "all leads were deleted since"
    );
    ends(&world, scope, &import, ImportState::Completed).await;
    world.clock.shift(DAY_SECONDS);
    assert!(same(&world, scope, &import, generation).await, "later");
    world.clock.shift(-2 * DAY_SECONDS);
    assert!(same(&world, scope, &import, generation).await, "set back");
    assert!(!same(&world, scope, &import, generation + 1).await);

    let writing = world.begin(scope).await;
    let delivered = imports::is_delivered(&writing, import.id).await;
    assert!(!delivered.expect("read"));
    imports::set_delivered(&writing, import.id)
        .await
        .expect("noted");
    let delivered = imports::is_delivered(&writing, import.id).await;
    assert!(delivered.expect("read"));
    commit(writing).await;
    assert!(!same(&world, scope, &import, generation).await, "answered");
}

async fn the_figures_of_the_quota_are_kept(world: World) {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let import = upload(&world, scope, &campaign).await;
    let writing = world.begin(scope).await;
    let figures = imports::quota_exceeded(&writing, import.id).await;
    assert_eq!(figures.expect("read"), None);
    imports::set_quota_exceeded(&writing, import.id, 500, 0)
        .await
        .expect("noted");
    let figures = imports::quota_exceeded(&writing, import.id).await;
    assert_eq!(figures.expect("read"), Some((500, 0)));
    for times in 1..=3 {
        let given_back = imports::give_back(&writing, import.id).await;
        assert_eq!(given_back.expect("counted"), times);
    }
    commit(writing).await;
}

async fn files_of_imports_that_have_not_ended_are_in_use(world: World) {
    let (one, other) = (world.tenant().await, world.tenant().await);
    let campaign = world.campaign(one).await;
    let waits = upload(&world, one, &campaign).await;
    let has_ended = upload(&world, one, &campaign).await;
    ends(&world, one, &has_ended, ImportState::Failed).await;
    let campaign = world.campaign(other).await;
    let runs = upload(&world, other, &campaign).await;
    ends(&world, other, &runs, ImportState::Running).await;

    let in_use = async |most| {
        let keys = imports::keys_in_use(&world.store, most).await;
        let mut keys = keys.expect("read")?;
        keys.sort();
        Some(keys)
    };
    let mut expected = vec![waits.object_key, runs.object_key];
    expected.sort();
    assert_eq!(in_use(2).await, Some(expected));
    assert_eq!(in_use(1).await, None, "more than may be told");
}

on_both_engines!(
    an_undelivered_import_is_attached_to_whatever_the_clock_says,
    the_figures_of_the_quota_are_kept,
    files_of_imports_that_have_not_ended_are_in_use,
);
