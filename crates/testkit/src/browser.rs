//! A real browser: Debian's Chromium, headless, driven over WebDriver.

use std::path::Path;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::eventually::eventually;
use crate::ports::free_port;
use crate::process::{Process, Under};
use crate::scratch::temp_dir_named;

const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long [`Browser::find`] waits for an element to appear.
const FIND_TIMEOUT: Duration = Duration::from_secs(15);

/// Alone in its machine: nothing is fetched that the test did not ask for.
const FLAGS: [&str; 13] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--hide-scrollbars",
];

/// A browser with one window and a fresh profile; it ends when dropped.
#[derive(Debug)]
pub struct Browser {
    /// The WebDriver session, for everything that has no shorthand here.
    pub client: Client,
    // In this order: the processes go before the folder that they write to.
    _driver: Process,
    _folder: TempDir,
}

/// Starts a browser.
///
/// # Panics
/// When Chromium or its driver is not installed or does not start.
pub async fn browser() -> Browser {
    let folder = temp_dir_named("browser-");
    let port = free_port();
    let under = Under {
        user: None,
        death_signal: "KILL",
    };
    let log = std::fs::File::create(folder.path().join("log")).expect("the folder is writable");
    let driver = Process::start(Path::new("chromedriver"), under, |command| {
        let errors = log.try_clone().expect("a file handle can be cloned");
        command
            .arg(format!("--port={port}"))
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .stdout(log)
            .stderr(errors);
    });
    let driver = driver.expect("setpriv (util-linux) starts chromedriver");

    let profile = format!(
        "--user-data-dir={}",
        folder.path().join("profile").display()
    );
    let flags: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
    let mut wishes = Capabilities::new();
    wishes.insert("goog:chromeOptions".into(), json!({ "args": flags }));
    wishes.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));

    let address = format!("http://127.0.0.1:{port}");
    eventually(START_TIMEOUT, async || {
        tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .ok()
    })
    .await;
    let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
        .capabilities(wishes)
        .connect(&address)
        .await;
    let client = client.unwrap_or_else(|error| {
        let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
        panic!(
            "the browser did not start (apt-get install chromium chromium-driver): {error}: {log}"
        )
    });
    Browser {
        client,
        _driver: driver,
        _folder: folder,
    }
}

impl Browser {
    /// Opens a page and waits until it has loaded.
    pub async fn goto(&self, url: &str) {
        self.client
            .goto(url)
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// The first element of a CSS selector; waits until there is one.
    ///
    /// # Panics
    /// When none appears; the message carries the address and the page's text.
    pub async fn find(&self, selector: &str) -> Element {
        let wait = self.client.wait().at_most(FIND_TIMEOUT);
        match wait.for_element(Locator::Css(selector)).await {
            Ok(element) => element,
            Err(error) => panic!("{selector}: {error}; {}", self.describe().await),
        }
    }

    /// Clicks the element of a CSS selector.
    pub async fn click(&self, selector: &str) {
        let clicked = self.find(selector).await.click().await;
        clicked.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Types a text into the field of a CSS selector, in place of what it holds.
    pub async fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        let filled = async { field.clear().await.and(field.send_keys(text).await) }.await;
        filled.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Chooses a file of this machine in the `<input type="file">` of a CSS selector.
    pub async fn choose_file(&self, selector: &str, path: &Path) {
        let path = path
            .canonicalize()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let chosen = self
            .find(selector)
            .await
            .send_keys(&path.to_string_lossy())
            .await;
        chosen.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// The visible text of the page.
    pub async fn text(&self) -> String {
        let text = self
            .client
            .execute("return document.body.innerText", Vec::new())
            .await;
        text.ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Waits until the page shows a text.
    ///
    /// # Panics
    /// When it does not within `timeout`; the message carries what it shows.
    pub async fn wait_for_text(&self, timeout: Duration, text: &str) {
        // The outer limit is the one that counts: its message shows the page.
        let wait = eventually(timeout * 2, async || {
            self.text().await.contains(text).then_some(())
        });
        if tokio::time::timeout(timeout, wait).await.is_err() {
            panic!("\"{text}\" does not appear; {}", self.describe().await);
        }
    }

    /// Sets the size of the page in CSS pixels, also narrower than a desktop window can be.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// Switches the system's preference for dark colours.
    pub async fn prefer_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Switches JavaScript of pages off or on; it counts from the next page.
    pub async fn disable_scripts(&self, disabled: bool) {
        self.devtools(
            "Emulation.setScriptExecutionDisabled",
            json!({ "value": disabled }),
        )
        .await;
    }

    /// Writes a picture (PNG) of the visible part of the page.
    pub async fn screenshot(&self, path: &Path) {
        let picture = self
            .client
            .screenshot()
            .await
            .expect("the browser draws its page");
        std::fs::write(path, picture).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// What the console has shown since the last call: errors of scripts, refused content, failed
    /// requests, as `LEVEL message`.
    pub async fn console(&self) -> Vec<String> {
        let log = Command {
            path: "se/log",
            body: json!({ "type": "browser" }),
        };
        let log = self
            .client
            .issue_cmd(log)
            .await
            .expect("chromedriver has a browser log");
        let line = |entry: &Value| {
            let field = |name| entry[name].as_str().unwrap_or_default();
            format!("{} {}", field("level"), field("message"))
        };
        log.as_array()
            .map(|entries| entries.iter().map(line).collect())
            .unwrap_or_default()
    }

    /// Runs a command of the DevTools protocol and hands back its result.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        let answer = self
            .client
            .issue_cmd(Command {
                path: "goog/cdp/execute",
                body,
            })
            .await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    async fn describe(&self) -> String {
        let address = self
            .client
            .current_url()
            .await
            .map(String::from)
            .unwrap_or_default();
        format!("the page {address} shows:\n{}", self.text().await)
    }
}

/// A command of chromedriver's own.
#[derive(Debug)]
struct Command {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(
        &self,
        base_url: &url::Url,
        session_id: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!(
            "session/{}/{}",
            session_id.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
