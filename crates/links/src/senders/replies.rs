//! `POST /api/v1/channels/<id>/replies`: what people write back to a message.
//!
//! Whose number it is says who answers; the code of a message, or there being one open alone, says which.
//! Nothing is dropped: what cannot be understood is told to the desk, with its words in quarantine. The
//! answer leaves when all of it is on disk. Of what comes in nothing is logged.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use model::intake::Refusal;
use model::page::About;
use model::{PageFact, PersonId};
use protocols::gateway::{Replies, Reply, Word};
use runtime::{BadMessage, Stopped};
use serde_json::json;

use super::Shared;
use super::board::{Asked, Unclear};
use super::equipment::{Equipment, Exit};
use super::receipts::{self, MOST_BODY, Shown, complain, op_of, stopping, token_of};
use super::wording::code_of;
use crate::telemetry;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v1/channels/{id}/replies", post(take))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .with_state(shared)
}

async fn take(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let equipment = shared.equipment.load_full();
    let exit = equipment.named(&id);
    let Some((exit, replies)) = exit.and_then(|e| Some((e, e.gateway.replies.as_ref()?))) else {
        return complain(
            StatusCode::NOT_FOUND,
            "no_such_channel",
            "没有这个通道，或它不收回复",
            "there is no such channel, or it takes no replies",
        );
    };
    if !token_of(&headers, &shown).is_some_and(|token| exit.admits_replies(token)) {
        telemetry::replies(exit.gateway.channel, "unauthorized", 1);
        return complain(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "缺少这个通道的回复令牌",
            "the token of this channel's replies is missing or wrong",
        );
    }
    let read = match replies.read(&body) {
        Ok(read) => read,
        Err(unread) => {
            telemetry::replies(exit.gateway.channel, "unread", 1);
            tracing::warn!(channel = %exit.gateway.id, %unread, "replies cannot be read");
            let en = format!("the replies cannot be read: {unread}");
            return complain(StatusCode::BAD_REQUEST, "unread", "回复无法读取", &en);
        }
    };
    let (mut taken, mut unclear) = (0, 0);
    for reply in read {
        match settle(&shared, &equipment, exit, replies, &reply).await {
            Ok(true) => taken += 1,
            Ok(false) => unclear += 1,
            Err(Stopped) => return stopping(),
        }
    }
    telemetry::replies(exit.gateway.channel, "taken", taken);
    telemetry::replies(exit.gateway.channel, "unclear", unclear);
    receipts::taken(
        replies.answer.as_deref(),
        json!({"ok": true, "unclear": unclear}),
    )
}

/// What is wrong with a reply: for machines, and in one sentence for whoever reads it.
struct Wrong(Refusal, &'static str);

const NOBODY: Wrong = Wrong(
    Refusal::Unknown,
    "nobody of this site is reached at that number",
);
const UNASKED: Wrong = Wrong(
    Refusal::Unknown,
    "this channel has asked nobody at that number anything",
);
const NO_SUCH_CODE: Wrong = Wrong(
    Refusal::Unknown,
    "it names a message that did not go to that number",
);
const SEVERAL: Wrong = Wrong(
    Refusal::Malformed,
    "it may answer several messages and names none; its number tells them apart",
);
const NO_WORD: Wrong = Wrong(Refusal::Malformed, "it is none of the words agreed on");
const NOT_TAKEN: Wrong = Wrong(Refusal::Malformed, "its task does not take that word");

/// Tells what one reply says; false where that is not understood, and told to the desk.
async fn settle(
    shared: &Shared,
    equipment: &Equipment,
    exit: &Exit,
    replies: &Replies,
    reply: &Reply,
) -> Result<bool, Stopped> {
    let (board, gateway) = (shared.board()?, &exit.gateway);
    let op = op_of("reply", &format!("{} {}", gateway.id, reply.id));
    let mut people: Vec<(String, PersonId)> = Vec::new();
    let mut asked: Vec<Asked> = Vec::new();
    for code in equipment
        .contacts
        .codes()
        .filter(|code| gateway.serves(code))
    {
        let there = equipment.contacts.at(code, &reply.from);
        people.extend(there.iter().map(|person| (code.to_owned(), person.clone())));
        if !there.is_empty() {
            asked.extend(board.asked(gateway.channel, code, there).await?);
        }
    }
    // A gateway passes a reply on again when our answer was lost: it is of the message it was of then.
    let codes = equipment.contacts.codes().map(str::to_owned).collect();
    let before = board.heard(codes, op.clone()).await?;
    if before.as_ref().is_some_and(|before| before.unread) {
        return Ok(false);
    }
    let found = match before.and_then(|before| before.page) {
        None => meant(&asked, &people, reply, replies),
        Some(page) => match asked.iter().find(|one| one.page == page) {
            Some(one) => said_of(one, reply, replies),
            // It is forgotten by now, and so is what it asked.
            None => return Ok(true),
        },
    };
    let wrong = match found {
        Ok((one, word)) => {
            let fact = match word {
                Word::Declined => PageFact::Declined,
                Word::Acked | Word::Accepted | Word::NeedHelp => PageFact::Acked,
            };
            let (slot, page) = (one.jurisdiction, &one.page);
            board.replied(slot, page.clone(), fact, op.clone()).await?;
            if board.say(slot, page.clone(), word, op.clone()).await? {
                return Ok(true);
            }
            NOT_TAKEN
        }
        Err(wrong) => wrong,
    };
    let topic = format!("replies/{}", gateway.id);
    let Wrong(kind, why) = wrong;
    // Whose number it is may be known though it is not known what they mean.
    let from = match people.as_slice() {
        [(_, person)] => Some(person.clone()),
        _ => None,
    };
    let mut told: Vec<&str> = people.iter().map(|(code, _)| code.as_str()).collect();
    if told.is_empty() {
        told.extend(
            equipment
                .contacts
                .codes()
                .filter(|code| gateway.serves(code)),
        );
    }
    told.sort_unstable();
    told.dedup();
    for code in told {
        let unclear = Unclear {
            gateway: gateway.id.clone(),
            channel: gateway.channel,
            from: from.clone(),
            reply: op.clone(),
            message: BadMessage::new(kind, why.to_owned(), &topic, reply.row.as_bytes()),
        };
        board.unread(code, unclear).await?;
    }
    Ok(false)
}

/// The page that a reply answers, and what it says of it.
fn meant<'a>(
    asked: &'a [Asked],
    people: &[(String, PersonId)],
    reply: &Reply,
    replies: &Replies,
) -> Result<(&'a Asked, Word), Wrong> {
    if people.is_empty() {
        return Err(NOBODY);
    }
    let one = match &reply.code {
        Some(code) => {
            let mut named = asked.iter().filter(|one| code_of(&one.page) == *code);
            named.next().ok_or(NO_SUCH_CODE)?
        }
        None => of_itself(asked)?,
    };
    said_of(one, reply, replies)
}

/// What a reply says of a page.
fn said_of<'a>(
    one: &'a Asked,
    reply: &Reply,
    replies: &Replies,
) -> Result<(&'a Asked, Word), Wrong> {
    let of_task = matches!(one.about, About::Task(_));
    let word = replies.meaning(&reply.word, of_task).ok_or(NO_WORD)?;
    Ok((one, word))
}

/// The page that is meant where none is named: what is open if that is one matter of one person; where
/// nothing is, the newest that went there, whose answer comes late or once more.
fn of_itself(asked: &[Asked]) -> Result<&Asked, Wrong> {
    let open: Vec<&Asked> = asked.iter().filter(|one| one.open).collect();
    let Some(newest) = open.first() else {
        return asked.first().ok_or(UNASKED);
    };
    let same = |one: &&Asked| one.about == newest.about && one.to == newest.to;
    if open.iter().all(same) {
        Ok(newest)
    } else {
        Err(SEVERAL)
    }
}
