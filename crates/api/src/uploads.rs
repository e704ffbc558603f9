//! Pictures and videos of phones in pieces: announced, sent on from where they were cut off, checked as a
//! whole, and only then a file with an id. The report they belong to never waits for them.

use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use model::{PersonId, Seal, TaskId};
use runtime::bulkhead;
use serde::{Deserialize, Serialize};
use store::{Claim, Standing, UploadError};
use utoipa::ToSchema;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::acts::owns;
use crate::blobs::MAX_BLOB_MB;
use crate::body::{Asked, Body};
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::media::{self, Media};

/// Largest video.
const MAX_VIDEO_MB: usize = 48;
/// Largest piece.
pub(crate) const MAX_PIECE_MB: usize = 1;
/// What a phone is advised to send at once: half a minute of a bad line.
const PIECE_BYTES: u32 = 128 * 1024;
const MB: u64 = 1024 * 1024;

/// What an upload will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UploadKind {
    Photo,
    Video,
}

/// Announces an upload; the same again finds it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct UploadRequest {
    /// Minted where it was taken: 8 to 64 letters, digits or hyphens.
    pub upload: String,
    /// The task it belongs to.
    pub task: TaskId,
    pub kind: UploadKind,
    /// Bytes of the whole.
    pub size: u64,
    /// SHA-256 of the whole, 64 hexadecimal digits.
    pub sha256: String,
    /// Who took it: a session of anybody else is answered 401. Absent: whoever the session is of.
    pub by: Option<PersonId>,
}

/// How far an upload is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UploadView {
    pub upload: String,
    pub size: u64,
    /// Bytes that are here, from the first on: go on with the next.
    pub received: u64,
    /// How much to send at once.
    pub piece_bytes: u32,
    /// The id of the file, once the whole is on disk.
    pub blob: Option<Seal>,
}

/// Where a piece begins.
#[derive(Debug, Deserialize)]
pub(crate) struct PieceQuery {
    at: u64,
}

/// Announces a picture or video of a task, or finds how far it is.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "commands", request_body = UploadRequest,
    responses((status = 200, description = "Which bytes are here", body = UploadView),
              (status = 401, description = "Another person's picture: it waits until they sign in", body = FaultView),
              (status = 403, description = "Another's task", body = FaultView),
              (status = 413, description = "A photo over 10 MB or a video over 48 MB", body = FaultView),
              (status = 503, description = "Too many lie here unfinished; try again later", body = FaultView)))]
pub(crate) async fn begin(
    State(api): State<Arc<Api>>,
    Extension(sender): Extension<Principal>,
    Body(request): Body<UploadRequest>,
) -> Answered<Json<UploadView>> {
    sender.is(request.by.as_ref())?;
    sender.need(Deed::Upload)?;
    may_send_for(&sender, &request.task)?;
    if !store::uploads::is_sound_id(&request.upload) {
        let how = "8 to 64 letters, digits or hyphens";
        return Err(Fault::field("upload", how));
    }
    let sha256 = request.sha256.to_ascii_lowercase();
    if !Seal(sha256.clone()).is_sound() {
        return Err(Fault::field("sha256", "64 hexadecimal digits"));
    }
    let video = request.kind == UploadKind::Video;
    let limit_mb = if video { MAX_VIDEO_MB } else { MAX_BLOB_MB };
    if request.size > limit_mb as u64 * MB {
        return Err(Fault::TooLarge { limit_mb });
    }
    if request.size == 0 {
        return Err(Fault::field("size", "at least one byte"));
    }
    let claim = Claim {
        person: sender.person.clone(),
        task: request.task,
        video,
        size: request.size,
        sha256,
    };
    let id = request.upload;
    aside(&api, move |api| {
        let standing = api.uploads.begin(&id, claim, SystemTime::now());
        Ok(view(&id, standing.map_err(fault)?))
    })
    .await
}

/// How far an upload of one's own is.
#[utoipa::path(get, path = "/api/v1/uploads/{upload}", tag = "commands",
    params(("upload" = String, Path, description = "Its id")),
    responses((status = 200, body = UploadView), (status = 404, body = FaultView)))]
pub(crate) async fn how_far(
    State(api): State<Arc<Api>>,
    Extension(sender): Extension<Principal>,
    Path(id): Path<String>,
) -> Answered<Json<UploadView>> {
    aside(&api, move |api| {
        let standing = api.uploads.standing(&id, &sender.person);
        Ok(view(&id, standing.map_err(fault)?))
    })
    .await
}

/// Adds a piece; the answer to the last one names the file. A piece that is here already changes nothing.
#[utoipa::path(put, path = "/api/v1/uploads/{upload}", tag = "commands",
    params(("upload" = String, Path, description = "Its id"),
           ("at" = u64, Query, description = "The first byte of this piece")),
    request_body(content = Vec<u8>, description = "At most 1 MB", content_type = "application/octet-stream"),
    responses((status = 200, description = "Which bytes are here; with `blob`: on disk", body = UploadView),
              (status = 404, body = FaultView),
              (status = 409, description = "Bytes before it are missing, or the whole came damaged: ask how far it is", body = FaultView),
              (status = 415, description = "None of what we keep; the upload is gone", body = FaultView)))]
pub(crate) async fn add(
    State(api): State<Arc<Api>>,
    Extension(sender): Extension<Principal>,
    Path(id): Path<String>,
    Asked(place): Asked<PieceQuery>,
    piece: Result<Bytes, BytesRejection>,
) -> Answered<impl IntoResponse> {
    sender.need(Deed::Upload)?;
    let piece = piece.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge {
            limit_mb: MAX_PIECE_MB,
        },
        _ => Fault::BadBody(rejection.body_text()),
    })?;
    aside(&api, move |api| {
        let (person, now) = (&sender.person, SystemTime::now());
        let uploads = &api.uploads;
        let added = uploads.add(&id, person, (place.at, &piece), now);
        let standing = added.map_err(fault)?;
        if standing.blob.is_none() && place.at < 16 && standing.received >= 16 {
            recognised(api, &id, &standing)?;
        }
        if standing.received < standing.claim.size || standing.blob.is_some() {
            return Ok(view(&id, standing));
        }
        let video = standing.claim.video;
        let done = uploads.finish(&id, person, |whole| keep(api, video, whole));
        let standing = done.map_err(fault)??;
        Ok(view(&id, standing))
    })
    .await
}

/// What begins as none of what we keep is refused before the rest of it is sent.
fn recognised(api: &Api, id: &str, standing: &Standing) -> Answered<()> {
    let begin = api.uploads.begins(id).map_err(|e| disk(&e))?;
    let kind = Media::of(&begin);
    if kind.is_some_and(|kind| kind.is_video() == standing.claim.video) {
        return Ok(());
    }
    api.uploads.refuse(id).map_err(|e| disk(&e))?;
    Err(not_kept(standing.claim.video))
}

/// Makes a file of a whole upload, without what its camera wrote into it.
fn keep(api: &Api, video: bool, whole: Vec<u8>) -> Answered<std::io::Result<Seal>> {
    let kept = media::kept(whole).filter(|(kind, _)| kind.is_video() == video);
    let (_, content) = kept.ok_or_else(|| not_kept(video))?;
    Ok(api.blobs.put(&content))
}

/// Files of another's task are for the desk alone.
fn may_send_for(sender: &Principal, task: &TaskId) -> Answered<()> {
    if owns(sender, task) || sender.may(Deed::ReportAnyTask) {
        Ok(())
    } else {
        Err(Fault::NotYourTask)
    }
}

/// Whether pictures may be named in an act: each is on disk, and where it is about a `task`, none was
/// sent for another.
pub(crate) async fn may_name(
    api: &Arc<Api>,
    task: Option<TaskId>,
    photos: Vec<Seal>,
) -> Answered<()> {
    if photos.is_empty() {
        return Ok(());
    }
    aside(api, move |api| {
        for photo in &photos {
            if !api.blobs.holds(photo) {
                return Err(Fault::NoSuchBlob);
            }
            let Some(task) = &task else { continue };
            if api.uploads.task_of(photo).is_some_and(|of| of != *task) {
                return Err(Fault::OtherTask);
            }
        }
        Ok(())
    })
    .await
}

/// Runs what waits for the disk without holding up the runtime.
pub(crate) async fn aside<T: Send + 'static>(
    api: &Arc<Api>,
    work: impl FnOnce(&Api) -> Answered<T> + Send + 'static,
) -> Answered<T> {
    let api = Arc::clone(api);
    let done = bulkhead::aside(move || work(&api)).await;
    done.unwrap_or_else(|cause| Err(store_fault("keep an upload", &cause)))
}

const fn not_kept(video: bool) -> Fault {
    if video {
        Fault::NotAVideo
    } else {
        Fault::NotAPicture
    }
}

fn view(id: &str, standing: Standing) -> Json<UploadView> {
    Json(UploadView {
        upload: id.to_owned(),
        size: standing.claim.size,
        received: standing.received,
        piece_bytes: PIECE_BYTES,
        blob: standing.blob,
    })
}

fn disk(cause: &std::io::Error) -> Fault {
    store_fault("keep an upload", cause)
}

fn fault(error: UploadError) -> Fault {
    match error {
        UploadError::Full => Fault::UploadsFull,
        UploadError::NoRoom => Fault::NoRoom,
        UploadError::Differs => Fault::field("upload", "another upload has this id"),
        UploadError::Unknown => Fault::NoSuchUpload,
        UploadError::Gap { received } => Fault::UploadGap { received },
        UploadError::TooMuch => Fault::field("at", "more bytes than were announced"),
        UploadError::Busy => Fault::Busy,
        UploadError::Damaged => Fault::UploadDamaged,
        UploadError::Disk(cause) => disk(&cause),
    }
}
