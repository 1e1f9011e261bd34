//! Uploading a file of leads (contract #27 and 4.1): what becomes of a good file, and that it becomes it once.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Answer, Form, eventually};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::people::{Person, id_of};
use crate::problems::{assert_detail, assert_problems, problem};
use crate::shapes::{LEAD, UPLOAD_STATS, assert_shape};
use crate::world::{Engine, World, on_both, on_both_with};

const COMPANIES: &[u8] = include_bytes!("../../../../tests/fixtures/companies-europe-japan.csv");
const COMPANIES_COUNT: usize = 727;
/// Far beyond what a waiting test may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file of so many companies.
pub(crate) fn file_of(rows: usize) -> Vec<u8> {
    let mut text = String::from("name,email,notes\n");
    for row in 0..rows {
        let _ = writeln!(text, "Company {row},info@company{row}.example,Note {row}");
    }
    text.into_bytes()
}

/// Asserts the shape of a successful upload's answer.
#[track_caller]
pub(crate) fn uploaded(
    answer: Answer,
    campaign: &str,
    [total, created, failed]: [usize; 3],
) -> Value {
    let answer = answer.expect_status(201);
    assert!(answer.header("x-event-seq").parse::<u64>().is_ok());
    let result = answer.json();
    let mut keys: Vec<_> = result
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["campaign_id", "failed_rows", "message", "stats", "success"]
    );
    assert_eq!(
        (&result["success"], &result["campaign_id"]),
        (&json!(true), &json!(campaign))
    );
    assert_eq!(
        result["message"],
        format!("Successfully uploaded {created} leads")
    );
    let stats = &result["stats"];
    assert_shape(stats, UPLOAD_STATS);
    let found = ["total_rows", "leads_created", "leads_failed"].map(|name| stats[name].clone());
    assert_eq!(json!(found), json!([total, created, failed]), "{result}");
    result
}

async fn count(person: &Person, campaign: &str) -> i64 {
    let campaign = person.sees(&format!("/api/v1/campaigns/{campaign}")).await;
    campaign["leads_count"].as_i64().expect("a number")
}

#[tokio::test]
async fn the_727_companies_become_727_leads() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Companies").await;
        let answer = owner.upload(&campaign, "companies.csv", COMPANIES).await;
        let result = uploaded(answer, &campaign, [COMPANIES_COUNT, COMPANIES_COUNT, 0]);
        assert_eq!(result["failed_rows"], json!([]));
        let leads = owner.sees_leads(&campaign).await;
        assert_eq!(leads.len(), COMPANIES_COUNT);
        let described = leads
            .iter()
            .filter(|lead| lead["description"].is_string())
            .count();
        assert_eq!(result["stats"]["descriptions_from_csv"], described);
        for lead in &leads {
            assert_shape(lead, LEAD);
            assert_eq!(lead["contact_source"], "file_upload");
            assert_eq!(lead["email_sent"], false);
            let score = if lead["description"].is_string() {
                75
            } else {
                0
            };
            assert_eq!(lead["lead_score"], score, "{lead}");
        }
        let first = &leads[0];
        assert_eq!(first["title"], "ABN AMRO");
        assert_eq!(first["email"], "contact@abn-amro.example");
        assert_eq!(first["address"], "Amsterdam, Netherlands");
        assert_eq!(first["website"], "https://abnamro.com");
        let about =
            "Asset management Commercial banking Investment banking Private banking Retail banking";
        assert_eq!(first["description"], about);
        assert_eq!(
            first["scraped_data"],
            json!({
                "about": about,
                "industry": "Financial services; Financials",
                "employees": "23,299 (December, 2024)",
                "founded": "September 21, 1991; 34 years ago ( 1991-09-21 )",
            })
        );
        assert_eq!(first["phone"], json!(null));
        assert_eq!(
            (&leads[1]["title"], &leads[1]["description"]),
            (&json!("Adyen"), &json!(null))
        );
        assert_eq!(count(&owner, &campaign).await, 727);
        assert_eq!(owner.sees("/api/v1/tenants/me").await["leads_used"], 727);
    })
    .await;
}

#[tokio::test]
async fn rows_that_fail_are_counted_and_the_first_ten_are_named() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Failing").await;
        let mut text = String::from("Company,Email\n");
        for row in 1..=30 {
            let name = if row % 2 == 0 { "N/A" } else { "Fine" };
            let _ = writeln!(text, "{name},x{row}@y.example");
        }
        let _ = writeln!(text, "{},long@y.example", "n".repeat(5000));
        let result = uploaded(
            owner.upload(&campaign, "a.csv", text.as_bytes()).await,
            &campaign,
            [31, 15, 16],
        );
        let expected: Vec<Value> = (1..=10)
            .map(|n| json!({"row": 2 * n, "reason": "Missing company name"}))
            .collect();
        assert_eq!(result["failed_rows"], json!(expected));
    })
    .await;
}

#[tokio::test]
async fn fix_35_an_over_long_value_fails_its_row_alone() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Long").await;
        let text = format!("name\nA\n{}\nB\n", "n".repeat(100_000));
        let result = uploaded(
            owner.upload(&campaign, "a.csv", text.as_bytes()).await,
            &campaign,
            [3, 2, 1],
        );
        assert_eq!(result["failed_rows"][0]["row"], 2);
        assert!(
            result["failed_rows"][0]["reason"]
                .as_str()
                .is_some_and(|reason| reason.len() < 200)
        );
    })
    .await;
}

#[tokio::test]
async fn fix_28_values_stay_as_they_are_written() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("As written").await;
        let text = "name,phone,Employees,rating,note\n A ,0501234567,007,4.50,TRUE\nB,+971501234567,,1e3,null\nC,,NaN,-0,#N/A\n";
        uploaded(owner.upload(&campaign, "a.csv", text.as_bytes()).await, &campaign, [3, 3, 0]);
        let leads = owner.sees_leads(&campaign).await;
        assert_eq!(leads[0]["title"], "A");
        assert_eq!(leads[0]["phone"], "0501234567");
        assert_eq!(leads[0]["scraped_data"], json!({"employees": "007", "rating": "4.50", "note": "TRUE"}));
        assert_eq!(leads[1]["phone"], "+971501234567");
        assert_eq!(leads[1]["scraped_data"], json!({"rating": "1e3"}));
        assert_eq!(leads[2]["phone"], json!(null));
        assert_eq!(leads[2]["scraped_data"], json!({"rating": "-0"}));
    })
    .await;
}

#[tokio::test]
async fn columns_are_found_by_any_of_their_names_in_file_order() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Columns").await;
        let text = "Notes, BUSINESS_NAME ,Title,E-Mail,Mobile,Contact,City,URL,AI Email,About\n\
                    n,First,Second,a@b.example,1,2,Rome,u.example,Subject: x,ab\n\
                    ,Other,,,,,,,,only\n";
        let result = uploaded(
            owner
                .upload_with(&campaign, "?generate_emails=true", "a.csv", text.as_bytes())
                .await,
            &campaign,
            [2, 2, 0],
        );
        assert_eq!(result["stats"]["emails_from_csv"], 1);
        assert_eq!(result["stats"]["descriptions_from_csv"], 2);
        let leads = owner.sees_leads(&campaign).await;
        let lead = &leads[0];
        assert_eq!(
            (&lead["title"], &lead["email"], &lead["phone"]),
            (&json!("First"), &json!("a@b.example"), &json!("1"))
        );
        assert_eq!(
            (&lead["address"], &lead["website"]),
            (&json!("Rome"), &json!("u.example"))
        );
        assert_eq!(lead["generated_email"], "Subject: x");
        assert_eq!(lead["description"], "[notes]: n\n\n[about]: ab");
        assert_eq!(
            lead["scraped_data"],
            json!({"notes": "n", "title": "Second", "contact": "2", "about": "ab"})
        );
        assert_eq!(
            leads[1]["description"], "[about]: only",
            "labelled even where one is filled"
        );
    })
    .await;
}

#[tokio::test]
async fn the_options_of_the_query_are_read_and_checked() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Options").await;
        let file = b"name,generated_email\nA,Subject: x\n";
        let query = "?generate_descriptions=false&generate_emails=no&company_info=We%20sell";
        let result = uploaded(
            owner.upload_with(&campaign, query, "a.csv", file).await,
            &campaign,
            [1, 1, 0],
        );
        assert_eq!(result["stats"]["emails_from_csv"], 0);
        let answer = owner
            .upload_with(&campaign, "?generate_emails=maybe", "a.csv", file)
            .await;
        let msg = "Input should be a valid boolean, unable to interpret input";
        assert_problems(
            &answer,
            &[problem(
                "bool_parsing",
                json!(["query", "generate_emails"]),
                msg,
                json!("maybe"),
            )],
        );
    })
    .await;
}

#[tokio::test]
async fn a_form_without_a_file_is_a_422() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("No file").await;
        let path = format!("/api/v1/campaigns/{campaign}/upload-leads");
        let expected = [problem(
            "missing",
            json!(["body", "file"]),
            "Field required",
            json!(null),
        )];
        let post = || owner.http.post(&path);
        assert_problems(&post().send().await, &expected);
        assert_problems(&post().json(&json!({"file": "x"})).send().await, &expected);
        assert_problems(&post().multipart(Form::new()).send().await, &expected);
        let other = Form::new().file("other", "a.csv", "text/csv", b"name\nA\n");
        assert_problems(&post().multipart(other).send().await, &expected);
        let text = post().body("multipart/form-data", "no boundary");
        assert_problems(&text.send().await, &expected);
        // Parts before the file do not matter.
        let form = Form::new().text("company_info", "We sell").file(
            "file",
            "a.csv",
            "text/csv",
            b"name\nA\n",
        );
        uploaded(post().multipart(form).send().await, &campaign, [1, 1, 0]);
    })
    .await;
}

#[tokio::test]
async fn fix_27_a_file_that_cannot_be_used_is_a_400_that_says_why() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Refused").await;
        let kind = "File must be CSV or Excel format (.csv, .xlsx, .xls)";
        let no_name = "Could not find name/title column. Available columns: foo, bar baz. Please ensure your CSV has a column for company/business name.";
        let cases: [(&str, &[u8], &str); 8] = [
            ("a.txt", b"name\nA\n", kind),
            ("a.csv.exe", b"name\nA\n", kind),
            ("csv", b"name\nA\n", kind),
            ("a.csv", b"", "File is empty or malformed"),
            ("a.xlsx", b"", "File is empty or malformed"),
            ("a.csv", b"name,email\n", "File is empty"),
            ("A.CSV", b"name,email", "File is empty"),
            ("a.csv", b" Foo ,BAR baz\n1,2\n", no_name),
        ];
        for (name, content, text) in cases {
            assert_detail(&owner.upload(&campaign, name, content).await, 400, text);
        }
        assert_eq!(count(&owner, &campaign).await, 0);
        let events = owner.sees_events().await;
        assert!(!events.iter().any(|event| event["name"].as_str().is_some_and(|name| name.starts_with("import."))));
    })
    .await;
}

#[tokio::test]
async fn fix_48_the_same_upload_attaches_while_it_runs_and_doubles_once_it_was_answered() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Again").await;
        let file = file_of(4000);
        let upload = async || owner.upload(&campaign, "again.csv", &file).await;
        let (one, two) = tokio::join!(upload(), upload());
        for answer in [one, two] {
            uploaded(answer, &campaign, [4000, 4000, 0]);
        }
        assert_eq!(count(&owner, &campaign).await, 4000);
        uploaded(upload().await, &campaign, [4000, 4000, 0]);
        assert_eq!(count(&owner, &campaign).await, 8000);
        // Other bytes, or the same ones for another campaign, are an upload of their own.
        let other = owner.campaign("Other").await;
        uploaded(
            owner.upload(&other, "again.csv", &file).await,
            &other,
            [4000, 4000, 0],
        );
        assert_eq!(count(&owner, &other).await, 4000);
    })
    .await;
}

/// The bytes of an upload's request.
fn request_of(world: &World, person: &Person, campaign: &str, file: &[u8]) -> Vec<u8> {
    let form = Form::new().file("file", "gone.csv", "application/octet-stream", file);
    let kind = form.content_type();
    let body = form.into_body();
    let head = format!(
        "POST /api/v1/campaigns/{campaign}/upload-leads HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
         content-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        world.address(),
        person.access,
        body.len()
    );
    [head.into_bytes(), body].concat()
}

#[tokio::test]
async fn fix_48_an_upload_goes_on_without_its_client_and_is_found_again() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Gone").await;
        let file = file_of(12_000);
        let mut stream = TcpStream::connect(world.address())
            .await
            .expect("it listens");
        let request = request_of(&world, &owner, &campaign, &file);
        stream.write_all(&request).await.expect("it reads");
        // Once the file was taken, the client goes away without its answer.
        eventually(PATIENCE, async || {
            let events = owner.sees_events().await;
            events
                .iter()
                .any(|event| event["name"] == "import.queued")
                .then_some(())
        })
        .await;
        drop(stream);
        eventually(PATIENCE, async || {
            (count(&owner, &campaign).await == 12_000).then_some(())
        })
        .await;
        let again = owner.upload(&campaign, "gone.csv", &file).await;
        uploaded(again, &campaign, [12_000, 12_000, 0]);
        assert_eq!(count(&owner, &campaign).await, 12_000, "it was attached to");
    })
    .await;
}

#[tokio::test]
async fn an_upload_that_is_cut_off_leaves_nothing() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Cut").await;
        let request = request_of(&world, &owner, &campaign, &file_of(5000));
        for length in [request.len() - 3, request.len() - 60, request.len() / 2] {
            let answer = testkit::exchange_raw(world.address(), &request[..length]).await;
            let answer = String::from_utf8_lossy(&answer).into_owned();
            assert!(
                answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
                "{answer}"
            );
        }
        // The same with a form that ends early although the body is whole.
        let form = Form::new().file("file", "a.csv", "text/csv", &file_of(10));
        let (kind, body) = (form.content_type(), form.into_body());
        let path = format!("/api/v1/campaigns/{campaign}/upload-leads");
        let request = owner
            .http
            .post(&path)
            .body(&kind, body[..body.len() - 20].to_vec());
        request.send().await.expect_status(400);
        assert_eq!(count(&owner, &campaign).await, 0);
        let events = owner.sees_events().await;
        assert!(!events.iter().any(|event| event["name"] == "import.queued"));
    })
    .await;
}

#[tokio::test]
async fn fix_45_others_are_answered_while_a_file_is_read() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Busy").await;
        let file = file_of(20_000);
        let upload = async {
            let answer = owner.upload(&campaign, "busy.csv", &file).await;
            uploaded(answer, &campaign, [20_000, 20_000, 0]);
        };
        let mut slowest = Duration::ZERO;
        let probe = async {
            loop {
                let started = Instant::now();
                world.http.get("/health").send().await.expect_status(200);
                slowest = slowest.max(started.elapsed());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::select! {
            () = upload => {}
            () = probe => {}
        }
        assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    })
    .await;
}

/// Kills a server in the middle of a file and starts it again.
async fn is_killed_and_goes_on(engine: Engine) {
    const ROWS: i64 = 30_000;
    let mut program = engine.program().started();
    let http = program.http();
    let register = json!({
        "organization_name": "Durable", "email": "d@durable.example.com", "password": crate::people::PASSWORD,
    });
    let token = http
        .post("/api/v1/auth/register")
        .json(&register)
        .send()
        .await
        .expect_status(201)
        .json();
    let http = http.with_bearer(token["access_token"].as_str().expect("a token"));
    let body = json!({"name": "Durable", "search_query": "", "lead_source": "linkedin"});
    let campaign = id_of(
        &http
            .post("/api/v1/campaigns")
            .json(&body)
            .send()
            .await
            .expect_status(201)
            .json(),
    );
    let path = format!("/api/v1/campaigns/{campaign}");
    let count = async || {
        let answer = http.get(&path).send().await.expect_status(200).json();
        answer["leads_count"].as_i64().expect("a number")
    };
    let file = file_of(30_000);
    let upload = || {
        let form = Form::new().file("file", "durable.csv", "text/csv", &file);
        http.post(&format!("{path}/upload-leads")).multipart(form)
    };
    let mut sent = JoinSet::new();
    sent.spawn(upload().try_send());
    eventually(PATIENCE, async || (count().await > 0).then_some(())).await;
    assert!(count().await < ROWS, "{engine}: too fast to be killed");
    program.kill();
    assert!(
        sent.join_all().await.iter().all(Result::is_err),
        "{engine}: the answer cannot have come"
    );
    program.start();
    eventually(PATIENCE, async || (count().await >= ROWS).then_some(())).await;
    let answer = upload().send().await;
    uploaded(answer, &campaign, [30_000, 30_000, 0]);
    assert_eq!(count().await, ROWS, "{engine}: attached to, nothing twice");
    let leads = http
        .get(&format!("{path}/leads"))
        .send()
        .await
        .expect_status(200)
        .json();
    let leads = leads.as_array().expect("a list");
    let titles: Vec<&str> = leads
        .iter()
        .filter_map(|lead| lead["title"].as_str())
        .collect();
    let expected: Vec<String> = (0..ROWS).map(|row| format!("Company {row}")).collect();
    assert_eq!(titles, expected, "{engine}: in the order of the file");
}

#[tokio::test]
async fn fix_52_an_import_survives_the_death_of_its_process() {
    // At once, since each waits for the dead process' lease to end.
    tokio::join!(
        is_killed_and_goes_on(Engine::Sqlite),
        is_killed_and_goes_on(Engine::Postgres)
    );
}

#[tokio::test]
async fn a_file_over_the_bound_is_a_413() {
    on_both_with(&[("MAX_UPLOAD_MB", "1")], async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Too large").await;
        let mut file = b"name\n".to_vec();
        file.resize(1 << 20, b'x');
        uploaded(
            owner.upload(&campaign, "a.csv", &file).await,
            &campaign,
            [1, 0, 1],
        );
        file.push(b'x');
        let answer = owner.upload(&campaign, "a.csv", &file).await;
        assert_detail(&answer, 413, "File is larger than 1 MB");
        file.resize(8 << 20, b'x');
        let answer = owner.upload(&campaign, "a.csv", &file).await;
        assert_detail(&answer, 413, "File is larger than 1 MB");
        assert_eq!(count(&owner, &campaign).await, 0);
        // Nothing stays behind.
        owner.sees("/api/v1/campaigns").await;
    })
    .await;
}
