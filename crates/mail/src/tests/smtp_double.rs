//! A very small SMTP server that writes down what it is told.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Takes everything.
    Kind,
    /// Knows no such mailbox.
    RefusesRecipients,
    /// Asks for a login, and takes only this one: user, password.
    WantsLogin(&'static str, &'static str),
    /// Accepts connections and never says a word.
    Silent,
    /// Says nothing after the first message.
    MuteAfterFirstMessage,
    /// Hangs up after each message, without a word.
    HangsUp,
    /// Speaks another protocol.
    Gibberish,
}

/// What has been said to the server.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) connections: usize,
    /// Commands, in order.
    pub(super) commands: Vec<String>,
    /// Messages as they came, without the ending full stop.
    pub(super) messages: Vec<String>,
}

/// The running server; it ends with this value.
pub(super) struct SmtpDouble {
    pub(super) port: u16,
    pub(super) heard: Arc<Mutex<Heard>>,
    _tasks: JoinSet<()>,
}

impl SmtpDouble {
    pub(super) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, manner, Arc::clone(&heard)));
        Self {
            port,
            heard,
            _tasks: tasks,
        }
    }

    pub(super) fn messages(&self) -> Vec<String> {
        self.heard.lock().messages.clone()
    }

    pub(super) fn commands(&self) -> Vec<String> {
        self.heard.lock().commands.clone()
    }
}

async fn accept(listener: TcpListener, manner: Manner, heard: Arc<Mutex<Heard>>) {
    let mut dialogues = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        heard.lock().connections += 1;
        let heard = Arc::clone(&heard);
        dialogues.spawn(async move {
            // A client that goes away ends the dialogue, which is no failure of the server.
            let _ = converse(stream, manner, &heard).await;
        });
    }
}

async fn converse(stream: TcpStream, manner: Manner, heard: &Mutex<Heard>) -> std::io::Result<()> {
    let (input, mut output) = stream.into_split();
    let mut lines = BufReader::new(input).lines();
    match manner {
        Manner::Silent => return std::future::pending().await,
        Manner::Gibberish => return output.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await,
        _ => output.write_all(b"220 double ready\r\n").await?,
    }
    while let Some(line) = lines.next_line().await? {
        heard.lock().commands.push(line.clone());
        let verb = line.split([' ', ':']).next().unwrap_or_default();
        let reply = match (verb, manner) {
            ("EHLO", Manner::WantsLogin(..)) => "250-double\r\n250 AUTH PLAIN LOGIN\r\n",
            ("EHLO", _) => "250 double\r\n",
            ("AUTH", Manner::WantsLogin(user, password)) if is_login(&line, user, password) => {
                "235 welcome\r\n"
            }
            ("AUTH", _) => "535 5.7.8 bad credentials\r\n",
            ("RCPT", Manner::RefusesRecipients) => "550 5.1.1 no such mailbox\r\n",
            ("MAIL" | "RCPT" | "NOOP" | "RSET", _) => "250 fine\r\n",
            ("DATA", _) => {
                output.write_all(b"354 go ahead\r\n").await?;
                let mut message = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    message.push_str(&line);
                    message.push_str("\r\n");
                }
                heard.lock().messages.push(message);
                match manner {
                    Manner::MuteAfterFirstMessage if heard.lock().messages.len() == 1 => {
                        return std::future::pending().await;
                    }
                    Manner::HangsUp => return output.write_all(b"250 queued\r\n").await,
                    _ => "250 queued\r\n",
                }
            }
            ("QUIT", _) => return output.write_all(b"221 bye\r\n").await,
            _ => "500 what?\r\n",
        };
        output.write_all(reply.as_bytes()).await?;
    }
    Ok(())
}

/// RFC 4616: `AUTH PLAIN`, then NUL user NUL password in base64.
fn is_login(line: &str, user: &str, password: &str) -> bool {
    use base64::Engine as _;
    let expected =
        base64::engine::general_purpose::STANDARD.encode(format!("\0{user}\0{password}"));
    line == format!("AUTH PLAIN {expected}")
}
