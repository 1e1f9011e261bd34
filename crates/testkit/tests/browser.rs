//! The browser: pages, files, colours, sizes, the console, and gone with the test.

mod echo;

use std::process::{Command, Stdio};
use std::time::Duration;

use testkit::{browser, eventually, kill_hard, temp_dir};

/// Tells this test's second process to be the victim, and the file in which to say its profile.
const VICTIM: &str = "TESTKIT_VICTIM";

const PAGE: &str = r#"<!doctype html><title>Page</title>
<style>body { background: white } @media (prefers-color-scheme: dark) { body { background: black } }</style>
<input id="name"><input id="file" type="file"><p id="said"></p>
<script>
file.onchange = async () => { said.textContent = file.files[0].name + ": " + await file.files[0].text() }
console.error("a word on the console")
</script>"#;

#[tokio::test]
async fn a_page_is_used_like_a_person_would() {
    let url = echo::serve("text/html", PAGE);
    let folder = temp_dir();
    let file = folder.path().join("leads.csv");
    std::fs::write(&file, "Name\nAda").expect("the folder is writable");

    let browser = browser().await;
    browser.goto(&url).await;
    browser.fill("#name", "Grace").await;
    let name = browser
        .find("#name")
        .await
        .prop("value")
        .await
        .expect("a field has a value");
    assert_eq!(name.as_deref(), Some("Grace"));

    browser.choose_file("#file", &file).await;
    browser
        .wait_for_text(Duration::from_secs(5), "leads.csv: Name")
        .await;

    let background = "return getComputedStyle(document.body).backgroundColor";
    let shown = async || {
        browser
            .client
            .execute(background, Vec::new())
            .await
            .expect("it runs")
    };
    browser.prefer_dark(true).await;
    assert_eq!(shown().await, "rgb(0, 0, 0)");
    browser.prefer_dark(false).await;
    assert_eq!(shown().await, "rgb(255, 255, 255)");

    browser.resize(375, 800).await;
    let width = browser
        .client
        .execute("return innerWidth", Vec::new())
        .await
        .expect("it runs");
    // A page without a viewport tag is laid out wider by a phone; its screen is not.
    let screen = browser
        .client
        .execute("return screen.width", Vec::new())
        .await
        .expect("it runs");
    assert_eq!((screen.as_u64(), width.is_u64()), (Some(375), true));

    let picture = folder.path().join("page.png");
    browser.screenshot(&picture).await;
    let picture = std::fs::read(&picture).expect("the picture was written");
    assert_eq!(&picture[1..4], b"PNG");

    let console = browser.console().await;
    assert!(
        console
            .iter()
            .any(|line| line.contains("a word on the console")),
        "{console:?}"
    );
    assert!(browser.console().await.is_empty());

    browser.disable_scripts(true).await;
    browser.goto(&url).await;
    assert!(browser.console().await.is_empty());
}

#[tokio::test]
async fn nothing_is_left_of_a_killed_test() {
    if let Some(file) = std::env::var_os(VICTIM) {
        let browser = browser().await;
        let chrome = &browser.client.capabilities().expect("a session has them")["chrome"];
        let profile = chrome["userDataDir"]
            .as_str()
            .expect("chromedriver tells it");
        std::fs::write(file, format!("{profile}\n")).expect("the folder is writable");
        std::future::pending::<()>().await;
    }
    let folder = temp_dir();
    let file = folder.path().join("profile");
    let this_test = std::env::current_exe().expect("a test knows its own file");
    let mut victim = Command::new(this_test)
        .args(["--exact", "nothing_is_left_of_a_killed_test"])
        .env(VICTIM, &file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("this test starts a second time");
    let profile = eventually(Duration::from_secs(60), async || {
        let said = std::fs::read_to_string(&file).unwrap_or_default();
        said.strip_suffix('\n').map(str::to_owned)
    })
    .await;
    assert!(processes_of(&profile) > 1);

    kill_hard(victim.id());
    victim.wait().expect("the victim ends");
    eventually(Duration::from_secs(10), async || {
        let gone = processes_of(&profile) == 0 && !std::path::Path::new(&profile).exists();
        gone.then_some(())
    })
    .await;
}

/// How many processes name the profile in their command line.
fn processes_of(profile: &str) -> usize {
    let processes = std::fs::read_dir("/proc")
        .expect("Linux has /proc")
        .flatten();
    let command_lines =
        processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    command_lines
        .filter(|line| String::from_utf8_lossy(line).contains(profile))
        .count()
}
