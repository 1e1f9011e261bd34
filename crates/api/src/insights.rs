//! The dashboard's figures (contract #58).

use app::{App, insights};
use axum::extract::State;
use http_edge::{CallingMember, EventSeq, Json, Result, reply};

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
        .answers::<DashboardStats>(200, "The figures now"),
    ]
}

async fn stats(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
) -> Result<(EventSeq, Json<DashboardStats>)> {
    let done = insights::stats(&app, &caller).await?;
    Ok(reply(done.map(DashboardStats::from)))
}
