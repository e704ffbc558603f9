//! Plays a drill's injects: each at its time, through the ordinary intake, as the interface `drill`.
//!
//! It invents nothing: what it gives is what the script says, and the same at every start. What was
//! given before a restart is given again where nobody knows, and recognised by its identity.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::action::{Act, Action, Answer};
use model::config::Role;
use model::drill::{CONTROL, Drill, INTERFACE, Inject, What};
use model::incident::{OpenSituation, OpenedBy};
use model::intake::{Quality, Taken};
use model::{Fixed, JurisdictionSlot, PersonId, Seal, Time};
use runtime::{Catalogue, Draft, Inbox, Item, Stopped};

/// Readings due together that are submitted at once.
const PIECE: usize = 512;

/// Readings of so long before a restart are given again.
const AGAIN_MS: i64 = 600_000;

/// One recorded reading, at its time in the drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub station: String,
    pub quantity: String,
    /// Decimal text.
    pub value: String,
    pub observed: Time,
}

/// Puts a text outside the journal and gives its seal; blocks until it is on disk.
pub type Sealer = Arc<dyn Fn(&str) -> io::Result<Seal> + Send + Sync>;

/// What is played.
#[derive(Clone, Debug)]
pub struct Play {
    pub drill: Drill,
    pub recorded: Vec<Recorded>,
    /// How many times as fast as the wall the drill's clock runs.
    pub factor: f64,
    /// Nothing of it was played before.
    pub fresh: bool,
}

/// Why a drill is not played on.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    #[error(transparent)]
    Stopped(#[from] Stopped),
    #[error("what a report says could not be kept")]
    Blob(#[source] io::Error),
    #[error("the drill's site has no interface `{INTERFACE}`")]
    NoInterface,
}

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed<'p> {
    Reading {
        station: &'p str,
        quantity: &'p str,
        value: Fixed,
    },
    Press(&'p Inject),
    Link {
        interface: &'p str,
        up: bool,
    },
}

impl Play {
    /// Plays to the end.
    ///
    /// # Errors
    /// [`PlayError`].
    pub async fn play(&self, inbox: &Inbox, sealer: &Sealer) -> Result<(), PlayError> {
        let catalogue = inbox.catalogue();
        let slot = catalogue
            .interface(INTERFACE)
            .ok_or(PlayError::NoInterface)?;
        // Behind the drill's clock by what has passed since its last entry, never ahead of it.
        let (base, began) = (inbox.ask(|fleet| fleet.now()).await?, Instant::now());
        let plan = self.plan(&catalogue, base);
        let mut rest = plan.as_slice();
        while let Some((due, _)) = rest.first() {
            let due = *due;
            let elapsed = began.elapsed().as_secs_f64() * 1000.0 * self.factor;
            let ahead = due.since_ms(base) as f64 - elapsed;
            if ahead > 0.0 {
                let wait = Duration::from_secs_f64((ahead / 1000.0 / self.factor).min(3600.0));
                tokio::time::sleep(wait).await;
                continue;
            }
            let now = rest.iter().take_while(|(at, _)| *at == due).count();
            let (these, later) = rest.split_at(now);
            rest = later;
            let mut items = Vec::new();
            for (at, deed) in these {
                match deed {
                    Deed::Reading {
                        station,
                        quantity,
                        value,
                    } => items.extend(item(&catalogue, station, quantity, *value, *at)),
                    Deed::Press(inject) => self.press(inbox, sealer, inject, *at).await?,
                    Deed::Link { interface, up } => {
                        if let Some(slot) = catalogue.interface(interface) {
                            inbox.link(slot, *up).await?;
                        }
                    }
                }
            }
            submit(inbox, slot, items).await?;
        }
        Ok(())
    }

    /// Everything from `base` on, by time.
    fn plan(&self, catalogue: &Catalogue, base: Time) -> Vec<(Time, Deed<'_>)> {
        let mut plan = self.readings();
        for reading in &self.recorded {
            let target = catalogue.find(&reading.station, &reading.quantity);
            let value = target.and_then(|to| to.decimals.parse(&reading.value).ok());
            let Some(value) = value else {
                continue;
            };
            let deed = Deed::Reading {
                station: &reading.station,
                quantity: &reading.quantity,
                value,
            };
            plan.push((reading.observed, deed));
        }
        self.keep_silent(&mut plan);
        if !self.fresh {
            let from = base.plus_ms(-AGAIN_MS);
            plan.retain(|(at, _)| *at > from);
        }
        for inject in &self.drill.injects {
            let at = self.drill.when(inject);
            match &inject.what {
                What::Report { .. } | What::Note { .. } => plan.push((at, Deed::Press(inject))),
                What::Interface { interface, for_ms } => {
                    let until = at.plus_ms(*for_ms);
                    if self.fresh || until > base {
                        plan.push((
                            at,
                            Deed::Link {
                                interface,
                                up: false,
                            },
                        ));
                        plan.push((
                            until,
                            Deed::Link {
                                interface,
                                up: true,
                            },
                        ));
                    }
                }
                What::Readings { .. }
                | What::Silence { .. }
                | What::Recorded { .. }
                | What::Unreachable { .. } => {}
            }
        }
        plan.sort_by_key(|(at, _)| *at);
        plan
    }

    /// The readings of the script: each series says its values, then its last one until it says others.
    fn readings(&self) -> Vec<(Time, Deed<'_>)> {
        /// From when on, how often, which values.
        type Course<'a> = (Time, i64, &'a [Fixed]);
        let mut by_series: BTreeMap<(&str, &str), Vec<Course<'_>>> = BTreeMap::new();
        for inject in &self.drill.injects {
            if let What::Readings {
                station,
                quantity,
                every_ms,
                values,
            } = &inject.what
            {
                let said = by_series
                    .entry((station.as_str(), quantity.as_str()))
                    .or_default();
                said.push((self.drill.when(inject), *every_ms, values.as_slice()));
            }
        }
        let mut plan = Vec::new();
        for ((station, quantity), said) in by_series {
            for (n, (begin, every_ms, values)) in said.iter().enumerate() {
                let next = said.get(n + 1).map(|(at, ..)| *at);
                let mut at = *begin;
                let mut values = values.iter().copied();
                let mut value = 0;
                while next.is_none_or(|next| at < next) && at <= self.drill.end() {
                    value = values.next().unwrap_or(value);
                    let deed = Deed::Reading {
                        station,
                        quantity,
                        value,
                    };
                    plan.push((at, deed));
                    at = at.plus_ms((*every_ms).max(1));
                }
            }
        }
        plan
    }

    /// Takes out what silent stations would say.
    fn keep_silent(&self, plan: &mut Vec<(Time, Deed<'_>)>) {
        for inject in &self.drill.injects {
            let What::Silence { station, for_ms } = &inject.what else {
                continue;
            };
            let from = self.drill.when(inject);
            let speaks = self.drill.injects.iter().find(|later| {
                later.at_ms > inject.at_ms
                    && matches!(&later.what, What::Readings { station: s, .. } if s == station)
            });
            let until = match (for_ms, speaks) {
                (Some(ms), _) => from.plus_ms(*ms),
                (None, Some(later)) => self.drill.when(later),
                (None, None) => Time::from_ms(i64::MAX),
            };
            plan.retain(|(at, deed)| {
                let its = matches!(deed, Deed::Reading { station: s, .. } if s == station);
                !(its && *at >= from && *at < until)
            });
        }
    }

    /// A telephone report or a note, pressed by whoever leads the drill.
    async fn press(
        &self,
        inbox: &Inbox,
        sealer: &Sealer,
        inject: &Inject,
        at: Time,
    ) -> Result<(), PlayError> {
        let action = match &inject.what {
            What::Report {
                hazard,
                level,
                area,
                text,
            } => Action::OpenSituation(OpenSituation {
                hazard: hazard.clone(),
                level: *level,
                how: OpenedBy::Call,
                area: area.clone(),
                text: seal(sealer, &text.zh).await?,
                place: None,
            }),
            What::Note { text } => Action::Mark {
                at,
                until: None,
                note: seal(sealer, &text.zh).await?,
            },
            What::Readings { .. }
            | What::Silence { .. }
            | What::Recorded { .. }
            | What::Interface { .. }
            | What::Unreachable { .. } => return Ok(()),
        };
        let act = Act {
            op: self.drill.op(&inject.id),
            by: PersonId::from(CONTROL),
            role: Role::DutyOfficer,
            device_at: None,
            action,
        };
        match inbox.act(JurisdictionSlot(0), act).await? {
            Answer::Done => {}
            Answer::Refused { why } => {
                tracing::warn!(inject = inject.id, ?why, "an inject was not taken");
            }
        }
        Ok(())
    }
}

async fn seal(sealer: &Sealer, text: &str) -> Result<Seal, PlayError> {
    let (sealer, text) = (Arc::clone(sealer), text.to_owned());
    let put = tokio::task::spawn_blocking(move || sealer(&text)).await;
    let put = put.map_err(|ended| PlayError::Blob(io::Error::other(ended)))?;
    put.map_err(PlayError::Blob)
}

fn item(
    catalogue: &Catalogue,
    station: &str,
    quantity: &str,
    value: Fixed,
    observed: Time,
) -> Option<Item> {
    let target = catalogue.find(station, quantity)?;
    Some(Item::Reading(Draft {
        jurisdiction: target.jurisdiction,
        series: target.series,
        edition: target.edition,
        observed,
        received: None,
        value,
        revision: 0,
        quality: Quality::Good,
    }))
}

async fn submit(inbox: &Inbox, interface: u8, items: Vec<Item>) -> Result<(), Stopped> {
    for piece in items.chunks(PIECE) {
        let taken = inbox.readings(interface, piece.to_vec()).await?.await?;
        let refused = taken
            .iter()
            .filter(|t| matches!(t, Taken::Refused(_)))
            .count();
        if refused > 0 {
            tracing::warn!(refused, "readings of the drill were refused");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use model::config::Text;

    fn inject(id: &str, minute: i64, what: What) -> Inject {
        Inject {
            id: id.to_owned(),
            at_ms: minute * 60_000,
            title: Text::same(id),
            what,
            expect: None,
        }
    }

    fn says(values: &[Fixed]) -> What {
        What::Readings {
            station: "A".to_owned(),
            quantity: "level".to_owned(),
            every_ms: 60_000,
            values: values.to_vec(),
        }
    }

    fn play(injects: Vec<Inject>) -> Play {
        Play {
            drill: Drill {
                id: "d".to_owned(),
                title: Text::same("d"),
                start: Time::from_ms(0),
                length_ms: 10 * 60_000,
                injects,
            },
            recorded: Vec::new(),
            factor: 1.0,
            fresh: true,
        }
    }

    fn said(play: &Play) -> Vec<(i64, Fixed)> {
        let plan = play.plan(&Catalogue::default(), Time::from_ms(0));
        let readings = plan.iter().filter_map(|(at, deed)| match deed {
            Deed::Reading { value, .. } => Some((at.ms() / 60_000, *value)),
            Deed::Press(_) | Deed::Link { .. } => None,
        });
        readings.collect()
    }

    #[test]
    fn a_series_goes_on_with_its_last_value_until_it_says_others() {
        let play = play(vec![
            inject("a", 0, says(&[1, 2])),
            inject("b", 4, says(&[7])),
        ]);
        assert_eq!(
            said(&play),
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
                .map(|m| (m, [1, 2, 2, 2, 7, 7, 7, 7, 7, 7, 7][m as usize]))
        );
    }

    #[test]
    fn a_silent_station_says_nothing_until_it_speaks_again() {
        let silence = What::Silence {
            station: "A".to_owned(),
            for_ms: None,
        };
        let play = play(vec![
            inject("a", 0, says(&[1])),
            inject("quiet", 2, silence),
            inject("b", 9, says(&[3])),
        ]);
        assert_eq!(said(&play), [(0, 1), (1, 1), (9, 3), (10, 3)]);
    }

    #[test]
    fn a_restart_gives_again_what_nobody_knows_of_and_nothing_older() {
        let mut play = play(vec![inject("a", 0, says(&[1]))]);
        play.drill.length_ms = 30 * 60_000;
        play.fresh = false;
        let plan = play.plan(&Catalogue::default(), Time::from_ms(20 * 60_000));
        assert_eq!(plan.first().unwrap().0.ms(), 11 * 60_000);
    }
}
