//! The accept loop: connections bounded, slow headers cut off, shutdown that waits for answers.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;

/// Connections served at once; further ones wait in the system's own queue.
const CONNECTIONS: usize = 4096;
/// A request whose head has not come after this long is not one.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Bytes kept of one connection's unread input.
const MAX_BUFFER: usize = 64 * 1024;
/// How long answers under way may take at shutdown.
const FAREWELL: Duration = Duration::from_secs(5);

/// Serves `router` until `stop` resolves, then lets the answers under way leave.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let builder = builder();
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
        let service = service_of(router.clone(), peer);
        let io = TokioIo::new(without_delay(stream));
        let connection = builder
            .serve_connection_with_upgrades(io, service)
            .into_owned();
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(cause) = connection.await {
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
) -> impl hyper::service::Service<
    hyper::Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> {
    hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
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
