//! The invitation to join a company (contract 4.13).

use domain::email::EmailAddress;

/// What an invitation says. The texts come from people: they are escaped and held to one line here.
#[derive(Debug, Clone, Copy)]
pub struct Invitation<'a> {
    /// Whom it goes to.
    pub to: &'a EmailAddress,
    /// Name of the company.
    pub company: &'a str,
    /// Name of the person who invites.
    pub inviter: &'a str,
    /// The role as stored, like `admin`; shown as `Admin`.
    pub role: &'a str,
    /// The one-time link, `https://…`.
    pub link: &'a str,
    /// How many days the link can be used.
    pub expires_in_days: u32,
}
