//! People as they sign in.

use app::accounts::{Login, LoginKey};
use domain::accounts::{ACCESS_TOKEN_LIFE, Session as Signed, User as Person};
use domain::ids::SessionId;
use serde::Serialize;
use utoipa::ToSchema;

/// A person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct User {
    /// The person's id.
    pub id: String,
    /// The address used to sign in.
    pub email: String,
    /// Given name.
    #[schema(required)]
    pub first_name: Option<String>,
    /// Family name.
    #[schema(required)]
    pub last_name: Option<String>,
    /// `owner`, `admin` or `member`.
    pub role: &'static str,
    /// The company.
    pub tenant_id: String,
    /// Whether the person can sign in.
    pub is_active: bool,
    /// When the account was made.
    pub created_at: String,
    /// Whether the address is known to be the person's.
    pub email_verified: bool,
    /// The last sign-in.
    #[schema(required)]
    pub last_login_at: Option<String>,
}

impl From<Person> for User {
    fn from(user: Person) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            role: user.role.as_str(),
            tenant_id: user.tenant_id.to_string(),
            is_active: user.is_active,
            created_at: user.created_at.wire(),
            email_verified: user.email_verified,
            last_login_at: user.last_login_at.map(|at| at.wire()),
        }
    }
}

/// A sign-in: a pair of tokens and whose they are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Token {
    /// For calling the API, as `Authorization: Bearer …`.
    pub access_token: String,
    /// For getting the next pair, once.
    pub refresh_token: String,
    /// Always `bearer`.
    pub token_type: &'static str,
    /// Seconds for which the access token is good.
    pub expires_in: u64,
    /// Who signed in.
    pub user: User,
}

impl Token {
    /// The answer to a program's sign-in; `None` for a browser's, which has no tokens.
    pub fn of(login: Login) -> Option<Self> {
        let LoginKey::Tokens(pair) = login.key else {
            return None;
        };
        Some(Self {
            access_token: pair.access,
            refresh_token: pair.refresh,
            token_type: "bearer",
            expires_in: ACCESS_TOKEN_LIFE.as_secs(),
            user: login.user.into(),
        })
    }
}

/// One of the caller's open sign-ins.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// `api` for tokens, `site` for a browser.
    pub kind: &'static str,
    /// What the client called itself.
    #[schema(required)]
    pub user_agent: Option<String>,
    /// The address that it came from.
    #[schema(required)]
    pub address: Option<String>,
    /// When it began.
    pub created_at: String,
    /// When it was last renewed.
    pub last_seen_at: String,
    /// When it ends by itself.
    pub expires_at: String,
    /// Whether it is the one of this request.
    pub current: bool,
}

impl Session {
    /// As its owner sees it from the login `current`.
    pub fn of(session: Signed, current: Option<SessionId>) -> Self {
        Self {
            id: session.id.to_string(),
            kind: session.kind.as_str(),
            user_agent: session.user_agent,
            address: session.address,
            created_at: session.created_at.wire(),
            last_seen_at: session.last_seen_at.wire(),
            expires_at: session.expires_at.wire(),
            current: Some(session.id) == current,
        }
    }
}

/// What a company registers with.
#[derive(Debug, ToSchema)]
pub struct RegisterRequest {
    /// The company's name; `organization_name` counts as well.
    #[schema(min_length = 2, max_length = 255)]
    pub company_name: String,
    /// Where mail about the account goes; the person's address where it is left out.
    #[schema(format = "email", nullable = false)]
    pub company_email: Option<String>,
    /// The company's website.
    pub company_website: Option<String>,
    /// The address used to sign in.
    #[schema(format = "email")]
    pub email: String,
    /// 8 to 128 characters with upper and lower case, a digit and a special character.
    #[schema(format = "password", min_length = 8, max_length = 128)]
    pub password: String,
    /// Given name.
    #[schema(max_length = 255)]
    pub first_name: Option<String>,
    /// Family name.
    #[schema(max_length = 255)]
    pub last_name: Option<String>,
}

/// What a person signs in with.
#[derive(Debug, ToSchema)]
pub struct LoginRequest {
    /// The address.
    #[schema(format = "email")]
    pub email: String,
    /// The password.
    #[schema(format = "password")]
    pub password: String,
}

/// What the next pair of tokens is got with.
#[derive(Debug, ToSchema)]
pub struct RefreshRequest {
    /// A refresh token that was not used yet.
    pub refresh_token: String,
}

/// A change of one's own password.
#[derive(Debug, ToSchema)]
pub struct PasswordRequest {
    /// The password until now.
    #[schema(format = "password")]
    pub current_password: String,
    /// The password from now on, under the rules of registration.
    #[schema(format = "password", min_length = 8, max_length = 128)]
    pub new_password: String,
}
