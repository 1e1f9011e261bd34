//! The right to load a value, held by one process of all for a short while. It saves loads and decides nothing: whoever
//! cannot have it waits a moment and then loads too.

use redis::cmd;

use crate::far::Far;
use crate::far::link::Trouble;

/// Gives a lease back only if it is still the giver's own.
const RELEASE: &str = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('unlink', KEYS[1]) end return 0";

/// A right that is held.
#[derive(Debug)]
pub(crate) struct Lease {
    key: String,
    token: String,
}

/// What came of asking for it.
pub(crate) enum Leased {
    Held(Lease),
    Busy,
    Down,
}

impl Far {
    /// Asks for the right to load a value.
    pub(crate) async fn lease(&self, text: &str) -> Leased {
        let lease = Lease {
            key: format!("lease:{text}"),
            token: format!(
                "{:016x}{:016x}",
                (self.world.random)(),
                (self.world.random)()
            ),
        };
        let mut set = cmd("SET");
        set.arg(&lease.key)
            .arg(&lease.token)
            .arg("NX")
            .arg("PX")
            .arg(crate::far::wire::whole_ms(self.link.settings.lease));
        let answer = self
            .link
            .ask(async |mut connection| set.query_async::<Option<String>>(&mut connection).await);
        match answer.await {
            Ok(Some(_)) => Leased::Held(lease),
            Ok(None) => Leased::Busy,
            Err(Trouble::Down | Trouble::RefusesWrites) => Leased::Down,
        }
    }

    /// Gives the right back.
    pub(crate) async fn release(&self, lease: Lease) {
        let mut script = cmd("EVAL");
        script.arg(RELEASE).arg(1).arg(&lease.key).arg(&lease.token);
        let answer = self
            .link
            .ask(async |mut connection| script.query_async::<u64>(&mut connection).await);
        if answer.await.is_err() {
            tracing::debug!(
                key = lease.key,
                "a lease was not given back; it ends by itself"
            );
        }
    }
}
