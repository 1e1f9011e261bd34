//! The way to an SMTP server (RFC 5321): a few connections, kept for the next mail while they are fresh.
//!
//! The dialogue is lettre's, the pool is ours. Lettre's own puts a connection back when a send is given up half way,
//! and the next mail would take the late replies to the former for its own; ours keeps a connection only after a
//! whole dialogue. It needs no background task either.

use std::error::Error as _;
use std::time::{Duration, Instant};

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use parking_lot::Mutex;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::timeout;

use crate::compose::one_line;
use crate::{MailError, SmtpOptions, Tls};

/// The longest that sending one mail takes, from the wait for a connection to the server's last word.
pub(crate) const SEND_MAX: Duration = Duration::from_secs(10);

/// Mails under way at the same time.
const CONNECTIONS_MAX: usize = 4;

/// Connections kept for the next mail.
const IDLE_CONNECTIONS_MAX: usize = 2;

/// A connection is not used again after lying idle this long; servers close theirs after some minutes.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// How we sign in, by preference.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// One SMTP server.
pub(crate) struct Smtp {
    options: SmtpOptions,
    send_max: Duration,
    tls: OnceCell<TlsParameters>,
    permits: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    pub(crate) fn new(options: SmtpOptions, send_max: Duration) -> Result<Self, MailError> {
        let is_host = !options.host.is_empty()
            && !options
                .host
                .contains(|c: char| c.is_whitespace() || c.is_control() || "/@".contains(c));
        if !is_host {
            let host = one_line(&options.host);
            return Err(MailError::Refused(format!("{host:?} is not a host")));
        }
        Ok(Self {
            options,
            send_max,
            tls: OnceCell::new(),
            permits: Semaphore::new(CONNECTIONS_MAX),
            idle: Mutex::default(),
        })
    }

    /// Hands a message to the server.
    pub(crate) async fn send(&self, message: &Message) -> Result<(), MailError> {
        match timeout(self.send_max, self.send_patiently(message)).await {
            Ok(sent) => sent.map_err(|error| in_words(&error)),
            Err(_) => Err(MailError::Unreachable(format!(
                "no answer within {} seconds",
                self.send_max.as_secs_f32()
            ))),
        }
    }

    async fn send_patiently(&self, message: &Message) -> Result<(), Error> {
        // The semaphore is never closed, so there is always a permit in the end.
        let _permit = self.permits.acquire().await;
        let mut connection = match self.fresh_connection().await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        connection
            .send(message.envelope(), &message.formatted())
            .await?;
        self.keep(connection);
        Ok(())
    }

    /// A kept connection that still answers.
    async fn fresh_connection(&self) -> Option<AsyncSmtpConnection> {
        loop {
            let mut idle = self.idle.lock().pop()?;
            if idle.since.elapsed() < IDLE_MAX && idle.connection.test_connected().await {
                return Some(idle.connection);
            }
        }
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_CONNECTIONS_MAX {
            let since = Instant::now();
            idle.push(Idle { connection, since });
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let name = ClientId::default();
        let from_the_start = match self.options.tls {
            Tls::Implicit => Some(self.tls().await?),
            Tls::StartTls | Tls::None => None,
        };
        let server = (self.options.host.as_str(), self.options.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, None, &name, from_the_start, None).await?;
        if self.options.tls == Tls::StartTls {
            connection.starttls(self.tls().await?, &name).await?;
        }
        if let Some((user, password)) = &self.options.login {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(&MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }

    /// TLS settings, made for the first mail: the root certificates are not loaded by who never sends.
    async fn tls(&self) -> Result<TlsParameters, Error> {
        let host = self.options.host.clone();
        let made = self
            .tls
            .get_or_try_init(|| async { TlsParameters::new(host) });
        made.await.cloned()
    }
}

/// Whether the server said no, or could not be talked to; with its words.
fn in_words(error: &Error) -> MailError {
    let words = error
        .source()
        .map_or_else(|| error.to_string(), ToString::to_string);
    let words = one_line(&words);
    if let Some(code) = error.status() {
        return MailError::Refused(format!("{code} {words}").trim_end().to_owned());
    }
    if error.is_client() {
        MailError::Refused(words)
    } else {
        MailError::Unreachable(words)
    }
}
