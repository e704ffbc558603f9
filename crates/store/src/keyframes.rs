//! Keyframes: the fleet as it stood at places of the past, so that a replay begins near any second.
//!
//! Files like snapshots, complete and hashed or they do not count, but compressed, many, and thinned
//! with age. All of them can be lost: they are made again from the journal.

use std::io;
use std::path::{Path, PathBuf};

use model::Time;

use crate::durable;
use crate::journal::Position;
use crate::snapshot::{self, Snapshot};

/// How hard they are compressed: the fastest there is shrinks a county's state ten times.
const EFFORT: i32 = 1;

/// Most bytes of one keyframe when it is unpacked; more is damage.
const MOST_BYTES: usize = 4 << 30;

/// A place of the past that has a keyframe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The last record it stands for.
    pub number: u64,
    /// Entry time of that record.
    pub at: Time,
}

/// The folder of keyframes. One thread writes at a time, any number read.
#[derive(Clone, Debug)]
pub struct Keyframes {
    dir: PathBuf,
}

impl Keyframes {
    /// Opens or makes the folder. Keyframes beyond record `last` belong to another past and go.
    ///
    /// # Errors
    /// When the folder cannot be made, listed or cleared.
    pub fn open(dir: &Path, last: u64) -> io::Result<Keyframes> {
        std::fs::create_dir_all(dir)?;
        let keyframes = Keyframes {
            dir: dir.to_owned(),
        };
        for entry in std::fs::read_dir(dir)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "tmp") {
                durable::remove(&path)?;
            }
        }
        for place in keyframes.places()? {
            if place.number > last {
                keyframes.remove(place)?;
            }
        }
        Ok(keyframes)
    }

    /// All places, in order of time.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn places(&self) -> io::Result<Vec<Place>> {
        let mut places = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let name = entry?.file_name();
            places.extend(name.to_str().and_then(place_of));
        }
        places.sort_unstable();
        Ok(places)
    }

    /// Writes one and returns its size on disk.
    ///
    /// # Errors
    /// When it cannot be written; the others stay.
    pub fn write(&self, place: Place, format: u16, content: &[u8]) -> io::Result<usize> {
        let packed = zstd::bulk::compress(content, EFFORT)?;
        let position = Position {
            number: place.number,
            hash: [0; 32],
        };
        let (head, digest) = snapshot::seal(position, format, &packed);
        durable::write(&self.dir, &name_of(place), &[&head, &packed, &digest])?;
        Ok(packed.len())
    }

    /// Reads one; `None` when it is damaged, of another format, or gone.
    pub fn read(&self, place: Place, format: u16) -> Option<Vec<u8>> {
        let bytes = std::fs::read(self.dir.join(name_of(place))).ok()?;
        let Snapshot {
            position,
            format: written,
            content,
        } = snapshot::decode(bytes)?;
        if (position.number, written) != (place.number, format) {
            return None;
        }
        let mut whole = Vec::new();
        let unpacked = zstd::stream::read::Decoder::new(&content[..]).and_then(|packed| {
            use std::io::Read as _;
            packed.take(MOST_BYTES as u64).read_to_end(&mut whole)
        });
        unpacked.is_ok().then_some(whole)
    }

    /// Removes one.
    ///
    /// # Errors
    /// When the file is there and cannot be removed.
    pub fn remove(&self, place: Place) -> io::Result<()> {
        durable::remove(&self.dir.join(name_of(place))).map(|_| ())
    }
}

fn name_of(place: Place) -> String {
    format!("{:020}.{}.keyframe", place.number, place.at.ms())
}

fn place_of(name: &str) -> Option<Place> {
    let (number, at) = name.strip_suffix(".keyframe")?.split_once('.')?;
    Some(Place {
        number: number.parse().ok()?,
        at: Time::from_ms(at.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn place(number: u64) -> Place {
        Place {
            number,
            at: Time::from_ms(number as i64 * 1_000),
        }
    }

    #[test]
    fn what_was_written_comes_back_and_damage_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let keyframes = Keyframes::open(dir.path(), 0).unwrap();
        let content = b"the county ".repeat(1_000);
        let size = keyframes.write(place(7), 1, &content).unwrap();
        assert!(size < content.len() / 10, "{size}");
        assert_eq!(keyframes.read(place(7), 1), Some(content));
        assert_eq!(keyframes.read(place(7), 2), None, "another format");
        assert_eq!(keyframes.read(place(8), 1), None, "not there");
        let path = dir.path().join(name_of(place(7)));
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[100] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(keyframes.read(place(7), 1), None, "damaged");
    }

    #[test]
    fn those_of_another_past_go() {
        let dir = tempfile::tempdir().unwrap();
        let keyframes = Keyframes::open(dir.path(), 0).unwrap();
        for number in [3, 12, 7] {
            keyframes.write(place(number), 1, b"x").unwrap();
        }
        std::fs::write(dir.path().join("half.tmp"), b"x").unwrap();
        let keyframes = Keyframes::open(dir.path(), 10).unwrap();
        assert_eq!(keyframes.places().unwrap(), [place(3), place(7)]);
        assert!(!dir.path().join("half.tmp").exists());
    }
}
