//! `site.toml`: clock, interfaces, policy and the list of jurisdictions.

use model::config::{Clock, Interface, LatePolicy, Policy, Text};
use model::incident::{EventClass, ReportClock};

use crate::amount::{DURATION, duration_ms, offset_min};
use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{self, Table, Value, Word};
use crate::keep::{Keep, read_keep};
use crate::policy::read_policy;
use crate::storage::{Storage, read_storage};

/// What `site.toml` says.
pub(crate) struct SiteFile {
    pub(crate) title: Option<Text>,
    pub(crate) demo: Option<bool>,
    pub(crate) clock: Option<Clock>,
    pub(crate) interfaces: Vec<Interface>,
    /// Minutes the site's time is ahead of UTC.
    pub(crate) offset_min: i16,
    pub(crate) policy: Option<Policy>,
    pub(crate) storage: Storage,
    /// What has to be reported; the defaults where the file says nothing.
    pub(crate) event_classes: Vec<EventClass>,
    pub(crate) keep: Keep,
    pub(crate) jurisdictions: Vec<Place>,
}

/// A jurisdiction as `site.toml` names it.
pub(crate) struct Place {
    pub(crate) code: String,
    pub(crate) title: Text,
    pub(crate) folder: Word,
}

/// Interfaces that the program itself opens, in the order of their slots.
const BUILT_IN: [&str; 2] = ["mqtt", "http"];

/// Reads `site.toml`.
pub(crate) fn read(source: &Source, out: &mut Diagnostics) -> SiteFile {
    let mut file = document::parse(source, out);
    let site = SiteFile {
        title: file.required("title", out, Value::title),
        demo: file.required("demo", out, Value::flag),
        clock: file.required("clock", out, read_clock),
        interfaces: read_interfaces(&mut file, source, out),
        offset_min: read_offset(&mut file, out),
        policy: file.required("policy", out, read_policy),
        storage: file
            .optional("store", out, read_storage)
            .unwrap_or_default(),
        event_classes: read_classes(&mut file, source, out),
        keep: file.optional("keep", out, read_keep).unwrap_or_default(),
        jurisdictions: read_places(&mut file, source, out),
    };
    file.close(out);
    site
}

/// `[[event_class]] id, title` with `[[event_class.clock]] id, title, to, within`.
fn read_classes(file: &mut Table<'_>, source: &Source, out: &mut Diagnostics) -> Vec<EventClass> {
    if !file.has("event_class") {
        return EventClass::defaults();
    }
    let mut seen: Vec<String> = Vec::new();
    file.each("event_class", out, |table, out| {
        let id = table.required("id", out, Value::text);
        let title = table.required("title", out, Value::title);
        let clocks = table.each("clock", out, |table, out| {
            let id = table.required("id", out, Value::text);
            let title = table.required("title", out, Value::title);
            let to = table.required("to", out, Value::title);
            let within_ms = table.required("within", out, Value::duration);
            Some(ReportClock {
                id: id?.text,
                title: title?,
                to: to?,
                within_ms: within_ms?,
            })
        });
        let id = id?;
        let clock_twice = clocks
            .iter()
            .enumerate()
            .any(|(n, clock)| clocks[..n].iter().any(|before| before.id == clock.id));
        if seen.contains(&id.text) || clock_twice {
            let what = format!("`{}` or one of its clocks is there twice", id.text);
            out.push(Problem::at(source, id.span, what));
            return None;
        }
        seen.push(id.text.clone());
        Some(EventClass {
            id: id.text,
            title: title?,
            clocks,
        })
    })
}

/// China's time where nothing else is said.
pub(crate) const OFFSET_MIN: i16 = 8 * 60;

fn read_offset(file: &mut Table<'_>, out: &mut Diagnostics) -> i16 {
    let offset = file.optional("utc_offset", out, |value, out| {
        let problem = value.problem("no such offset from UTC");
        let offset = value.as_text().and_then(offset_min);
        if offset.is_none() {
            out.push(problem.expecting("\"+08:00\""));
        }
        offset
    });
    offset.unwrap_or(OFFSET_MIN)
}

fn read_clock(value: Value<'_>, out: &mut Diagnostics) -> Option<Clock> {
    if value.is_table() {
        let mut table = value.table(out)?;
        let start = table.required("start", out, Value::instant);
        let factor = table.required("factor", out, Value::positive);
        table.close(out);
        return Some(Clock::Scaled {
            start: start?,
            factor: factor?,
        });
    }
    let clock = match value.as_text() {
        Some("wall") => Some(Clock::Wall),
        Some("feed") => Some(Clock::Feed),
        Some(_) | None => None,
    };
    if clock.is_none() {
        let expected =
            "\"wall\", \"feed\" or { start = \"2026-07-15T00:00:00+08:00\", factor = 60 }";
        let text = value.as_text().unwrap_or_default().to_owned();
        out.push(
            value
                .problem("no such clock")
                .expecting(expected)
                .near(&text, ["wall", "feed"]),
        );
    }
    clock
}

fn read_interfaces(file: &mut Table<'_>, source: &Source, out: &mut Diagnostics) -> Vec<Interface> {
    let mut ids: Vec<String> = Vec::new();
    let mut interfaces = file.each("interface", out, |table, out| {
        let id = table.required("id", out, Value::text);
        let title = table.required("title", out, Value::title);
        let late = table.required("late", out, read_late);
        let id = id?;
        if ids.contains(&id.text) {
            let what = format!("interface `{}` is there twice", id.text);
            out.push(Problem::at(source, id.span, what));
            return None;
        }
        ids.push(id.text.clone());
        Some(Interface {
            id: id.text,
            title: title?,
            late: late?,
        })
    });
    for id in BUILT_IN
        .iter()
        .filter(|id| !ids.iter().any(|known| known == *id))
    {
        let problem = Problem::whole(source, format!("interface `{id}` is missing"));
        out.push(problem.hint(format!(
            "add [[interface]] with id = \"{id}\", title and late"
        )));
    }
    if ids.len() > 256 {
        out.push(Problem::whole(
            source,
            "more interfaces than there can be: 256",
        ));
    }
    let slot = |i: &Interface| {
        BUILT_IN
            .iter()
            .position(|id| *id == i.id)
            .unwrap_or(BUILT_IN.len())
    };
    interfaces.sort_by_key(slot);
    interfaces
}

fn read_late(value: Value<'_>, out: &mut Diagnostics) -> Option<LatePolicy> {
    let late = match value.as_text() {
        Some("discard") => Some(LatePolicy::Discard),
        // Stations that store and forward: everything of the last day still counts.
        Some("recompute") => Some(LatePolicy::Allow {
            within_ms: 24 * 3_600_000,
        }),
        Some(text) => duration_ms(text).map(|within_ms| LatePolicy::Allow { within_ms }),
        None => None,
    };
    if late.is_none() {
        let expected = format!("\"discard\", \"recompute\" or {DURATION}");
        let text = value.as_text().unwrap_or_default().to_owned();
        let problem = value.problem("`late` cannot be that").expecting(expected);
        out.push(problem.near(&text, ["discard", "recompute"]));
    }
    late
}

fn read_places(file: &mut Table<'_>, source: &Source, out: &mut Diagnostics) -> Vec<Place> {
    let any = file.has("jurisdiction");
    let mut seen: Vec<String> = Vec::new();
    let places = file.each("jurisdiction", out, |table, out| {
        let code = table.required("code", out, Value::text);
        let title = table.required("title", out, Value::title);
        let folder = table.required("folder", out, Value::text);
        let (code, folder) = (code?, folder?);
        if seen.contains(&code.text) {
            out.push(Problem::at(
                source,
                code.span,
                format!("jurisdiction `{}` is there twice", code.text),
            ));
            return None;
        }
        if leaves_site(&folder.text) {
            let problem = Problem::at(
                source,
                folder.span,
                "a jurisdiction lies inside the site folder",
            );
            out.push(problem.expecting("a path such as \"jurisdictions/330624\""));
            return None;
        }
        seen.push(code.text.clone());
        Some(Place {
            code: code.text,
            title: title?,
            folder,
        })
    });
    if !any {
        out.push(Problem::whole(
            source,
            "a site needs at least one [[jurisdiction]]",
        ));
    }
    if places.len() > usize::from(u16::MAX) {
        out.push(Problem::whole(
            source,
            "more jurisdictions than there can be: 65,535",
        ));
    }
    places
}

fn leaves_site(folder: &str) -> bool {
    use std::path::{Component, Path};
    Path::new(folder).components().any(|part| match part {
        Component::Normal(_) | Component::CurDir => false,
        Component::Prefix(_) | Component::RootDir | Component::ParentDir => true,
    })
}
