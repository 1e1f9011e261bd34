//! The server-rendered site: a request comes in with a session cookie, a form becomes the command of one use case, and
//! its answer becomes a page, a fragment of one, or a redirect.
//!
//! One file for each noun, named as in the other layers; the rest is what all of them stand on: [`session`] and [`csrf`]
//! know who asks and that the site's own page asks, `page` surrounds an answer, `form` reads what was typed and says what
//! is wrong with it, `trouble` is how everything else ends. Rules, SQL and looks live elsewhere.
//!
//! Every page works without a script. None is inline, so the policy of [`page::POLICY`] needs no nonce.

mod accounts;
mod activity;
mod assets;
mod back;
mod campaigns;
mod cookies;
pub mod csrf;
mod dashboard;
mod flash;
mod form;
mod guest;
mod imports;
mod inside;
mod leads;
mod next;
mod notifications;
pub mod page;
mod pieces;
mod profile;
pub mod session;
mod team;
mod tenants;
mod trouble;
mod uploads;
mod words;

use app::App;
use axum::Router;
use axum::routing::{get, patch, post};

pub use trouble::render_error;

/// What the site's handlers need.
#[derive(Debug, Clone)]
pub struct WebState {
    app: App,
    is_public_tls: bool,
}

impl WebState {
    /// The site over these use cases. A public URL of `https` makes every cookie secure; without one, those of requests
    /// that came over TLS are.
    pub fn new(app: App) -> Self {
        let is_public_tls = app.options().public_url.starts_with("https://");
        Self { app, is_public_tls }
    }
}

/// The site's routes.
pub fn router(state: WebState) -> Router {
    let pages = Router::new()
        .route("/", get(dashboard::show))
        .route(
            "/register",
            get(accounts::register_form).post(accounts::register),
        )
        .route("/login", get(accounts::login_form).post(accounts::login))
        .route("/logout", get(back::to_start).post(accounts::logout))
        .route(
            "/invitations/accept",
            get(accounts::invitation_form).post(accounts::accept_invitation),
        )
        .route("/campaigns", get(campaigns::index).post(campaigns::create))
        .route("/campaigns/new", get(campaigns::create_form))
        .route("/campaigns/{id}", get(leads::index))
        .route(
            "/campaigns/{id}/edit",
            get(campaigns::edit_form).post(campaigns::edit),
        )
        .route(
            "/campaigns/{id}/status",
            get(back::to_campaign).post(campaigns::set_status),
        )
        .route(
            "/campaigns/{id}/delete",
            get(campaigns::delete_form).post(campaigns::delete),
        )
        .route(
            "/campaigns/{id}/leads",
            get(back::to_new_lead).post(leads::add),
        )
        .route("/campaigns/{id}/leads/new", get(leads::add_form))
        .route(
            "/campaigns/{id}/leads/delete-all",
            get(leads::clear_form).post(leads::clear),
        )
        .route(
            "/campaigns/{id}/upload",
            get(back::to_import_form).post(imports::receive),
        )
        .route(
            "/campaigns/{id}/import",
            get(imports::form).post(imports::receive),
        )
        .route(
            "/campaigns/{id}/import/{upload}",
            get(imports::check).post(imports::start),
        )
        .route(
            "/campaigns/{id}/import/{upload}/sample",
            get(back::to_check).post(imports::sample),
        )
        .route(
            "/campaigns/{id}/import/{upload}/discard",
            get(back::to_check).post(imports::discard),
        )
        .route("/campaigns/{id}/imports", get(imports::index))
        .route("/campaigns/{id}/imports/{import}", get(imports::show))
        .route(
            "/campaigns/{id}/imports/{import}/cancel",
            get(imports::cancel_form).post(imports::cancel),
        )
        .route(
            "/campaigns/{id}/imports/{import}/undo",
            get(imports::undo_form).post(imports::undo),
        )
        .route(
            "/campaigns/{id}/imports/{import}/errors.csv",
            get(imports::errors).layer(axum::middleware::from_fn(http_edge::untimed)),
        )
        .route(
            "/campaigns/{id}/export",
            get(leads::export).layer(axum::middleware::from_fn(http_edge::untimed)),
        )
        .route("/uploads", post(uploads::create).options(uploads::describe))
        .route(
            "/uploads/{id}",
            patch(uploads::append)
                .head(uploads::offset)
                .delete(uploads::remove)
                .layer(axum::middleware::from_fn(http_edge::untimed)),
        )
        .route("/leads/{id}/edit", get(leads::edit_form).post(leads::edit))
        .route(
            "/leads/{id}/delete",
            get(leads::delete_form).post(leads::delete),
        )
        .route("/imports/{id}", get(imports::moved))
        .route("/team", get(team::index))
        .route("/team/invite", get(back::to_team).post(team::invite))
        .route(
            "/team/{id}/role",
            get(back::to_team).post(team::change_role),
        )
        .route(
            "/team/{id}/invitation",
            get(back::to_team).post(team::renew),
        )
        .route(
            "/team/{id}/remove",
            get(team::remove_form).post(team::remove),
        )
        .route(
            "/team/{id}/transfer",
            get(team::transfer_form).post(team::transfer),
        )
        .route("/profile", get(profile::show))
        .route(
            "/profile/password",
            get(back::to_profile).post(profile::change_password),
        )
        .route(
            "/profile/sessions/{id}/revoke",
            get(back::to_profile).post(profile::revoke),
        )
        .route("/company", get(tenants::show).post(tenants::update))
        .route("/activity", get(activity::index))
        .route("/notifications", get(notifications::index))
        .route_layer(axum::middleware::from_fn_with_state(
            state.clone(),
            page::finish,
        ))
        .with_state(state);
    pages.merge(assets::router())
}
