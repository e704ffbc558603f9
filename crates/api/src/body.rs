//! Request bodies and parameters, with failures in our own words.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::{Json, RequestExt as _};
use serde::de::DeserializeOwned;

use crate::error::Fault;

/// Most bytes of a JSON body.
pub(crate) const MAX_JSON_MB: usize = 1;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + 'static, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Fault> {
        let body: Result<Json<T>, JsonRejection> = request.extract().await;
        match body {
            Ok(Json(value)) => Ok(Body(value)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Fault::TooLarge {
                    limit_mb: MAX_JSON_MB,
                })
            }
            Err(rejection) => Err(Fault::BadBody(rejection.body_text())),
        }
    }
}

/// The parameters behind the question mark.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let query: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        match query {
            Ok(Query(value)) => Ok(Asked(value)),
            Err(rejection) => Err(Fault::BadBody(rejection.body_text())),
        }
    }
}
