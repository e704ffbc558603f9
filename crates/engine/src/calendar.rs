//! A calendar queue: what lies ahead stands on pages of a few seconds, and a page is put in order when its turn comes.
//!
//! A reading moves a deadline or two, and most lie far ahead: there each is one line at the end of a page,
//! while a search tree of all of them would be walked from its root.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use model::Time;

/// How much time a page holds.
const PAGE_MS: i64 = 4_000;

/// A set of keys with an instant each, asked for its earliest.
#[derive(Clone, Debug)]
pub(crate) struct Calendar<K> {
    /// By number of the page. The first of them, always, is in order and holds something.
    pages: BTreeMap<i64, Page<K>>,
}

#[derive(Clone, Debug)]
enum Page<K> {
    /// What was said of its keys, in the order it was said.
    Written(Vec<Line<K>>),
    Ordered(BTreeSet<(Time, K)>),
}

#[derive(Clone, Debug)]
struct Line<K> {
    at: Time,
    key: K,
    holds: bool,
}

fn page_of(at: Time) -> i64 {
    at.ms().div_euclid(PAGE_MS)
}

impl<K> Default for Calendar<K> {
    fn default() -> Calendar<K> {
        Calendar {
            pages: BTreeMap::new(),
        }
    }
}

impl<K: Copy + Ord> Page<K> {
    /// What stands on it in the end.
    fn set(&self) -> BTreeSet<(Time, K)> {
        match self {
            Page::Ordered(set) => set.clone(),
            Page::Written(lines) => ordered(lines.clone()),
        }
    }
}

/// What was said last of each key is what holds.
fn ordered<K: Copy + Ord>(mut lines: Vec<Line<K>>) -> BTreeSet<(Time, K)> {
    lines.sort_by_key(|line| (line.at, line.key));
    let last = |place: usize| {
        let (line, next) = (&lines[place], lines.get(place + 1));
        next.is_none_or(|next| (next.at, next.key) != (line.at, line.key))
    };
    let stands = (0..lines.len()).filter(|place| last(*place) && lines[*place].holds);
    stands
        .map(|place| (lines[place].at, lines[place].key))
        .collect()
}

impl<K: Copy + Ord> Calendar<K> {
    /// Puts a key at an instant; nothing happens where it stands already.
    pub(crate) fn insert(&mut self, at: Time, key: K) {
        let number = page_of(at);
        let first = self.pages.first_key_value().map(|(first, _)| *first);
        match self.pages.entry(number) {
            Entry::Occupied(mut page) => match page.get_mut() {
                Page::Written(lines) => lines.push(Line {
                    at,
                    key,
                    holds: true,
                }),
                Page::Ordered(set) => {
                    set.insert((at, key));
                }
            },
            Entry::Vacant(page) => {
                page.insert(match first.is_none_or(|first| number < first) {
                    true => Page::Ordered(BTreeSet::from([(at, key)])),
                    false => Page::Written(vec![Line {
                        at,
                        key,
                        holds: true,
                    }]),
                });
            }
        }
    }

    /// Takes a key from an instant, if it stands there.
    pub(crate) fn remove(&mut self, at: Time, key: K) {
        match self.pages.get_mut(&page_of(at)) {
            Some(Page::Written(lines)) => lines.push(Line {
                at,
                key,
                holds: false,
            }),
            Some(Page::Ordered(set)) => {
                set.remove(&(at, key));
                if set.is_empty() {
                    self.turn();
                }
            }
            None => {}
        }
    }

    /// The earliest, the lesser of two at one instant.
    pub(crate) fn first(&self) -> Option<(Time, K)> {
        let (_, Page::Ordered(set)) = self.pages.first_key_value()? else {
            return None;
        };
        set.first().copied()
    }

    /// Takes the earliest.
    pub(crate) fn pop(&mut self) -> Option<(Time, K)> {
        let mut page = self.pages.first_entry()?;
        let Page::Ordered(set) = page.get_mut() else {
            return None;
        };
        let first = set.pop_first();
        if set.is_empty() {
            self.turn();
        }
        first
    }

    /// All of them in order, up to and with `until`.
    pub(crate) fn up_to(&self, until: Time) -> impl Iterator<Item = (Time, K)> + '_ {
        let pages = self.pages.range(..=page_of(until));
        let all = pages.flat_map(|(_, page)| page.set());
        all.take_while(move |(at, _)| *at <= until)
    }

    /// All of them in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Time, K)> + '_ {
        self.pages.values().flat_map(Page::set)
    }

    /// Drops those that `keep` refuses.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(K) -> bool) {
        for page in self.pages.values_mut() {
            let mut set = page.set();
            set.retain(|(_, key)| keep(*key));
            *page = Page::Ordered(set);
        }
        self.turn();
    }

    /// Leaves pages that hold nothing, and puts the first that does in order.
    fn turn(&mut self) {
        while let Some(mut first) = self.pages.first_entry() {
            if let Page::Written(lines) = first.get_mut() {
                let set = ordered(std::mem::take(lines));
                first.insert(Page::Ordered(set));
            }
            match first.get() {
                Page::Ordered(set) if set.is_empty() => first.remove(),
                Page::Ordered(_) | Page::Written(_) => return,
            };
        }
    }
}

/// Equal are those in which the same stands, however it came there.
impl<K: Copy + Ord> PartialEq for Calendar<K> {
    fn eq(&self, other: &Calendar<K>) -> bool {
        self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_a_set_in_order(
            steps in proptest::collection::vec((0u8..4, 0i64..20_000, 0u8..3), 0..80)
        ) {
            let (mut calendar, mut plain) = (Calendar::default(), BTreeSet::new());
            for (step, ms, key) in steps {
                // Few instants, so that what is said twice of one is met; before the epoch too.
                let at = Time::from_ms((ms / 1_000) * 1_000 - 6_000);
                match step {
                    0 | 1 => {
                        calendar.insert(at, key);
                        plain.insert((at, key));
                    }
                    2 => {
                        calendar.remove(at, key);
                        plain.remove(&(at, key));
                    }
                    _ => prop_assert_eq!(calendar.pop(), plain.pop_first()),
                }
                prop_assert_eq!(calendar.first(), plain.first().copied());
                let until = calendar.up_to(at).collect::<Vec<_>>();
                prop_assert_eq!(until, plain.range(..=(at, u8::MAX)).copied().collect::<Vec<_>>());
            }
            let mut anew = Calendar::default();
            plain.iter().rev().for_each(|(at, key)| anew.insert(*at, *key));
            prop_assert_eq!(&anew, &calendar);
            calendar.retain(|key| key != 1);
            plain.retain(|(_, key)| *key != 1);
            prop_assert_eq!(calendar.iter().collect::<BTreeSet<_>>(), plain);
        }
    }
}
