//! The bounds of what people send: how much, how long, and whether a place lies on Earth.

use model::Seal;
use model::action::Shown;
use model::id::MAX_OP_ID;
use model::task::{FactKind, Means};

use crate::access::{Deed, Principal};
use crate::acts::owns;
use crate::error::{Answered, Fault};
use crate::wire::{
    AnswerValue, MAX_ANSWERS, MAX_LEFT, MAX_PHOTOS, MAX_TEXT, MAX_VILLAGES, Position, ReportRequest,
};

/// Most alarms acknowledged with one press.
pub(crate) const MAX_ALARMS: usize = 5000;
/// Longest name of a kind of warning or event, in bytes.
const MAX_WORD: usize = 64;

/// How alarms were shown, within bounds.
pub(crate) fn check_shown(shown: &[Shown]) -> Answered<()> {
    if shown.len() > MAX_ALARMS || shown.iter().any(|one| one.episode.len() > MAX_WORD) {
        let most = format!("at most {MAX_ALARMS} alarms, their episodes at most {MAX_WORD} bytes");
        return Err(Fault::field("shown", most));
    }
    Ok(())
}

/// A name for a kind of thing: short, and not nothing.
pub(crate) fn word_fits(field: &'static str, word: &str) -> Answered<()> {
    if word.trim().is_empty() || word.len() > MAX_WORD {
        return Err(Fault::field(field, format!("1 to {MAX_WORD} bytes")));
    }
    Ok(())
}

/// Most digits that a place or a kind of thing has in its name: more may be somebody's telephone number.
const MOST_DIGITS: usize = 6;

/// The name of a place or of a kind of thing, which stands in the journal as it is: short, and without what
/// may be a number of somebody.
pub(crate) fn name_fits(field: &'static str, name: &str) -> Answered<()> {
    word_fits(field, name)?;
    if name.chars().filter(|c| c.is_numeric()).count() > MOST_DIGITS {
        let most = format!("at most {MOST_DIGITS} digits: what names people belongs into the text");
        return Err(Fault::field(field, most));
    }
    Ok(())
}

pub(crate) fn check_report(report: &ReportRequest, who: &Principal) -> Answered<()> {
    let own = owns(who, &report.task);
    let means = report.means.unwrap_or(Means::App);
    // Verification and rejection are an officer's own witness, not a word passed on.
    let judges = matches!(
        report.kind,
        FactKind::Verified | FactKind::Rejected | FactKind::Called | FactKind::NotReached
    );
    if report.kind == FactKind::NotReached {
        heard_by(means)?;
    }
    match means {
        Means::System => return Err(Fault::field("means", "the system reports for itself")),
        Means::App if own && !judges => who.need(Deed::ReportOwnTask)?,
        Means::App | Means::Phone | Means::Radio | Means::InPerson => {
            who.need(Deed::ReportAnyTask)?
        }
    }
    if let FactKind::Working { percent } = report.kind
        && percent > 100
    {
        return Err(Fault::field("percent", "0 to 100"));
    }
    text_fits("note", report.note.as_deref())?;
    if let Some(position) = report.position {
        is_place(position)?;
    }
    check_answers(report)?;
    if usize::from(report.coming) > MAX_PHOTOS {
        return Err(Fault::field("coming", format!("at most {MAX_PHOTOS}")));
    }
    let of = report.shot.as_ref().map(|shot| shot.of.as_str());
    if of.is_some_and(|op| op.is_empty() || op.len() > MAX_OP_ID) {
        return Err(Fault::field("shot", "the op of the report it belongs to"));
    }
    check_photos(&report.photos)
}

pub(crate) fn check_photos(photos: &[Seal]) -> Answered<()> {
    if photos.len() > MAX_PHOTOS || !photos.iter().all(Seal::is_sound) {
        return Err(Fault::field(
            "photos",
            format!("at most {MAX_PHOTOS} ids from POST /blobs"),
        ));
    }
    Ok(())
}

/// A text that has to say something, within its bounds.
pub(crate) fn said(field: &'static str, text: &str) -> Answered<()> {
    if text.trim().is_empty() {
        return Err(Fault::field(field, "it says something".to_owned()));
    }
    text_fits(field, Some(text))
}

/// Situations and commands gathered with one press.
pub(crate) fn few_parts(count: usize) -> Answered<()> {
    if count > MAX_ALARMS {
        let most = format!("at most {MAX_ALARMS} situations and commands");
        return Err(Fault::field("situations", most));
    }
    Ok(())
}

/// A head-count and a form within their bounds.
fn check_answers(report: &ReportRequest) -> Answered<()> {
    if report.count.len() > MAX_VILLAGES {
        let most = format!("at most {MAX_VILLAGES} villages");
        return Err(Fault::field("count", most));
    }
    // Each name is a file of its own: all villages together have the bound.
    let left = || report.count.iter().flat_map(|village| &village.left);
    let sound = |photo: &Option<Seal>| photo.as_ref().is_none_or(Seal::is_sound);
    if left().count() > MAX_LEFT || !left().all(|one| sound(&one.photo)) {
        let most = format!("at most {MAX_LEFT} names or pictures in all");
        return Err(Fault::field("count", most));
    }
    for village in &report.count {
        text_fits("count", Some(&village.village))?;
    }
    for one in left() {
        text_fits("count", one.name.as_deref())?;
    }
    if report.form.len() > MAX_ANSWERS {
        let most = format!("at most {MAX_ANSWERS} answers");
        return Err(Fault::field("form", most));
    }
    for answer in &report.form {
        match &answer.value {
            AnswerValue::Text { text } | AnswerValue::Choice { option: text } => {
                text_fits("form", Some(text))?;
            }
            AnswerValue::Number { .. } => {}
        }
    }
    Ok(())
}

pub(crate) fn text_fits(field: &'static str, text: Option<&str>) -> Answered<()> {
    if text.is_some_and(|text| text.len() > MAX_TEXT) {
        return Err(Fault::field(field, format!("at most {MAX_TEXT} bytes")));
    }
    Ok(())
}

/// How an officer heard, or tried to hear, somebody else.
pub(crate) fn heard_by(means: Means) -> Answered<()> {
    if means.is_heard() {
        Ok(())
    } else {
        Err(Fault::field("means", "phone, radio or in_person"))
    }
}

/// A place on Earth.
pub(crate) fn is_place(position: Position) -> Answered<()> {
    if position.is_sound() {
        Ok(())
    } else {
        Err(Fault::field("position", "WGS 84 degrees"))
    }
}
