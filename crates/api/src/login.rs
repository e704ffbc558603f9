//! Signing in and out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use model::config::{Role, Text};
use model::view::PersonView;

use crate::Api;
use crate::access::Principal;
use crate::body::Body;
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::guard::own_origin;
use crate::listener::Encrypted;
use crate::people::seen_by;
use crate::wire::{LoginRequest, MeView};

/// Longest login and password taken, in bytes: what a hash is asked to digest has a bound.
const MAX_CREDENTIAL: usize = 256;

/// Opens a session.
#[utoipa::path(post, path = "/api/v1/login", tag = "people", request_body = LoginRequest,
    responses((status = 200, description = "Signed in; the session cookie is set", body = MeView),
              (status = 401, description = "Unknown login or wrong password", body = FaultView),
              (status = 429, description = "Too many failures; Retry-After says how long", body = FaultView)),
    security(()))]
pub(crate) async fn login(
    State(api): State<Arc<Api>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    encrypted: Option<Extension<Encrypted>>,
    headers: HeaderMap,
    jar: CookieJar,
    Body(request): Body<LoginRequest>,
) -> Answered<impl IntoResponse> {
    if !own_origin(&headers) {
        return Err(Fault::ForeignOrigin);
    }
    if request.login.len() > MAX_CREDENTIAL || request.password.len() > MAX_CREDENTIAL {
        return Err(Fault::WrongLogin);
    }
    let address = peer.ip();
    if let Some(wait_s) = api.throttle.wait_s(&request.login, address, Instant::now()) {
        return Err(Fault::TooManyTries { wait_s });
    }
    let turn = api.accounts.turn().await;
    let counted = api.throttle.begin(&request.login, address, Instant::now());
    counted.map_err(|wait_s| Fault::TooManyTries { wait_s })?;
    let checked = api.accounts.check(turn, &request.login, &request.password);
    let account = checked.await;
    let known = account.and_then(|account| {
        let people = api.people.load();
        let person = people.get(&account.jurisdiction, &account.person)?;
        Some((account, person))
    });
    let Some((account, person)) = known else {
        tracing::warn!(%address, "a login failed");
        return Err(Fault::WrongLogin);
    };
    api.throttle.succeeded(&request.login, address);
    let token = api
        .accounts
        .begin(&account.login)
        .await
        .map_err(|e| store_fault("begin a session", &e))?;
    let me = MeView {
        person,
        jurisdiction: Some(account.jurisdiction),
    };
    let cookie = session_cookie(api.cookie(), token, encrypted.is_some());
    Ok((jar.add(cookie), Json(me)))
}

/// Ends the session.
#[utoipa::path(post, path = "/api/v1/logout", tag = "people",
    responses((status = 204, description = "Signed out")))]
pub(crate) async fn logout(
    State(api): State<Arc<Api>>,
    jar: CookieJar,
) -> Answered<impl IntoResponse> {
    if let Some(cookie) = jar.get(api.cookie()) {
        api.accounts
            .end(cookie.value())
            .await
            .map_err(|e| store_fault("end a session", &e))?;
    }
    Ok((
        StatusCode::NO_CONTENT,
        jar.remove(Cookie::build(api.cookie()).path("/")),
    ))
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/me", tag = "people",
    responses((status = 200, body = MeView), (status = 401, body = FaultView)))]
pub(crate) async fn me(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
) -> Json<MeView> {
    let listed = reader
        .jurisdiction
        .as_deref()
        .and_then(|code| api.people.load().get(code, &reader.person));
    let person = listed.map_or_else(|| nameless(&reader), |person| seen_by(&person, &reader));
    Json(MeView {
        person,
        jurisdiction: reader.jurisdiction,
    })
}

/// The bearer of a token, who is in no people file.
fn nameless(reader: &Principal) -> PersonView {
    PersonView {
        id: reader.person.clone(),
        name: reader.person.0.clone(),
        post: Text::new("本机检查", "Local check"),
        role: Role::Administrator,
        township: None,
        phone: None,
        substitute: None,
    }
}

/// Lives as long as the server keeps the session; `Secure` when it was asked for encrypted, since a
/// county's own network may still reach the program by plain HTTP.
fn session_cookie(name: &'static str, token: String, encrypted: bool) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, token);
    cookie.set_http_only(true);
    cookie.set_secure(encrypted);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_path("/");
    cookie.make_permanent();
    cookie
}
