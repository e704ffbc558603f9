//! What people write back to a message, on the real loop: their own fact, or the desk's to read.

use std::time::Duration;

use model::action::Act;
use model::config::Role;
use model::effect::SystemKind;
use model::task::{FactKind, Means, Stage};
use model::view::PageStage;
use model::{Action, JurisdictionSlot};
use sim::gateways::{Callback, Gateway, Kind, Script};
use tempfile::TempDir;

use crate::night::{Night, stand_in_for};

const HERE: JurisdictionSlot = JurisdictionSlot(0);
/// The dam keeper's number as a gateway writes it, and nobody's.
const ZHAO: &str = "8613000000001";
const NOBODY: &str = "13999999999";

/// A night whose people are reached by SMS, and answer with these words.
async fn begin(words: &[&str], copies: usize) -> (Gateway, TempDir, Night) {
    let key = "sms.key".to_owned();
    let (gateway, folder) = stand_in_for(Kind::Sms { key }, "sms", Script::default()).await;
    let night = Night::begin(folder.path()).await;
    join(&gateway, &night, words, copies).await;
    (gateway, folder, night)
}

/// Lets a gateway pass on to a night what people answer.
async fn join(gateway: &Gateway, night: &Night, words: &[&str], copies: usize) {
    let to = |url: String| Callback {
        url,
        after: Duration::ZERO,
        copies,
    };
    let receipts = night.route("sms/receipts?token=sms.receipts").await;
    let replies = night.route("sms/replies?token=sms.receipts").await;
    gateway.rewrite(Script {
        callback: Some(to(receipts)),
        replies: Some(to(replies)),
        words: words.iter().map(|word| Some((*word).to_owned())).collect(),
        ..Script::default()
    });
}

/// Subjects of the notices about replies, and why each reply lies in quarantine, oldest first.
async fn unread(night: &Night) -> (Vec<String>, Vec<String>) {
    let notices = |fleet: &runtime::Fleet| {
        let system = fleet.system(Some(HERE)).into_iter();
        let ours = system.filter(|one| one.kind == SystemKind::ReplyUnread);
        ours.map(|one| one.subject).collect::<Vec<_>>()
    };
    let notices = night.runtime.inbox.ask(notices).await.unwrap();
    let mut kept = night.runtime.quarantine.newest(100).unwrap();
    kept.reverse();
    let by_gateway = kept.into_iter().filter(|one| one.interface == "sms");
    (notices, by_gateway.map(|one| one.reason).collect())
}

async fn kinds(night: &Night, task: &'static str) -> Vec<FactKind> {
    let look = move |fleet: &runtime::Fleet| fleet.task(HERE, &task.into());
    let task = night.runtime.inbox.ask(look).await.unwrap().unwrap();
    task.facts.iter().map(|fact| fact.kind).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_digit_written_back_accepts_the_order_once() {
    let (gateway, _folder, night) = begin(&["1"], 2).await;
    night.order("order").await;
    let task = night.await_task(|task| task.stage == Stage::Accepted).await;
    let heard = gateway.record().all();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].text.contains("接受回1"), "{heard:?}");
    let accepted = task.facts.iter().find(|f| f.kind == FactKind::Accepted);
    let accepted = accepted.unwrap();
    assert_eq!(accepted.by.as_ref().map(|by| by.as_str()), Some("p-zhao"));
    assert_eq!(accepted.means, Means::Phone);
    // Passed on once more a while later: it is the same press.
    gateway
        .write_back(&format!("mo-{}", heard[0].page), ZHAO, "1")
        .await
        .unwrap();
    let all = kinds(&night, "order.p-zhao").await;
    let accepted = all.iter().filter(|kind| **kind == FactKind::Accepted);
    assert_eq!(accepted.count(), 1, "{all:?}");
    assert_eq!(unread(&night).await, (Vec::new(), Vec::new()));
    night.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_digit_written_back_answers_a_call_and_another_asks_for_help() {
    let (_gateway, _folder, night) = begin(&["收到。", "２"], 1).await;
    night.stage(4_400).await;
    let page = night
        .await_page(|page| page.stage == PageStage::Acked)
        .await;
    assert_eq!(page.to.as_str(), "p-zhao");
    night.order("order").await;
    let helped = |task: &model::view::TaskView| task.needs_help;
    let task = night.await_task(helped).await;
    assert!(
        task.facts
            .iter()
            .all(|fact| fact.kind != FactKind::Accepted),
        "{task:?}"
    );
    let county = |fleet: &runtime::Fleet| fleet.county(HERE, fleet.now());
    let county = night.runtime.inbox.ask(county).await.unwrap();
    let situations = county.unwrap().situations;
    let calls: Vec<_> = situations
        .iter()
        .filter(|one| one.manual.is_some())
        .collect();
    assert_eq!(calls.len(), 1, "{situations:?}");
    assert_eq!(unread(&night).await, (Vec::new(), Vec::new()));
    night.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_understands_is_the_desks_to_read() {
    let (gateway, _folder, night) = begin(&[], 2).await;
    gateway.write_back("mo-1", NOBODY, "1").await.unwrap();
    gateway.write_back("mo-2", ZHAO, "1").await.unwrap();
    night.order("order").await;
    gateway.record().await_count(1).await;
    gateway
        .write_back("mo-3", ZHAO, "桥断了，过不去")
        .await
        .unwrap();
    gateway.write_back("mo-4", ZHAO, "1 ffffff").await.unwrap();
    let (notices, reasons) = unread(&night).await;
    assert_eq!(notices, ["sms/", "sms/p-zhao"]);
    assert_eq!(
        reasons,
        [
            "nobody of this site is reached at that number",
            "this channel has asked nobody at that number anything",
            "it is none of the words agreed on",
            "it names a message that did not go to that number",
        ],
        "each once, though each came twice"
    );
    let kept = night.runtime.quarantine.newest(100).unwrap();
    let words = kept.iter().filter_map(|one| one.body.text.as_deref());
    assert!(
        words.into_iter().any(|row| row.contains("桥断了")),
        "{kept:?}"
    );
    let known = kinds(&night, "order.p-zhao").await;
    let said = [FactKind::Accepted, FactKind::Seen, FactKind::NeedHelp];
    assert!(!known.iter().any(|kind| said.contains(kind)), "{known:?}");
    // A person ends the notice, as any other that waits for one.
    let act = Act {
        op: "read".into(),
        by: "p-duty".into(),
        role: Role::DutyOfficer,
        device_at: None,
        action: Action::EndNotice {
            notice: SystemKind::ReplyUnread,
            subject: "sms/p-zhao".to_owned(),
            shown: None,
        },
    };
    night.press(act).await;
    assert_eq!(unread(&night).await.0, ["sms/"]);
    night.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_orders_a_digit_means_neither_and_its_number_tells_which() {
    let (gateway, _folder, night) = begin(&[], 1).await;
    night.order("one").await;
    gateway.record().await_count(1).await;
    night.order("two").await;
    gateway.record().await_count(2).await;
    gateway.write_back("mo-1", ZHAO, "1").await.unwrap();
    let several = "it may answer several messages and names none; its number tells them apart";
    assert_eq!(unread(&night).await.1, [several]);
    let heard = gateway.record().all();
    let second = heard.iter().find(|h| h.page.starts_with("two.")).unwrap();
    let (_, code) = second.text.rsplit_once("编号").unwrap();
    gateway
        .write_back("mo-2", ZHAO, &format!("1 {}", code.trim()))
        .await
        .unwrap();
    assert!(
        kinds(&night, "two.p-zhao")
            .await
            .contains(&FactKind::Accepted)
    );
    assert!(
        !kinds(&night, "one.p-zhao")
            .await
            .contains(&FactKind::Accepted)
    );
    night.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_comes_after_the_end_is_kept_beside_it() {
    let (gateway, _folder, night) = begin(&[], 1).await;
    night.order("order").await;
    gateway.record().await_count(1).await;
    let act = Act {
        op: "off".into(),
        by: "p-duty".into(),
        role: Role::DutyOfficer,
        device_at: None,
        action: Action::CancelCommand {
            command: "order".into(),
            reason: None,
        },
    };
    night.press(act).await;
    let code = {
        let heard = gateway.record().all();
        let (_, code) = heard[0].text.rsplit_once("编号").unwrap();
        code.trim().to_owned()
    };
    gateway
        .write_back("mo-1", ZHAO, &format!("1 {code}"))
        .await
        .unwrap();
    let known = kinds(&night, "order.p-zhao").await;
    assert!(known.contains(&FactKind::Cancelled), "{known:?}");
    assert!(known.contains(&FactKind::Accepted), "{known:?}");
    assert_eq!(unread(&night).await, (Vec::new(), Vec::new()));
    night.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_passed_on_again_after_a_restart_is_of_the_order_it_was_of() {
    let (gateway, folder, night) = begin(&[], 1).await;
    gateway.write_back("mo-0", ZHAO, "1").await.unwrap();
    night.order("one").await;
    gateway.record().await_count(1).await;
    gateway.write_back("mo-1", ZHAO, "1").await.unwrap();
    gateway.write_back("mo-2", ZHAO, "1").await.unwrap();
    let one = kinds(&night, "one.p-zhao").await;
    assert!(one.contains(&FactKind::Accepted), "{one:?}");
    let before = unread(&night).await;
    assert_eq!(before.1.len(), 1, "{before:?}");
    night.end().await;

    let night = Night::begin(folder.path()).await;
    join(&gateway, &night, &[], 1).await;
    night.order("two").await;
    gateway.record().await_count(2).await;
    // One that nobody understood, the answer itself, and what was said once more after it.
    for id in ["mo-0", "mo-1", "mo-2"] {
        gateway.write_back(id, ZHAO, "1").await.unwrap();
    }
    assert_eq!(kinds(&night, "one.p-zhao").await, one);
    let two = kinds(&night, "two.p-zhao").await;
    assert!(!two.contains(&FactKind::Accepted), "{two:?}");
    assert_eq!(unread(&night).await, before);
    gateway.write_back("mo-3", ZHAO, "1").await.unwrap();
    let two = kinds(&night, "two.p-zhao").await;
    assert!(two.contains(&FactKind::Accepted), "{two:?}");
    night.end().await;
}
