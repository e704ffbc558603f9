//! The accept loop: connections bounded, slow headers cut off, shutdown that waits for answers.
//!
//! With encryption, the first byte of a connection says which it speaks. Without it, people on other
//! machines are sent to the encrypted side; this machine's own programs go on as they did.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// Connections served at once; further ones wait in the system's own queue.
const CONNECTIONS: usize = 4096;
/// A request whose head has not come after this long is not one.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Bytes kept of one connection's unread input.
const MAX_BUFFER: usize = 64 * 1024;
/// How long answers under way may take at shutdown.
const FAREWELL: Duration = Duration::from_secs(5);

/// What an encrypted listener needs.
pub struct Encryption {
    pub(crate) config: Arc<ServerConfig>,
    /// Answers other machines that speak plainly.
    pub(crate) plain: Router,
}

/// Stands among the extensions of a request that came encrypted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encrypted;

/// Serves `router` until `stop` resolves, then lets the answers under way leave.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    encryption: Option<Encryption>,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let front = Arc::new(Front {
        builder: builder(),
        router,
        encryption,
    });
    let open = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let place = tokio::select! {
            () = &mut stop => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { break };
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(cause) => {
                    rest_after(&cause).await;
                    continue;
                }
            },
        };
        let (front, watcher) = (Arc::clone(&front), open.watcher());
        tokio::spawn(async move {
            if let Err(cause) = front.receive(without_delay(stream), peer, watcher).await {
                tracing::trace!(%cause, %peer, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    if timeout(FAREWELL, open.shutdown()).await.is_err() {
        tracing::info!(
            "some connections did not end in {} s and were cut",
            FAREWELL.as_secs()
        );
    }
}

/// What every connection is received with.
struct Front {
    builder: Builder<TokioExecutor>,
    router: Router,
    encryption: Option<Encryption>,
}

type Ended = Result<(), Box<dyn std::error::Error + Send + Sync>>;

impl Front {
    async fn receive(&self, stream: TcpStream, peer: SocketAddr, watcher: Watcher) -> Ended {
        let Some(encryption) = &self.encryption else {
            let service = service_of(self.router.clone(), peer, false);
            return self.talk(TokioIo::new(stream), service, watcher).await;
        };
        let mut first = [0u8; 1];
        let peeked = timeout(HEAD_WITHIN, stream.peek(&mut first)).await??;
        if peeked == 0 {
            return Ok(());
        }
        if first[0] != HANDSHAKE {
            let near = peer.ip().is_loopback();
            let router = if near {
                &self.router
            } else {
                &encryption.plain
            };
            let service = service_of(router.clone(), peer, false);
            return self.talk(TokioIo::new(stream), service, watcher).await;
        }
        let acceptor = TlsAcceptor::from(Arc::clone(&encryption.config));
        let stream = timeout(HEAD_WITHIN, acceptor.accept(stream)).await??;
        let service = service_of(self.router.clone(), peer, true);
        self.talk(TokioIo::new(stream), service, watcher).await
    }

    async fn talk<I, S>(&self, io: I, service: S, watcher: Watcher) -> Ended
    where
        I: Read + Write + Unpin + Send + 'static,
        S: hyper::service::Service<
                hyper::Request<Incoming>,
                Response = axum::response::Response,
                Error = std::convert::Infallible,
                Future: Send,
            > + Send
            + 'static,
    {
        let connection = self.builder.serve_connection_with_upgrades(io, service);
        watcher.watch(connection.into_owned()).await
    }
}

/// The first byte of a TLS handshake; no method of HTTP begins with it.
const HANDSHAKE: u8 = 0x16;

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(MAX_BUFFER);
    builder
}

/// A frame leaves when it is written, not when the next one comes.
fn without_delay(stream: TcpStream) -> TcpStream {
    if let Err(cause) = stream.set_nodelay(true) {
        tracing::trace!(%cause, "a socket keeps its delay");
    }
    stream
}

fn service_of(
    router: Router,
    peer: SocketAddr,
    encrypted: bool,
) -> impl hyper::service::Service<
    hyper::Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> {
    hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        if encrypted {
            request.extensions_mut().insert(Encrypted);
        }
        router.clone().oneshot(request)
    })
}

/// A client that hung up costs nothing; no free descriptor is worth a pause.
async fn rest_after(cause: &io::Error) {
    let hung_up = matches!(
        cause.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    );
    if !hung_up {
        tracing::warn!(%cause, "could not accept a connection");
        sleep(Duration::from_millis(200)).await;
    }
}
