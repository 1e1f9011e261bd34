//! Imports with choices: preview, import, progress, failed rows, the way back, and who may do what.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Answer, Form, eventually};

use crate::people::Person;
use crate::problems::assert_detail;
use crate::world::on_both;

const PATIENCE: Duration = Duration::from_secs(30);
const FILE: &str = "Firma;E-Mail;Nr\nAcme;a@b.example;1\n;c@d.example;=2\n";

fn path(campaign: &str, rest: &str) -> String {
    format!("/api/v1/campaigns/{campaign}/imports{rest}")
}

fn form(name: &str, content: &str, options: Option<&str>) -> Form {
    let form = Form::new().file("file", name, "text/csv", content.as_bytes());
    match options {
        Some(options) => form.text("options", options),
        None => form,
    }
}

async fn send(person: &Person, path: &str, form: Form) -> Answer {
    person.http.post(path).multipart(form).send().await
}

async fn ended(person: &Person, campaign: &str, id: &str, state: &str) -> Value {
    eventually(PATIENCE, async || {
        let answer = person
            .http
            .get(&path(campaign, &format!("/{id}")))
            .send()
            .await;
        let import = answer.expect_status(200).json();
        (import["state"] == state).then_some(import)
    })
    .await
}

#[tokio::test]
async fn a_file_is_looked_at_imported_and_undone() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Spring").await;
        let answer = send(
            &owner,
            &path(&campaign, "/preview"),
            form("a.csv", FILE, None),
        )
        .await;
        let preview = answer.expect_status(200).json();
        assert_eq!(preview["delimiter"], ";");
        assert_eq!(preview["encoding"], "UTF-8");
        assert_eq!(preview["header"], "first_row");
        let columns = preview["columns"].as_array().expect("columns");
        let targets: Vec<_> = columns.iter().map(|column| &column["target"]).collect();
        assert_eq!(targets, ["title", "email", "own:nr"]);
        assert_eq!(columns[0]["grounds"], "synonym");
        assert_eq!(preview["rows"][0]["lead"]["title"], "Acme");
        assert_eq!(preview["rows"][1]["reason"], "Missing company name");
        assert_eq!(preview["problems"][0]["row"], 2);

        let options = json!({
            "mapping": {"Firma": "title", "E-Mail": "email", "Nr": "own:Customer"},
            "duplicates": {"mode": "skip"},
        })
        .to_string();
        let request = || {
            let form = form("a.csv", FILE, Some(&options));
            let request = owner.http.post(&path(&campaign, "")).multipart(form);
            request.header("Idempotency-Key", "once")
        };
        let import = request().send().await.expect_status(202).json();
        let id = import["id"].as_str().expect("an id").to_owned();
        let again = request().send().await.expect_status(202).json();
        assert_eq!(again["id"], id.as_str());
        let other = owner
            .http
            .post(&path(&campaign, ""))
            .multipart(form("b.csv", FILE, None));
        let other = other.header("Idempotency-Key", "once").send().await;
        assert_detail(
            &other,
            409,
            "This Idempotency-Key was used for another request",
        );

        let import = ended(&owner, &campaign, &id, "completed").await;
        let counts = [
            "rows_read",
            "leads_created",
            "leads_updated",
            "leads_skipped",
            "leads_failed",
        ];
        let counts: Vec<_> = counts
            .iter()
            .map(|name| import[name].as_i64().expect("a number"))
            .collect();
        assert_eq!(counts, [2, 1, 0, 0, 1]);
        assert_eq!(import["progress"], 1.0);
        let list = owner
            .http
            .get(&path(&campaign, ""))
            .send()
            .await
            .expect_status(200)
            .json();
        assert_eq!(list.as_array().map(Vec::len), Some(1));

        let errors = owner
            .http
            .get(&path(&campaign, &format!("/{id}/errors.csv")))
            .send()
            .await;
        let errors = errors.expect_status(200);
        assert!(errors.header("content-type").starts_with("text/csv"));
        assert!(
            errors
                .text()
                .ends_with("Firma,E-Mail,Nr,reason\r\n,c@d.example,'=2,Missing company name\r\n")
        );

        // The mapping is offered again, whatever the order of the same columns.
        let turned = "nr;FIRMA;e-mail\n1;Acme;a@b.example\n";
        let answer = send(
            &owner,
            &path(&campaign, "/preview"),
            form("b.csv", turned, None),
        )
        .await;
        let preview = answer.expect_status(200).json();
        assert_eq!(preview["is_saved_mapping"], true);
        assert_eq!(preview["columns"][0]["target"], "own:Customer");
        assert_eq!(preview["columns"][0]["grounds"], "saved");

        let undo = path(&campaign, &format!("/{id}/undo"));
        let member = owner.colleague("member").await;
        member.http.post(&undo).send().await.expect_status(403);
        let asked = owner
            .http
            .post(&undo)
            .send()
            .await
            .expect_status(202)
            .json();
        assert_eq!(asked["undo"]["state"], "running");
        let undone = ended(&owner, &campaign, &id, "undone").await;
        assert_eq!(
            undone["undo"],
            json!({"state": "done", "leads_removed": 1, "leads_kept": 0})
        );
        owner.http.post(&undo).send().await.expect_status(409);
        let cancel = owner
            .http
            .post(&path(&campaign, &format!("/{id}/cancel")))
            .send()
            .await;
        assert_detail(&cancel, 409, "This import has already ended");
        let leads = owner
            .http
            .get(&format!("/api/v1/campaigns/{campaign}/leads"))
            .send()
            .await;
        assert_eq!(leads.expect_status(200).json(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_imported_is_told() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Spring").await;
        for rest in ["", "/preview"] {
            let at = path(&campaign, rest);
            let sent =
                |name: &'static str, content: &'static str, options: Option<&'static str>| {
                    send(&owner, &at, form(name, content, options))
                };
            sent("a.pdf", FILE, None).await.expect_status(400);
            sent("a.csv", "", None).await.expect_status(400);
            sent("a.csv", FILE, Some("{")).await.expect_status(422);
            let unknown = r#"{"mapping":{"Firma":"title","Foo":"email"}}"#;
            let answer = sent("a.csv", FILE, Some(unknown)).await.expect_status(400);
            assert!(answer.text().contains("no column"), "{}", answer.text());
            let country = r#"{"cleaning":{"phone_country":"Europe"}}"#;
            sent("a.csv", FILE, Some(country)).await.expect_status(422);
            let nowhere = path("018f0000-0000-7000-8000-000000000000", rest);
            send(&owner, &nowhere, form("a.csv", FILE, None))
                .await
                .expect_status(404);
            let empty = Form::new().text("options", "{}");
            send(&owner, &at, empty).await.expect_status(422);
        }
        let untitled = r#"{"mapping":{"Firma":"ignore"}}"#;
        let answer = send(
            &owner,
            &path(&campaign, ""),
            form("a.csv", FILE, Some(untitled)),
        )
        .await;
        answer.expect_status(400);
        let answer = send(&owner, &path(&campaign, ""), form("a.csv", FILE, None)).await;
        let id = answer.expect_status(202).json()["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        // Nobody else's, neither by another company nor through another campaign.
        let stranger = world.company().await;
        let other = owner.campaign("Other").await;
        let foreign = stranger.campaign("Theirs").await;
        for (person, campaign) in [
            (&stranger, &campaign),
            (&stranger, &foreign),
            (&owner, &other),
        ] {
            let at = |rest: &str| path(campaign, &format!("/{id}{rest}"));
            person.http.get(&at("")).send().await.expect_status(404);
            person
                .http
                .get(&at("/errors.csv"))
                .send()
                .await
                .expect_status(404);
            person
                .http
                .post(&at("/cancel"))
                .send()
                .await
                .expect_status(404);
            person
                .http
                .post(&at("/undo"))
                .send()
                .await
                .expect_status(404);
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_names_one_request_however_often_and_at_once_it_is_sent() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Spring").await;
        let keyed = async |person: &Person, campaign: &str, content: &str| {
            let form = form("a.csv", content, Some(r#"{"duplicates":{"mode":"keep"}}"#));
            let request = person.http.post(&path(campaign, "")).multipart(form);
            request.header("Idempotency-Key", "same").send().await
        };
        let id = |answer: Answer| {
            let import = answer.expect_status(202).json();
            import["id"].as_str().expect("an id").to_owned()
        };
        let (a, b, c) = tokio::join!(
            keyed(&owner, &campaign, FILE),
            keyed(&owner, &campaign, FILE),
            keyed(&owner, &campaign, FILE),
        );
        let ids = [a, b, c].map(id);
        assert!(ids.iter().all(|other| *other == ids[0]), "{ids:?}");
        ended(&owner, &campaign, &ids[0], "completed").await;
        // Long after its end it is still that import, and its rows came once.
        assert_eq!(id(keyed(&owner, &campaign, FILE).await), ids[0]);
        assert_eq!(owner.sees_leads(&campaign).await.len(), 1);
        // Anything else under the key is refused; another company's key is its own.
        let other = owner.campaign("Other").await;
        keyed(&owner, &other, FILE).await.expect_status(409);
        keyed(&owner, &campaign, "name\nZ\n")
            .await
            .expect_status(409);
        let stranger = world.company().await;
        let theirs = stranger.campaign("Theirs").await;
        assert_ne!(id(keyed(&stranger, &theirs, FILE).await), ids[0]);
    })
    .await;
}
