//! Signs places in the chain: the key is made at the first start and never leaves its folder.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ed25519_dalek::{Signer, SigningKey};
use model::Time;

use super::keys::{SIGNER, no_key, read_secret, vouch};
use super::{CHECKPOINTS, Checkpoint, KEY, Keyring, PublicKey, read_checkpoints};
use crate::durable;
use crate::journal::Position;

/// Records after which a checkpoint is due.
const EVERY_RECORDS: u64 = 100_000;
/// Time after which a checkpoint is due, when anything was recorded.
const EVERY: Duration = Duration::from_secs(3600);
/// How long a signature that could not be kept is left alone: a full disk is not asked at every commit.
const AGAIN: Duration = Duration::from_secs(60);

/// Holds the key.
pub struct Notary {
    dir: PathBuf,
    key: SigningKey,
    public: PublicKey,
    signed: u64,
    since: Instant,
    /// When a checkpoint was last begun and not kept.
    failed: Option<Instant>,
}

impl std::fmt::Debug for Notary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Notary({}, {})", self.public.id(), self.signed)
    }
}

impl Notary {
    /// Opens the folder; makes folder and key when there are none. A new key vouches for those of the
    /// copy that the folder was restored from.
    ///
    /// # Errors
    /// When they can be neither read nor made, or the key is none.
    pub fn open(dir: &Path) -> io::Result<Notary> {
        std::fs::create_dir_all(dir)?;
        let key = match std::fs::read_to_string(dir.join(KEY)) {
            Ok(text) => read_secret(&text).ok_or_else(|| no_key(&dir.join(KEY)))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => make_secret(dir)?,
            Err(error) => return Err(error),
        };
        let public = PublicKey::of(key.verifying_key());
        let hex = public.hex() + "\n";
        for name in [format!("{}.pub", public.id()).as_str(), SIGNER] {
            if std::fs::read(dir.join(name)).ok().as_deref() != Some(hex.as_bytes()) {
                durable::write(dir, name, &[hex.as_bytes()])?;
            }
        }
        {
            let _alone = alone(dir)?;
            cut_torn_line(dir)?;
        }
        let signed = newest(dir, &public)?.map_or(0, |checkpoint| checkpoint.number);
        Ok(Notary {
            dir: dir.to_owned(),
            key,
            public,
            signed,
            since: Instant::now(),
            failed: None,
        })
    }

    /// The half of the key that may be shown.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Whether it is time to sign, now that the journal stands at `number`.
    pub fn is_due(&self, number: u64) -> bool {
        let behind = number.saturating_sub(self.signed);
        if self.failed.is_some_and(|at| at.elapsed() < AGAIN) {
            return false;
        }
        behind >= EVERY_RECORDS || (behind > 0 && self.since.elapsed() >= EVERY)
    }

    /// Signs a place that is on disk, as of `time`, and keeps the checkpoint; `None` for a place that
    /// was signed already.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn sign(&mut self, place: Position, time: Time) -> io::Result<Option<Checkpoint>> {
        if place.number <= self.signed {
            return Ok(None);
        }
        self.attest(place, time).map(Some)
    }

    /// Whether the secret key lies in `dir`: a copy of a data folder has none.
    pub fn lives_in(dir: &Path) -> bool {
        dir.join(KEY).exists()
    }

    /// A signature over other bytes, 128 hexadecimal digits.
    pub(crate) fn seal(&self, bytes: &[u8]) -> String {
        hex::encode(self.key.sign(bytes).to_bytes())
    }

    /// Signs a place, signed before or not.
    pub(crate) fn attest(&mut self, place: Position, time: Time) -> io::Result<Checkpoint> {
        self.failed = Some(Instant::now());
        let mut checkpoint = Checkpoint {
            number: place.number,
            hash: hex::encode(place.hash),
            time,
            key: self.public.id().to_owned(),
            signature: String::new(),
        };
        let signature = self.key.sign(checkpoint.text().as_bytes());
        checkpoint.signature = hex::encode(signature.to_bytes());
        let mut line = serde_json::to_vec(&checkpoint).map_err(io::Error::other)?;
        line.push(b'\n');
        let _alone = alone(&self.dir)?;
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.dir.join(CHECKPOINTS))?;
        file.write_all(&line)?;
        file.sync_all()?;
        durable::sync_dir(&self.dir)?;
        (self.signed, self.since) = (self.signed.max(place.number), Instant::now());
        self.failed = None;
        Ok(checkpoint)
    }
}

/// The newest checkpoint that this key signed; what somebody else wrote there is no reason not to sign.
fn newest(dir: &Path, key: &PublicKey) -> io::Result<Option<Checkpoint>> {
    let mut ours: Vec<Checkpoint> = read_checkpoints(dir)?.into_iter().flatten().collect();
    ours.retain(|checkpoint| checkpoint.key == key.id());
    ours.sort_by_key(|checkpoint| checkpoint.number);
    Ok(ours
        .into_iter()
        .rev()
        .find(|checkpoint| key.signed(checkpoint)))
}

/// Waits until no other process writes checkpoints here: an export may sign beside a running server.
fn alone(dir: &Path) -> io::Result<File> {
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(dir.join("lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// A line that a crash left without its end was nobody's checkpoint yet.
fn cut_torn_line(dir: &Path) -> io::Result<()> {
    let path = dir.join(CHECKPOINTS);
    match std::fs::read(&path) {
        Ok(bytes) if bytes.last().is_some_and(|last| *last != b'\n') => {
            let whole = bytes
                .iter()
                .rposition(|b| *b == b'\n')
                .map_or(0, |at| at + 1);
            let file = OpenOptions::new().write(true).open(&path)?;
            file.set_len(whole as u64)?;
            file.sync_all()
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn make_secret(dir: &Path) -> io::Result<SigningKey> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let key = SigningKey::from_bytes(&bytes);
    vouch(dir, &Keyring::trusted(dir)?, &key)?;
    let draft = dir.join("key.tmp");
    // From the first byte on for its owner alone.
    durable::remove(&draft)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    writeln!(file, "{}", hex::encode(bytes))?;
    file.sync_all()?;
    std::fs::rename(&draft, dir.join(KEY))?;
    durable::sync_dir(dir)?;
    Ok(key)
}

/// Copies the newest checkpoint of the key in `<data>/evidence` and the public keys that are the journal's
/// to a folder, each file whole or not at all; gives the checkpoint back. Older ones that lie there stay.
///
/// # Errors
/// When there is no checkpoint yet, this is a copy without its key, or something can be neither read nor
/// written.
pub fn hand_out(dir: &Path, to: &Path) -> io::Result<Checkpoint> {
    let Some(key) = super::signer(dir)?.filter(|_| Notary::lives_in(dir)) else {
        let why = "this is a copy without the key that signs; hand out from the data folder of the server";
        return Err(io::Error::other(why));
    };
    let newest = newest(dir, &key)?.ok_or_else(|| {
        io::Error::new(io::ErrorKind::NotFound, "there is no signed checkpoint yet")
    })?;
    std::fs::create_dir_all(to)?;
    for key in Keyring::trusted(dir)?.iter() {
        let name = format!("{}.pub", key.id());
        durable::write(to, &name, &[key.hex().as_bytes(), b"\n"])?;
    }
    let text = serde_json::to_vec(&newest).map_err(io::Error::other)?;
    let name = format!("checkpoint-{:020}.json", newest.number);
    durable::write(to, &name, &[&text, b"\n"])?;
    Ok(newest)
}
