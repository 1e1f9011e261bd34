//! A campaign's leads as a file.

use std::collections::BTreeSet;
use std::io::Write;

use serde_json::json;
use tables::{Options, Record};

use crate::people::Person;
use crate::world::on_both;

/// A file that was downloaded, read as a table: the header first.
async fn download(person: &Person, campaign: &str, query: &str) -> Vec<Vec<String>> {
    let path = format!("/api/v1/campaigns/{campaign}/leads/export?{query}");
    let answer = person.http.get(&path).send().await.expect_status(200);
    assert!(answer.header("x-event-seq").parse::<u64>().is_ok());
    let name = answer.header("content-disposition").to_owned();
    let ending = if query.contains("format=xlsx") {
        assert!(answer.header("content-type").contains("spreadsheetml"));
        "xlsx"
    } else {
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert!(answer.body.starts_with("\u{feff}".as_bytes()));
        "csv"
    };
    assert!(name.ends_with(&format!("leads.{ending}")), "{name}");
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&answer.body).expect("written");
    let table = tables::open_file(file, &format!("a.{ending}"), &Options::default());
    let table = table.expect("a table");
    let mut rows = vec![table.header().to_vec()];
    for record in table.into_rows() {
        match record.expect("readable") {
            Record::Row(row) => rows.push(row.cells().map(str::to_owned).collect()),
            Record::Problem(problem) => panic!("{problem}"),
        }
    }
    rows
}

fn column(rows: &[Vec<String>], name: &str) -> Vec<String> {
    let at = rows[0].iter().position(|column| column == name);
    let at = at.unwrap_or_else(|| panic!("no {name} in {:?}", rows[0]));
    rows[1..].iter().map(|row| row[at].clone()).collect()
}

#[tokio::test]
async fn leads_come_back_as_they_are_but_for_formulas() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Nasty").await;
        let extra = json!({"city": "Zürich", "=cmd": "=1+1", "Email": "x", "none": null, "list": [1, 2]});
        let bodies = [
            json!({"title": "A, \"B\"\r\nC", "phone": "+49 30 5", "lead_score": -3, "scraped_data": extra}),
            json!({"title": "@B", "website": "https://b.example", "lead_score": 90}),
            json!({"title": "C", "scraped_data": {"city": "Graz", "size": 5}}),
        ];
        owner.leads(&campaign, &bodies).await;
        for format in ["csv", "xlsx"] {
            let rows = download(&owner, &campaign, &format!("format={format}")).await;
            assert_eq!(column(&rows, "title"), ["A, \"B\"\r\nC", "'@B", "C"]);
            assert_eq!(column(&rows, "phone"), ["'+49 30 5", "", ""]);
            assert_eq!(column(&rows, "lead_score"), ["-3", "90", "50"]);
            assert_eq!(column(&rows, "email_sent"), ["false"; 3]);
            let extra = &rows[0][16..];
            let expected = ["'=cmd", "extra.Email", "city", "list", "none", "size", "other_data"];
            assert_eq!(extra, expected);
            assert_eq!(column(&rows, "city"), ["Zürich", "", "Graz"]);
            assert_eq!(column(&rows, "'=cmd"), ["'=1+1", "", ""]);
            assert_eq!(column(&rows, "list"), ["[1,2]", "", ""]);
            let query = format!("format={format}&min_score=60&sort=score");
            assert_eq!(column(&download(&owner, &campaign, &query).await, "title"), ["'@B"]);
            let query = format!("format={format}&email_sent=true");
            assert_eq!(download(&owner, &campaign, &query).await.len(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn twenty_thousand_leads_come_whole_and_once() {
    const LEADS: usize = 20_000;
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Many").await;
        let mut file = "name,city,late\n".to_owned();
        for number in 0..LEADS {
            let late = if number > 15_000 { "here" } else { "" };
            file += &format!("Company {number:05},Town {number},{late}\n");
        }
        let answer = owner.upload(&campaign, "many.csv", file.as_bytes()).await;
        answer.expect_status(201);
        for (query, first) in [
            ("format=csv&sort=oldest", "Company 00000"),
            ("format=xlsx&sort=newest", "Company 19999"),
        ] {
            let rows = download(&owner, &campaign, query).await;
            assert_eq!(rows.len(), LEADS + 1, "{query}");
            let titles = column(&rows, "title");
            assert_eq!(titles[0], first);
            assert_eq!(titles.iter().collect::<BTreeSet<_>>().len(), LEADS);
            let late = column(&rows, "late");
            assert_eq!(
                late.iter().filter(|cell| *cell == "here").count(),
                LEADS - 15_001
            );
        }
    })
    .await;
}

#[tokio::test]
async fn columns_are_bounded_and_nothing_is_left_out() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Wide").await;
        let of = |range: std::ops::Range<u32>| {
            let named = range.map(|number| (format!("n{number:03}"), json!("v")));
            serde_json::Map::from_iter(named)
        };
        let bodies = [
            json!({"title": "a", "scraped_data": of(0..150)}),
            json!({"title": "b", "scraped_data": of(100..300)}),
        ];
        owner.leads(&campaign, &bodies).await;
        let rows = download(&owner, &campaign, "").await;
        assert_eq!(rows[0].len(), 16 + 200 + 1);
        assert_eq!(rows[0][16], "n000");
        let other = column(&rows, "other_data");
        let beyond: serde_json::Value = serde_json::from_str(&other[1]).expect("JSON");
        assert_eq!(beyond.as_object().expect("an object").len(), 100);
        assert_eq!(other[0], "");
    })
    .await;
}

#[tokio::test]
async fn an_export_is_for_members_and_of_a_known_kind() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Ours").await;
        let path = format!("/api/v1/campaigns/{campaign}/leads/export");
        assert_eq!(download(&owner, &campaign, "format=xlsx").await.len(), 1);
        world.http.get(&path).send().await.expect_status(401);
        let stranger = world.company().await;
        stranger.http.get(&path).send().await.expect_status(404);
        for query in ["format=pdf", "sort=best", "min_score=x", "email_sent=2"] {
            let path = format!("{path}?{query}");
            owner.http.get(&path).send().await.expect_status(422);
        }
        let nowhere = "/api/v1/campaigns/x/leads/export";
        owner.http.get(nowhere).send().await.expect_status(404);
    })
    .await;
}
