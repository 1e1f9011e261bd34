//! A person at a browser, and what is checked of each page that they see.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use testkit::{Browser, Program};

/// How long a page may take to show what is expected, on a machine that builds and tests at the same time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const PASSWORD: &str = "Walk-the-d0g-at-noon";
/// 727 companies, as a person would upload them.
pub(crate) const COMPANIES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/fixtures/companies-europe-japan.csv"
);
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/screenshots");
const DESKTOP: (u32, u32) = (1280, 900);
const PHONE_WIDTH: u32 = 375;
const HEIGHT_MAX: u64 = 2_400;

/// A browser on the site of one program.
#[derive(Debug)]
pub(crate) struct Visitor {
    browser: Browser,
    site: String,
    prefix: &'static str,
}

impl Deref for Visitor {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Visitor {
    /// Opens a browser; pictures are named with the prefix.
    pub(crate) async fn of(program: &Program, prefix: &'static str) -> Self {
        let browser = testkit::browser().await;
        browser.resize(DESKTOP.0, DESKTOP.1).await;
        let site = program.url();
        Self {
            browser,
            site,
            prefix,
        }
    }

    /// Opens a path of the site.
    pub(crate) async fn open(&self, path: &str) {
        self.goto(&format!("{}{path}", self.site)).await;
    }

    /// The path that is shown.
    pub(crate) async fn path(&self) -> String {
        let address = self.client.current_url().await.expect("a page is open");
        address.path().to_owned()
    }

    /// Waits until the page shows a text.
    pub(crate) async fn sees(&self, text: &str) {
        self.wait_for_text(PATIENCE, text).await;
    }

    /// Waits until another page has come whose main heading is this one.
    pub(crate) async fn arrives_at(&self, heading: &str) {
        let has_it = async || {
            let script = "return document.readyState === 'complete' && document.querySelector('h1')?.innerText";
            let found = self.run(script).await;
            (found == heading).then_some(())
        };
        let wait = testkit::eventually(PATIENCE * 2, has_it);
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            panic!(
                "no page \"{heading}\" but {}:\n{}",
                self.path().await,
                self.text().await
            );
        }
    }

    /// Fills the fields of a form, by their ids.
    pub(crate) async fn fill_in(&self, fields: &[(&str, &str)]) {
        for (id, text) in fields {
            self.fill(&format!("#{id}"), text).await;
        }
    }

    /// Presses the main button of the form that posts to a path ending like this.
    pub(crate) async fn submit(&self, action_end: &str) {
        self.click(&format!("form[action$='{action_end}'] .buttons button"))
            .await;
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        let outcome = self.client.execute(script, Vec::new()).await;
        outcome.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Checks the page that is shown, on a desktop and a phone, and takes its pictures.
    pub(crate) async fn look(&self, name: &str) {
        self.assert_quiet(name).await;
        let height = self.picture(DESKTOP.0, &format!("{name}-desktop")).await;
        assert!(height > 0, "{name}: an empty page");
        self.prefer_dark(true).await;
        self.picture(DESKTOP.0, &format!("{name}-dark")).await;
        self.prefer_dark(false).await;
        self.picture(PHONE_WIDTH, &format!("{name}-phone")).await;
        let wide = self.run(WIDER).await;
        assert_eq!(wide, Value::Array(Vec::new()), "{name}: wider than a phone");
        self.resize(DESKTOP.0, DESKTOP.1).await;
        self.assert_quiet(name).await;
    }

    /// The same for a page that comes with an error's status: the browser itself notes that, and nothing else.
    pub(crate) async fn look_refused(&self, name: &str, status: u16) {
        let said = self.console().await;
        let is_status = |line: &String| line.contains(&format!("status of {status}"));
        assert!(
            said.len() == 1 && said.iter().all(is_status),
            "{name}: {said:#?}"
        );
        self.look(name).await;
    }

    /// Checks that the console has nothing to say: no error of a script, nothing that the policy refused.
    pub(crate) async fn assert_quiet(&self, name: &str) {
        let said = self.console().await;
        assert!(said.is_empty(), "{name}: {said:#?}");
    }

    /// The whole page in one picture, and its height.
    pub(crate) async fn picture(&self, width: u32, name: &str) -> u64 {
        self.resize(width, DESKTOP.1).await;
        let height = self
            .run("return document.documentElement.scrollHeight")
            .await;
        let height = height.as_u64().unwrap_or_default();
        let tall = height.clamp(u64::from(DESKTOP.1), HEIGHT_MAX);
        self.resize(width, u32::try_from(tall).unwrap_or(DESKTOP.1))
            .await;
        // Colours that fade are taken where they end.
        self.run("document.getAnimations().forEach(it => { try { it.finish() } catch {} })")
            .await;
        let folder = PathBuf::from(PICTURES);
        std::fs::create_dir_all(&folder).expect("Cargo's target folder is writable");
        self.screenshot(&folder.join(format!("{}-{name}.png", self.prefix)))
            .await;
        height
    }

    /// Registers a company and arrives at its dashboard.
    pub(crate) async fn register(&self, company: &str, email: &str) {
        self.open("/register").await;
        self.fill_in(&[
            ("company_name", company),
            ("company_email", &format!("hello.{email}")),
            ("first_name", "Ada"),
            ("last_name", "Byron"),
            ("email", email),
            ("password", PASSWORD),
        ])
        .await;
        self.submit("/register").await;
        self.arrives_at("Dashboard").await;
    }

    pub(crate) async fn log_in(&self, email: &str) {
        self.fill_in(&[("email", email), ("password", PASSWORD)])
            .await;
        self.submit("/login").await;
    }

    /// Creates a campaign and hands back its path.
    pub(crate) async fn campaign(&self, name: &str) -> String {
        self.open("/campaigns/new").await;
        self.fill_in(&[
            ("name", name),
            ("description", "Companies of two continents."),
        ])
        .await;
        self.submit("/campaigns").await;
        self.arrives_at(name).await;
        self.path().await
    }

    /// Imports a file into the campaign at a path with what is offered, and stays at the import's page.
    pub(crate) async fn upload(&self, campaign: &str, file: &str) {
        self.open(&format!("{campaign}/import")).await;
        let has_scripts = "return document.documentElement.classList.contains('js')";
        let has_scripts = self.run(has_scripts).await;
        self.choose_file("#file", Path::new(file)).await;
        if has_scripts == false {
            self.click("form[action$='/import'] button.is-primary")
                .await;
        }
        self.click("#go").await;
    }
}

/// What stands out of a page on the right, innermost last.
const WIDER: &str = "
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    return [...document.querySelectorAll('body *')]
        .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
        .map(element => `${element.tagName}.${element.className} ${element.getBoundingClientRect().right}`)
        .slice(-5)";
