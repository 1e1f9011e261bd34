//! The delivery crates on top of the use cases, with the edge around them.

use std::sync::Arc;

use app::App;

use http_edge::cors::Origins;
use http_edge::headers::Transport;
use http_edge::{Edge, EdgeOptions, RateLimits, RateSettings, Router, TrustedProxies, identify};

use crate::run::Failure;
use crate::serve::request_ids;
use crate::settings::Settings;

/// Everything that can be asked of the program over HTTP.
pub(crate) fn router(settings: &Settings, app: &App) -> Result<Router, Failure> {
    let is_production = settings.server.environment.is_production();
    let mut options = EdgeOptions::new(request_ids(app));
    options.trusted_proxies = TrustedProxies::parse(&settings.server.trusted_proxies_list())?;
    options.origins = Origins::new(&settings.security.allowed_origins)?;
    options.transport = if is_production {
        Transport::TlsOnly
    } else {
        Transport::Any
    };
    options.logs_access = settings.log.logs_access;
    options.rates = settings.limits.is_enabled.then(|| {
        RateLimits::new(RateSettings {
            per_minute: settings.limits.per_minute.unwrap_or(0),
            per_hour: settings.limits.per_hour.unwrap_or(0),
            burst: settings.limits.burst,
            ..RateSettings::default()
        })
    });
    options.identify = Some(identify(app.tokens().clone()));
    options.render_error = Some(Arc::new(web::render_error));
    let edge = Edge::new(options);
    let environment = settings.server.environment.as_str();
    let folder = settings.server.data_dir.clone();
    let state = api::ApiState::new(app.clone(), edge.counters(), environment, folder);
    let site = web::router(web::WebState::new(app.clone()));
    Ok(edge.around(api::router(state).merge(site)))
}
