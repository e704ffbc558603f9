//! Rules about names: words that say nothing about what a file, a module or a type is.

use super::{Problem, Written};

/// Where one of these is tempting, the split is wrong.
const EMPTY_WORDS: [&str; 8] = [
    "manager",
    "handler",
    "processor",
    "helper",
    "util",
    "common",
    "data",
    "info",
];

/// What introduces the name of a type or module in Rust and TypeScript.
const INTRODUCTIONS: [&str; 7] = [
    "struct ",
    "enum ",
    "trait ",
    "mod ",
    "type ",
    "class ",
    "interface ",
];

/// Cargo's own name for what the tests of one crate share.
const SHARED_BY_TESTS: &str = "common";

pub(super) fn problems(file: &Written) -> Vec<Problem> {
    if !file.is_source() {
        return Vec::new();
    }
    let in_tests = file.path.contains("/tests/") || file.path.contains("/examples/");
    let is_idiom = |name: &str| in_tests && name == SHARED_BY_TESTS;
    let mut problems = Vec::new();
    for part in file.path.split('/') {
        let stem = part.split('.').next().unwrap_or(part);
        if is_idiom(stem) {
            continue;
        }
        if let Some(word) = empty_word(stem) {
            problems.push(Problem::new(&file.path, format!("`{stem}` says `{word}`")));
        }
    }
    for (index, line) in file.text.lines().enumerate() {
        if let Some(name) = introduced(line).filter(|name| !is_idiom(name))
            && let Some(word) = empty_word(name)
        {
            let place = format!("{}:{}", file.path, index + 1);
            problems.push(Problem::new(&place, format!("`{name}` says `{word}`")));
        }
    }
    problems
}

/// The name that a line introduces, if the line begins (after visibility) with an introduction.
fn introduced(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    for prefix in ["export ", "default ", "abstract ", "declare "] {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    if let Some(after) = rest.strip_prefix("pub") {
        let after = after.strip_prefix('(').map_or(after, |inner| {
            inner.split_once(')').map_or(inner, |(_, after)| after)
        });
        rest = after.trim_start();
    }
    let name = INTRODUCTIONS
        .iter()
        .find_map(|word| rest.strip_prefix(word))?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .filter(|name| !name.is_empty())
}

/// The empty word in `name`, singular or plural, whatever the case style.
fn empty_word(name: &str) -> Option<&'static str> {
    words(name).iter().find_map(|word| {
        EMPTY_WORDS
            .into_iter()
            .find(|empty| word == empty || word.strip_suffix('s') == Some(empty))
    })
}

/// `HTTPServerInfo`, `http_server-info` → `httpserver`, `info`: enough to find whole words at the seams.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before_is_lower = false;
    for c in name.chars() {
        let seam = c == '_' || c == '-' || (c.is_uppercase() && before_is_lower);
        if seam {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before_is_lower = c.is_lowercase() || c.is_ascii_digit();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: usize) {
        let file = Written {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        assert_eq!(problems(&file).len(), expected, "{path}: {text}");
    }

    #[test]
    fn empty_words_are_found_in_paths() {
        check("crates/links/src/utils.rs", "", 1);
        check("crates/links/src/mqtt_handler.rs", "", 1);
        check("web/src/common/button.tsx", "", 1);
        check("web/src/socketManager.ts", "", 1);
        check("crates/links/testdata/frame.rs", "", 0);
        check("crates/store/src/metadata.rs", "", 0);
        check("deploy/data/points.csv", "", 0);
        check("crates/links/tests/common/mod.rs", "", 0);
        check("crates/links/src/common/mod.rs", "", 1);
    }

    #[test]
    fn empty_words_are_found_in_names_of_types() {
        check("a.rs", "pub(crate) struct StationInfo {", 1);
        check("a.rs", "    pub enum Data {", 1);
        check("a.rs", "mod helpers;", 1);
        check("a.ts", "export interface TaskData {", 1);
        check("a.ts", "export type Information = string;", 0);
        check("a.rs", "// a struct Info in prose", 0);
        check("a.rs", "struct Metadata;", 0);
        check("a.rs", "let data = 1;", 0);
    }
}
