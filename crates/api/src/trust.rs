//! `/trust`: how a phone comes to trust the authority of this server's own, and what stands on the
//! plain side of an encrypted listener.
//!
//! The authority's certificate is public; its fingerprint is shown beside it, to be compared with the
//! desk's screen before it is installed.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// An authority that phones are to trust.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Its certificate, DER.
    pub authority: Vec<u8>,
    /// Names and addresses the server is certified for.
    pub names: Vec<String>,
}

/// Who else is listening on this address.
type Shown = Option<Arc<Trust>>;

/// The page and the files it hands out.
pub(crate) fn routes(trust: Shown) -> Router {
    Router::new()
        .route("/trust", get(page))
        .route("/trust/watchfire.crt", get(certificate))
        .route("/trust/watchfire.mobileconfig", get(profile))
        .with_state(trust)
}

/// What is answered without encryption where there is any: how to trust it, and where it is.
pub(crate) fn plain(trust: Shown) -> Router {
    routes(trust).fallback(elsewhere)
}

/// The same place, encrypted.
async fn elsewhere(headers: HeaderMap, uri: Uri) -> Response {
    let Some(host) = host_of(&headers) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Redirect::permanent(&format!("https://{host}{path}")).into_response()
}

/// The host a request names, when it is nothing but a host.
fn host_of(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    (!host.is_empty() && host.len() < 256 && host.chars().all(fits)).then_some(host)
}

async fn certificate(State(trust): State<Shown>) -> Response {
    let Some(trust) = trust else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = [(header::CONTENT_TYPE, "application/x-x509-ca-cert")];
    (kind, trust.authority.clone()).into_response()
}

/// What iOS installs.
async fn profile(State(trust): State<Shown>) -> Response {
    let Some(trust) = trust else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let id = fingerprint(&trust.authority);
    let bare: String = id.chars().filter(|c| *c != ':').collect();
    let uuid = |from: usize| {
        let part = |at: usize, len: usize| &bare[from + at..from + at + len];
        let parts = [
            part(0, 8),
            part(8, 4),
            part(12, 4),
            part(16, 4),
            part(20, 12),
        ];
        parts.join("-")
    };
    let text = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadContent</key><array><dict>
<key>PayloadCertificateFileName</key><string>watchfire.crt</string>
<key>PayloadContent</key><data>{}</data>
<key>PayloadDisplayName</key><string>Watchfire local authority</string>
<key>PayloadIdentifier</key><string>watchfire.authority.root</string>
<key>PayloadType</key><string>com.apple.security.root</string>
<key>PayloadUUID</key><string>{}</string>
<key>PayloadVersion</key><integer>1</integer>
</dict></array>
<key>PayloadDisplayName</key><string>烽火 Watchfire</string>
<key>PayloadIdentifier</key><string>watchfire.authority</string>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadUUID</key><string>{}</string>
<key>PayloadVersion</key><integer>1</integer>
</dict></plist>
"#,
        STANDARD.encode(&trust.authority),
        uuid(0),
        uuid(32),
    );
    let kind = [(header::CONTENT_TYPE, "application/x-apple-aspen-config")];
    (kind, text).into_response()
}

/// SHA-256 in pairs, as phones and browsers show it.
fn fingerprint(certificate: &[u8]) -> String {
    let digest = Sha256::digest(certificate);
    let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

async fn page(State(trust): State<Shown>, headers: HeaderMap) -> Response {
    let body = match &trust {
        None => NOTHING.to_owned(),
        Some(trust) => steps(trust, host_of(&headers)),
    };
    let page = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>烽火 Watchfire</title>\
         <body style=\"font:17px/1.6 system-ui,sans-serif;max-width:42em;margin:1em auto;padding:0 1em\">\
         {body}</body></html>"
    );
    ([(header::CACHE_CONTROL, "no-cache")], Html(page)).into_response()
}

const NOTHING: &str = "<h1>无需安装证书</h1>\
    <p>这台服务器没有自建证书机构：证书由单位提供，或没有启用加密（启动时加 <code>--https</code>）。</p>\
    <h2 lang=\"en\">Nothing to install</h2>\
    <p lang=\"en\">This server has no certificate authority of its own: its certificate comes from \
    elsewhere, or encryption is off (start it with <code>--https</code>).</p>";

fn steps(trust: &Trust, host: Option<&str>) -> String {
    let (name, port) = named(trust, host);
    let plain = format!("http://{name}{port}/trust");
    let secure = format!("https://{name}{port}/m");
    let others: Vec<&str> = trust.names.iter().map(String::as_str).collect();
    let print = fingerprint(&trust.authority);
    let code = picture(&plain);
    format!(
        "<h1>让手机信任这台服务器</h1>\
         <p>手机扫描二维码（须在同一网络），在手机上打开本页：</p>{code}\
         <p><code>{plain}</code></p>\
         <ol><li>安卓：下载 <a href=\"/trust/watchfire.crt\">证书</a>，在“设置 → 安全 → 加密与凭据 → 安装证书 → CA 证书”里选择它。</li>\
         <li>苹果：下载 <a href=\"/trust/watchfire.mobileconfig\">描述文件</a>，在“设置 → 已下载描述文件”安装，再到“通用 → 关于本机 → 证书信任设置”打开它。</li>\
         <li>安装前核对指纹与值班室屏幕上的一致（SHA-256）：<br><code style=\"word-break:break-all\">{print}</code></li>\
         <li>然后打开 <a href=\"{secure}\">{secure}</a>：离线打开、推送、定位和拍照从此可用。</li></ol>\
         <p>本证书只证明这些地址：<code>{names}</code></p>\
         <h2 lang=\"en\">Let a phone trust this server</h2>\
         <p lang=\"en\">Scan the code with the phone (same network) to open this page on it.</p>\
         <ol lang=\"en\"><li>Android: download the <a href=\"/trust/watchfire.crt\">certificate</a> and choose it under \
         Settings, Security, Encryption &amp; credentials, Install a certificate, CA certificate.</li>\
         <li>iPhone: download the <a href=\"/trust/watchfire.mobileconfig\">profile</a>, install it under Settings, \
         Profile downloaded, then turn it on under General, About, Certificate Trust Settings.</li>\
         <li>Before that, compare the fingerprint above with the one on the duty room's screen.</li>\
         <li>Then open <a href=\"{secure}\">{secure}</a>: opening without a network, push, position and camera work from then on.</li></ol>",
        names = others.join(" "),
    )
}

/// The name a phone can reach: the one asked by, unless that is this machine's own word for itself.
fn named<'a>(trust: &'a Trust, host: Option<&'a str>) -> (String, &'a str) {
    let host = host.unwrap_or("localhost");
    let (name, port) = match host.rfind(':') {
        Some(at) if !host.ends_with(']') => host.split_at(at),
        Some(_) | None => (host, ""),
    };
    let near = |name: &str| {
        let bare = name.trim_matches(['[', ']']);
        bare == "localhost"
            || bare
                .parse()
                .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
    };
    if !near(name) {
        return (name.to_owned(), port);
    }
    let far = trust.names.iter().find(|known| !near(known));
    let far = far.map_or(name.to_owned(), |name| match name.contains(':') {
        true => format!("[{name}]"),
        false => name.clone(),
    });
    (far, port)
}

/// A QR code as a drawing inside the page.
fn picture(text: &str) -> String {
    let Ok(code) = qrcode::QrCode::new(text.as_bytes()) else {
        return String::new();
    };
    let drawn = code
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(240, 240)
        .build();
    let at = drawn.find("<svg").unwrap_or(0);
    drawn[at..].to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    fn trust() -> Shown {
        Some(Arc::new(Trust {
            authority: b"certificate".to_vec(),
            names: vec!["127.0.0.1".to_owned(), "10.1.2.3".to_owned()],
        }))
    }

    async fn ask(router: Router, path: &str, host: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::get(path).header(header::HOST, host);
        let answer = router
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (
            head.status,
            head.headers,
            String::from_utf8_lossy(&body).into_owned(),
        )
    }

    #[tokio::test]
    async fn the_plain_side_sends_everything_but_this_page_to_the_encrypted_one() {
        let (status, headers, _) = ask(plain(trust()), "/m?task=a", "10.1.2.3:8443").await;
        assert_eq!(status, StatusCode::PERMANENT_REDIRECT);
        assert_eq!(headers[header::LOCATION], "https://10.1.2.3:8443/m?task=a");
        let (status, _, _) = ask(plain(trust()), "/", "evil/x").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        let (status, _, page) = ask(plain(trust()), "/trust", "localhost:8443").await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            page.contains("http://10.1.2.3:8443/trust") && page.contains("<svg"),
            "{page}"
        );
        assert!(page.contains(&fingerprint(b"certificate")));
        let (_, headers, body) = ask(plain(trust()), "/trust/watchfire.crt", "a").await;
        assert_eq!(headers[header::CONTENT_TYPE], "application/x-x509-ca-cert");
        assert_eq!(body, "certificate");
        let (_, _, body) = ask(plain(trust()), "/trust/watchfire.mobileconfig", "a").await;
        assert!(body.contains(&STANDARD.encode(b"certificate")), "{body}");
    }

    #[tokio::test]
    async fn without_an_authority_of_ours_there_is_nothing_to_install() {
        let (status, _, page) = ask(routes(None), "/trust", "a").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("Nothing to install"), "{page}");
        let (status, _, _) = ask(routes(None), "/trust/watchfire.crt", "a").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}
