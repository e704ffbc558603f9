//! Templates: commands prepared beforehand, what they ask, what proves them, what takes them back.

use model::Level;
use model::command::{Choice, CrewKind, CrewTimer, Field, FieldKind, ProofBound, TemplateKind};
use model::config::{TaskClocks, Template};

use crate::diagnose::{Diagnostics, Lookup, Problem, Source};
use crate::document::{self, Table, Value, Word};
use crate::people::once;
use crate::rules::LEVELS;
use crate::stations::{AllSeries, Quantities, Stations, value_of};

/// Words of the kinds, as files write them.
const KINDS: [(&str, TemplateKind); 4] = [
    ("plain", TemplateKind::Plain),
    ("evacuation", TemplateKind::Evacuation),
    ("rescue", TemplateKind::Rescue),
    ("correction", TemplateKind::Correction),
];

const CREWS: [(&str, CrewKind); 5] = [
    ("personnel", CrewKind::Personnel),
    ("vehicle", CrewKind::Vehicle),
    ("commander", CrewKind::Commander),
    ("exposure", CrewKind::Exposure),
    ("rotation", CrewKind::Rotation),
];

/// Crews that would have to check in more often than this do nothing else.
const SHORTEST_CREW_MS: i64 = 60_000;

/// What a template may name as proof.
pub(crate) struct Gauges<'a> {
    pub(crate) stations: &'a Stations,
    pub(crate) quantities: &'a Quantities,
    pub(crate) series: &'a AllSeries,
}

/// Reads `templates.toml`.
pub(crate) fn read_templates(
    source: &Source,
    gauges: &Gauges<'_>,
    out: &mut Diagnostics,
) -> Vec<Template> {
    let mut file = document::parse(source, out);
    let mut seen = Vec::new();
    let mut pairs = Vec::new();
    let templates = file.each("template", out, |table, out| {
        let id = table.required("id", out, Value::text);
        let title = table.required("title", out, Value::title);
        let wording = table.required("wording", out, Value::title);
        let proof = table.required("proof", out, Value::flag);
        let clocks = table.required("clocks", out, read_clocks);
        let kind = table.optional("kind", out, |value, out| value.one_of(&KINDS, out));
        let hazards = table.optional("hazards", out, Value::words);
        let approve_from = table.optional("approve_from", out, level);
        let correction = table.optional("correction", out, Value::text);
        let fields = table.each("field", out, read_field);
        let crew = table.optional("crew", out, read_crew).unwrap_or_default();
        let span = table.span();
        let proven_by = table.optional("proven_by", out, |value, out| {
            read_bound(value, gauges, out)
        });
        let id = once(id?, &mut seen, source, out)?;
        let kind = kind.unwrap_or_default();
        if kind == TemplateKind::Evacuation && proven_by.is_some() {
            let what = "a reading cannot prove that people were moved";
            out.push(Problem::at(source, span.clone(), what));
        }
        pairs.push((id.clone(), correction.clone(), span));
        Some(Template {
            id,
            title: title?,
            wording: wording?,
            clocks: clocks?,
            proof: proof?,
            kind,
            hazards: hazards
                .into_iter()
                .flatten()
                .map(|word| word.text)
                .collect(),
            approve_from,
            correction: correction.map(|word| word.text),
            fields,
            crew,
            proven_by,
        })
    });
    file.close(out);
    pair(templates, pairs, source, out)
}

/// Every template is bound to one that takes it back: the one it names, else the only one there is.
fn pair(
    mut templates: Vec<Template>,
    pairs: Vec<(String, Option<Word>, std::ops::Range<usize>)>,
    source: &Source,
    out: &mut Diagnostics,
) -> Vec<Template> {
    let corrects = |t: &&Template| t.kind == TemplateKind::Correction;
    let ids: Vec<String> = templates
        .iter()
        .filter(corrects)
        .map(|t| t.id.clone())
        .collect();
    for template in &mut templates {
        if template.kind == TemplateKind::Correction {
            continue;
        }
        let Some((_, named, span)) = pairs.iter().find(|(id, ..)| *id == template.id) else {
            continue;
        };
        match (named, ids.as_slice()) {
            (Some(named), _) if ids.contains(&named.text) => {}
            (Some(named), _) => {
                let what = format!("no template `{}` with kind = \"correction\"", named.text);
                let problem = Problem::at(source, named.span.clone(), what);
                out.push(problem.near(&named.text, ids.iter().map(String::as_str)));
            }
            (None, [only]) => template.correction = Some(only.clone()),
            (None, []) => {
                let what = format!("nothing takes `{}` back", template.id);
                let problem = Problem::at(source, span.clone(), what);
                out.push(problem.hint(
                    "add a [[template]] with kind = \"correction\", such as \"disregard the last order\"",
                ));
            }
            (None, _) => {
                let what = format!(
                    "`{}` does not say which template takes it back",
                    template.id
                );
                let known = ids.iter().map(String::as_str);
                let problem = Problem::at(source, span.clone(), what);
                out.push(
                    problem.expecting(format!("correction = one of {}", document::quoted(known))),
                );
            }
        }
    }
    templates
}

fn level(value: Value<'_>, out: &mut Diagnostics) -> Option<Level> {
    value.one_of(&LEVELS, out)
}

fn read_field(table: &mut Table<'_>, out: &mut Diagnostics) -> Option<Field> {
    const WORDS: [(&str, u8); 3] = [("text", 0), ("choice", 1), ("number", 2)];
    let id = table.required("id", out, Value::text);
    let title = table.required("title", out, Value::title);
    let required = table
        .optional("required", out, Value::flag)
        .unwrap_or(false);
    let kind = match table.required("kind", out, |value, out| value.one_of(&WORDS, out))? {
        0 => FieldKind::Text,
        1 => FieldKind::Choice {
            options: table.each("option", out, |table, out| {
                let id = table.required("id", out, Value::text)?.text;
                let title = table.required("title", out, Value::title)?;
                Some(Choice { id, title })
            }),
        },
        _ => {
            let whole = |value: Value<'_>, out: &mut Diagnostics| {
                value.whole(-1_000_000_000..=1_000_000_000, out)
            };
            let least = table.optional("least", out, whole).unwrap_or(0);
            let most = table.optional("most", out, whole).unwrap_or(1_000_000);
            FieldKind::Number { least, most }
        }
    };
    let id = id?;
    let empty = match &kind {
        FieldKind::Choice { options } => options.len() < 2,
        FieldKind::Number { least, most } => least > most,
        FieldKind::Text => false,
    };
    if empty {
        let what = format!("`{}` leaves nothing to choose from", id.text);
        out.push(Problem::at(table.source(), id.span, what));
        return None;
    }
    Some(Field {
        id: id.text,
        title: title?,
        required,
        kind,
    })
}

/// `crew = { personnel = "15m", rotation = "2h" }`
fn read_crew(value: Value<'_>, out: &mut Diagnostics) -> Option<Vec<CrewTimer>> {
    let mut table = value.table(out)?;
    let mut crew = Vec::new();
    for (word, timer) in CREWS {
        let every_ms = table.optional(word, out, |value, out| {
            let short = value.problem("a crew cannot check in that often");
            let every_ms = value.duration(out)?;
            if every_ms < SHORTEST_CREW_MS {
                out.push(short.expecting("one minute or more"));
                return None;
            }
            Some(every_ms)
        });
        crew.extend(every_ms.map(|every_ms| CrewTimer { timer, every_ms }));
    }
    table.close(out);
    Some(crew)
}

/// `proven_by = { station = "ST01", quantity = "water_level", below = "3.20 m" }`
fn read_bound(value: Value<'_>, gauges: &Gauges<'_>, out: &mut Diagnostics) -> Option<ProofBound> {
    let mut table = value.table(out)?;
    let source = table.source();
    let station = table.required("station", out, Value::text);
    let quantity = table.required("quantity", out, Value::text);
    let below = table.optional("below", out, Value::text);
    let above = table.optional("above", out, Value::text);
    let span = table.span();
    table.close(out);
    let (station, quantity) = (station?, quantity?);
    let is_below = below.is_some();
    let ((Some(bound), None) | (None, Some(bound))) = (below, above) else {
        let problem = Problem::at(source, span, "a proof has one bound");
        out.push(problem.expecting("either below or above"));
        return None;
    };
    let tell = |what: String, word: &Word| Problem::at(source, word.span.clone(), what);
    let slot = match gauges.stations.find(&station.text) {
        Lookup::Found(slot) => slot,
        Lookup::Faulty => return None,
        Lookup::Unknown => {
            out.push(tell(
                format!("no station `{}` in stations.csv", station.text),
                &station,
            ));
            return None;
        }
    };
    let found =
        gauges
            .quantities
            .find_or_tell(&quantity.text, |what| tell(what, &quantity), out)?;
    if gauges.series.find(slot, found).is_none() {
        if !gauges.series.faulty {
            let what = format!("`{}` does not measure `{}`", station.text, quantity.text);
            out.push(tell(what, &quantity));
        }
        return None;
    }
    let unit = &gauges.quantities.list[usize::from(found)];
    match value_of(&bound.text, &unit.unit, unit.decimals) {
        Ok(value) => Some(ProofBound {
            station: station.text,
            quantity: quantity.text,
            below: is_below,
            bound: value,
        }),
        Err(wrong) => {
            out.push(wrong.at(source, bound.span));
            None
        }
    }
}

fn read_clocks(value: Value<'_>, out: &mut Diagnostics) -> Option<[TaskClocks; 4]> {
    let mut table = value.table(out)?;
    let clocks = LEVELS.map(|(word, _)| {
        let level = table.optional(word, out, |value, out| {
            let mut level = value.table(out)?;
            let clocks = TaskClocks {
                ack_by_ms: level.optional("ack_by", out, Value::duration),
                move_by_ms: level.optional("move_by", out, Value::duration),
                update_every_ms: level.optional("update_every", out, Value::duration),
                arrive_by_ms: level.optional("arrive_by", out, Value::duration),
                done_by_ms: level.optional("done_by", out, Value::duration),
                verify_by_ms: level.optional("verify_by", out, Value::duration),
            };
            level.close(out);
            Some(clocks)
        });
        level.unwrap_or_default()
    });
    table.close(out);
    Some(clocks)
}
