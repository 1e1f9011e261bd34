//! What a new password must be (contract 4.12). Hashing is `app`'s; here is only the rule.

use crate::problems::Problem;

/// Fewest characters.
pub const CHARACTERS_MIN: usize = 8;
/// Most characters.
pub const CHARACTERS_MAX: usize = 128;

const SPECIAL: &str = "!@#$%^&*()_+-=[]{}|;:,.<>?";
const COMMON: [&str; 20] = [
    "password123",
    "password",
    "123456",
    "12345678",
    "qwerty",
    "abc123",
    "password1",
    "admin123",
    "letmein",
    "welcome",
    "monkey",
    "1234567890",
    "password123!",
    "admin",
    "root",
    "user",
    "test",
    "guest",
    "change-this-secure-password-immediately",
    "change-this-to-a-secure-password",
];

/// The first rule that the password breaks, if any.
pub fn check(password: &str) -> Result<(), Problem> {
    let length = password.chars().count();
    let has = |test: fn(char) -> bool| password.chars().any(test);
    let rule = |text: &str| Err(Problem::Rule(format!("Password must {text}")));
    if length < CHARACTERS_MIN {
        return Err(Problem::TooShort(CHARACTERS_MIN));
    }
    if length > CHARACTERS_MAX {
        return rule("be between 8 and 128 characters");
    }
    if !has(char::is_uppercase) {
        return rule("contain at least one uppercase letter");
    }
    if !has(char::is_lowercase) {
        return rule("contain at least one lowercase letter");
    }
    if !has(|c| c.is_ascii_digit()) {
        return rule("contain at least one number");
    }
    if !has(|c| SPECIAL.contains(c)) {
        return rule("contain at least one special character (!@#$%^&* etc.)");
    }
    if COMMON.contains(&password.to_lowercase().as_str()) {
        let text = "Password is too common. Please choose a more secure password";
        return Err(Problem::Rule(text.into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_broken_rule_is_named() {
        let message = |password: &str| check(password).expect_err(password).message();
        assert_eq!(message("Ab1!"), "String should have at least 8 characters");
        assert_eq!(
            message(&"Ab1!".repeat(33)),
            "Value error, Password must be between 8 and 128 characters"
        );
        assert_eq!(
            message("abcdefg1!"),
            "Value error, Password must contain at least one uppercase letter"
        );
        assert_eq!(
            message("ABCDEFG1!"),
            "Value error, Password must contain at least one lowercase letter"
        );
        assert_eq!(
            message("Abcdefgh!"),
            "Value error, Password must contain at least one number"
        );
        assert_eq!(
            message("Abcdefgh1"),
            "Value error, Password must contain at least one special character (!@#$%^&* etc.)"
        );
        assert_eq!(
            message("Password123!"),
            "Value error, Password is too common. Please choose a more secure password"
        );
        assert!(check("Str0ng-enough").is_ok());
    }
}
