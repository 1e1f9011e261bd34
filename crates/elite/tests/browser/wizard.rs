//! An import from the dropped file to the way back, with scripts: the clean file in three clicks, and files as people have
//! them.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::Workbook;
use tempfile::TempDir;

use crate::main_job::program;
use crate::visitor::{COMPANIES, PATIENCE, Visitor};

/// A visitor with a campaign to fill.
async fn ready(program: &testkit::Program, prefix: &'static str) -> (Visitor, String) {
    let visitor = Visitor::of(program, prefix).await;
    let email = format!("ada@{prefix}.example.com");
    visitor.register("Northern Boats", &email).await;
    let campaign = visitor.campaign("Harbours of Europe").await;
    (visitor, campaign)
}

/// Chooses a file as a person does, and arrives at its check.
async fn choose(visitor: &Visitor, campaign: &str, file: &Path) {
    visitor.open(&format!("{campaign}/import")).await;
    visitor.choose_file("#file", file).await;
    let name = file.file_name().expect("a name").to_string_lossy();
    visitor.arrives_at(&name).await;
}

fn written(folder: &TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("the folder is writable");
    path
}

/// The value of a select or an input.
async fn value(visitor: &Visitor, id: &str) -> String {
    let script = format!("return document.getElementById('{id}').value");
    visitor
        .run(&script)
        .await
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Chooses an entry of a select, as the keyboard does.
async fn select(visitor: &Visitor, id: &str, chosen: &str) {
    let script = format!(
        "const it = document.getElementById('{id}'); it.value = '{chosen}';
         for (const kind of ['input', 'change']) it.dispatchEvent(new Event(kind, {{ bubbles: true }}))"
    );
    visitor.run(&script).await;
}

/// Drags a column onto a field.
async fn drag(visitor: &Visitor, column: u32, field: &str) {
    let script = format!(
        "const chip = document.querySelector('.column [data-drag=\"{column}\"]');
         const zone = document.querySelector('#fields [data-field=\"{field}\"]');
         const dataTransfer = new DataTransfer();
         const send = (target, kind) => target.dispatchEvent(new DragEvent(kind, {{ bubbles: true, cancelable: true, dataTransfer }}));
         send(chip, 'dragstart');
         const over = send(zone, 'dragover');
         send(zone, 'drop');
         send(chip, 'dragend');
         return chip.draggable && !over"
    );
    assert_eq!(
        visitor.run(&script).await,
        true,
        "the field takes the column"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_file_takes_three_clicks_and_can_be_undone() {
    let program = program().started();
    let (visitor, campaign) = ready(&program, "wizard").await;
    visitor.open(&format!("{campaign}/imports")).await;
    visitor.look("history-none").await;
    visitor.open(&format!("{campaign}/import")).await;
    visitor.arrives_at("Import leads").await;
    visitor.look("file").await;

    let mut clicks = 1;
    visitor.choose_file("#file", Path::new(COMPANIES)).await;
    visitor.arrives_at("companies-europe-japan.csv").await;
    visitor.sees("Import 727 rows").await;
    visitor.look("check").await;
    let targets = [
        ("to-0", "title"),
        ("to-1", "email"),
        ("to-2", "address"),
        ("to-3", "website"),
        ("to-4", "description"),
    ];
    for (id, target) in targets {
        assert_eq!(value(&visitor, id).await, target, "{id}");
    }

    clicks += 1;
    visitor.click("#go").await;
    visitor.sees("727 leads added").await;
    visitor.look("done").await;

    clicks += 1;
    visitor.click("#import-leads").await;
    visitor.arrives_at("Harbours of Europe").await;
    visitor.sees("727 in all").await;
    assert_eq!(clicks, 3);

    visitor.open(&format!("{campaign}/imports")).await;
    visitor.look("history").await;
    visitor.click(".rows a.title").await;
    visitor.sees("727 leads added").await;
    visitor.click("a[href$='/undo']").await;
    visitor
        .sees("Undo the import of companies-europe-japan.csv?")
        .await;
    visitor.look("undo").await;
    visitor.submit("/undo").await;
    visitor.sees("The import was undone").await;
    visitor.look("undone").await;
    visitor.open(&campaign).await;
    visitor.sees("No leads yet").await;
    visitor.assert_quiet("the whole way").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_follows_what_is_chosen_and_survives_a_reload() {
    let program = program().started();
    let (visitor, campaign) = ready(&program, "wizard-choices").await;
    let folder = testkit::temp_dir();
    let mut rows = String::from("Firma,Kontakt,Telefon,Web,intern\n");
    for row in 1..=30 {
        rows.push_str(&format!(
            "BOOTSWERFT {row},mail{row}@werft.example,030 9018{row:02},WWW.Werft{row}.example/,x\n"
        ));
    }
    rows.push_str(",nobody@werft.example,,,\n");
    let file = written(&folder, "werften.csv", rows.as_bytes());
    choose(&visitor, &campaign, &file).await;
    visitor.sees("values look like e-mail addresses").await;
    visitor.look("before").await;

    let options = "document.querySelector('.options').scrollIntoView({ block: 'center' })";
    visitor.run(options).await;
    visitor.click(".options summary").await;
    select(&visitor, "phone_country", "DE").await;
    visitor.sees("+4930901801").await;
    visitor.click("#title_case").await;
    visitor.sees("Bootswerft 1").await;
    visitor.click("#normalise_url").await;
    visitor.sees("https://www.werft1.example").await;
    drag(&visitor, 4, "ignore").await;
    visitor.sees("Your choice").await;
    drag(&visitor, 1, "own").await;
    visitor.fill("#own-1", "Contact").await;
    visitor.sees("Contact: mail1@werft.example").await;
    visitor.look("chosen").await;

    visitor
        .client
        .refresh()
        .await
        .expect("the page loads again");
    visitor.sees("Contact: mail1@werft.example").await;
    visitor.sees("Bootswerft 1").await;
    assert_eq!(value(&visitor, "to-4").await, "ignore");

    // Without a name there are no leads, and that is said before and after.
    select(&visitor, "to-0", "ignore").await;
    visitor.sees("No column is the name yet.").await;
    visitor.assert_quiet("choosing").await;
    visitor.click("#go").await;
    visitor.sees("Choose the one that holds the company").await;
    visitor.look_refused("refused", 422).await;
    select(&visitor, "to-0", "title").await;
    visitor.sees("+4930901801").await;
    visitor.click("#go").await;
    visitor.sees("30 leads added").await;
    visitor.sees("Missing company name").await;
    visitor.look("with-failures").await;
    let errors = "return fetch(document.querySelector('a[download]').href).then(it => it.text())";
    let errors = visitor.run(errors).await;
    let errors = errors.as_str().unwrap_or_default();
    assert!(
        errors.contains("nobody@werft.example") && errors.contains("Missing company name"),
        "{errors}"
    );
    visitor.assert_quiet("the error file").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_as_people_have_them_are_understood() {
    let program = program().started();
    let (visitor, campaign) = ready(&program, "wizard-odd").await;
    let folder = testkit::temp_dir();

    // UTF-16 with semicolons, as a spreadsheet program saves "Unicode text".
    let text = "Société;Courriel;Ville\r\nL’Étoile;bonjour@etoile.example;Orléans\r\n";
    let wide: Vec<u8> = std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    choose(&visitor, &campaign, &written(&folder, "clients.csv", &wide)).await;
    for says in ["UTF-16LE", "separated by semicolons", "L’Étoile", "Orléans"] {
        visitor.sees(says).await;
    }
    visitor.look("utf-16").await;
    visitor.click("#go").await;
    visitor.sees("1 lead added").await;

    // No row of names: the first row is a lead.
    let rows = b"Anna Berg,anna@berg.example,+46 8 123 456 78\nOla Nord,ola@nord.example,+47 22 12 34 56\n";
    choose(&visitor, &campaign, &written(&folder, "no-names.csv", rows)).await;
    visitor.sees("does not seem to name its columns").await;
    visitor.sees("Import 2 rows").await;
    visitor.look("no-header").await;
    visitor.click("button[name=header]").await;
    visitor.sees("Import 1 row").await;
    visitor.click("details.more summary").await;
    select(&visitor, "header", "none").await;
    visitor.sees("Import 2 rows").await;
    visitor.click("#go").await;
    visitor.sees("2 leads added").await;

    // The same heading twice.
    let rows = b"Name,Email,Email,Name\nUno,one@a.example,two@a.example,Due\n";
    choose(&visitor, &campaign, &written(&folder, "twice.csv", rows)).await;
    visitor.sees("Email_2").await;
    visitor.look("twice").await;
    visitor.click("#go").await;
    visitor.sees("1 lead added").await;

    // A workbook of several sheets: the second one has the leads.
    let mut book = Workbook::new();
    for (name, rows) in [
        ("Notes", &[["Remember"; 2], ["to call"; 2]][..]),
        (
            "Customers",
            &[["Company", "E-Mail"], ["Kaiser AG", "post@kaiser.example"]][..],
        ),
    ] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        for (row, cells) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write_string(row, column, *cell).expect("a cell");
            }
        }
    }
    let bytes = book.save_to_buffer().expect("a workbook");
    choose(&visitor, &campaign, &written(&folder, "book.xlsx", &bytes)).await;
    visitor.sees("sheet “Notes”").await;
    select(&visitor, "sheet", "Customers").await;
    visitor.sees("Kaiser AG").await;
    visitor.look("sheets").await;
    visitor.click("#go").await;
    visitor.sees("1 lead added").await;

    // Cut off on its way.
    let cut = &bytes[..bytes.len() / 2];
    choose(&visitor, &campaign, &written(&folder, "cut.xlsx", cut)).await;
    visitor.sees("This file cannot be read.").await;
    visitor.look("cut").await;
    visitor.click(".go-bar a").await;
    visitor.arrives_at("Import leads").await;

    // What is no table is told before a byte is sent.
    let picture = written(&folder, "logo.png", b"\x89PNG");
    visitor.choose_file("#file", &picture).await;
    visitor
        .sees("“logo.png” is no table that can be read.")
        .await;
    visitor.look("no-table").await;
    visitor.assert_quiet("the whole way").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_closed_in_the_middle_and_come_back_to() {
    const ROWS: u32 = 150_000;
    let program = program().started();
    let (visitor, campaign) = ready(&program, "wizard-long").await;
    let folder = testkit::temp_dir();
    let mut rows = String::from("name,city\n");
    for row in 1..=ROWS {
        rows.push_str(&format!("Harbour {row},Utrecht\n"));
    }
    let file = written(&folder, "harbours.csv", rows.as_bytes());
    choose(&visitor, &campaign, &file).await;
    visitor.click("#go").await;
    visitor.sees("Reading the file").await;
    visitor.sees("You can close this page").await;

    visitor.goto("about:blank").await;
    visitor.open(&campaign).await;
    visitor.click("#campaign .flash a").await;
    visitor.sees("Reading the file").await;
    visitor.sees("rows a second").await;
    // Without a reload the numbers go up.
    let read =
        "return Number(document.querySelector('#import .tally dd').innerText.replace(/\\D/g, ''))";
    let first = visitor.run(read).await.as_f64();
    testkit::eventually(PATIENCE, async || {
        (visitor.run(read).await.as_f64() > first).then_some(())
    })
    .await;
    visitor.look("running").await;
    visitor.click("#import-cancel").await;
    visitor.sees("Stop importing harbours.csv?").await;
    visitor.look("cancel").await;
    visitor.submit("/cancel").await;
    visitor.sees("The import was cancelled").await;
    visitor.look("cancelled").await;
    let added = visitor
        .run("return document.querySelectorAll('#import .tally dd')[1].innerText")
        .await;
    visitor.open(&campaign).await;
    let kept = visitor
        .run("return document.querySelector('.figures .figure .value').innerText")
        .await;
    assert_eq!(kept, added, "what was read before is kept");
    visitor.assert_quiet("the whole way").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_is_paused_and_goes_on_after_a_reload() {
    const ROWS: u32 = 250_000;
    const BYTES_PER_SECOND: u32 = 3 << 20;
    let program = program().started();
    let (visitor, campaign) = ready(&program, "wizard-large").await;
    let folder = testkit::temp_dir();
    let mut rows = String::from("name,city,note\n");
    for row in 1..=ROWS {
        rows.push_str(&format!("Harbour {row},Utrecht,{row:050}\n"));
    }
    let file = written(&folder, "all-harbours.csv", rows.as_bytes());
    let slow = serde_json::json!({
        "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": BYTES_PER_SECOND,
    });
    visitor
        .devtools("Network.enable", serde_json::json!({}))
        .await;
    visitor
        .devtools("Network.emulateNetworkConditions", slow)
        .await;

    visitor.open(&format!("{campaign}/import")).await;
    visitor.choose_file("#file", &file).await;
    visitor.sees("MB a second").await;
    visitor.sees("left").await;
    // A whole piece has arrived before the page goes.
    let percent = "return Number(document.querySelector('[data-transfer-percent]').innerText.replace(' %', ''))";
    testkit::eventually(PATIENCE, async || {
        (visitor.run(percent).await.as_f64() > Some(50.0)).then_some(())
    })
    .await;
    visitor.picture(1280, "sending").await;
    visitor.click("[data-transfer-pause]").await;
    visitor.sees("Paused at").await;
    visitor.look("paused").await;

    visitor
        .client
        .refresh()
        .await
        .expect("the page loads again");
    visitor.arrives_at("Import leads").await;
    visitor.choose_file("#file", &file).await;
    visitor.sees("all-harbours.csv").await;
    testkit::eventually(PATIENCE, async || {
        (visitor.run(percent).await.as_f64() > Some(30.0)).then_some(())
    })
    .await;
    visitor.click("[data-transfer-pause]").await;
    visitor.sees("Paused at").await;
    visitor.click("[data-transfer-resume]").await;
    visitor.arrives_at("all-harbours.csv").await;
    visitor.sees("Harbour 1").await;
    visitor.assert_quiet("the whole way").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_file_leaves_nothing_on_the_server() {
    const BYTES: usize = 24 << 20;
    const BYTES_PER_SECOND: u32 = 4 << 20;
    let program = program().started();
    let (visitor, campaign) = ready(&program, "wizard-dropped").await;
    let folder = testkit::temp_dir();
    let text = format!("name,note\nHarbour,{}\n", "x".repeat(60)).repeat(BYTES / 80);
    let file = written(&folder, "too-many.csv", text.as_bytes());
    let slow = serde_json::json!({
        "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": BYTES_PER_SECOND,
    });
    visitor
        .devtools("Network.enable", serde_json::json!({}))
        .await;
    visitor
        .devtools("Network.emulateNetworkConditions", slow)
        .await;
    visitor.open(&format!("{campaign}/import")).await;
    visitor.choose_file("#file", &file).await;
    let upload =
        "return Object.entries(localStorage).find(([key]) => key.startsWith('upload '))?.[1] ?? ''";
    let id = testkit::eventually(PATIENCE, async || {
        let id = visitor.run(upload).await;
        id.as_str().filter(|id| !id.is_empty()).map(str::to_owned)
    })
    .await;
    let status = format!(
        "const asked = new XMLHttpRequest();
         asked.open('HEAD', '/uploads/{id}', false);
         asked.setRequestHeader('Tus-Resumable', '1.0.0');
         asked.send();
         return asked.status;"
    );
    assert_eq!(
        visitor.run(&status).await.as_u64(),
        Some(200),
        "it is there"
    );
    visitor.click("[data-transfer-cancel]").await;
    testkit::eventually(PATIENCE, async || {
        (visitor.run(&status).await.as_u64() == Some(404)).then_some(())
    })
    .await;
    assert_eq!(
        visitor.run(upload).await.as_str(),
        Some(""),
        "it is forgotten"
    );
}
