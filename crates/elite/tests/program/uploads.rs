//! Nodes that share a database and a bucket, and no folder.

use std::time::Duration;

use http::Method;
use serde_json::Value;
use testkit::{Answer, Form, Program, S3, eventually};

use crate::world::{
    Company, ELITE, Engine, assert_unavailable, csv, installation, refused_start, text, up,
};

const SECRET: &str = "the secret of both nodes, long enough";
const ROWS: u32 = 3_000;
const PATIENCE: Duration = Duration::from_secs(90);

/// A node that does not run yet.
fn node(database: &str, s3: &S3) -> Program {
    Program::new(ELITE)
        .env("RATE_LIMIT_ENABLED", "false")
        .env("JWT_SECRET", SECRET)
        .env("DATABASE_URL", database)
        .env("DB_POOL_SIZE", "5")
        .env("UPLOADS_URL", format!("s3://{}/elite", S3::BUCKET))
        .env("S3_ENDPOINT", s3.endpoint())
        .env("AWS_ACCESS_KEY_ID", S3::ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", S3::SECRET_ACCESS_KEY)
}

async fn announce(company: &Company, bytes: usize) -> String {
    let request = company.http.post("/api/v1/uploads");
    let request = request.header("Tus-Resumable", "1.0.0");
    let request = request.header("Upload-Metadata", "filename bGVhZHMuY3N2");
    let answer = request
        .header("Upload-Length", &bytes.to_string())
        .send()
        .await;
    answer.expect_status(201).header("location").to_owned()
}

async fn append(company: &Company, path: &str, offset: usize, content: &[u8]) -> Answer {
    let request = company.http.request(Method::PATCH, path);
    let request = request.body("application/offset+octet-stream", content.to_vec());
    let request = request.header("Tus-Resumable", "1.0.0");
    let request = request.header("Upload-Offset", &offset.to_string());
    request.send().await
}

async fn ended(company: &Company, campaign: &str, import: &Value) -> Value {
    let id = text(&import["id"]);
    let path = format!("/api/v1/campaigns/{campaign}/imports/{id}");
    eventually(PATIENCE, async || {
        let import = company.get(&path).await.json();
        let state = text(&import["state"]);
        (state != "queued" && state != "running").then_some(import)
    })
    .await
}

/// What is kept of uploads, anywhere in the bucket.
fn objects(s3: &S3) -> usize {
    let mut folders = vec![s3.bucket().join("elite")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                count += 1;
            }
        }
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn the_node_that_did_not_receive_a_file_imports_it() {
    let s3 = S3::start();
    let database = testkit::postgres().create_database();
    let mut first = up(node(&database, &s3)).await;
    let second = up(node(&database, &s3)).await;
    let here = Company::register(&first, "sharing").await;
    let there = here.reconnected(&second);
    let campaign = here.campaign("shared").await;
    let content = csv(ROWS);

    // One half comes to one node, the other to the other; the first is gone before the import begins.
    let path = announce(&here, content.len()).await;
    let half = content.len() / 2;
    append(&here, &path, 0, &content[..half])
        .await
        .expect_status(204);
    append(&there, &path, half, &content[half..])
        .await
        .expect_status(204);
    // A file in one go, whose node dies as soon as it has said that the import is queued.
    let form = Form::new().file("file", "whole.csv", "text/csv", &content);
    let imports = format!("/api/v1/campaigns/{campaign}/imports");
    let whole = here.http.post(&imports).multipart(form).send().await;
    let whole = whole.expect_status(202).json();
    first.kill();

    let upload = path.rsplit('/').next().expect("an id");
    let form = Form::new().text("upload_id", upload);
    let request = there.http.post(&imports).multipart(form).send().await;
    let pieces = request.expect_status(202).json();
    for import in [&pieces, &whole] {
        let import = ended(&there, &campaign, import).await;
        assert_eq!(import["state"], "completed", "{import}");
        assert_eq!(import["leads_created"], ROWS, "{import}");
    }
    assert_eq!(
        there.leads_count(&campaign).await,
        i64::from(ROWS) * 2,
        "no row is lost or there twice"
    );
    eventually(PATIENCE, async || (objects(&s3) == 0).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_gone_is_a_503_and_nothing_is_lost() {
    let mut s3 = S3::start();
    let database = testkit::postgres().create_database();
    let program = up(node(&database, &s3)).await;
    let company = Company::register(&program, "patient").await;
    let campaign = company.campaign("later").await;
    let content = csv(5);
    let path = announce(&company, content.len()).await;
    append(&company, &path, 0, &content[..40])
        .await
        .expect_status(204);
    s3.stop();
    assert_unavailable(&append(&company, &path, 40, &content[40..]).await);
    assert_unavailable(&company.upload(&campaign, &content).send().await);
    // What needs no file goes on.
    company.add_lead(&campaign, "Meanwhile").send().await;
    assert_eq!(company.leads_count(&campaign).await, 1);
    s3.resume();
    append(&company, &path, 40, &content[40..])
        .await
        .expect_status(204);
    let answer = company.upload(&campaign, &content).send().await;
    let answer = answer.expect_status(201).json();
    assert_eq!(answer["stats"]["leads_created"], 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_cannot_be_entered_refuses_the_start() {
    let mut program = installation(Engine::Sqlite).env("UPLOADS_URL", "s3://elite-uploads");
    let words = refused_start(&mut program);
    assert!(
        words.contains("AWS_SECRET_ACCESS_KEY is not set"),
        "{words}"
    );
    assert!(words.contains("AWS_REGION is not set"), "{words}");
}
