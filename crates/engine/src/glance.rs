//! What a glance at a calm reading says: that it can change nothing about a watch.
//!
//! Nearly every reading is calm. What it has to be compared with lies here side by side, a few bytes a
//! watch, so that the reading of a quiet station touches neither its rules nor their bounds: among a
//! million stations, memory is what a reading costs. A glance that cannot tell says so, and the rule is
//! asked.

use std::collections::BTreeMap;

use model::config::{Config, Measure, Outlook, Rule, Side};
use model::{Fixed, SeriesSlot};

use crate::engine::Engine;
use crate::forecast::{Prospect, Source};
use crate::measure::{Measured, ratio, risen};

/// The mildest value at which anything can begin on a watch whose levels are all off.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Brink {
    Never,
    Above(Fixed),
    Below(Fixed),
}

impl Brink {
    /// Of all bounds of a watch, whatever the date.
    fn of(config: &Config, watch: usize) -> Brink {
        let spec = &config.watches[watch];
        let versions = spec.versions.iter().map(|v| &v.bounds);
        let bounds = std::iter::once(&spec.bounds)
            .chain(versions)
            .flatten()
            .flatten()
            .map(|b| b.raise);
        match config.rules[spec.rule.index()].side {
            Side::Above => bounds.min().map_or(Brink::Never, Brink::Above),
            Side::Below => bounds.max().map_or(Brink::Never, Brink::Below),
        }
    }

    /// Whether a good value cannot begin anything.
    pub(crate) fn is_calm(self, value: Fixed) -> bool {
        match self {
            Brink::Never => true,
            Brink::Above(raise) => value < raise,
            Brink::Below(raise) => value > raise,
        }
    }

    /// The same for the change from an earlier sample to the newest; no change is none.
    fn is_slow_from(self, change: Option<Measured>) -> bool {
        match change {
            Some(Measured::Ratio { rise, over }) => self.is_slow(rise, over),
            Some(Measured::Plain(change)) => self.is_calm(change),
            Some(Measured::Decided { .. }) => false,
            None => true,
        }
    }

    /// The same for what is expected within the lead time.
    fn is_far(self, prospect: Prospect, lead_ms: i64) -> bool {
        let (side, raise) = match self {
            Brink::Never => return true,
            Brink::Above(raise) => (Side::Above, raise),
            Brink::Below(raise) => (Side::Below, raise),
        };
        // A level that stands already is not expected, but the next one may be.
        self.is_calm(prospect.newest()) && prospect.until(side, raise, lead_ms).is_none()
    }

    /// The same for a change over a time, `rise / over`.
    pub(crate) fn is_slow(self, rise: i128, over: i128) -> bool {
        match self {
            Brink::Never => true,
            Brink::Above(raise) => rise < i128::from(raise) * over,
            Brink::Below(raise) => rise > i128::from(raise) * over,
        }
    }
}

/// What a watch compares, as far as a glance goes.
#[derive(Clone, Copy, Debug)]
enum Subject {
    /// The value itself.
    Value,
    /// The sum over a window.
    Sum { span_ms: i64 },
    /// Several sums, each with the least that can begin anything: a range of [`Glances::least`].
    Sums { first: u32, end: u32 },
    /// The change since the sample before, or over a span.
    Rate { per_ms: i64 },
    Rise {
        span_ms: i64,
        per_ms: i64,
        least_ms: i64,
    },
    /// A member of a cluster, and what makes it hot: the sum over the span, or the value where it is 0.
    Member {
        span_ms: i64,
        cluster: u16,
        member: u32,
        hot: Fixed,
    },
    /// What is foreseen: places in [`Glances::outlooks`] and [`Glances::sources`], there [`NOWHERE`]
    /// for a forecast that asks no gauge upstream.
    Forecast { outlook: u16, source: u32 },
    /// Something that only the rule knows.
    Other,
}

#[derive(Clone, Copy, Debug)]
struct Glance {
    brink: Brink,
    subject: Subject,
}

const NOWHERE: u32 = u32::MAX;

/// The glances of all watches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Glances {
    list: Vec<Glance>,
    /// Windows in ms with the least sum over each that can begin anything.
    least: Vec<(i64, Fixed)>,
    /// What forecasts look at, by rule.
    outlooks: Vec<Option<Outlook>>,
    /// The gauges upstream that forecasts ask.
    sources: Vec<Source>,
}

impl Glances {
    /// `member_of` as the index has it; `upstream` as [`crate::forecast::sources`] gives it.
    pub(crate) fn of(
        config: &Config,
        member_of: &BTreeMap<u32, (u32, u32)>,
        upstream: &BTreeMap<u32, Source>,
    ) -> Glances {
        let (mut least, mut sources) = (Vec::new(), Vec::new());
        let ranges: Vec<Option<(u32, u32)>> = config
            .rules
            .iter()
            .map(|rule| {
                let first = least.len() as u32;
                least.extend(least_sums(rule)?);
                Some((first, least.len() as u32))
            })
            .collect();
        let list = config.watches.iter().enumerate().map(|(watch, spec)| {
            let rule = &config.rules[spec.rule.index()];
            let subject = match &rule.measure {
                Measure::Value => Some(Subject::Value),
                Measure::Sum { window_ms } => Some(Subject::Sum {
                    span_ms: *window_ms,
                }),
                Measure::Sums { .. } => {
                    ranges[spec.rule.index()].map(|(first, end)| Subject::Sums { first, end })
                }
                Measure::Cluster { window_ms, hot, .. } => {
                    let member = member_of.get(&(watch as u32)).copied();
                    member.and_then(|(cluster, member)| {
                        Some(Subject::Member {
                            span_ms: *window_ms,
                            cluster: u16::try_from(cluster).ok()?,
                            member,
                            hot: *hot,
                        })
                    })
                }
                Measure::Rate { per_ms } => Some(Subject::Rate { per_ms: *per_ms }),
                Measure::Rise {
                    span_ms,
                    per_ms,
                    least_ms,
                } => Some(Subject::Rise {
                    span_ms: *span_ms,
                    per_ms: *per_ms,
                    least_ms: *least_ms,
                }),
                Measure::Forecast { .. } => {
                    let source = upstream.get(&(watch as u32)).map(|source| {
                        sources.push(*source);
                        sources.len() as u32 - 1
                    });
                    Some(Subject::Forecast {
                        outlook: spec.rule.0,
                        source: source.unwrap_or(NOWHERE),
                    })
                }
                Measure::Extreme { .. }
                | Measure::Silence
                | Measure::Levels { .. }
                | Measure::Expression { .. } => None,
            };
            Glance {
                brink: Brink::of(config, watch),
                subject: subject.unwrap_or(Subject::Other),
            }
        });
        let list = list.collect();
        let outlooks = config.rules.iter().map(|rule| {
            let Measure::Forecast { outlook } = rule.measure else {
                return None;
            };
            Some(outlook)
        });
        Glances {
            list,
            least,
            outlooks: outlooks.collect(),
            sources,
        }
    }

    /// The gauge upstream that the forecast of a watch asks.
    pub(crate) fn source(&self, watch: u32) -> Option<Source> {
        let Subject::Forecast { source, .. } = self.list[watch as usize].subject else {
            return None;
        };
        self.sources.get(source as usize).copied()
    }

    pub(crate) fn brink(&self, watch: u32) -> Brink {
        self.list[watch as usize].brink
    }
}

/// The windows of a rule of several sums, each with the least sum that can meet one of its levels on the
/// wettest ground. `None` where that cannot be said.
fn least_sums(rule: &Rule) -> Option<Vec<(i64, Fixed)>> {
    let Measure::Sums {
        windows, wetness, ..
    } = &rule.measure
    else {
        return None;
    };
    let mut raises = windows.iter().flat_map(|w| w.bounds.iter().flatten());
    // Dry ground would make a bound below nought the lower one.
    if rule.side != Side::Above || raises.any(|bound| bound.raise < 0) {
        return None;
    }
    let permille = wetness.map_or(1000, |w| w.wet_permille.min(w.dry_permille).min(1000));
    let least = windows.iter().map(|window| {
        let raise = window.bounds.iter().flatten().map(|b| b.raise).min();
        // A sum meets a level when a thousand times it reaches so many thousandths of the bound.
        let bound = raise.map(|raise| i128::from(raise) * i128::from(permille));
        let least = bound.map_or(Fixed::MAX, |bound| {
            Fixed::try_from(bound.div_euclid(1000)).unwrap_or(Fixed::MIN)
        });
        (window.window_ms, least)
    });
    Some(least.collect())
}

impl Engine {
    /// Whether the newest sample of a series, a valid one, changes nothing about a watch: nothing has
    /// begun there, and by this value nothing can. No is no answer: the rule has to be asked.
    pub(crate) fn is_calm_at_a_glance(&mut self, watch: u32, slot: SeriesSlot) -> bool {
        let glance = self.index.glances.list[watch as usize];
        let series = &self.state.series[slot.index()];
        let calm = match glance.subject {
            Subject::Value => series
                .newest()
                .is_some_and(|sample| glance.brink.is_calm(sample.value)),
            Subject::Sum { span_ms } => series
                .sum_over(span_ms)
                .is_some_and(|sum| glance.brink.is_calm(sum)),
            Subject::Sums { first, end } => {
                let least = &self.index.glances.least[first as usize..end as usize];
                let is_below = |(span_ms, least): &(i64, Fixed)| {
                    series.sum_over(*span_ms).is_some_and(|sum| sum < *least)
                };
                least.iter().all(is_below)
            }
            Subject::Rate { per_ms } => series
                .newest_place()
                .and_then(|place| Some((series.before(place)?, place)))
                .is_some_and(|(before, place)| {
                    let change = ratio(series, before, place, per_ms);
                    glance.brink.is_slow_from(change)
                }),
            Subject::Rise {
                span_ms,
                per_ms,
                least_ms,
            } => series
                .newest_place()
                .and_then(|place| Some((series.at_least_older(place, span_ms)?, place)))
                .is_some_and(|(before, place)| {
                    let spans = (span_ms, per_ms, least_ms);
                    let change = risen(series, before, place, spans);
                    glance.brink.is_slow_from(change)
                }),
            Subject::Member {
                span_ms,
                cluster,
                member,
                hot,
            } => {
                // A cool member that stays cool is nobody's business, whatever it is near to, unless it
                // wants a second good reading.
                let now = match span_ms {
                    0 => series.newest().map(|sample| sample.value),
                    span_ms => series.sum_over(span_ms),
                };
                now.is_some_and(|now| now < hot)
                    && !self.state.heat[usize::from(cluster)].is_hot(member)
            }
            Subject::Forecast { outlook, .. } => {
                let prospect = series.newest_place().and_then(|place| {
                    let outlook = self.index.glances.outlooks[usize::from(outlook)]?;
                    let source = self.index.glances.source(watch);
                    let prospect = self.prospect(slot, place, outlook.recent_ms, source)?;
                    Some((prospect, outlook.lead_ms))
                });
                prospect.is_none_or(|(prospect, lead_ms)| glance.brink.is_far(prospect, lead_ms))
            }
            Subject::Other => false,
        };
        calm && self.state.conditions.is_idle(watch)
    }

    /// What a glance promises, found the long way.
    pub(crate) fn is_calm_by_its_rule(&self, watch: u32, slot: SeriesSlot) -> bool {
        let newest = self.state.series[slot.index()].newest_place();
        let taken = newest.and_then(|place| self.measured(watch, place));
        taken.is_none_or(|seen| {
            let turns = self.turns(watch, seen.measured.shown());
            turns.map_or_else(|| self.is_quiet(watch, seen.measured), |turns| !turns)
        })
    }
}
