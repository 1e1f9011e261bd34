//! Leads: what is inserted is what is read, and pages hold each lead once in every order.

use domain::campaigns::Campaign;
use domain::ids::LeadId;
use domain::leads::{Lead, LeadFields, LeadFilter, LeadPatch, LeadSort};
use domain::search::words;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use store::{Reading, TenantScope, campaigns, leads};

use crate::world::{World, commit, on_both_engines};

const LEADS: usize = 5_000;
const TEXTS: [&str; 8] = [
    "",
    "Müller & Söhne",
    "O'Neill \"Quotes\" \\ back",
    "株式会社 🦀",
    "ACME",
    "acme corp",
    "tab\tnew\nline",
    "Ångström zebra",
];

fn random_fields(random: &mut StdRng, n: usize) -> LeadFields {
    let mut text = || {
        let given = random.random_bool(0.7);
        given.then(|| (*TEXTS.choose(random).expect("some")).to_owned())
    };
    let (title, address, phone, description) = (text(), text(), text(), text());
    let (generated_email, generated_whatsapp, deep_research, contact_source) =
        (text(), text(), text(), text());
    LeadFields {
        title,
        address,
        phone,
        website: random
            .random_bool(0.5)
            .then(|| format!("https://www.Site{n}.example/x")),
        email: random
            .random_bool(0.5)
            .then(|| format!("bad; Info{n}@Example.com")),
        description,
        lead_score: random.random_range(-3..4),
        generated_email,
        generated_whatsapp,
        deep_research,
        contact_source,
        scraped_data: random.random_bool(0.5).then(|| {
            let extra = json!({"n": n, "ü'\"\\": TEXTS, "deep": {"a": [null, 1.5, u64::MAX]}});
            extra.as_object().cloned().expect("an object")
        }),
    }
}

async fn five_thousand_come_back_as_they_were(world: World) {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let mut random = StdRng::seed_from_u64(11);
    let fields: Vec<_> = (0..LEADS).map(|n| random_fields(&mut random, n)).collect();
    let ids = world.add_leads(scope, campaign.id, fields.clone()).await;
    let reading = world.store.read(scope).await.expect("a connection");
    let campaign = campaigns::find(&reading, campaign.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(campaign.leads_count, LEADS as i64);
    let found = all_pages(&reading, &campaign, &LeadFilter::default(), 1_000).await;
    assert_eq!(found.len(), LEADS);
    for ((lead, id), fields) in found.iter().zip(ids).zip(fields) {
        assert_eq!((lead.id, &lead.fields), (id, &fields));
        assert_eq!(
            (lead.revision, lead.email_sent, lead.campaign_id),
            (1, false, campaign.id)
        );
    }
    let keys = world
        .rows("select website, website_host, email, email_key from campaign_leads")
        .await;
    for row in keys {
        let text = |name: &str| row.try_get::<Option<String>>("", name).expect("a text");
        let expected = LeadFields {
            website: text("website"),
            email: text("email"),
            ..LeadFields::default()
        };
        assert_eq!(text("website_host"), expected.website_host());
        assert_eq!(text("email_key"), expected.email_key());
    }
}

pub(crate) async fn all_pages(
    reading: &Reading,
    campaign: &Campaign,
    filter: &LeadFilter,
    limit: u64,
) -> Vec<Lead> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = leads::page(reading, campaign, filter, after.as_ref(), limit).await;
        let (page, next) = page.expect("read");
        assert!(page.len() as u64 <= limit);
        all.extend(page);
        match next {
            Some(_) => after = next,
            None => return all,
        }
    }
}

fn title_key(fields: &LeadFields) -> String {
    let title = fields.title.as_deref().unwrap_or_default();
    words(title, 12).join(" ").chars().take(64).collect()
}

/// What a page has to be, from all the leads of a campaign.
pub(crate) fn oracle(all: &[Lead], filter: &LeadFilter) -> Vec<LeadId> {
    let fits = |lead: &&Lead| {
        filter
            .min_score
            .is_none_or(|min| lead.fields.lead_score >= min)
            && filter.email_sent.is_none_or(|sent| lead.email_sent == sent)
    };
    let mut wanted: Vec<&Lead> = all.iter().filter(fits).collect();
    match filter.sort {
        LeadSort::Oldest => wanted.sort_by_key(|lead| (lead.created_at, lead.id)),
        LeadSort::Newest => {
            wanted.sort_by_key(|lead| std::cmp::Reverse((lead.created_at, lead.id)));
        }
        LeadSort::Title => wanted.sort_by_key(|lead| (title_key(&lead.fields), lead.id)),
        LeadSort::Score => {
            wanted.sort_by_key(|lead| std::cmp::Reverse((lead.fields.lead_score, lead.id)));
        }
    }
    wanted.into_iter().map(|lead| lead.id).collect()
}

async fn campaign_with_history(world: &World, scope: TenantScope) -> Campaign {
    let campaign = world.campaign(scope).await;
    let decoy = world.campaign(scope).await;
    let mut random = StdRng::seed_from_u64(12);
    for round in 0..8 {
        world.clock.shift([5, 0, -3_600, 7_200, 0, 1, 1, 1][round]);
        let fields = (0..50).map(|n| random_fields(&mut random, n)).collect();
        let ids = world.add_leads(scope, campaign.id, fields).await;
        world
            .add_leads(scope, decoy.id, vec![random_fields(&mut random, 1)])
            .await;
        if round == 1 {
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
        if round == 5 {
            let mut writing = world.begin(scope).await;
            let locked = campaigns::lock(&writing, campaign.id)
                .await
                .expect("read")
                .expect("there");
            let lead = leads::lock(&writing, ids[3])
                .await
                .expect("read")
                .expect("there");
            leads::trash(&mut writing, &lead, locked)
                .await
                .expect("trashed");
            commit(writing).await;
        }
    }
    world
        .execute("update campaign_leads set email_sent = true where lead_score in (1, 3)")
        .await;
    let reading = world.store.read(scope).await.expect("a connection");
    campaigns::find(&reading, campaign.id)
        .await
        .expect("read")
        .expect("there")
}

async fn pages_of_every_order_and_filter_hold_each_lead_once(world: World) {
    let scope = world.tenant().await;
    let campaign = campaign_with_history(&world, scope).await;
    let reading = world.store.read(scope).await.expect("a connection");
    let all = all_pages(&reading, &campaign, &LeadFilter::default(), 1_000).await;
    assert_eq!(all.len(), 299);
    for sort in LeadSort::ALL {
        for min_score in [None, Some(2), Some(9)] {
            for email_sent in [None, Some(true), Some(false)] {
                let filter = LeadFilter {
                    q: None,
                    min_score,
                    email_sent,
                    sort,
                };
                let expected = oracle(&all, &filter);
                for limit in [1, 7, 100, 1_000] {
                    if limit == 1 && (min_score, email_sent) != (Some(2), Some(true)) {
                        continue;
                    }
                    let pages = all_pages(&reading, &campaign, &filter, limit).await;
                    let found: Vec<_> = pages.iter().map(|lead| lead.id).collect();
                    assert_eq!(found, expected, "{filter:?} {limit}");
                }
            }
        }
    }
}

async fn an_edit_is_kept_with_its_keys(world: World) {
    let scope = world.tenant().await;
    let campaign = world.campaign(scope).await;
    let id = world
        .add_leads(scope, campaign.id, vec![LeadFields::default()])
        .await[0];
    let writing = world.begin(scope).await;
    let lead = leads::lock(&writing, id)
        .await
        .expect("read")
        .expect("there");
    let patch = LeadPatch {
        title: Some("Zürich AG".into()),
        website: Some(Some("http://www.zh.example".into())),
        email: Some(Some("A@B.example".into())),
        deep_research: Some(Some("long".into())),
        ..LeadPatch::default()
    };
    let (mut edited, changed) = lead.patched(patch);
    assert_eq!(changed.len(), 4);
    edited.fields.lead_score = 9;
    edited.fields.generated_whatsapp = Some("hi".into());
    leads::save(&writing, &edited).await.expect("saved");
    commit(writing).await;
    let reading = world.store.read(scope).await.expect("a connection");
    let found = leads::find(&reading, id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(found, edited);
    assert_eq!(found.revision, 2);
    let row = &world
        .rows("select title_key, website_host, email_key from campaign_leads")
        .await[0];
    let text = |name: &str| row.try_get::<String>("", name).expect("a text");
    assert_eq!(text("title_key"), "zurich ag");
    assert_eq!(
        (text("website_host"), text("email_key")),
        ("zh.example".into(), "a@b.example".into())
    );
}

on_both_engines!(
    five_thousand_come_back_as_they_were,
    pages_of_every_order_and_filter_hold_each_lead_once,
    an_edit_is_kept_with_its_keys,
);
