//! What leads are sorted and compared by, on SQLite: the tables say what the leads say, whatever came in which order.

use domain::ids::{ImportId, LeadId};
use domain::imports::LeadKeys;
use domain::leads::{LeadFields, LeadFilter, LeadSort};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng, rngs::StdRng};
use store::leads::keys::{Settle, settle};
use store::leads::{self, same};
use store::{Engine, campaigns};

use crate::imports::{ends, upload};
use crate::leads::{all_pages, oracle};
use crate::world::{World, commit, new_leads, on_both_engines};

const STEPS: usize = 120;
const SEED: u64 = 7;

fn some_fields(random: &mut StdRng) -> LeadFields {
    let n = random.random_range(0..40);
    LeadFields {
        title: random.random_bool(0.9).then(|| format!("Title {n}")),
        email: random.random_bool(0.7).then(|| format!("a{n}@x.example")),
        website: random
            .random_bool(0.7)
            .then(|| format!("https://w{n}.example/")),
        ..LeadFields::default()
    }
}

/// Rows that the tables lack, and rows that they have too many.
async fn differences(world: &World) -> i64 {
    let titles = "select campaign_id, lead_generation, title_key, id from campaign_leads";
    let keys =
        "select tenant_id, 'e:' || email_key, id from campaign_leads where email_key is not null
        union all select tenant_id, 's:' || website_host || '/' || title_key, id from campaign_leads
        where website_host is not null and title_key <> ''";
    let mut found = 0;
    for (table, leads) in [("lead_titles", titles), ("lead_keys", keys)] {
        for sql in [
            format!("select * from ({leads}) except select * from {table}"),
            format!("select * from {table} except select * from ({leads})"),
        ] {
            found += world
                .number(&format!("select count(*) from ({sql}) as rows"))
                .await;
        }
    }
    found
}

async fn random_lead(world: &World, random: &mut StdRng) -> Option<LeadId> {
    let rows = world
        .rows("select id from campaign_leads where trashed_at is null order by id")
        .await;
    let ids: Vec<uuid::Uuid> = rows
        .iter()
        .map(|row| row.try_get("", "id").expect("an id"))
        .collect();
    ids.choose(random).copied().map(LeadId)
}

async fn tables_say_what_the_leads_say(world: World) {
    if world.engine() == Engine::Postgres {
        let writing = world.begin(world.tenant().await).await;
        assert!(!settle(&writing, Settle::All).await.expect("nothing to do"));
        return;
    }
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let mut random = StdRng::seed_from_u64(SEED);
    let import = upload(&world, scope, &campaign).await;
    for _ in 0..STEPS {
        let mut writing = world.begin(scope).await;
        match random.random_range(0..10) {
            0..4 => {
                let mut locked = campaigns::lock(&writing, campaign.id)
                    .await
                    .expect("read")
                    .expect("there");
                let fields = (0..random.random_range(1..30))
                    .map(|_| some_fields(&mut random))
                    .collect();
                let new = new_leads(&writing, fields);
                let of: Option<ImportId> = random.random_bool(0.7).then_some(import.id);
                leads::insert(&mut writing, &mut locked, of, &new)
                    .await
                    .expect("inserted");
            }
            4..7 => {
                if let Some(id) = random_lead(&world, &mut random).await
                    && let Some(mut lead) = leads::lock(&writing, id).await.expect("read")
                {
                    lead.fields = some_fields(&mut random);
                    leads::save(&writing, &lead).await.expect("saved");
                }
            }
            7 => {
                let gone = random_lead(&world, &mut random).await;
                if let Some(id) = gone {
                    let sql = format!("delete from campaign_leads where id = x'{}'", id.0.simple());
                    drop(writing);
                    world.execute(&sql).await;
                    continue;
                }
            }
            8 => {
                settle(&writing, Settle::All).await.expect("settled");
            }
            _ => {
                let whose = settle(&writing, Settle::Ended).await;
                assert!(!whose.expect("asked"), "the file is still being read");
            }
        }
        commit(writing).await;
        // Whether all have their keys or not, the order is right.
        let reading = world.store.read(scope).await.expect("a connection");
        let campaign = campaigns::find(&reading, campaign.id)
            .await
            .expect("read")
            .expect("there");
        let all = all_pages(&reading, &campaign, &LeadFilter::default(), 1_000).await;
        let by_title = LeadFilter {
            sort: LeadSort::Title,
            ..LeadFilter::default()
        };
        let ids: Vec<LeadId> = all_pages(&reading, &campaign, &by_title, 17)
            .await
            .iter()
            .map(|lead| lead.id)
            .collect();
        assert_eq!(ids, oracle(&all, &by_title), "seed {SEED}");
        drop(reading);
    }
    // A search for the same finds them although they wait.
    let keys: Vec<LeadKeys> = (0..40)
        .map(|n| LeadKeys {
            email: Some(format!("a{n}@x.example")),
            site: None,
        })
        .collect();
    let writing = world.begin(scope).await;
    let found = same::find(&writing, Some(campaign.id), &keys)
        .await
        .expect("found");
    commit(writing).await;
    for (n, found) in found.iter().enumerate() {
        let sql = format!("select count(*) from campaign_leads where email_key = 'a{n}@x.example'");
        assert_eq!(
            found.by_email.is_some(),
            world.number(&sql).await > 0,
            "a{n}, seed {SEED}"
        );
    }
    assert_eq!(differences(&world).await, 0, "seed {SEED}");
    ends(
        &world,
        scope,
        &import,
        domain::imports::ImportState::Completed,
    )
    .await;
    world.fill_words(scope).await;
    assert_eq!(world.number("select count(*) from search_backlog").await, 0);
    assert_eq!(differences(&world).await, 0, "seed {SEED}");
}

on_both_engines!(tables_say_what_the_leads_say);
