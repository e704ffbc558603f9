//! Rules about what stands in a file: its length, notes without an owner, names of workplaces.

use super::{Problem, Written};

/// A file longer than this asks for a reason in [`LONG`].
const LONGEST: usize = 600;

/// Files that may be longer, and why.
const LONG: [(&str, &str); 5] = [
    (
        "crates/links/src/mqtt/session.rs",
        "the bounds of one session are told in one place",
    ),
    (
        "crates/model/src/view.rs",
        "what screens see, one struct after the other",
    ),
    (
        "crates/runtime/src/live.rs",
        "the one loop: whatever it takes is taken here",
    ),
    ("web/src/i18n/words.ts", "the words of every kind, in lists"),
    (
        "web/scripts/scenes.mjs",
        "a list of scenes to be photographed, one after the other",
    ),
];

/// Notes that need an owner: `NOTE(name)`. Written apart, so that this file does not hold them itself.
const NOTES: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

/// Folders of one workplace, which mean nothing to whoever reads the project elsewhere.
const WORKPLACES: [&str; 4] = [
    concat!("/wo", "rk/main"),
    concat!("/wo", "rk/shared"),
    concat!("/tmp", "/wf"),
    concat!("/ro", "ot/"),
];

pub(super) fn problems(file: &Written) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let place = format!("{}:{}", file.path, index + 1);
        if let Some(folder) = WORKPLACES.iter().find(|folder| names_folder(line, folder)) {
            problems.push(Problem::new(&place, format!("names a workplace: {folder}")));
        }
        if file.is_source() && NOTES.iter().any(|note| has_unowned(line, note)) {
            problems.push(Problem::new(
                &place,
                "a note to do something names no owner",
            ));
        }
    }
    let lines = file.text.lines().count();
    if file.is_source() && lines > LONGEST && allowance(&file.path).is_none() {
        problems.push(Problem::new(
            &file.path,
            format!("{lines} lines: more than {LONGEST} ask for a reason in the tidy list"),
        ));
    }
    problems
}

/// Allowances that no file needs any more.
pub(super) fn idle_allowances(files: &[Written]) -> Vec<&'static str> {
    LONG.iter()
        .map(|(path, _)| *path)
        .filter(|path| {
            !files
                .iter()
                .any(|file| file.path == *path && file.text.lines().count() > LONGEST)
        })
        .collect()
}

fn allowance(path: &str) -> Option<&'static str> {
    LONG.iter()
        .find(|(allowed, _)| *allowed == path)
        .map(|(_, reason)| *reason)
}

/// Whether `note` stands in the line as a word, without `(owner)` behind it.
fn has_unowned(line: &str, note: &str) -> bool {
    line.match_indices(note).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + note.len()..];
        let word = !before.is_some_and(is_word) && !after.chars().next().is_some_and(is_word);
        let owned = after.starts_with('(') && !after.starts_with("()");
        word && !owned
    })
}

/// Whether `folder` begins a path in the line, rather than being a piece of a longer one.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        !line[..at]
            .chars()
            .next_back()
            .is_some_and(|c| is_word(c) || matches!(c, '.' | '-' | '*'))
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[&str]) {
        let file = Written {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let found: Vec<String> = problems(&file).into_iter().map(|p| p.what).collect();
        assert_eq!(found.len(), expected.len(), "{path}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found} is not about {expected}");
        }
    }

    #[test]
    fn a_note_needs_an_owner() {
        let note = NOTES[0];
        check("a.rs", &format!("// {note}(mei): cut this"), &[]);
        check("a.rs", &format!("// {note}: cut this"), &["no owner"]);
        check("a.rs", &format!("// {note}() cut this"), &["no owner"]);
        check("a.rs", &format!("let MY{note}S = 1;"), &[]);
        check("README.md", &format!("{note}: not source"), &[]);
    }

    #[test]
    fn workplaces_are_not_named() {
        check(
            "README.md",
            &format!("see {}/x", WORKPLACES[1]),
            &["workplace"],
        );
        check(
            "README.md",
            &format!("see crates/model{}.rs", WORKPLACES[0]),
            &[],
        );
    }

    #[test]
    fn a_long_file_asks_for_a_reason() {
        check("a.rs", &"x\n".repeat(LONGEST), &[]);
        check("a.rs", &"x\n".repeat(LONGEST + 1), &["lines"]);
        check("a.csv", &"x\n".repeat(LONGEST + 1), &[]);
    }
}
