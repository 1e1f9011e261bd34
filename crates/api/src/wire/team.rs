//! The people of a company.

use app::team::InvitationLink;
use domain::accounts::User as Person;
use serde::Serialize;
use utoipa::ToSchema;

/// A person of the team.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Member {
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
    /// Whether the person can sign in.
    pub is_active: bool,
    /// When the account was made.
    pub created_at: String,
    /// The last sign-in.
    #[schema(required)]
    pub last_login_at: Option<String>,
    /// Whether the person has yet to accept the invitation.
    pub invited: bool,
    /// The invitation's link, for whoever invited, where it was not mailed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub invitation_link: Option<String>,
}

impl From<Person> for Member {
    fn from(user: Person) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            role: user.role.as_str(),
            is_active: user.is_active,
            created_at: user.created_at.wire(),
            last_login_at: user.last_login_at.map(|at| at.wire()),
            invited: user.invited,
            invitation_link: None,
        }
    }
}

impl From<InvitationLink> for Member {
    fn from(invitation: InvitationLink) -> Self {
        let link = (!invitation.is_mailed).then_some(invitation.link);
        Self {
            invitation_link: link,
            ..invitation.user.into()
        }
    }
}

/// Whom to invite.
#[derive(Debug, ToSchema)]
pub struct InviteRequest {
    /// The person's address.
    #[schema(format = "email")]
    pub email: String,
    /// The person's role.
    #[schema(pattern = "^(admin|member)$")]
    pub role: String,
    /// Given name.
    #[schema(max_length = 255)]
    pub first_name: Option<String>,
    /// Family name.
    #[schema(max_length = 255)]
    pub last_name: Option<String>,
}

/// Another role.
#[derive(Debug, ToSchema)]
pub struct RoleRequest {
    /// The role.
    #[schema(pattern = "^(owner|admin|member)$")]
    pub role: String,
}

/// An invitation accepted.
#[derive(Debug, ToSchema)]
pub struct AcceptInvitationRequest {
    /// The secret of the invitation's link.
    pub token: String,
    /// The password from now on, under the rules of registration.
    #[schema(format = "password", min_length = 8, max_length = 128)]
    pub password: String,
    /// Given name.
    #[schema(max_length = 255)]
    pub first_name: Option<String>,
    /// Family name.
    #[schema(max_length = 255)]
    pub last_name: Option<String>,
}
