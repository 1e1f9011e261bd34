//! Notifications (contract #63).

use app::caller::Member;
use app::{App, cached, notifications};
use axum::extract::State;
use axum::response::Response;
use http_edge::{Asked, CallingMember, Result, rendered};

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
        .answers::<Notifications>(200, "One to five items")
        .kept(),
    ]
}

async fn list(
    State(app): State<App>,
    CallingMember(caller): CallingMember,
    asked: Asked,
) -> Result<Response> {
    let sought = cached::notification_list(&caller, app.now());
    let load = async |app: App, caller: Member| {
        let done = notifications::list(&app, &caller).await?;
        rendered(&Notifications::from(done.value))
    };
    asked.answer(&app, &caller, sought, load).await
}
