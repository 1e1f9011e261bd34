//! The one table of settings: for each its environment name, its key in `elite.toml`, what it may be, what it is for.
//!
//! Defaults are not here: they stand in `config/elite.default.toml`. Tests hold that file, `.env.example` and
//! `docs/settings.md` to this table.

/// Largest size of a pool, so that a slip of the finger does not ask the database for a million connections.
const CONNECTIONS_MAX: u64 = 1_000;
/// Longest wait for a connection: ten minutes.
const POOL_TIMEOUT_MAX_S: u64 = 600;
/// Longest life of a connection: a week.
const POOL_RECYCLE_MAX_S: u64 = 7 * 24 * 3_600;
/// Largest rate; beyond it a limit means nothing, and 0 says so better.
const RATE_MAX: u64 = 1_000_000_000;
/// Largest memory for kept answers: 64 GiB.
const CACHE_NEAR_MAX_MB: u64 = 64 * 1_024;
/// Longest time that an answer is kept for: a day.
const CACHE_LIFE_MAX_S: u64 = 24 * 3_600;
/// Largest upload that may be allowed: 64 GiB.
const UPLOAD_MAX_MB: u64 = 64 * 1_024;

/// Longest life of an upload that no import takes: ninety days.
const UPLOAD_EXPIRES_MAX_HOURS: u64 = 90 * 24;

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A text that is never shown.
    Secret,
    /// A URL whose password is never shown.
    Url,
    /// `true` or `false`.
    Flag,
    /// A whole number within bounds, both included.
    Whole {
        /// Smallest value.
        min: u64,
        /// Largest value.
        max: u64,
    },
    /// One of these words, in any case.
    Choice(&'static [&'static str]),
    /// Texts: an array in a file, separated by commas in the environment.
    List,
}

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Name in the environment and in `.env`.
    pub name: &'static str,
    /// Key in `elite.toml`: section, dot, key.
    pub key: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it is for, in a sentence.
    pub about: &'static str,
}

/// The setting with this environment name; the names that the code asks for are all in the table.
pub(super) fn setting(name: &str) -> &'static Setting {
    SETTINGS.iter().find(|setting| setting.name == name).expect(
        "every load asks for every setting, so a name missing from the table fails each test",
    )
}

const fn row(name: &'static str, key: &'static str, kind: Kind, about: &'static str) -> Setting {
    Setting {
        name,
        key,
        kind,
        about,
    }
}

const fn whole(min: u64, max: u64) -> Kind {
    Kind::Whole { min, max }
}

const CACHE_LIFE: Kind = whole(1, CACHE_LIFE_MAX_S);
const STAGES: Kind = Kind::Choice(&["development", "production"]);

/// Every setting, in the order of the reference.
pub const SETTINGS: &[Setting] = &[
    row(
        "HOST",
        "server.host",
        Kind::Text,
        "Address to listen on: an IP address, or `localhost`.",
    ),
    row(
        "PORT",
        "server.port",
        whole(0, 65_535),
        "Port to listen on; 0 lets the system choose.",
    ),
    row(
        "ELITE_DATA_DIR",
        "server.data_dir",
        Kind::Text,
        "Directory of the SQLite file, uploads and the signing secret.",
    ),
    row(
        "ENVIRONMENT",
        "server.environment",
        STAGES,
        "Production: HSTS, redirect to HTTPS, strict checks at start.",
    ),
    row(
        "ENV",
        "server.env",
        STAGES,
        "Production: several worker processes; this version runs one and says so.",
    ),
    row(
        "FRONTEND_URL",
        "server.frontend_url",
        Kind::Text,
        "Address of the site for links in mails; else the program's own.",
    ),
    row(
        "TRUSTED_PROXIES",
        "server.trusted_proxies",
        Kind::List,
        "Networks (CIDR) whose forwarding headers are believed.",
    ),
    row(
        "DATABASE_URL",
        "database.url",
        Kind::Url,
        "`sqlite:PATH` or `postgres://…`; else `elite.db` in the data directory.",
    ),
    row(
        "DB_POOL_SIZE",
        "database.pool_size",
        whole(0, CONNECTIONS_MAX),
        "Connections that are kept open.",
    ),
    row(
        "DB_MAX_OVERFLOW",
        "database.max_overflow",
        whole(0, CONNECTIONS_MAX),
        "Connections beyond those under pressure.",
    ),
    row(
        "DB_POOL_TIMEOUT",
        "database.pool_timeout",
        whole(1, POOL_TIMEOUT_MAX_S),
        "Seconds to wait for a connection, then 503.",
    ),
    row(
        "DB_POOL_RECYCLE",
        "database.pool_recycle",
        whole(0, POOL_RECYCLE_MAX_S),
        "Seconds until a connection is replaced; 0 is never.",
    ),
    row(
        "DB_POOL_PRE_PING",
        "database.pool_pre_ping",
        Kind::Flag,
        "Whether a connection is tested before use.",
    ),
    row(
        "REDIS_URL",
        "cache.redis_url",
        Kind::Url,
        "Redis, through which nodes learn of each other's changes at once; not set: within 200 ms.",
    ),
    row(
        "CACHE_NEAR_MB",
        "cache.near_mb",
        whole(0, CACHE_NEAR_MAX_MB),
        "MiB of memory for answers that are kept; 0 keeps none in the process.",
    ),
    row(
        "CACHE_STALE_MAX",
        "cache.stale_max",
        whole(0, CACHE_LIFE_MAX_S),
        "Seconds for which a kept answer may be given while the database does not answer.",
    ),
    row(
        "CACHE_CAMPAIGNS_SECONDS",
        "cache.campaigns_seconds",
        CACHE_LIFE,
        "Seconds for which campaigns are fresh; a change ends them at once, here and below.",
    ),
    row(
        "CACHE_LEADS_SECONDS",
        "cache.leads_seconds",
        CACHE_LIFE,
        "The same for first pages of leads.",
    ),
    row(
        "CACHE_STATS_SECONDS",
        "cache.stats_seconds",
        CACHE_LIFE,
        "The same for the dashboard's figures.",
    ),
    row(
        "CACHE_SESSION_SECONDS",
        "cache.session_seconds",
        CACHE_LIFE,
        "The same for a caller's login and rights.",
    ),
    row(
        "CACHE_TENANT_SECONDS",
        "cache.tenant_seconds",
        CACHE_LIFE,
        "The same for the company's profile.",
    ),
    row(
        "CACHE_TEAM_SECONDS",
        "cache.team_seconds",
        CACHE_LIFE,
        "The same for the list of the team.",
    ),
    row(
        "CACHE_TEMPLATES_SECONDS",
        "cache.templates_seconds",
        CACHE_LIFE,
        "The same for templates.",
    ),
    row(
        "CACHE_NOTIFICATIONS_SECONDS",
        "cache.notifications_seconds",
        CACHE_LIFE,
        "The same for notifications.",
    ),
    row(
        "JWT_SECRET",
        "security.jwt_secret",
        Kind::Secret,
        "Secret that signs tokens, 32 characters or more; required in production, else made at first start.",
    ),
    row(
        "JWT_SECRET_KEY",
        "security.jwt_secret_key",
        Kind::Secret,
        "The same; where both are set, this one signs.",
    ),
    row(
        "ALLOWED_ORIGINS",
        "security.allowed_origins",
        Kind::List,
        "Origins whose pages may call the API from a browser.",
    ),
    row(
        "ADMIN_PASSWORD",
        "security.admin_password",
        Kind::Secret,
        "Only checked at start: a weak one is refused in production.",
    ),
    row(
        "ENCRYPTION_KEY",
        "security.encryption_key",
        Kind::Secret,
        "Only checked at start: 64 hexadecimal digits.",
    ),
    row(
        "STRIPE_SECRET_KEY",
        "security.stripe_secret_key",
        Kind::Secret,
        "Only checked at start: a test key is refused in production.",
    ),
    row(
        "RATE_LIMIT_ENABLED",
        "limits.rate_limit_enabled",
        Kind::Flag,
        "`false` turns every rate limit off.",
    ),
    row(
        "RATE_LIMIT_PER_MINUTE",
        "limits.rate_limit_per_minute",
        whole(0, RATE_MAX),
        "Requests a minute for each user, else each address; 0 is no limit.",
    ),
    row(
        "RATE_LIMIT_PER_HOUR",
        "limits.rate_limit_per_hour",
        whole(0, RATE_MAX),
        "The same for an hour; 0 is no limit.",
    ),
    row(
        "RATE_LIMIT_BURST",
        "limits.rate_limit_burst",
        whole(1, RATE_MAX),
        "Requests that may come at once.",
    ),
    row(
        "ENFORCE_QUOTA",
        "limits.enforce_quota",
        Kind::Flag,
        "Whether the monthly quota of leads is enforced or only counted.",
    ),
    row(
        "MAX_UPLOAD_MB",
        "imports.max_upload_mb",
        whole(1, UPLOAD_MAX_MB),
        "Largest file of leads, in MiB.",
    ),
    row(
        "UPLOADS_URL",
        "uploads.url",
        Kind::Url,
        "Bucket for uploaded files, `s3://BUCKET/PREFIX`; else the data directory.",
    ),
    row(
        "S3_ENDPOINT",
        "uploads.s3_endpoint",
        Kind::Url,
        "Server of the bucket where it is not Amazon's: `https://HOST:PORT`.",
    ),
    row(
        "AWS_REGION",
        "uploads.aws_region",
        Kind::Text,
        "Region of the bucket; with S3_ENDPOINT it may be left out.",
    ),
    row(
        "AWS_ACCESS_KEY_ID",
        "uploads.aws_access_key_id",
        Kind::Text,
        "Key for the bucket; needed with UPLOADS_URL.",
    ),
    row(
        "AWS_SECRET_ACCESS_KEY",
        "uploads.aws_secret_access_key",
        Kind::Secret,
        "Secret of that key; needed with UPLOADS_URL.",
    ),
    row(
        "UPLOAD_EXPIRES_HOURS",
        "uploads.expires_hours",
        whole(1, UPLOAD_EXPIRES_MAX_HOURS),
        "Hours until an upload that no import took is removed, counted from its last piece.",
    ),
    row(
        "SMTP_HOST",
        "mail.smtp_host",
        Kind::Text,
        "SMTP server for invitations; not set: nothing is mailed.",
    ),
    row(
        "SMTP_PORT",
        "mail.smtp_port",
        whole(1, 65_535),
        "Its port; else 587 with starttls, 465 with tls, 25 with none.",
    ),
    row(
        "SMTP_USER",
        "mail.smtp_user",
        Kind::Text,
        "User name for the SMTP server.",
    ),
    row(
        "SMTP_PASSWORD",
        "mail.smtp_password",
        Kind::Secret,
        "Password for the SMTP server.",
    ),
    row(
        "SMTP_TLS",
        "mail.smtp_tls",
        Kind::Choice(&["starttls", "tls", "none"]),
        "How the connection to it is protected.",
    ),
    row(
        "FROM_EMAIL",
        "mail.from_email",
        Kind::Text,
        "Sender of the mails; needed with SMTP_HOST.",
    ),
    row(
        "SUPPORT_EMAIL",
        "mail.support_email",
        Kind::Text,
        "Address that mails name for questions.",
    ),
    row(
        "LOG_LEVEL",
        "log.level",
        Kind::Choice(&["error", "warn", "info", "debug", "trace"]),
        "How much is logged.",
    ),
    row(
        "LOG_FORMAT",
        "log.format",
        Kind::Choice(&["auto", "text", "json"]),
        "Auto: text on a terminal, JSON otherwise.",
    ),
    row(
        "ACCESS_LOG",
        "log.access",
        Kind::Flag,
        "Whether every request is logged.",
    ),
];
