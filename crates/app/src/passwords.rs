//! Hashing and checking passwords, off the reactor and a bounded number at once.
//!
//! New hashes are argon2id with 19 MiB, two passes and one lane, the OWASP password storage
//! recommendation. bcrypt hashes of the original still verify and are replaced at the next login;
//! bcrypt reads 72 bytes, which is why they are not made any more (FIX-47).

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use domain::entropy::Entropy;
use limits::Permits;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::tasks::Tasks;

/// Hashes computed at the same time: each takes a core and 19 MiB.
const HASHES_AT_ONCE: usize = 2;
/// How long a sign-in waits for its turn.
const WAIT_MAX: Duration = Duration::from_secs(10);
const SALT_BYTES: usize = 16;
/// A hash of nobody's password, checked for unknown addresses so that they take as long as known ones (FIX-46).
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$9J2Zs0gnoaEPBLR1gNtXX7zmqyWZuzUeCrTaAmGm4Ws";

/// Makes and checks hashes.
#[derive(Debug)]
pub(crate) struct Passwords {
    entropy: Entropy,
    tasks: Tasks,
    gate: Permits,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    /// It is the password.
    Right,
    /// It is the password, and its hash should be replaced.
    RightButOld,
    /// It is not.
    Wrong,
}

impl Passwords {
    pub(crate) fn new(entropy: Entropy, tasks: Tasks) -> Self {
        Self {
            entropy,
            tasks,
            gate: Permits::new(HASHES_AT_ONCE),
        }
    }

    /// A hash in the PHC string format.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        let salt: [u8; SALT_BYTES] = self.entropy.bytes();
        let password = password.to_owned();
        self.compute(move || {
            let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string())
                .map_err(|error| error.to_string())
        })
        .await?
        .map_err(Error::Internal)
    }

    /// Checks a password; without a hash it takes as long and is wrong.
    pub(crate) async fn check(&self, password: &str, hash: Option<&str>) -> Result<Checked> {
        let password = password.to_owned();
        let known = hash.filter(|hash| !hash.is_empty()).map(str::to_owned);
        self.compute(move || match known {
            Some(hash) => check(&password, &hash),
            None => {
                let _always_wrong = check(&password, NOBODY);
                Checked::Wrong
            }
        })
        .await
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let busy = |_| Error::Unavailable("too many sign-ins at once".into());
        let _permit = self.gate.acquire(WAIT_MAX).await.map_err(busy)?;
        self.tasks
            .run_blocking(work)
            .await
            .map_err(|error| Error::Internal(error.to_string()))
    }
}

fn check(password: &str, hash: &str) -> Checked {
    if hash.starts_with("$2") {
        let right = bcrypt::verify(password, hash).unwrap_or(false);
        return if right {
            Checked::RightButOld
        } else {
            Checked::Wrong
        };
    }
    match Argon2::default().verify_password(password.as_bytes(), hash) {
        Ok(()) => Checked::Right,
        Err(_) => Checked::Wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_nobody_is_one_that_can_be_checked() {
        assert!(argon2::PasswordHash::new(NOBODY).is_ok());
        assert_eq!(check("anything", NOBODY), Checked::Wrong);
    }

    #[test]
    fn fix_47_old_bcrypt_hashes_verify_and_are_to_be_replaced() {
        let hash = bcrypt::hash("Str0ng-enough", 4).expect("hashes");
        assert_eq!(check("Str0ng-enough", &hash), Checked::RightButOld);
        assert_eq!(check("other", &hash), Checked::Wrong);
    }

    #[tokio::test]
    async fn fix_47_what_follows_byte_72_counts() {
        let passwords = Passwords::new(Entropy::seeded(1), Tasks::default());
        let long = format!("Aa1!{}", "x".repeat(80));
        let hash = passwords.hash(&long).await.expect("hashes");
        assert_eq!(
            passwords.check(&long, Some(&hash)).await.expect("checks"),
            Checked::Right
        );
        let other = format!("{long}y");
        assert_eq!(
            passwords.check(&other, Some(&hash)).await.expect("checks"),
            Checked::Wrong
        );
    }
}
