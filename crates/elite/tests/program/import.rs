//! Importing at the command line, on both engines.

use testkit::Program;

use crate::world::{Company, ENGINES, STOP_TIMEOUT, csv, running, said, start};

const ROWS: u32 = 5_000;

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
            words.contains("3 rows read, 2 leads created, 1 rows failed"),
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
