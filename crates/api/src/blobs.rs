//! Photos, videos and free texts: what people attach to facts, kept outside the journal by seal.
//!
//! A file is recognised by its first bytes, whatever its sender calls it, and kept without what its camera
//! wrote into it about place, owner and machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use model::Seal;
use serde::Deserialize;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::body::Asked;
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::media::{self, Media};
use crate::sight::visible_seals;
use crate::uploads::aside;
use crate::wire::BlobView;

/// Largest file taken.
pub(crate) const MAX_BLOB_MB: usize = 10;
/// Most texts asked for at once.
const MAX_TEXTS: usize = 200;

/// Keeps a picture or video.
#[utoipa::path(post, path = "/api/v1/blobs", tag = "commands",
    request_body(content = Vec<u8>, description = "The raw file, at most 10 MB", content_type = "image/jpeg"),
    responses((status = 201, description = "On disk", body = BlobView),
              (status = 413, body = FaultView), (status = 415, body = FaultView)))]
pub(crate) async fn keep(
    State(api): State<Arc<Api>>,
    Extension(sender): Extension<Principal>,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Answered<impl IntoResponse> {
    sender.need(Deed::Upload)?;
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge {
            limit_mb: MAX_BLOB_MB,
        },
        _ => Fault::BadBody(rejection.body_text()),
    })?;
    let kept = aside(&api, move |api| {
        let disk = |cause: std::io::Error| store_fault("keep a file", &cause);
        if !api.uploads.has_room(body.len() as u64).map_err(disk)? {
            return Err(Fault::NoRoom);
        }
        let (_, content) = media::kept(body.to_vec()).ok_or(Fault::NotAPicture)?;
        let blob = api.blobs.put(&content).map_err(disk)?;
        Ok(Json(BlobView { blob }))
    });
    Ok((StatusCode::CREATED, kept.await?))
}

/// A picture or video.
#[utoipa::path(get, path = "/api/v1/blobs/{blob}", tag = "commands",
    params(("blob" = String, Path, description = "Its id, 64 hexadecimal digits")),
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>), (status = 404, body = FaultView)))]
pub(crate) async fn show(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    headers: HeaderMap,
    Path(blob): Path<String>,
) -> Answered<impl IntoResponse> {
    let seal = Seal(blob);
    if !seal.is_sound() || !visible_seals(&api, &reader).await?.holds(&seal) {
        return Err(Fault::NoSuchBlob);
    }
    let tag = format!("\"{}\"", seal.0);
    let known = headers.get(header::IF_NONE_MATCH);
    if known.is_some_and(|seen| seen.as_bytes() == tag.as_bytes()) {
        // What was erased is not confirmed to whoever still has it.
        let asked = seal.clone();
        let there = aside(&api, move |api| Ok(api.blobs.holds(&asked))).await?;
        return match there {
            true => Ok(StatusCode::NOT_MODIFIED.into_response()),
            false => Err(Fault::NoSuchBlob),
        };
    }
    let content = api
        .blobs
        .fetch(seal.clone())
        .await
        .map_err(|e| store_fault("read a file", &e))?;
    let content = content.ok_or(Fault::NoSuchBlob)?;
    let kind = Media::of(&content).ok_or(Fault::NoSuchBlob)?.name();
    api.record_files(&reader, std::slice::from_ref(&seal))
        .await?;
    // Private: it may be erased, and then no proxy may have it.
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CACHE_CONTROL, "private, max-age=3600".to_owned()),
        (header::ETAG, tag),
    ];
    Ok((headers, content).into_response())
}

/// Which texts.
#[derive(Debug, Deserialize)]
pub(crate) struct TextsQuery {
    /// Ids with commas between.
    ids: String,
}

/// Free texts by id; null for one that was erased, is no text, or is not for the reader.
#[utoipa::path(get, path = "/api/v1/texts", tag = "commands",
    params(("ids" = String, Query, description = "Ids with commas between, at most 200")),
    responses((status = 200, body = BTreeMap<String, Option<String>>), (status = 400, body = FaultView)))]
pub(crate) async fn texts(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<TextsQuery>,
) -> Answered<Json<BTreeMap<String, Option<String>>>> {
    let ids: Vec<&str> = query.ids.split(',').filter(|id| !id.is_empty()).collect();
    if ids.len() > MAX_TEXTS {
        return Err(Fault::field("ids", format!("at most {MAX_TEXTS} at once")));
    }
    let visible = visible_seals(&api, &reader).await?;
    let (mut found, mut seen) = (BTreeMap::new(), Vec::new());
    for id in ids {
        let seal = Seal(id.to_owned());
        let text = if seal.is_sound() && visible.holds(&seal) {
            let content = api
                .blobs
                .fetch(seal.clone())
                .await
                .map_err(|e| store_fault("read a text", &e))?;
            content.and_then(|bytes| String::from_utf8(bytes).ok())
        } else {
            None
        };
        if text.is_some() {
            seen.push(seal.clone());
        }
        found.insert(seal.0, text);
    }
    api.record_files(&reader, &seen).await?;
    Ok(Json(found))
}
