//! A signed-in visitor, as handlers take one among their parameters: having one is the permission to go on. Whoever is
//! not signed in is led to the sign-in and back.

use app::App;
use app::caller::Member;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::IntoResponse;
use domain::clock::Timestamp;
use http_edge::{FormBody, Received};
use ui::chrome::{Chrome, Flash, Section};
use ui::trouble::TroublePage;

use crate::cookies::{Cookie, IsTls};
use crate::flash::Note;
use crate::form::last;
use crate::trouble::{Answer, Trouble};
use crate::{WebState, csrf, next, page, session, words};

const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");
/// What is said when a form does not carry the session's token.
pub(crate) const BAD_TOKEN: &str = "This form is not valid any more, or it did not come from this site. \
    Nothing was changed. Go back, reload the page and send the form again.";

/// A member of a live tenant, and what the pages around their answers need.
#[derive(Debug)]
pub(crate) struct Inside {
    pub(crate) app: App,
    pub(crate) member: Member,
    /// The time of the request, by which ages are told.
    pub(crate) now: Timestamp,
    /// The token that forms carry.
    pub(crate) csrf: String,
    /// Whether a fragment suffices.
    pub(crate) wants_fragment: bool,
    note: Option<Note>,
}

/// The same with a form that came from one of this site's pages.
#[derive(Debug)]
pub(crate) struct Posted {
    pub(crate) inside: Inside,
    pub(crate) form: Received,
}

impl Inside {
    /// What surrounds a page of this section.
    pub(crate) async fn chrome(&self, section: Section) -> Result<Chrome, Trouble> {
        let notifications = app::notifications::list(&self.app, &self.member).await?;
        let unread = notifications.value.iter().filter(|item| !item.read).count();
        let user = self.member.user();
        Ok(Chrome {
            user_name: user.display_name(),
            user_email: user.email.clone(),
            role: words::role(self.member.role()),
            tenant_name: self.member.tenant_name().to_owned(),
            csrf: self.csrf.clone(),
            section,
            unread: u32::try_from(unread).unwrap_or(u32::MAX),
            flash: self.note.map(Note::flash),
        })
    }

    /// The same with a message about what was refused just now.
    pub(crate) async fn chrome_saying(
        &self,
        section: Section,
        text: Option<&str>,
    ) -> Result<Chrome, Trouble> {
        let chrome = self.chrome(section).await?;
        Ok(match text {
            Some(text) => Chrome {
                flash: Some(Flash::bad(text)),
                ..chrome
            },
            None => chrome,
        })
    }

    /// Passes owners and admins.
    pub(crate) fn require_administrator(&self) -> Result<(), Trouble> {
        self.member.administrator()?;
        Ok(())
    }

    /// Passes what was sent by a form of this session.
    pub(crate) fn require_token(&self, sent: &str) -> Result<(), Trouble> {
        if csrf::matches(&self.csrf, sent) {
            Ok(())
        } else {
            Err(Trouble::forbidden(BAD_TOKEN))
        }
    }
}

impl FromRequestParts<WebState> for Inside {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Trouble> {
        let is_tls = IsTls::of(parts, state).await;
        let (app, headers) = (&state.app, &parts.headers);
        let Some(signed_in) = session::signed_in(app, headers, is_tls).await? else {
            return Err(to_login(parts));
        };
        let cookie = Cookie::Session.read(headers, is_tls).unwrap_or_default();
        let csrf = csrf::token(cookie);
        let note = Cookie::Flash.read(headers, is_tls).and_then(Note::parse);
        let member = match signed_in.member() {
            Ok(member) => member,
            Err(app::Error::Refused(refusal)) => return Err(shut_out(&refusal.text, csrf)?),
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            app: app.clone(),
            member,
            now: app.now(),
            csrf,
            wants_fragment: page::wants_fragment(headers),
            note,
        })
    }
}

impl FromRequest<WebState> for Posted {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Trouble> {
        let (mut parts, body) = request.into_parts();
        require_same_origin(&parts, state)?;
        let inside = Inside::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        let FormBody::<{ http_edge::received::BODY_BYTES_MAX }>(form) =
            FormBody::from_request(request, state).await?;
        inside.require_token(last(&form, csrf::FIELD))?;
        Ok(Self { inside, form })
    }
}

/// Passes what the browser does not call another site's.
pub(crate) fn require_same_origin(parts: &Parts, state: &WebState) -> Result<(), Trouble> {
    if csrf::is_from_here(parts, state) {
        Ok(())
    } else {
        Err(Trouble::forbidden(BAD_TOKEN))
    }
}

/// To the sign-in, and from there back to a page that was asked for; what a form sent is not sent again.
fn to_login(parts: &Parts) -> Trouble {
    let is_page = matches!(parts.method, Method::GET | Method::HEAD);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let href = if is_page {
        next::login_href(path)
    } else {
        "/login".into()
    };
    if page::wants_fragment(&parts.headers) {
        // A redirect would put the sign-in into the place of the fragment; this leads the whole page there.
        let to = HeaderValue::from_str(&href).unwrap_or(HeaderValue::from_static("/login"));
        return (StatusCode::UNAUTHORIZED, [(HX_REDIRECT, to)])
            .into_response()
            .into();
    }
    page::see_other(&href).into()
}

/// The page of somebody whose company may not work now; they can still sign out.
fn shut_out(text: &str, csrf: String) -> Result<Trouble, Trouble> {
    let trouble = TroublePage::forbidden(text).with_logout(csrf);
    let answer: Answer = page::page(StatusCode::FORBIDDEN, &trouble);
    Ok(answer?.into())
}
