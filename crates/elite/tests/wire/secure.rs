//! A server in production (FIX-50, FIX-54), and one that can send mail (FIX-36).

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::people::{PASSWORD, Person};
use crate::world::{Engine, World, fresh};

#[tokio::test]
async fn fix_50_in_production_plain_requests_are_redirected_and_probes_are_not() {
    let program = Engine::Sqlite
        .program()
        .env("ENVIRONMENT", "production")
        .env("TRUSTED_PROXIES", "127.0.0.1");
    let world = World::own(program);
    let hsts = "max-age=31536000; includeSubDomains; preload";
    let plain = world
        .http
        .post("/api/v1/auth/login?a=1")
        .header("host", "app.example.com")
        .json(&json!({}))
        .send()
        .await;
    let plain = plain.expect_status(308);
    assert_eq!(
        plain.header("location"),
        "https://app.example.com/api/v1/auth/login?a=1"
    );
    for path in ["/health", "/livez", "/readyz"] {
        let answer = world.http.get(path).send().await.expect_status(200);
        assert_eq!(answer.header("strict-transport-security"), hsts, "{path}");
    }
    let http = world.http.clone().with_header("x-forwarded-proto", "https");
    let answer = http
        .post("/api/v1/auth/login")
        .json(&json!({}))
        .send()
        .await
        .expect_status(422);
    assert_eq!(answer.header("strict-transport-security"), hsts);
    let answer = http.get("/api/v1/campaigns").send().await;
    assert_eq!(
        (
            answer.status.as_u16(),
            answer.header("strict-transport-security")
        ),
        (401, hsts)
    );
}

#[test]
fn fix_54_a_weak_secret_stops_the_start_whichever_name_it_has() {
    let refuses = |settings: &[(&str, &str)]| {
        let mut program = testkit::Program::new(env!("CARGO_BIN_EXE_elite"));
        for (name, value) in settings {
            program.set_env(name, *value);
        }
        let output = program.run(&["migrate"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{settings:?}: {said}");
        assert!(said.contains("JWT_SECRET"), "{settings:?}: {said}");
    };
    let good = "a good secret of more than 32 characters";
    refuses(&[("JWT_SECRET", "short")]);
    refuses(&[("JWT_SECRET", good), ("JWT_SECRET_KEY", "short")]);
    refuses(&[("ENVIRONMENT", "production")]);
}

/// Takes one mail after the other, as a server without TLS would.
#[expect(
    clippy::disallowed_methods,
    reason = "the double lives as long as the test's runtime"
)]
async fn smtp_double() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let mails = Arc::<Mutex<Vec<String>>>::default();
    let kept = Arc::clone(&mails);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let _ = stream.write_all(b"220 double\r\n").await;
            let (mut line, mut mail) = (String::new(), None::<String>);
            while stream
                .read_line(&mut line)
                .await
                .is_ok_and(|bytes| bytes > 0)
            {
                let answer = match &mut mail {
                    Some(text) if line == ".\r\n" => {
                        kept.lock()
                            .expect("no holder panics")
                            .push(std::mem::take(text));
                        mail = None;
                        "250 kept\r\n"
                    }
                    Some(text) => {
                        text.push_str(&line);
                        ""
                    }
                    None if line.starts_with("DATA") => {
                        mail = Some(String::new());
                        "354 go on\r\n"
                    }
                    None if line.starts_with("QUIT") => "221 bye\r\n",
                    None => "250 fine\r\n",
                };
                let _ = stream.write_all(answer.as_bytes()).await;
                line.clear();
            }
        }
    });
    (port, mails)
}

/// The text of a mail whose lines were folded for travelling (RFC 2045, quoted-printable).
fn unfolded(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=")
}

#[tokio::test]
async fn fix_36_a_mailed_link_is_in_the_mail_and_not_in_the_answer() {
    let (port, mails) = smtp_double().await;
    let program = Engine::Sqlite
        .program()
        .env("SMTP_HOST", "127.0.0.1")
        .env("SMTP_PORT", port.to_string())
        .env("SMTP_TLS", "none")
        .env("FROM_EMAIL", "Elite <noreply@example.com>")
        .env("FRONTEND_URL", "https://app.example.com");
    let world = World::own(program);
    let owner = world.company().await;
    let invite = async |first_name: &str| {
        let email = format!("mailed{}@people.example.com", fresh());
        let body = json!({"email": email, "role": "member", "first_name": first_name});
        owner
            .http
            .post("/api/v1/team/invite")
            .json(&body)
            .send()
            .await
            .expect_status(201)
            .json()
    };
    let member = invite("<b>Bo</b>").await;
    assert_eq!(member.get("invitation_link"), None, "{member}");
    let mail = unfolded(
        &mails
            .lock()
            .expect("no holder panics")
            .first()
            .cloned()
            .expect("a mail"),
    );
    assert!(
        mail.contains(&format!(
            "To: {}",
            member["email"].as_str().unwrap_or_default()
        )),
        "{mail}"
    );
    assert!(mail.contains("invited to join"), "{mail}");
    let link = "https://app.example.com/invitations/accept?token=";
    let (_, rest) = mail.split_once(link).expect("the link");
    let token: String = rest
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter))
        .collect();
    let body = json!({"token": token, "password": PASSWORD});
    let joined = world
        .http
        .post("/api/v1/team/invitations/accept")
        .json(&body)
        .send()
        .await;
    Person::of(&world, &joined.expect_status(200).json());
}

#[tokio::test]
async fn fix_36_a_mail_that_cannot_be_sent_leaves_the_link_with_whoever_invited() {
    let program = Engine::Sqlite
        .program()
        .env("SMTP_HOST", "127.0.0.1")
        .env("SMTP_PORT", testkit::free_port().to_string())
        .env("SMTP_TLS", "none")
        .env("FROM_EMAIL", "noreply@example.com");
    let world = World::own(program);
    let owner = world.company().await;
    let joined = owner.colleague("member").await;
    joined.sees("/api/v1/auth/me").await;
}
