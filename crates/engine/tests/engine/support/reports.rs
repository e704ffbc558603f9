//! What people report of a task in a story.

use model::TaskId;
use model::action::{Action, ReportTask};
use model::command::*;
use model::task::{FactKind, Means, Shot, ShotPlace};

use super::presses::seal;

pub fn report(task: &str, fact: &str, rest: &[&str]) -> Action {
    let kind = match fact {
        "delivered" => FactKind::Delivered,
        "seen" => FactKind::Seen,
        "accepted" => FactKind::Accepted,
        "declined" => FactKind::Declined,
        "en-route" => FactKind::EnRoute,
        "on-scene" => FactKind::OnScene,
        "done" => FactKind::Done,
        "verified" => FactKind::Verified,
        "rejected" => FactKind::Rejected,
        "need-help" => FactKind::NeedHelp,
        "cancel-seen" => FactKind::CancelSeen,
        "called" => FactKind::Called,
        "not-reached" => FactKind::NotReached,
        "photo-of" => FactKind::Photo,
        "check-in" => FactKind::CheckedIn {
            timer: CrewKind::Personnel,
        },
        "rotated" => FactKind::CheckedIn {
            timer: CrewKind::Rotation,
        },
        percent => FactKind::Working {
            percent: percent.parse().unwrap(),
        },
    };
    let mut report = bare(task.into(), kind);
    let rest = match rest {
        [said @ .., "from", _] => said,
        rest => rest,
    };
    for word in rest {
        match word.split_once('=') {
            None => match *word {
                "by-phone" => report.means = Means::Phone,
                "photo" => report.photos.push(seal("photo")),
                "witness" => report.note = Some(seal("witness")),
                other => panic!("report: {other}"),
            },
            Some(("coming", n)) => report.coming = n.parse().unwrap(),
            Some(("of", op)) => {
                report.shot = Some(Shot {
                    of: op.into(),
                    taken: None,
                    place: ShotPlace::None,
                });
            }
            Some(("version", n)) => report.version = Some(n.parse().unwrap()),
            Some(("number", answer)) => {
                report.form.push(answered(answer, |text| FormValue::Number {
                    number: text.parse().unwrap(),
                }))
            }
            Some(("choice", answer)) => {
                report.form.push(answered(answer, |text| FormValue::Choice {
                    option: text.to_owned(),
                }))
            }
            Some(("count", row)) => report.count.push(counted(row)),
            Some(("shows", who)) => report.count.push(shown(who)),
            Some(other) => panic!("report: {other:?}"),
        }
    }
    Action::ReportTask(report)
}

/// `field:value`
fn answered(text: &str, value: impl Fn(&str) -> FormValue) -> FormAnswer {
    let (field, text) = text.split_once(':').unwrap();
    FormAnswer {
        field: field.to_owned(),
        value: value(text),
    }
}

/// `village:to move:moved:refused:unreachable[:names of refused:of unreachable]`
fn counted(text: &str) -> VillageCount {
    let mut words = text.split(':');
    let village = words.next().unwrap().to_owned();
    let numbers: Vec<u32> = words.map(|n| n.parse().unwrap()).collect();
    let names = |why: Left, n: u32| {
        (0..n).map(move |_| LeftBehind {
            why,
            name: Some(seal("name")),
            photo: None,
        })
    };
    let known = |place: usize| numbers.get(place).copied().unwrap_or(0);
    let refused = names(Left::Refused, known(4));
    VillageCount {
        village,
        to_move: numbers[0],
        moved: numbers[1],
        refused: numbers[2],
        unreachable: numbers[3],
        left: refused.chain(names(Left::Unreachable, known(5))).collect(),
    }
}

/// `village:why:picture`: whom a picture shows, with no number beside.
fn shown(text: &str) -> VillageCount {
    let [village, why, photo] = text.split(':').collect::<Vec<_>>()[..] else {
        panic!("shows: {text:?}");
    };
    let why = match why {
        "refused" => Left::Refused,
        "unreachable" => Left::Unreachable,
        other => panic!("shows: {other:?}"),
    };
    VillageCount {
        left: vec![LeftBehind {
            why,
            name: None,
            photo: Some(seal(photo)),
        }],
        ..counted(&format!("{village}:0:0:0:0"))
    }
}

/// A report from the app with nothing beside its word.
pub fn bare(task: TaskId, kind: FactKind) -> ReportTask {
    ReportTask {
        task,
        kind,
        means: Means::App,
        note: None,
        position: None,
        photos: Vec::new(),
        version: None,
        count: Vec::new(),
        form: Vec::new(),
        coming: 0,
        shot: None,
    }
}
