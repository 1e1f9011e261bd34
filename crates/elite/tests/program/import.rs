//! Importing at the command line, on both engines.

use testkit::{Form, Program};

use crate::world::{Company, ENGINES, STOP_TIMEOUT, csv, running, said, start};

const ROWS: u32 = 5_000;
/// Far more than a worker reads before it can be killed.
const MANY_ROWS: u32 = 150_000;

/// Runs an import; whether it succeeded, and what it said.
fn import(program: &Program, file: &str, campaign: &str, of: &[&str]) -> (bool, String) {
    let output = program.run(&[&["import", file, "--campaign", campaign], of].concat());
    let words = said(&output);
    assert!(!words.contains("panicked"), "{words}");
    (output.status.success(), words)
}

fn file(program: &Program, name: &str, content: &[u8]) -> String {
    let path = program.folder().join(name);
    std::fs::write(&path, content).expect("the folder is writable");
    path.to_str().expect("a path in UTF-8").to_owned()
}

const OF_COMPANY: [&str; 2] = ["--company-email", "hello@importer.example.com"];

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_imported_beside_a_running_server_and_without_one() {
    for engine in ENGINES {
        let mut program = running(engine).await;
        let company = Company::register(&program, "importer").await;
        let campaign = company.campaign("from the shell").await;
        let path = file(&program, "many.csv", &csv(ROWS));
        let (is_done, words) = import(&program, &path, "from the shell", &OF_COMPANY);
        assert!(is_done, "{engine:?}: {words}");
        assert!(
            words.contains("completed: 5000 rows read, 5000 leads created"),
            "{words}"
        );
        assert_eq!(company.leads_count(&campaign).await, i64::from(ROWS));

        program.terminate(STOP_TIMEOUT);
        let path = file(
            &program,
            "few.csv",
            b"name,email\nA,a@a.example\n,b@b.example\nC,\n",
        );
        let by_member = [&OF_COMPANY[..], &["--user", "owner@importer.example.com"]].concat();
        let (is_done, words) = import(&program, &path, &campaign, &by_member);
        assert!(is_done, "{engine:?}: {words}");
        assert!(
            words.contains("3 rows read, 2 leads created, 0 updated, 0 skipped, 1 failed"),
            "{words}"
        );
        assert!(words.contains("row 2: "), "{words}");
        start(&mut program).await;
        let company = company.reconnected(&program);
        assert_eq!(company.leads_count(&campaign).await, i64::from(ROWS) + 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_imported_is_said_and_nothing_is_left() {
    for engine in ENGINES {
        let program = running(engine).await;
        let company = Company::register(&program, "importer").await;
        let campaign = company.campaign("twice").await;
        company.campaign("twice").await;
        let path = file(&program, "good.csv", &csv(3));
        let empty = file(&program, "empty.csv", b"");
        let nameless = file(&program, "nameless.csv", b"a,b\n1,2\n");
        let nobody = ["--company-email", "x@y.example"];
        for (path, campaign, company, expected) in [
            (path.as_str(), "nowhere", &OF_COMPANY, "no campaign"),
            (&path, "twice", &OF_COMPANY, "Several campaigns"),
            ("/nowhere.csv", &campaign, &OF_COMPANY, "/nowhere.csv"),
            (&empty, &campaign, &OF_COMPANY, "empty"),
            (&nameless, &campaign, &OF_COMPANY, "column"),
            (&path, &campaign, &nobody, "No company"),
        ] {
            let (is_done, words) = import(&program, path, campaign, company);
            assert!(
                !is_done && words.contains(expected),
                "{engine:?} {expected}: {words}"
            );
        }
        assert_eq!(company.leads_count(&campaign).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_chosen_is_done() {
    for engine in ENGINES {
        let program = running(engine).await;
        let company = Company::register(&program, "importer").await;
        let campaign = company.campaign("chosen").await;
        let text = b"Kundenname;Post;Tel;Nr;Web\nM\xdcLLER GMBH;a@b.example;030 901820;007;B.Example/\n;c@d.example;;=1;\n";
        let path = file(&program, "kunden.csv", text);
        let errors = program.folder().join("errors.csv");
        let errors_at = errors.to_str().expect("a path in UTF-8").to_owned();
        let chosen = [
            &OF_COMPANY[..],
            &[
                "--map",
                "Kundenname=title",
                "--map",
                "Nr=own:customer number",
            ],
            &[
                "--phone-country",
                "de",
                "--title-case",
                "--normalise-url",
                "--delimiter",
                ";",
                "--encoding",
                "Windows-1252",
            ],
        ]
        .concat();

        let dry = [&chosen[..], &["--dry-run"]].concat();
        let (is_done, words) = import(&program, &path, "chosen", &dry);
        assert!(is_done, "{engine:?}: {words}");
        for told in [
            "kunden.csv: delimited text, Windows-1252, separated by ';', the first row names the columns, 2 rows",
            "Kundenname  title",
            "own:customer number",
            "M\u{fc}ller GmbH  a@b.example  +4930901820",
            "no lead: Missing company name",
            "row 2: Missing company name",
        ] {
            assert!(words.contains(told), "{engine:?} {told}: {words}");
        }
        assert_eq!(company.leads_count(&campaign).await, 0);

        let kept = [&chosen[..], &["--errors", &errors_at]].concat();
        let (is_done, words) = import(&program, &path, "chosen", &kept);
        assert!(is_done, "{engine:?}: {words}");
        assert!(words.contains("2 rows read, 1 leads created"), "{words}");
        assert!(words.contains(&errors_at), "{words}");
        let written = std::fs::read_to_string(&errors).expect("it was written");
        assert_eq!(
            written.trim_start_matches('\u{feff}'),
            "Kundenname,Post,Tel,Nr,Web,reason\r\n,c@d.example,,'=1,,Missing company name\r\n"
        );
        let leads = company
            .get(&format!("/api/v1/campaigns/{campaign}/leads"))
            .await
            .json();
        assert_eq!(leads[0]["title"], "M\u{fc}ller GmbH");
        assert_eq!(leads[0]["email"], "a@b.example");
        assert_eq!(leads[0]["phone"], "+4930901820");
        assert_eq!(leads[0]["website"], "https://b.example");
        assert_eq!(leads[0]["scraped_data"]["customer number"], "007");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_headers_and_sheets_are_chosen() {
    for engine in ENGINES {
        let program = running(engine).await;
        let company = Company::register(&program, "importer").await;
        let first = company.campaign("first").await;
        let second = company.campaign("second").await;
        let path = file(
            &program,
            "two.csv",
            b"Acme,a@a.example,\nBeta,b@b.example,Ulm\n",
        );
        // No row of names: it is seen, and it can be said.
        for of in [&[][..], &["--no-header", "--map", "column 3=address"]] {
            let (is_done, words) =
                import(&program, &path, "first", &[&OF_COMPANY[..], of].concat());
            assert!(is_done, "{engine:?}: {words}");
            assert!(words.contains("2 rows read, 2 leads created"), "{words}");
        }
        // Or its cells are named as columns.
        let of = ["--map", "Acme=title", "--dry-run"];
        let (is_done, words) = import(&program, &path, "first", &[&OF_COMPANY[..], &of].concat());
        assert!(is_done, "{engine:?}: {words}");
        assert!(
            words.contains("the first row names the columns, 1 rows"),
            "{words}"
        );
        for (campaign, mode, places, told) in [
            (
                "first",
                "skip",
                "campaign",
                "0 leads created, 0 updated, 2 skipped",
            ),
            (
                "second",
                "skip",
                "tenant",
                "0 leads created, 0 updated, 2 skipped",
            ),
            (
                "second",
                "skip",
                "campaign",
                "2 leads created, 0 updated, 0 skipped",
            ),
            (
                "second",
                "update_all",
                "campaign",
                "0 leads created, 0 updated, 2 skipped",
            ),
            (
                "second",
                "keep",
                "campaign",
                "2 leads created, 0 updated, 0 skipped",
            ),
        ] {
            let of = ["--duplicates", mode, "--duplicates-in", places];
            let (is_done, words) =
                import(&program, &path, campaign, &[&OF_COMPANY[..], &of].concat());
            assert!(
                is_done && words.contains(told),
                "{engine:?} {mode}: {words}"
            );
        }
        assert_eq!(company.leads_count(&first).await, 4);
        assert_eq!(company.leads_count(&second).await, 4);

        let workbook = include_bytes!("../../../tables/tests/fixtures/leads.xls");
        let path = file(&program, "book.xls", workbook);
        let of = ["--sheet", "Second", "--dry-run"];
        let (_, words) = import(&program, &path, "first", &[&OF_COMPANY[..], &of].concat());
        assert!(
            words.contains("\"Second\" of: Lists, Leads, Second"),
            "{words}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_interrupted_is_gone_on_with_not_begun_again() {
    for engine in ENGINES {
        let mut program = running(engine).await;
        let company = Company::register(&program, "importer").await;
        // The choices that the command makes for such a file.
        let example = company.campaign("example").await;
        let path = file(&program, "many.csv", &csv(3));
        let (is_done, words) = import(&program, &path, "example", &OF_COMPANY);
        assert!(is_done, "{engine:?}: {words}");
        let list = company.get(&imports_of(&example)).await.json();
        let options = list[0]["options"].to_string();

        // The same import is queued, and its worker dies.
        let campaign = company.campaign("once").await;
        let path = file(&program, "many.csv", &csv(MANY_ROWS));
        let form = Form::new().text("options", &options).file(
            "file",
            "many.csv",
            "text/csv",
            &csv(MANY_ROWS),
        );
        let request = company.http.post(&imports_of(&campaign)).multipart(form);
        request.send().await.expect_status(202);
        program.kill();

        let (is_done, words) = import(&program, &path, "once", &OF_COMPANY);
        assert!(is_done, "{engine:?}: {words}");
        let all = format!("completed: {MANY_ROWS} rows read");
        assert!(words.contains(&all), "{words}");
        start(&mut program).await;
        let company = company.reconnected(&program);
        let list = company.get(&imports_of(&campaign)).await.json();
        assert_eq!(list.as_array().map(Vec::len), Some(1), "{engine:?}: {list}");
        assert_eq!(company.leads_count(&campaign).await, i64::from(MANY_ROWS));
    }
}

fn imports_of(campaign: &str) -> String {
    format!("/api/v1/campaigns/{campaign}/imports")
}

#[test]
fn a_wrong_command_line_says_what_is_right() {
    let program = Program::new(crate::world::ELITE);
    let line = [
        "import",
        "a.csv",
        "--campaign",
        "x",
        "--company-email",
        "a@b.example",
    ];
    for (more, says) in [
        (&["--map", "Firma"][..], "COLUMN=TARGET"),
        (&["--map", "Firma=colour"], "own:NAME"),
        (&["--duplicates", "replace"], "update_all"),
        (&["--phone-country", "Europe"], "two letters"),
        (&["--delimiter", "x"], "delimiter"),
        (&["--encoding", "EBCDIC"], "Windows-1252"),
        (&["--header", "--no-header"], "cannot be used with"),
        (&["--dry-run", "--errors", "e.csv"], "cannot be used with"),
    ] {
        let output = program.run(&[&line[..], more].concat());
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        let words = said(&output);
        assert!(words.contains(says), "{more:?}: {words}");
    }
}
