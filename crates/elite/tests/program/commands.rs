//! The operator's commands, on both engines.

use std::process::Command;

use serde_json::json;
use testkit::{Answer, Program};

use crate::world::{Company, ENGINES, Engine, installation, running, said, start};

const OTHER_PASSWORD: &str = "Sail-the-b0at-at-six";

/// Runs a command that must succeed, and hands back what it said.
#[track_caller]
fn done(program: &Program, arguments: &[&str], input: &str) -> String {
    let output = program.run_with_input(arguments, input);
    let words = said(&output);
    assert!(output.status.success(), "{arguments:?}: {words}");
    assert!(!input.is_empty() || !words.contains("Password:"), "{words}");
    words
}

/// Runs a command that must fail with a sentence.
#[track_caller]
fn refused(program: &Program, arguments: &[&str], input: &str) -> String {
    let output = program.run_with_input(arguments, input);
    let words = said(&output);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {words}");
    assert!(!words.contains("panicked"), "{words}");
    words
}

async fn login(program: &Program, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password});
    program
        .http()
        .post("/api/v1/auth/login")
        .json(&body)
        .send()
        .await
}

#[test]
fn a_reader_who_has_seen_enough_of_an_answer_is_no_failure() {
    for command in ["config", "openapi"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_elite"))
            .arg(command)
            .env_clear()
            .current_dir(std::env::temp_dir())
            .stdout(writer)
            .output()
            .expect("it runs");
        let words = said(&output);
        assert!(output.status.success(), "{command}: {words}");
        assert_eq!(words.trim(), "", "{command}");
    }
}

#[test]
fn migrating_twice_changes_nothing_the_second_time() {
    for engine in ENGINES {
        let program = installation(engine);
        let first = done(&program, &["migrate"], "");
        let second = done(&program, &["migrate"], "");
        assert!(
            first.contains("up to date") && second.contains("up to date"),
            "{engine:?}: {second}"
        );
        if engine == Engine::Sqlite {
            assert!(program.data_dir().join("elite.db").is_file());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_makes_an_owner_and_gives_a_new_password() {
    for engine in ENGINES {
        let mut program = installation(engine);
        let create = [
            "admin",
            "create-owner",
            "--company",
            "Made by hand",
            "--email",
            "ada@example.com",
            "--first-name",
            "Ada",
            "--password-stdin",
        ];
        for (password, reason) in [
            ("", "The password is empty"),
            ("Ab1!", "String should have at least 8 characters"),
            (
                "lowercase-0nly",
                "Password must contain at least one uppercase letter",
            ),
            (
                "No-digits-here",
                "Password must contain at least one number",
            ),
            ("Password123!", "Password is too common"),
        ] {
            let words = refused(&program, &create, &format!("{password}\n"));
            assert!(words.contains(reason), "{password:?}: {words}");
        }
        let words = done(&program, &create, "Walk-the-d0g-at-noon\n");
        assert!(
            words.contains("Created Made by hand") && words.contains("ada@example.com"),
            "{words}"
        );
        let words = refused(&program, &create, "Walk-the-d0g-at-noon\n");
        assert!(words.contains("Email already registered"), "{words}");

        start(&mut program).await;
        let token = login(&program, "ada@example.com", "Walk-the-d0g-at-noon").await;
        let token = token.expect_status(200).json();
        assert_eq!(token["user"]["role"], "owner");
        assert_eq!(token["user"]["first_name"], "Ada");

        // The program may run meanwhile, also on SQLite: one short write beside it.
        let reset = [
            "admin",
            "reset-password",
            "--email",
            "ADA@example.com",
            "--password-stdin",
        ];
        let words = refused(&program, &reset, "short\n");
        assert!(words.contains("at least 8 characters"), "{words}");
        done(&program, &reset, &format!("{OTHER_PASSWORD}\r\n"));
        login(&program, "ada@example.com", "Walk-the-d0g-at-noon")
            .await
            .expect_status(401);
        login(&program, "ada@example.com", OTHER_PASSWORD)
            .await
            .expect_status(200);
        let old = program
            .http()
            .with_bearer(token["access_token"].as_str().expect("a token"));
        old.get("/api/v1/auth/me").send().await.expect_status(401);
        let unknown = [
            "admin",
            "reset-password",
            "--email",
            "nobody@example.com",
            "--password-stdin",
        ];
        let words = refused(&program, &unknown, &format!("{OTHER_PASSWORD}\n"));
        assert!(words.contains("No account has this address"), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_company_is_locked_out_at_once_and_let_in_again() {
    for engine in ENGINES {
        let program = running(engine).await;
        let company = Company::register(&program, "late").await;
        let other = Company::register(&program, "other").await;
        let name = ["--company-email", "hello@late.example.com"];
        let suspend = [&["admin", "suspend-tenant"][..], &name].concat();
        let resume = [&["admin", "resume-tenant"][..], &name].concat();

        assert!(done(&program, &suspend, "").contains("is now suspended"));
        assert!(done(&program, &suspend, "").contains("was already suspended"));
        let answer = company
            .http
            .get("/api/v1/campaigns")
            .send()
            .await
            .expect_status(403);
        assert_eq!(
            answer.json()["detail"],
            "Account suspended. Please contact support."
        );
        other.get("/api/v1/campaigns").await;

        assert!(done(&program, &resume, "").contains("is now active"));
        company.get("/api/v1/campaigns").await;
        let nobody = [
            "admin",
            "suspend-tenant",
            "--company-email",
            "nobody@example.com",
        ];
        assert!(refused(&program, &nobody, "").contains("No company has this address or id"));
    }
}
