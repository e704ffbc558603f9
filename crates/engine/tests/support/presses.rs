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
            of: None,
        },
        ["mark", name, truth, of @ ..] => Action::MarkTruth {
            alarm: alarm(config, name),
            of: of.last().map(|kept| alarm(config, kept)),
            truth: match *truth {
                "unverified" => Truth::Unverified,
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
        ["take-notice", kind, subject, owner] => Action::TakeNotice {
            notice: notice(kind),
            subject: (*subject).to_owned(),
            owner: (*owner).into(),
        },
        ["end-notice", kind, subject] => Action::EndNotice {
            notice: notice(kind),
            subject: (*subject).to_owned(),
        },
        ["warn-weather", kind, area, level, "until", until] => {
            Action::WarnOfWeather(model::field::WeatherWarning {
                kind: (*kind).to_owned(),
                area: area_of(area),
                level: Level::ALL[place(level)],
                until: instant(until),
            })
        }
        ["lift-weather", op] => Action::LiftWeather {
            warning: (*op).into(),
        },
        ["keep-event", kind, place_, level, "from", from, rest @ ..] => {
            Action::KeepEvent(model::field::KeptEvent {
                kind: (*kind).to_owned(),
                area: place_.contains(':').then(|| area_of(place_)),
                stations: match place_.contains(':') {
                    true => Vec::new(),
                    false => vec![(*place_).to_owned()],
                },
                level: Some(Level::ALL[place(level)]),
                from: instant(from),
                until: match rest {
                    ["until", until] => Some(instant(until)),
                    _ => None,
                },
                text: seal("text"),
            })
        }
        ["drop-event", op] => Action::DropEvent {
            event: (*op).into(),
            reason: seal("reason"),
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
            situation: match rest {
                ["from", name, ..] => Some(situation(config, name)),
                _ => None,
            },
            alarms: match rest {
                ["from", _, names @ ..] => names.iter().map(|n| alarm(config, n)).collect(),
                _ => Vec::new(),
            },
            template: (*template).to_owned(),
            level: Level::ALL[place(level)],
            groups: vec![(*group).into()],
            people: Vec::new(),
            wording: seal("wording"),
            clocks: None,
        }),
        ["report", task, fact, rest @ ..] => report(task, fact, rest),
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

/// `township:T1`
fn area_of(name: &str) -> model::field::AreaRef {
    let (kind, code) = name
        .split_once(':')
        .unwrap_or_else(|| panic!("no area: {name}"));
    model::field::AreaRef {
        kind: match kind {
            "township" => AreaKind::Township,
            "catchment" => AreaKind::Catchment,
            "zone" => AreaKind::Zone,
            "county" => AreaKind::County,
            other => panic!("no kind of area: {other}"),
        },
        code: code.into(),
    }
}

fn notice(kind: &str) -> model::effect::SystemKind {
    use model::effect::SystemKind;
    match kind {
        "sensor-repair" => SystemKind::SensorRepair,
        "unstable-signal" => SystemKind::UnstableSignal,
        other => panic!("no notice: {other}"),
    }
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
