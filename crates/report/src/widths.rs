//! How wide the columns of a table are, and which texts of a cell stay on one line: names, values with their
//! units, times, numbers of telephones.

/// Letters of a span that stays whole in a cell.
const WHOLE: usize = 16;

/// The same of one that is a number, with the marks that stand in numbers.
const WHOLE_NUMBER: usize = 24;

/// Whether a text of a cell stays on one line where the table has room for it.
pub(crate) fn is_whole(text: &str) -> bool {
    let letters = text.chars().count();
    let number = |letter: char| letter.is_ascii_digit() || " +-–()/.:,#%".contains(letter);
    letters <= WHOLE || (letters <= WHOLE_NUMBER && text.chars().all(number))
}

/// Letters between which a line may end anywhere.
pub(crate) fn is_wide(letter: char) -> bool {
    matches!(u32::from(letter), 0x2E80..=0x9FFF | 0xF900..=0xFAFF | 0xFF00..=0xFFEF | 0x20000..=0x3FFFF)
}

/// What a column asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Column {
    /// All of it on one line.
    pub(crate) asked: f32,
    /// What stays whole, stays whole.
    pub(crate) whole: f32,
    /// No word is broken.
    pub(crate) word: f32,
}

/// What each column gets of `room`: what it asks for where all can have it, else what keeps names and values
/// whole and a share of the rest; where not even words fit, the widest give way.
pub(crate) fn widths(columns: &[Column], room: f32) -> Vec<f32> {
    let sum = |part: fn(&Column) -> f32| columns.iter().map(part).sum::<f32>();
    let between = |least: fn(&Column) -> f32, most: fn(&Column) -> f32| {
        let (taken, wanted) = (sum(least), sum(most));
        let share = ((room - taken) / (wanted - taken).max(0.01)).clamp(0.0, 1.0);
        columns
            .iter()
            .map(|column| least(column) + (most(column) - least(column)) * share)
            .collect()
    };
    if sum(|c| c.asked) <= room {
        let more = (room - sum(|c| c.asked)) / columns.len().max(1) as f32;
        return columns.iter().map(|column| column.asked + more).collect();
    }
    if sum(|c| c.whole) <= room {
        return between(|c| c.whole, |c| c.asked);
    }
    if sum(|c| c.word) <= room {
        return between(|c| c.word, |c| c.whole);
    }
    let most = cap(columns, room);
    columns.iter().map(|column| column.word.min(most)).collect()
}

/// The width that no column may pass, so that all together have room.
fn cap(columns: &[Column], room: f32) -> f32 {
    let mut words: Vec<f32> = columns.iter().map(|column| column.word).collect();
    words.sort_by(f32::total_cmp);
    let mut left = room;
    for (place, word) in words.iter().enumerate() {
        let fair = left / (words.len() - place) as f32;
        if *word > fair {
            return fair;
        }
        left -= word;
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_values_and_telephones_stay_whole_and_sentences_do_not() {
        for whole in [
            "梁立群",
            "Wang Xiaoming",
            "94.9 mm",
            "08-21 00:23:42",
            "+86 575 8602 1234 (2)",
        ] {
            assert!(is_whole(whole), "{whole}");
        }
        assert!(!is_whole(
            "到责任段巡查堤防、桥头和山洪沟，发现险情立即报告"
        ));
        assert!(!is_whole("Chengtan River basin Rainstorm"));
    }

    #[test]
    fn a_long_name_takes_its_room_from_columns_that_can_spare_it() {
        let short = Column {
            asked: 30.0,
            whole: 30.0,
            word: 20.0,
        };
        let name = Column {
            asked: 300.0,
            whole: 120.0,
            word: 90.0,
        };
        let given = widths(&[short, name, short], 200.0);
        assert!(given[1] >= 120.0 && given[0] >= 30.0, "{given:?}");
        // Not even words fit: the short ones keep theirs.
        let long = Column {
            asked: 500.0,
            whole: 450.0,
            word: 400.0,
        };
        let given = widths(&[short, long, short], 200.0);
        assert!(given[0] >= 20.0 && given[1] >= 150.0, "{given:?}");
    }

    proptest! {
        #[test]
        fn columns_never_pass_the_sheet(
            columns in proptest::collection::vec((1f32..400.0, 0f32..1.0, 0f32..1.0), 1..12), room in 50f32..700.0,
        ) {
            let columns: Vec<Column> = columns.iter().map(|(asked, whole, word)| Column {
                asked: *asked, whole: asked * whole, word: asked * whole * word,
            }).collect();
            let given = widths(&columns, room);
            let all: f32 = given.iter().sum();
            prop_assert!(all <= room + 0.5, "{all} of {room}");
            prop_assert!(given.iter().all(|wide| *wide >= 0.0));
            let whole: f32 = columns.iter().map(|c| c.whole).sum();
            if whole <= room {
                for (given, column) in given.iter().zip(&columns) {
                    prop_assert!(*given >= column.whole - 0.01);
                }
            }
        }
    }
}
