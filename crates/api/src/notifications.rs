//! Notifications (contract #63).

use app::{App, notifications};
use axum::extract::State;
use http_edge::{CallingMember, EventSeq, Json, Result, reply};

use crate::operation::Route;
use crate::wire::Notifications;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/notifications",
            "list_notifications",
            "List the latest notifications",
            list,
        )
        .answers::<Notifications>(200, "One to five items"),
    ]
}

async fn list(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
) -> Result<(EventSeq, Json<Notifications>)> {
    let done = notifications::list(&app, &caller).await?;
    Ok(reply(done.map(Notifications::from)))
}
