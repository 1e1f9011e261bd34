//! The dashboard's figures (contract #58).

use app::caller::Member;
use app::{App, cached, insights};
use axum::extract::State;
use axum::response::Response;
use http_edge::{Asked, CallingMember, Result, rendered};

use crate::operation::Route;
use crate::wire::DashboardStats;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/dashboard/stats",
            "get_dashboard_stats",
            "Show the figures",
            stats,
        )
        .answers::<DashboardStats>(200, "The figures now")
        .kept(),
    ]
}

async fn stats(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    asked: Asked,
) -> Result<Response> {
    let sought = cached::figures(&caller, app.now());
    let load = async |app: App, caller: Member| {
        let done = insights::stats(&app, &caller).await?;
        rendered(&DashboardStats::from(done.value))
    };
    asked.answer(&app, &caller, sought, load).await
}
