//! Finding leads by words, against an oracle that reads every lead.

use domain::ids::ImportId;
use domain::leads::{Lead, LeadFields, LeadFilter, LeadPatch, LeadSort};
use domain::search::{words_of_lead, words_of_search};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng, rngs::StdRng};
use store::{campaigns, leads};

use crate::leads::all_pages;
use crate::world::{World, commit, on_both_engines, titled};

/// More than the store collects of a rare word.
const LEADS: usize = 2_600;
const NAMES: [&str; 7] = [
    "Alpha", "alphabet", "Beta", "Bétail", "Gamma", "東京", "alp",
];

fn fits(lead: &Lead, q: &str) -> bool {
    let of_lead = words_of_lead(&lead.fields);
    words_of_search(q)
        .iter()
        .all(|word| of_lead.iter().any(|known| known.starts_with(word.as_str())))
}

async fn words_find_what_an_oracle_finds(world: World) {
    let scope = world.tenant().await;
    let (campaign, decoy) = (world.campaign(scope).await, world.campaign(scope).await);
    let mut random = StdRng::seed_from_u64(21);
    let fields = (0..LEADS).map(|n| LeadFields {
        title: Some(format!(
            "Common {} {n}",
            NAMES.choose(&mut random).expect("some")
        )),
        phone: random.random_bool(0.1).then(|| format!("+49 (0) {n}")),
        lead_score: random.random_range(0..3),
        ..LeadFields::default()
    });
    world.add_leads(scope, campaign.id, fields.collect()).await;
    world
        .add_leads(scope, decoy.id, vec![titled("Common alpha decoy")])
        .await;
    assert_eq!(
        world
            .number("select count(*) from jobs where kind = 'fill_search'")
            .await,
        1
    );
    world.fill_words(scope).await;
    assert_eq!(world.number("select count(*) from search_backlog").await, 0);

    let reading = world.store.read(scope).await.expect("a connection");
    let campaign = campaigns::find(&reading, campaign.id)
        .await
        .expect("read")
        .expect("there");
    let all = all_pages(&reading, &campaign, &LeadFilter::default(), 1_000).await;
    let searches = [
        "alpha",
        "alp",
        "ALPHA common",
        "com",
        "common 25",
        "bet",
        "bét 1",
        "東",
        "4901",
        "zzz",
        "",
        " - ",
        "decoy",
        "common alp 1 2 3",
    ];
    for q in searches {
        for sort in [LeadSort::Oldest, LeadSort::Score, LeadSort::Title] {
            let filter = LeadFilter {
                q: Some(q.into()),
                min_score: (sort == LeadSort::Score).then_some(1),
                sort,
                ..LeadFilter::default()
            };
            let matching: Vec<Lead> = all.iter().filter(|lead| fits(lead, q)).cloned().collect();
            let expected = crate::leads::oracle(&matching, &filter);
            let pages = all_pages(&reading, &campaign, &filter, 900).await;
            let found: Vec<_> = pages.iter().map(|lead| lead.id).collect();
            assert_eq!(found, expected, "{q:?} {sort:?}");
        }
    }
}

async fn an_edit_is_found_by_its_new_words_alone(world: World) {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let id = world
        .add_leads(scope, campaign.id, vec![titled("before"), titled("other")])
        .await[0];
    world.fill_words(scope).await;
    let writing = world.begin(scope).await;
    let lead = leads::lock(&writing, id)
        .await
        .expect("read")
        .expect("there");
    let patch = LeadPatch {
        title: Some("after".into()),
        ..LeadPatch::default()
    };
    leads::save(&writing, &lead.patched(patch).0)
        .await
        .expect("saved");
    commit(writing).await;
    world.fill_words(scope).await;
    let reading = world.store.read(scope).await.expect("a connection");
    for (q, found) in [("before", 0), ("after", 1), ("other", 1)] {
        let filter = LeadFilter {
            q: Some(q.into()),
            ..LeadFilter::default()
        };
        assert_eq!(
            all_pages(&reading, &campaign, &filter, 10).await.len(),
            found,
            "{q}"
        );
    }
}

async fn an_import_of_many_chunks_is_filled_by_its_own_leads(world: World) {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let import = {
        let mut writing = world.begin(scope).await;
        let mut locked = campaigns::lock(&writing, campaign.id)
            .await
            .expect("read")
            .expect("there");
        let import = ImportId(writing.fresh_id());
        let fields = (0..2_300).map(|n| titled(&format!("row{n}"))).collect();
        let new = crate::world::new_leads(&writing, fields);
        leads::insert(&mut writing, &mut locked, Some(import), &new)
            .await
            .expect("inserted");
        commit(writing).await;
        import
    };
    world.fill_words(scope).await;
    assert_eq!(world.number("select count(*) from lead_words").await, 2_300);
    let reading = world.store.read(scope).await.expect("a connection");
    let filter = LeadFilter {
        q: Some("row229".into()),
        ..LeadFilter::default()
    };
    let found = all_pages(&reading, &campaign, &filter, 1_000).await;
    assert_eq!(found.len(), 11);
    assert!(found.iter().all(|lead| lead.import_id == Some(import)));
}

on_both_engines!(
    words_find_what_an_oracle_finds,
    an_edit_is_found_by_its_new_words_alone,
    an_import_of_many_chunks_is_filled_by_its_own_leads,
);
