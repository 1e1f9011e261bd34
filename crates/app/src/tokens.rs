//! Tokens on the wire (contract 1.2): JWT, HS256, with `iat`, `jti` and `sid` beside the original's
//! claims. A token says who somebody is; what they may do is read from the database.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::accounts::{ACCESS_TOKEN_LIFE, LOGIN_LIFE, User};
use domain::clock::{Clock, Timestamp};
use domain::ids::{SessionId, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Calling the API.
    Access,
    /// Getting the next pair.
    Refresh,
}

/// What a token says. Tokens of the original have no `iat`, `jti` and `sid`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The person; empty where the token names nobody.
    #[serde(default)]
    pub sub: String,
    /// The tenant when it was made; not trusted.
    #[serde(default)]
    pub tenant_id: String,
    /// The role when it was made; not trusted.
    #[serde(default)]
    pub role: String,
    /// What it is for.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// When it ends, in seconds since 1970.
    pub exp: i64,
    /// When it was made, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Its own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The login that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// Why a token is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadToken {
    /// Malformed, or signed by somebody else.
    Invalid,
    /// Its time is over.
    Expired,
}

/// A pair of tokens of one login.
#[derive(Debug, Clone)]
pub struct TokenPair {
    /// For calling the API.
    pub access: String,
    /// For getting the next pair, once.
    pub refresh: String,
    /// What the database keeps to know the refresh token again.
    pub(crate) refresh_hash: String,
}

/// Signs and checks tokens.
#[derive(Clone)]
pub struct Tokens {
    clock: Clock,
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    /// Signs with this secret.
    pub fn new(secret: &[u8], clock: Clock) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are compared here, by the clock that was passed in.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Self {
            clock,
            signing: EncodingKey::from_secret(secret),
            checking: DecodingKey::from_secret(secret),
            validation,
        }
    }

    /// What a token says, when its signature is ours and its time is not over.
    pub fn verify(&self, token: &str) -> std::result::Result<Claims, BadToken> {
        let decoded = jsonwebtoken::decode::<Claims>(token, &self.checking, &self.validation);
        let claims = decoded.map_err(|_| BadToken::Invalid)?.claims;
        if claims.exp <= self.clock.now().unix_seconds() {
            return Err(BadToken::Expired);
        }
        Ok(claims)
    }

    /// A pair for a login; `jti` names the refresh token.
    pub(crate) fn pair(
        &self,
        user: &User,
        session: SessionId,
        (access_jti, refresh_jti): (uuid::Uuid, uuid::Uuid),
    ) -> Result<TokenPair> {
        let now = self.clock.now();
        let sign = |purpose, jti: uuid::Uuid, exp: Timestamp| {
            let claims = Claims {
                sub: user.id.to_string(),
                tenant_id: user.tenant_id.to_string(),
                role: user.role.as_str().to_owned(),
                purpose: Some(purpose),
                exp: exp.unix_seconds(),
                iat: Some(now.unix_seconds()),
                jti: Some(jti.to_string()),
                sid: Some(session.to_string()),
            };
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
                .map_err(|error| Error::Internal(error.to_string()))
        };
        Ok(TokenPair {
            access: sign(Purpose::Access, access_jti, now.plus(ACCESS_TOKEN_LIFE))?,
            refresh: sign(Purpose::Refresh, refresh_jti, now.plus(LOGIN_LIFE))?,
            refresh_hash: hash_of(&refresh_jti.to_string()),
        })
    }
}

impl Claims {
    /// The person, when the claim is an id at all.
    pub fn user(&self) -> Option<UserId> {
        UserId::parse(&self.sub)
    }

    /// The login, when the token names one.
    pub fn session(&self) -> Option<SessionId> {
        self.sid.as_deref().and_then(SessionId::parse)
    }

    /// Whether it was made at or before a time, as far as its end tells: tokens of the original carry no `iat`.
    pub(crate) fn is_made_by(&self, time: Timestamp) -> bool {
        let life = match self.purpose {
            Some(Purpose::Refresh) => LOGIN_LIFE,
            Some(Purpose::Access) | None => ACCESS_TOKEN_LIFE,
        };
        let made = self
            .exp
            .saturating_sub(i64::try_from(life.as_secs()).unwrap_or(0));
        made <= time.unix_seconds()
    }

    /// Whether it may call the API (FIX-5). Tokens without a type are not ours.
    pub fn is_access(&self) -> bool {
        self.purpose == Some(Purpose::Access)
    }
}

/// SHA-256 in hexadecimal: how secrets are kept that are random themselves.
pub(crate) fn hash_of(secret: &str) -> String {
    Sha256::digest(secret.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A random secret for a link or a cookie, in URL-safe letters.
pub(crate) fn secret_text(bytes: [u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(clock: &Clock) -> Tokens {
        Tokens::new(b"a secret of more than 32 characters", clock.clone())
    }

    #[test]
    fn times_follow_the_clock_that_was_passed_in() {
        let clock = Clock::manual(Timestamp(1_000_000_000));
        let claims = Claims {
            sub: "x".into(),
            tenant_id: String::new(),
            role: String::new(),
            purpose: None,
            exp: 2_000,
            iat: None,
            jti: None,
            sid: None,
        };
        let tokens = tokens(&clock);
        let text = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &tokens.signing)
            .expect("signs");
        assert_eq!(tokens.verify(&text), Ok(claims));
        clock.shift(1_000);
        assert_eq!(tokens.verify(&text), Err(BadToken::Expired));
        assert_eq!(tokens.verify("x.y.z"), Err(BadToken::Invalid));
    }

    #[test]
    fn another_algorithm_or_key_is_refused() {
        let clock = Clock::manual(Timestamp(0));
        let tokens = tokens(&clock);
        // {"alg":"none"} with claims and an empty signature.
        let none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4IiwiZXhwIjo5OTk5OTk5OTk5fQ.";
        assert_eq!(tokens.verify(none), Err(BadToken::Invalid));
        let claims = serde_json::json!({"sub": "x", "exp": 9_999_999_999_i64});
        let key = EncodingKey::from_secret(b"another secret, just as long as ours");
        let text =
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).expect("signs");
        assert_eq!(tokens.verify(&text), Err(BadToken::Invalid));
    }
}
