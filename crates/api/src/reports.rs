//! After-action reports of an interval or an incident: as a page, as a file for offices, as bare facts.
//!
//! Each is made from the journal when it is asked for, and each is on record as an access.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use model::custody::Accessor;
use model::replay::Knowledge;
use model::report::{ReportOf, ReportText};
use model::view::{AlarmView, CommandView, PageView, RunView, SituationView, TaskView};
use model::{
    AlarmKey, CommandId, Config, Effect, Input, JurisdictionSlot, OpId, PageId, RunId, Seal,
    SituationId, TaskId, Time,
};
use report::{
    Chronicle, Language, Local, MOST_CURVES, MapMoment, Readings, Report, Scope, Setting, Sheet,
    Subject, Voices, World,
};
use runtime::{Fleet, Passed, ReplayError, Replays, bulkhead};
use serde::Deserialize;
use serde_json::json;

use crate::Api;
use crate::access::{Deed, Principal};
use crate::acts::one_jurisdiction;
use crate::body::Asked;
use crate::error::{Answered, Fault, FaultView, store_fault};
use crate::replay::fault;
use crate::typeface;
use crate::web::GROUND;

/// Series whose readings are looked at to find where each alarm began.
const MOST_SERIES: usize = 400;

/// Maps of one report that may be asked for.
const MOST_MOMENTS: usize = 12;

/// How much of the time before an incident its report shows.
const BEFORE_MS: i64 = 3_600_000;

/// Loss reports that came after an incident was closed stand in its report, up to this long after it began.
const FIGURES_MS: i64 = 30 * 86_400_000;

/// What a report is about, and how it is wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct ReportQuery {
    from: Option<Time>,
    to: Option<Time>,
    incident: Option<String>,
    jurisdiction: Option<String>,
    at: Option<String>,
    lang: Option<String>,
    zone: Option<String>,
    table: Option<String>,
}

/// In which form a report is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Page,
    Fragment,
    Docx,
    Pdf,
    Json,
    Csv,
    Geojson,
}

impl Form {
    fn of_word(word: &str) -> Option<Form> {
        Some(match word {
            "page" => Form::Page,
            "fragment" => Form::Fragment,
            "docx" => Form::Docx,
            "pdf" => Form::Pdf,
            "json" => Form::Json,
            "csv" => Form::Csv,
            "geojson" => Form::Geojson,
            _ => return None,
        })
    }
}

/// What was written to reports of a jurisdiction, oldest first: each names its report, section, author
/// and entry.
#[utoipa::path(get, path = "/api/v1/reports", tag = "reports",
    params(("jurisdiction" = Option<String>, Query, description = "Needed only where an account sees several")),
    responses((status = 200, body = Vec<ReportText>), (status = 401, body = FaultView), (status = 403, body = FaultView)))]
pub(crate) async fn written(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Asked(query): Asked<ReportQuery>,
) -> Answered<Json<Vec<ReportText>>> {
    reader.need(Deed::Report)?;
    let slot = one_jurisdiction(&api, &reader, query.jurisdiction.as_deref())?;
    let replays = api.replays.clone();
    let texts = bulkhead::aside(move || replays.report_texts(slot)).await;
    let texts = texts.map_err(|cause| store_fault("read what was written to reports", &cause))?;
    Ok(Json(texts.map_err(fault)?))
}

/// A report, made now from the journal.
#[utoipa::path(get, path = "/api/v1/reports/{form}", tag = "reports", operation_id = "report",
    params(("form" = String, Path, description = "`page` (whole, for print), `fragment` (its article alone), `docx`, `pdf`, `json`, `csv`, `geojson`"),
           ("from" = Option<String>, Query, description = "RFC 3339; of an incident absent: an hour before it began"),
           ("to" = Option<String>, Query, description = "RFC 3339, at most 31 days later; of an incident absent: its end, else now"),
           ("incident" = Option<String>, Query, description = "Only what belongs to this one"),
           ("at" = Option<String>, Query, description = "Times of more maps, with commas between, at most 12"),
           ("lang" = Option<String>, Query, description = "`zh` or `en`"),
           ("zone" = Option<String>, Query, description = "Time zone of the page; absent: the county's"),
           ("table" = Option<String>, Query, description = "Of csv: keys, figures, alarms, tasks, facts, calls, steps, channels, clocks, decisions, course, readings, villages, entries"),
           ("jurisdiction" = Option<String>, Query, description = "Needed only where an account sees several")),
    responses((status = 200, description = "In the form asked for; every figure names its entries", content_type = "text/html", body = String),
              (status = 400, body = FaultView), (status = 403, body = FaultView), (status = 404, body = FaultView),
              (status = 503, description = "The machine has no typeface for a PDF", body = FaultView)))]
pub(crate) async fn make(
    State(api): State<Arc<Api>>,
    Extension(reader): Extension<Principal>,
    Path(form): Path<String>,
    Asked(query): Asked<ReportQuery>,
) -> Answered<Response> {
    reader.need(Deed::Report)?;
    let form = Form::of_word(&form).ok_or(Fault::NoSuchPage)?;
    if form == Form::Pdf {
        typeface::place()?;
    }
    let sheet = sheet_of(form, query.table.as_deref())?;
    let slot = one_jurisdiction(&api, &reader, query.jurisdiction.as_deref())?;
    let (scope, of) = api.scope(slot, &query).await?;
    let asked = moments(query.at.as_deref())?;
    let interval = (scope.from, scope.to);
    let report = api
        .replays
        .aside(move |replays| account(replays, slot, scope, of, &asked))
        .await
        .map_err(fault)?
        .map_err(fault)?;
    api.looks.reported(&reader, slot, interval).await?;
    let voices = api.voices(&reader, slot, &report).await?;
    let wanted = Wanted {
        form,
        sheet,
        language: Language::of_tag(query.lang.as_deref().unwrap_or("zh")),
        local: Local::of(query.zone.as_deref(), &report.of.jurisdiction),
    };
    // Words, maps and the packing of a file take as long as the night was busy: not on the thread that
    // carries everybody's sockets.
    let formed = bulkhead::aside(move || wanted.formed(&report, &voices)).await;
    formed.map_err(|_told_by_the_hook| Fault::Broken)?
}

/// In which form and which words a report is given.
struct Wanted {
    form: Form,
    /// Of a CSV: which table.
    sheet: Sheet,
    language: Language,
    local: Local,
}

impl Wanted {
    /// The answer that holds the report.
    fn formed(&self, report: &Report, voices: &Voices) -> Answered<Response> {
        let setting = Setting {
            voices,
            local: &self.local,
            ground: &GROUND,
            language: self.language,
        };
        let name = |ending: &str| file_name(report, &self.local, ending);
        Ok(match self.form {
            Form::Page => html(report.compose(setting).page()),
            Form::Fragment => html(report.compose(setting).fragment()),
            Form::Docx => {
                let file = report.compose(setting).docx();
                let file = file.map_err(|cause| store_fault("pack a report", &cause))?;
                attached(DOCX, &name("docx"), file)
            }
            Form::Pdf => {
                let typeface = typeface::read()?;
                let file = report.compose(setting).pdf(&typeface);
                let file = file.map_err(|cause| store_fault("set a report", &cause))?;
                attached("application/pdf", &name("pdf"), file)
            }
            Form::Json => {
                let facts =
                    json!({ "report": report, "people": voices.people, "texts": voices.texts });
                attached(
                    "application/json",
                    &name("json"),
                    facts.to_string().into_bytes(),
                )
            }
            Form::Csv => {
                let csv = report.csv(self.sheet, voices, self.language);
                let ending = format!("{}.csv", self.sheet.word());
                attached("text/csv; charset=utf-8", &name(&ending), csv.into_bytes())
            }
            Form::Geojson => {
                let places = report.geojson().to_string();
                attached(
                    "application/geo+json",
                    &name("geojson"),
                    places.into_bytes(),
                )
            }
        })
    }
}

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

fn sheet_of(form: Form, table: Option<&str>) -> Answered<Sheet> {
    let word = match (form, table) {
        (Form::Csv, Some(word)) => word,
        (Form::Csv, None) => return Err(Fault::field("table", "which table")),
        (Form::Page | Form::Fragment | Form::Docx | Form::Pdf | Form::Json | Form::Geojson, _) => {
            "course"
        }
    };
    Sheet::of_word(word).ok_or_else(|| {
        let words = Sheet::ALL.map(Sheet::word);
        Fault::field("table", words.join(", "))
    })
}

fn moments(at: Option<&str>) -> Answered<Vec<Time>> {
    let words = at
        .unwrap_or_default()
        .split(',')
        .filter(|word| !word.is_empty());
    let times: Result<Vec<Time>, _> = words.map(str::parse).collect();
    let times = times.map_err(|cause| Fault::field("at", cause))?;
    match times.len() <= MOST_MOMENTS {
        true => Ok(times),
        false => Err(Fault::field("at", format!("at most {MOST_MOMENTS} times"))),
    }
}

fn html(page: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, page).into_response()
}

fn attached(kind: &str, name: &str, content: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, content).into_response()
}

/// `report-330624-2026-08-21-0000.docx`.
fn file_name(report: &Report, local: &Local, ending: &str) -> String {
    let code: String = report
        .of
        .jurisdiction
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let from = local
        .full(report.of.from)
        .replace(' ', "-")
        .replace(':', "");
    let kind = if report.of.drill { "drill" } else { "report" };
    format!("{kind}-{code}-{from}.{ending}")
}

impl Api {
    /// The interval that is asked for, and what its report is called.
    async fn scope(
        &self,
        slot: JurisdictionSlot,
        query: &ReportQuery,
    ) -> Answered<(Scope, ReportOf)> {
        let Some(id) = &query.incident else {
            let missing = |field| Fault::field(field, "RFC 3339");
            let from = query.from.ok_or_else(|| missing("from"))?;
            let to = query.to.ok_or_else(|| missing("to"))?;
            // Nothing is told of what is still to come: no clock of it was missed.
            let now = self.inbox.ask(|fleet| fleet.now()).await?;
            let scope = Scope {
                from,
                to: if now > from { to.min(now) } else { to },
                incident: None,
            };
            return Ok((scope, ReportOf::Interval { from, to }));
        };
        let id = OpId(id.clone());
        let known = self.inbox.ask({
            let id = id.clone();
            move |fleet| {
                let incident = fleet.incident(slot, &id)?;
                let opened = incident.situations.iter();
                let opened = opened.filter_map(|id| Some(fleet.situation(slot, *id)?.opened));
                let began = opened.fold(incident.opened, Ord::min);
                Some((incident, began, fleet.now()))
            }
        });
        let known = known.await?;
        let (incident, began, now) =
            known.ok_or_else(|| Fault::field("incident", "no such incident"))?;
        let ended = incident.closed.as_ref().map(|closing| {
            // Figures are verified after the danger is over.
            let told = incident
                .losses
                .townships
                .iter()
                .flat_map(|row| &row.versions);
            let told = told.map(|version| version.at).max();
            let told = told.filter(|told| told.since_ms(began) <= FIGURES_MS);
            told.map_or(closing.at, |told| told.max(closing.at))
        });
        let scope = Scope {
            from: query.from.unwrap_or(began.plus_ms(-BEFORE_MS)),
            to: query.to.or(ended).unwrap_or(now).min(now),
            incident: Some(incident),
        };
        Ok((scope, ReportOf::Incident(id)))
    }

    /// Names and texts beside the facts, as this reader may see them.
    async fn voices(
        &self,
        reader: &Principal,
        slot: JurisdictionSlot,
        report: &Report,
    ) -> Answered<Voices> {
        let people = self.people.load().names(&report.of.jurisdiction);
        let seals = report.seals();
        let blobs = self.blobs.clone();
        let read = move || {
            let mut texts: BTreeMap<Seal, String> = BTreeMap::new();
            for seal in seals {
                let content = blobs.get(&seal)?;
                if let Some(text) = content.and_then(|bytes| String::from_utf8(bytes).ok()) {
                    texts.insert(seal, text);
                }
            }
            Ok::<_, std::io::Error>(texts)
        };
        let texts = bulkhead::aside(read).await;
        let texts = texts.map_err(|cause| store_fault("read texts", &cause))?;
        let texts = texts.map_err(|cause| store_fault("read texts", &cause))?;
        let seen: Vec<Seal> = texts.keys().cloned().collect();
        if !seen.is_empty() {
            self.looks.files(reader, slot, &seen).await?;
        }
        Ok(Voices { people, texts })
    }
}

/// Lives through the interval and gives account of it.
fn account(
    replays: &Replays,
    slot: JurisdictionSlot,
    scope: Scope,
    of: ReportOf,
    asked: &[Time],
) -> Result<Report, ReplayError> {
    let (from, to) = (scope.from, scope.to);
    let mut chronicle: Option<Chronicle> = None;
    let mut begun: Option<Arc<Config>> = None;
    let fleet = replays.live_through(from, to, &mut |passed, fleet| {
        if chronicle.is_none()
            && let Some(county) = fleet.county(slot, from)
        {
            // Before its first files a jurisdiction has nothing to tell.
            chronicle = Some(Chronicle::begin(scope.clone(), &county));
            begun = fleet.config(slot).cloned();
        }
        let (Some(chronicle), Some(passed)) = (&mut chronicle, passed) else {
            return;
        };
        let outcomes = outcomes(passed, slot);
        let world = Seen { fleet, slot };
        chronicle.take(&told(passed, slot, &outcomes), &world);
    })?;
    let county = fleet.county(slot, to);
    let (Some(chronicle), Some(county), Some(config)) = (chronicle, county, begun) else {
        let of = Subject {
            from,
            to,
            ..Subject::default()
        };
        return Ok(Report {
            of,
            ..Report::default()
        });
    };
    let newest = fleet.config(slot).unwrap_or(&config);
    let wanted = chronicle.series_wanted(newest, MOST_SERIES);
    let mut report = chronicle.finish(
        &county,
        &Seen {
            fleet: &fleet,
            slot,
        },
    );
    if let (Some(first), Some(last)) = (report.record.first, report.record.last) {
        let mut readings = Readings::new(&config, wanted, (from, to));
        replays.read_through(first, last, &mut |passed| {
            let outcomes = Vec::new();
            readings.take(&told(passed, slot, &outcomes));
        })?;
        readings.finish(&mut report, MOST_CURVES);
    }
    for (at, why) in report.moments(asked) {
        let fleet = replays.fleet_at(at, Knowledge::Then)?;
        if let Some(county) = fleet.county(slot, at) {
            report
                .maps
                .push(MapMoment::of(&county, at, fleet.seq(), why));
        }
    }
    let texts = replays.report_texts(slot)?;
    report.texts = texts.into_iter().filter(|text| text.of == of).collect();
    Ok(report)
}

/// What was decided for this jurisdiction on an input.
pub(crate) fn outcomes(passed: &Passed, slot: JurisdictionSlot) -> Vec<(u64, &Effect)> {
    let ours = passed.outcomes.iter().filter(|o| o.jurisdiction == slot);
    ours.map(|outcome| (outcome.number, &outcome.effect))
        .collect()
}

/// Whether an input is about one jurisdiction alone; the others are the whole process's, and stand
/// under the first.
pub(crate) fn of_one(input: &Input) -> bool {
    match input {
        Input::Observed(_)
        | Input::Acted(_)
        | Input::Configured(_)
        | Input::Paged { .. }
        | Input::Unread { .. } => true,
        // What is done at the machine itself concerns everybody's data.
        Input::Accessed(access) => matches!(access.by, Accessor::Person(_)),
        Input::LinkChanged { .. }
        | Input::ClockStepped { .. }
        | Input::DiskFilled { .. }
        | Input::FilesRefused { .. }
        | Input::JournalChecked { .. }
        | Input::Ticked
        | Input::Resumed
        | Input::Tallied { .. }
        | Input::ClockRead(_) => false,
    }
}

/// An input as a report takes it: readings and presses of other jurisdictions are none of its own.
pub(crate) fn told<'p>(
    passed: &'p Passed,
    slot: JurisdictionSlot,
    outcomes: &'p [(u64, &'p Effect)],
) -> report::Passed<'p> {
    let ours = passed.jurisdiction == slot || !of_one(&passed.input);
    report::Passed {
        number: passed.number,
        at: passed.at,
        input: ours.then_some(&passed.input),
        outcomes,
    }
}

/// One jurisdiction of a fleet, as a report looks at it.
pub(crate) struct Seen<'f> {
    pub(crate) fleet: &'f Fleet,
    pub(crate) slot: JurisdictionSlot,
}

impl World for Seen<'_> {
    fn config(&self) -> &Config {
        static NONE: std::sync::LazyLock<Config> = std::sync::LazyLock::new(Config::default);
        self.fleet.config(self.slot).map_or(&NONE, |config| config)
    }

    fn alarm(&self, key: AlarmKey) -> Option<AlarmView> {
        self.fleet.alarm(self.slot, key)
    }

    fn command(&self, id: &CommandId) -> Option<CommandView> {
        self.fleet.command(self.slot, id)
    }

    fn task(&self, id: &TaskId) -> Option<TaskView> {
        self.fleet.task(self.slot, id)
    }

    fn situation(&self, id: SituationId) -> Option<SituationView> {
        self.fleet.situation(self.slot, id)
    }

    fn run(&self, id: &RunId) -> Option<RunView> {
        self.fleet.run(self.slot, id)
    }

    fn page(&self, id: &PageId) -> Option<PageView> {
        self.fleet.page(self.slot, id)
    }

    fn pages(&self, run: &RunId) -> Vec<PageView> {
        self.fleet.pages(self.slot, run)
    }
}
