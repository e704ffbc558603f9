//! `policies/*.toml`: who is called, in which order, until somebody answers; and the limits of
//! contacts. What they say of channels as such is read in `plans.rs`.

use std::fmt::Write as _;

use model::config::{
    Call, ContactLimit, Escalation, EscalationStep, Group, Occasion, Organisation, Target,
};
use model::organisation::MOST_LOOPS;
use model::page::Channel;
use model::{GroupId, Level, PersonId, PostId};

use crate::amount::show_duration;
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{self, Table, Value, Word, quoted};
use crate::organisation::Posts;
use crate::people::{People, once};
use crate::plans;
use crate::rules::LEVELS;

const OCCASIONS: [(&str, Occasion); 2] = [
    ("situation", Occasion::Situation),
    ("roll_call", Occasion::RollCall),
];

/// What policies may name.
pub(crate) struct Known<'a> {
    pub(crate) posts: &'a Posts,
    pub(crate) groups: &'a [Group],
    pub(crate) people: &'a People,
    /// The site's own time, from UTC.
    pub(crate) offset_min: i16,
}

/// Reads the policies of one file and adds them.
pub(crate) fn read_policies(
    source: &Source,
    known: &Known<'_>,
    into: &mut Organisation,
    out: &mut Diagnostics,
) {
    let mut file = document::parse(source, out);
    let mut seen: Vec<String> = into.escalations.iter().map(|e| e.id.clone()).collect();
    let read = file.each("escalation", out, |table, out| {
        let place = table.span();
        let policy = read_escalation(table, known, &mut seen, out)?;
        check_overlap(&policy, &into.escalations, source, place, out);
        into.escalations.push(policy);
        Some(())
    });
    drop(read);
    let limits = file.each("limit", out, |table, out| {
        let channel = table.required("channel", out, channel);
        let count = table.required("count", out, |value, out| value.whole(1..=1000, out));
        let per_ms = table.required("per", out, Value::duration);
        Some(ContactLimit {
            channel: channel?,
            count: u16::try_from(count?).unwrap_or(u16::MAX),
            per_ms: per_ms?,
        })
    });
    into.limits.extend(limits);
    if let Some(collapse) = file.optional("collapse", out, plans::read_collapse) {
        into.collapse = collapse;
    }
    let mut seen: Vec<String> = into.plans.iter().map(|p| p.id.clone()).collect();
    let plans = file.each("test", out, |table, out| {
        plans::read_plan(table, known, &mut seen, out)
    });
    into.plans.extend(plans);
    file.close(out);
}

fn read_escalation(
    table: &mut Table<'_>,
    known: &Known<'_>,
    seen: &mut Vec<String>,
    out: &mut Diagnostics,
) -> Option<Escalation> {
    let (source, place) = (table.source(), table.span());
    let id = table.required("id", out, Value::text);
    let title = table.required("title", out, Value::title);
    let occasion = table.optional("for", out, |value, out| value.one_of(&OCCASIONS, out));
    let occasion = occasion.unwrap_or_default();
    let levels = match occasion {
        Occasion::Situation => table.required("levels", out, levels),
        Occasion::RollCall | Occasion::Test | Occasion::Task => Some(Vec::new()),
    };
    let hazards = table.optional("hazards", out, Value::words);
    let confirm_all = table.optional("confirm_all", out, Value::flag);
    let loops = table.optional("loops", out, |value, out| {
        let problem = value.problem("goes through its steps again and again without an end");
        let loops = value.whole(0..=1_000_000, out)?;
        if loops > i64::from(MOST_LOOPS) {
            let hint = "what is used up is told at the desk and to whom `exhausted` names";
            out.push(problem.expecting(format!("0 to {MOST_LOOPS}")).hint(hint));
            return None;
        }
        u8::try_from(loops).ok()
    });
    let loop_after_ms = table.optional("loop_after", out, Value::duration);
    let exhausted = table.optional("exhausted", out, |value, out| calls(value, known, out));
    let mut steps: Vec<EscalationStep> = Vec::new();
    let mut number = 0;
    let read = table.each("step", out, |step, out| {
        number += 1;
        let after_ms = step.required("after", out, Value::duration);
        let must = step.optional("must", out, Value::flag);
        let asked = step.required("call", out, |value, out| calls(value, known, out));
        let (after_ms, asked) = (after_ms?, asked?);
        if steps.last().is_some_and(|last| last.after_ms > after_ms) {
            let what = format!("step {number} comes before the step above it");
            out.push(Problem::at(source, step.span(), what));
        }
        check_reach(&asked, known, (number, source, step.span()), out);
        steps.push(EscalationStep {
            after_ms,
            calls: asked,
            must: must.unwrap_or(false),
        });
        Some(())
    });
    let id = once(id?, seen, source, out)?;
    if read.is_empty() {
        let what = format!("escalation `{id}` has no step: nobody would be called");
        out.push(Problem::at(source, place, what).expecting("[[escalation.step]] below it"));
        return None;
    }
    let loop_after_ms = loop_after_ms.unwrap_or(300_000);
    if loop_after_ms < 1_000 {
        let what = "there is no time to answer between two rounds";
        out.push(Problem::at(source, place, what).expecting("loop_after = \"1s\" or more"));
        return None;
    }
    Some(Escalation {
        id,
        title: title?,
        occasion,
        levels: levels?,
        hazards: hazards
            .unwrap_or_default()
            .into_iter()
            .map(|word| word.text)
            .collect(),
        // In a roll-call everybody has to say that they are there.
        confirm_all: confirm_all.unwrap_or(occasion == Occasion::RollCall),
        steps,
        loops: loops.unwrap_or(0),
        loop_after_ms,
        exhausted: exhausted.unwrap_or_default(),
    })
}

fn levels(value: Value<'_>, out: &mut Diagnostics) -> Option<Vec<Level>> {
    let problem = value.problem("an escalation is for one level at least");
    let items = value.list(out)?;
    if items.is_empty() {
        out.push(problem);
        return None;
    }
    let levels = items.into_iter().map(|item| item.one_of(&LEVELS, out));
    levels.collect()
}

pub(crate) fn channel(value: Value<'_>, out: &mut Diagnostics) -> Option<Channel> {
    let words = Channel::ALL.map(|c| (c.word(), c));
    value.one_of(&words, out)
}

fn calls(value: Value<'_>, known: &Known<'_>, out: &mut Diagnostics) -> Option<Vec<Call>> {
    let items = value.list(out)?;
    let mut calls = Vec::with_capacity(items.len());
    for item in items {
        let mut table = item.table(out)?;
        let source = table.source();
        let to = table.required("to", out, Value::words);
        let by = table.optional("by", out, |value, out| {
            let items = value.list(out)?.into_iter();
            items.map(|item| channel(item, out)).collect()
        });
        table.close(out);
        let to = to?.into_iter();
        calls.push(Call {
            to: to
                .filter_map(|word| target(word, known, source, out))
                .collect(),
            by: by.unwrap_or_default(),
        });
    }
    Some(calls)
}

fn target(word: Word, known: &Known<'_>, source: &Source, out: &mut Diagnostics) -> Option<Target> {
    if word.text == "called" {
        return Some(Target::Called);
    }
    let mut missing = |what: String, name: &str, near: Vec<&str>| {
        out.push(Problem::at(source, word.span.clone(), what).near(name, near));
        None
    };
    match word.text.split_once(':') {
        Some(("post", id)) if known.posts.find(id).is_some() => {
            Some(Target::Post(PostId::from(id)))
        }
        Some(("post", id)) => missing(
            format!("no post `{id}` in posts.toml"),
            id,
            known.posts.ids().collect(),
        ),
        Some(("township", kind)) => {
            let of = |p: &model::config::Post| p.kind == kind && p.township.is_some();
            if known.posts.list.iter().any(of) {
                return Some(Target::Township(kind.to_owned()));
            }
            let what = format!("no township has a post of kind `{kind}`");
            missing(what, kind, known.posts.kinds())
        }
        Some(("group", id)) => {
            if known.groups.iter().any(|g| g.id.as_str() == id) {
                return Some(Target::Group(GroupId::from(id)));
            }
            let ids = known.groups.iter().map(|g| g.id.as_str()).collect();
            missing(format!("no group `{id}` in groups.toml"), id, ids)
        }
        Some(("person", id)) => {
            if known.people.find(id).is_some() {
                return Some(Target::Person(PersonId::from(id)));
            }
            let ids = known.people.ids().collect();
            missing(format!("no person `{id}` in people.csv"), id, ids)
        }
        Some(_) | None => {
            let what = format!("`{}` names nobody", word.text);
            let expected = "post:…, township:<kind of post>, group:…, person:… or called";
            out.push(Problem::at(source, word.span, what).expecting(expected));
            None
        }
    }
}

/// A step that can reach nobody whoever is on duty would be passed over each time.
fn check_reach(
    calls: &[Call],
    known: &Known<'_>,
    (number, source, place): (u32, &Source, std::ops::Range<usize>),
    out: &mut Diagnostics,
) {
    let reached = calls.iter().any(|call| {
        let people = call.to.iter().flat_map(|target| people_of(target, known));
        let mut people = people.peekable();
        let by = |person: &PersonId| {
            let own = known.people.contacts_of(person);
            own.iter()
                .any(|c| call.by.is_empty() || call.by.contains(c))
        };
        call.to.contains(&Target::Called) || (people.peek().is_some() && people.any(|p| by(&p)))
    });
    if !reached {
        let what = format!("step {number} is empty: nobody it names can be reached that way");
        let problem = Problem::at(source, place, what);
        out.push(problem.hint("name people with such contacts in people.csv, or other channels"));
    }
}

fn people_of(target: &Target, known: &Known<'_>) -> Vec<PersonId> {
    match target {
        Target::Post(id) => known
            .posts
            .find(id.as_str())
            .map(holders)
            .unwrap_or_default(),
        Target::Township(kind) => {
            let posts = known.posts.list.iter();
            let posts = posts.filter(|p| p.kind == *kind && p.township.is_some());
            posts.flat_map(holders).collect()
        }
        Target::Group(id) => holders_of_group(id, known),
        Target::Person(id) => vec![id.clone()],
        Target::Called => Vec::new(),
    }
}

fn holders(post: &model::config::Post) -> Vec<PersonId> {
    let crews = post.roster.iter().flat_map(|r| r.crews.iter().flatten());
    post.people.iter().chain(crews).cloned().collect()
}

/// Members of a group, and whoever may hold its posts.
pub(crate) fn holders_of_group(id: &GroupId, known: &Known<'_>) -> Vec<PersonId> {
    let group = known.groups.iter().find(|g| g.id == *id);
    let posts = group.into_iter().flat_map(|g| &g.posts);
    let posts = posts.filter_map(|p| known.posts.find(p.as_str()));
    let members = group.into_iter().flat_map(|g| g.members.clone());
    members.chain(posts.flat_map(holders)).collect()
}

/// Two policies for one level and hazard both call; that is allowed, and worth a word.
fn check_overlap(
    policy: &Escalation,
    others: &[Escalation],
    source: &Source,
    place: std::ops::Range<usize>,
    out: &mut Diagnostics,
) {
    let meets = |other: &&Escalation| {
        let open = policy.hazards.is_empty() || other.hazards.is_empty();
        policy.occasion == other.occasion
            && policy.levels.iter().any(|l| other.levels.contains(l))
            && (open || policy.hazards.iter().any(|h| other.hazards.contains(h)))
    };
    let ids: Vec<&str> = others.iter().filter(meets).map(|e| e.id.as_str()).collect();
    if !ids.is_empty() {
        let ids = quoted(ids.into_iter());
        let what = format!(
            "`{}` calls about the same as {ids}: both will call",
            policy.id
        );
        out.push(Problem::at(source, place, what).noted());
    }
}

/// What is in force, a line a step: as `check` prints it.
pub(crate) fn lines(organisation: &Organisation) -> String {
    let mut text = String::new();
    let mut line = |row: String| {
        writeln!(text, "{row}").expect("a String takes whatever is written to it");
    };
    for policy in &organisation.escalations {
        let levels = LEVELS.iter().filter(|(_, l)| policy.levels.contains(l));
        let levels: Vec<&str> = levels.map(|(word, _)| *word).collect();
        let what = match policy.occasion {
            Occasion::Situation => levels.join(" "),
            Occasion::RollCall => "roll-call".to_owned(),
            Occasion::Test => "test".to_owned(),
            Occasion::Task => "task".to_owned(),
        };
        let all = if policy.confirm_all {
            ", all confirm"
        } else {
            ""
        };
        line(format!(
            "escalation {}: {what}{all}, again {} times after {}",
            policy.id,
            policy.loops,
            show_duration(policy.loop_after_ms)
        ));
        for step in &policy.steps {
            let must = if step.must { " (clock of the law)" } else { "" };
            line(format!(
                "  {}{must} {}",
                show_duration(step.after_ms),
                calls_line(&step.calls)
            ));
        }
        if !policy.exhausted.is_empty() {
            line(format!("  used up {}", calls_line(&policy.exhausted)));
        }
    }
    for limit in &organisation.limits {
        line(format!(
            "limit {}: {} in {}",
            limit.channel.word(),
            limit.count,
            show_duration(limit.per_ms)
        ));
    }
    line(plans::collapse_line(&organisation.collapse));
    for plan in &organisation.plans {
        line(format!("test {}: {}", plan.id, plans::plan_line(plan)));
    }
    text
}

fn calls_line(calls: &[Call]) -> String {
    let target = |target: &Target| match target {
        Target::Post(id) => format!("post:{id}"),
        Target::Township(kind) => format!("township:{kind}"),
        Target::Group(id) => format!("group:{id}"),
        Target::Person(id) => format!("person:{id}"),
        Target::Called => "called".to_owned(),
    };
    let call = |call: &Call| {
        let to: Vec<String> = call.to.iter().map(target).collect();
        let by: Vec<&str> = call.by.iter().map(|c| c.word()).collect();
        let by = if by.is_empty() {
            "in their own order".to_owned()
        } else {
            format!("by {}", by.join(", "))
        };
        format!("{} {by}", to.join(", "))
    };
    let all: Vec<String> = calls.iter().map(call).collect();
    all.join("; ")
}
