//! A report as lines for people.

use std::fmt;

use model::Time;

use model::backtest::{Counted, Difference, LevelTally, Load, Outcome, Report};

/// More rows than this of one list stay in the JSON.
const MOST_ROWS: usize = 40;

/// A report as it is printed.
#[derive(Clone, Copy, Debug)]
pub struct InWords<'a>(pub &'a Report);

impl fmt::Display for InWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        let window = span(report.window_ms);
        writeln!(
            f,
            "{}: {} readings, {} to {}; an event confirms alarms within {window}",
            report.data, report.readings, report.from, report.to
        )?;
        outcome(f, "A", &report.a)?;
        if let Some(b) = &report.b {
            outcome(f, "B", b)?;
        }
        if let Some(difference) = &report.difference {
            differ(f, difference)?;
        }
        Ok(())
    }
}

fn outcome(f: &mut fmt::Formatter<'_>, letter: &str, outcome: &Outcome) -> fmt::Result {
    writeln!(f, "\n{letter}  {}", outcome.name)?;
    for note in outcome.notes.iter().take(MOST_ROWS) {
        writeln!(f, "   note: {note}")?;
    }
    if outcome.ignored + outcome.refused > 0 {
        let (ignored, refused) = (outcome.ignored, outcome.refused);
        writeln!(
            f,
            "   {ignored} readings of no known series, {refused} refused at the door"
        )?;
    }
    writeln!(
        f,
        "   {:<34} {:<7} {:>6} {:>6} {:>8}  first",
        "rule", "level", "raises", "falls", "stations"
    )?;
    let all = ("all but forecasts".to_owned(), &outcome.levels);
    let rules = outcome.rules.iter().map(|r| (r.rule.clone(), &r.levels));
    for (name, levels) in std::iter::once(all).chain(rules) {
        for tally in levels {
            line(f, &name, tally)?;
        }
    }
    events(f, outcome)?;
    if let Some(load) = &outcome.load {
        worst(f, load)?;
    }
    Ok(())
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, tally: &LevelTally) -> fmt::Result {
    let first = tally.first.map(|t| t.to_string()).unwrap_or_default();
    let at = tally.first_station.as_deref().unwrap_or_default();
    write!(
        f,
        "   {name:<34} {:<7} {:>6} {:>6} {:>8}  {first} {at}",
        word(tally.level),
        tally.raises,
        tally.falls,
        tally.stations
    )?;
    if let Some(counted) = tally.events.as_ref().filter(|c| **c != Counted::default()) {
        write!(
            f,
            "  confirmed {}, false {}; events caught {}, missed {}",
            counted.confirmed, counted.false_alarms, counted.caught, counted.missed
        )?;
        lead(f, counted.median_lead_ms)?;
    }
    if let Some(followed) = &tally.followed {
        let (came, not) = (followed.followed, followed.not_followed);
        write!(f, "  followed {came}, false {not}")?;
        lead(f, followed.median_lead_ms)?;
    }
    writeln!(f)
}

fn lead(f: &mut fmt::Formatter<'_>, median: Option<i64>) -> fmt::Result {
    match median {
        Some(ms) => write!(f, ", median lead {}", span(ms)),
        None => Ok(()),
    }
}

fn events(f: &mut fmt::Formatter<'_>, outcome: &Outcome) -> fmt::Result {
    let concerned = outcome.events.iter().filter(|e| e.stations > 0);
    if outcome.events.is_empty() || concerned.clone().count() > MOST_ROWS {
        return Ok(());
    }
    writeln!(f, "   events")?;
    for event in concerned {
        let raise = event
            .raise
            .and_then(|place| outcome.raises.get(place as usize));
        let rank = event.rank.map_or("-", word);
        write!(f, "   {:<10} {} {rank:<7}", event.id, event.time)?;
        match raise.zip(event.lead_ms) {
            Some((raise, ms)) => {
                let (rule, station) = (&raise.rule, &raise.station);
                writeln!(f, " {rule} at {station} {}, lead {}", raise.begin, span(ms))?;
            }
            None => writeln!(f, " no alarm")?,
        }
    }
    Ok(())
}

fn worst(f: &mut fmt::Formatter<'_>, load: &Load) -> fmt::Result {
    writeln!(f, "   worst hour: {}", load.begin)?;
    writeln!(
        f,
        "   {:<20} {:>11} {:>7} {:>10} {:>13}",
        "district", "transitions", "alarms", "situations", "annunciations"
    )?;
    let all = ("all", &load.all);
    let districts = load.districts.iter().map(|hour| (&*hour.district, hour));
    for (name, hour) in std::iter::once(all).chain(districts.take(MOST_ROWS)) {
        writeln!(
            f,
            "   {name:<20} {:>11} {:>7} {:>10} {:>13}",
            hour.transitions, hour.alarms, hour.situations, hour.annunciations
        )?;
    }
    Ok(())
}

fn differ(f: &mut fmt::Formatter<'_>, all: &Difference) -> fmt::Result {
    writeln!(
        f,
        "\nB against A: {} the same, {} earlier, {} later, {} new, {} gone",
        all.same, all.earlier, all.later, all.new, all.gone
    )?;
    for pair in all.pairs.iter().take(MOST_ROWS) {
        let (station, quantity) = (&pair.station, &pair.quantity);
        write!(f, "   {station} {quantity} {:<7}", word(pair.level))?;
        let time = |t: Option<Time>| t.map_or("-".to_owned(), |t| t.to_string());
        write!(f, " {} → {}", time(pair.a), time(pair.b))?;
        match pair.by_ms {
            Some(ms) if ms < 0 => writeln!(f, "  {} earlier", span(-ms))?,
            Some(ms) => writeln!(f, "  {} later", span(ms))?,
            None if pair.a.is_none() => writeln!(f, "  new")?,
            None => writeln!(f, "  gone")?,
        }
    }
    let more = all.pairs.len().saturating_sub(MOST_ROWS);
    if more > 0 {
        writeln!(f, "   and {more} more, in the JSON")?;
    }
    Ok(())
}

pub(crate) fn word(level: u8) -> &'static str {
    match level {
        1 => "blue",
        2 => "yellow",
        3 => "orange",
        4 => "red",
        _ => "none",
    }
}

/// A span as `1h 05m`, `12m`, `-3d 02h`.
pub(crate) fn span(ms: i64) -> String {
    let minutes = ms.unsigned_abs() / 60_000;
    let sign = if ms < 0 { "-" } else { "" };
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{sign}{minutes}m"),
        (0, _) => format!("{sign}{hours}h {minutes:02}m"),
        (_, _) => format!("{sign}{days}d {hours:02}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_short() {
        for (ms, want) in [
            (0, "0m"),
            (-720_000, "-12m"),
            (3_900_000, "1h 05m"),
            (266_400_000, "3d 02h"),
        ] {
            assert_eq!(span(ms), want);
        }
    }
}
