//! Loss reports in a story.

use std::fmt::Write;

use model::Action;
use model::loss::*;

use super::presses::seal;

fn item(name: &str) -> LossItem {
    let mut items = LossItem::ALL.into_iter();
    let found = items.find(|item| word(*item) == name);
    found.unwrap_or_else(|| panic!("no item: {name}"))
}

/// The word for it on the wire.
fn word(item: LossItem) -> String {
    let mut word = String::new();
    for letter in format!("{item:?}").chars() {
        if letter.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(letter.to_lowercase());
    }
    word
}

/// `loss i1 T1 first after 0 dead=2 missing=1 +k1:dead:V1:zhang~i1/T2/k4 -k3 photos=3 because`
pub fn report(incident: &str, township: &str, stage: &str, rest: &[&str]) -> Action {
    let stage = match stage {
        "first" => LossStage::First,
        "follow-up" => LossStage::FollowUp,
        "verified" => LossStage::Verified,
        "correction" => LossStage::Correction,
        other => panic!("no stage: {other}"),
    };
    let ["after", after, rest @ ..] = rest else {
        panic!("loss: after which version?");
    };
    let mut loss = ReportLoss {
        incident: incident.into(),
        township: township.to_owned(),
        stage,
        after: after.parse().unwrap(),
        figures: Vec::new(),
        cases: Vec::new(),
        photos: Vec::new(),
        note: None,
    };
    for word in rest {
        if let Some(entered) = word.strip_prefix('+') {
            loss.cases.push(CaseChange::Enter(entry(entered)));
        } else if let Some(case) = word.strip_prefix('-') {
            loss.cases.push(CaseChange::Withdraw {
                case: case.to_owned(),
                reason: seal("reason"),
            });
        } else if let Some(n) = word.strip_prefix("photos=") {
            let n: u32 = n.parse().unwrap();
            loss.photos = (0..n).map(|n| seal(&format!("photo{n}"))).collect();
        } else if *word == "because" {
            loss.note = Some(seal("note"));
        } else {
            let (name, value) = word
                .split_once('=')
                .unwrap_or_else(|| panic!("loss: {word}"));
            loss.figures.push(LossFigure {
                item: item(name),
                value: value.parse().unwrap(),
            });
        }
    }
    Action::ReportLoss(loss)
}

/// `apart i1 same-name T2/k5 and i1/T1/k1`, as the table says it; `unsure` opens the question again.
pub fn judge(apart: bool, words: &[&str]) -> Action {
    let [incident, kind, here, "and", there] = words else {
        panic!("judge: {words:?}");
    };
    let kind = match *kind {
        "same-name" => DoubleKind::SameName,
        "same-village" => DoubleKind::SameVillage,
        "other-incident" => DoubleKind::OtherIncident,
        other => panic!("no kind of double count: {other}"),
    };
    let case = |case: &str| (case != "-").then(|| case.to_owned());
    let here: Vec<&str> = here.split('/').collect();
    let there: Vec<&str> = there.split('/').collect();
    Action::JudgeDouble(JudgeDouble {
        incident: (*incident).into(),
        double: DoubleRef {
            kind,
            township: here[0].to_owned(),
            case: case(here[1]),
            other_incident: there[0].into(),
            other_township: there[1].to_owned(),
            other_case: case(there[2]),
        },
        apart,
        reason: seal("reason"),
    })
}

/// `case:kind:village[:name][~incident/township/case]`
fn entry(text: &str) -> LossCase {
    let (text, alike) = text.split_once('~').unwrap_or((text, ""));
    let words: Vec<&str> = text.split(':').collect();
    let kind = match words[1] {
        "dead" => CaseKind::Dead,
        "missing" => CaseKind::Missing,
        "home" => CaseKind::Home,
        other => panic!("no kind of case: {other}"),
    };
    let alike = alike.split(',').filter(|text| !text.is_empty());
    LossCase {
        case: words[0].to_owned(),
        kind,
        village: words[2].to_owned(),
        name: words.get(3).map(|name| seal(name)),
        note: None,
        alike: alike
            .map(|text| {
                let place: Vec<&str> = text.split('/').collect();
                CaseRef {
                    incident: place[0].into(),
                    township: place[1].to_owned(),
                    case: place[2].to_owned(),
                }
            })
            .collect(),
    }
}

/// What stands in the table: each number with what it was before, the ledgers, the sums, the doubts.
pub fn line(table: &LossTable) -> String {
    let mut line = String::new();
    for row in &table.townships {
        write!(line, "; {}", row.township).unwrap();
        let Some(last) = row.versions.last() else {
            line.push_str(" owed");
            continue;
        };
        let late = if row.versions[0].late { " late" } else { "" };
        let (stage, number) = (format!("{:?}", last.stage), last.number);
        write!(line, "{late} {number} {stage} {} by {}:", last.nth, last.by).unwrap();
        for cell in &row.cells {
            write!(line, " {}", word(cell.item)).unwrap();
            for (n, step) in cell.steps.iter().enumerate() {
                let arrow = match (n, step.down) {
                    (0, _) => " ",
                    (_, true) => "↓",
                    (_, false) => "↑",
                };
                write!(line, "{arrow}{}", step.value).unwrap();
            }
            if let Some(listed) = cell.listed {
                write!(line, " ({listed} listed)").unwrap();
            }
        }
        for case in &row.cases {
            let was: Vec<String> = case.was.iter().map(|kind| format!("{kind:?}, ")).collect();
            let now = match case.withdrawn {
                Some(_) => "withdrawn".to_owned(),
                None => format!("{:?}", case.kind),
            };
            let named = if case.name.is_some() { " named" } else { "" };
            write!(line, " [{} {}{now}{named}]", case.case, was.concat()).unwrap();
        }
    }
    for total in &table.totals {
        let parts: Vec<&str> = total.versions.iter().map(|id| id.as_str()).collect();
        write!(
            line,
            " | {} {} of {}",
            word(total.item),
            total.value,
            parts.join("+")
        )
        .unwrap();
    }
    for double in &table.doubles {
        write!(
            line,
            " | {:?} {}/{} and {}/{}/{}",
            double.kind,
            double.township,
            double.case.as_deref().unwrap_or("-"),
            double.other_incident,
            double.other_township,
            double.other_case.as_deref().unwrap_or("-"),
        )
        .unwrap();
        if let Some(settled) = &double.settled {
            write!(line, " apart by {} of {}", settled.by, settled.id).unwrap();
        }
    }
    line
}
