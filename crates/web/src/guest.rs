//! A visitor of the pages before sign-in. Their forms are bound to a cookie of its own, made when there is none.

use app::App;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use domain::accounts::Origin;
use http_edge::{FormBody, Received};
use ui::Template;
use ui::chrome::{Flash, Outside};

use crate::cookies::{Cookie, IsTls};
use crate::flash::Note;
use crate::form::last;
use crate::inside::{BAD_TOKEN, require_same_origin};
use crate::trouble::{Answer, Trouble};
use crate::{WebState, csrf, page, session};

/// Bytes of randomness in the cookie.
const SECRET_BYTES: usize = 32;

/// A visitor, signed in or not.
#[derive(Debug)]
pub(crate) struct Guest {
    pub(crate) app: App,
    pub(crate) is_tls: IsTls,
    /// Where the visitor comes from.
    pub(crate) origin: Origin,
    /// Whether a login holds.
    pub(crate) is_signed_in: bool,
    secret: String,
    is_new: bool,
    note: Option<Note>,
}

/// The same with a form that came from one of this site's pages.
#[derive(Debug)]
pub(crate) struct GuestPosted {
    pub(crate) guest: Guest,
    pub(crate) form: Received,
}

impl Guest {
    /// What surrounds a page.
    pub(crate) fn outside(&self) -> Outside {
        Outside {
            csrf: csrf::token(&self.secret),
            flash: self.note.map(Note::flash),
        }
    }

    /// The same with a message about what was refused just now.
    pub(crate) fn outside_saying(&self, text: Option<String>) -> Outside {
        let outside = self.outside();
        Outside {
            flash: text.map(Flash::bad).or(outside.flash),
            ..outside
        }
    }

    /// A page, with the cookie that its forms are bound to.
    pub(crate) fn page(&self, status: StatusCode, template: &impl Template) -> Answer {
        let mut response = page::page(status, template)?;
        if self.is_new {
            let line = Cookie::Csrf.set(&self.secret, None, self.is_tls);
            response.headers_mut().append(header::SET_COOKIE, line);
        }
        Ok(response)
    }
}

impl FromRequestParts<WebState> for Guest {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Trouble> {
        let is_tls = IsTls::of(parts, state).await;
        let origin = session::origin(parts, state).await;
        let (app, headers) = (&state.app, &parts.headers);
        let is_signed_in = session::signed_in(app, headers, is_tls).await?.is_some();
        let known = Cookie::Csrf.read(headers, is_tls).map(str::to_owned);
        let is_new = known.is_none();
        let make = || {
            let bytes: [u8; SECRET_BYTES] = app.entropy().bytes();
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        Ok(Self {
            app: app.clone(),
            is_tls,
            origin,
            is_signed_in,
            secret: known.unwrap_or_else(make),
            is_new,
            note: Cookie::Flash.read(headers, is_tls).and_then(Note::parse),
        })
    }
}

impl FromRequest<WebState> for GuestPosted {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Trouble> {
        let (mut parts, body) = request.into_parts();
        require_same_origin(&parts, state)?;
        let guest = Guest::from_request_parts(&mut parts, state).await?;
        let request = Request::from_parts(parts, body);
        let FormBody::<{ http_edge::received::BODY_BYTES_MAX }>(form) =
            FormBody::from_request(request, state).await?;
        let sent = last(&form, csrf::FIELD);
        if guest.is_new || !csrf::matches(&csrf::token(&guest.secret), sent) {
            return Err(Trouble::forbidden(BAD_TOKEN));
        }
        Ok(Self { guest, form })
    }
}
