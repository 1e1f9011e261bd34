//! Names that other installations of the wire contract set and that mean nothing to this program.
//!
//! They are not refused, since a `.env` is shared and carried along; they are warned about, so that nobody believes in
//! a setting that does nothing.

const NO_SEARCH: &str = "this version has no search for leads";
const NO_TEXTS: &str = "this version generates no texts";
const NO_SWITCH: &str = "parts are not switched on and off one by one";
const NO_PAYMENTS: &str = "this version takes no payments";
const OWN_BUCKET: &str = "a bucket for uploads is named by UPLOADS_URL";
const OWN_JOBS: &str = "background work runs inside the program, on its own database";
const OWN_OWNER: &str = "`elite admin create-owner` makes the first account";
const OWN_ADDRESS: &str = "the program listens on HOST and PORT, and links use FRONTEND_URL";
const SMTP_ONLY: &str = "mail goes through SMTP_HOST with SMTP_USER and SMTP_PASSWORD";
const OWN_SECRET: &str = "tokens are signed with JWT_SECRET";

/// Each name with the reason why it has no meaning here.
pub const UNUSED: &[(&str, &str)] = &[
    ("GOOGLE_API_KEY", NO_SEARCH),
    ("SERPAPI_KEY", NO_SEARCH),
    ("SERP_API_KEY", NO_SEARCH),
    ("HUNTER_API_KEY", NO_SEARCH),
    ("AI_MODEL_NAME", NO_TEXTS),
    ("AI_MODEL_PATH", NO_TEXTS),
    ("USE_HF_API", NO_TEXTS),
    ("HUGGINGFACE_API_KEY", NO_TEXTS),
    ("HUGGINGFACE_TOKEN", NO_TEXTS),
    ("SENDGRID_API_KEY", SMTP_ONLY),
    ("EMAIL_ADDRESS", SMTP_ONLY),
    ("EMAIL_PASSWORD", SMTP_ONLY),
    ("JWT_ALGORITHM", "tokens are always signed with HS256"),
    ("JWT_EXPIRE_HOURS", "an access token always lasts one hour"),
    ("SECRET_KEY", OWN_SECRET),
    (
        "DB_ENCRYPTION_KEY",
        "the database is not encrypted by the program",
    ),
    ("BCRYPT_ROUNDS", "passwords are hashed with argon2id"),
    ("MAX_LOGIN_ATTEMPTS", "the limits on sign-in are fixed"),
    (
        "SESSION_EXPIRE_MINUTES",
        "the lifetime of a sign-in is fixed",
    ),
    ("STRIPE_PUBLIC_KEY", NO_PAYMENTS),
    ("STRIPE_WEBHOOK_SECRET", NO_PAYMENTS),
    ("ADMIN_EMAIL", OWN_OWNER),
    ("ADMIN_FIRST_NAME", OWN_OWNER),
    ("ADMIN_LAST_NAME", OWN_OWNER),
    ("API_URL", OWN_ADDRESS),
    ("BACKEND_URL", OWN_ADDRESS),
    ("NEXT_PUBLIC_API_URL", OWN_ADDRESS),
    ("SENTRY_DSN", "errors are logged, and sent nowhere"),
    ("AWS_S3_BUCKET", OWN_BUCKET),
    ("CELERY_BROKER_URL", OWN_JOBS),
    ("CELERY_RESULT_BACKEND", OWN_JOBS),
    ("ENABLE_AI_GENERATION", NO_SWITCH),
    ("ENABLE_WHATSAPP", NO_SWITCH),
    ("ENABLE_ANALYTICS", NO_SWITCH),
    ("ENABLE_EXPORT", NO_SWITCH),
    ("WORKERS", "this version runs one process"),
];
