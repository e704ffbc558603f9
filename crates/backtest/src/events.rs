//! Dated events beside the readings: warnings as issued, closures, landslides.

use std::collections::HashMap;
use std::path::Path;

use model::Time;
use model::action::Truth;
use model::view::{EventSource, EventView};

use crate::record::RecordError;

/// What of a station decides which events concern it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) admin: String,
}

/// A dated event of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) time: Time,
    pub(crate) end: Time,
    /// 1 blue to 4 red; absent where its words say no level.
    pub(crate) rank: Option<u8>,
    pub(crate) area: String,
    pub(crate) stations: Vec<String>,
    pub(crate) text: String,
    /// What of, in the words of its source.
    pub(crate) kind: String,
    pub(crate) source: String,
    /// A person said so of one alarm: it speaks for that alarm, not for every other of its station.
    pub(crate) marked: bool,
}

/// A person said of an alarm that nothing had happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Denial {
    pub(crate) id: String,
    pub(crate) station: String,
    pub(crate) begin: Time,
    pub(crate) end: Time,
    pub(crate) source: String,
}

/// The type of a row of events.csv that says that nothing happened.
const FALSE_ALARM: &str = "false-alarm";

impl Event {
    /// Whether it concerns a station.
    pub(crate) fn concerns(&self, station: &str, place: Option<&Place>) -> bool {
        if !self.stations.is_empty() {
            return self.stations.iter().any(|s| s == station);
        }
        if self.area.is_empty() {
            return true;
        }
        // An area may name what it leaves out: 鹿児島県（奄美地方を除く）.
        let area = self.area.split(['（', '(']).next().unwrap_or_default();
        place.is_some_and(|place| {
            let named = !place.name.is_empty() && self.area.contains(&place.name);
            named || (!area.is_empty() && place.admin.starts_with(area))
        })
    }
}

/// The rank of a level word that thresholds.csv does not know: the four colours, and the grades of
/// several weather services in their own order. `Some(None)` for a cancellation, which is no event.
pub fn rank_of_word(word: &str) -> Option<Option<u8>> {
    const WORDS: [(&str, u8); 24] = [
        ("蓝", 1),
        ("blue", 1),
        ("advisory", 1),
        ("amber", 1),
        ("黄", 2),
        ("yellow", 2),
        ("주의보", 2),
        ("warning", 2),
        ("橙", 3),
        ("orange", 3),
        ("경보", 3),
        ("danger-warning", 3),
        ("危険", 3),
        ("红", 4),
        ("red", 4),
        ("black", 4),
        ("special-warning", 4),
        ("特別", 4),
        ("Ⅳ", 1),
        ("Ⅲ", 2),
        ("Ⅱ", 3),
        ("Ⅰ", 4),
        ("관심", 1),
        ("심각", 4),
    ];
    let lower = word.to_lowercase();
    if lower == "cancel" || lower == "nil" || word.contains("解除") {
        return Some(None);
    }
    let exact = WORDS.iter().find(|(known, _)| *known == lower);
    let inside = || {
        WORDS
            .iter()
            .find(|(k, _)| !k.is_ascii() && word.contains(k))
    };
    exact.or_else(inside).map(|(_, rank)| Some(*rank))
}

/// Names and administrative areas of a folder's stations.
pub(crate) fn read_places(folder: &Path) -> Result<HashMap<String, Place>, RecordError> {
    let mut all = HashMap::new();
    each_row(&folder.join("stations.csv"), |cell| {
        let place = Place {
            name: cell("name"),
            admin: cell("admin"),
        };
        all.insert(cell("id"), place);
    })?;
    Ok(all)
}

/// The events of a folder, by time, and what was said to be none; rows without a time that can be
/// read are left out.
pub(crate) fn read_events(folder: &Path) -> Result<(Vec<Event>, Vec<Denial>), RecordError> {
    let mut ranks: Vec<(String, u8)> = Vec::new();
    each_row(&folder.join("thresholds.csv"), |cell| {
        if let Ok(rank) = cell("rank").parse() {
            ranks.push((cell("level"), rank));
        }
    })?;
    let (mut all, mut denials) = (Vec::new(), Vec::new());
    each_row(&folder.join("events.csv"), |cell| {
        let time = |name| Time::parse(cell(name).as_bytes()).ok();
        if let Some(begin) = time("time").filter(|_| cell("type") == FALSE_ALARM) {
            denials.push(Denial {
                id: cell("id"),
                station: cell("stations"),
                begin,
                end: time("end_time").unwrap_or(begin).max(begin),
                source: cell("source"),
            });
            return;
        }
        let rank = rank_of(&cell("level"), &ranks);
        let (Some(begin), Some(rank)) = (time("time"), rank) else {
            return;
        };
        let stations = cell("stations");
        let stations = stations.split(';').map(str::trim);
        all.push(Event {
            id: cell("id"),
            time: begin,
            end: time("end_time").unwrap_or(begin).max(begin),
            rank,
            area: cell("area"),
            stations: stations
                .filter(|s| !s.is_empty())
                .map(str::to_owned)
                .collect(),
            text: cell("text"),
            kind: cell("type"),
            marked: cell("source").starts_with(MARKED),
            source: cell("source"),
        });
    })?;
    all.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
    Ok((all, denials))
}

/// How the source of a row begins that is a person's word about an alarm.
const MARKED: &str = "marked by ";

/// Takes what the county's own book says: an event, or that there was none. `stations` are those of
/// its area.
pub(crate) fn of_county(view: &EventView, stations: &[String], text: String) -> Told {
    let of = |who: &str| match view.source {
        EventSource::Entered => format!("entered by {who}"),
        EventSource::Marked => format!("{MARKED}{who}"),
    };
    let (id, source) = (view.id.clone(), of(view.by.as_str()));
    let (begin, end) = (view.from, view.until.unwrap_or(view.from).max(view.from));
    if view.truth == Some(Truth::False) {
        return Told::Denial(Denial {
            id,
            station: view.stations.join(";"),
            begin,
            end,
            source,
        });
    }
    let own = view.stations.iter().chain(stations);
    Told::Event(Event {
        id,
        time: begin,
        end,
        rank: view.level.map(|level| level.digit()),
        area: view.area.as_ref().map_or(String::new(), |a| a.code.clone()),
        stations: own.cloned().collect(),
        text,
        kind: view.kind.clone(),
        source,
        marked: view.source == EventSource::Marked,
    })
}

/// What a row of the county's book is to a back-test.
pub(crate) enum Told {
    Event(Event),
    Denial(Denial),
}

/// Events and denials as an events.csv, which reads back as what it was.
pub(crate) fn csv_of(events: &[Event], denials: &[Denial]) -> String {
    const LEVELS: [&str; 5] = ["", "blue", "yellow", "orange", "red"];
    let time = |time: Time| time.to_string();
    let end = |begin: Time, end: Time| match end > begin {
        true => end.to_string(),
        false => String::new(),
    };
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut row = |cells: [&str; 11]| {
        out.write_record(cells)
            .expect("a Vec takes whatever is written to it");
    };
    row([
        "id", "time", "end_time", "type", "level", "area", "stations", "lon", "lat", "text",
        "source",
    ]);
    for event in events {
        row([
            &event.id,
            &time(event.time),
            &end(event.time, event.end),
            &event.kind,
            LEVELS[usize::from(event.rank.unwrap_or(0)).min(4)],
            &event.area,
            &event.stations.join(";"),
            "",
            "",
            &event.text,
            &event.source,
        ]);
    }
    for denial in denials {
        row([
            &denial.id,
            &time(denial.begin),
            &end(denial.begin, denial.end),
            FALSE_ALARM,
            "nil",
            "",
            &denial.station,
            "",
            "",
            "",
            &denial.source,
        ]);
    }
    let bytes = out.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// The rank a level word stands for: absent for what is no event, `Some(None)` for no rank.
fn rank_of(word: &str, ranks: &[(String, u8)]) -> Option<Option<u8>> {
    if word.is_empty() {
        return Some(None);
    }
    let own = ranks.iter().find(|(name, _)| name == word);
    // 주의 (홍수주의보): the bulletin's word stands in brackets behind the level's.
    let own = own.or_else(|| ranks.iter().find(|(name, _)| name.contains(word)));
    if let Some((_, rank)) = own {
        return Some(Some(*rank));
    }
    match rank_of_word(word) {
        Some(Some(rank)) => Some(Some(rank)),
        Some(None) => None,
        None => Some(None),
    }
}

/// Gives every row of a CSV file to `each` as a lookup by column; a missing file has no rows.
fn each_row(path: &Path, mut each: impl FnMut(&dyn Fn(&str) -> String)) -> Result<(), RecordError> {
    if !path.is_file() {
        return Ok(());
    }
    let bad = |source| RecordError::Table {
        path: path.to_owned(),
        source,
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .map_err(bad)?;
    let names = reader.headers().map_err(bad)?.clone();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(bad)? {
        each(&|name| {
            let place = names.iter().position(|n| n == name);
            let cell = place.and_then(|place| record.get(place));
            cell.unwrap_or_default().trim().to_owned()
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(area: &str, stations: &[&str]) -> Event {
        Event {
            id: "e".to_owned(),
            time: Time::MIN,
            end: Time::MIN,
            rank: None,
            area: area.to_owned(),
            stations: stations.iter().map(|s| (*s).to_owned()).collect(),
            text: String::new(),
            kind: "flood".to_owned(),
            source: String::new(),
            marked: false,
        }
    }

    #[test]
    fn an_event_concerns_its_stations_or_its_area_or_everything() {
        let place = Place {
            name: "気仙小橋".to_owned(),
            admin: "鹿児島県伊佐市".to_owned(),
        };
        let concerns = |event: &Event| event.concerns("A", Some(&place));
        assert!(concerns(&event("elsewhere", &["A", "B"])));
        assert!(!concerns(&event("鹿児島県", &["B"])));
        assert!(concerns(&event("鹿児島県（奄美地方を除く）", &[])));
        assert!(!concerns(&event("兵庫県", &[])));
        assert!(concerns(&event("", &[])));
        assert!(concerns(&event("気仙小橋、他", &[])));
    }

    #[test]
    fn level_words_have_ranks() {
        let own = [
            ("주의 (홍수주의보)".to_owned(), 2),
            ("보행자 통제".to_owned(), 2),
        ];
        for (word, want) in [
            ("보행자 통제", Some(Some(2))),
            ("홍수주의보", Some(Some(2))),
            ("red", Some(Some(4))),
            ("橙色", Some(Some(3))),
            ("special-warning", Some(Some(4))),
            ("danger-warning", Some(Some(3))),
            ("warning", Some(Some(2))),
            ("cancel", None),
            ("", Some(None)),
            ("priority 3", Some(None)),
        ] {
            assert_eq!(rank_of(word, &own), want, "{word}");
        }
    }
}
