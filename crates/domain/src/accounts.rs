//! People and their logins: who somebody is, what a session is, how long tokens live.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::email::EmailAddress;
use crate::ids::{SessionId, TenantId, UserId};
use crate::team::Role;

/// How long an access token is good for (contract 1.2).
pub const ACCESS_TOKEN_LIFE: Duration = Duration::from_secs(3600);
/// How long a refresh token, and a login on the site, is good for.
pub const LOGIN_LIFE: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long an invitation can be accepted.
pub const INVITATION_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Most characters of a first or last name.
pub const PERSON_NAME_CHARACTERS_MAX: usize = 255;
/// Logins that one person may have open; the oldest is closed by the next one.
pub const SESSIONS_PER_USER_MAX: u64 = 100;

/// A person.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The person's id.
    pub id: UserId,
    /// The company.
    pub tenant_id: TenantId,
    /// The address used to log in.
    pub email: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// What the person may do.
    pub role: Role,
    /// False until an invitation is accepted, or when switched off.
    pub is_active: bool,
    /// Whether an invitation waits to be accepted.
    pub invited: bool,
    /// Whether the address is known to be the person's.
    pub email_verified: bool,
    /// The last login.
    pub last_login_at: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
}

impl User {
    /// First and last name, or the address where neither is known.
    pub fn display_name(&self) -> String {
        let parts = [self.first_name.as_deref(), self.last_name.as_deref()];
        let name: Vec<&str> = parts
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        if name.is_empty() {
            self.email.clone()
        } else {
            name.join(" ")
        }
    }
}

/// What makes a new person.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The address used to log in.
    pub email: EmailAddress,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
}

/// Where a login is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// A program with a pair of tokens.
    Api,
    /// A browser with a cookie.
    Site,
}

impl SessionKind {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Site => "site",
        }
    }

    /// Reads the stored word.
    pub fn read(word: &str) -> Self {
        if word == "site" {
            Self::Site
        } else {
            Self::Api
        }
    }
}

/// A login.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its id, the `sid` of its tokens.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Tokens or cookie.
    pub kind: SessionKind,
    /// What the client called itself, cut to a bound.
    pub user_agent: Option<String>,
    /// The address it came from.
    pub address: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last renewed.
    pub last_seen_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Where a request comes from, as far as a login remembers it.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The client's address.
    pub address: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}
