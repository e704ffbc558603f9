//! What a story asks to be shown about posts, runs, pages and what is owed.

use engine::Engine;
use model::{PersonId, Time};

use super::clock;
use super::script::instant;

/// `show duty desk [11:00]`, `show gaps desk`, `show handover desk`, `show run red`, `show pages red`,
/// `show snapshot`, `show out li sms`, `show ahead red`, `show posts roll`,
/// `show calls c1.li`, `show contacts li`, `show reach`, `show plans`, `show sight ST01`,
/// `show situations`, `show commands`
pub fn show(engine: &Engine, at: Time, words: &[String]) -> Option<Vec<String>> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let names = |people: &[PersonId]| {
        let names: Vec<&str> = people.iter().map(PersonId::as_str).collect();
        if names.is_empty() {
            "nobody".to_owned()
        } else {
            names.join(" ")
        }
    };
    match words.as_slice() {
        ["sight", station] => Some(vec![sight(engine, at, station)]),
        ["situations"] => Some(situations(engine, at)),
        ["commands"] => {
            let shown = engine.command_views(at);
            let shown: Vec<&str> = shown.iter().map(|one| one.id.as_str()).collect();
            Some(vec![format!("commands {}", shown.join(" "))])
        }
        ["duty", post] => {
            let view = engine.post_view(&(*post).into(), at).unwrap();
            Some(vec![format!("duty {post} now {}", names(&view.now))])
        }
        ["duty", post, when] => {
            let people = engine.on_duty(&(*post).into(), instant(when));
            Some(vec![format!("duty {post} {when} {}", names(&people))])
        }
        ["gaps", post] => {
            let view = engine.post_view(&(*post).into(), at).unwrap();
            let gap = |g: &model::view::GapView| {
                let people = names(&g.people);
                format!(
                    "gap {post} {}-{} {people} of {}",
                    clock(g.from),
                    clock(g.until),
                    g.least
                )
            };
            let gaps: Vec<String> = view.gaps.iter().map(gap).collect();
            Some(if gaps.is_empty() {
                vec![format!("no gap {post}")]
            } else {
                gaps
            })
        }
        ["handover", post] => {
            let view = engine.post_view(&(*post).into(), at).unwrap();
            let Some(h) = view.handover else {
                return Some(vec![format!("no handover {post}")]);
            };
            let signed = h.signed.map_or("nobody".to_owned(), |s| s.by.0);
            let o = h.obligations;
            let passing = format!(
                "handover {post} from {} to {}, signed by {signed}",
                names(&h.from),
                names(&h.to)
            );
            Some(vec![passing, owed_line(&o)])
        }
        ["run", policy] => {
            let run = engine
                .run_views()
                .into_iter()
                .find(|r| r.policy == *policy)?;
            let mut line = format!(
                "run {policy} {:?}, called {}, confirmed {}, refused {}, waiting for {}",
                run.state,
                run.called,
                run.confirmed,
                run.refused,
                names(&run.waiting)
            );
            if let Some(next) = run.next {
                line.push_str(&format!(
                    ", next at {} {} by {}",
                    clock(next.at),
                    names(&next.to),
                    next.by
                        .iter()
                        .map(|c| c.word())
                        .collect::<Vec<_>>()
                        .join(" ")
                ));
            }
            if !run.vacant.is_empty() {
                line.push_str(&format!(", {} posts have nobody", run.vacant.len()));
            }
            Some(vec![line])
        }
        ["ahead", policy] => {
            let run = engine
                .run_views()
                .into_iter()
                .find(|r| r.policy == *policy)?;
            let mut line = format!("ahead {policy}: not called {}", names(&run.uncalled));
            if let Some(next) = run.next {
                let (must, to) = (if next.must { " must" } else { "" }, names(&next.to));
                line.push_str(&format!(", next{must} at {} {to}", clock(next.at)));
                line.push_str(&next.law.map_or(String::new(), |law| {
                    let (by, of) = (clock(law.by), names(&law.of));
                    format!(", law of step {} by {by} {of}", law.step)
                }));
            }
            Some(vec![line])
        }
        ["posts", policy] => {
            let run = engine
                .run_views()
                .into_iter()
                .find(|r| r.policy == *policy)?;
            let line = |p: &model::view::PostCalled| {
                let here = p.here.as_ref();
                let here = here.map_or("nobody answered".to_owned(), |h| {
                    format!("{} is there since {}", h.by, clock(h.at))
                });
                format!("post {} called {}, {here}", p.post, names(&p.people))
            };
            Some(run.posts.iter().map(line).collect())
        }
        ["calls", task] => {
            let view = engine.task_view(&(*task).into())?;
            let call = |c: &model::view::TaskCall| format!("{} {:?}", c.channel.word(), c.stage);
            let calls: Vec<String> = view.calls.iter().map(call).collect();
            let mut line = format!("calls {task}: {}", calls.join(", "));
            if let Some(next) = view.next_call {
                let next = format!("; next {} at {}", next.channel.word(), clock(next.at));
                line.push_str(&next);
            }
            Some(vec![line])
        }
        ["contacts", person] => {
            let views = engine.contact_views();
            let view = views.into_iter().find(|v| v.person.as_str() == *person)?;
            let line = |c: &model::view::ContactView| {
                let mut text = format!("{person} by {}:", c.channel.word());
                for (what, when) in [
                    ("tried", c.tried),
                    ("tested", c.tested),
                    ("accepted", c.accepted),
                    ("reached", c.reached),
                    ("answered", c.answered),
                    ("failed", c.failed),
                ] {
                    if let Some(when) = when {
                        text.push_str(&format!(" {what} {}", clock(when)));
                    }
                }
                text.push_str(
                    &c.why
                        .as_ref()
                        .map_or(String::new(), |why| format!(" ({why})")),
                );
                text
            };
            Some(view.contacts.iter().map(line).collect())
        }
        ["reach"] => {
            let line = |lost: &model::view::LostReach| {
                format!(
                    "{} reaches nobody in {} since {}: {}",
                    lost.channel.word(),
                    lost.township,
                    clock(lost.since),
                    names(&lost.people)
                )
            };
            let lost: Vec<String> = engine.lost_reach().iter().map(line).collect();
            let all = vec!["every channel reaches somebody".to_owned()];
            Some(if lost.is_empty() { all } else { lost })
        }
        ["snapshot"] => {
            let county = engine.county_view(at);
            let runs = county.runs.iter().map(|r| {
                let ended = r
                    .ended
                    .map_or(String::new(), |t| format!(" at {}", clock(t)));
                format!("run {} {:?}{ended}", r.policy, r.state)
            });
            let pages = county.pages.iter().map(|p| {
                let open = if p.open { "asked" } else { "not asked" };
                format!("{} by {} {:?}, {open}", p.to, p.channel.word(), p.stage)
            });
            Some(runs.chain(pages).collect())
        }
        ["out", person, channel] => {
            let channel = super::duty::channels(channel)[0];
            let page = super::duty::newest_page(engine, person, channel, None)?;
            Some(vec![super::page_line(engine, &engine.page_out(&page)?)])
        }
        ["plans"] => {
            let plans = engine.plan_views();
            Some(plans.iter().map(plan_line).collect())
        }
        ["pages", policy] => {
            let run = engine
                .run_views()
                .into_iter()
                .find(|r| r.policy == *policy)?;
            let pages = engine.pages_of(&run.id);
            let line = |p: &model::view::PageView| {
                format!("{} by {} {:?}", p.to, p.channel.word(), p.stage)
            };
            Some(pages.iter().map(line).collect())
        }
        _ => None,
    }
}

fn owed_line(o: &model::view::Obligations) -> String {
    let mut line = format!(
        "owed: alarms {}, unanswered {}, clocks {}, endings {}, runs {}",
        o.alarms.len(),
        o.unanswered.len(),
        o.clocks.len(),
        o.endings.len(),
        o.runs.len()
    );
    let by_hand: Vec<_> = o.by_hand.iter().map(ToString::to_string).collect();
    let tasks = |tasks: &[model::TaskId]| tasks.iter().map(|t| t.0.clone()).collect();
    let rest: [(&str, Vec<String>); 7] = [
        ("help", tasks(&o.help)),
        ("by hand", by_hand),
        ("declined", tasks(&o.declined)),
        ("unverified", tasks(&o.unverified)),
        ("end unseen", tasks(&o.end_unseen)),
        ("untold", o.untold.iter().map(|c| c.0.clone()).collect()),
        (
            "exhausted",
            o.exhausted.iter().map(|r| r.0.clone()).collect(),
        ),
    ];
    for (what, which) in rest.iter().filter(|(_, which)| !which.is_empty()) {
        line.push_str(&format!(", {what} {}", which.join(" ")));
    }
    line
}

fn plan_line(plan: &model::view::PlanView) -> String {
    let mut text = format!("plan {} next at {}", plan.id, clock(plan.next));
    if plan.put_off {
        text.push_str(", put off");
    }
    let Some(last) = &plan.last else {
        return text;
    };
    text.push_str(&format!(
        ", last at {}{}: {} people, {} reached, {} answered",
        clock(last.at),
        if last.over { "" } else { " and not over" },
        last.people,
        last.reached,
        last.answered
    ));
    for silent in &last.silent {
        let by: Vec<&str> = silent.by.iter().map(|c| c.word()).collect();
        text.push_str(&format!(", {} silent ({})", silent.person, by.join(" ")));
    }
    text
}

/// How recently each series of a station was heard.
fn sight(engine: &Engine, at: Time, station: &str) -> String {
    let config = engine.config();
    let slots = (0..config.series.len() as u32).map(model::SeriesSlot);
    let own = slots.filter(|slot| config.station_of(*slot).id == station);
    let words: Vec<String> = own
        .map(|slot| {
            let now = engine.series_now(slot, at);
            format!("{} {:?}", now.quantity, now.freshness)
        })
        .collect();
    format!("sight {station}: {}", words.join(", "))
}

/// Every open situation with its members.
fn situations(engine: &Engine, at: Time) -> Vec<String> {
    let view = engine.county_view(at);
    let name = |key: &model::AlarmKey| {
        let alarm = engine.alarm_view(*key);
        alarm.map_or(key.to_string(), |a| format!("{}@{}", a.rule, a.station))
    };
    let line = |s: &model::view::SituationView| {
        let members: Vec<String> = s.members.iter().map(name).collect();
        format!(
            "situation {}/{} level {}: {}",
            s.hazard,
            s.area.code,
            s.level,
            members.join(" ")
        )
    };
    view.situations.iter().map(line).collect()
}
