//! Loss reports of an incident: every version of every township with its entry, the sums with the entries
//! they are made of, and what may be counted twice.

use std::collections::BTreeMap;

use model::config::{AreaKind, Text};
use model::incident::IncidentView;
use model::loss::{CaseChange, DoubleKind, LossItem, LossStage, LossTable};
use model::view::CountyView;
use model::{Decimals, OpId, PersonId, Seal, Time};
use serde::Serialize;

use crate::chapters::MOST_ROWS;
use crate::compose::Composer;
use crate::document::{Cell, Span};
use crate::facts::Moment;
use crate::language::Language;
use crate::tables::{Row, Rows, Writer};

/// The losses of one incident.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LossRows {
    pub incident: OpId,
    pub title: Seal,
    /// Oldest first, by township.
    pub versions: Vec<LossVersionRow>,
    pub sums: Vec<LossSum>,
    pub doubles: Vec<DoubleRow>,
    /// Townships whose first report is owed.
    pub owed: Vec<Text>,
}

/// One version of one township.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LossVersionRow {
    pub code: String,
    pub township: Text,
    pub number: u32,
    pub stage: LossStage,
    pub nth: u32,
    pub moment: Moment,
    pub by: PersonId,
    pub figures: Vec<LossFigureRow>,
    /// Cases it entered or said more of, and cases it took out.
    pub entered: u32,
    pub withdrawn: u32,
    pub photos: u32,
    pub note: Option<Seal>,
    pub late: bool,
}

/// A number of a version.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LossFigureRow {
    pub item: LossItem,
    pub value: u64,
    /// What stood before, where that was another number.
    pub before: Option<u64>,
}

/// The sum of an item over the townships that stated it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LossSum {
    pub item: LossItem,
    pub value: u64,
    pub townships: u32,
    /// Of the versions it is made of, as far as they lie in the interval.
    pub entries: Vec<u64>,
}

/// What may be counted twice.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DoubleRow {
    pub kind: DoubleKind,
    pub township: Text,
    pub other: Text,
    /// Absent: within the incident itself.
    pub other_incident: Option<OpId>,
    /// Somebody found that it is two.
    pub settled: Option<SettledRow>,
}

/// Who found that it is two, when and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettledRow {
    pub moment: Moment,
    pub by: PersonId,
    pub reason: Seal,
}

fn name_of(county: &CountyView, code: &str) -> Text {
    let mut areas = county.areas.iter();
    let area = areas.find(|area| area.kind == AreaKind::Township && area.code == code);
    area.map_or_else(|| Text::same(code), |area| area.title.clone())
}

/// The losses of an incident as they stand, each version with its entry.
pub(crate) fn of_incident(
    county: &CountyView,
    view: &IncidentView,
    (entries, judged): (&BTreeMap<OpId, Moment>, &BTreeMap<OpId, Moment>),
) -> Option<LossRows> {
    let LossTable {
        townships,
        totals,
        doubles,
    } = &view.losses;
    if townships.is_empty() {
        return None;
    }
    let mut versions = Vec::new();
    for row in townships {
        let mut stood: BTreeMap<LossItem, u64> = BTreeMap::new();
        for version in &row.versions {
            let figures = version.figures.iter().map(|figure| {
                let before = stood.insert(figure.item, figure.value);
                LossFigureRow {
                    item: figure.item,
                    value: figure.value,
                    before: before.filter(|before| *before != figure.value),
                }
            });
            let taken_out = |change: &&CaseChange| matches!(change, CaseChange::Withdraw { .. });
            let withdrawn = version.cases.iter().filter(taken_out).count() as u32;
            let moment = entries.get(&version.id).copied();
            versions.push(LossVersionRow {
                code: row.township.clone(),
                township: name_of(county, &row.township),
                number: version.number,
                stage: version.stage,
                nth: version.nth,
                moment: moment.unwrap_or(Moment::before(version.at)),
                by: version.by.clone(),
                figures: figures.collect(),
                entered: version.cases.len() as u32 - withdrawn,
                withdrawn,
                photos: version.photos.len() as u32,
                note: version.note.clone(),
                late: version.late,
            });
        }
    }
    let sums = totals.iter().map(|total| {
        let versions = total.versions.iter();
        let behind = versions.filter_map(|id| entries.get(id)?.entry);
        LossSum {
            item: total.item,
            value: total.value,
            townships: total.townships,
            entries: behind.collect(),
        }
    });
    let doubles = doubles.iter().map(|row| DoubleRow {
        kind: row.kind,
        township: name_of(county, &row.township),
        other: name_of(county, &row.other_township),
        other_incident: Some(row.other_incident.clone()).filter(|other| *other != view.id),
        settled: row.settled.as_ref().map(|settled| {
            let moment = judged.get(&settled.id).copied();
            SettledRow {
                moment: moment.unwrap_or(Moment::before(settled.at)),
                by: settled.by.clone(),
                reason: settled.reason.clone(),
            }
        }),
    });
    let owed = townships.iter().filter(|row| row.owed);
    Some(LossRows {
        incident: view.id.clone(),
        title: view.title.clone(),
        versions,
        sums: sums.collect(),
        doubles: doubles.collect(),
        owed: owed.map(|row| name_of(county, &row.township)).collect(),
    })
}

/// Whether losses were reported since then: figures are verified after an incident is closed.
pub(crate) fn told_since(view: &IncidentView, from: Time) -> bool {
    let mut told = view.losses.townships.iter().flat_map(|row| &row.versions);
    told.any(|version| version.at >= from)
}

/// Whether a number went down.
pub(crate) fn went_down(figure: &LossFigureRow) -> bool {
    figure.before.is_some_and(|before| figure.value < before)
}

fn shown(item: LossItem, value: u64) -> String {
    let value = i64::try_from(value).unwrap_or(i64::MAX);
    Decimals(item.decimals()).show(value)
}

/// What is counted, with its unit.
fn item(item: LossItem, l: Language) -> &'static str {
    match item {
        LossItem::Affected => l.of("受灾人口（人）", "People affected"),
        LossItem::Dead => l.of("因灾死亡（人）", "Dead"),
        LossItem::Missing => l.of("失踪（人）", "Missing"),
        LossItem::Injured => l.of("受伤（人）", "Injured"),
        LossItem::Relocated => l.of("紧急转移安置（人）", "People relocated"),
        LossItem::InNeed => l.of("需紧急生活救助（人）", "People in need"),
        LossItem::HomesCollapsed => l.of("倒塌住房（户）", "Homes collapsed"),
        LossItem::HomesDamaged => l.of("损坏住房（户）", "Homes damaged"),
        LossItem::Crops => l.of("农作物受灾（公顷）", "Crops (ha)"),
        LossItem::Money => l.of("直接经济损失（万元）", "Direct loss (10,000 yuan)"),
    }
}

fn stage(stage: LossStage, nth: u32, l: Language) -> String {
    match (stage, l) {
        (LossStage::First, Language::Chinese) => "初报".to_owned(),
        (LossStage::First, Language::English) => "First report".to_owned(),
        (LossStage::FollowUp, Language::Chinese) => format!("续报 {nth}"),
        (LossStage::FollowUp, Language::English) => format!("Follow-up {nth}"),
        (LossStage::Verified, Language::Chinese) => format!("核报 {nth}"),
        (LossStage::Verified, Language::English) => format!("Verified {nth}"),
        (LossStage::Correction, Language::Chinese) => format!("更正 {nth}"),
        (LossStage::Correction, Language::English) => format!("Correction {nth}"),
    }
}

fn double(kind: DoubleKind, l: Language) -> &'static str {
    match kind {
        DoubleKind::SameName => l.of("两条个案同名", "Two cases bear one name"),
        DoubleKind::SameVillage => l.of("两个乡镇列了同一个村", "Two townships list one village"),
        DoubleKind::OtherIncident => l.of(
            "另一个事件也报了这个乡镇",
            "Another incident reports this township too",
        ),
    }
}

impl Composer<'_> {
    /// The loss tables of every incident.
    pub(crate) fn loss_reports(&mut self) {
        let report = self.report;
        for rows in &report.losses {
            let title = match self.l {
                Language::Chinese => format!("灾情报告 · {}", self.words_of(&rows.title)),
                Language::English => format!("Loss reports · {}", self.words_of(&rows.title)),
            };
            self.blocks.push(crate::document::Block::Lesser(title));
            self.loss_sums(rows);
            self.loss_versions(rows);
            self.loss_doubles(rows);
        }
    }

    fn loss_sums(&mut self, rows: &LossRows) {
        let sums = rows.sums.iter().map(|sum| {
            vec![
                vec![Span::text(item(sum.item, self.l))],
                vec![Span::Strong(shown(sum.item, sum.value))],
                vec![Span::Text(sum.townships.to_string())],
                self.entries(item(sum.item, self.l), &sum.entries),
            ]
        });
        let sums = sums.collect();
        self.table(
            &[
                ("灾情", "Loss"),
                ("合计", "Sum"),
                ("已报乡镇", "Townships"),
                ("报告条目", "Entries of reports"),
            ],
            sums,
        );
        if !rows.owed.is_empty() {
            let names: Vec<&str> = rows.owed.iter().map(|name| self.l.say(name)).collect();
            let words = match self.l {
                Language::Chinese => format!("还没有初报：{}。", names.join("、")),
                Language::English => format!("No first report yet: {}.", names.join(", ")),
            };
            self.paragraph(vec![Span::Strong(words)]);
        }
    }

    fn loss_versions(&mut self, rows: &LossRows) {
        let l = self.l;
        let all = rows.versions.len();
        let versions = rows.versions.iter().take(MOST_ROWS).map(|row| {
            let mut which = vec![Span::Text(stage(row.stage, row.nth, l))];
            if row.late {
                which.push(Span::Strong(l.of("（迟报）", " (late)").to_owned()));
            }
            let note = row.note.as_ref().map(|note| self.words_of(note));
            vec![
                vec![Span::text(l.say(&row.township))],
                which,
                self.moment(row.moment),
                vec![Span::Text(self.person(&row.by))],
                figures(&row.figures, l),
                vec![Span::Text(row.photos.to_string())],
                vec![Span::Text(note.unwrap_or_default())],
            ]
        });
        let versions = versions.collect();
        self.table(
            &[
                ("乡镇", "Township"),
                ("版", "Version"),
                ("时间和条目", "When, entry"),
                ("谁", "Who"),
                ("数字", "Figures"),
                ("照片", "Photos"),
                ("说明", "Note"),
            ],
            versions,
        );
        self.left_out(all.saturating_sub(MOST_ROWS));
    }

    fn loss_doubles(&mut self, rows: &LossRows) {
        let l = self.l;
        let all = rows.doubles.len();
        let doubles = rows.doubles.iter().take(MOST_ROWS).map(|row| {
            let other = match &row.other_incident {
                Some(_) => format!(
                    "{} · {}",
                    l.say(&row.other),
                    l.of("另一个事件", "another incident")
                ),
                None => l.say(&row.other).to_owned(),
            };
            let found = match &row.settled {
                Some(settled) => self.settled(settled),
                None => vec![Span::Strong(l.of("还没有认定", "Not looked at").to_owned())],
            };
            vec![
                vec![Span::text(double(row.kind, l))],
                vec![Span::text(l.say(&row.township))],
                vec![Span::Text(other)],
                found,
            ]
        });
        let doubles = doubles.collect();
        self.table(
            &[
                ("可能重复统计", "Possible double count"),
                ("在", "In"),
                ("与", "And in"),
                ("认定", "Found"),
            ],
            doubles,
        );
        self.left_out(all.saturating_sub(MOST_ROWS));
    }
}

impl Composer<'_> {
    /// Who found that it is two, when and why.
    fn settled(&self, settled: &SettledRow) -> Cell {
        let l = self.l;
        let mut cell = vec![Span::Text(format!(
            "{}{}",
            l.of("不是重复 · ", "Not twice · "),
            self.person(&settled.by)
        ))];
        cell.push(Span::text(l.of("，", ", ")));
        cell.extend(self.moment(settled.moment));
        cell.push(Span::Text(format!(
            "{}{}",
            l.of("：", ": "),
            self.words_of(&settled.reason)
        )));
        cell
    }
}

/// The numbers of a version, what went down in bold with what stood before.
fn figures(list: &[LossFigureRow], l: Language) -> Cell {
    let mut cell = Vec::new();
    for (n, figure) in list.iter().enumerate() {
        if n > 0 {
            cell.push(Span::text(l.of("，", ", ")));
        }
        let words = format!(
            "{} {}",
            item(figure.item, l),
            shown(figure.item, figure.value)
        );
        let before = figure.before.map(|before| shown(figure.item, before));
        match (before, went_down(figure), l) {
            (None, _, _) => cell.push(Span::Text(words)),
            (Some(before), true, Language::Chinese) => {
                cell.push(Span::Strong(format!("{words}（下调，此前 {before}）")));
            }
            (Some(before), true, Language::English) => {
                cell.push(Span::Strong(format!("{words} (down from {before})")));
            }
            (Some(before), false, Language::Chinese) => {
                cell.push(Span::Text(format!("{words}（此前 {before}）")));
            }
            (Some(before), false, Language::English) => {
                cell.push(Span::Text(format!("{words} (was {before})")));
            }
        }
    }
    cell
}

impl Writer<'_> {
    /// One row a number of a version.
    pub(crate) fn losses(&self) -> Rows {
        let mut rows: Vec<Row> = Vec::new();
        for incident in &self.report.losses {
            for version in &incident.versions {
                for figure in &version.figures {
                    let before = figure.before.map(|before| shown(figure.item, before));
                    let mut row = vec![
                        incident.incident.to_string(),
                        version.code.clone(),
                        crate::tables::word(self.l.say(&version.township)),
                        version.number.to_string(),
                        stage(version.stage, version.nth, self.l),
                        item(figure.item, self.l).to_owned(),
                        shown(figure.item, figure.value),
                        before.unwrap_or_default(),
                        went_down(figure).to_string(),
                        version.photos.to_string(),
                        self.person(&version.by),
                    ];
                    row.extend(crate::tables::moment(version.moment));
                    rows.push(row);
                }
            }
        }
        let head: &[_] = &[
            "incident", "township", "name", "version", "stage", "item", "value", "before", "down",
            "photos", "by", "at", "entry",
        ];
        (head, rows)
    }
}
