//! The one table of routes: the router and the OpenAPI document are both made from it.

use axum::Router;

use crate::operation::Route;
use crate::state::ApiState;
use crate::{
    accounts, campaigns, docs, events, imports, insights, leads, notifications, probes, team,
    templates, tenants, uploads,
};

/// The tags of the document, in its order; some name parts that later versions bring (contract #6).
pub(crate) const TAGS: [&str; 16] = [
    "Authentication",
    "Tenants",
    "Campaigns",
    "Leads",
    "Dashboard",
    "Team",
    "Email Templates",
    "AI Email Generation",
    "Email",
    "Email Sending",
    "Email Analytics",
    "WhatsApp",
    "Settings",
    "AI Research",
    "Automation",
    "Notifications",
];

/// Every documented route, by tag.
pub(crate) fn table() -> Vec<(&'static str, Vec<Route>)> {
    vec![
        ("", probes::routes()),
        ("Authentication", accounts::routes()),
        ("Tenants", tenants::routes()),
        ("Campaigns", campaigns::routes()),
        ("Leads", leads::routes()),
        ("Leads", imports::routes()),
        ("Leads", uploads::routes()),
        ("Dashboard", insights::routes()),
        ("Dashboard", events::routes()),
        ("Team", team::routes()),
        ("Email Templates", templates::routes()),
        ("Notifications", notifications::routes()),
    ]
}

/// Everything of this crate; `http_edge` goes around it.
pub fn router(state: ApiState) -> Router {
    routes().with_state(state)
}

fn routes() -> Router<ApiState> {
    let documented = table().into_iter().flat_map(|(_, routes)| routes);
    documented.fold(docs::router(), |router, route| {
        router.route(route.path, route.handler)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_routes_are_at_the_same_place() {
        // Axum refuses overlapping routes by a panic.
        let _router = super::routes();
    }
}
