//! The web client, built into the program: files with their ETag, and the shell for its routes.
//!
//! Without a built client the API serves all the same and a page says what is missing.

use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use report::Ground;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::Api;
use crate::error::Fault;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Client;

/// The county's ground as the screens' map draws it; nothing where no client is built in.
pub(crate) static GROUND: LazyLock<Ground> = LazyLock::new(|| {
    let file = |name| Client::get(name).map(|file| file.data).unwrap_or_default();
    Ground::read(&file("geo/county.geojson"), &file("geo/townships.geojson"))
});

/// File names under here carry a hash of their content, so they never change.
const HASHED: &str = "assets/";
const SHELL: &str = "index.html";

/// Answers whatever no other route took.
pub(crate) async fn serve(
    State(api): State<Arc<Api>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Fault::NoSuchPage.into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return Fault::WrongMethod.into_response();
    }
    if let Some(file) = Client::get(path).filter(|_| path != SHELL) {
        return send(path, &file, &headers);
    }
    // A last part with a dot is a file that is not there, not a place inside the client.
    let last = path.rsplit('/').next();
    if path != SHELL && last.is_some_and(|last| last.contains('.')) {
        return Fault::NoSuchPage.into_response();
    }
    match Client::get(SHELL) {
        Some(shell) if api.drill => drilled(&shell),
        Some(shell) => send(SHELL, &shell, &headers),
        None => unbuilt(),
    }
}

/// The shell of a drill says so before anybody has signed in, and before any script has run.
fn drilled(shell: &EmbeddedFile) -> Response {
    let page = String::from_utf8_lossy(&shell.data);
    let page = page.replacen("<html ", "<html data-drill ", 1).replacen(
        "<title>",
        "<title>【演练 DRILL】",
        1,
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, page).into_response()
}

fn send(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let cache = if path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|seen| seen.to_str().ok())
        .is_some_and(|seen| {
            seen.split(',')
                .any(|one| one.trim().trim_start_matches("W/") == tag)
        });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = mime_guess::from_path(path).first_or_octet_stream();
        let body = Body::from(file.data.clone().into_owned());
        ([(header::CONTENT_TYPE, kind.as_ref().to_owned())], body).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn unbuilt() -> Response {
    const PAGE: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
        <title>烽火 Watchfire</title>\
        <body style=\"font:16px/1.6 system-ui,sans-serif;max-width:40em;margin:4em auto;padding:0 1em\">\
        <h1>烽火 Watchfire</h1>\
        <p>服务已启动，但这个程序里没有网页界面。请用 <code>cargo xtask run</code> 构建；接口文档见 \
        <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>。</p>\
        <p lang=\"en\">The service is running, but this program was built without its web client. \
        Build it with <code>cargo xtask run</code>; the API is described at \
        <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a>.</p></body></html>";
    (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        PAGE,
    )
        .into_response()
}

/// Headers that every answer carries: a page of ours runs our scripts and talks to us alone.
pub(crate) const SECURITY_HEADERS: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'self'; script-src 'self'; worker-src 'self' blob:; child-src 'self' blob:; \
         img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; \
         style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; object-src 'none'; \
         base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(self), geolocation=(self), microphone=()",
    ),
];
