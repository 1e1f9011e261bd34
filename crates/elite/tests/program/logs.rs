//! What must never stand in a log (FIX-14, FIX-55): a whole run at debug level, with secrets planted everywhere.

use std::time::Duration;

use serde_json::json;
use testkit::{Program, eventually};

use crate::world::{Company, ELITE, PASSWORD, STOP_TIMEOUT, text, up};

const JOB_TIMEOUT: Duration = Duration::from_secs(20);
const LEAD_EMAIL: &str = "planted-lead-7391@secret-client.example";
const COMPANY_TEXT: &str = "planted-company-text-5527";
const DESCRIPTION: &str = "planted-description-8846";
const WRONG_PASSWORD: &str = "Planted-wr0ng-password-1178";
const JWT_SECRET: &str = "3f1c9a7e5b2d8046f9e1c7a3b5d20864";
const SMTP_PASSWORD: &str = "planted-smtp-6605";

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_no_personal_data_reaches_the_logs() {
    let server = testkit::postgres();
    let url = server
        .create_database()
        .replace("postgres@", "postgres:planted-database-2290@");
    let smtp_port = testkit::free_port().to_string();
    let mut program = up(Program::new(ELITE)
        .env("LOG_LEVEL", "debug")
        .env("DATABASE_URL", url)
        .env("JWT_SECRET", JWT_SECRET)
        .env("SMTP_HOST", "127.0.0.1")
        .env("SMTP_PORT", smtp_port)
        .env("SMTP_TLS", "none")
        .env("SMTP_USER", "mailer")
        .env("SMTP_PASSWORD", SMTP_PASSWORD)
        .env("FROM_EMAIL", "noreply@example.com"))
    .await;
    let company = Company::register(&program, "discreet").await;
    let http = &company.http;
    let mut secrets = vec![company.access_token.clone(), company.refresh_token.clone()];

    // Signing in, well and badly.
    let login =
        |password: &str| json!({"email": "owner@discreet.example.com", "password": password});
    let anonymous = program.http();
    anonymous
        .post("/api/v1/auth/login")
        .json(&login(WRONG_PASSWORD))
        .send()
        .await
        .expect_status(401);
    let weak = json!({"company_name": COMPANY_TEXT, "company_email": "x", "email": "y", "password": "planted-weak-9914"});
    anonymous
        .post("/api/v1/auth/register")
        .json(&weak)
        .send()
        .await
        .expect_status(422);
    let broken = format!(r#"{{"email": "a@example.com", "password": "{WRONG_PASSWORD}" oops"#);
    anonymous
        .post("/api/v1/auth/login")
        .body("application/json", broken)
        .send()
        .await
        .expect_status(422);
    let refresh = json!({"refresh_token": company.refresh_token});
    let renewed = anonymous
        .post("/api/v1/auth/refresh")
        .json(&refresh)
        .send()
        .await
        .expect_status(200)
        .json();
    secrets.push(text(&renewed["access_token"]).to_owned());
    secrets.push(text(&renewed["refresh_token"]).to_owned());
    let bad = anonymous.clone().with_bearer("planted-token-4471");
    bad.get("/api/v1/auth/me").send().await.expect_status(401);
    anonymous
        .get("/api/v1/campaigns?token=planted-query-3318")
        .send()
        .await
        .expect_status(401);

    // Leads: one by one, in a file, in the query string of #24, in a body that is refused.
    let change = json!({"company_address": COMPANY_TEXT});
    http.patch("/api/v1/tenants/me")
        .json(&change)
        .send()
        .await
        .expect_status(200);
    let campaign = company.campaign("quiet").await;
    let leads = format!("/api/v1/campaigns/{campaign}/leads");
    let lead = json!({"title": COMPANY_TEXT, "email": LEAD_EMAIL, "description": DESCRIPTION});
    let lead = http
        .post(&leads)
        .json(&lead)
        .send()
        .await
        .expect_status(201)
        .json();
    let lead = format!("/api/v1/leads/{}", text(&lead["id"]));
    http.patch(&format!("{lead}?description={DESCRIPTION}"))
        .send()
        .await
        .expect_status(200);
    http.put(&lead)
        .json(&json!({"email": [LEAD_EMAIL]}))
        .send()
        .await
        .expect_status(422);
    http.get(&format!("{leads}?q={LEAD_EMAIL}&limit=5"))
        .send()
        .await
        .expect_status(200);
    let file = format!(
        "name,email,notes\n{COMPANY_TEXT},{LEAD_EMAIL},{DESCRIPTION}\n,{LEAD_EMAIL},no name\n"
    );
    company
        .upload(&campaign, file.as_bytes())
        .send()
        .await
        .expect_status(201);
    http.get(&format!("/api/v1/nowhere/{LEAD_EMAIL}?q={DESCRIPTION}"))
        .send()
        .await
        .expect_status(404);

    // An invitation whose mail cannot be sent.
    let invited = json!({"email": "planted-member-6127@example.com", "role": "member"});
    http.post("/api/v1/team/invite")
        .json(&invited)
        .send()
        .await
        .expect_status(201);
    let new = json!({"current_password": PASSWORD, "new_password": "Planted-n3w-password-5580"});
    http.post("/api/v1/auth/password").json(&new).send().await;
    // The words of leads are written by a job: both are found when it has run.
    let found = format!("{leads}?q={COMPANY_TEXT}&limit=5");
    eventually(JOB_TIMEOUT, async || {
        let found = http.get(&found).send().await.expect_status(200).json();
        (found.as_array()?.len() == 2).then_some(())
    })
    .await;
    program.terminate(STOP_TIMEOUT);

    let logs = program.logs();
    assert!(
        logs.contains("/api/v1/auth/login"),
        "the requests are logged: {logs}"
    );
    secrets.extend(
        [
            PASSWORD,
            WRONG_PASSWORD,
            LEAD_EMAIL,
            COMPANY_TEXT,
            DESCRIPTION,
            JWT_SECRET,
            SMTP_PASSWORD,
            "planted-",
            "Planted-",
            "owner@discreet",
        ]
        .map(str::to_owned),
    );
    for secret in &secrets {
        let line = logs.lines().find(|line| line.contains(secret.as_str()));
        assert!(
            line.is_none(),
            "{secret} is in the log: {}",
            line.unwrap_or_default()
        );
    }
    // Nor in what the password became.
    assert!(!logs.contains("$argon2"), "a hash is in the log");
}
