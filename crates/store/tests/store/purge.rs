//! Deleting hides at once, whatever the number of leads; the rows go later, a bounded number at a time.

use std::time::{Duration, Instant};

use store::{Read, campaigns, leads};

use crate::world::{World, commit, on_both_engines, titled};

const LEADS: usize = 20_000;

async fn purge(world: &World, scope: store::TenantScope, id: domain::ids::CampaignId) -> usize {
    let mut rounds = 0;
    loop {
        rounds += 1;
        let writing = world.begin(scope).await;
        let done = campaigns::purge(&writing, id).await.expect("purged");
        writing.commit().await.expect("committed");
        if done {
            return rounds;
        }
    }
}

async fn a_large_campaign_is_gone_at_once_and_its_rows_later(world: World) {
    let scope = world.tenant().await;
    let (campaign, kept) = (world.campaign(scope).await, world.campaign(scope).await);
    for _ in 0..4 {
        let fields = (0..LEADS / 4)
            .map(|n| titled(&format!("lead {n}")))
            .collect();
        world.add_leads(scope, campaign.id, fields).await;
    }
    let lead = world
        .add_leads(scope, kept.id, vec![titled("kept"), titled("kept too")])
        .await[0];
    world.fill_words(scope).await;
    assert_eq!(
        world.number("select count(*) from lead_words").await,
        2 * 20_000 + 3
    );

    // All leads first: a new generation begins, and only the old one goes.
    let mut writing = world.begin(scope).await;
    let begun = Instant::now();
    let locked = campaigns::lock(&writing, campaign.id)
        .await
        .expect("read")
        .expect("there");
    campaigns::clear_leads(&mut writing, locked)
        .await
        .expect("cleared");
    commit(writing).await;
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    world
        .add_leads(scope, campaign.id, vec![titled("new")])
        .await;
    let rounds = purge(&world, scope, campaign.id).await;
    assert_eq!(rounds, LEADS / 2_000 + 2 - 1);
    assert_eq!(world.number("select count(*) from campaign_leads").await, 3);
    assert_eq!(world.number("select count(*) from lead_words").await, 3);
    assert_eq!(world.number("select count(*) from campaigns").await, 2);

    let mut writing = world.begin(scope).await;
    let locked = campaigns::lock(&writing, campaign.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(locked.leads_count, 1);
    campaigns::delete(&mut writing, &locked)
        .await
        .expect("deleted");
    assert_eq!(
        campaigns::find(&writing, campaign.id).await.expect("read"),
        None
    );
    commit(writing).await;
    purge(&world, scope, campaign.id).await;
    assert_eq!(world.number("select count(*) from campaigns").await, 1);
    assert_eq!(world.number("select count(*) from campaign_leads").await, 2);

    // What lives is never purged.
    purge(&world, scope, kept.id).await;
    assert_eq!(world.number("select count(*) from campaign_leads").await, 2);

    // The trash, after its time.
    let mut writing = world.begin(scope).await;
    let locked = campaigns::lock(&writing, kept.id)
        .await
        .expect("read")
        .expect("there");
    let trashed = leads::lock(&writing, lead)
        .await
        .expect("read")
        .expect("there");
    leads::trash(&mut writing, &trashed, locked)
        .await
        .expect("trashed");
    assert!(leads::find(&writing, lead).await.expect("read").is_none());
    assert_eq!(writing.scope(), scope);
    commit(writing).await;
    let now = world.clock.now();
    assert_eq!(
        leads::sweep_trash(&world.store, now).await.expect("swept"),
        0
    );
    let later = now.plus(Duration::from_secs(1));
    assert_eq!(
        leads::sweep_trash(&world.store, later)
            .await
            .expect("swept"),
        1
    );
}

on_both_engines!(a_large_campaign_is_gone_at_once_and_its_rows_later);
