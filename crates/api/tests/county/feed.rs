//! The feed as somebody signed in hears it.

use axum::http::header;
use futures_util::StreamExt;
use serde_json::Value;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::Who;

pub type Socket =
    tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

pub async fn open(address: std::net::SocketAddr, who: &Who, query: &str) -> Socket {
    open_at(address, who, &format!("/api/v1/feed{query}")).await
}

pub async fn open_at(address: std::net::SocketAddr, who: &Who, path: &str) -> Socket {
    let Who::Cookie(cookie) = who else {
        panic!("people have cookies")
    };
    let address = format!("ws://{address}{path}");
    let mut request = address.into_client_request().unwrap();
    request
        .headers_mut()
        .insert(header::COOKIE, cookie.parse().unwrap());
    connect_async(request).await.unwrap().0
}

pub async fn first(socket: &mut Socket) -> Value {
    let message = next(socket).await;
    assert_eq!(message["type"], "snapshot");
    message
}

/// The first thing that `pick` finds in an update; beats and values pass by.
pub async fn update_of(socket: &mut Socket, pick: impl Fn(&Value) -> Option<String>) -> String {
    loop {
        let message = next(socket).await;
        let updates = message["updates"].as_array().cloned().unwrap_or_default();
        if let Some(found) = updates.iter().find_map(&pick) {
            return found;
        }
    }
}

pub async fn next(socket: &mut Socket) -> Value {
    let wait = std::time::Duration::from_secs(20);
    loop {
        let message = tokio::time::timeout(wait, socket.next())
            .await
            .expect("nothing was heard")
            .unwrap()
            .unwrap();
        if message.is_text() {
            return serde_json::from_str(message.to_text().unwrap()).unwrap();
        }
    }
}
