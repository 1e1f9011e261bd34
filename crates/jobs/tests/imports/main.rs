//! Imports as jobs, told as stories on both engines: dying and going on, duplicates, cancelling, the way back, taking turns.

mod world;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use app::imports;
use app::jobs::{self, Outcome, Turn};
use domain::entropy::Entropy;
use domain::imports::{HeaderChoice, ImportState};
use domain::leads::LeadPatch;
use tokio::sync::Semaphore;

use world::{World, on_both_engines, table};

/// Ways in which a worker dies, for each engine.
const SEEDS: u64 = 20;
const LONG: &[&str] = &["run_import", "undo_import"];

fn other_turn() -> Turn {
    Turn::on(Arc::new(Semaphore::new(0)), LONG)
}

async fn a_worker_may_die_anywhere(world: World) {
    let person = world.person("acme").await;
    let text = table(13_000);
    for seed in 0..SEEDS {
        let entropy = Entropy::seeded(seed);
        let campaign = world.campaign(&person.member).await;
        let id = world.queue(&person, campaign, &text, "{}").await;
        let mut workers = 0;
        let mut died = None;
        loop {
            let claimed = world.claim().await.expect("the import waits");
            workers += 1;
            let patience = Duration::from_millis(entropy.below(400));
            let turn = Turn::endless();
            let work = world.perform(&claimed, &turn);
            match tokio::time::timeout(patience, work).await {
                Ok(outcome) => {
                    let outcome = outcome.expect("it goes on");
                    jobs::end(&world.app, &claimed, &outcome).await.unwrap();
                    break;
                }
                Err(_died) => {
                    // Whether it came forward or not, its lease stands still and is taken away.
                    world.take_away().await;
                    died = Some(claimed);
                }
            }
            // Attempts without coming forward are counted; the last tries get the time they need.
            if workers > 3 {
                let claimed = world.claim().await.expect("the import waits");
                let outcome = world.perform(&claimed, &turn).await.expect("it goes on");
                jobs::end(&world.app, &claimed, &outcome).await.unwrap();
                break;
            }
        }
        if let Some(ghost) = died {
            // A worker that only seemed dead writes nothing more.
            let done = world.perform(&ghost, &Turn::endless()).await;
            assert!(matches!(done, Ok(Outcome::Done)), "seed {seed}: {done:?}");
        }
        let import = world.show(&person, id).await;
        assert_eq!(import.state, ImportState::Completed, "seed {seed}");
        assert_eq!(import.counts.rows_read, 13_000);
        assert_eq!(import.counts.leads_created, 13_000, "seed {seed}");
        let leads = world.leads(&person, campaign).await;
        let titles: HashSet<_> = leads.iter().map(|lead| &lead.fields.title).collect();
        assert_eq!((leads.len(), titles.len()), (13_000, 13_000), "seed {seed}");
        assert_eq!(world.counted(&person, campaign).await.0, 13_000);
    }
}

async fn the_same_rows_again_in_each_mode(world: World) {
    let person = world.person("acme").await;
    let first = "name,email,website,phone,city\nAcme,a@b.example,,1,\nZeta,,www.zeta.example,,Ulm\nSolo,,,5,\n";
    let again = "name,email,website,phone,city\nACME Ltd,A@b.example,,2,Bonn\nzeta,,https://zeta.example/x,7,Köln\nSolo,,,5,\n";
    let of = |mode: &str| format!(r#"{{"duplicates":{{"mode":"{mode}"}}}}"#);
    for (mode, created, updated, skipped) in [
        ("keep", 3, 0, 0),
        ("skip", 1, 0, 2),
        ("update_empty", 1, 2, 0),
        ("update_all", 1, 2, 0),
    ] {
        let campaign = world.campaign(&person.member).await;
        world.import(&person, campaign, first, "{}").await;
        let import = world.import(&person, campaign, again, &of(mode)).await;
        assert_eq!(
            import.state,
            ImportState::Completed,
            "{mode}: {:?}",
            import.error
        );
        let counts = &import.counts;
        let found = (
            counts.leads_created,
            counts.leads_updated,
            counts.leads_skipped,
        );
        assert_eq!(found, (created, updated, skipped), "{mode}");
        let leads = world.leads(&person, campaign).await;
        assert_eq!(leads.len() as i64, 3 + created, "{mode}");
        assert_eq!(world.counted(&person, campaign).await.0, 3 + created);
        let lead = |email: &str| {
            let mut of = leads
                .iter()
                .filter(|lead| lead.import_id != Some(import.id));
            of.find(|lead| {
                lead.fields
                    .email
                    .as_deref()
                    .unwrap_or_default()
                    .eq_ignore_ascii_case(email)
            })
            .unwrap_or_else(|| panic!("{mode}: {email}"))
        };
        let acme = lead("a@b.example");
        let seen = (
            acme.revision,
            acme.fields.title.as_deref(),
            acme.fields.phone.as_deref(),
            acme.fields.address.as_deref(),
        );
        let wanted = match mode {
            "update_empty" => (2, Some("Acme"), Some("1"), Some("Bonn")),
            "update_all" => (2, Some("ACME Ltd"), Some("2"), Some("Bonn")),
            _ => (1, Some("Acme"), Some("1"), None),
        };
        assert_eq!(seen, wanted, "{mode}");
    }
    // In another campaign of the tenant, and then nothing is left to change.
    let here = world.campaign(&person.member).await;
    let there = world.campaign(&person.member).await;
    let fresh = "name,email\nNova,nova@b.example\nNova,nova@b.example\n";
    world.import(&person, here, fresh, &of("skip")).await;
    assert_eq!(world.leads(&person, here).await.len(), 1);
    let import = world.import(&person, there, fresh, &of("skip")).await;
    assert_eq!(
        import.counts.leads_created, 1,
        "another campaign is another place"
    );
    let tenant = r#"{"duplicates":{"mode":"update_all","scope":"tenant"}}"#;
    let third = world.campaign(&person.member).await;
    let import = world.import(&person, third, fresh, tenant).await;
    assert_eq!(import.counts.leads_skipped, 2);
    assert_eq!(import.counts.leads_created, 0);
    // A stranger's leads are nobody's duplicates.
    let stranger = world.person("zeta").await;
    let import = world
        .import(&stranger, stranger.campaign, fresh, tenant)
        .await;
    assert_eq!(import.counts.leads_created, 1);
}

async fn what_nobody_touched_goes_back(world: World) {
    let person = world.person("acme").await;
    let campaign = person.campaign;
    let before = "name,email\nOld,old@b.example\n";
    world.import(&person, campaign, before, "{}").await;
    let text = format!("{}Old,old@b.example,77\n,broken@b.example,\n", table(4_100));
    let options = r#"{"duplicates":{"mode":"update_empty"}}"#;
    let import = world.import(&person, campaign, &text, options).await;
    assert_eq!(import.counts.leads_created, 4_100);
    assert_eq!(import.counts.leads_updated, 1);
    assert_eq!(import.counts.leads_failed, 1);
    let leads = world.leads(&person, campaign).await;
    let patch = LeadPatch {
        phone: Some(Some("1".into())),
        ..LeadPatch::default()
    };
    let (app, member) = (&world.app, &person.member);
    app::leads::update(app, member, leads[10].id, patch)
        .await
        .unwrap();
    app::leads::delete(app, member, leads[20].id).await.unwrap();
    assert_eq!(world.counted(&person, campaign).await, (4_100, 4_101));
    let administrator = member.administrator().unwrap();
    imports::ask_undo(app, &administrator, campaign, import.id)
        .await
        .unwrap();
    let twice = imports::ask_undo(app, &administrator, campaign, import.id).await;
    assert!(twice.unwrap_err().to_string().contains("being undone"));
    world.work().await;
    let undone = world.show(&person, import.id).await;
    assert_eq!(undone.state, ImportState::Undone);
    let undo = undone.undo.expect("figures");
    assert_eq!((undo.removed, undo.kept), (4_098, 1));
    let left = world.leads(&person, campaign).await;
    let titles: Vec<_> = left
        .iter()
        .map(|lead| lead.fields.title.as_deref().unwrap())
        .collect();
    assert_eq!(titles, ["Firm 000010", "Old"]);
    assert_eq!(
        left[1].fields.phone.as_deref(),
        Some("77"),
        "an update stays"
    );
    // Quota counts what came and stayed: the deleted one was used.
    assert_eq!(world.counted(&person, campaign).await, (2, 3));
    let thrice = imports::ask_undo(app, &administrator, campaign, import.id).await;
    assert!(thrice.unwrap_err().to_string().contains("undone already"));
}

async fn one_that_waits_or_runs_can_be_stopped(world: World) {
    let person = world.person("acme").await;
    let (app, member, campaign) = (&world.app, &person.member, person.campaign);
    let id = world.queue(&person, campaign, &table(10), "{}").await;
    let administrator = member.administrator().unwrap();
    let running = imports::ask_undo(app, &administrator, campaign, id).await;
    assert!(running.unwrap_err().to_string().contains("Cancel it first"));
    imports::cancel_of(app, member, campaign, id).await.unwrap();
    world.work().await;
    let import = world.show(&person, id).await;
    assert_eq!(
        (import.state, import.counts.leads_created),
        (ImportState::Cancelled, 0)
    );
    assert!(imports::cancel_of(app, member, campaign, id).await.is_err());
    imports::ask_undo(app, &administrator, campaign, id)
        .await
        .unwrap();
    world.work().await;
    assert_eq!(world.show(&person, id).await.state, ImportState::Undone);
}

async fn one_that_is_given_up_says_so_and_can_go_back(world: World) {
    let person = world.person("acme").await;
    let (app, campaign) = (&world.app, person.campaign);
    let id = world.queue(&person, campaign, &table(10), "{}").await;
    let claimed = world.claim().await.expect("the import waits");
    imports::give_up(app, &claimed, id).await.unwrap();
    let import = world.show(&person, id).await;
    assert_eq!(import.state, ImportState::Failed);
    let why =
        "The import could not go on because of a fault on our side; the program's log says which.";
    assert_eq!(import.error.as_deref(), Some(why));
    let administrator = person.member.administrator().unwrap();
    imports::ask_undo(app, &administrator, campaign, id)
        .await
        .unwrap();
    let outcome = Outcome::Dead {
        error: "the database's own words".into(),
    };
    jobs::end(app, &claimed, &outcome).await.unwrap();
    world.work().await;
    assert_eq!(world.show(&person, id).await.state, ImportState::Undone);
}

async fn a_long_import_gives_way_after_a_chunk(world: World) {
    let (many, few) = (world.person("many").await, world.person("few").await);
    let long = world
        .queue(&many, many.campaign, &table(40_000), "{}")
        .await;
    let first = world.claim().await.expect("the long one");
    let short = world.queue(&few, few.campaign, &table(100), "{}").await;
    let outcome = world.perform(&first, &other_turn()).await.unwrap();
    assert!(matches!(outcome, Outcome::Again));
    let read = world.show(&many, long).await.counts.rows_read;
    assert!((1..=5_000).contains(&read), "a chunk and no more: {read}");
    jobs::end(&world.app, &first, &outcome).await.unwrap();
    let next = world.claim().await.expect("the short one");
    assert_ne!(next.scope, first.scope);
    let outcome = world.perform(&next, &other_turn()).await.unwrap();
    jobs::end(&world.app, &next, &outcome).await.unwrap();
    assert_eq!(world.show(&few, short).await.state, ImportState::Completed);
    // A free slot is enough for the other; and one that had its turn waits for the end of a longer one.
    let again = world.claim().await.expect("the long one again");
    let free = Turn::on(Arc::new(Semaphore::new(1)), LONG);
    world.queue(&few, few.campaign, &table(1), "{}").await;
    let outcome = world.perform(&again, &free).await.unwrap();
    assert!(matches!(outcome, Outcome::Done));
    assert_eq!(world.show(&many, long).await.counts.leads_created, 40_000);
}

async fn failed_rows_come_back_as_they_were(world: World) {
    let person = world.person("acme").await;
    let text = "name,email,note\n ,\"x, y\",=1+1\nAcme,a@b.example,fine\n,last\n";
    let import = world.import(&person, person.campaign, text, "{}").await;
    assert_eq!(import.counts.leads_failed, 2);
    let text = world.errors(&person, &import).await;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "name,email,note,reason");
    assert_eq!(lines[1], "\" \",\"x, y\",'=1+1,Missing company name");
    assert_eq!(lines[2], ",last,,Missing company name");
    assert_eq!(lines.len(), 3);
}

async fn a_first_row_of_data_is_a_row(world: World) {
    let person = world.person("acme").await;
    let text = "Acme,a@b.example,030 901820\n,c@d.example,,=x\nZeta,,\n";
    let campaign = world.campaign(&person.member).await;
    let import = world.import(&person, campaign, text, "{}").await;
    let options = import.options.as_ref().expect("choices");
    assert_eq!(options.header, HeaderChoice::None);
    let counts = &import.counts;
    assert_eq!((counts.rows_read, counts.leads_created), (3, 2));
    assert_eq!(import.failed_rows[0].row, 2);
    let leads = world.leads(&person, campaign).await;
    let acme = &leads[0].fields;
    assert_eq!(acme.title.as_deref(), Some("Acme"));
    assert_eq!(acme.email.as_deref(), Some("a@b.example"));
    assert_eq!(acme.phone.as_deref(), Some("030 901820"));
    assert_eq!(
        world.errors(&person, &import).await,
        "column 1,column 2,column 3,column 4,reason\r\n,c@d.example,,'=x,Missing company name\r\n"
    );
    // Asked for, with a mapping of numbered columns; and the same rows when the first is to be names.
    let campaign = world.campaign(&person.member).await;
    let numbered = r#"{"header":"none","mapping":{"column 1":"title","column 3":"own:nr"}}"#;
    let import = world.import(&person, campaign, text, numbered).await;
    assert_eq!(import.counts.leads_created, 2);
    let leads = world.leads(&person, campaign).await;
    let own = leads[0].fields.scraped_data.as_ref().expect("own fields");
    assert_eq!(
        (&own["nr"], &own["column 2"]),
        (&"030 901820".into(), &"a@b.example".into())
    );
    for options in [
        r#"{"header":"first_row","mapping":{"Acme":"title"}}"#,
        r#"{"mapping":{"Acme":"title"}}"#,
    ] {
        let campaign = world.campaign(&person.member).await;
        let import = world.import(&person, campaign, text, options).await;
        assert_eq!(import.counts.rows_read, 2, "{options}");
        assert_eq!(import.header[0], "Acme");
    }
}

on_both_engines!(
    a_worker_may_die_anywhere,
    the_same_rows_again_in_each_mode,
    what_nobody_touched_goes_back,
    one_that_waits_or_runs_can_be_stopped,
    one_that_is_given_up_says_so_and_can_go_back,
    a_long_import_gives_way_after_a_chunk,
    failed_rows_come_back_as_they_were,
    a_first_row_of_data_is_a_row,
);
