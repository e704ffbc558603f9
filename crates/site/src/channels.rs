//! `channels/*.toml`: the gateways by which people are reached, one a file.
//!
//! A gateway decides nothing and stands in no journal; its secrets stay in files of their own, and
//! only that they can be read is looked at here.

mod receipts;
mod replies;
mod way;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use model::page::Channel;
use protocols::gateway::{Gateway, Language, Pace};

use crate::diagnose::{Diagnostics, Problem, Source};
use crate::document::{self, Table, Value, Word};

/// What the files are checked against.
pub(crate) struct Around<'a> {
    /// The site folder, in which secrets lie.
    pub(crate) root: &'a Path,
    /// Codes of the jurisdictions.
    pub(crate) codes: Vec<&'a str>,
    /// Only programs on this machine may be spoken to: everything is made up, or time is.
    pub(crate) near_only: bool,
}

/// A gateway and where its file says so.
struct Read {
    gateway: Gateway,
    source: Source,
    id: Range<usize>,
    channel: Range<usize>,
}

/// Reads the gateways of a site.
pub(crate) fn read_channels(
    sources: &[Source],
    around: &Around<'_>,
    out: &mut Diagnostics,
) -> Vec<Gateway> {
    let mut read: Vec<Read> = Vec::new();
    for source in sources {
        let Some(one) = read_file(source, around, out) else {
            continue;
        };
        tell_twice(&one, &read, out);
        read.push(one);
    }
    read.into_iter().map(|one| one.gateway).collect()
}

/// Tells an id that is there already, and a channel that would have two ways to the same people.
fn tell_twice(one: &Read, before: &[Read], out: &mut Diagnostics) {
    let gateway = &one.gateway;
    for other in before {
        let known = &other.gateway;
        if known.id == gateway.id {
            let what = format!("channel `{}` is there twice", gateway.id);
            let hint = format!("the other is in {}", other.source.name());
            out.push(Problem::at(&one.source, one.id.clone(), what).hint(hint));
        }
        let shared = known.jurisdictions.is_empty()
            || gateway.jurisdictions.is_empty()
            || gateway.jurisdictions.iter().any(|code| known.serves(code));
        if known.channel == gateway.channel && shared {
            let word = gateway.channel.word();
            let what = format!("`{word}` already goes by `{}`", known.id);
            let hint = "a jurisdiction has one gateway a channel; divide them by `jurisdictions`";
            out.push(Problem::at(&one.source, one.channel.clone(), what).hint(hint));
        }
    }
}

fn read_file(source: &Source, around: &Around<'_>, out: &mut Diagnostics) -> Option<Read> {
    let mut file = document::parse(source, out);
    let id = file.required("id", out, Value::text);
    let id = id.filter(|id| sound_id(id, source, out));
    let channel = file.required("channel", out, |value, out| {
        let span = value.span.clone();
        read_channel(value, out).map(|channel| (channel, span))
    });
    let title = file.required("title", out, Value::title);
    let jurisdictions = file.optional("jurisdictions", out, |value, out| {
        Some(known_codes(value.words(out)?, source, around, out))
    });
    let language = file.optional("language", out, |value, out| {
        value.one_of(
            &[
                ("zh", Language::Zh),
                ("en", Language::En),
                ("both", Language::Both),
            ],
            out,
        )
    });
    let pace = read_pace(&mut file, out);
    let secrets = file.optional("secrets", out, |value, out| {
        read_secrets(value, source, around, out)
    });
    let secrets = secrets.unwrap_or_default();
    let receipts = file.optional("receipts", out, |value, out| {
        receipts::read_receipts(value, source, around, out)
    });
    let replies = file.optional("replies", out, |value, out| {
        replies::read_replies(value, source, around, out)
    });
    let asked = channel.as_ref().map(|(channel, _)| *channel);
    let way = way::read_way(&mut file, asked, &secrets, around, out);
    file.close(out);
    let (id, (channel, span)) = (id?, channel?);
    Some(Read {
        gateway: Gateway {
            id: id.text,
            channel,
            title: title?,
            jurisdictions: jurisdictions.unwrap_or_default(),
            language: language.unwrap_or_default(),
            pace,
            way: way?,
            receipts,
            replies,
            secrets,
        },
        source: source.clone(),
        id: id.span,
        channel: span,
    })
}

/// An id stands in an address.
fn sound_id(id: &Word, source: &Source, out: &mut Diagnostics) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let sound = id.text.len() <= 32 && id.text.chars().all(fits);
    if !sound {
        let problem = Problem::at(source, id.span.clone(), "this is no id of a channel");
        out.push(problem.expecting("1 to 32 of a-z, 0-9 and -"));
    }
    sound
}

fn read_channel(value: Value<'_>, out: &mut Diagnostics) -> Option<Channel> {
    if value.as_text() == Some(Channel::Desk.word()) {
        let problem = value.problem("the desk is reached without a gateway");
        out.push(problem.hint("take this file away; desks hear by their own socket"));
        return None;
    }
    let words: Vec<(&'static str, Channel)> = Channel::ALL
        .into_iter()
        .filter(|channel| *channel != Channel::Desk)
        .map(|channel| (channel.word(), channel))
        .collect();
    value.one_of(&words, out)
}

fn known_codes(
    words: Vec<Word>,
    source: &Source,
    around: &Around<'_>,
    out: &mut Diagnostics,
) -> Vec<String> {
    for word in &words {
        if !around.codes.contains(&word.text.as_str()) {
            let what = format!("no jurisdiction `{}` in site.toml", word.text);
            let problem = Problem::at(source, word.span.clone(), what);
            out.push(problem.near(&word.text, around.codes.iter().copied()));
        }
    }
    words.into_iter().map(|word| word.text).collect()
}

fn read_pace(file: &mut Table<'_>, out: &mut Diagnostics) -> Pace {
    let usual = Pace::default();
    let ms = |value: Value<'_>, out: &mut Diagnostics| value.duration(out)?.try_into().ok();
    let timeout_ms = file.optional("timeout", out, ms);
    let tries = file.optional("tries", out, |value, out| value.whole(1..=20, out));
    let at_once = file.optional("at_once", out, |value, out| value.whole(1..=64, out));
    let back_off = file.optional("back_off", out, |value, out| {
        let place = value.problem("`back_off` is no pair of durations");
        let items = value.list(out)?;
        let count = items.len();
        let spans: Vec<u64> = items.into_iter().filter_map(|item| ms(item, out)).collect();
        match spans.as_slice() {
            [shortest, longest] if shortest <= longest => Some((*shortest, *longest)),
            // What is wrong with a single one was told where it stands.
            _ if count == 2 && spans.len() < 2 => None,
            _ => {
                out.push(place.expecting("the first wait and the longest: [\"1s\", \"30s\"]"));
                None
            }
        }
    });
    let (shortest_ms, longest_ms) = back_off.unwrap_or((usual.shortest_ms, usual.longest_ms));
    Pace {
        timeout_ms: timeout_ms.unwrap_or(usual.timeout_ms).max(1),
        tries: tries.map_or(usual.tries, |n| n as u32),
        at_once: at_once.map_or(usual.at_once, |n| n as usize),
        shortest_ms,
        longest_ms,
    }
}

fn read_secrets(
    value: Value<'_>,
    source: &Source,
    around: &Around<'_>,
    out: &mut Diagnostics,
) -> Option<BTreeMap<String, PathBuf>> {
    let mut secrets = BTreeMap::new();
    for (name, value) in value.pairs(out)? {
        if let Some(file) = value.text(out) {
            secrets.extend(secret_file(&file, source, around, out).map(|path| (name.text, path)));
        }
    }
    Some(secrets)
}

/// The file of a secret, below the site folder unless it begins with a slash. One that cannot be
/// read is told, and so is one that everybody can.
fn secret_file(
    file: &Word,
    source: &Source,
    around: &Around<'_>,
    out: &mut Diagnostics,
) -> Option<PathBuf> {
    let path = around.root.join(&file.text);
    let at = |what: String| Problem::at(source, file.span.clone(), what);
    match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().is_empty() => {
            out.push(at(format!("the file `{}` is empty", file.text)));
        }
        Ok(_) => tell_open(&path, &at, out),
        Err(error) => {
            let problem = at(format!(
                "the secret `{}` cannot be read: {error}",
                file.text
            ));
            let hint = "a secret stands in a file of its own, named from the site folder";
            out.push(problem.hint(hint));
        }
    }
    Some(path)
}

fn tell_open(path: &Path, at: &impl Fn(String) -> Problem, out: &mut Diagnostics) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map(|m| m.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        let problem = at("other users of this machine can read this secret".to_owned());
        out.push(problem.hint("chmod 600").noted());
    }
}
