//! The world around the cache: the process' clock, randomness and runtime, and the database's numbers.

use std::sync::Arc;
use std::time::Instant;

use cache::{Stamp, Tenant, World};
use domain::ids::TenantId;
use uuid::Uuid;

use super::follow::{folded, number};
use crate::context::App;

pub(super) fn of(app: &App) -> World {
    let started = Instant::now();
    let entropy = app.entropy().clone();
    let tasks = app.tasks().clone();
    let (store, bell) = (app.store().clone(), app.bell().clone());
    World {
        clock: Arc::new(move || started.elapsed()),
        random: Arc::new(move || u64::from_le_bytes(entropy.bytes())),
        spawn: Arc::new(move |task| tasks.spawn_unwaited(task)),
        number: Some(Arc::new(move |tenant: Tenant| {
            let (store, bell) = (store.clone(), bell.clone());
            Box::pin(async move {
                let epoch = folded(bell.epoch());
                let tenant = TenantId(Uuid::from_u128(tenant.0));
                let seq = store::unscoped::last_number(&store, tenant).await;
                let as_of = number(seq.ok()??);
                Some(Stamp { epoch, as_of })
            })
        })),
    }
}
