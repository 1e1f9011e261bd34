//! What clients of the world send although nobody asked them to: it is kept as it is or refused, and both engines agree.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Form, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::imports::{file_of, uploaded};
use crate::people::{PASSWORD, Person, id_of};
use crate::world::{fresh, on_both};

const PATIENCE: Duration = Duration::from_secs(60);

/// So many different characters of four bytes each, which no engine can press together.
fn wide_text(characters: usize) -> String {
    let letter = |n: usize| char::from_u32(0x20000 + u32::try_from(n * 7919 % 40_000).unwrap_or(0));
    (0..characters).filter_map(letter).collect()
}

#[tokio::test]
async fn the_longest_texts_of_the_widest_characters_are_kept_sorted_and_found() {
    on_both(async |world| {
        let owner = world.company().await;
        let body = json!({"name": wide_text(255), "description": wide_text(20_000), "search_query": wide_text(2000), "lead_source": "linkedin"});
        let campaign = owner.http.post("/api/v1/campaigns").json(&body).send().await.expect_status(201).json();
        assert_eq!((&campaign["name"], &campaign["description"]), (&body["name"], &body["description"]));
        let campaign = id_of(&campaign);
        let text = wide_text(2000);
        let lead = json!({"title": text, "email": text, "phone": text, "website": text, "contact_source": text, "address": wide_text(100_000), "description": wide_text(100_000)});
        let answer = owner.http.post(&format!("/api/v1/campaigns/{campaign}/leads")).json(&lead).send().await;
        let kept = answer.expect_status(201).json();
        for (key, value) in lead.as_object().expect("an object") {
            assert_eq!(kept[key], *value, "{key}");
        }
        let spaced: String = text.chars().map(|letter| format!("{letter} ")).collect::<String>().chars().take(2000).collect();
        let path = format!("/api/v1/leads/{}", id_of(&kept));
        owner.http.put(&path).json(&json!({"title": spaced, "website": format!("https://{}", wide_text(1990))})).send().await.expect_status(200);
        owner.lead(&campaign, json!({"title": "Short"})).await;
        for query in ["sort=title&limit=1", "sort=newest", "q=short"] {
            owner.sees(&format!("/api/v1/campaigns/{campaign}/leads?{query}")).await;
        }
        let first: String = spaced.chars().take(1).collect();
        let encoded: String = first.bytes().map(|byte| format!("%{byte:02X}")).collect();
        eventually(PATIENCE, async || {
            let found = owner.sees(&format!("/api/v1/campaigns/{campaign}/leads?q={encoded}")).await;
            (found.as_array().map(Vec::len) == Some(1)).then_some(())
        })
        .await;
        let template = json!({"name": wide_text(255), "subject": wide_text(500), "body": wide_text(20_000)});
        let kept = owner.http.post("/api/v1/email-templates").json(&template).send().await.expect_status(201).json();
        assert_eq!((&kept["name"], &kept["subject"]), (&template["name"], &template["subject"]));
    })
    .await;
}

#[tokio::test]
async fn extra_data_comes_back_as_it_went_in() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Extra").await;
        let extra = json!({
            "integer": 1, "float": 1.0, "tenth": 0.1, "large": 12_345_678_901_234_567_890_u64, "low": i64::MIN,
            "tiny": 1e-300, "huge": 1e300, "text": "\u{1}\t\"\\/\u{7f}\u{2028}", "": "nameless", "null": null,
            "list": [[], {}, [1, "a", null]], "Ä": {"ß": "日本"},
        });
        let lead = owner.lead(&campaign, json!({"scraped_data": extra})).await;
        assert_eq!(lead["scraped_data"], extra);
        assert_eq!(owner.sees_leads(&campaign).await[0]["scraped_data"], extra);
    })
    .await;
}

#[tokio::test]
async fn json_is_taken_by_its_rules() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("JSON").await;
        let path = format!("/api/v1/campaigns/{campaign}/leads");
        let send = |kind: &str, body: &str| {
            owner
                .http
                .post(&path)
                .body(kind, body.as_bytes().to_vec())
                .send()
        };
        for kind in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON",
        ] {
            send(kind, r#" {"title": "a", "title": "b"} "#)
                .await
                .expect_status(201);
        }
        let titles: Vec<_> = owner
            .sees_leads(&campaign)
            .await
            .iter()
            .map(|lead| lead["title"].clone())
            .collect();
        assert_eq!(
            json!(titles),
            json!(["b", "b", "b"]),
            "of two that have a name the last counts"
        );
        for wrong in [
            "{'title': 'a'}",
            "{\"title\": NaN}",
            "{\"a\": 01}",
            "{\"lead_score\": 1e400}",
            "{} {}",
            "{\"a\":1",
            "\u{1}",
            "{\"title\": \"\t\n\"}",
            "{\"a\": \"\\x41\"}",
        ] {
            let answer = send("application/json", wrong).await.expect_status(422);
            let entry = answer.json()["detail"][0].clone();
            assert_eq!(entry["loc"][0], "body", "{wrong}: {entry}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_may_call_itself_anything() {
    on_both(async |world| {
        let owner = world.company().await;
        let login = format!("{{\"email\": \"{}\", \"password\": \"{PASSWORD}\"}}", owner.email());
        let agents: [&[u8]; 4] = [b"", b"\xff\xfe\x80", "Brøwser 🎉".as_bytes(), &[b'x'; 6000]];
        for agent in agents {
            let head = format!("POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\nuser-agent: ", login.len());
            let request = [head.as_bytes(), agent, b"\r\n\r\n", login.as_bytes()].concat();
            let mut stream = TcpStream::connect(world.address()).await.expect("it listens");
            stream.write_all(&request).await.expect("it reads");
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.expect("it answers and closes");
            assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
        }
        let list = owner.sees("/api/v1/auth/sessions").await;
        assert_eq!(list.as_array().map(Vec::len), Some(5));
        assert!(list.to_string().len() < 10_000, "a name is kept within bounds");
    })
    .await;
}

#[tokio::test]
async fn a_file_may_have_any_name_that_ends_rightly() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Names").await;
        let long = format!("{}.csv", "n".repeat(5000));
        for name in [
            "../../etc/passwd.csv",
            "C:\\leads.csv",
            "a;b,c\".csv",
            "日本 🎉.CSV",
            ".csv",
            long.as_str(),
            "a\u{202e}vsc.csv",
        ] {
            let file = format!("name\n{}\n", fresh());
            let answer = owner.upload(&campaign, name, file.as_bytes()).await;
            assert_eq!(answer.status.as_u16(), 201, "{name}: {}", answer.text());
            uploaded(answer, &campaign, [1, 1, 0]);
        }
        let answer = owner.upload(&campaign, "a\u{0}b.csv", b"name\nNUL\n").await;
        assert!(
            [201, 400, 422].contains(&answer.status.as_u16()),
            "{}",
            answer.text()
        );
    })
    .await;
}

#[tokio::test]
async fn of_several_files_the_first_counts() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Several").await;
        let form = Form::new().file("file", "a.csv", "text/csv", b"name\nFirst\n");
        let form = form
            .file("file", "b.csv", "text/csv", b"name\nSecond\n")
            .text("x", "y");
        let path = format!("/api/v1/campaigns/{campaign}/upload-leads");
        uploaded(
            owner.http.post(&path).multipart(form).send().await,
            &campaign,
            [1, 1, 0],
        );
        let leads = owner.sees_leads(&campaign).await;
        assert_eq!((leads.len(), &leads[0]["title"]), (1, &json!("First")));
    })
    .await;
}

/// Uploads many rows and, once some are in, does something else to the campaign.
async fn while_uploading(
    owner: &Person,
    campaign: &str,
    other: impl AsyncFnOnce(),
) -> testkit::Answer {
    let file = file_of(20_000);
    let upload = owner.upload(campaign, "a.csv", &file);
    let act = async {
        let path = format!("/api/v1/campaigns/{campaign}");
        eventually(PATIENCE, async || {
            let count = owner.sees(&path).await["leads_count"].as_i64();
            (count > Some(0)).then_some(())
        })
        .await;
        other().await;
    };
    tokio::join!(upload, act).0
}

async fn total(owner: &Person) -> Value {
    owner.sees("/api/v1/dashboard/stats").await["total_leads"].clone()
}

#[tokio::test]
async fn an_upload_to_a_campaign_that_is_deleted_meanwhile_ends_with_a_clear_answer() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Deleted").await;
        let path = format!("/api/v1/campaigns/{campaign}");
        let answer = while_uploading(&owner, &campaign, async || {
            owner.http.delete(&path).send().await.expect_status(204);
        })
        .await;
        assert!(
            [404, 409].contains(&answer.status.as_u16()),
            "{}",
            answer.text()
        );
        assert!(answer.json()["detail"].is_string());
        assert_eq!(total(&owner).await, 0);
    })
    .await;
}

#[tokio::test]
async fn leads_cleared_during_an_upload_stay_cleared() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Cleared").await;
        let path = format!("/api/v1/campaigns/{campaign}");
        let answer = while_uploading(&owner, &campaign, async || {
            owner
                .http
                .delete(&format!("{path}/leads"))
                .send()
                .await
                .expect_status(204);
        })
        .await;
        assert!(answer.status.as_u16() < 500, "{}", answer.text());
        // Figures, list and counter agree, whatever became of the rest of the file.
        let count = owner.sees(&path).await["leads_count"].clone();
        assert_eq!(json!(owner.sees_leads(&campaign).await.len()), count);
        assert_eq!(total(&owner).await, count);
        let events = owner.sees_events().await;
        let ends = events.iter().filter(|event| {
            ["import.completed", "import.failed", "import.cancelled"]
                .iter()
                .any(|name| event["name"] == *name)
        });
        assert_eq!(ends.count(), 1, "it ended once");
    })
    .await;
}

#[tokio::test]
async fn changing_one_thing_from_many_sides_leaves_one_of_the_values() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Contended").await;
        let path = format!("/api/v1/campaigns/{campaign}");
        let bodies: Vec<Value> = (0..16)
            .map(|n| json!({"name": format!("Name {n}"), "description": format!("Name {n}")}))
            .collect();
        let requests = bodies.iter().map(|body| owner.http.patch(&path).json(body));
        for answer in crate::world::all_at_once(requests).await {
            let changed = answer.expect_status(200).json();
            assert_eq!(changed["name"], changed["description"]);
        }
        let last = owner.sees(&path).await;
        assert_eq!(
            last["name"], last["description"],
            "no mixture of two writes"
        );
    })
    .await;
}
