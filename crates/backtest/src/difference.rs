//! Raises of two rule sets side by side.

use std::collections::BTreeMap;

use model::Time;

use model::backtest::{Difference, Movement, Pair, Raise};

/// Raises of both sets whose spans come closer than this are the same raise.
const NEAR_MS: i64 = 3_600_000;

/// Station, quantity, level, and whether it is foreseen.
type Subject<'a> = (&'a str, &'a str, u8, bool);

/// What B does otherwise than A. Rule ids do not matter: the two may name the same thing otherwise.
pub(crate) fn between(a: &[Raise], b: &[Raise]) -> Difference {
    let mut sides: BTreeMap<Subject<'_>, [Vec<&Raise>; 2]> = BTreeMap::new();
    for (side, raises) in [a, b].into_iter().enumerate() {
        for raise in raises {
            let subject = (
                &*raise.station,
                &*raise.quantity,
                raise.level,
                raise.forecast,
            );
            sides.entry(subject).or_default()[side].push(raise);
        }
    }
    let mut all = Difference::default();
    for [a, b] in sides.values() {
        compare(a, b, &mut all);
    }
    all.pairs.sort_by(|x, y| {
        (x.a.or(x.b), &x.station, x.level).cmp(&(y.a.or(y.b), &y.station, y.level))
    });
    all
}

/// Pairs raises of one subject one to one, in order of time.
fn compare(a: &[&Raise], b: &[&Raise], all: &mut Difference) {
    let (mut left, mut right) = (0, 0);
    loop {
        match (a.get(left), b.get(right)) {
            (None, None) => return,
            (Some(one), Some(other)) if near(one, other) => {
                note(Some(one), Some(other), all);
                left += 1;
                right += 1;
            }
            (Some(one), other) if other.is_none_or(|other| one.begin <= other.begin) => {
                note(Some(one), None, all);
                left += 1;
            }
            (_, Some(other)) => {
                note(None, Some(other), all);
                right += 1;
            }
            (Some(_), None) => return,
        }
    }
}

fn near(a: &Raise, b: &Raise) -> bool {
    let end = |raise: &Raise| raise.end.unwrap_or(Time::from_ms(i64::MAX));
    a.begin <= end(b).plus_ms(NEAR_MS) && b.begin <= end(a).plus_ms(NEAR_MS)
}

fn note(a: Option<&&Raise>, b: Option<&&Raise>, all: &mut Difference) {
    let Some(of) = a.or(b) else { return };
    let (begin_a, begin_b) = (a.map(|r| r.begin), b.map(|r| r.begin));
    let by_ms = begin_a.zip(begin_b).map(|(a, b)| b.since_ms(a));
    let movement = match (a, b, by_ms) {
        (Some(_), None, _) => Movement::Gone,
        (None, _, _) => Movement::New,
        (Some(_), Some(_), Some(0)) => {
            all.same += 1;
            return;
        }
        (Some(_), Some(_), by) if by < Some(0) => Movement::Earlier,
        (Some(_), Some(_), _) => Movement::Later,
    };
    *match movement {
        Movement::Earlier => &mut all.earlier,
        Movement::Later => &mut all.later,
        Movement::New => &mut all.new,
        Movement::Gone => &mut all.gone,
    } += 1;
    all.pairs.push(Pair {
        movement,
        station: of.station.clone(),
        quantity: of.quantity.clone(),
        level: of.level,
        a: begin_a,
        b: begin_b,
        by_ms,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::config::Text;

    fn raise(begin_h: i64, end_h: i64) -> Raise {
        let hour = |h: i64| Time::from_ms(h * 3_600_000);
        Raise {
            rule: "r".to_owned(),
            station: "S".to_owned(),
            station_name: Text::default(),
            quantity: "q".to_owned(),
            level: 2,
            forecast: false,
            begin: hour(begin_h),
            end: Some(hour(end_h)),
            event: None,
            judged: false,
            confirmed: false,
            lead_ms: None,
        }
    }

    #[test]
    fn raises_are_the_same_moved_new_or_gone() {
        let a = [raise(0, 2), raise(10, 11), raise(13, 14), raise(40, 41)];
        let b = [raise(0, 2), raise(9, 14), raise(20, 21), raise(41, 42)];
        let found = between(&a, &b);
        let counts = [
            found.same,
            found.earlier,
            found.later,
            found.new,
            found.gone,
        ];
        assert_eq!(counts, [1, 1, 1, 1, 1]);
        assert_eq!(found.pairs[0].movement, Movement::Earlier);
        assert_eq!(found.pairs[0].by_ms, Some(-3_600_000));
        assert_eq!(between(&a, &a).same, 4);
    }
}
