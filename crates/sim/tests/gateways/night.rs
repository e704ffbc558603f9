//! The same senders on the real loop: a red reading calls a person, and their key is an answer.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use links::senders::{Contact, Contacts, Reach, Senders, Setup};
use model::action::{Act, Answer, IssueCommand, ReportTask};
use model::config::{Clock, Role};
use model::intake::Quality;
use model::task::{FactKind, Means, Stage};
use model::view::{PageStage, PageView, TaskView};
use model::{Action, JurisdictionSlot, Level, Seal, SeriesSlot, Time};
use runtime::{Draft, Item, Options, Outbox, Runtime};
use sim::gateways::{Callback, Fault, Gateway, Kind, Script};

use crate::office::{copy_good, put, put_ready};

const POLICY: &str = r#"
[[escalation]]
id = "red"
title = { zh = "红色叫应", en = "Red" }
for = "situation"
levels = ["red"]
loops = 0
loop_after = "10m"
[[escalation.step]]
after = "0s"
call = [{ to = ["person:p-zhao"], by = ["voice"] }]
"#;

/// A small real site with a voice gateway and one policy, running.
pub struct Night {
    pub runtime: Runtime,
    pub senders: Senders,
}

impl Night {
    pub async fn begin(folder: &Path) -> Night {
        let site = match site::read_site(&folder.join("site")) {
            Ok(site) => site,
            Err(found) => panic!("{found}"),
        };
        let mut contacts = Contacts::new();
        for known in &site.jurisdictions[0].contacts {
            let contact = Contact {
                name: known.name.clone(),
                phone: known.phone.clone(),
                ..Contact::default()
            };
            contacts.add("330624", known.person.clone(), contact);
        }
        let senders = Senders::new(Reach::Loopback, folder.join("push")).unwrap();
        let gateways = site.channels.clone();
        senders.equip(Setup { gateways, contacts }).unwrap();
        let config = site.jurisdictions[0].config.clone();
        let mut options = Options::new(folder.join("data"), Clock::Wall, vec![config]);
        options.outbox = Outbox::new(vec![Arc::new(senders.clone())]);
        let runtime = runtime::start(options).await.unwrap();
        senders.open(Arc::new(runtime.inbox.clone()), None);
        Night { runtime, senders }
    }

    /// The stage at the gauge, now.
    pub async fn stage(&self, centimetres: i64) {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now_ms = i64::try_from(now.unwrap().as_millis()).unwrap();
        let draft = Draft {
            edition: 0,
            jurisdiction: JurisdictionSlot(0),
            series: SeriesSlot(0),
            observed: Time::from_ms(now_ms),
            received: None,
            value: centimetres,
            revision: 0,
            quality: Quality::Good,
        };
        let items = vec![Item::Reading(draft)];
        let receipt = self.runtime.inbox.readings(0, items).await.unwrap();
        receipt.await.unwrap();
    }

    /// Waits until the one page of the night fits.
    pub async fn await_page(&self, fits: impl Fn(&PageView) -> bool) -> PageView {
        self.await_one(fits, |fleet| {
            let runs = fleet.runs(JurisdictionSlot(0));
            let pages = runs
                .iter()
                .flat_map(|run| fleet.pages(JurisdictionSlot(0), &run.id));
            pages.collect()
        })
        .await
    }

    /// Waits until the one task of the night fits.
    pub async fn await_task(&self, fits: impl Fn(&TaskView) -> bool) -> TaskView {
        self.await_one(fits, |fleet| {
            let commands = fleet.commands(JurisdictionSlot(0));
            commands.into_iter().flat_map(|order| order.tasks).collect()
        })
        .await
    }

    pub async fn await_one<T: std::fmt::Debug + Send + 'static>(
        &self,
        fits: impl Fn(&T) -> bool,
        look: fn(&runtime::Fleet) -> Vec<T>,
    ) -> T {
        let all = async || self.runtime.inbox.ask(look).await.unwrap();
        let waiting = async {
            loop {
                if let Some(one) = all().await.into_iter().find(&fits) {
                    return one;
                }
                tokio::task::yield_now().await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(20), waiting).await {
            Ok(one) => one,
            Err(_) => panic!("{:#?}", all().await),
        }
    }

    /// The duty officer sends the dam keeper to the dyke.
    pub async fn order(&self, op: &str) {
        let act = Act {
            op: op.into(),
            by: "p-duty".into(),
            role: Role::DutyOfficer,
            device_at: None,
            action: Action::IssueCommand(IssueCommand {
                alarm: None,
                template: "patrol".to_owned(),
                level: Level::Red,
                groups: vec!["dam-keepers".into()],
                people: Vec::new(),
                wording: Seal("0".repeat(64)),
                clocks: None,
                situation: None,
                alarms: Vec::new(),
                count: None,
                supersedes: None,
                villages: Vec::new(),
                shown: Vec::new(),
            }),
        };
        self.press(act).await;
    }

    /// The dam keeper says in the app that they go.
    async fn accept(&self, order: &str) {
        let act = Act {
            op: format!("{order}-accepted").as_str().into(),
            by: "p-zhao".into(),
            role: Role::Responder,
            device_at: None,
            action: Action::ReportTask(ReportTask {
                task: format!("{order}.p-zhao").as_str().into(),
                kind: FactKind::Accepted,
                means: Means::App,
                note: None,
                position: None,
                photos: Vec::new(),
                version: None,
                count: Vec::new(),
                form: Vec::new(),
                coming: 0,
                shot: None,
            }),
        };
        self.press(act).await;
    }

    pub async fn press(&self, act: Act) {
        let answer = self.runtime.inbox.act(JurisdictionSlot(0), act);
        assert_eq!(answer.await.unwrap(), Answer::Done);
    }

    /// Receipts of gateways are taken; says where for the voice gateway.
    async fn receipts(&self) -> String {
        self.route("voice/receipts?token=voice.receipts").await
    }

    /// Gateways are listened to; says where for one of them.
    pub async fn route(&self, of: &str) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = self.senders.routes();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        format!("http://{address}/api/v1/channels/{of}")
    }

    pub async fn end(self) {
        self.senders.close().await;
        self.runtime.stop().await;
    }
}

async fn stand_in(script: Script) -> (Gateway, tempfile::TempDir) {
    let key = "voice.key".to_owned();
    stand_in_for(Kind::Voice { key }, "voice", script).await
}

/// The site with one gateway, by which the dam keeper is reached.
pub async fn stand_in_for(kind: Kind, by: &str, script: Script) -> (Gateway, tempfile::TempDir) {
    let gateway = Gateway::open(kind, script).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("site");
    copy_good(&site);
    let stand_in = format!("http://{}", gateway.address());
    let provider = format!("https://{by}.example.cn");
    put_ready(&site, &format!("{by}.toml"), &provider, &stand_in);
    let policy = POLICY.replace("\"voice\"", &format!("\"{by}\""));
    put(&site, "jurisdictions/330624/policies/red.toml", &policy);
    let change = |file: &str, from: &str, to: &str| {
        let path = site.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    };
    let clock = "clock = { start = \"2026-07-15T00:00:00+08:00\", factor = 60 }";
    change("site.toml", clock, "clock = \"wall\"");
    let people = "jurisdictions/330624/people.csv";
    change(people, "phone,substitute", "phone,substitute,contacts");
    change(people, "0000,\n", "0000,,desk\n");
    change(people, "0001,p-duty", &format!("0001,p-duty,{by}"));
    (gateway, folder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_red_reading_calls_a_person_and_their_key_is_the_answer() {
    let (gateway, folder) = stand_in(Script::default()).await;
    let night = Night::begin(folder.path()).await;
    let url = night.receipts().await;
    gateway.rewrite(Script {
        callback: Some(Callback {
            url,
            after: Duration::ZERO,
            copies: 2,
        }),
        ..Script::default()
    });
    night.stage(4_400).await;
    let page = night
        .await_page(|page| page.stage == PageStage::Acked)
        .await;
    assert_eq!(page.to.as_str(), "p-zhao");
    let heard = gateway.record().all();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(
        (heard[0].page.as_str(), heard[0].to.as_str()),
        (page.id.as_str(), "+8613000000001")
    );
    let text = &heard[0].text;
    assert!(
        text.starts_with("〔演示〕红色预警：") && text.contains("江河水位"),
        "{text}"
    );
    night.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_calls_its_person_and_their_key_says_that_they_heard_it() {
    let (gateway, folder) = stand_in(Script::default()).await;
    let night = Night::begin(folder.path()).await;
    gateway.rewrite(Script {
        // The gateway is not well at first, and nobody knows whether the call was made.
        faults: [Fault::Status(503)].into(),
        callback: Some(Callback {
            url: night.receipts().await,
            after: Duration::ZERO,
            copies: 2,
        }),
        ..Script::default()
    });
    night.order("order").await;
    gateway.record().await_count(2).await;
    let task = night.await_task(|task| task.stage == Stage::Seen).await;
    let [call] = &task.calls[..] else {
        panic!("{task:#?}");
    };
    let heard = gateway.record().all();
    let calls: Vec<_> = heard
        .iter()
        .map(|h| (h.page.as_str(), h.to.as_str()))
        .collect();
    assert_eq!(calls, [(call.page.as_str(), "+8613000000001"); 2]);
    assert!(heard[0].text.contains("巡堤"), "{heard:?}");
    assert!(heard[1].text.contains("可能重复"), "{heard:?}");
    // Told twice is known once, and nobody accepts by picking up.
    let kinds: Vec<FactKind> = task.facts.iter().map(|fact| fact.kind).collect();
    assert_eq!(kinds, [FactKind::Issued, FactKind::Seen]);
    night.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_another_carried_is_made_though_that_one_is_answered_elsewhere() {
    let (gateway, folder) = stand_in(Script::default()).await;
    let site = folder.path().join("site");
    let limit = "\n[[limit]]\nchannel = \"voice\"\ncount = 1\nper = \"2s\"\n";
    let policies = format!("{POLICY}{limit}");
    put(&site, "jurisdictions/330624/policies/red.toml", &policies);
    let channel = std::fs::read_to_string(site.join("channels/voice.toml")).unwrap();
    let patient = channel.replace("at_once", "back_off = [\"60s\", \"60s\"]\nat_once");
    put(&site, "channels/voice.toml", &patient);
    let night = Night::begin(folder.path()).await;
    night.order("first").await;
    gateway.record().await_count(1).await;
    gateway.rewrite(Script {
        faults: [Fault::Status(500)].into(),
        ..Script::default()
    });
    // Both wait for the limit, and the later one goes out with the other in it. Its gateway is not well.
    night.order("second").await;
    night.order("third").await;
    gateway.record().await_count(2).await;
    night.accept("third").await;
    gateway.record().await_count(3).await;
    let heard = gateway.record().all();
    let page = |n: usize| heard[n].page.as_str();
    assert!(page(1).starts_with("third."), "{heard:?}");
    assert!(heard[1].text.contains("另有1件"), "{heard:?}");
    assert!(page(2).starts_with("second."), "{heard:?}");
    assert!(!heard[2].text.contains("另有"), "{heard:?}");
    let second = |task: &TaskView| {
        let called = task
            .calls
            .iter()
            .any(|call| call.stage == PageStage::Accepted);
        task.id.as_str().starts_with("second.") && called
    };
    night.await_task(second).await;
    night.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_nobody_knows_of_at_a_stop_is_made_once_more_under_its_id() {
    let script = Script {
        faults: [Fault::Silent].into(),
        ..Script::default()
    };
    let (gateway, folder) = stand_in(script).await;
    let night = Night::begin(folder.path()).await;
    night.stage(4_400).await;
    gateway.record().await_count(1).await;
    // Stopped while the gateway says nothing.
    night.end().await;
    let night = Night::begin(folder.path()).await;
    let accepted = |page: &PageView| page.stage == PageStage::Accepted;
    let page = night.await_page(accepted).await;
    let heard = gateway.record().all();
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert!(
        heard.iter().all(|h| h.page == page.id.as_str()),
        "{heard:?}"
    );
    assert!(heard[1].text.contains("可能重复"), "{heard:?}");
    night.end().await;
    // What has an answer is not made again.
    let night = Night::begin(folder.path()).await;
    night.await_page(accepted).await;
    assert_eq!(gateway.record().all().len(), 2);
    night.end().await;
}

#[test]
fn the_gateways_of_the_demonstration_are_sound_and_on_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    copy_good(folder.path());
    sim::gateways::write_channels(folder.path()).unwrap();
    match site::read_site(folder.path()) {
        Ok(site) => assert_eq!(site.channels.len(), 2),
        Err(found) => panic!("{found}"),
    }
}
