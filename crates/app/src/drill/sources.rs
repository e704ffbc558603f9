//! Recorded readings for a drill: of a folder of recorded data, or of a server's own journal, each moved
//! to its time in the drill.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context;
use flate2::read::MultiGzDecoder;
use links::drill::Recorded;
use model::intake::Quality;
use model::{Config, Input, Time};
use protocols::recorded::{self, BadRow, Row};
use site::{Place, Script, Source};

/// Every recorded reading of a script, at its time in the drill.
pub(super) fn read(script: &Script) -> anyhow::Result<Vec<Recorded>> {
    let mut all = Vec::new();
    for source in &script.sources {
        let begin = script.drill.start.plus_ms(source.at_ms);
        let mut taker = Taker {
            source,
            begin,
            all: &mut all,
        };
        match &source.place {
            Place::Folder(folder) => from_folder(folder, &mut taker)?,
            Place::Data(data) => from_journal(data, &mut taker)?,
        }
    }
    Ok(all)
}

struct Taker<'t> {
    source: &'t Source,
    begin: Time,
    all: &'t mut Vec<Recorded>,
}

impl Taker<'_> {
    fn take(&mut self, station: &str, quantity: &str, value: &str, time: Time) {
        if time < self.source.from || time > self.source.to {
            return;
        }
        let observed = self.begin.plus_ms(time.since_ms(self.source.from));
        let moved = &self.source.moved;
        if moved.is_empty() {
            self.all.push(Recorded {
                station: station.to_owned(),
                quantity: quantity.to_owned(),
                value: value.to_owned(),
                observed,
            });
        }
        let for_others = moved
            .iter()
            .filter(|one| one.from.0 == station && one.from.1 == quantity);
        for one in for_others {
            // A value with more decimals than the series has is nobody's.
            if let Ok(steps) = one.decimals.parse(value) {
                self.all.push(Recorded {
                    station: one.to.0.clone(),
                    quantity: one.to.1.clone(),
                    value: one.decimals.show(steps.saturating_add(one.plus)),
                    observed,
                });
            }
        }
    }

    fn row(&mut self, row: &Row<'_>) {
        let sound = !matches!(row.quality, Quality::Missing | Quality::Bad);
        if sound && !row.value.is_empty() {
            self.take(&row.station, &row.quantity, &row.value, row.time);
        }
    }
}

fn from_folder(folder: &Path, taker: &mut Taker<'_>) -> anyhow::Result<()> {
    let arrivals = folder.join("arrivals.jsonl.gz");
    let (path, by_arrival) = match arrivals.is_file() {
        true => (arrivals, true),
        false => (folder.join("observations.csv.gz"), false),
    };
    let doing = || format!("could not read {}", path.display());
    let mut text = Vec::new();
    let file = std::fs::File::open(&path).with_context(doing)?;
    MultiGzDecoder::new(file)
        .read_to_end(&mut text)
        .with_context(doing)?;
    let mut each = |row: &Row<'_>| {
        taker.row(row);
        Ok(())
    };
    let read: Result<(), BadRow> = match by_arrival {
        true => recorded::arrivals(&text, &mut each),
        false => recorded::table(&text, &mut each),
    };
    read.with_context(doing)
}

fn from_journal(data: &Path, taker: &mut Taker<'_>) -> anyhow::Result<()> {
    let mut configs: Vec<Option<Box<Config>>> = Vec::new();
    runtime::replay(data, |replayed| {
        let place = replayed.jurisdiction.index();
        if let Input::Configured(configured) = replayed.input {
            configs.resize_with(configs.len().max(place + 1), || None);
            configs[place] = Some(Box::new(configured.config.clone()));
        } else if let Input::Observed(observed) = replayed.input
            && let Some(Some(config)) = configs.get(place)
        {
            let quantity = config.quantity_of(observed.series);
            let station = &config.station_of(observed.series).id;
            let value = quantity.decimals.show(observed.value);
            taker.take(station, &quantity.id, &value, observed.observed);
        }
    })
    .with_context(|| format!("the journal in {} is not whole", data.display()))?;
    Ok(())
}
