//! Uploads: files that arrive in pieces over a weak link, kept until they are whole.
//!
//! `uploads/<id>.json` says whose it is and what it will be, `uploads/<id>.part` holds the bytes so far.
//! Pieces are not synced: after a crash the file's length says how much is there, and the whole is checked
//! against its SHA-256 before it becomes a blob. Unfinished ones are bounded by number, bytes and age.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use model::{PersonId, Seal, TaskId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::durable;

/// How much may lie here unfinished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadBounds {
    /// Bytes of all together, as claimed.
    pub bytes: u64,
    /// Of one person.
    pub bytes_each: u64,
    pub files_each: usize,
    /// Without a new byte, and of what is finished and may still be asked for.
    pub age: Duration,
    /// Free bytes of the disk under which no picture is taken: readings, presses and texts need the
    /// rest. Readings themselves wait at 8 MiB.
    pub room: u64,
}

impl Default for UploadBounds {
    fn default() -> UploadBounds {
        UploadBounds {
            bytes: 4 << 30,
            bytes_each: 512 << 20,
            files_each: 64,
            age: Duration::from_secs(7 * 86_400),
            room: 256 << 20,
        }
    }
}

/// What a device says that it will send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub person: PersonId,
    /// The task it belongs to.
    pub task: TaskId,
    /// Whether it will be a moving picture.
    pub video: bool,
    pub size: u64,
    /// Of the whole, 64 hexadecimal digits.
    pub sha256: String,
}

/// How far an upload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub claim: Claim,
    /// Bytes that are here, from the first on.
    pub received: u64,
    /// What it became.
    pub blob: Option<Seal>,
}

/// Why a piece or an upload was not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("as many uploads lie here unfinished as may")]
    Full,
    #[error("the disk has no room for pictures")]
    NoRoom,
    #[error("another upload has this id")]
    Differs,
    #[error("no such upload")]
    Unknown,
    #[error("the piece begins behind what is here ({received} bytes)")]
    Gap { received: u64 },
    #[error("more bytes than were announced")]
    TooMuch,
    #[error("a piece of it is being written just now")]
    Busy,
    #[error("the whole is not what was announced; it begins again")]
    Damaged,
    #[error(transparent)]
    Disk(#[from] io::Error),
}

#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    claim: Claim,
    #[serde(default)]
    blob: Option<Seal>,
}

struct Row {
    standing: Standing,
    touched: SystemTime,
    busy: bool,
}

/// The folder of uploads; clones share it.
#[derive(Clone)]
pub struct Uploads {
    dir: Arc<Path>,
    bounds: UploadBounds,
    rows: Arc<Mutex<BTreeMap<String, Row>>>,
    /// One whole file is in memory at a time.
    whole: Arc<Mutex<()>>,
}

/// Longest id of an upload.
const LONGEST_ID: usize = 64;

/// Whether `id` may name an upload, and so a file.
pub fn is_sound_id(id: &str) -> bool {
    let fits = (8..=LONGEST_ID).contains(&id.len());
    fits && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

impl Uploads {
    /// Opens or creates the folder under `data` and finds what lies there.
    ///
    /// # Errors
    /// When it cannot be made or read.
    pub fn open(data: &Path, bounds: UploadBounds) -> io::Result<Uploads> {
        let dir = data.join("uploads");
        std::fs::create_dir_all(&dir)?;
        let mut rows = BTreeMap::new();
        for entry in std::fs::read_dir(&dir)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(id) = name.and_then(|name| name.strip_suffix(".json")) else {
                continue;
            };
            let text = std::fs::read(&path)?;
            let Ok(kept) = serde_json::from_slice::<Kept>(&text) else {
                tracing::warn!(id, "an upload's claim cannot be read; it goes");
                std::fs::remove_file(&path)?;
                continue;
            };
            let (received, touched) = match std::fs::metadata(dir.join(format!("{id}.part"))) {
                Ok(part) => (part.len().min(kept.claim.size), part.modified()?),
                Err(_) => (0, std::fs::metadata(&path)?.modified()?),
            };
            let received = if kept.blob.is_some() {
                kept.claim.size
            } else {
                received
            };
            let standing = Standing {
                claim: kept.claim,
                received,
                blob: kept.blob,
            };
            let busy = false;
            rows.insert(
                id.to_owned(),
                Row {
                    standing,
                    touched,
                    busy,
                },
            );
        }
        Ok(Uploads {
            dir: dir.into(),
            bounds,
            rows: Arc::new(Mutex::new(rows)),
            whole: Arc::default(),
        })
    }

    /// Whether the disk has room for a picture of so many bytes more.
    ///
    /// # Errors
    /// When it cannot be measured.
    pub fn has_room(&self, bytes: u64) -> io::Result<bool> {
        let free = crate::journal::free_bytes(&self.dir)?;
        Ok(free >= self.bounds.room.saturating_add(bytes))
    }

    fn need_room(&self, bytes: u64) -> Result<(), UploadError> {
        match self.has_room(bytes)? {
            true => Ok(()),
            false => Err(UploadError::NoRoom),
        }
    }

    /// Announces an upload, or finds the one that was announced under this id.
    ///
    /// # Errors
    /// `Full`, `NoRoom`, `Differs`, or the disk.
    pub fn begin(&self, id: &str, claim: Claim, now: SystemTime) -> Result<Standing, UploadError> {
        if !is_sound_id(id) {
            return Err(UploadError::Unknown);
        }
        self.sweep(now)?;
        let mut rows = self.rows();
        if let Some(row) = rows.get(id) {
            return if row.standing.claim == claim {
                Ok(row.standing.clone())
            } else {
                Err(UploadError::Differs)
            };
        }
        let open = rows.values().filter(|row| row.standing.blob.is_none());
        let (mut all, mut own, mut files) = (claim.size, claim.size, 1);
        for Row { standing, .. } in open {
            all += standing.claim.size;
            if standing.claim.person == claim.person {
                (own, files) = (own + standing.claim.size, files + 1);
            }
        }
        let bounds = self.bounds;
        if all > bounds.bytes || own > bounds.bytes_each || files > bounds.files_each {
            return Err(UploadError::Full);
        }
        self.need_room(claim.size)?;
        let standing = Standing {
            claim,
            received: 0,
            blob: None,
        };
        self.keep(id, &standing)?;
        let row = Row {
            standing: standing.clone(),
            touched: now,
            busy: false,
        };
        rows.insert(id.to_owned(), row);
        Ok(standing)
    }

    /// How far an upload of `person` is.
    ///
    /// # Errors
    /// `Unknown`, also for another's.
    pub fn standing(&self, id: &str, person: &PersonId) -> Result<Standing, UploadError> {
        let rows = self.rows();
        let row = rows.get(id).filter(|r| r.standing.claim.person == *person);
        row.map(|r| r.standing.clone()).ok_or(UploadError::Unknown)
    }

    /// Adds a piece that begins at byte `at`. What is here already is not written again.
    ///
    /// # Errors
    /// `Gap` when bytes before it are missing, `TooMuch`, `NoRoom`, `Busy`, `Unknown`, or the disk.
    pub fn add(
        &self,
        id: &str,
        person: &PersonId,
        (at, piece): (u64, &[u8]),
        now: SystemTime,
    ) -> Result<Standing, UploadError> {
        let mut rows = self.rows();
        let row = own(&mut rows, id, person)?;
        let received = row.standing.received;
        let end = at.saturating_add(piece.len() as u64);
        if end > row.standing.claim.size {
            return Err(UploadError::TooMuch);
        }
        if at > received {
            return Err(UploadError::Gap { received });
        }
        if end <= received {
            return Ok(row.standing.clone());
        }
        if row.busy {
            return Err(UploadError::Busy);
        }
        let new = &piece[(received - at) as usize..];
        self.need_room(new.len() as u64)?;
        let mut part = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.part(id))?;
        // What a failed write left behind is written over.
        part.set_len(received)?;
        io::Seek::seek(&mut part, io::SeekFrom::Start(received))?;
        part.write_all(new)?;
        (row.standing.received, row.touched) = (end, now);
        Ok(row.standing.clone())
    }

    /// Once every byte is here: checks the whole and hands it to `keep`, which makes a blob of it or says
    /// why it is none; then it goes for good. Before that, and afterwards, nothing happens.
    ///
    /// # Errors
    /// `Damaged` when the whole is another one, `Busy`, `Unknown`, or the disk.
    pub fn finish<E>(
        &self,
        id: &str,
        person: &PersonId,
        keep: impl FnOnce(Vec<u8>) -> Result<io::Result<Seal>, E>,
    ) -> Result<Result<Standing, E>, UploadError> {
        let claim = {
            let mut rows = self.rows();
            let row = own(&mut rows, id, person)?;
            if row.standing.blob.is_some() || row.standing.received < row.standing.claim.size {
                return Ok(Ok(row.standing.clone()));
            }
            if row.busy {
                return Err(UploadError::Busy);
            }
            row.busy = true;
            row.standing.claim.clone()
        };
        let made = self.make(id, &claim, keep);
        let mut rows = self.rows();
        let Some(row) = rows.get_mut(id) else {
            return Err(UploadError::Unknown);
        };
        row.busy = false;
        match made {
            Ok(Ok(blob)) => {
                row.standing.blob = Some(blob);
                self.keep(id, &row.standing)?;
                durable::remove(&self.part(id))?;
                Ok(Ok(row.standing.clone()))
            }
            Ok(Err(refused)) => {
                rows.remove(id);
                self.remove(id)?;
                Ok(Err(refused))
            }
            Err(UploadError::Damaged) => {
                row.standing.received = 0;
                durable::remove(&self.part(id))?;
                Err(UploadError::Damaged)
            }
            Err(cause) => Err(cause),
        }
    }

    fn make<E>(
        &self,
        id: &str,
        claim: &Claim,
        keep: impl FnOnce(Vec<u8>) -> Result<io::Result<Seal>, E>,
    ) -> Result<Result<Seal, E>, UploadError> {
        let _one = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        let mut whole = Vec::with_capacity(claim.size as usize);
        File::open(self.part(id))?.read_to_end(&mut whole)?;
        if hex::encode(Sha256::digest(&whole)) != claim.sha256 {
            return Err(UploadError::Damaged);
        }
        match keep(whole) {
            Ok(kept) => Ok(Ok(kept?)),
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// The first bytes of an upload, to recognise what it will be.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn begins(&self, id: &str) -> io::Result<Vec<u8>> {
        let mut begin = Vec::new();
        File::open(self.part(id))?
            .take(16)
            .read_to_end(&mut begin)?;
        Ok(begin)
    }

    /// Forgets an upload that is none of what we keep.
    ///
    /// # Errors
    /// When its files cannot be removed.
    pub fn refuse(&self, id: &str) -> io::Result<()> {
        self.rows().remove(id);
        self.remove(id)
    }

    /// The task that a blob was sent for, as long as its upload is remembered.
    pub fn task_of(&self, blob: &Seal) -> Option<TaskId> {
        let rows = self.rows();
        let row = rows
            .values()
            .find(|row| row.standing.blob.as_ref() == Some(blob));
        row.map(|row| row.standing.claim.task.clone())
    }

    /// Lets go what no byte came for within the age; every announcement does so too.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn sweep(&self, now: SystemTime) -> io::Result<()> {
        let mut rows = self.rows();
        let age = self.bounds.age;
        let old = |row: &Row| !row.busy && now.duration_since(row.touched).is_ok_and(|a| a > age);
        let gone: Vec<String> = rows
            .iter()
            .filter(|(_, row)| old(row))
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            rows.remove(&id);
            self.remove(&id)?;
        }
        Ok(())
    }

    fn keep(&self, id: &str, standing: &Standing) -> io::Result<()> {
        let kept = Kept {
            claim: standing.claim.clone(),
            blob: standing.blob.clone(),
        };
        let text = serde_json::to_vec(&kept).expect("a claim has string keys, so it is JSON");
        durable::write(&self.dir, &format!("{id}.json"), &[&text])
    }

    fn remove(&self, id: &str) -> io::Result<()> {
        durable::remove(&self.part(id))?;
        durable::remove(&self.dir.join(format!("{id}.json")))?;
        Ok(())
    }

    fn part(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.part"))
    }

    /// A panic while the lock is held leaves whole rows behind.
    fn rows(&self) -> MutexGuard<'_, BTreeMap<String, Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn own<'a>(
    rows: &'a mut BTreeMap<String, Row>,
    id: &str,
    person: &PersonId,
) -> Result<&'a mut Row, UploadError> {
    rows.get_mut(id)
        .filter(|row| row.standing.claim.person == *person)
        .ok_or(UploadError::Unknown)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ID: &str = "0196aa00-0001";

    fn claim(content: &[u8]) -> Claim {
        Claim {
            person: "li".into(),
            task: "c1.li".into(),
            video: false,
            size: content.len() as u64,
            sha256: hex::encode(Sha256::digest(content)),
        }
    }

    fn seal() -> Seal {
        Seal("ab".repeat(32))
    }

    fn kept(_: Vec<u8>) -> Result<io::Result<Seal>, ()> {
        Ok(Ok(seal()))
    }

    #[test]
    fn pieces_survive_a_restart_and_repeats_are_written_once() {
        let data = tempfile::tempdir().unwrap();
        let (li, now) = (PersonId::from("li"), SystemTime::now());
        let content: Vec<u8> = (0..100).collect();
        let uploads = Uploads::open(data.path(), UploadBounds::default()).unwrap();
        uploads.begin(ID, claim(&content), now).unwrap();
        uploads.add(ID, &li, (0, &content[..40]), now).unwrap();
        assert!(matches!(
            uploads.add(ID, &li, (50, &content[50..60]), now),
            Err(UploadError::Gap { received: 40 })
        ));
        let uploads = Uploads::open(data.path(), UploadBounds::default()).unwrap();
        assert_eq!(uploads.standing(ID, &li).unwrap().received, 40);
        // The answer to a piece was lost: it comes again, with more.
        let standing = uploads.add(ID, &li, (20, &content[20..]), now).unwrap();
        assert_eq!(standing.received, 100);
        let seen = |whole: Vec<u8>| {
            assert_eq!(whole, content);
            kept(whole)
        };
        let done = uploads.finish(ID, &li, seen).unwrap().unwrap();
        assert_eq!(done.blob, Some(seal()));
        let again = Uploads::open(data.path(), UploadBounds::default()).unwrap();
        assert_eq!(again.standing(ID, &li).unwrap(), done);
        assert_eq!(again.task_of(&seal()), Some("c1.li".into()));
        assert!(matches!(
            again.standing(ID, &"chen".into()),
            Err(UploadError::Unknown)
        ));
    }

    #[test]
    fn what_arrives_damaged_begins_again_and_what_is_refused_goes() {
        let data = tempfile::tempdir().unwrap();
        let (li, now) = (PersonId::from("li"), SystemTime::now());
        let uploads = Uploads::open(data.path(), UploadBounds::default()).unwrap();
        uploads.begin(ID, claim(b"good bytes"), now).unwrap();
        uploads.add(ID, &li, (0, b"evil bytes"), now).unwrap();
        assert!(matches!(
            uploads.finish(ID, &li, kept),
            Err(UploadError::Damaged)
        ));
        assert_eq!(uploads.standing(ID, &li).unwrap().received, 0);
        uploads.add(ID, &li, (0, b"good bytes"), now).unwrap();
        let no = |_| Err::<io::Result<Seal>, _>("no picture");
        assert_eq!(uploads.finish(ID, &li, no).unwrap(), Err("no picture"));
        assert!(uploads.standing(ID, &li).is_err());
        assert_eq!(std::fs::read_dir(&uploads.dir).unwrap().count(), 0);
    }

    #[test]
    fn nothing_more_comes_to_a_disk_that_has_no_room_and_what_is_whole_is_still_finished() {
        let data = tempfile::tempdir().unwrap();
        let (li, now) = (PersonId::from("li"), SystemTime::now());
        let full = UploadBounds {
            room: u64::MAX,
            ..UploadBounds::default()
        };
        let roomy = Uploads::open(data.path(), UploadBounds::default()).unwrap();
        roomy.begin(ID, claim(b"ten bytes!"), now).unwrap();
        roomy.add(ID, &li, (0, b"ten "), now).unwrap();
        let uploads = Uploads::open(data.path(), full).unwrap();
        let begun = uploads.begin("0196aa00-0002", claim(b"another"), now);
        assert!(matches!(begun, Err(UploadError::NoRoom)));
        let added = uploads.add(ID, &li, (4, b"bytes!"), now);
        assert!(matches!(added, Err(UploadError::NoRoom)));
        // What is here is known as ever, and what was announced is found.
        assert_eq!(uploads.add(ID, &li, (0, b"ten "), now).unwrap().received, 4);
        let found = uploads.begin(ID, claim(b"ten bytes!"), now).unwrap();
        assert_eq!(found.received, 4);
        roomy.add(ID, &li, (4, b"bytes!"), now).unwrap();
        let uploads = Uploads::open(data.path(), full).unwrap();
        let done = uploads.finish(ID, &li, kept).unwrap().unwrap();
        assert_eq!(done.blob, Some(seal()));
    }

    #[test]
    fn what_lies_here_unfinished_is_bounded() {
        let data = tempfile::tempdir().unwrap();
        let bounds = UploadBounds {
            bytes: 25,
            bytes_each: 20,
            files_each: 2,
            age: Duration::from_secs(60),
            room: 0,
        };
        let uploads = Uploads::open(data.path(), bounds).unwrap();
        let now = SystemTime::now();
        let of = |person: &str| Claim {
            person: person.into(),
            ..claim(b"ten bytes!")
        };
        uploads.begin("upload-1", of("li"), now).unwrap();
        uploads.begin("upload-1", of("li"), now).unwrap();
        let other = uploads.begin("upload-1", of("chen"), now);
        assert!(matches!(other, Err(UploadError::Differs)));
        uploads.begin("upload-2", of("li"), now).unwrap();
        for person in ["li", "chen"] {
            let full = uploads.begin("upload-3", of(person), now);
            assert!(matches!(full, Err(UploadError::Full)), "{person}");
        }
        let later = now + Duration::from_secs(61);
        uploads.begin("upload-3", of("chen"), later).unwrap();
        assert!(uploads.standing("upload-1", &"li".into()).is_err());
        assert!(matches!(
            uploads.begin("../etc/passwd", of("li"), now),
            Err(UploadError::Unknown)
        ));
    }
}
