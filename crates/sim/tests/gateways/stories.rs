use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use links::senders::push::{Keys, Subscription};
use model::PageFact;
use model::page::Channel;
use sim::gateways::{Callback, Fault, Gateway, Heard, Kind, MailFault, MailSink, Script};
use tower::ServiceExt as _;

use crate::office::{House, Office};

fn failed(why: &str) -> PageFact {
    PageFact::Failed {
        why: why.to_owned(),
    }
}

fn no_way(why: &str) -> PageFact {
    PageFact::NoWay {
        why: why.to_owned(),
    }
}

fn accepted(reference: Option<&str>) -> PageFact {
    PageFact::Accepted {
        reference: reference.map(str::to_owned),
    }
}

fn sms() -> Kind {
    Kind::Sms {
        key: "sms.key".to_owned(),
    }
}

fn voice() -> Kind {
    Kind::Voice {
        key: "voice.key".to_owned(),
    }
}

fn faulty(faults: &[Fault]) -> Script {
    Script {
        faults: faults.iter().copied().collect(),
        ..Script::default()
    }
}

async fn sms_house(script: Script) -> (Gateway, House) {
    let gateway = Gateway::open(sms(), script).await.unwrap();
    let stand_in = format!("http://{}", gateway.address());
    let house = House::with("sms.toml", "https://sms.example.cn", &stand_in);
    house.open();
    (gateway, house)
}

#[tokio::test]
async fn an_sms_is_taken_once_and_says_what_it_is_about() {
    let (gateway, house) = sms_house(Script::default()).await;
    house.page("r1.1.0.p7.sms", Channel::Sms, "p7");
    let facts = [PageFact::Sent, accepted(Some("s-1"))];
    house.office.await_facts("r1.1.0.p7.sms", &facts).await;
    // In hand or done, the same page is not sent again.
    house.page("r1.1.0.p8.sms", Channel::Sms, "p8");
    house.page("r1.1.0.p8.sms", Channel::Sms, "p8");
    house.office.await_facts("r1.1.0.p8.sms", &facts).await;
    let heard = gateway.record().all();
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert_eq!(heard[0].page, "r1.1.0.p7.sms");
    assert_eq!(heard[0].to, "+8613000000007");
    let text = &heard[0].text;
    assert!(
        text.starts_with("【新昌应急】〔演示〕红色预警：镜岭镇"),
        "{text}"
    );
    assert!(text.chars().count() <= 70, "one message: {text}");
}

#[tokio::test]
async fn each_robot_admits_its_own_signature() {
    for (file, provider, kind) in [
        (
            "dingtalk.toml",
            "https://oapi.dingtalk.com",
            Kind::DingTalk {
                token: "dingtalk.token".to_owned(),
                secret: "dingtalk.sign".to_owned(),
            },
        ),
        (
            "wecom.toml",
            "https://qyapi.weixin.qq.com",
            Kind::WeCom {
                key: "wecom.key".to_owned(),
            },
        ),
        (
            "feishu.toml",
            "https://open.feishu.cn",
            Kind::Feishu {
                hook: "feishu.hook".to_owned(),
                secret: "feishu.sign".to_owned(),
            },
        ),
    ] {
        let wrong = match kind.clone() {
            Kind::DingTalk { token, .. } => Kind::DingTalk {
                token,
                secret: "another".to_owned(),
            },
            Kind::Feishu { hook, .. } => Kind::Feishu {
                hook,
                secret: "another".to_owned(),
            },
            Kind::WeCom { .. } | Kind::Sms { .. } | Kind::Voice { .. } | Kind::Push => {
                Kind::WeCom {
                    key: "another".to_owned(),
                }
            }
        };
        let gateway = Gateway::open(kind, faulty(&[Fault::Later])).await.unwrap();
        let stand_in = format!("http://{}", gateway.address());
        let house = House::with(file, provider, &stand_in);
        house.open();
        house.page("a", Channel::Robot, "p7");
        house
            .office
            .await_facts("a", &[PageFact::Sent, accepted(None)])
            .await;
        let heard = gateway.record().all();
        let answered: Vec<&str> = heard.iter().map(|h| h.answered).collect();
        assert_eq!(answered, ["later", "accepted"], "{file}");
        assert!(
            heard[0].text.starts_with("【烽火】〔演示〕红色预警"),
            "{file}: {heard:?}"
        );
        assert!(heard[1].text.contains("可能重复"), "{file}: {heard:?}");

        let gateway = Gateway::open(wrong, Script::default()).await.unwrap();
        let stand_in = format!("http://{}", gateway.address());
        let house = House::with(file, provider, &stand_in);
        house.open();
        house.page("a", Channel::Robot, "p7");
        house
            .office
            .await_that("a", |f| matches!(f, [_, PageFact::Failed { .. }]))
            .await;
        assert_eq!(
            gateway.record().all().len(),
            1,
            "{file}: a definite no is not repeated"
        );
    }
}

#[tokio::test]
async fn what_nobody_knows_is_sent_again_under_the_same_id() {
    for fault in [
        Fault::Silent,
        Fault::Status(500),
        Fault::Status(429),
        Fault::Later,
    ] {
        let (gateway, house) = sms_house(faulty(&[fault])).await;
        house.page("a", Channel::Sms, "p7");
        let facts = [PageFact::Sent, accepted(Some("s-1"))];
        house.office.await_facts("a", &facts).await;
        let heard = gateway.record().all();
        assert_eq!(heard.len(), 2, "{fault:?}: {heard:?}");
        assert_eq!((heard[0].page.as_str(), heard[1].page.as_str()), ("a", "a"));
        assert!(!heard[0].text.contains("可能重复") && heard[1].text.contains("可能重复"));
    }
}

#[tokio::test]
async fn a_page_fails_when_the_attempts_are_used_up_or_the_answer_is_no() {
    let (gateway, house) = sms_house(faulty(&[Fault::Status(503); 9])).await;
    house.page("a", Channel::Sms, "p7");
    let why = failed("no answer in 4 attempts: HTTP 503");
    house.office.await_facts("a", &[PageFact::Sent, why]).await;
    assert_eq!(gateway.record().all().len(), 4);
    gateway.rewrite(faulty(&[Fault::Status(400)]));
    house.page("b", Channel::Sms, "p7");
    let why = failed("HTTP 400");
    house.office.await_facts("b", &[PageFact::Sent, why]).await;
    assert_eq!(
        gateway.record().all().len(),
        5,
        "a definite no is not repeated"
    );
    // Nobody there at all.
    drop(gateway);
    house.page("c", Channel::Sms, "p7");
    house
        .office
        .await_that("c", |facts| {
            let [_, PageFact::Failed { why }] = facts else {
                return false;
            };
            why.starts_with("no answer in 4 attempts")
        })
        .await;
    // No way to try.
    let stranger = no_way("not in the people file");
    let closed = failed("no gateway for this channel");
    for (id, channel, to, fact) in [
        ("d", Channel::Sms, "stranger", stranger),
        ("e", Channel::Voice, "p7", closed),
    ] {
        house.page(id, channel, to);
        house.office.await_facts(id, &[fact]).await;
    }
    house.page("f", Channel::Desk, "p7");
    house
        .office
        .await_facts("f", &[PageFact::Sent, accepted(None)])
        .await;
}

#[tokio::test]
async fn who_answered_meanwhile_is_not_called_again() {
    let (gateway, house) = sms_house(faulty(&[Fault::Silent])).await;
    house.page("a", Channel::Sms, "p7");
    gateway.record().await_count(1).await;
    // Acknowledged on another channel while the gateway says nothing.
    house.office.call_off("a");
    house.page("b", Channel::Sms, "p8");
    house.office.await_settled(1).await;
    while house.senders.in_hand(Channel::Sms) > 0 {
        tokio::task::yield_now().await;
    }
    let pages: Vec<String> = gateway.record().all().into_iter().map(|h| h.page).collect();
    assert_eq!(pages, ["a", "b"]);
    assert_eq!(house.office.facts("a"), [PageFact::Sent]);
}

/// A house whose receipts are taken by a listener of its own.
async fn with_receipts(
    kind: Kind,
    file: &str,
    provider: &str,
    script: Script,
) -> (Gateway, House, Callback) {
    let gateway = Gateway::open(kind, Script::default()).await.unwrap();
    let stand_in = format!("http://{}", gateway.address());
    let house = House::with(file, provider, &stand_in);
    house.open();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = house.senders.routes();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let id = file.trim_end_matches(".toml");
    let callback = Callback {
        url: format!("http://{address}/api/v1/channels/{id}/receipts?token={id}.receipts"),
        after: Duration::ZERO,
        copies: 1,
    };
    gateway.rewrite(Script {
        callback: Some(callback.clone()),
        ..script
    });
    (gateway, house, callback)
}

#[tokio::test]
async fn keys_pressed_on_a_call_come_back_as_answers() {
    let script = Script {
        keys: [Some('1'), Some('2'), None].into(),
        ..Script::default()
    };
    let provider = "https://voice.example.cn";
    let (_gateway, house, _) = with_receipts(voice(), "voice.toml", provider, script).await;
    for (id, said) in [
        ("yes", vec![PageFact::Seen, PageFact::Acked]),
        ("no", vec![PageFact::Seen, PageFact::Declined]),
        ("silence", vec![failed("/state is no_answer")]),
    ] {
        house.page(id, Channel::Voice, "p7");
        // A receipt may overtake the answer to the call it belongs to.
        let all = |facts: &[PageFact]| said.iter().all(|fact| facts.contains(fact));
        house.office.await_that(id, all).await;
        house
            .office
            .await_that(id, |f| f.len() == said.len() + 2)
            .await;
    }
}

#[tokio::test]
async fn receipts_that_are_slow_doubled_or_lost_change_nothing_else() {
    let provider = "https://sms.example.cn";
    let (gateway, house, callback) =
        with_receipts(sms(), "sms.toml", provider, Script::default()).await;
    gateway.rewrite(Script {
        callback: Some(Callback {
            after: Duration::from_millis(300),
            copies: 3,
            ..callback.clone()
        }),
        ..Script::default()
    });
    house.page("a", Channel::Sms, "p7");
    let facts = [PageFact::Sent, accepted(Some("s-1")), PageFact::Delivered];
    house.office.await_facts("a", &facts).await;
    gateway.rewrite(Script::default());
    house.page("b", Channel::Sms, "p8");
    house.office.await_facts("b", &facts[..2]).await;
    assert_eq!(gateway.record().all().len(), 2);
    // A week later, and for a page that nobody knows.
    let routes = house.senders.routes();
    let post = |token: &str, body: &str| {
        let request = Request::post(format!("/api/v1/channels/sms/receipts?token={token}"))
            .body(Body::from(body.to_owned()))
            .unwrap();
        let routes = routes.clone();
        async move { routes.oneshot(request).await.unwrap().status() }
    };
    let late =
        r#"{"reports":[{"custom_id":"a","status":"DELIVRD"},{"sid":"s-1","status":"DELIVRD"}]}"#;
    assert_eq!(post("sms.receipts", late).await, StatusCode::OK);
    let stranger = r#"{"reports":[{"custom_id":"x","status":"DELIVRD"}]}"#;
    assert_eq!(post("sms.receipts", stranger).await, StatusCode::NOT_FOUND);
    assert_eq!(post("guessed", late).await, StatusCode::UNAUTHORIZED);
    assert_eq!(post("sms.receipts", "<x/>").await, StatusCode::BAD_REQUEST);
    let nowhere = Request::post("/api/v1/channels/fax/receipts?token=x");
    let nowhere = routes.clone().oneshot(nowhere.body(Body::empty()).unwrap());
    assert_eq!(nowhere.await.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(house.office.facts("a"), facts);
}

#[tokio::test]
async fn a_mail_carries_the_page_as_its_own_id() {
    let faults = [MailFault::Later, MailFault::Cut];
    let sink = MailSink::open(faults).await.unwrap();
    let stand_in = format!("smtp://{}", sink.address());
    let house = House::with("mail.toml", "smtps://mail.example.cn", &stand_in);
    house.open();
    house.page("r1.1.0.p7.mail", Channel::Mail, "p7");
    let facts = [PageFact::Sent, accepted(Some("2.0.0 queued as 4711"))];
    house.office.await_facts("r1.1.0.p7.mail", &facts).await;
    let heard = sink.record().all();
    let answered: Vec<&str> = heard.iter().map(|h| h.answered).collect();
    assert_eq!(answered, ["later", "silence", "accepted"]);
    let same = |h: &Heard| h.page == "r1.1.0.p7.mail" && h.to == "p7@example.cn";
    assert!(heard.iter().all(same), "{heard:?}");

    let sink = MailSink::open([MailFault::NoMailbox]).await.unwrap();
    let stand_in = format!("smtp://{}", sink.address());
    let house = House::with("mail.toml", "smtps://mail.example.cn", &stand_in);
    house.open();
    house.page("b", Channel::Mail, "p7");
    house
        .office
        .await_facts("b", &[PageFact::Sent, failed("SMTP 550")])
        .await;
    assert_eq!(sink.record().all().len(), 1);
}

#[tokio::test]
async fn a_push_wakes_every_phone_and_forgets_those_that_are_gone() {
    let gateway = Gateway::open(Kind::Push, Script::default()).await.unwrap();
    let house = House::with("push.toml", "mailto:duty", "mailto:duty");
    house.open();
    house.page("a", Channel::Push, "p7");
    let nobody = "no phone has asked to be woken";
    house
        .office
        .await_facts("a", &[PageFact::Sent, no_way(nobody)])
        .await;
    let phone = |n: usize| {
        Subscription {
        endpoint: format!("http://{}/phone/{n}", gateway.address()),
        keys: Keys {
            p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".to_owned(),
            auth: "BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
        },
    }
    };
    let phones = house.senders.subscriptions();
    for n in 0..2 {
        phones
            .subscribe("330624", &"p7".into(), phone(n), house.reach())
            .unwrap();
    }
    gateway.rewrite(faulty(&[Fault::Status(410)]));
    house.page("b", Channel::Push, "p7");
    house
        .office
        .await_facts("b", &[PageFact::Sent, accepted(None)])
        .await;
    house.page("c", Channel::Push, "p7");
    house
        .office
        .await_facts("c", &[PageFact::Sent, accepted(None)])
        .await;
    let to: Vec<String> = gateway.record().all().into_iter().map(|h| h.to).collect();
    assert_eq!(to, ["/phone/0", "/phone/1", "/phone/1"]);
}

#[tokio::test]
async fn at_the_bound_pages_wait_in_the_engine_and_none_is_lost_or_doubled() {
    let gateway = Gateway::open(sms(), Script::default()).await.unwrap();
    let stand_in = format!("http://{}", gateway.address());
    let house = House::bounded("sms.toml", "https://sms.example.cn", &stand_in, 8);
    for n in 0..100 {
        house.page(&format!("page-{n:03}"), Channel::Sms, &format!("p{n}"));
    }
    assert_eq!(
        house.senders.in_hand(Channel::Sms),
        8,
        "the rest was not taken"
    );
    house.open();
    house.office.await_settled(100).await;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for heard in gateway.record().all() {
        *seen.entry(heard.page).or_default() += 1;
    }
    assert_eq!(seen.len(), 100);
    assert!(seen.values().all(|count| *count == 1), "{seen:?}");
}

#[tokio::test]
async fn a_made_up_site_speaks_to_this_machine_alone() {
    let gateway = Gateway::open(sms(), Script::default()).await.unwrap();
    let stand_in = format!("http://{}", gateway.address());
    let house = House::with("sms.toml", "https://sms.example.cn", &stand_in);
    // As if the check of the files had been got round.
    let file = house.folder.path().join("channels/sms.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let far = text.replace(&stand_in, "http://192.0.2.1");
    std::fs::write(&file, far).unwrap();
    assert!(site::read_site(house.folder.path()).is_err());
    let phone = Subscription {
        endpoint: "https://push.example.net/a".to_owned(),
        keys: Keys {
            p256dh: String::new(),
            auth: String::new(),
        },
    };
    let phones = house.senders.subscriptions();
    let noted = phones.subscribe("330624", &"p7".into(), phone, house.reach());
    assert!(noted.is_err());
    let _office: Arc<Office> = Arc::clone(&house.office);
}
