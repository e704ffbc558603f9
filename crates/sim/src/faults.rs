//! What happens to messages on the way: lost, doubled, delayed, overtaken, stamped by a wrong clock.
//!
//! A pure transformation of a stream, the same for the same seed, so that a failure it finds can be
//! found again.

use model::Time;

use crate::noise::{mix, unit};

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter<T> {
    /// Whose it is; a source has one clock.
    pub source: u64,
    /// What the source's clock said.
    pub observed: Time,
    /// When it is heard.
    pub arrives: Time,
    pub body: T,
}

/// How bad the way is. Shares are of messages, but `skewed` is of sources.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    pub seed: u64,
    pub dropped: f64,
    pub doubled: f64,
    /// A second copy comes at most this much later.
    pub doubled_within_ms: i64,
    pub delayed: f64,
    pub delayed_up_to_ms: i64,
    /// A message and the one behind it change places.
    pub swapped: f64,
    pub skewed: f64,
    /// A wrong clock is off by at most this, either way, and the same for every message of its source.
    pub skewed_up_to_ms: i64,
}

impl Faults {
    /// A clean way: everything arrives as it was sent.
    pub const NONE: Faults = Faults {
        seed: 0,
        dropped: 0.0,
        doubled: 0.0,
        doubled_within_ms: 0,
        delayed: 0.0,
        delayed_up_to_ms: 0,
        swapped: 0.0,
        skewed: 0.0,
        skewed_up_to_ms: 0,
    };

    /// A stormy night: a little of everything.
    pub fn stormy(seed: u64) -> Faults {
        Faults {
            seed,
            dropped: 0.03,
            doubled: 0.05,
            doubled_within_ms: 120_000,
            delayed: 0.08,
            delayed_up_to_ms: 1_800_000,
            swapped: 0.05,
            skewed: 0.02,
            skewed_up_to_ms: 180_000,
        }
    }

    /// The stream as it arrives, in order of arrival; equal times keep their order.
    pub fn spoil<T: Clone>(&self, sent: &[Letter<T>]) -> Vec<Letter<T>> {
        let mut heard: Vec<Letter<T>> = Vec::with_capacity(sent.len());
        for (number, letter) in sent.iter().enumerate() {
            let throw = |what: Fate| unit(mix(self.seed, &[what as u64, number as u64]));
            if throw(Fate::Drop) < self.dropped {
                continue;
            }
            let mut letter = letter.clone();
            letter.observed = letter.observed.plus_ms(self.skew_ms(letter.source));
            if throw(Fate::Delay) < self.delayed {
                letter.arrives = letter
                    .arrives
                    .plus_ms(up_to(self.delayed_up_to_ms, throw(Fate::Long)));
            }
            if throw(Fate::Double) < self.doubled {
                let later = up_to(self.doubled_within_ms, throw(Fate::Later));
                let copy = Letter {
                    arrives: letter.arrives.plus_ms(later),
                    ..letter.clone()
                };
                heard.push(copy);
            }
            heard.push(letter);
        }
        heard.sort_by_key(|letter| letter.arrives);
        self.swap(&mut heard);
        heard
    }

    /// Neighbours change places; their times of arrival stay, so time never goes backwards.
    fn swap<T>(&self, heard: &mut [Letter<T>]) {
        let mut number = 0;
        while number + 1 < heard.len() {
            let throw = unit(mix(self.seed, &[Fate::Swap as u64, number as u64]));
            if throw < self.swapped {
                let (first, second) = (heard[number].arrives, heard[number + 1].arrives);
                heard.swap(number, number + 1);
                heard[number].arrives = first;
                heard[number + 1].arrives = second;
                number += 1;
            }
            number += 1;
        }
    }

    /// How far a source's clock is off.
    fn skew_ms(&self, source: u64) -> i64 {
        if unit(mix(self.seed, &[Fate::Skew as u64, source])) >= self.skewed {
            return 0;
        }
        let side = unit(mix(self.seed, &[Fate::Side as u64, source]));
        ((side * 2.0 - 1.0) * self.skewed_up_to_ms as f64) as i64
    }
}

/// What is thrown for, so that one throw says nothing about another.
#[derive(Clone, Copy)]
enum Fate {
    Drop = 1,
    Double,
    Later,
    Delay,
    Long,
    Swap,
    Skew,
    Side,
}

fn up_to(most: i64, share: f64) -> i64 {
    (most as f64 * share) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn stream(count: u64) -> Vec<Letter<u64>> {
        let letter = |n: u64| {
            let at = Time::from_ms(n as i64 * 1000);
            Letter {
                source: n % 50,
                observed: at,
                arrives: at,
                body: n,
            }
        };
        (0..count).map(letter).collect()
    }

    fn bodies(heard: &[Letter<u64>]) -> BTreeMap<u64, usize> {
        heard.iter().fold(BTreeMap::new(), |mut counts, letter| {
            *counts.entry(letter.body).or_default() += 1;
            counts
        })
    }

    #[test]
    fn a_clean_way_changes_nothing() {
        assert_eq!(Faults::NONE.spoil(&stream(500)), stream(500));
    }

    #[test]
    fn the_same_seed_spoils_the_same_way_and_another_does_not() {
        let sent = stream(500);
        assert_eq!(
            Faults::stormy(1).spoil(&sent),
            Faults::stormy(1).spoil(&sent)
        );
        assert_ne!(
            Faults::stormy(1).spoil(&sent),
            Faults::stormy(2).spoil(&sent)
        );
    }

    #[test]
    fn time_of_arrival_never_goes_backwards_and_nothing_arrives_before_it_was_sent() {
        let heard = Faults {
            swapped: 0.0,
            ..Faults::stormy(3)
        }
        .spoil(&stream(2000));
        assert!(
            heard
                .windows(2)
                .all(|pair| pair[0].arrives <= pair[1].arrives)
        );
        assert!(
            heard
                .iter()
                .all(|l| l.arrives >= Time::from_ms(l.body as i64 * 1000))
        );
        let swapped = Faults::stormy(3).spoil(&stream(2000));
        assert!(
            swapped
                .windows(2)
                .all(|pair| pair[0].arrives <= pair[1].arrives)
        );
    }

    #[test]
    fn each_fault_does_what_its_name_says_and_nothing_else() {
        let sent = stream(2000);
        let dropped = bodies(
            &Faults {
                dropped: 0.1,
                ..Faults::NONE
            }
            .spoil(&sent),
        );
        assert!((1700..1900).contains(&dropped.len()), "{}", dropped.len());
        assert!(dropped.values().all(|count| *count == 1));

        let faults = Faults {
            doubled: 0.1,
            doubled_within_ms: 5000,
            ..Faults::NONE
        };
        let doubled = bodies(&faults.spoil(&sent));
        assert_eq!(doubled.len(), 2000);
        let twice = doubled.values().filter(|count| **count == 2).count();
        assert!((100..300).contains(&twice), "{twice}");

        let faults = Faults {
            delayed: 0.1,
            delayed_up_to_ms: 60_000,
            ..Faults::NONE
        };
        let late = faults
            .spoil(&sent)
            .iter()
            .filter(|l| l.arrives > l.observed)
            .count();
        assert!((100..300).contains(&late), "{late}");

        let faults = Faults {
            skewed: 0.2,
            skewed_up_to_ms: 60_000,
            ..Faults::NONE
        };
        let wrong: BTreeMap<u64, i64> = faults
            .spoil(&sent)
            .iter()
            .filter(|l| l.observed != l.arrives)
            .map(|l| (l.source, l.observed.since_ms(l.arrives)))
            .collect();
        assert!((3..25).contains(&wrong.len()), "{wrong:?}");
        assert!(wrong.values().all(|off| off.abs() <= 60_000));
    }
}
