//! The run or page here that a recorded one means, where the same night takes another course.
//!
//! The name of a run holds the instant it began at, and the name of a page that of its run. Where a
//! reading enters at another instant than it did then, the same call bears another name; what was
//! heard of it was said all the same.

use model::page::About;
use model::{PageId, RunId, Time};

use crate::engine::Engine;
use crate::escalation::Run;
use crate::page::Sheet;

impl Engine {
    /// The run that `id` means: itself where it is there; else, of those about the same thing by the
    /// same policy, the one that began nearest to it.
    pub fn run_meant(&self, id: &RunId) -> Option<RunId> {
        if self.state.calling.runs.contains_key(id) {
            return Some(id.clone());
        }
        let text = id.as_str();
        let (stem, instant) = text.trim_end_matches('+').rsplit_once('-')?;
        self.nearest_run(&text[..=stem.len()], began_at(instant)?)
    }

    /// The page that `id` means: itself where it is there; else the one to the same person by the same
    /// channel in the run that its run means: of the same round and step, or the newest that is out.
    pub fn page_meant(&self, id: &PageId) -> Option<PageId> {
        let calling = &self.state.calling;
        if calling.pages.contains_key(id) {
            return Some(id.clone());
        }
        let text = id.as_str();
        // A policy and a person may be named with any of the signs that stand between the parts.
        text.match_indices('-').find_map(|(at, _)| {
            let rest = Rest::of(&text[at + 1..])?;
            let run = self.nearest_run(&text[..=at], rest.began)?;
            let pages = calling.runs.get(&run)?.pages.iter().rev();
            let sheets = pages.filter_map(|page| Some((page, calling.pages.get(page)?)));
            let own: Vec<_> = sheets.filter(|(_, sheet)| rest.is_of(sheet)).collect();
            let twin = own.iter().find(|(_, sheet)| rest.is_at(sheet));
            let out = own.iter().find(|(_, sheet)| sheet.sent.is_some());
            twin.or(out).map(|(page, _)| (*page).clone())
        })
    }

    /// Of the runs whose name begins with `stem`, up to the instant, the one that began nearest to
    /// `began`; the earlier one where two are as near.
    fn nearest_run(&self, stem: &str, began: Time) -> Option<RunId> {
        let first = RunId(stem.to_owned());
        let runs = self.state.calling.runs.range(first..);
        let runs = runs.take_while(|(id, _)| id.as_str().starts_with(stem));
        let alike = runs.filter(|(id, run)| is_named_by_instant(run) && stem_of(id) == Some(stem));
        let nearest = alike.min_by_key(|(_, run)| (run.began.since_ms(began).abs(), run.began));
        nearest.map(|(id, _)| id.clone())
    }
}

/// What stands behind the stem in the name of a page:
/// `<instant>[+…].<round>.<step>.<person>.<channel>`.
struct Rest<'i> {
    began: Time,
    round: u8,
    step: u16,
    person: &'i str,
    channel: &'i str,
}

impl<'i> Rest<'i> {
    fn of(text: &'i str) -> Option<Rest<'i>> {
        let (instant, rest) = text.split_once('.')?;
        let (round, rest) = rest.split_once('.')?;
        let (step, rest) = rest.split_once('.')?;
        let (person, channel) = rest.rsplit_once('.')?;
        Some(Rest {
            began: began_at(instant.trim_end_matches('+'))?,
            round: round.parse().ok()?,
            step: step.parse().ok()?,
            person,
            channel,
        })
    }

    fn is_of(&self, sheet: &Sheet) -> bool {
        sheet.to.as_str() == self.person && sheet.channel.word() == self.channel
    }

    fn is_at(&self, sheet: &Sheet) -> bool {
        (sheet.round, sheet.step) == (self.round, self.step)
    }
}

/// The instant in the name of a run, in hexadecimal milliseconds.
fn began_at(instant: &str) -> Option<Time> {
    i64::from_str_radix(instant, 16).ok().map(Time::from_ms)
}

/// The name of a run up to its instant, with the hyphen before it.
fn stem_of(id: &RunId) -> Option<&str> {
    let text = id.as_str();
    let hyphen = text.rfind('-')?;
    Some(&text[..=hyphen])
}

/// What people begin is called as their press, at whatever instant it enters.
fn is_named_by_instant(run: &Run) -> bool {
    match run.about {
        About::Situation(_) | About::Task(_) | About::Notice { .. } => true,
        About::RollCall(_) | About::Test(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_name_are_told_apart_whatever_signs_people_bear() {
        let rest = Rest::of("18f++.2.3.p-1.b.push").expect("it is the rest of a page's name");
        assert_eq!(
            (rest.began, rest.round, rest.step, rest.person, rest.channel),
            (Time::from_ms(0x18f), 2, 3, "p-1.b", "push")
        );
        for other in [
            "1.push",
            "red-18f.1.1.p.push",
            "18f.1.p.push",
            "x.1.1.p.push",
        ] {
            assert!(Rest::of(other).is_none(), "{other}");
        }
    }

    #[test]
    fn the_stem_of_a_name_ends_before_its_instant() {
        let stem = |id: &str| stem_of(&id.into()).map(str::to_owned);
        assert_eq!(
            stem("00ff-all-hands-18f+"),
            Some("00ff-all-hands-".to_owned())
        );
        assert_eq!(stem("alone"), None);
    }
}
