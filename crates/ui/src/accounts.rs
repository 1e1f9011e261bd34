//! Registration, sign-in, invitations, and a person's own profile with the places they are signed in.

use askama::Template;

use crate::chrome::{Chrome, Outside};
use crate::forms::{Field, Input};
use crate::icon::Icon;
use crate::text::{Role, When};

const PASSWORD_HINT: &str = "At least 8 characters, with an upper-case and a lower-case letter, a digit and a symbol such as ! or #.";

/// What the registration form holds; the field names are the form's.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the names are the form's names")]
pub struct RegisterForm {
    pub company_name: Field,
    pub company_email: Field,
    pub company_website: Field,
    pub first_name: Field,
    pub last_name: Field,
    pub email: Field,
    pub password: Field,
}

/// `GET /register`, and `POST /register` refused.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/register.html")]
pub struct RegisterPage {
    /// The surroundings.
    pub outside: Outside,
    /// What was typed.
    pub form: RegisterForm,
}

/// `GET /login`, and `POST /login` refused.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/login.html")]
pub struct LoginPage {
    /// The surroundings; "Invalid email or password" is a flash.
    pub outside: Outside,
    /// The address, form name `email`.
    pub email: Field,
    /// Only its error is shown; form name `password`.
    pub password: Field,
    /// The local path to go to afterwards, form name `next`; empty for the dashboard.
    pub next: String,
}

/// What the invitation form holds; the field names are the form's.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the names are the form's names")]
pub struct InvitationForm {
    pub first_name: Field,
    pub last_name: Field,
    pub password: Field,
}

/// `GET /invitations/accept?token=`, and its `POST` refused.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/invitation.html")]
pub struct AcceptInvitationPage {
    /// The surroundings.
    pub outside: Outside,
    /// The link's secret, sent back as `token`.
    pub token: String,
    /// Who invites.
    pub tenant_name: String,
    /// The invited address, with which the person will sign in.
    pub email: String,
    /// As what they are invited.
    pub role: Role,
    /// What was typed.
    pub form: InvitationForm,
}

/// The link of an invitation that was used, replaced, withdrawn, or has run out.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/invitation_gone.html")]
pub struct InvitationGonePage {
    /// The surroundings.
    pub outside: Outside,
}

/// The password form of the profile; the field names are the form's.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the names are the form's names")]
pub struct PasswordForm {
    pub current_password: Field,
    pub new_password: Field,
}

/// One place where the person is signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id, for the revoking form.
    pub id: String,
    /// What is known of the device: `Firefox on Linux`.
    pub device: String,
    /// The address it was last seen from.
    pub address: String,
    /// When it began.
    pub started: When,
    /// When it was last used.
    pub seen: When,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// `GET /profile`, and `POST /profile/password` refused.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/profile.html")]
pub struct ProfilePage {
    /// The surroundings.
    pub chrome: Chrome,
    /// Since when the account exists.
    pub member_since: When,
    /// The password form.
    pub password: PasswordForm,
    /// Where the person is signed in, the current place first.
    pub sessions: Vec<Session>,
}
