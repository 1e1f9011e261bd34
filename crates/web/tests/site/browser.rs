//! A browser without scripts: it keeps cookies, fills the token into forms, and follows nothing by itself.

use std::collections::BTreeMap;

use app::context::{App, Options, Parts};
use app::tasks::Tasks;
use app::tokens::Tokens;
use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request, StatusCode, header};
use bell::Bell;
use domain::clock::{Clock, Timestamp};
use domain::entropy::Entropy;
use http_body_util::BodyExt;
use mail::Mailer;
use providers::Uploads;
use store::Store;
use tempfile::TempDir;
use tower::ServiceExt;
use web::{WebState, router};

/// A password that may be set.
pub(crate) const PASSWORD: &str = "Correct-Horse-7";
/// 2026-11-20T14:05:00 UTC.
const NOW: Timestamp = Timestamp(1_795_183_500_000_000);
/// Largest upload of the tests.
const UPLOAD_BYTES_MAX: u64 = 1 << 20;

/// The site over a database of its own.
pub(crate) struct Site {
    pub(crate) app: App,
    pub(crate) router: Router,
    _folder: TempDir,
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::at("http://localhost:8000").await
    }

    pub(crate) async fn at(public_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("elite.db");
        let (clock, entropy) = (Clock::manual(NOW), Entropy::seeded(7));
        let options = store::Options::at(format!("sqlite:{}", path.display()));
        let store = Store::open(&options, clock.clone(), entropy).await.unwrap();
        store.migrate().await.unwrap();
        let app = App::new(Parts {
            store,
            bell: Bell::new(),
            mailer: Mailer::none(),
            uploads: Uploads::in_folder(folder.path().join("uploads")),
            tokens: Tokens::new(b"a secret of the tests, long enough", clock),
            tasks: Tasks::default(),
            options: Options {
                public_url: public_url.into(),
                quota_enforced: false,
                throttled: true,
                upload_bytes_max: UPLOAD_BYTES_MAX,
                upload_life: std::time::Duration::from_secs(24 * 3600),
            },
        });
        let router = router(WebState::new(app.clone()));
        Self {
            app,
            router,
            _folder: folder,
        }
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
        }
    }

    /// A browser in which the owner of a new company is signed in.
    pub(crate) async fn owner(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let email = format!("{name}@{name}.example");
        let fields = [
            ("company_name", name),
            ("company_email", &email),
            ("first_name", name),
            ("email", &email),
            ("password", PASSWORD),
        ];
        let page = browser.submit("/register", "/register", &fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
        browser
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    /// Where a redirect leads.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.headers[header::LOCATION].to_str().unwrap()
    }

    /// The token of the page's forms.
    pub(crate) fn token(&self) -> String {
        let mark = "name=\"_csrf\" value=\"";
        let (_, rest) = self.body.split_once(mark).expect("a form with a token");
        rest.split('"').next().unwrap().to_owned()
    }

    /// What the page's form would send: its fields as they stand, in order.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let unescaped = |text: &str| text.replace("&#34;", "\"").replace("&#38;", "&");
        let (mut fields, mut select) = (Vec::new(), String::new());
        let form = self.body.split("<form id=\"wizard\"").nth(1);
        for tag in form.expect("a form").split('<').skip(1) {
            let tag = tag.split('>').next().unwrap();
            let get = |name: &str| {
                let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
                Some(unescaped(rest.split('"').next().unwrap()))
            };
            let is_on = !tag.contains("type=\"checkbox\"") || tag.ends_with(" checked");
            match tag.split(' ').next() {
                Some("select") => select = get("name").unwrap(),
                Some("option") if tag.ends_with(" selected") => {
                    fields.push((select.clone(), get("value").unwrap()));
                }
                Some("input") if is_on => {
                    fields.push((get("name").unwrap(), get("value").unwrap_or_default()));
                }
                _ => {}
            }
        }
        fields
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        assert!(self.body.contains(text), "no {text:?} in {}", self.body);
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }
}

/// A browser.
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path), Body::empty()).await
    }

    /// The page after a redirect.
    pub(crate) async fn follow(&mut self, page: &Page) -> Page {
        let to = page.location().to_owned();
        self.get(&to).await
    }

    /// Fills the form of a page and sends it.
    pub(crate) async fn submit(&mut self, page: &str, to: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.get(page).await.token();
        self.post(to, &token, fields).await
    }

    pub(crate) async fn post(&mut self, to: &str, token: &str, fields: &[(&str, &str)]) -> Page {
        let mut all = vec![("_csrf", token)];
        all.extend(fields);
        let body = serde_urlencoded::to_string(all).unwrap();
        self.send(form(to), Body::from(body)).await
    }

    /// Imports a file with the choices that are offered; gives the path of the import.
    pub(crate) async fn import(&mut self, campaign: &str, name: &str, content: &[u8]) -> String {
        let received = self.upload(campaign, name, content).await;
        let check = received.location().to_owned();
        let fields = self.get(&check).await.fields();
        let body = serde_urlencoded::to_string(fields).unwrap();
        let started = self.send(form(&check), Body::from(body)).await;
        started.location().to_owned()
    }

    /// Uploads a file from the page of a campaign.
    pub(crate) async fn upload(&mut self, campaign: &str, name: &str, content: &[u8]) -> Page {
        let path = format!("{campaign}/import");
        let token = self.get(&path).await.token();
        let body = multipart(&[
            ("_csrf", None, token.as_bytes()),
            ("file", Some(name), content),
        ]);
        self.send(multipart_request(&path), Body::from(body)).await
    }

    pub(crate) async fn send(&mut self, request: Builder, body: Body) -> Page {
        let jar: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request.header(header::COOKIE, jar.join("; "));
        let request = request.body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        Page {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }
}

pub(crate) fn form(to: &str) -> Builder {
    let kind = "application/x-www-form-urlencoded";
    Request::post(to).header(header::CONTENT_TYPE, kind)
}

pub(crate) fn multipart_request(to: &str) -> Builder {
    let kind = "multipart/form-data; boundary=EDGE";
    Request::post(to).header(header::CONTENT_TYPE, kind)
}

/// Parts: name, file name, content.
pub(crate) fn multipart(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        let head =
            format!("--EDGE\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--EDGE--\r\n");
    body
}

/// Makes a campaign and gives its path.
pub(crate) async fn campaign(browser: &mut Browser, name: &str) -> String {
    let fields = [("name", name), ("lead_source", "manual")];
    let made = browser
        .submit("/campaigns/new", "/campaigns", &fields)
        .await;
    made.location().to_owned()
}

/// Adds a lead and gives the path of its edit page.
pub(crate) async fn lead(browser: &mut Browser, campaign: &str, title: &str) -> String {
    let (page, to) = (format!("{campaign}/leads/new"), format!("{campaign}/leads"));
    let added = browser.submit(&page, &to, &[("title", title)]).await;
    let list = browser.follow(&added).await;
    let link = list.body.split("href=\"/leads/").nth(1).expect("a lead");
    format!("/leads/{}", link.split('"').next().unwrap())
}
