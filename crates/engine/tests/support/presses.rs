//! What people press in a story.

use model::action::{Act, Action, IssueCommand, Matcher, ReportTask, Truth};
use model::config::*;
use model::id::Seal;
use model::task::{FactKind, Means};
use model::*;

use super::script::{instant, place};

pub fn alarm(config: &Config, name: &str) -> AlarmKey {
    let (rule, station) = name
        .split_once('@')
        .unwrap_or_else(|| panic!("no alarm: {name}"));
    let hazard = config.rules.iter().find(|r| r.id == rule);
    let hazard = hazard.map_or("flood", |r| r.hazard.as_str());
    AlarmKey::of(&config.code, rule, station, hazard)
}

fn seal(text: &str) -> Seal {
    Seal::of(&[0; 16], text.as_bytes())
}

pub fn act(config: &Config, op: &str, by: &str, words: &[&str]) -> Act {
    let role = config
        .people
        .iter()
        .find(|p| p.id.as_str() == by)
        .map(|p| p.role);
    let action = match words {
        ["acknowledge", names @ ..] => Action::Acknowledge {
            alarms: names.iter().map(|n| alarm(config, n)).collect(),
        },
        ["true", name] => Action::MarkTruth {
            alarm: alarm(config, name),
            truth: Truth::True,
        },
        ["mark", name, truth] => Action::MarkTruth {
            alarm: alarm(config, name),
            truth: match *truth {
                "true" => Truth::True,
                "false" => Truth::False,
                "test" => Truth::Test,
                "duplicate" => Truth::Duplicate,
                other => panic!("no truth: {other}"),
            },
        },
        ["acknowledge-situation", name, names @ ..] => Action::AcknowledgeSituation {
            situation: situation(config, name),
            alarms: names.iter().map(|n| alarm(config, n)).collect(),
        },
        ["shelve", name, "until", until] => Action::Shelve {
            alarm: alarm(config, name),
            until: instant(until),
            reason: None,
        },
        ["unshelve", name] => Action::Unshelve {
            alarm: alarm(config, name),
        },
        ["silence", "until", until, fields @ ..] => Action::Silence {
            matcher: matcher(fields),
            until: instant(until),
            reason: seal("reason"),
        },
        ["maintain", stations, "from", from, "until", until] => Action::Maintain {
            stations: stations.split(',').map(str::to_owned).collect(),
            from: instant(from),
            until: instant(until),
            ticket: "W-1".into(),
        },
        ["out-of-service", station] => Action::TakeOutOfService {
            station: (*station).into(),
            reason: seal("reason"),
        },
        ["approve", op] => Action::ApproveSuppression {
            suppression: (*op).into(),
        },
        ["end", op] => Action::EndSuppression {
            suppression: (*op).into(),
        },
        ["reset", name] => Action::ResetAlarm {
            alarm: alarm(config, name),
            reason: None,
        },
        ["cancel", command] => Action::CancelCommand {
            command: (*command).into(),
            reason: None,
        },
        ["end-help", task] => Action::EndNotice {
            notice: model::effect::SystemKind::NeedHelp,
            subject: (*task).to_owned(),
        },
        ["issue", template, level, "to", group, rest @ ..] => Action::IssueCommand(IssueCommand {
            alarm: match rest {
                ["for", name] => Some(alarm(config, name)),
                _ => None,
            },
            template: (*template).to_owned(),
            level: Level::ALL[place(level)],
            groups: vec![(*group).into()],
            people: Vec::new(),
            wording: seal("wording"),
            clocks: None,
        }),
        ["report", task, fact, rest @ ..] => report(task, fact, rest),
        ["answer", "roll", op, page, rest @ ..] => answer(format!("{op}.{page}"), rest),
        ["answer", name, policy, began, page, rest @ ..] => {
            let began = instant(began).ms();
            let situation = situation(config, name);
            answer(format!("{situation}-{policy}-{began:x}.{page}"), rest)
        }
        ["change-duty", post, "from", from, "until", until, rest @ ..] => Action::ChangeDuty {
            post: (*post).into(),
            from: instant(from),
            until: instant(until),
            out: after("out", rest),
            into: after("into", rest),
        },
        ["swap", post, first, first_at, second, second_at] => Action::SwapShifts {
            post: (*post).into(),
            first: (*first).into(),
            first_at: instant(first_at),
            second: (*second).into(),
            second_at: instant(second_at),
        },
        ["end-duty", op] => Action::EndDutyChange {
            change: (*op).into(),
        },
        ["sign-in", post] => Action::SignIn {
            post: (*post).into(),
        },
        ["hand-over", post] => Action::SignHandover {
            post: (*post).into(),
            note: None,
        },
        ["call-roll", posts @ ..] => Action::CallRoll {
            posts: posts.iter().map(|p| (*p).into()).collect(),
        },
        ["end-run", op] => Action::EndRun {
            run: RunId::from(*op),
        },
        other => panic!("no act: {other:?}"),
    };
    Act {
        op: op.into(),
        by: by.into(),
        role: role.unwrap_or(Role::Viewer),
        device_at: None,
        action,
    }
}

fn after(word: &str, words: &[&str]) -> Option<PersonId> {
    let place = words.iter().position(|w| *w == word)?;
    Some(words[place + 1].into())
}

fn answer(page: String, words: &[&str]) -> Action {
    Action::AnswerPage {
        page: PageId(page),
        ack: words.first() == Some(&"yes"),
        means: if words.contains(&"by-phone") {
            Means::Phone
        } else {
            Means::App
        },
        reason: None,
    }
}

fn report(task: &str, fact: &str, rest: &[&str]) -> Action {
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
        percent => FactKind::Working {
            percent: percent.parse().unwrap(),
        },
    };
    let mut report = ReportTask {
        task: task.into(),
        kind,
        means: Means::App,
        note: None,
        position: None,
        photos: Vec::new(),
    };
    for word in rest {
        match *word {
            "by-phone" => report.means = Means::Phone,
            "photo" => report.photos.push(seal("photo")),
            "witness" => report.note = Some(seal("witness")),
            other => panic!("report: {other}"),
        }
    }
    Action::ReportTask(report)
}

/// `flood/township:T1` of the first storm, `flood/township:T1#2` of the second.
fn situation(config: &Config, name: &str) -> SituationId {
    let (hazard, area) = name
        .split_once('/')
        .unwrap_or_else(|| panic!("no situation: {name}"));
    let (area, storm) = area.split_once('#').unwrap_or((area, "1"));
    SituationId::of(&config.code, hazard, area, storm.parse().unwrap())
}

fn matcher(words: &[&str]) -> Matcher {
    let mut matcher = Matcher::default();
    for pair in words.chunks(2) {
        let [field, value] = pair else {
            panic!("matcher: {words:?}")
        };
        let text = Some((*value).to_owned());
        match *field {
            "hazard" => matcher.hazard = text,
            "rule" => matcher.rule = text,
            "station" => matcher.station = text,
            "township" => matcher.township = text,
            "catchment" => matcher.catchment = text,
            "up-to" => matcher.up_to = Some(Level::ALL[place(value)]),
            other => panic!("matcher: {other}"),
        }
    }
    matcher
}
