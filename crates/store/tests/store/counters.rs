//! Counters against an oracle that counts the tables, under random work and a clock that jumps.

use domain::campaigns::{Campaign, CampaignPatch, Status};
use domain::clock::Timestamp;
use domain::insights::Month;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng, rngs::StdRng};
use store::{Error, TenantScope, campaigns, insights, leads, tenants};

use crate::world::{World, commit, on_both_engines, titled};

const STEPS: usize = 220;
const DAY_SECONDS: i64 = 86_400;

async fn agree_with_the_tables_whatever_happens(world: World) {
    for seed in 1..=2 {
        let (scope, other) = (world.tenant().await, world.tenant().await);
        let mut random = StdRng::seed_from_u64(seed);
        let mut inserted = 0;
        world.campaign(other).await;
        for step in 0..STEPS {
            inserted += one_step(&world, scope, &mut random).await;
            if step % 4 == 0 {
                let context = format!("seed {seed} step {step}");
                compare(&world, scope, inserted, &context).await;
            }
        }
        compare(&world, scope, inserted, "the end").await;
    }
}

async fn one_step(world: &World, scope: TenantScope, random: &mut StdRng) -> i64 {
    let known = {
        let reading = world.store.read(scope).await.expect("a connection");
        campaigns::list(&reading).await.expect("read")
    };
    let chosen = known.choose(random).cloned();
    match (random.random_range(0..100), chosen) {
        (0..12, _) | (_, None) => {
            world.campaign(scope).await;
        }
        (12..30, Some(campaign)) => set_status(world, scope, &campaign, random).await,
        (30..60, Some(campaign)) => {
            let n = random.random_range(1..9);
            let fields = (0..n).map(|n| titled(&format!("lead {n}"))).collect();
            world.add_leads(scope, campaign.id, fields).await;
            return n;
        }
        (60..80, Some(campaign)) => trash_one(world, scope, &campaign, random).await,
        (80..84, Some(campaign)) => {
            let mut writing = world.begin(scope).await;
            let locked = campaigns::lock(&writing, campaign.id)
                .await
                .expect("read")
                .expect("there");
            campaigns::clear_leads(&mut writing, locked)
                .await
                .expect("cleared");
            commit(writing).await;
        }
        (84..88, Some(campaign)) => {
            let mut writing = world.begin(scope).await;
            let locked = campaigns::lock(&writing, campaign.id)
                .await
                .expect("read")
                .expect("there");
            campaigns::delete(&mut writing, &locked)
                .await
                .expect("deleted");
            commit(writing).await;
        }
        (88..91, Some(campaign)) => {
            let writing = world.begin(scope).await;
            campaigns::purge(&writing, campaign.id)
                .await
                .expect("purged");
            commit(writing).await;
        }
        (_, Some(_)) => {
            let days = *[3, 12, 20, 31, 70, -1, -25, -40]
                .choose(random)
                .expect("some");
            world.clock.shift(days * DAY_SECONDS);
        }
    }
    0
}

async fn set_status(world: &World, scope: TenantScope, campaign: &Campaign, random: &mut StdRng) {
    let mut writing = world.begin(scope).await;
    let locked = campaigns::lock(&writing, campaign.id)
        .await
        .expect("read")
        .expect("there");
    let before = locked.status;
    let patch = CampaignPatch {
        status: Status::ALL.choose(random).copied(),
        name: Some("Renamed".into()),
        ..CampaignPatch::default()
    };
    let (patched, _) = locked.patched(patch, writing.now());
    campaigns::save(&mut writing, &patched, before)
        .await
        .expect("saved");
    assert_eq!(
        campaigns::find(&writing, campaign.id).await.expect("read"),
        Some(patched)
    );
    // Some of it never happens.
    if random.random_bool(0.8) {
        commit(writing).await;
    }
}

async fn trash_one(world: &World, scope: TenantScope, campaign: &Campaign, random: &mut StdRng) {
    let mut writing = world.begin(scope).await;
    let locked = campaigns::lock(&writing, campaign.id)
        .await
        .expect("read")
        .expect("there");
    let filter = domain::leads::LeadFilter::default();
    let (page, _) = leads::page(&writing, &locked, &filter, None, 50)
        .await
        .expect("read");
    if let Some(lead) = page.choose(random) {
        let lead = leads::lock(&writing, lead.id)
            .await
            .expect("read")
            .expect("there");
        leads::trash(&mut writing, &lead, locked)
            .await
            .expect("trashed");
        assert_eq!(leads::find(&writing, lead.id).await.expect("read"), None);
        commit(writing).await;
    }
}

/// Every live lead of the tenant: its campaign and when it was made.
async fn live(world: &World, scope: TenantScope) -> Vec<(uuid::Uuid, Timestamp)> {
    let sql = "select l.campaign_id, l.created_at, l.tenant_id from campaign_leads l
        join campaigns c on c.id = l.campaign_id and c.deleted_at is null
        where l.trashed_at is null and l.lead_generation = c.lead_generation";
    let rows = world.rows(sql).await;
    let of_tenant = rows.into_iter().filter(|row| {
        let tenant: uuid::Uuid = row.try_get("", "tenant_id").expect("tenant");
        tenant == scope.tenant().0
    });
    of_tenant
        .map(|row| {
            let at = row.try_get("", "created_at").expect("a time");
            (
                row.try_get("", "campaign_id").expect("an id"),
                Timestamp(at),
            )
        })
        .collect()
}

async fn compare(world: &World, scope: TenantScope, inserted: i64, context: &str) {
    let live = live(world, scope).await;
    let count = |of: Option<uuid::Uuid>, month: Option<i32>| {
        let wanted = live.iter().filter(|(campaign, at)| {
            of.is_none_or(|of| of == *campaign)
                && month.is_none_or(|month| Month::of(*at).0 == month)
        });
        i64::try_from(wanted.count()).expect("few")
    };
    let reading = world.store.read(scope).await.expect("a connection");
    let known = campaigns::list(&reading).await.expect("read");
    for campaign in &known {
        let id = Some(campaign.id.0);
        assert_eq!(campaign.leads_count, count(id, None), "{context}");
        let monthly = campaign.monthly;
        assert_eq!(monthly.current, count(id, Some(monthly.month)), "{context}");
        assert_eq!(
            monthly.previous,
            count(id, Some(monthly.month - 1)),
            "{context}"
        );
    }
    let spine = world
        .rows("select tenant_id, month, leads_month, leads_previous from spines")
        .await;
    let spine = spine
        .iter()
        .find(|row| row.try_get::<uuid::Uuid>("", "tenant_id").expect("an id") == scope.tenant().0);
    let spine = spine.expect("a spine");
    let of_spine = |name: &str| spine.try_get::<i64>("", name).expect("a number");
    let month: i32 = spine.try_get("", "month").expect("a month");
    assert_eq!(
        of_spine("leads_month"),
        count(None, Some(month)),
        "{context}"
    );
    assert_eq!(
        of_spine("leads_previous"),
        count(None, Some(month - 1)),
        "{context}"
    );

    let now = world.clock.now();
    let stats = insights::stats(&reading, now).await.expect("read");
    let shown = Month::of(now).0.max(month);
    assert_eq!(stats.total_leads, count(None, None), "{context}");
    assert_eq!(
        stats.leads_this_month,
        count(None, Some(shown)),
        "{context}"
    );
    assert_eq!(
        stats.leads_last_month,
        count(None, Some(shown - 1)),
        "{context}"
    );
    assert_eq!(stats.total_campaigns, known.len() as i64, "{context}");
    let active = known
        .iter()
        .filter(|campaign| campaign.status == Status::Active);
    assert_eq!(stats.active_campaigns, active.count() as i64, "{context}");
    let tenant = tenants::find(&reading).await.expect("read").expect("there");
    assert_eq!(tenant.leads_used, inserted, "{context}");
}

async fn the_quota_refuses_what_does_not_fit_and_nothing_else(world: World) {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    world.execute("update tenants set leads_quota = 10").await;
    let add = async |n: usize| {
        let mut writing = world.begin(scope).await;
        let mut locked = campaigns::lock(&writing, campaign.id)
            .await
            .expect("read")
            .expect("there");
        let fields = (0..n).map(|n| titled(&n.to_string())).collect();
        let new = crate::world::new_leads(&writing, fields);
        leads::insert(&mut writing, &mut locked, None, &new)
            .await
            .expect("inserted");
        writing.enforce_quota();
        let name = domain::events::EventName::LeadsCreated;
        writing.record(crate::world::event(name, serde_json::json!({})));
        writing.commit().await
    };
    assert!(add(8).await.is_ok());
    let refused = add(3).await.expect_err("11 of 10");
    assert!(
        matches!(refused, Error::QuotaExceeded { quota: 10, used: 8 }),
        "{refused}"
    );
    assert!(add(2).await.is_ok(), "exactly full");
    assert!(add(1).await.is_err());
    compare(&world, scope, 10, "after refusals").await;
    // Without enforcement, and with a change that adds no lead, a full account goes on.
    world
        .add_leads(scope, campaign.id, vec![titled("imported")])
        .await;
    let mut writing = world.begin(scope).await;
    writing.enforce_quota();
    commit(writing).await;
    compare(&world, scope, 11, "over the quota").await;
}

on_both_engines!(
    agree_with_the_tables_whatever_happens,
    the_quota_refuses_what_does_not_fit_and_nothing_else,
);
