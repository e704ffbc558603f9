//! Rules as people read them: the condition in words, what it watches, how often it spoke.

use model::config::{Measure, Rule, Side, Text, Within};
use model::view::RuleView;
use model::{Level, RuleSlot};

use crate::engine::Engine;
use crate::rule_bounds;

const LEVELS: [(&str, &str); 4] = [
    ("蓝", "blue"),
    ("黄", "yellow"),
    ("橙", "orange"),
    ("红", "red"),
];

impl Engine {
    /// Every rule with what it watches and how often it spoke.
    pub fn rule_views(&self) -> Vec<RuleView> {
        let mut first = vec![None; self.config.rules.len()];
        let mut subjects = vec![0u32; self.config.rules.len()];
        let mut active = vec![0u32; self.config.rules.len()];
        for (watch, spec) in self.config.watches.iter().enumerate() {
            if spec.is_bare() {
                continue;
            }
            let rule = spec.rule.index();
            first[rule] = first[rule].or(Some(watch));
            subjects[rule] += 1;
            active[rule] += u32::from(self.state.conditions[watch].level() > 0);
        }
        let view = |(slot, rule): (usize, &Rule)| {
            let tally = self.tally_of(&rule.id);
            RuleView {
                id: rule.id.clone(),
                title: rule.title.clone(),
                hazard: rule.hazard.clone(),
                owner: rule.owner.clone(),
                plan: rule.plan.clone(),
                advice: rule.advice.clone(),
                basis: rule.basis.clone(),
                certainty: rule.certainty,
                forecast: rule.forecast,
                priority: rule.priority,
                condition: self.words(RuleSlot(slot as u16), rule, first[slot]),
                on_delay_ms: rule.delays.map(|d| d.on_ms),
                off_delay_ms: rule.delays.map(|d| d.off_ms),
                min_hold_ms: rule.min_hold_ms,
                latch: rule.latch,
                subjects: subjects[slot],
                active: active[slot],
                episodes: tally.episodes,
                found_true: tally.found_true,
                found_false: tally.found_false,
                bounds: rule_bounds::of(&self.config, RuleSlot(slot as u16)),
                below: rule.side == Side::Below,
                grades: rule.grades.clone(),
            }
        };
        self.config.rules.iter().enumerate().map(view).collect()
    }

    /// The condition in both languages, with the bounds where all subjects share them.
    fn words(&self, slot: RuleSlot, rule: &Rule, first: Option<usize>) -> Text {
        let Some(first) = first else {
            return Text::new("没有监测对象", "watches nothing");
        };
        let quantity = self.config.quantity_of(self.config.watches[first].series);
        let what = measured(&rule.measure, &quantity.title);
        let sign = match rule.side {
            Side::Above => "≥",
            Side::Below => "≤",
        };
        let mut watches = self.config.watches.iter().filter(|w| w.rule == slot);
        let bounds = self.config.watches[first].bounds;
        let own = !watches.all(|w| w.bounds == bounds && w.versions.is_empty());
        let shown = |level: Level| {
            let raise = bounds[level.index()]?.raise;
            Some(self.bound_words(&rule.measure, raise, first))
        };
        let list = |names: fn(usize) -> &'static str| {
            let all = Level::ALL.iter();
            let words = all.filter_map(|l| Some(format!("{} {}", names(l.index()), shown(*l)?)));
            words.collect::<Vec<_>>().join(", ")
        };
        match (&rule.measure, own) {
            (Measure::Levels { .. } | Measure::Cluster { .. } | Measure::Expression { .. }, _) => {
                what
            }
            (Measure::Sums { .. }, _) => what,
            (_, true) => Text::new(
                &format!("{} {sign} 各站自己的阈值", what.zh),
                &format!("{} {sign} the station's own thresholds", what.en),
            ),
            (_, false) => Text::new(
                &format!("{} {sign} {}", what.zh, list(|n| LEVELS[n].0)),
                &format!("{} {sign} {}", what.en, list(|n| LEVELS[n].1)),
            ),
        }
    }

    fn bound_words(&self, measure: &Measure, raise: i64, watch: usize) -> String {
        if *measure == Measure::Silence {
            return span(raise);
        }
        let quantity = self.config.quantity_of(self.config.watches[watch].series);
        format!("{} {}", quantity.decimals.show(raise), quantity.unit)
    }
}

/// What a rule looks at.
fn measured(measure: &Measure, quantity: &Text) -> Text {
    let Text { zh, en } = quantity;
    let (zh, en) = match measure {
        Measure::Value => (zh.clone(), en.clone()),
        Measure::Sum { window_ms } => {
            let span = span(*window_ms);
            (
                format!("{zh} {span} 累计"),
                format!("{en}, sum over {span}"),
            )
        }
        Measure::Rate { per_ms } => {
            let span = span(*per_ms);
            (
                format!("{zh} 与上次相比每 {span} 的变化"),
                format!("{en}, change since the reading before, per {span}"),
            )
        }
        Measure::Rise {
            span_ms, per_ms, ..
        } if span_ms == per_ms => {
            let over = span(*span_ms);
            (
                format!("{zh} 在 {over} 内的变化"),
                format!("{en}, change over {over}"),
            )
        }
        Measure::Rise {
            span_ms, per_ms, ..
        } => {
            let (over, per) = (span(*span_ms), span(*per_ms));
            (
                format!("{zh} 在 {over} 内每 {per} 的变化"),
                format!("{en}, change over {over}, per {per}"),
            )
        }
        Measure::Extreme { window_ms, highest } => {
            let span = span(*window_ms);
            let (word_zh, word_en) = if *highest {
                ("最高", "highest")
            } else {
                ("最低", "lowest")
            };
            (
                format!("{zh} {span} 内{word_zh}"),
                format!("{en}, {word_en} within {span}"),
            )
        }
        Measure::Cluster {
            window_ms,
            radius_mm,
            count,
            within,
            ..
        } => near(*window_ms, *radius_mm, *count, *within, quantity),
        Measure::Sums { windows, all, .. } => {
            let spans: Vec<String> = windows.iter().map(|w| span(w.window_ms)).collect();
            let spans = spans.join(" / ");
            let (word_zh, word_en) = if *all {
                ("全部", "all")
            } else {
                ("任一", "any")
            };
            (
                format!("{zh} {spans} 累计{word_zh}达标"),
                format!("{en}, {word_en} of the sums over {spans}"),
            )
        }
        Measure::Silence => ("无数据时长".to_owned(), "nothing heard for".to_owned()),
        Measure::Levels { .. } => (
            "其他规则的组合".to_owned(),
            "what other rules say".to_owned(),
        ),
        Measure::Expression { text } => (text.clone(), text.clone()),
        Measure::Forecast { outlook } => {
            let span = span(outlook.lead_ms);
            (
                format!("预计 {span} 内 {zh}"),
                format!("{en}, expected within {span}"),
            )
        }
    };
    Text { zh, en }
}

/// What a cluster rule looks at.
fn near(
    window_ms: i64,
    radius_mm: i64,
    count: u16,
    within: Within,
    quantity: &Text,
) -> (String, String) {
    let (here, around) = match within {
        Within::Distance if radius_mm % 1_000_000 == 0 => {
            let km = radius_mm / 1_000_000;
            (format!("{km} 公里内"), format!("within {km} km"))
        }
        Within::Distance => {
            let m = radius_mm / 1000;
            (format!("{m} 米内"), format!("within {m} m"))
        }
        Within::Township => ("同一乡镇内".to_owned(), "in one township".to_owned()),
        Within::Catchment => ("同一流域内".to_owned(), "in one catchment".to_owned()),
        Within::Zone => ("同一片区内".to_owned(), "in one zone".to_owned()),
    };
    if window_ms == 0 {
        let Text { zh, en } = quantity;
        return (
            format!("{here}至少 {count} 站{zh}同时达标"),
            format!("{en}: {count} stations {around} reach it at once"),
        );
    }
    let span = span(window_ms);
    (
        format!("{here}至少 {count} 站 {span} 累计达标"),
        format!("{count} stations {around} reach their sum over {span}"),
    )
}

/// A span in the largest unit that says it whole.
pub(crate) fn span(ms: i64) -> String {
    match ms {
        ms if ms % 86_400_000 == 0 => format!("{} d", ms / 86_400_000),
        ms if ms % 3_600_000 == 0 => format!("{} h", ms / 3_600_000),
        ms if ms % 60_000 == 0 => format!("{} min", ms / 60_000),
        ms => format!("{} s", ms / 1000),
    }
}
