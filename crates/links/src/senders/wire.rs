//! Requests to other programs: HTTP with or without TLS, answers bounded, nothing followed.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::header::RETRY_AFTER;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use protocols::gateway::plain_reason;
use rustls::{ClientConfig, RootCertStore};

use super::Reach;
use super::attempt::Outcome;

/// Longest answer of a gateway that is read.
const MOST_ANSWER: usize = 64 * 1024;

/// Speaks to gateways.
pub(crate) struct Client {
    inner: hyper_util::client::legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// What a gateway said.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    /// How long it asks us to wait.
    pub(crate) wait: Option<Duration>,
}

/// Why it said nothing.
pub(crate) enum NoAnswer {
    /// It is somewhere else, and this site reaches nobody real.
    TooFar,
    /// The line was not there, or broke.
    Broken(String),
}

impl From<NoAnswer> for Outcome {
    fn from(no_answer: NoAnswer) -> Outcome {
        match no_answer {
            NoAnswer::TooFar => Outcome::refused("a made-up site reaches nobody real"),
            NoAnswer::Broken(why) => Outcome::unclear(&why),
        }
    }
}

/// A client that trusts the authorities this machine trusts.
pub(crate) fn client() -> Client {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    let (_taken, unread) = roots.add_parsable_certificates(native.certs);
    if roots.is_empty() {
        tracing::debug!(
            unread,
            "no authorities are installed; gateways by https are out of reach"
        );
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks every version that is safe by default")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .build();
    Client {
        inner: hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build(connector),
    }
}

impl Client {
    pub(crate) async fn ask(
        &self,
        reach: Reach,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, NoAnswer> {
        let host = request.uri().host().unwrap_or_default();
        if reach == Reach::Loopback && !is_near(host) {
            return Err(NoAnswer::TooFar);
        }
        let answer = self.inner.request(request).await.map_err(|cause| {
            let what = if cause.is_connect() {
                "the gateway cannot be reached"
            } else {
                "the line to the gateway broke"
            };
            NoAnswer::Broken(what.to_owned())
        })?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MOST_ANSWER).collect().await;
        let body = body.map_err(|cause| {
            NoAnswer::Broken(plain_reason(&format!("the answer broke off: {cause}")))
        })?;
        let wait = head.headers.get(RETRY_AFTER).and_then(|v| v.to_str().ok());
        Ok(Answer {
            status: head.status.as_u16(),
            body: body.to_bytes(),
            wait: wait
                .and_then(|text| text.parse().ok())
                .map(Duration::from_secs),
        })
    }
}

/// Whether a host is this very machine.
pub fn is_near(host: &str) -> bool {
    let bare = host.trim_matches(['[', ']']);
    bare == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}
