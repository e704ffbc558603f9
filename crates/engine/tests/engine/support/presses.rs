//! What people press in a story.

use model::action::{Act, Action, IssueCommand, Matcher, Shown, Truth};
use model::command::*;
use model::config::*;
use model::effect::SystemKind;
use model::id::Seal;
use model::incident::{OpenSituation, OpenedBy};
use model::task::Means;
use model::*;

use super::script::{instant, place, span};

pub fn alarm(config: &Config, name: &str) -> AlarmKey {
    let (rule, station) = name
        .split_once('@')
        .unwrap_or_else(|| panic!("no alarm: {name}"));
    let hazard = config.rules.iter().find(|r| r.id == rule);
    let blind = rule == engine::BLIND_SPOT;
    let hazard = hazard.map_or(if blind { "" } else { "flood" }, |r| r.hazard.as_str());
    AlarmKey::of(&config.code, rule, station, hazard)
}

/// `warn@ST01`, or `warn@ST01=1:3` where the screen showed its first episode at level 3.
fn seen(config: &Config, names: &[&str]) -> (Vec<AlarmKey>, Vec<Shown>) {
    let (mut alarms, mut shown) = (Vec::new(), Vec::new());
    for name in names {
        let (name, how) = name.split_once('=').unwrap_or((name, ""));
        let alarm = alarm(config, name);
        alarms.push(alarm);
        if let Some((episode, level)) = how.split_once(':') {
            shown.push(Shown {
                alarm,
                episode: format!("{alarm}-{episode}"),
                level: level.parse().unwrap(),
            });
        }
    }
    (alarms, shown)
}

/// `need_help/c1.zhang=2:4` where the screen showed its second call at level 4.
fn seen_situation(config: &Config, name: &str) -> (SituationId, Option<Shown>) {
    let (name, how) = name.split_once('=').unwrap_or((name, ""));
    let id = situation(config, name);
    let shown = how.split_once(':').map(|(call, level)| Shown {
        alarm: AlarmKey(id.0),
        episode: format!("{id}-{call}"),
        level: level.parse().unwrap(),
    });
    (id, shown)
}

fn end_notice(notice: SystemKind, subject: &str, shown: Option<Shown>) -> Action {
    Action::EndNotice {
        notice,
        subject: subject.to_owned(),
        shown,
    }
}

pub fn seal(text: &str) -> Seal {
    Seal::of(&[0; 16], text.as_bytes())
}

pub fn act(config: &Config, op: &str, by: &str, words: &[&str]) -> Act {
    let role = config
        .people
        .iter()
        .find(|p| p.id.as_str() == by)
        .map(|p| p.role);
    let action = match words {
        ["acknowledge", names @ ..] => {
            let (alarms, shown) = seen(config, names);
            Action::Acknowledge { alarms, shown }
        }
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
        ["acknowledge-situation", name, names @ ..] => {
            let (alarms, mut shown) = seen(config, names);
            let (situation, by_hand) = seen_situation(config, name);
            shown.extend(by_hand);
            Action::AcknowledgeSituation {
                situation,
                alarms,
                shown,
            }
        }
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
            ticket: String::new(),
            order: Some(seal("order")),
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
        ["end-notice", kind, subject] => end_notice(notice(kind), subject, None),
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
        ["end-help", task] => {
            let (_, shown) = seen_situation(config, &format!("need_help/{task}"));
            end_notice(SystemKind::NeedHelp, task.split('=').next().unwrap(), shown)
        }
        ["issue", template, level, "to", group, rest @ ..] => {
            let mut order = IssueCommand {
                alarm: None,
                template: (*template).to_owned(),
                level: Level::ALL[place(level)],
                groups: vec![(*group).into()],
                people: Vec::new(),
                wording: seal("wording"),
                clocks: None,
                count: None,
                supersedes: None,
                villages: Vec::new(),
                situation: None,
                alarms: Vec::new(),
                shown: Vec::new(),
            };
            let mut rest = rest;
            if let ["from", name, names @ ..] = rest {
                let (id, by_hand) = seen_situation(config, name);
                order.situation = Some(id);
                (order.alarms, order.shown) = seen(config, names);
                order.shown.extend(by_hand);
                rest = &[];
            }
            for pair in rest.chunks(2) {
                match pair {
                    ["for", name] => {
                        let (alarms, shown) = seen(config, &[name]);
                        order.alarm = alarms.first().copied();
                        order.shown = shown;
                    }
                    ["count", n] => order.count = Some(n.parse().unwrap()),
                    ["supersedes", command] => order.supersedes = Some((*command).into()),
                    ["village", row] => {
                        let (village, to_move) = row.split_once('=').unwrap();
                        order.villages.push(VillageTarget {
                            village: village.to_owned(),
                            to_move: to_move.parse().unwrap(),
                        });
                    }
                    other => panic!("issue: {other:?}"),
                }
            }
            Action::IssueCommand(order)
        }
        ["confirm", command, count] => Action::ConfirmCommand {
            command: (*command).into(),
            count: count.parse().unwrap(),
        },
        ["approve-command", command] => Action::ApproveCommand {
            command: (*command).into(),
            approve: true,
            reason: None,
        },
        ["decline-command", command] => Action::ApproveCommand {
            command: (*command).into(),
            approve: false,
            reason: None,
        },
        ["stop", command] => Action::StopCommand {
            command: (*command).into(),
        },
        ["reassign", task, "to", person] => Action::ReassignTask {
            task: (*task).into(),
            to: (*person).into(),
            reason: None,
        },
        ["hasten", task] => Action::HastenTask {
            task: (*task).into(),
        },
        ["postpone", task, by] => Action::PostponeTask {
            task: (*task).into(),
            by_ms: span(by),
        },
        ["open-situation", hazard, level, "call", rest @ ..] => {
            Action::OpenSituation(OpenSituation {
                hazard: (*hazard).to_owned(),
                level: Level::ALL[place(level)],
                how: OpenedBy::Call,
                area: match rest {
                    ["in", code] => Some((AreaKind::Township, (*code).to_owned())),
                    [] => None,
                    other => panic!("open-situation: {other:?}"),
                },
                text: seal("text"),
                place: None,
            })
        }
        ["grade", name, level] => Action::GradeSituation {
            situation: situation(config, name),
            level: Level::ALL[place(level)],
        },
        ["close-situation", name] => {
            let (situation, shown) = seen_situation(config, name);
            Action::CloseSituation {
                situation,
                reason: seal("reason"),
                shown,
            }
        }
        ["decide", name, "response", response] => Action::Decide {
            situation: situation(config, name),
            response: Some(response.parse().unwrap()),
            reason: None,
        },
        ["decide", name, "not-to-act", rest @ ..] => Action::Decide {
            situation: situation(config, name),
            response: None,
            reason: (rest == ["because"]).then(|| seal("reason")),
        },
        ["open-incident", class, rest @ ..] => Action::OpenIncident {
            title: seal("title"),
            class: if *class == "none" {
                String::new()
            } else {
                (*class).to_owned()
            },
            situations: rest
                .iter()
                .filter(|w| w.contains('/'))
                .map(|w| situation(config, w))
                .collect(),
            commands: rest
                .iter()
                .filter(|w| !w.contains('/'))
                .map(|w| (*w).into())
                .collect(),
        },
        ["gather", incident, rest @ ..] => Action::GatherIncident {
            incident: (*incident).into(),
            situations: Vec::new(),
            commands: rest.iter().map(|w| (*w).into()).collect(),
        },
        ["note", incident] => Action::NoteIncident {
            incident: (*incident).into(),
            text: seal("note"),
            photos: Vec::new(),
        },
        ["merge", incident, "into", into] => Action::MergeIncident {
            incident: (*incident).into(),
            into: (*into).into(),
        },
        ["close-incident", incident] => Action::CloseIncident {
            incident: (*incident).into(),
            reason: seal("reason"),
        },
        ["send-report", incident, clock] => Action::SendReport {
            incident: (*incident).into(),
            clock: (*clock).to_owned(),
            text: seal("report"),
            received_by: seal("city"),
            photos: Vec::new(),
        },
        ["loss", incident, township, stage, rest @ ..] => {
            super::losses::report(incident, township, stage, rest)
        }
        ["apart", rest @ ..] => super::losses::judge(true, rest),
        ["unsure", rest @ ..] => super::losses::judge(false, rest),
        ["end-crew", task] => end_notice(SystemKind::CrewOverdue, task, None),
        ["report", task, fact, rest @ ..] => super::reports::report(task, fact, rest),
        ["place", task, where_, ..] => Action::ReportPlace {
            task: (*task).into(),
            position: seal(where_),
        },
        ["answer-for", person, name, policy, began, word] => Action::AnswerCall {
            run: run(config, name, policy, began),
            person: (*person).into(),
            ack: word.starts_with("yes"),
            means: match word.split_once('-') {
                Some((_, "by-app")) => Means::App,
                Some((_, "by-radio")) => Means::Radio,
                _ => Means::Phone,
            },
            reason: None,
        },
        ["answer", "roll", op, page, rest @ ..] => answer(format!("{op}.{page}"), rest),
        ["answer", name, policy, began, page, rest @ ..] => {
            answer(format!("{}.{page}", run(config, name, policy, began)), rest)
        }
        ["see", name, policy, began, page] => Action::SeePage {
            page: PageId(format!("{}.{page}", run(config, name, policy, began))),
        },
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
        ["test-contacts", people @ ..] => Action::TestContacts {
            people: people.iter().map(|p| (*p).into()).collect(),
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
        device_at: match words {
            ["place" | "report", .., "from", when] => Some(instant(when)),
            _ => None,
        },
        action,
    }
}

/// The run about a situation by a policy that began then.
fn run(config: &Config, name: &str, policy: &str, began: &str) -> RunId {
    let began = instant(began).ms();
    RunId(format!("{}-{policy}-{began:x}", situation(config, name)))
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

/// `flood/township:T1` of the first storm, `flood/township:T1#2` of the second.
fn situation(config: &Config, name: &str) -> SituationId {
    let (hazard, area) = name
        .split_once('/')
        .unwrap_or_else(|| panic!("no situation: {name}"));
    // What was opened by hand belongs to no storm.
    let first = if area.contains(':') && !area.starts_with("by_hand") {
        "1"
    } else {
        "0"
    };
    let (area, storm) = area.split_once('#').unwrap_or((area, first));
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

fn notice(kind: &str) -> SystemKind {
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
