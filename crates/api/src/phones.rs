//! Phones that ask to be woken by web push: the key they need, and what they give back.
//!
//! How they are woken, and where their addresses are kept, is known outside this crate.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use model::PersonId;
use runtime::bulkhead;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::access::Principal;
use crate::body::Body;
use crate::error::{Answered, Fault, FaultView};

/// A browser's own words about how it is woken, as `PushSubscription.toJSON()` gives them.
#[derive(Clone, Deserialize, ToSchema)]
pub struct PhoneRequest {
    pub endpoint: String,
    #[serde(default)]
    pub p256dh: String,
    #[serde(default)]
    pub auth: String,
}

/// The public key that a browser wants before it subscribes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PhoneKey {
    key: String,
}

/// Notes which browsers wake whom; what it keeps it has on disk when it returns, so it may take a while.
pub trait PhoneBook: Send + Sync {
    /// The server's public key, base64url.
    fn key(&self) -> String;

    /// Notes a browser of a person.
    ///
    /// # Errors
    /// Why not, in words.
    fn note(
        &self,
        jurisdiction: &str,
        person: &PersonId,
        phone: PhoneRequest,
    ) -> Result<(), String>;

    /// Forgets a browser of a person.
    fn forget(&self, endpoint: &str);
}

/// The server's public key for web push.
#[utoipa::path(get, path = "/api/v1/phones", tag = "people",
    responses((status = 200, body = PhoneKey)))]
pub(crate) async fn key(State(api): State<Arc<Api>>) -> Json<PhoneKey> {
    Json(PhoneKey {
        key: api.phones.key(),
    })
}

/// Notes that this browser is to be woken for whoever is signed in.
#[utoipa::path(post, path = "/api/v1/phones", tag = "people", request_body = PhoneRequest,
    responses((status = 204, description = "Noted"), (status = 400, body = FaultView)))]
pub(crate) async fn note(
    State(api): State<Arc<Api>>,
    Extension(who): Extension<Principal>,
    Body(phone): Body<PhoneRequest>,
) -> Answered<StatusCode> {
    let jurisdiction = who.jurisdiction.ok_or(Fault::JurisdictionMissing)?;
    let note = move || api.phones.note(&jurisdiction, &who.person, phone);
    let noted = bulkhead::aside(note).await;
    let noted = noted.map_err(|_told_by_the_hook| Fault::Broken)?;
    noted.map_err(|why| Fault::field("endpoint", why))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forgets this browser; done when it is not known.
#[utoipa::path(delete, path = "/api/v1/phones", tag = "people", request_body = PhoneRequest,
    responses((status = 204, description = "Forgotten")))]
pub(crate) async fn forget(
    State(api): State<Arc<Api>>,
    Body(phone): Body<PhoneRequest>,
) -> Answered<StatusCode> {
    let forgotten = bulkhead::aside(move || api.phones.forget(&phone.endpoint)).await;
    forgotten.map_err(|_told_by_the_hook| Fault::Broken)?;
    Ok(StatusCode::NO_CONTENT)
}
