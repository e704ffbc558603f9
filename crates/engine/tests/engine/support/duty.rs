//! The words of a story about posts, rosters, escalations and pages.

use engine::Engine;
use model::config::*;
use model::page::{About, Channel, PageFact};
use model::view::{PageStage, RunLine, RunState};
use model::{OpId, PageId, PersonId, RunId};

use super::clock;
use super::script::{instant, place, span};

/// `desk,push` in the order they are tried.
pub fn channels(text: &str) -> Vec<Channel> {
    let channel = |word| Channel::of_word(word).unwrap_or_else(|| panic!("no channel: {word}"));
    text.split(',').map(channel).collect()
}

pub fn read(config: &mut Config, words: &[&str]) -> bool {
    let organisation = &mut config.organisation;
    match words {
        ["post", id, rest @ ..] => {
            organisation.posts.retain(|p| p.id.as_str() != *id);
            organisation.posts.push(post(id, rest));
        }
        ["policy", id, rest @ ..] => {
            organisation.escalations.retain(|e| e.id != *id);
            organisation.escalations.push(policy(id, rest));
        }
        ["step", id, after, rest @ ..] => {
            let policy = organisation.escalations.iter_mut().find(|e| e.id == *id);
            let policy = policy.unwrap_or_else(|| panic!("no policy {id}"));
            let must = rest.first() == Some(&"must");
            let rest = if must { &rest[1..] } else { rest };
            policy.steps.push(EscalationStep {
                after_ms: span(after),
                calls: calls(rest),
                must,
            });
        }
        ["at-last", id, rest @ ..] => {
            let policy = organisation.escalations.iter_mut().find(|e| e.id == *id);
            policy.unwrap().exhausted = calls(rest);
        }
        ["limit", channel, count, per] => organisation.limits.push(ContactLimit {
            channel: channels(channel)[0],
            count: count.parse().unwrap(),
            per_ms: span(per),
        }),
        ["collapse", least, within, patience @ ..] => {
            let pairs = patience.chunks(2);
            let pairs = pairs.map(|pair| (channels(pair[0])[0], span(pair[1])));
            organisation.collapse = Collapse {
                least: least.parse().unwrap(),
                within_ms: span(within),
                ..Collapse::usual()
            };
            organisation.collapse.patience_ms.extend(pairs);
        }
        ["plan", id, every, at, rest @ ..] => {
            organisation.plans.retain(|p| p.id != *id);
            organisation.plans.push(plan(id, every, at, rest));
        }
        ["look-ahead", ahead] => organisation.look_ahead_ms = span(ahead),
        _ => return false,
    }
    true
}

/// `post desk [kind duty] [in T1] [people a,b] [from 08:00 shifts 12h,12h crews a+b,c] [least 2]
/// [sign-in 10m] [handover]`
fn post(id: &str, words: &[&str]) -> Post {
    let mut post = Post {
        id: id.into(),
        title: Text::same(id),
        kind: id.into(),
        unit: None,
        township: None,
        people: Vec::new(),
        roster: None,
    };
    let people = |text: &str, by: char| -> Vec<PersonId> {
        let names = text.split(by).filter(|name| *name != "-");
        names.map(Into::into).collect()
    };
    let mut rest = words;
    while let [word, tail @ ..] = rest {
        let roster = post.roster.as_mut();
        rest = match (*word, tail) {
            ("kind", [kind, after @ ..]) => {
                post.kind = (*kind).into();
                after
            }
            ("in", [township, after @ ..]) => {
                post.township = Some((*township).into());
                after
            }
            ("people", [list, after @ ..]) => {
                post.people = people(list, ',');
                after
            }
            ("from", [from, "shifts", shifts, "crews", crews, after @ ..]) => {
                post.roster = Some(Roster {
                    from: instant(from),
                    shifts_ms: shifts.split(',').map(span).collect(),
                    crews: crews.split(',').map(|crew| people(crew, '+')).collect(),
                    least: 1,
                    sign_in_ms: None,
                    handover: false,
                });
                after
            }
            ("least", [least, after @ ..]) => {
                roster.unwrap().least = least.parse().unwrap();
                after
            }
            ("sign-in", [within, after @ ..]) => {
                roster.unwrap().sign_in_ms = Some(span(within));
                after
            }
            ("handover", after) => {
                roster.unwrap().handover = true;
                after
            }
            other => panic!("post {id}: {other:?}"),
        };
    }
    post
}

/// `plan weekly 1 10:30 [groups dams,village] [by sms,voice]`: days to 7 are of the week, from 8 of the month.
fn plan(id: &str, day: &str, at: &str, words: &[&str]) -> Plan {
    let day: u8 = day.parse().unwrap();
    let midnight = instant("00:00");
    let mut plan = Plan {
        id: id.into(),
        title: Text::same(id),
        when: Schedule {
            every: if day < 8 {
                Every::Week(day)
            } else {
                Every::Month(day)
            },
            minute: (instant(at).since_ms(midnight) / 60_000) as u16,
            offset_min: 0,
        },
        groups: Vec::new(),
        channels: Vec::new(),
    };
    for pair in words.chunks(2) {
        match pair {
            ["groups", groups] => plan.groups = groups.split(',').map(Into::into).collect(),
            ["by", list] => plan.channels = channels(list),
            other => panic!("plan {id}: {other:?}"),
        }
    }
    plan
}

/// `policy red levels red,orange [hazard gas] [all] [loops 2] [loop-after 5m] [roll-call]`
fn policy(id: &str, words: &[&str]) -> Escalation {
    let mut policy = Escalation {
        id: id.into(),
        title: Text::same(id),
        occasion: Occasion::Situation,
        levels: Vec::new(),
        hazards: Vec::new(),
        confirm_all: false,
        steps: Vec::new(),
        loops: 0,
        loop_after_ms: 300_000,
        exhausted: Vec::new(),
    };
    let mut rest = words;
    while let [word, tail @ ..] = rest {
        rest = match (*word, tail) {
            ("levels", [levels, after @ ..]) => {
                let levels = levels
                    .split(',')
                    .map(|level| model::Level::ALL[place(level)]);
                policy.levels = levels.collect();
                after
            }
            ("hazard", [hazard, after @ ..]) => {
                policy.hazards.push((*hazard).into());
                after
            }
            ("loops", [loops, after @ ..]) => {
                policy.loops = loops.parse().unwrap();
                after
            }
            ("loop-after", [after_ms, after @ ..]) => {
                policy.loop_after_ms = span(after_ms);
                after
            }
            ("all", after) => {
                policy.confirm_all = true;
                after
            }
            ("roll-call", after) => {
                policy.occasion = Occasion::RollCall;
                after
            }
            other => panic!("policy {id}: {other:?}"),
        };
    }
    policy
}

/// `post:desk,person:li by push,sms post:leader by voice`; without `by`, each in their own order.
fn calls(words: &[&str]) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut rest = words;
    while let [word, tail @ ..] = rest {
        rest = match (*word, tail) {
            ("by", [list, after @ ..]) => {
                calls.last_mut().unwrap().by = channels(list);
                after
            }
            (to, after) => {
                calls.push(Call {
                    to: to.split(',').map(target).collect(),
                    by: Vec::new(),
                });
                after
            }
        };
    }
    calls
}

fn target(word: &str) -> Target {
    match word.split_once(':') {
        Some(("post", post)) => Target::Post(post.into()),
        Some(("township", kind)) => Target::Township(kind.into()),
        Some(("group", group)) => Target::Group(group.into()),
        Some(("person", person)) => Target::Person(person.into()),
        None if word == "called" => Target::Called,
        other => panic!("no target: {other:?}"),
    }
}

/// A page of the newest run that has one for this person and channel, and what became of it.
pub struct Receipt {
    person: String,
    channel: Channel,
    step: Option<u16>,
    pub fact: PageFact,
    pub reply: Option<OpId>,
}

/// `page li voice [step 2] failed busy line`, `page li sms acked by r1`: by a reply
pub fn receipt(words: &[&str]) -> Receipt {
    let [person, channel, rest @ ..] = words else {
        panic!("page: {words:?}")
    };
    let (step, rest) = match rest {
        ["step", step, rest @ ..] => (Some(step.parse().unwrap()), rest),
        rest => (None, rest),
    };
    let (rest, reply) = match rest {
        [fact, "by", reply] => (std::slice::from_ref(fact), Some((*reply).into())),
        rest => (rest, None),
    };
    let fact = match rest {
        ["sent"] => PageFact::Sent,
        ["accepted"] => PageFact::Accepted { reference: None },
        ["delivered"] => PageFact::Delivered,
        ["seen"] => PageFact::Seen,
        ["acked"] => PageFact::Acked,
        ["declined"] => PageFact::Declined,
        ["expired"] => PageFact::Expired,
        ["failed", why @ ..] => PageFact::Failed { why: why.join(" ") },
        ["no-way", why @ ..] => PageFact::NoWay { why: why.join(" ") },
        other => panic!("page: {other:?}"),
    };
    Receipt {
        person: (*person).into(),
        channel: channels(channel)[0],
        step,
        fact,
        reply,
    }
}

impl Receipt {
    pub fn page(&self, engine: &Engine) -> PageId {
        newest_page(engine, &self.person, self.channel, self.step)
            .unwrap_or_else(|| panic!("no page to {} by {:?}", self.person, self.channel))
    }
}

/// The newest page to a person on a channel.
pub fn newest_page(
    engine: &Engine,
    person: &str,
    channel: Channel,
    step: Option<u16>,
) -> Option<PageId> {
    let runs = engine.run_views();
    let pages = runs.iter().flat_map(|run| engine.pages_of(&run.id));
    let ours = pages.filter(|p| {
        p.to.as_str() == person && p.channel == channel && step.is_none_or(|s| p.step == s)
    });
    ours.max_by_key(|p| (p.at, p.round, p.step)).map(|p| p.id)
}

/// What a page is about, in a word.
pub fn about(engine: &Engine, about: &About) -> String {
    match about {
        About::Situation(id) => engine.situation_view(*id).map_or_else(
            || "a situation".to_owned(),
            |s| format!("{}/{}", s.hazard, s.area.code),
        ),
        About::Task(task) => format!("task {task}"),
        About::Notice { kind, subject } => format!("{kind:?} {subject}"),
        About::RollCall(_) => "the roll-call".to_owned(),
        About::Test(_) => "a test".to_owned(),
    }
}

pub fn run_line(engine: &Engine, run: &RunId, line: &RunLine) -> String {
    let view = engine.run_view(run).unwrap();
    let mut text = format!("run {}: ", view.policy);
    text.push_str(&match line {
        RunLine::Began { level } => match level {
            Some(level) => format!("begins at {level:?}"),
            None => "begins".to_owned(),
        },
        RunLine::Step {
            round,
            step,
            called,
        } => format!("round {round} step {step} calls {called}"),
        RunLine::Empty { round, step } => format!("round {round} step {step} is empty"),
        RunLine::Refused { round, step } => format!("round {round} step {step} reached nobody"),
        RunLine::Recovered {
            from,
            until,
            called,
        } => format!(
            "recovered, missed {}-{}, calls {called}",
            clock(*from),
            clock(*until)
        ),
        RunLine::ClockMissed { step } => format!("step {step} missed its clock"),
        RunLine::Widened { called } => format!("widened, calls {called}"),
        RunLine::Satisfied => "satisfied".to_owned(),
        RunLine::Exhausted { called } => format!("exhausted, calls {called}"),
        RunLine::Cancelled { why } => format!("cancelled, {why:?}"),
        RunLine::Answered {
            person,
            ack,
            means,
            by,
            ..
        } => {
            let word = if *ack { "yes" } else { "no" };
            format!("{person} says {word} by {means:?} to {by}")
        }
    });
    if let Some(next) = &view.next
        && view.state == RunState::Running
    {
        let step = next
            .step
            .map_or("round ends".to_owned(), |s| format!("step {s}"));
        text.push_str(&format!(", next {step} at {}", clock(next.at)));
    }
    text
}

/// Only what says more than that it was called.
pub fn known_line(engine: &Engine, page: &PageId) -> Option<String> {
    let view = engine.page_view(page)?;
    let (to, by) = (&view.to, view.channel.word());
    match view.stage {
        PageStage::Called if view.facts.is_empty() => None,
        stage @ (PageStage::Called
        | PageStage::Held
        | PageStage::Bundled
        | PageStage::Accepted
        | PageStage::Failed
        | PageStage::Expired
        | PageStage::Delivered
        | PageStage::Seen
        | PageStage::Declined
        | PageStage::Acked) => Some(format!("page {to} by {by} is {stage:?}")),
    }
}
