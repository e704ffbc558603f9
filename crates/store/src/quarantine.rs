//! Quarantine: messages that were refused, kept for the duty engineer and bounded by bytes and days.
//!
//! JSON lines in files that are only appended to; whole files go, oldest first, when a bound is
//! passed. A refused message is confirmed once it lies here. It never holds up a good one, and it is
//! no evidence: what decides stands in the journal.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use model::Time;
use model::intake::Refusal;
use serde::{Deserialize, Serialize};

use crate::durable;

/// Bytes of a message's body that are kept.
pub const KEPT_BODY: usize = 4096;
const DAY_MS: i64 = 86_400_000;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Of all files together.
    pub bytes: u64,
    /// Behind the newest item.
    pub days: u32,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            bytes: 64 << 20,
            days: 30,
        }
    }
}

/// One refused message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// When it was refused.
    pub at: Time,
    /// Id of the interface it came by.
    pub interface: String,
    pub kind: Refusal,
    /// A sentence saying why.
    pub reason: String,
    /// Topic or path it was sent to.
    pub topic: String,
    pub body: Body,
}

/// The first bytes of a refused message, as sent: text where it is UTF-8, else hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
    /// Length of the whole message in bytes; more than [`KEPT_BODY`] when it was cut.
    pub bytes: u64,
    /// Only the beginning was kept.
    pub cut: bool,
}

impl Body {
    /// The body of a message, cut to [`KEPT_BODY`].
    pub fn of(message: &[u8]) -> Body {
        Body::beginning(message, message.len())
    }

    /// The same of a message of `bytes` bytes of which only the beginning is at hand.
    pub fn beginning(beginning: &[u8], bytes: usize) -> Body {
        let kept = &beginning[..beginning.len().min(KEPT_BODY)];
        let cut = bytes > kept.len();
        let text = match std::str::from_utf8(kept) {
            Ok(text) => Some(text),
            // A character cut in half by our own knife is not the sender's fault.
            Err(bad) if cut && bad.error_len().is_none() => {
                std::str::from_utf8(&kept[..bad.valid_up_to()]).ok()
            }
            Err(_) => None,
        };
        Body {
            text: text.map(str::to_owned),
            hex: text.is_none().then(|| hex::encode(kept)),
            bytes: bytes as u64,
            cut,
        }
    }
}

/// The quarantine; clones share it.
#[derive(Clone, Debug)]
pub struct Quarantine {
    dir: Arc<Path>,
    bounds: Bounds,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    /// The file being appended to and its length.
    file: Option<(File, u64)>,
    /// All files, oldest first.
    files: Vec<Kept>,
    /// Newest time of any item.
    newest: Option<Time>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kept {
    number: u64,
    bytes: u64,
    /// Times of its first and its newest item.
    begun: Time,
    last: Time,
}

impl Quarantine {
    /// Opens or creates the folder.
    ///
    /// # Errors
    /// When it cannot be made or listed.
    pub fn open(dir: &Path, bounds: Bounds) -> io::Result<Quarantine> {
        std::fs::create_dir_all(dir)?;
        let mut open = Open::default();
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            let name = entry.file_name();
            let number = name
                .to_str()
                .and_then(|n| n.strip_suffix(".jsonl")?.parse().ok());
            if let Some(number) = number {
                let items = read_file(&entry.path())?;
                let begun = items.first().map_or(Time::MIN, |item| item.at);
                let last = newest_of(&items).unwrap_or(Time::MIN);
                let bytes = entry.metadata()?.len();
                open.newest = open.newest.max(Some(last));
                open.files.push(Kept {
                    number,
                    bytes,
                    begun,
                    last,
                });
            }
        }
        open.files.sort_unstable();
        Ok(Quarantine {
            dir: dir.into(),
            bounds,
            open: Arc::new(Mutex::new(open)),
        })
    }

    /// Appends `items` and returns when they are on disk, with one sync for all of them.
    ///
    /// # Errors
    /// When they cannot be written; then none of them counts.
    pub fn append(&self, items: &[Refused]) -> io::Result<()> {
        let Some(first) = items.first() else {
            return Ok(());
        };
        let mut lines = Vec::new();
        for item in items {
            serde_json::to_writer(&mut lines, item)?;
            lines.push(b'\n');
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, length) = self.file(&mut open, lines.len() as u64, first.at)?;
        let written = file.write_all(&lines).and_then(|()| file.sync_data());
        if let Err(error) = written {
            // A half line must not swallow the next one: go on in a new file.
            open.file = None;
            return Err(error);
        }
        *length += lines.len() as u64;
        let bytes = *length;
        let newest = newest_of(items).unwrap_or(first.at);
        open.newest = open.newest.max(Some(newest));
        if let Some(file) = open.files.last_mut() {
            *file = Kept {
                bytes,
                last: file.last.max(newest),
                ..*file
            };
        }
        self.keep_bounds(&mut open)
    }

    /// The newest items, newest first; lines that cannot be read are passed over.
    ///
    /// # Errors
    /// When the files cannot be read.
    pub fn newest(&self, limit: usize) -> io::Result<Vec<Refused>> {
        let files = self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .files
            .clone();
        let mut found = Vec::new();
        for file in files.iter().rev() {
            let mut items = match read_file(&self.path(file.number)) {
                Ok(items) => items,
                // It went while we were reading.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            items.reverse();
            found.extend(items);
            if found.len() >= limit {
                break;
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The file to append to, a new one when the last is long enough.
    fn file<'o>(
        &self,
        open: &'o mut Open,
        bytes: u64,
        begun: Time,
    ) -> io::Result<&'o mut (File, u64)> {
        let day_over = open
            .files
            .last()
            .is_some_and(|f| begun.since_ms(f.begun) >= DAY_MS);
        let full = |length: u64| length > 0 && length + bytes > self.bounds.bytes / 8;
        if day_over || open.file.as_ref().is_none_or(|(_, length)| full(*length)) {
            let number = open.files.last().map_or(1, |last| last.number + 1);
            let file = File::options()
                .append(true)
                .create_new(true)
                .open(self.path(number))?;
            durable::sync_dir(&self.dir)?;
            open.files.push(Kept {
                number,
                bytes: 0,
                begun,
                last: begun,
            });
            open.file = Some((file, 0));
        }
        Ok(open.file.as_mut().expect("it was opened just above"))
    }

    /// Removes the oldest files beyond the bounds; the newest always stays.
    fn keep_bounds(&self, open: &mut Open) -> io::Result<()> {
        let oldest = open
            .newest
            .map(|at| at.plus_ms(-i64::from(self.bounds.days) * DAY_MS));
        while let [first, _, ..] = open.files[..] {
            let bytes: u64 = open.files.iter().map(|f| f.bytes).sum();
            if bytes <= self.bounds.bytes && Some(first.last) >= oldest {
                break;
            }
            durable::remove(&self.path(first.number))?;
            open.files.remove(0);
        }
        Ok(())
    }

    fn path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{number:08}.jsonl"))
    }
}

fn newest_of(items: &[Refused]) -> Option<Time> {
    items.iter().map(|item| item.at).max()
}

fn read_file(path: &Path) -> io::Result<Vec<Refused>> {
    let mut items = Vec::new();
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        items.extend(serde_json::from_slice(&line?).ok());
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refused(at_ms: i64, body: &[u8]) -> Refused {
        Refused {
            at: Time::from_ms(at_ms),
            interface: "mqtt".to_owned(),
            kind: Refusal::Malformed,
            reason: "the body is no JSON".to_owned(),
            topic: "obs/ST01/rain".to_owned(),
            body: Body::of(body),
        }
    }

    #[test]
    fn what_was_refused_is_read_newest_first_also_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let items: Vec<_> = (0..10).map(|n| refused(n * 1000, b"{")).collect();
        let quarantine = Quarantine::open(dir.path(), Bounds::default()).unwrap();
        quarantine.append(&items[..4]).unwrap();
        quarantine.append(&items[4..6]).unwrap();
        drop(quarantine);
        let quarantine = Quarantine::open(dir.path(), Bounds::default()).unwrap();
        quarantine.append(&items[6..]).unwrap();
        let newest = quarantine.newest(7).unwrap();
        assert_eq!(
            newest,
            items.iter().rev().take(7).cloned().collect::<Vec<_>>()
        );
        assert_eq!(quarantine.newest(100).unwrap().len(), 10);
    }

    #[test]
    fn a_torn_line_harms_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let quarantine = Quarantine::open(dir.path(), Bounds::default()).unwrap();
        quarantine
            .append(&[refused(1, b"a"), refused(2, b"b")])
            .unwrap();
        let path = quarantine.path(1);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        let quarantine = Quarantine::open(dir.path(), Bounds::default()).unwrap();
        quarantine.append(&[refused(3, b"c")]).unwrap();
        assert_eq!(
            quarantine.newest(9).unwrap(),
            [refused(3, b"c"), refused(1, b"a")]
        );
    }

    #[test]
    fn bytes_are_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let bounds = Bounds {
            bytes: 20_000,
            days: 30,
        };
        let quarantine = Quarantine::open(dir.path(), bounds).unwrap();
        for n in 0..500 {
            quarantine.append(&[refused(n, b"0123456789")]).unwrap();
        }
        let on_disk: u64 = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().metadata().unwrap().len())
            .sum();
        assert!(on_disk <= bounds.bytes, "{on_disk} bytes");
        assert_eq!(quarantine.newest(1).unwrap(), [refused(499, b"0123456789")]);
    }

    #[test]
    fn days_are_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let bounds = Bounds {
            bytes: 4096,
            days: 2,
        };
        let quarantine = Quarantine::open(dir.path(), bounds).unwrap();
        for day in 0..9 {
            quarantine
                .append(&[refused(day * DAY_MS, &[b'x'; 500])])
                .unwrap();
        }
        let kept = quarantine.newest(100).unwrap();
        let days: Vec<_> = kept.iter().map(|item| item.at.day()).collect();
        assert_eq!(days, [8, 7, 6]);
    }

    #[test]
    fn bodies_are_kept_as_sent_and_marked_when_cut() {
        assert_eq!(Body::of("水位".as_bytes()).text.as_deref(), Some("水位"));
        let part = Body::beginning(b"{\"sta", 70_000);
        assert_eq!((part.text.as_deref(), part.bytes), (Some("{\"sta"), 70_000));
        assert!(part.cut);
        assert_eq!(Body::of(&[0xff, 0]).hex.as_deref(), Some("ff00"));
        let long = Body::of("水".repeat(3000).as_bytes());
        assert_eq!((long.cut, long.bytes), (true, 9000));
        assert_eq!(long.text.map(|t| t.len()), Some(4095));
    }
}
