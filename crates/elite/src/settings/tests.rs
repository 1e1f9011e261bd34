//! Stories of settings: which layer wins, what is refused and how, what is shown.

use std::{collections::BTreeSet, ffi::OsString, fs, path::PathBuf, time::Duration};

use tempfile::TempDir;

use super::*;

const GOOD_SECRET: &str = "5d41402abc4b2a76b9719d911017c592";
const ENV_EXAMPLE: &str = include_str!("../../../../.env.example");

/// A working directory with its layers.
struct Place {
    directory: TempDir,
    sources: Sources,
}

fn place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let sources = Sources {
        directory: directory.path().to_owned(),
        file: None,
        environment: Vec::new(),
    };
    Place { directory, sources }
}

impl Place {
    fn toml(self, text: &str) -> Self {
        fs::write(self.directory.path().join(FILE_NAME), text).unwrap();
        self
    }

    fn dotenv(self, text: &str) -> Self {
        fs::write(self.directory.path().join(DOTENV_NAME), text).unwrap();
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.sources.environment.push((name.into(), value.into()));
        self
    }

    fn production(self) -> Self {
        self.env("ENVIRONMENT", "production")
            .env("JWT_SECRET", GOOD_SECRET)
    }

    fn load(&self) -> Settings {
        Settings::load(&self.sources).unwrap()
    }

    fn problems(&self) -> Vec<String> {
        Settings::load(&self.sources).unwrap_err().problems
    }

    /// The only problem there is.
    fn problem(&self) -> String {
        let problems = self.problems();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems[0].clone()
    }
}

fn problem_of(name: &str, value: &str) -> String {
    place().env(name, value).problem()
}

// Layers

#[test]
fn without_anything_the_defaults_apply() {
    let settings = place().load();
    assert_eq!(settings.server.address().to_string(), "0.0.0.0:8000");
    assert_eq!(settings.server.data_dir, PathBuf::from("./data"));
    assert_eq!(settings.server.environment, Environment::Development);
    assert_eq!(settings.server.public_url(8000), "http://localhost:8000");
    assert_eq!(
        settings.database.location,
        Location::Sqlite("./data/elite.db".into())
    );
    assert_eq!(
        (settings.database.pool_size, settings.database.overflow_max),
        (20, 40)
    );
    assert_eq!(settings.database.connections_max(), 60);
    assert_eq!(settings.database.wait_max, Duration::from_secs(30));
    assert_eq!(
        settings.database.recycle_after,
        Some(Duration::from_secs(3600))
    );
    assert!(settings.database.pings_before_use);
    assert!(settings.cache.redis_url.is_none());
    assert!(settings.security.jwt_secret.is_none());
    assert_eq!(
        settings.security.allowed_origins,
        ["http://localhost:3000", "http://localhost:7860"]
    );
    assert_eq!(
        (
            settings.limits.is_enabled,
            settings.limits.per_minute,
            settings.limits.per_hour,
            settings.limits.burst
        ),
        (true, Some(6000), None, 200)
    );
    assert!(!settings.limits.enforces_quota);
    assert_eq!(settings.imports.upload_max_bytes(), 256 * 1024 * 1024);
    assert!(settings.uploads.bucket.is_none());
    assert_eq!(settings.uploads.life, Duration::from_secs(24 * 3_600));
    assert!(settings.mail.smtp.is_none());
    assert_eq!(
        (settings.log.level, settings.log.format),
        ("info", LogFormat::Auto)
    );
    assert!(settings.log.logs_access);
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
}

#[test]
fn each_layer_wins_over_those_below() {
    let toml = "[server]\nport = 1\n";
    let file = place().toml(toml);
    assert_eq!(file.load().server.port, 1);
    assert_eq!(
        file.load().origin_of("server.port"),
        Some(&Origin::File(FILE_NAME.into()))
    );
    let dotenv = file.dotenv("PORT=2\n");
    assert_eq!(dotenv.load().server.port, 2);
    assert_eq!(dotenv.load().origin_of("PORT"), Some(&Origin::DotEnv));
    let environment = dotenv.env("PORT", "3");
    assert_eq!(environment.load().server.port, 3);
    assert_eq!(
        environment.load().origin_of("PORT"),
        Some(&Origin::Environment)
    );
    assert_eq!(environment.load().origin_of("HOST"), Some(&Origin::Default));
}

#[test]
fn a_layer_changes_only_what_it_names() {
    let settings = place()
        .toml("[database]\npool_size = 5\n")
        .env("DB_MAX_OVERFLOW", "6")
        .load();
    assert_eq!(
        (settings.database.pool_size, settings.database.overflow_max),
        (5, 6)
    );
    assert_eq!(settings.database.wait_max, Duration::from_secs(30));
}

#[test]
fn a_list_replaces_the_one_below() {
    let settings = place()
        .toml("[security]\nallowed_origins = [\"https://a.example\"]\n")
        .load();
    assert_eq!(settings.security.allowed_origins, ["https://a.example"]);
    let settings = place().env("TRUSTED_PROXIES", " 10.0.0.0/8, ::1 ,").load();
    assert_eq!(settings.server.trusted_proxies_list(), "10.0.0.0/8,::1/128");
}

#[test]
fn an_empty_value_counts_as_not_set() {
    let settings = place()
        .dotenv("PORT=2\nJWT_SECRET=\n")
        .env("PORT", " ")
        .env("DATABASE_URL", "")
        .load();
    assert_eq!(settings.server.port, 2);
    assert_eq!(settings.origin_of("DATABASE_URL"), Some(&Origin::Default));
    assert!(settings.security.jwt_secret.is_none());
}

#[test]
fn dotenv_leaves_the_process_environment_alone() {
    let settings = place().dotenv("\u{feff}SMTP_USER='a b' # not used\nSMTP_PASSWORD='p#$x'\nSMTP_HOST=mail.example\nFROM_EMAIL=a@b.example\n").load();
    let smtp = settings.mail.smtp.unwrap();
    assert_eq!(
        (smtp.host.as_str(), smtp.port, smtp.tls),
        ("mail.example", 587, SmtpTls::StartTls)
    );
    assert_eq!(smtp.login.unwrap().password.expose(), "p#$x");
    assert!(std::env::var_os("SMTP_HOST").is_none());
}

#[test]
fn a_named_file_takes_the_place_of_elite_toml_and_must_exist() {
    let mut place = place().toml("[server]\nport = 1\n");
    let named = place.directory.path().join("other.toml");
    fs::write(&named, "[server]\nhost = \"127.0.0.1\"\n").unwrap();
    place.sources.file = Some(named.clone());
    let settings = place.load();
    assert_eq!(settings.server.address().to_string(), "127.0.0.1:8000");
    assert_eq!(settings.origin_of("HOST"), Some(&Origin::File(named)));
    place.sources.file = Some("/nowhere/elite.toml".into());
    assert!(
        place
            .problem()
            .starts_with("The settings file /nowhere/elite.toml cannot be read: ")
    );
}

// What is refused

#[test]
fn wrong_values_are_named_with_place_and_remedy() {
    assert_eq!(
        problem_of("PORT", "70000"),
        "PORT (environment) is \"70000\", which is not a whole number from 0 to 65535. Write digits only, within these bounds."
    );
    assert_eq!(
        place().toml("[server]\nport = -1\n").problem(),
        "server.port (elite.toml) is -1, which is not a whole number from 0 to 65535. Write digits only, within these bounds."
    );
    assert_eq!(
        place().dotenv("LOG_FORMAT=xml\n").problem(),
        "LOG_FORMAT (.env) is \"xml\", which is none of auto, text, json. Choose one of these words."
    );
    assert!(problem_of("ACCESS_LOG", "maybe").contains("is neither true nor false"));
    assert!(problem_of("HOST", "example.com").contains("is not an IP address. Use 0.0.0.0"));
    assert!(problem_of("RATE_LIMIT_PER_MINUTE", "-1").contains("is not a whole number from 0"));
    assert!(problem_of("RATE_LIMIT_BURST", "0").contains("is not a whole number from 1"));
    assert!(problem_of("ENVIRONMENT", "prod").contains("is none of development, production"));
    assert!(
        problem_of("TRUSTED_PROXIES", "10.0.0.0/33")
            .contains("names \"10.0.0.0/33\", which is not a network")
    );
    assert!(problem_of("FRONTEND_URL", "example.com").contains("is not a web address"));
    assert!(problem_of("REDIS_URL", "localhost").contains("is not the URL of a Redis server"));
    assert!(
        place()
            .toml("[server]\nhost = 5\n")
            .problem()
            .contains("server.host (elite.toml)")
    );
    assert!(
        place()
            .toml("[log]\naccess = \"\"\n")
            .problem()
            .contains("log.access")
    );
    assert!(
        place()
            .toml("[database]\npool_size = \"\"\n")
            .problem()
            .contains("database.pool_size")
    );
}

#[test]
fn every_setting_with_a_form_is_held_to_it() {
    for setting in SETTINGS {
        if !matches!(setting.kind, Kind::Text | Kind::Secret | Kind::List) {
            let problem = problem_of(setting.name, "not-this");
            assert!(
                problem.starts_with(&format!("{} (environment) ", setting.name)),
                "{problem}"
            );
        }
        let (section, key) = setting.key.split_once('.').unwrap();
        let problems = place()
            .toml(&format!("[{section}]\n{key} = 1979-05-27\n"))
            .problems();
        assert!(problems[0].starts_with(setting.key), "{problems:?}");
    }
}

#[test]
fn every_problem_is_reported_at_once() {
    let place = place()
        .env("PORT", "x")
        .env("JWT_SECRET", "short")
        .dotenv("LOG_LEVEL=loud\n");
    let error = Settings::load(&place.sources).unwrap_err();
    assert_eq!(error.problems.len(), 3, "{error}");
    let text = error.to_string();
    assert!(
        text.starts_with("The settings have 3 problems:\n  - PORT (environment) "),
        "{text}"
    );
}

#[test]
fn database_urls_are_sqlite_or_postgres() {
    let location = |url: &str| place().env("DATABASE_URL", url).load().database.location;
    for url in [
        "sqlite:a/b.db",
        "sqlite://a/b.db",
        "sqlite://a/b.db?mode=rwc",
        "sqlite:///./a/b.db",
    ] {
        assert_eq!(location(url), Location::Sqlite("a/b.db".into()), "{url}");
    }
    assert_eq!(
        location("sqlite:///a/b.db"),
        Location::Sqlite("/a/b.db".into())
    );
    for url in ["postgres://u:p@h/n", "postgresql://u:p@h/n"] {
        assert_eq!(
            location(url),
            Location::Postgres(Secret::new("postgres://u:p@h/n")),
            "{url}"
        );
    }
    for (url, reason) in [
        (
            "mysql://u:hush@h/n",
            "names MySQL, which this program does not speak",
        ),
        (
            "postgresql+asyncpg://u:hush@h/n",
            "Begin it with postgresql: alone",
        ),
        ("postgres:hush", "does not say where the server is"),
        ("sqlite::memory:", "names a database in memory"),
        ("sqlite://", "does not name a file"),
        ("sqlite:a.db?hush=1", "has parameters"),
        ("hush", "is not a database URL"),
        (
            "hush://x",
            "does not begin with sqlite:, postgres: or postgresql:",
        ),
    ] {
        let problem = problem_of("DATABASE_URL", url);
        assert!(problem.contains(reason), "{problem}");
        assert!(!problem.contains("hush"), "{problem}");
    }
    let none = place()
        .env("DB_POOL_SIZE", "0")
        .env("DB_MAX_OVERFLOW", "0")
        .problem();
    assert!(
        none.contains("DB_POOL_SIZE (environment) and DB_MAX_OVERFLOW are both 0"),
        "{none}"
    );
}

/// FIX-54: the secret that signs is the one that is judged.
#[test]
fn the_effective_signing_secret_is_judged() {
    let short = problem_of("JWT_SECRET", "hush hush");
    assert_eq!(
        short,
        "JWT_SECRET (environment) has 9 characters and needs at least 32. Make one with `openssl rand -hex 32`."
    );
    for placeholder in [
        "change-this-secret-in-production-please",
        "your-secret-key-must-be-at-least-32-characters",
        "YOUR_SUPER_SECRET_KEY_WHICH_IS_LONG_ENOUGH",
        "secret",
    ] {
        let problem = problem_of("JWT_SECRET", placeholder);
        assert!(problem.contains("is a placeholder"), "{problem}");
        assert!(
            !problem.contains(placeholder) || placeholder == "secret",
            "{problem}"
        );
    }
    assert!(problem_of("JWT_SECRET", &"ab".repeat(20)).contains("repeats a few characters"));
    let weak = place()
        .env("JWT_SECRET", GOOD_SECRET)
        .env("JWT_SECRET_KEY", "short")
        .problem();
    assert!(
        weak.starts_with("JWT_SECRET_KEY (environment) has 5 characters"),
        "{weak}"
    );
    let settings = place()
        .env("JWT_SECRET", "short")
        .env("JWT_SECRET_KEY", GOOD_SECRET)
        .load();
    assert_eq!(settings.security.jwt_secret.unwrap().expose(), GOOD_SECRET);
    assert_eq!(
        settings.warnings,
        [
            "JWT_SECRET (environment) is not used, since JWT_SECRET_KEY (environment) is set and takes precedence."
        ]
    );
}

#[test]
fn origins_are_origins() {
    let origins = |text: &str| {
        place()
            .env("ALLOWED_ORIGINS", text)
            .load()
            .security
            .allowed_origins
    };
    assert_eq!(
        origins("https://App.Example.com:443, http://localhost:3000,http://[::1]:80"),
        [
            "https://app.example.com",
            "http://localhost:3000",
            "http://[::1]"
        ]
    );
    for (text, reason) in [
        ("*", "every origin has to be named in full"),
        (
            "https://*.example.com",
            "every origin has to be named in full",
        ),
        ("https://a.example/", "has a path"),
        ("https://a.example/app", "has a path"),
        ("a.example", "is not an origin"),
        ("ftp://a.example", "is not an origin"),
        ("https://u@a.example", "is not an origin"),
        ("https://a.example:99999", "is not an origin"),
        ("null", "is not an origin"),
    ] {
        let problem = problem_of("ALLOWED_ORIGINS", text);
        assert!(problem.contains(reason), "{text}: {problem}");
    }
}

#[test]
fn mail_settings_fit_together() {
    let no_sender = problem_of("SMTP_HOST", "smtp.example.com");
    assert!(
        no_sender.starts_with("FROM_EMAIL is not set, and SMTP_HOST (environment) is"),
        "{no_sender}"
    );
    let server = || {
        place()
            .env("SMTP_HOST", "smtp.example.com")
            .env("FROM_EMAIL", "Elite <a@b.example>")
    };
    assert_eq!(
        server()
            .env("SMTP_TLS", "tls")
            .load()
            .mail
            .smtp
            .unwrap()
            .port,
        465
    );
    assert_eq!(
        server()
            .env("SMTP_PORT", "2525")
            .load()
            .mail
            .smtp
            .unwrap()
            .port,
        2525
    );
    assert!(
        server()
            .env("SMTP_USER", "u")
            .problem()
            .contains("is set without SMTP_PASSWORD")
    );
    assert!(
        server()
            .env("SMTP_PASSWORD", "p")
            .problem()
            .contains("is set without SMTP_USER")
    );
    let homeless = place()
        .env("SMTP_USER", "u")
        .env("SMTP_PASSWORD", "p")
        .problem();
    assert!(
        homeless.contains("SMTP_HOST is not, so nothing would be mailed"),
        "{homeless}"
    );
    assert!(problem_of("SUPPORT_EMAIL", "nobody").contains("is not a mail address"));
    assert!(problem_of("FROM_EMAIL", "a@b@c").contains("is not a mail address"));
    let open = server()
        .env("SMTP_TLS", "none")
        .env("SMTP_USER", "u")
        .env("SMTP_PASSWORD", "p")
        .load();
    assert!(
        open.warnings[0].contains("travels unprotected"),
        "{:?}",
        open.warnings
    );
}

#[test]
fn encryption_key_is_64_hexadecimal_digits() {
    place().env("ENCRYPTION_KEY", &GOOD_SECRET.repeat(2)).load();
    for key in [GOOD_SECRET, "your-encryption-key-here", &"zz".repeat(32)] {
        let problem = problem_of("ENCRYPTION_KEY", key);
        assert!(
            problem.contains("is not 64 hexadecimal digits") && !problem.contains(key),
            "{problem}"
        );
    }
}

#[test]
fn production_is_strict() {
    assert_eq!(
        problem_of("ENVIRONMENT", "production"),
        "JWT_SECRET is not set, and ENVIRONMENT=production requires it. Make one with `openssl rand -hex 32`."
    );
    place()
        .env("ENVIRONMENT", "production")
        .env("JWT_SECRET_KEY", GOOD_SECRET)
        .load();
    for weak in [
        "admin",
        "Admin123!Admin123!",
        "change-this-secure-password-immediately",
        "aaaaaaaaaaaaaa",
    ] {
        let problem = place().production().env("ADMIN_PASSWORD", weak).problem();
        assert!(
            problem.starts_with("ADMIN_PASSWORD (environment) is weak"),
            "{problem}"
        );
        place().env("ADMIN_PASSWORD", weak).load();
    }
    place()
        .production()
        .env("ADMIN_PASSWORD", "purple tractor over Lyon")
        .load();
    let stripe = place()
        .production()
        .env("STRIPE_SECRET_KEY", "sk_test_abc")
        .problem();
    assert!(stripe.contains("is a test key"), "{stripe}");
    place().env("STRIPE_SECRET_KEY", "sk_test_abc").load();
}

#[test]
fn production_warns_of_what_it_can_do_without() {
    let warnings = place().production().load().warnings;
    for subject in [
        "on SQLite",
        "without SMTP_HOST",
        "without TRUSTED_PROXIES",
        "without FRONTEND_URL",
    ] {
        assert!(
            warnings.iter().any(|warning| warning.contains(subject)),
            "{subject}: {warnings:#?}"
        );
    }
    let complete = place()
        .production()
        .env("DATABASE_URL", "postgres://h/n")
        .env("SMTP_HOST", "h")
        .env("FROM_EMAIL", "a@b.example")
        .env("TRUSTED_PROXIES", "127.0.0.1")
        .env("FRONTEND_URL", "https://a.example/")
        .load();
    assert!(complete.warnings.is_empty(), "{:?}", complete.warnings);
    assert_eq!(complete.server.public_url(1), "https://a.example");
}

#[test]
fn parts_that_are_not_built_are_owned_up_to() {
    let settings = place().env("ENV", "production").load();
    assert_eq!(settings.warnings.len(), 1, "{:?}", settings.warnings);
    assert!(
        settings.warnings[0].contains("this version runs one process"),
        "{:?}",
        settings.warnings
    );
}

// Names

#[test]
fn unknown_keys_are_refused_with_what_was_meant() {
    for (toml, expected) in [
        (
            "[server]\nprot = 1\n",
            "server.prot (elite.toml) is not a setting. Did you mean server.port?",
        ),
        (
            "[database]\nport = 1\n",
            "database.port (elite.toml) is not a setting. Did you mean server.port?",
        ),
        (
            "PORT = 1\n",
            "PORT (elite.toml) is not a setting. Did you mean server.port?",
        ),
        (
            "[server]\nzzzzzz = 1\n",
            "server.zzzzzz (elite.toml) is not a setting. Remove it; `elite config` lists all.",
        ),
        (
            "[sever]\nport = 1\n",
            "[sever] (elite.toml) is not a section of the settings. Did you mean [server]?",
        ),
        (
            "server = 1\n",
            "server (elite.toml) is a section; write [server] and its keys below it.",
        ),
    ] {
        assert_eq!(place().toml(toml).problem(), expected);
    }
    assert_eq!(
        problem_of("ELITE_DATADIR", "x"),
        "ELITE_DATADIR (environment) is not a setting. Did you mean ELITE_DATA_DIR?"
    );
    assert_eq!(
        problem_of("ELITE_WHATEVER", "x"),
        "ELITE_WHATEVER (environment) is not a setting. Remove it."
    );
    assert!(
        place()
            .dotenv("ELITE_WHATEVER=x\n")
            .problem()
            .contains("(.env)")
    );
}

#[test]
fn a_slip_in_dotenv_is_warned_about_and_foreign_names_are_left_alone() {
    let settings = place()
        .dotenv("RATE_LIMIT_PER_MINUT=5\nPOSTGRES_USER=x\n")
        .env("PROT", "1")
        .load();
    assert_eq!(
        settings.warnings,
        ["RATE_LIMIT_PER_MINUT (.env) is not a setting. Did you mean RATE_LIMIT_PER_MINUTE?"]
    );
}

#[test]
fn names_without_a_meaning_are_warned_about() {
    let settings = place()
        .env("JWT_ALGORITHM", "HS512")
        .env("SENTRY_DSN", "")
        .load();
    assert_eq!(
        settings.warnings,
        [
            "JWT_ALGORITHM (environment) is set but has no meaning here: tokens are always signed with HS256."
        ]
    );
}

#[test]
fn unreadable_files_are_refused_without_quoting_them() {
    let toml = place().toml("[security]\njwt_secret = hush\n").problem();
    assert!(
        toml.starts_with("elite.toml, line 2, is not TOML: ") && !toml.contains("hush"),
        "{toml}"
    );
    let dotenv = place()
        .dotenv("PORT=1\nSMTP_PASSWORD=hush hush\n")
        .problem();
    assert!(
        dotenv.starts_with("The entry of .env after PORT cannot be read."),
        "{dotenv}"
    );
    assert!(!dotenv.contains("hush"), "{dotenv}");
}

#[cfg(unix)]
#[test]
fn values_that_are_not_text_are_refused() {
    use std::os::unix::ffi::OsStringExt;
    let mut place = place();
    place
        .sources
        .environment
        .push(("FOREIGN".into(), OsString::from_vec(vec![0xff])));
    place.load();
    place
        .sources
        .environment
        .push(("SMTP_HOST".into(), OsString::from_vec(vec![0xff])));
    assert_eq!(
        place.problem(),
        "SMTP_HOST (environment) is not UTF-8 text. Write it anew."
    );
}

// What is shown

#[test]
fn report_masks_secrets_and_names_origins() {
    let settings = place()
        .toml("[server]\nport = 9000\n[log]\naccess = false\n")
        .dotenv(
            "ALLOWED_ORIGINS=https://a.example, https://b.example\n"
                .replace(", ", ",")
                .as_str(),
        )
        .env("JWT_SECRET", GOOD_SECRET)
        .env(
            "DATABASE_URL",
            "postgres://elite:hush%40@h/n?sslmode=require&password=hush",
        )
        .env("REDIS_URL", "redis://:hush@h:6379/0")
        .env("LOG_LEVEL", "WARNING")
        .load();
    let report = settings.report();
    assert!(
        !report.contains("hush") && !report.contains(GOOD_SECRET),
        "{report}"
    );
    for (line, origin) in [
        ("host = \"0.0.0.0\"", "# default"),
        ("port = 9000", "# elite.toml"),
        ("frontend_url = \"http://localhost:9000\"", "# default"),
        (
            "allowed_origins = [\"https://a.example\", \"https://b.example\"]",
            "# .env: ALLOWED_ORIGINS",
        ),
        ("jwt_secret = \"********\"", "# environment: JWT_SECRET"),
        (
            "url = \"postgres://elite:********@h/n?sslmode=require&password=********\"",
            "# environment: DATABASE_URL",
        ),
        (
            "redis_url = \"redis://:********@h:6379/0\"",
            "# environment: REDIS_URL",
        ),
        ("level = \"warn\"", "# environment: LOG_LEVEL"),
        ("access = false", "# elite.toml"),
        ("# smtp_host is not set", ""),
    ] {
        let found = report.lines().find(|found| found.starts_with(line));
        assert!(
            found.is_some_and(|found| found.ends_with(origin)),
            "{line}\n{report}"
        );
    }
    assert!(!format!("{settings:?}").contains("hush"));
    toml::from_str::<toml::Table>(&report).unwrap();
}

#[test]
fn secrets_do_not_show() {
    let secret = Secret::new("hush");
    assert_eq!(
        (format!("{secret}"), format!("{secret:?}")),
        (MASK.to_owned(), MASK.to_owned())
    );
    assert_eq!(
        mask_url("postgres://u:a@b:c@h/n"),
        "postgres://u:********@h/n"
    );
    assert_eq!(mask_url("postgres://u@h/n"), "postgres://u@h/n");
    assert_eq!(mask_url("sqlite:a.db"), "sqlite:a.db");
}

#[test]
fn networks_are_read_and_shown_in_one_form() {
    for (written, shown) in [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("192.0.2.7", "192.0.2.7/32"),
        ("fd00::/8", "fd00::/8"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
    ] {
        assert_eq!(written.parse::<Cidr>().unwrap().to_string(), shown);
    }
    for wrong in [
        "",
        "10.0.0.0/",
        "10.0.0.0/33",
        "::/129",
        "::ffff:10.0.0.0/8",
        "host/8",
    ] {
        assert!(wrong.parse::<Cidr>().is_err(), "{wrong}");
    }
}

// Documents

#[test]
fn defaults_document_every_setting_once() {
    let mut named = Vec::new();
    let mut section = "";
    let mut environment = "";
    for line in DEFAULTS.lines() {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            section = name;
        } else if let Some(name) = line.strip_prefix("# environment: ") {
            environment = name.split(' ').next().unwrap();
        } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ")
            && key.chars().all(|letter| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
            })
            && !environment.is_empty()
        {
            named.push((std::mem::take(&mut environment), format!("{section}.{key}")));
        }
    }
    let expected: Vec<_> = SETTINGS
        .iter()
        .map(|setting| (setting.name, setting.key.to_owned()))
        .collect();
    assert_eq!(named, expected);
}

#[test]
fn env_example_names_every_setting_and_changes_none() {
    let mut values = Vec::new();
    for line in ENV_EXAMPLE
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
    {
        if let Some((name, value)) = line.split_once('=')
            && name.chars().all(|letter| {
                letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'
            })
        {
            values.push((name, value));
        }
    }
    let names: Vec<_> = values.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        SETTINGS
            .iter()
            .map(|setting| setting.name)
            .collect::<Vec<_>>()
    );

    let copied = place().dotenv(ENV_EXAMPLE).load();
    assert!(
        copied
            .effective()
            .iter()
            .all(|effective| effective.origin == Origin::Default)
    );

    let uncommented = ENV_EXAMPLE.replace("# ", "");
    let lines: Vec<_> = uncommented
        .lines()
        .filter(|line| {
            names
                .iter()
                .any(|name| line.starts_with(&format!("{name}=")))
        })
        .collect();
    let whole = place().dotenv(&lines.join("\n")).load();
    let plain = place().load();
    for (example, default) in whole.effective().iter().zip(plain.effective()) {
        if DEFAULTS.contains(&format!(
            "\n{} = ",
            default.setting.key.split_once('.').unwrap().1
        )) {
            assert_eq!(example.shown, default.shown, "{}", default.setting.name);
        }
    }
}

#[test]
fn reference_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(path, reference()).unwrap();
    }
    let checked_in = fs::read_to_string(path).unwrap_or_default();
    assert!(
        checked_in == reference(),
        "docs/settings.md differs; UPDATE_REFERENCE=1 writes it anew"
    );
}

#[test]
fn names_and_keys_are_unique() {
    let names: BTreeSet<_> = SETTINGS
        .iter()
        .map(|setting| setting.name)
        .chain(UNUSED.iter().map(|(name, _)| *name))
        .collect();
    assert_eq!(names.len(), SETTINGS.len() + UNUSED.len());
    let keys: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.key).collect();
    assert_eq!(keys.len(), SETTINGS.len());
}

// Uploads

fn with_bucket() -> Place {
    place()
        .env("UPLOADS_URL", "s3://elite-uploads/here/")
        .env("AWS_ACCESS_KEY_ID", "AKIA")
        .env("AWS_SECRET_ACCESS_KEY", "hidden-text")
}

#[test]
fn a_bucket_is_read_and_its_secret_is_not_shown() {
    let settings = with_bucket()
        .env("S3_ENDPOINT", "http://127.0.0.1:9000/")
        .env("UPLOAD_EXPIRES_HOURS", "2")
        .load();
    let bucket = settings.uploads.bucket.as_ref().unwrap();
    assert_eq!(
        (bucket.name.as_str(), bucket.prefix.as_str()),
        ("elite-uploads", "here")
    );
    assert_eq!(bucket.endpoint.as_deref(), Some("http://127.0.0.1:9000"));
    assert_eq!(bucket.region, "us-east-1");
    assert_eq!(settings.uploads.life, Duration::from_secs(2 * 3_600));
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
    assert!(!settings.report().contains("hidden-text"));
    assert!(!format!("{settings:?}").contains("hidden-text"));
    let amazon = with_bucket().env("AWS_REGION", "eu-central-1").load();
    let bucket = amazon.uploads.bucket.unwrap();
    assert_eq!(
        (bucket.endpoint, bucket.region.as_str()),
        (None, "eu-central-1")
    );
    let far = with_bucket().env("S3_ENDPOINT", "http://minio.example:9000");
    assert!(far.load().warnings[0].contains("unprotected"));
}

#[test]
fn a_bucket_that_cannot_work_stops_the_start_with_the_reason() {
    for url in [
        "http://bucket",
        "/var/uploads",
        "s3://",
        "s3://UPPER",
        "s3://ab",
        "s3://-bucket",
        "s3://user:password@bucket",
    ] {
        let problem = with_bucket()
            .env("AWS_REGION", "eu-central-1")
            .env("UPLOADS_URL", url)
            .problem();
        assert!(problem.contains("s3://BUCKET"), "{url}: {problem}");
        assert!(!problem.contains("password@"), "{problem}");
    }
    for prefix in ["../up", "a//b", "a b", "a/./b"] {
        let problem = with_bucket()
            .env("AWS_REGION", "eu-central-1")
            .env("UPLOADS_URL", &format!("s3://bucket/{prefix}"))
            .problem();
        assert!(problem.contains("prefix"), "{prefix}: {problem}");
    }
    let problem = with_bucket().problem();
    assert!(problem.starts_with("AWS_REGION is not set"), "{problem}");
    let problem = place()
        .env("UPLOADS_URL", "s3://bucket")
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "AKIA")
        .problem();
    assert!(problem.starts_with("AWS_SECRET_ACCESS_KEY"), "{problem}");
    for endpoint in [
        "minio:9000",
        "https://",
        "https://host/bucket",
        "ftp://host",
    ] {
        let problem = with_bucket().env("S3_ENDPOINT", endpoint).problem();
        assert!(problem.contains("S3_ENDPOINT"), "{endpoint}: {problem}");
    }
}

#[test]
fn settings_of_a_bucket_without_one_are_told() {
    let problem = problem_of("S3_ENDPOINT", "https://minio.example");
    assert!(problem.contains("UPLOADS_URL is not"), "{problem}");
    let settings = place().env("AWS_REGION", "eu-central-1").load();
    assert_eq!(settings.warnings.len(), 1);
    assert!(settings.warnings[0].contains("AWS_REGION"));
}
