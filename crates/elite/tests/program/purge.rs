//! Large things in the background, small things at once.

use std::time::{Duration, Instant};

use testkit::{Program, eventually};

use crate::world::{Company, ENGINES, Engine, csv, installation, running, sending, start, text};

/// Generous for a profile that does not optimise: what matters is that it does not grow with the leads.
const AT_ONCE: Duration = Duration::from_secs(2);
/// How soon a lead is found by its words.
const FOUND_WITHIN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_large_campaign_answers_at_once_and_its_rows_go_in_the_background() {
    const ROWS: u32 = 50_000;
    let server = testkit::postgres();
    for engine in ENGINES {
        let url = server.create_database();
        let mut program = match engine {
            Engine::Sqlite => installation(engine),
            Engine::Postgres => installation(Engine::Sqlite).env("DATABASE_URL", &url),
        };
        start(&mut program).await;
        let company = Company::register(&program, "large").await;
        let kept = company.campaign("kept").await;
        company
            .add_lead(&kept, "Company 7")
            .send()
            .await
            .expect_status(201);
        let campaign = company.campaign("gone soon").await;
        company
            .upload(&campaign, &csv(ROWS))
            .send()
            .await
            .expect_status(201);

        let asked = Instant::now();
        let path = format!("/api/v1/campaigns/{campaign}");
        company.http.delete(&path).send().await.expect_status(204);
        assert!(
            asked.elapsed() < AT_ONCE,
            "{engine:?}: {:?}",
            asked.elapsed()
        );
        company.http.get(&path).send().await.expect_status(404);
        let stats = company.get("/api/v1/dashboard/stats").await.json();
        assert_eq!(stats["total_leads"], 1, "{engine:?}");

        if engine == Engine::Postgres {
            let database = url.rsplit('/').next().expect("the name is last");
            eventually(Duration::from_secs(60), async || {
                let left = server.sql(database, "select count(*) from campaign_leads");
                (left == "1").then_some(())
            })
            .await;
        }
        assert_eq!(company.numbers(&kept).await, [7]);
        company.events().await;
    }
}

async fn found(company: &Company, campaign: &str, words: &str) -> Vec<String> {
    let path = format!("/api/v1/campaigns/{campaign}/leads?q={words}&limit=10");
    let leads = company.get(&path).await.json();
    let leads = leads.as_array().expect("a list").clone();
    leads
        .iter()
        .map(|lead| text(&lead["title"]).to_owned())
        .collect()
}

async fn found_soon(company: &Company, campaign: &str, words: &str, expected: &[&str]) {
    eventually(FOUND_WITHIN, async || {
        (found(company, campaign, words).await == expected).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_found_by_its_words_soon_after_each_write() {
    for engine in ENGINES {
        let program: Program = running(engine).await;
        let company = Company::register(&program, "seeker").await;
        let campaign = company.campaign("haystack").await;
        let lead = company
            .add_lead(&campaign, "Zanzibar Trading")
            .send()
            .await
            .expect_status(201)
            .json();
        found_soon(&company, &campaign, "zanz", &["Zanzibar Trading"]).await;

        let path = format!("/api/v1/leads/{}", text(&lead["id"]));
        let change = serde_json::json!({"title": "Madagascar Trading"});
        company
            .http
            .put(&path)
            .json(&change)
            .send()
            .await
            .expect_status(200);
        found_soon(&company, &campaign, "madag", &["Madagascar Trading"]).await;
        found_soon(&company, &campaign, "zanz", &[]).await;

        let file = "name,city\nÉclair Pâtisserie,Zürich\nOther,Graz\n";
        company
            .upload(&campaign, file.as_bytes())
            .send()
            .await
            .expect_status(201);
        found_soon(&company, &campaign, "patis", &["Éclair Pâtisserie"]).await;
        company.http.delete(&path).send().await.expect_status(204);
        found_soon(&company, &campaign, "madag", &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_beside_a_running_import_stays_quick() {
    const ROWS: u32 = 240_000;
    for engine in ENGINES {
        let program = running(engine).await;
        let company = Company::register(&program, "busy").await;
        let other = Company::register(&program, "neighbour").await;
        let campaign = company.campaign("filling").await;
        let beside = [
            (&company, company.campaign("beside").await),
            (&other, other.campaign("theirs").await),
        ];
        let request = company.upload(&campaign, &csv(ROWS));
        let upload = sending(request);
        eventually(Duration::from_secs(60), async || {
            (company.leads_count(&campaign).await > 0).then_some(())
        })
        .await;
        let mut times = Vec::new();
        for _ in 0..10 {
            for (who, where_to) in &beside {
                let asked = Instant::now();
                who.add_lead(where_to, "Company 1")
                    .send()
                    .await
                    .expect_status(201);
                times.push(asked.elapsed());
            }
        }
        let read = company.leads_count(&campaign).await;
        assert!(
            read < i64::from(ROWS),
            "{engine:?}: the import was over before the writes"
        );
        times.sort_unstable();
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        assert!(
            median < AT_ONCE / 2 && worst < AT_ONCE * 2,
            "{engine:?}: median {median:?}, worst {worst:?}"
        );
        upload
            .await
            .expect("no panic")
            .expect("an answer")
            .expect_status(201);
        assert_eq!(company.leads_count(&campaign).await, i64::from(ROWS));
    }
}
