//! A server that speaks S3, within the test's process (`s3s-fs`): it checks signatures and keeps objects in a folder.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::ports::free_port;
use crate::scratch::temp_dir_named;

/// How long a listener is tried for whose port was just left.
const LISTEN_TRIES: u32 = 100;

/// The server with one empty bucket; it ends with the value.
#[derive(Debug)]
pub struct S3 {
    folder: TempDir,
    port: u16,
    running: Option<Runtime>,
}

impl S3 {
    /// The bucket that is there.
    pub const BUCKET: &str = "leads";
    /// The key that is let in.
    pub const ACCESS_KEY_ID: &str = "testkit";
    /// Its secret.
    pub const SECRET_ACCESS_KEY: &str = "testkit-secret";

    /// Starts one on a free port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start() -> Self {
        let folder = temp_dir_named("s3-");
        fs::create_dir(folder.path().join(Self::BUCKET)).expect("the folder is ours");
        let mut server = Self {
            folder,
            port: free_port(),
            running: None,
        };
        server.resume();
        server
    }

    /// Its URL.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where the bucket's objects are.
    pub fn bucket(&self) -> PathBuf {
        self.folder.path().join(Self::BUCKET)
    }

    /// Ends the server and its connections; the objects stay.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.shutdown_background();
        }
    }

    /// Starts it again on the same port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn resume(&mut self) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime of its own");
        let files = FileSystem::new(self.folder.path()).expect("the folder is there");
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(
            Self::ACCESS_KEY_ID,
            Self::SECRET_ACCESS_KEY,
        ));
        let listener = listen(&runtime, self.port);
        runtime.spawn(serve(listener, builder.build()));
        self.running = Some(runtime);
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Connections that ended just now may hold the port for a moment.
fn listen(runtime: &Runtime, port: u16) -> TcpListener {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let _within = runtime.enter();
    for _ in 1..LISTEN_TRIES {
        if let Ok(listener) = bind(address) {
            return listener;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    bind(address).expect("the port is free")
}

fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(128)
}

async fn serve(listener: TcpListener, service: S3Service) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let service = service.clone();
        connections.spawn(async move {
            let builder = Builder::new(TokioExecutor::new());
            // A client that goes away is none of ours.
            let _gone = builder
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
