//! Plays a demonstration against a running program: stations, people in the field and, when asked
//! for, a duty officer, all in step with the program's own clock.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use model::view::{Change, FeedMessage, SnapshotView};
use model::{PersonId, Time};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use crate::client::{Door, Key, NoAnswer};
use crate::county::County;
use crate::noise::COUNTY_SEED;
use crate::officer::Officer;
use crate::pace::Pace;
use crate::people::PASSWORD;
use crate::responders::{Press, Responders};
use crate::stations::{Beat, Stations, play as play_stations};
use crate::storm::Storm;

/// The login of the simulated officer; `duty` is left to a human.
const OFFICER_LOGIN: &str = "duty-2";
/// Presses waiting to be sent; beyond it the field waits.
const WAITING: usize = 4096;
/// A program that is not there is asked again after this long.
const RETRY: Duration = Duration::from_millis(500);
/// A clock that is not known yet is asked for this often.
const LOOK: Duration = Duration::from_millis(200);

/// What is to be played.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    pub responders: bool,
    pub officer: bool,
    /// Logins that humans use.
    pub left_alone: Vec<String>,
}

/// Where the program listens, as its ready file says.
#[derive(Clone, Debug, Deserialize)]
pub struct Ready {
    pub http: String,
    pub mqtt: String,
    pub token: String,
}

/// What of a site folder the simulator needs to know.
#[derive(Clone, Debug)]
pub struct Stage {
    /// When the night begins.
    pub start: Time,
    /// Person by login.
    pub logins: BTreeMap<String, PersonId>,
}

impl Stage {
    /// Reads a site folder of the demonstration county.
    ///
    /// # Errors
    /// When it is no demonstration, or cannot be read.
    pub fn read(site: &Path) -> anyhow::Result<Stage> {
        let table = |name: &str| -> anyhow::Result<toml::Table> {
            let path = site.join(name);
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("could not read {}", path.display()))?;
            text.parse()
                .with_context(|| format!("could not read {}", path.display()))
        };
        let written = table("site.toml")?;
        let demo = written.get("demo").and_then(toml::Value::as_bool);
        anyhow::ensure!(demo == Some(true), "{} is no demonstration", site.display());
        let start = written
            .get("clock")
            .and_then(|clock| clock.get("start")?.as_str())
            .context("site.toml: the clock of a demonstration has a start")?;
        let start = start
            .parse()
            .with_context(|| format!("{start} is no time"))?;
        let accounts = table("accounts.toml")?;
        let accounts = accounts.get("account").and_then(toml::Value::as_array);
        let login = |account: &toml::Value| {
            let text = |key| account.get(key).and_then(toml::Value::as_str);
            Some((text("login")?.to_owned(), PersonId::from(text("person")?)))
        };
        let logins = accounts.into_iter().flatten().filter_map(login).collect();
        Ok(Stage { start, logins })
    }
}

/// Plays until it is told to stop.
///
/// # Errors
/// When the site cannot be read, an address is none, or the program refuses to let anybody in.
pub async fn play(stage: Stage, ready: Ready, cast: Cast) -> anyhow::Result<()> {
    let county = Arc::new(County::demonstration()?);
    let stations = Stations::connect(&county, &ready.mqtt)?;
    let mut storm = Storm::new(county, stage.start);
    let (tell, told) = watch::channel(None);
    let (press, pressed) = mpsc::channel(WAITING);
    let door = Door::at(&ready.http);
    let follow = follow(
        &door,
        Key::Token(ready.token),
        tell,
        Field::new(&stage, &cast),
        press,
    );
    let send = send_presses(&door, &stage, pressed);
    tokio::select! {
        ended = play_stations(&mut storm, &stations, Beat::Server(told), None, None) => ended,
        ended = follow => ended,
        ended = send => ended,
    }
}

/// Follows only the clock of a program, for stations that play alone.
///
/// # Errors
/// When the program refuses to let anybody in.
pub async fn follow_clock(
    door: &Door,
    key: Key,
    tell: watch::Sender<Option<Pace>>,
) -> anyhow::Result<()> {
    let (press, _pressed) = mpsc::channel(1);
    follow(door, key, tell, Field::default(), press).await
}

/// One press on its way: who signs in, and what they press.
enum Sending {
    Field(Press),
    Desk(Value),
}

/// Everybody who answers.
#[derive(Default)]
struct Field {
    responders: Option<Responders>,
    wants_officer: bool,
    officer: Option<Officer>,
}

impl Field {
    fn new(stage: &Stage, cast: &Cast) -> Field {
        let people = cast
            .left_alone
            .iter()
            .filter_map(|login| stage.logins.get(login))
            .cloned();
        Field {
            responders: cast
                .responders
                .then(|| Responders::new(COUNTY_SEED, people)),
            wants_officer: cast.officer,
            officer: None,
        }
    }

    fn heed_snapshot(&mut self, snapshot: &SnapshotView) {
        let now = snapshot.clock.now;
        for county in &snapshot.counties {
            if self.wants_officer && self.officer.is_none() {
                self.officer = Some(Officer::new(COUNTY_SEED, county));
            }
            for alarm in &county.alarms {
                self.officer
                    .iter_mut()
                    .for_each(|officer| officer.heed_alarm(alarm, now));
            }
            for command in &county.commands {
                self.heed_command(command, now);
            }
        }
    }

    fn heed_command(&mut self, command: &model::view::CommandView, now: Time) {
        self.responders
            .iter_mut()
            .for_each(|people| people.heed_command(command, now));
        self.officer
            .iter_mut()
            .for_each(|officer| officer.heed_command(command, now));
    }

    fn heed(&mut self, change: &Change, now: Time) {
        match change {
            Change::Alarm { alarm } => {
                self.officer
                    .iter_mut()
                    .for_each(|officer| officer.heed_alarm(alarm, now));
            }
            Change::Command { command } => self.heed_command(command, now),
            Change::Task { task, .. } => {
                self.responders
                    .iter_mut()
                    .for_each(|people| people.heed(task, now));
                self.officer
                    .iter_mut()
                    .for_each(|officer| officer.heed_task(task, now));
            }
            Change::System { .. }
            | Change::Situation { .. }
            | Change::Annunciation { .. }
            | Change::Suppression { .. }
            | Change::Load { .. }
            | Change::Weather { .. }
            | Change::Event { .. }
            | Change::Incident { .. }
            | Change::Run { .. }
            | Change::Page { .. }
            | Change::Duty { .. }
            | Change::Group { .. }
            | Change::Configured => {}
        }
    }

    fn due(&mut self, now: Time) -> Vec<Sending> {
        let field = self
            .responders
            .iter_mut()
            .flat_map(|people| people.due(now))
            .map(Sending::Field);
        let desk = self
            .officer
            .iter_mut()
            .flat_map(|officer| officer.due(now))
            .map(Sending::Desk);
        field.chain(desk).collect()
    }

    fn next_due(&self) -> Option<Time> {
        let field = self.responders.as_ref().and_then(Responders::next_due);
        let desk = self.officer.as_ref().and_then(Officer::next_due);
        field.into_iter().chain(desk).min()
    }
}

/// Listens to the feed for ever, opening it again whenever it ends.
async fn follow(
    door: &Door,
    key: Key,
    tell: watch::Sender<Option<Pace>>,
    mut field: Field,
    press: mpsc::Sender<Sending>,
) -> anyhow::Result<()> {
    loop {
        let mut line = match door.feed(&key).await {
            Ok(line) => line,
            Err(NoAnswer::NotSignedIn) => anyhow::bail!("the program does not know this key"),
            Err(error @ NoAnswer::Refused { .. }) => return Err(error.into()),
            Err(NoAnswer::Unreachable(_) | NoAnswer::Wait(_)) => {
                tokio::time::sleep(RETRY).await;
                continue;
            }
        };
        loop {
            let pace = *tell.borrow();
            let wait = match (pace, field.next_due()) {
                (Some(pace), Some(due)) => pace.wait(due).max(Duration::from_millis(5)),
                (Some(_), None) | (None, _) => LOOK,
            };
            tokio::select! {
                message = line.next() => {
                    let Some(message) = message else { break };
                    if !take(message, &tell, &mut field) {
                        break;
                    }
                }
                () = tokio::time::sleep(wait) => {}
            }
            let Some(pace) = *tell.borrow() else { continue };
            for sending in field.due(pace.now()) {
                press
                    .send(sending)
                    .await
                    .ok()
                    .context("nobody sends presses any more")?;
            }
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// Takes in one message; false when the feed must be opened again for a fresh snapshot.
fn take(message: FeedMessage, tell: &watch::Sender<Option<Pace>>, field: &mut Field) -> bool {
    match message {
        FeedMessage::Snapshot(snapshot) => {
            tell.send_replace(Some(Pace::following(&snapshot.clock)));
            field.heed_snapshot(&snapshot);
            true
        }
        FeedMessage::Updates { updates, .. } => {
            let Some(pace) = *tell.borrow() else {
                return false;
            };
            let now = pace.now();
            updates
                .iter()
                .for_each(|update| field.heed(&update.change, now));
            !updates
                .iter()
                .any(|update| matches!(update.change, Change::Configured))
        }
        FeedMessage::Beat { clock, .. } => {
            tell.send_replace(Some(Pace::following(&clock)));
            true
        }
        // The live feed tells no snapshot by its changes.
        FeedMessage::Values { .. } | FeedMessage::Changed(_) => true,
        FeedMessage::Behind => false,
    }
}

/// Sends presses one after another, each in its person's own session, until they are answered.
async fn send_presses(
    door: &Door,
    stage: &Stage,
    mut pressed: mpsc::Receiver<Sending>,
) -> anyhow::Result<()> {
    let logins = stage
        .logins
        .iter()
        .map(|(login, person)| (person.clone(), login.clone()))
        .collect();
    let mut desk = Desk {
        door,
        logins,
        keys: BTreeMap::new(),
    };
    while let Some(sending) = pressed.recv().await {
        match sending {
            Sending::Field(press) => desk.press(&press).await,
            Sending::Desk(act) => desk.act(OFFICER_LOGIN, &act).await,
        }
    }
    Ok(())
}

/// The sessions of everybody who has pressed something.
struct Desk<'a> {
    door: &'a Door,
    logins: BTreeMap<PersonId, String>,
    keys: BTreeMap<String, Key>,
}

impl Desk<'_> {
    async fn press(&mut self, press: &Press) {
        let Some(login) = self.logins.get(&press.person).cloned() else {
            return;
        };
        let mut photos = Vec::new();
        if let Some(number) = press.photo {
            photos.extend(self.keep_photo(&login, crate::photo::png(number)).await);
        }
        let act = press.act(&photos);
        self.act(&login, &act).await;
        if press.twice {
            self.act(&login, &act).await;
        }
    }

    async fn act(&mut self, login: &str, act: &Value) {
        loop {
            let Some(key) = self.key(login).await else {
                return;
            };
            match self.door.act(&key, act).await {
                Ok(answer) => {
                    tracing::debug!(login, op = %act["op"], %answer, "pressed");
                    return;
                }
                Err(error) => {
                    if !self.try_again(login, error).await {
                        return;
                    }
                }
            }
        }
    }

    async fn keep_photo(&mut self, login: &str, png: Vec<u8>) -> Option<String> {
        loop {
            let key = self.key(login).await?;
            match self.door.keep_photo(&key, png.clone()).await {
                Ok(id) => return Some(id),
                Err(error) => {
                    if !self.try_again(login, error).await {
                        return None;
                    }
                }
            }
        }
    }

    /// The session of a login, opened when there is none.
    async fn key(&mut self, login: &str) -> Option<Key> {
        loop {
            if let Some(key) = self.keys.get(login) {
                return Some(key.clone());
            }
            match self.door.login(login, PASSWORD).await {
                Ok(key) => {
                    self.keys.insert(login.to_owned(), key);
                }
                Err(NoAnswer::NotSignedIn) => {
                    tracing::warn!(login, "this demonstration login is not known");
                    return None;
                }
                Err(error) => {
                    if !self.try_again(login, error).await {
                        return None;
                    }
                }
            }
        }
    }

    /// Waits where waiting helps; false where it does not.
    async fn try_again(&mut self, login: &str, error: NoAnswer) -> bool {
        match error {
            NoAnswer::Unreachable(_) => tokio::time::sleep(RETRY).await,
            NoAnswer::Wait(seconds) => {
                tokio::time::sleep(Duration::from_secs(seconds.min(60))).await
            }
            NoAnswer::NotSignedIn => {
                self.keys.remove(login);
            }
            NoAnswer::Refused { status, body } => {
                tracing::warn!(login, status, body, "a press was refused");
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::people::PHONE_LOGIN;

    #[test]
    fn the_stage_is_read_from_the_site_that_the_county_writes() {
        let folder = tempfile::tempdir().unwrap();
        let files = crate::site_folder::files(&County::demonstration().unwrap(), 20.0);
        crate::site_folder::write(&files, folder.path()).unwrap();
        let stage = Stage::read(folder.path()).unwrap();
        assert_eq!(stage.start, crate::storm::START.parse().unwrap());
        assert!(stage.logins[PHONE_LOGIN].as_str().starts_with("head-"));
        assert!(stage.logins.contains_key(OFFICER_LOGIN));
    }

    #[test]
    fn a_real_site_is_never_played() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("site.toml"),
            "demo = false\nclock = \"wall\"\n",
        )
        .unwrap();
        assert!(Stage::read(folder.path()).is_err());
    }
}
