//! Uploading a file of leads (contract #27 and 4.1): what becomes of a good file, and that it becomes it once.

use std::fmt::Write as _;

use serde_json::{Value, json};
use testkit::{Answer, Form};

use crate::people::Person;
use crate::problems::{assert_detail, assert_problems, problem};
use crate::shapes::{LEAD, UPLOAD_STATS, assert_shape};
use crate::world::{on_both, on_both_with};

const COMPANIES: &[u8] = include_bytes!("../../../../tests/fixtures/companies-europe-japan.csv");
const COMPANIES_COUNT: usize = 727;

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

pub(crate) async fn count(person: &Person, campaign: &str) -> i64 {
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
