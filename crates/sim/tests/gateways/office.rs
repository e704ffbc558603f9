//! A loop in place of the loop: remembers pages and facts; and a site with ready channel files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use links::senders::{
    Asked, Contact, Contacts, Later, Reach, Senders, Setup, Subject, Switchboard, Unclear,
};
use model::page::{Channel, ReplyOf};
use model::{JurisdictionSlot, OpId, Page, PageFact, PageId, PersonId};
use protocols::gateway::{Gateway, Key, Word};
use runtime::Sender as _;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::Notify;

/// What the loop would know.
#[derive(Default)]
pub struct Office {
    pages: Mutex<BTreeMap<PageId, (Page, Vec<PageFact>)>>,
    over: Mutex<BTreeSet<PageId>>,
    news: Notify,
}

impl Office {
    /// Nobody need be called about this page any more.
    pub fn call_off(&self, page: &str) {
        self.over.lock().unwrap().insert(PageId(page.to_owned()));
    }

    pub fn facts(&self, page: &str) -> Vec<PageFact> {
        let pages = self.pages.lock().unwrap();
        let found = pages.get(&PageId(page.to_owned()));
        found.map(|(_, facts)| facts.clone()).unwrap_or_default()
    }

    /// Waits until a page's facts are these.
    pub async fn await_facts(&self, page: &str, expected: &[PageFact]) {
        self.await_that(page, |facts| facts == expected).await;
    }

    /// Waits until a page's facts fit.
    pub async fn await_that(&self, page: &str, fits: impl Fn(&[PageFact]) -> bool) {
        let waiting = async {
            loop {
                let news = self.news.notified();
                if fits(&self.facts(page)) {
                    return;
                }
                news.await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
        assert!(waited.is_ok(), "{page}: {:?}", self.facts(page));
    }

    /// Waits until so many pages are settled.
    pub async fn await_settled(&self, count: usize) {
        let settled = || {
            let pages = self.pages.lock().unwrap();
            pages.values().filter(|(_, facts)| settled(facts)).count()
        };
        let waiting = async {
            loop {
                let news = self.news.notified();
                if settled() >= count {
                    return;
                }
                news.await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
        assert!(waited.is_ok(), "{} of {count} are settled", settled());
    }
}

fn settled(facts: &[PageFact]) -> bool {
    facts.iter().any(|fact| *fact != PageFact::Sent)
}

impl Switchboard for Office {
    fn look(&self, _: JurisdictionSlot, page: &Page) -> Later<'_, Option<Subject>> {
        let over = self.over.lock().unwrap().contains(&page.id);
        let wanted = !over && !settled(&self.facts(page.id.as_str()));
        let subject = Subject {
            withdrawn: None,
            zh: "镜岭镇 江河水位，3处".to_owned(),
            en: "Jingling: river stage, 3 places".to_owned(),
            demo: true,
            drill: false,
            jurisdiction: "330624".to_owned(),
        };
        Box::pin(async move { Ok(wanted.then_some(subject)) })
    }

    fn tell(&self, _: JurisdictionSlot, page: PageId, fact: PageFact) -> Later<'_, ()> {
        let mut pages = self.pages.lock().unwrap();
        let (_, facts) = pages.get_mut(&page).expect("only known pages are told of");
        if !facts.contains(&fact) {
            facts.push(fact);
        }
        drop(pages);
        self.news.notify_waiters();
        Box::pin(async { Ok(()) })
    }

    fn waiting(&self, channel: Channel) -> Later<'_, Vec<(JurisdictionSlot, Page)>> {
        let pages = self.pages.lock().unwrap();
        let open = pages
            .values()
            .filter(|(page, facts)| page.channel == channel && !settled(facts));
        let open = open
            .map(|(page, _)| (JurisdictionSlot(0), page.clone()))
            .collect();
        Box::pin(async { Ok(open) })
    }

    fn find(&self, _: Channel, key: Key) -> Later<'_, Option<(JurisdictionSlot, PageId)>> {
        let pages = self.pages.lock().unwrap();
        let found = match key {
            Key::Page(id) => pages.contains_key(&id).then_some(id),
            Key::Reference(wanted) => pages.iter().find_map(|(id, (_, facts))| {
                let own = facts.iter().any(|fact| {
                    *fact
                        == PageFact::Accepted {
                            reference: Some(wanted.clone()),
                        }
                });
                own.then(|| id.clone())
            }),
        };
        Box::pin(async { Ok(found.map(|id| (JurisdictionSlot(0), id))) })
    }

    /// Nobody writes back here: that is the real loop's, see `replies.rs`.
    fn asked(&self, _: Channel, _: &str, _: Vec<PersonId>) -> Later<'_, Vec<Asked>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn heard(&self, _: Vec<String>, _: OpId) -> Later<'_, Option<ReplyOf>> {
        Box::pin(async { Ok(None) })
    }

    fn replied(
        &self,
        slot: JurisdictionSlot,
        page: PageId,
        fact: PageFact,
        _: OpId,
    ) -> Later<'_, ()> {
        self.tell(slot, page, fact)
    }

    fn say(&self, _: JurisdictionSlot, _: PageId, _: Word, _: OpId) -> Later<'_, bool> {
        Box::pin(async { Ok(true) })
    }

    fn unread(&self, _: &str, _: Unclear) -> Later<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

/// A site of one gateway with its senders at work.
pub struct House {
    pub office: Arc<Office>,
    pub senders: Senders,
    pub folder: TempDir,
    reach: Reach,
}

impl House {
    /// A site whose channel `file` is the ready one, its provider's address replaced; patience and
    /// pauses are short.
    pub fn with(file: &str, provider: &str, stand_in: &str) -> House {
        House::bounded(file, provider, stand_in, 4_096)
    }

    pub fn bounded(file: &str, provider: &str, stand_in: &str, most: usize) -> House {
        let text = ready(file);
        assert!(text.contains(provider), "{file} has no {provider}");
        let text = text.replace(provider, stand_in);
        let pace = "timeout = \"1s\"\nback_off = [\"10ms\", \"50ms\"]\n";
        let mut text = without_pace(&text);
        let at = text.find("\n[").unwrap() + 1;
        text.insert_str(at, pace);
        let folder = site(file, &text);
        let gateways = read(folder.path());
        let house = House {
            office: Arc::new(Office::default()),
            senders: Senders::bounded(Reach::Loopback, folder.path().join("push"), most).unwrap(),
            folder,
            reach: Reach::Loopback,
        };
        let mut contacts = Contacts::new();
        for n in 0..200 {
            contacts.add("330624", format!("p{n}").as_str().into(), person(n));
        }
        let setup = Setup { gateways, contacts };
        house.senders.equip(setup).unwrap();
        house
    }

    pub fn open(&self) {
        let office: Arc<Office> = Arc::clone(&self.office);
        self.senders.open(office, None);
    }

    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Decides a page, as the engine would, and hands it over.
    pub fn page(&self, id: &str, channel: Channel, to: &str) {
        let page = page(id, channel, to);
        let entry = (page.clone(), Vec::new());
        self.office
            .pages
            .lock()
            .unwrap()
            .insert(page.id.clone(), entry);
        self.senders.page(JurisdictionSlot(0), &page);
    }
}

pub fn page(id: &str, channel: Channel, to: &str) -> Page {
    serde_json::from_value(json!({
        "id": id, "to": to, "channel": channel.word(), "level": 4,
        "about": {"situation": "000000000000002a"}, "repeat": false, "also": [],
    }))
    .unwrap()
}

fn person(n: usize) -> Contact {
    Contact {
        name: format!("赵{n}"),
        phone: Some(format!("+861300000{n:04}")),
        mail: Some(format!("p{n}@example.cn")),
        speaker: None,
    }
}

fn ready(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../channels");
    fs::read_to_string(folder.join(file)).unwrap()
}

fn without_pace(text: &str) -> String {
    let kept = |line: &&str| !line.starts_with("timeout") && !line.starts_with("at_once");
    text.lines()
        .filter(kept)
        .map(|line| format!("{line}\n"))
        .collect()
}

/// The small site of the site's own tests, with one channel.
fn site(file: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_good(folder.path());
    put_channel(folder.path(), file, text);
    folder
}

/// Copies the small site of the site's own tests.
pub fn copy_good(to: &Path) {
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("../site/tests/good");
    copy(&good, to);
}

/// Writes a file for its owner alone.
pub fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Puts a ready channel whose provider is a stand-in.
pub fn put_ready(folder: &Path, file: &str, provider: &str, stand_in: &str) {
    put_channel(folder, file, &ready(file).replace(provider, stand_in));
}

/// Puts a channel; its secrets are called after their files.
fn put_channel(folder: &Path, file: &str, text: &str) {
    put(folder, &format!("channels/{file}"), text);
    for secret in text.split('"').filter(|t| t.starts_with("secrets/")) {
        put(folder, secret, secret.rsplit('/').next().unwrap());
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn read(folder: &Path) -> Vec<Gateway> {
    match site::read_site(folder) {
        Ok(site) => site.channels,
        Err(found) => panic!("{found}"),
    }
}
