//! What handlers need beside the request.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use app::App;
use axum::extract::FromRef;
use http_edge::Counters;

use crate::system::System;

/// The program's version, as probes and the OpenAPI document say it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What handlers need; clones are handles to the same.
#[derive(Debug, Clone)]
pub struct ApiState {
    app: App,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    counters: Arc<Counters>,
    environment: String,
    started: Instant,
    system: System,
}

impl ApiState {
    /// The use cases, the edge's counters, the setting `ENVIRONMENT`, and the folder whose file system is watched.
    pub fn new(
        app: App,
        counters: Arc<Counters>,
        environment: impl Into<String>,
        data_folder: PathBuf,
    ) -> Self {
        let inner = Inner {
            counters,
            environment: environment.into(),
            started: Instant::now(),
            system: System::new(data_folder),
        };
        Self {
            app,
            inner: Arc::new(inner),
        }
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    pub(crate) fn environment(&self) -> &str {
        &self.inner.environment
    }

    pub(crate) fn uptime_seconds(&self) -> f64 {
        self.inner.started.elapsed().as_secs_f64()
    }

    pub(crate) fn system(&self) -> &System {
        &self.inner.system
    }
}

impl FromRef<ApiState> for App {
    fn from_ref(state: &ApiState) -> Self {
        state.app.clone()
    }
}
