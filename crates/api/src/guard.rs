//! Who a request comes from: a session cookie or a bearer token, and nothing else.
//!
//! Runs before every guarded route and leaves a [`Principal`] behind. A cookie is believed for
//! changes and sockets only when the page that sent it is ours.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use model::PersonId;
use runtime::bulkhead;
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use crate::access::{Deed, Principal};
use crate::error::{Answered, Fault};
use crate::{Api, ShowsAccount};

/// Name of the session cookie.
pub(crate) const COOKIE: &str = "watchfire_session";
/// A cookie is of a machine, whatever the port: a drill's has a name of its own, so that nobody is
/// signed out of what is real by signing in to a drill beside it.
const DRILL_COOKIE: &str = "watchfire_drill_session";

impl Api {
    /// The name under which browsers keep a session of this process.
    pub(crate) fn cookie(&self) -> &'static str {
        if self.drill { DRILL_COOKIE } else { COOKIE }
    }
}

/// Answers for a request that ran into a fault of ours: it harms no other.
pub(crate) async fn contained(request: Request, next: Next) -> Response {
    let asked = request.uri().clone();
    match bulkhead::serve(next.run(request)).await {
        Ok(response) => response,
        Err(fault) => {
            tracing::error!(path = asked.path(), "{fault} ended this request");
            Fault::Broken.into_response()
        }
    }
}

/// Answers in words what has no answer within this time; what was asked is let go.
pub(crate) async fn in_time(
    State(within): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    let answer = timeout(within, next.run(request)).await;
    answer.unwrap_or_else(|_| Fault::Unanswered.into_response())
}

/// Lets signed-in requests through, with their [`Principal`] among the extensions.
pub(crate) async fn signed_in(
    State(api): State<Arc<Api>>,
    mut request: Request,
    next: Next,
) -> Response {
    match recognise(&api, request.method(), request.headers()).await {
        Ok(principal) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(fault) => fault.into_response(),
    }
}

/// Lets those through who may send readings over HTTP, and devices that show an account of theirs: the
/// routes behind judge it themselves, by the same look at the request.
pub(crate) async fn may_send_readings(
    State((api, shows_account)): State<(Arc<Api>, ShowsAccount)>,
    request: Request,
    next: Next,
) -> Response {
    if shows_account(request.headers()) {
        return next.run(request).await;
    }
    match recognise(&api, request.method(), request.headers()).await {
        Ok(principal) if principal.may(Deed::SendReadings) => next.run(request).await,
        Ok(_) => Fault::RoleNotAllowed.into_response(),
        Err(fault) => fault.into_response(),
    }
}

/// Lets anybody on this machine through, and those with the token.
pub(crate) async fn near_or_signed_in(
    State(api): State<Arc<Api>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let forwarded = request.headers().contains_key("x-forwarded-for");
    if (peer.ip().is_loopback() && !forwarded) || bearer(&api, request.headers()) == Some(true) {
        return next.run(request).await;
    }
    Fault::NotSignedIn.into_response()
}

impl Principal {
    /// Stops who may not do `deed`.
    pub(crate) fn need(&self, deed: Deed) -> Answered<()> {
        if self.may(deed) {
            Ok(())
        } else {
            Err(Fault::RoleNotAllowed)
        }
    }

    /// Stops what says that another person sends it. Who says nothing is taken for the session's.
    pub(crate) fn is(&self, by: Option<&PersonId>) -> Answered<()> {
        if by.is_none_or(|by| *by == self.person) {
            Ok(())
        } else {
            Err(Fault::OtherPerson)
        }
    }

    /// The jurisdiction a request is about: the person's own, or the one asked for; none is all.
    pub(crate) fn scope(&self, known: &[String], asked: Option<&str>) -> Answered<Option<String>> {
        match (&self.jurisdiction, asked) {
            (Some(own), Some(asked)) if own != asked => Err(Fault::OtherJurisdiction),
            (Some(own), _) => Ok(Some(own.clone())),
            (None, Some(asked)) if known.iter().any(|code| code == asked) => {
                Ok(Some(asked.to_owned()))
            }
            (None, Some(asked)) => Err(Fault::NoSuchJurisdiction(asked.to_owned())),
            (None, None) => Ok(None),
        }
    }
}

async fn recognise(api: &Api, method: &Method, headers: &HeaderMap) -> Answered<Principal> {
    match bearer(api, headers) {
        Some(true) => return Ok(Principal::local_check()),
        Some(false) => return Err(Fault::NotSignedIn),
        None => {}
    }
    let jar = CookieJar::from_headers(headers);
    let token = jar.get(api.cookie()).ok_or(Fault::NotSignedIn)?.value();
    let (account, session) = api
        .accounts
        .recognise(token)
        .await
        .ok_or(Fault::NotSignedIn)?;
    let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if (changes || headers.contains_key(header::UPGRADE)) && !own_origin(headers) {
        return Err(Fault::ForeignOrigin);
    }
    let person = api
        .people
        .load()
        .get(&account.jurisdiction, &account.person)
        .ok_or(Fault::NotSignedIn)?;
    Ok(Principal {
        person: account.person,
        role: person.role,
        jurisdiction: Some(account.jurisdiction),
        session: Some(session),
    })
}

/// Whether the bearer token of a request is ours; none when it carries no such header.
fn bearer(api: &Api, headers: &HeaderMap) -> Option<bool> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let sent = value.strip_prefix("Bearer ")?.trim();
    // Hashes are compared, so the time taken says nothing about the token.
    Some(
        api.token_hash
            .is_some_and(|own| own == <[u8; 32]>::from(Sha256::digest(sent))),
    )
}

/// Whether the page that sent this is served by this very host; programs send no origin at all.
pub(crate) fn own_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let authority = origin
        .to_str()
        .ok()
        .and_then(|text| text.split_once("://"))
        .map(|(_, rest)| rest);
    authority.is_some() && authority == host
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::PersonId;
    use model::config::Role;

    #[test]
    fn people_see_their_own_jurisdiction_and_a_token_sees_all() {
        let known = ["330624".to_owned(), "330681".to_owned()];
        let own = Principal {
            person: PersonId::from("p1"),
            role: Role::DutyOfficer,
            jurisdiction: Some("330624".to_owned()),
            session: None,
        };
        assert_eq!(own.scope(&known, None), Ok(Some("330624".to_owned())));
        assert_eq!(
            own.scope(&known, Some("330681")),
            Err(Fault::OtherJurisdiction)
        );
        let token = Principal::local_check();
        assert_eq!(token.scope(&known, None), Ok(None));
        assert_eq!(
            token.scope(&known, Some("330681")),
            Ok(Some("330681".to_owned()))
        );
        assert_eq!(
            token.scope(&known, Some("x")),
            Err(Fault::NoSuchJurisdiction("x".to_owned()))
        );
    }

    #[test]
    fn only_our_own_pages_may_use_the_cookie_for_changes() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "127.0.0.1:8080".parse().unwrap());
        assert!(own_origin(&headers));
        headers.insert(header::ORIGIN, "http://127.0.0.1:8080".parse().unwrap());
        assert!(own_origin(&headers));
        headers.insert(header::ORIGIN, "http://evil.example".parse().unwrap());
        assert!(!own_origin(&headers));
        headers.insert(header::ORIGIN, "null".parse().unwrap());
        assert!(!own_origin(&headers));
    }

    #[tokio::test]
    async fn what_has_no_answer_in_time_is_told_that_it_may_be_sent_again() {
        use axum::body::{Body, to_bytes};
        use axum::http::StatusCode;
        use axum::routing::get;
        use tower::ServiceExt;

        let routes = axum::Router::new()
            .route("/never", get(std::future::pending::<()>))
            .layer(axum::middleware::from_fn_with_state(
                Duration::ZERO,
                in_time,
            ));
        let ask = Request::builder().uri("/never").body(Body::empty());
        let answer = routes.oneshot(ask.unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let fault: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(fault["code"], "unanswered");
        assert!(
            fault["en"]
                .as_str()
                .unwrap()
                .contains("send the same press again")
        );
    }

    #[tokio::test]
    async fn a_request_that_panics_is_answered_and_harms_no_other() {
        use axum::body::Body;
        use axum::http::StatusCode;
        use axum::routing::get;
        use tower::ServiceExt;

        let none: Option<StatusCode> = std::hint::black_box(None);
        let broken = move || async move { none.expect("as meant by this test") };
        let routes = axum::Router::new()
            .route("/broken", get(broken))
            .route("/sound", get(|| async { "here" }))
            .layer(axum::middleware::from_fn(contained));
        let ask = |path: &str| Request::builder().uri(path).body(Body::empty()).unwrap();
        let answer = routes.clone().oneshot(ask("/broken")).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let answer = routes.oneshot(ask("/sound")).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
}
