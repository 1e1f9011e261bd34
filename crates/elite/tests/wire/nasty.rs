//! Nasty files through previews and imports with choices: what the reader's own tests say of them is what a customer gets.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Answer, Form, eventually};

use crate::people::Person;
use crate::world::on_both;

#[path = "../../../tables/tests/corpus/mod.rs"]
mod files;

use files::Entry;

const PATIENCE: Duration = Duration::from_secs(30);
const MISSING: &str = "Missing company name";
/// The part of the corpus that goes this way; all of it would take minutes.
const CHOSEN: [&str; 22] = [
    "UTF-8 with two marks",
    "UTF-16 little without a mark",
    "Windows-1252",
    "UTF-8 cut within its last character",
    "right to left",
    "NUL characters",
    "control characters",
    "line ends of every kind",
    "a quote that is never closed",
    "rows of empty cells above the header",
    "rows of empty cells",
    "columns of the same name",
    "a header alone",
    "no header, ragged, with a broken row",
    "a cell of more than a mebibyte",
    "shared and inline strings",
    "booleans and errors",
    "an old workbook of several sheets, the first hidden",
    "a workbook with a password",
    "a workbook cut in the middle",
    "a workbook that unpacks to far more",
    "a web page named as an old workbook",
];

/// What an import makes of an entry, by what a reader makes of it.
struct Wanted {
    titles: Vec<String>,
    /// Rows that become no lead, with the reasons.
    failed: Vec<Value>,
}

fn wanted(entry: &Entry) -> Wanted {
    let mut wanted = Wanted {
        titles: Vec::new(),
        failed: Vec::new(),
    };
    for (row, line) in (1..).zip(&entry.lines[1..]) {
        let first = line.split('|').next().unwrap_or_default();
        let reason = match line.strip_prefix(&format!("! row {row}: ")) {
            Some(reason) => reason,
            None if first.is_empty() => MISSING,
            None => {
                wanted.titles.push(first.to_owned());
                continue;
            }
        };
        wanted.failed.push(json!({"row": row, "reason": reason}));
    }
    wanted
}

/// The status and text of a refusal; `None` where the file can be read.
fn refusal(entry: &Entry) -> Option<(u16, String)> {
    let complaint = entry.lines.last()?.strip_prefix("!! ")?;
    Some(if complaint.contains("over the limit") {
        (413, complaint.to_owned())
    } else {
        (400, format!("Error processing file: {complaint}"))
    })
}

fn assert_refused(answer: &Answer, (status, detail): &(u16, String), name: &str) {
    let found = (answer.status.as_u16(), &answer.json()["detail"]);
    assert_eq!(found, (*status, &json!(detail)), "{name}");
}

async fn send(owner: &Person, path: &str, entry: &Entry, options: &Value) -> Answer {
    let form = Form::new().file("file", entry.file_name, "text/csv", &(entry.bytes)());
    let form = form.text("options", &options.to_string());
    owner.http.post(path).multipart(form).send().await
}

async fn goes_through(owner: &Person, entry: &Entry) {
    let name = entry.name;
    let campaign = owner.campaign(name).await;
    let path = format!("/api/v1/campaigns/{campaign}/imports");
    let header = if entry.has_header {
        "first_row"
    } else {
        "none"
    };
    let mut options = json!({"header": header});
    let preview = send(owner, &format!("{path}/preview"), entry, &options).await;
    if let Some(refusal) = refusal(entry) {
        assert_refused(&preview, &refusal, name);
        let answer = send(owner, &path, entry, &options).await;
        return assert_refused(&answer, &refusal, name);
    }
    let preview = preview.expect_status(200).json();
    assert_eq!(preview["header"], header, "{name}");
    let columns = preview["columns"].as_array().expect("columns");
    let columns: Vec<&str> = columns
        .iter()
        .filter_map(|column| column["name"].as_str())
        .collect();
    assert_eq!(
        files::line(columns.iter().copied()),
        entry.lines[0],
        "{name}"
    );
    options["mapping"] = json!({columns[0]: "title"});
    let answer = send(owner, &path, entry, &options).await;
    let wanted = wanted(entry);
    if wanted.titles.is_empty() {
        return assert_refused(&answer, &(400, "File is empty".to_owned()), name);
    }
    let id = answer.expect_status(202).json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let import = eventually(PATIENCE, async || {
        let import = owner.http.get(&format!("{path}/{id}")).send().await.json();
        (import["finished_at"] != Value::Null).then_some(import)
    })
    .await;
    assert_eq!(import["state"], "completed", "{name}: {import}");
    let counts = ["rows_read", "leads_created", "leads_failed"].map(|count| &import[count]);
    let (created, failed) = (wanted.titles.len(), wanted.failed.len());
    assert_eq!(
        json!(counts),
        json!([created + failed, created, failed]),
        "{name}"
    );
    assert_eq!(import["failed_rows"], json!(wanted.failed), "{name}");
    let leads = owner.sees_leads(&campaign).await;
    let titles: Vec<String> = leads
        .iter()
        .map(|lead| files::line(lead["title"].as_str().into_iter()))
        .collect();
    assert_eq!(titles, wanted.titles, "{name}");
}

#[tokio::test]
async fn nasty_files_become_the_leads_that_are_in_them_or_are_refused() {
    let entries: Vec<Entry> = files::all()
        .into_iter()
        .filter(|entry| CHOSEN.contains(&entry.name))
        .collect();
    assert_eq!(entries.len(), CHOSEN.len());
    on_both(async |world| {
        let owner = world.company().await;
        for entry in &entries {
            goes_through(&owner, entry).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_without_a_header_is_seen_to_be_one() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("No header").await;
        let path = format!("/api/v1/campaigns/{campaign}/imports");
        let entries = files::all();
        let entry = entries.iter().find(|entry| entry.name == "no header");
        let entry = entry.expect("it is in the corpus");
        let preview = send(&owner, &format!("{path}/preview"), entry, &json!({})).await;
        let preview = preview.expect_status(200).json();
        assert_eq!(preview["header"], "none");
        let columns = preview["columns"].as_array().expect("columns");
        let found: Vec<_> = columns
            .iter()
            .map(|c| json!([c["name"], c["target"]]))
            .collect();
        let wanted = [
            json!(["column 1", "own:column 1"]),
            json!(["column 2", "email"]),
            json!(["column 3", "own:column 3"]),
        ];
        assert_eq!(found, wanted);
        assert_eq!(preview["rows"][0]["row"], 1);
        assert_eq!(preview["problems"][0]["row"], 0);
        // Asked to be names, they are, and a word says what it looks like.
        let preview = send(
            &owner,
            &format!("{path}/preview"),
            entry,
            &json!({"header": "first_row"}),
        )
        .await;
        let preview = preview.expect_status(200).json();
        assert_eq!(
            (&preview["header"], &preview["columns"][0]["name"]),
            (&json!("first_row"), &json!("A"))
        );
        assert!(
            preview["problems"][0]["text"]
                .as_str()
                .is_some_and(|text| text.contains("looks like data"))
        );
        let options = json!({"mapping": {"column 1": "title"}});
        let import = send(&owner, &path, entry, &options)
            .await
            .expect_status(202)
            .json();
        assert_eq!(import["options"]["header"], "none");
        let unknown = send(&owner, &path, entry, &json!({"header": "third"})).await;
        unknown.expect_status(422);
    })
    .await;
}
