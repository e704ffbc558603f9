//! What a page says: short enough for one SMS, the worst first, and what is asked of its reader.

use model::config::Text;
use model::drill;
use model::page::About;
use model::page::Channel;
use model::{Level, Page, PageId};
use protocols::gateway::{Gateway, Language, Replies, Word};
use sha2::{Digest as _, Sha256};

use super::board::Subject;

/// The words of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// One line that says what it is about.
    pub(crate) title: String,
    pub(crate) text: String,
    /// A few characters by which people tell one page from another.
    pub(crate) code: String,
}

/// What a gateway asks of people in words of its own.
#[derive(Clone, Copy, Default)]
pub(crate) struct Asks<'a> {
    /// What they write back; absent: they open the app.
    replies: Option<&'a Replies>,
    /// The key of a call by which they ask for help at a task.
    help: Option<&'a str>,
}

impl Asks<'_> {
    pub(crate) fn of(gateway: &Gateway) -> Asks<'_> {
        let says = gateway.receipts.iter().flat_map(|r| &r.says);
        let mut keys = says.flat_map(|says| &says.task_words);
        let help = keys.find(|(_, word)| *word == Word::NeedHelp);
        Asks {
            replies: gateway.replies.as_ref(),
            help: help.map(|(key, _)| key.as_str()),
        }
    }

    /// What people are told to write back to a page; a test, and the end of a task, ask as everywhere.
    fn text(&self, about: &About, is_end: bool) -> Option<&Text> {
        let replies = self.replies?;
        match about {
            About::Task(_) => (!is_end).then_some(&replies.task_ask),
            About::Situation(_) | About::Notice { .. } | About::RollCall(_) => Some(&replies.ask),
            About::Test(_) => None,
        }
    }
}

/// Characters of a Chinese text: one SMS has 70, of which the sender's name takes some.
const LONGEST_ZH: usize = 62;
/// Characters of an English text: one SMS has 160.
const LONGEST_EN: usize = 150;

/// The words of a page.
pub(crate) fn words(
    page: &Page,
    repeat: bool,
    subject: &Subject,
    language: Language,
    asks: Asks<'_>,
) -> Words {
    let code = code_of(&page.id);
    let zh = || spoken(page, repeat, subject, (&code, asks), &ZH);
    let en = || spoken(page, repeat, subject, (&code, asks), &EN);
    let (title, text) = match language {
        Language::Zh => zh(),
        Language::En => en(),
        Language::Both => {
            let ((zh_title, zh_text), (en_title, en_text)) = (zh(), en());
            (
                format!("{zh_title} {en_title}"),
                format!("{zh_text}\n{en_text}"),
            )
        }
    };
    Words { title, text, code }
}

/// Six digits of a hash: the same for the same page.
pub(super) fn code_of(page: &PageId) -> String {
    let digest = Sha256::digest(page.as_str().as_bytes());
    hex::encode(&digest[..3])
}

/// The words of one language.
struct Tongue {
    longest: usize,
    subject: fn(&Subject) -> &str,
    own: fn(&Text) -> &str,
    /// Around the key that asks for help.
    help: (&'static str, &'static str),
    drill: &'static str,
    demo: &'static str,
    repeat: &'static str,
    /// Blue, yellow, orange, red.
    levels: [&'static str; 4],
    task: &'static str,
    /// The same of blue, yellow, orange, red.
    tasks: [&'static str; 4],
    /// Cancelled, superseded, given to another.
    withdrawn: [&'static str; 3],
    notice: &'static str,
    roll_call: &'static str,
    test: &'static str,
    press: &'static str,
    press_task: &'static str,
    press_withdrawn: &'static str,
    press_here: &'static str,
    press_test: &'static str,
    open: &'static str,
    open_task: &'static str,
    open_withdrawn: &'static str,
    open_here: &'static str,
    open_test: &'static str,
    /// In front of the code.
    number: &'static str,
    stop: &'static str,
    /// What was bundled with it, around the number.
    also: (&'static str, &'static str),
}

const ZH: Tongue = Tongue {
    longest: LONGEST_ZH,
    subject: |subject| &subject.zh,
    own: |text| &text.zh,
    help: ("要支援请按", "。"),
    drill: drill::MARK_ZH,
    demo: "〔演示〕",
    repeat: "〔可能重复〕",
    levels: ["蓝色预警：", "黄色预警：", "橙色预警：", "红色预警："],
    task: "任务：",
    tasks: ["蓝色任务：", "黄色任务：", "橙色任务：", "红色任务："],
    withdrawn: [
        "任务取消，不用再去：",
        "此令作废，以新令为准：",
        "任务已改派他人，不用再去：",
    ],
    notice: "系统：",
    roll_call: "查岗",
    test: "通道测试",
    press: "确认请按1，不能处理请按2。",
    press_task: "收到请按1，不能去请按2。",
    press_withdrawn: "知道了请按1。",
    press_here: "在岗请按1。",
    press_test: "听到请按1。",
    open: "请打开烽火确认。",
    open_task: "请打开烽火接受任务。",
    open_withdrawn: "请打开烽火点知道了。",
    open_here: "请打开烽火签到。",
    open_test: "收到无需处理。",
    number: "编号",
    stop: "。",
    also: ("，另有", "件"),
};

const EN: Tongue = Tongue {
    longest: LONGEST_EN,
    subject: |subject| &subject.en,
    own: |text| &text.en,
    help: (" Press ", " if you need help."),
    drill: drill::MARK_EN,
    demo: "[DEMO] ",
    repeat: "[repeat?] ",
    levels: [
        "Blue warning: ",
        "Yellow warning: ",
        "Orange warning: ",
        "Red warning: ",
    ],
    task: "Task: ",
    tasks: [
        "Blue task: ",
        "Yellow task: ",
        "Orange task: ",
        "Red task: ",
    ],
    withdrawn: [
        "Task cancelled, do not go: ",
        "Order void, a new one follows: ",
        "Task given to another, do not go: ",
    ],
    notice: "System: ",
    roll_call: "Roll-call",
    test: "Channel test",
    press: " Press 1 to acknowledge, 2 if you cannot.",
    press_task: " Press 1 if you heard it, 2 if you cannot go.",
    press_withdrawn: " Press 1 if you heard it.",
    press_here: " Press 1 if you are at your post.",
    press_test: " Press 1 if you heard it.",
    open: " Open Watchfire to acknowledge.",
    open_task: " Open Watchfire to accept.",
    open_withdrawn: " Open Watchfire to confirm.",
    open_here: " Open Watchfire to sign in.",
    open_test: " Nothing to do.",
    number: " No. ",
    stop: ".",
    also: (", and ", " more"),
};

/// Title and text in one language.
fn spoken(
    page: &Page,
    repeat: bool,
    subject: &Subject,
    (code, asks): (&str, Asks<'_>),
    tongue: &Tongue,
) -> (String, String) {
    let back = subject.withdrawn.map(|how| tongue.withdrawn[how as usize]);
    let about = match &page.about {
        About::Situation(_) => "",
        About::Task(_) => back.unwrap_or_else(|| {
            let coloured = page.level.map(|level| tongue.tasks[Level::index(level)]);
            coloured.unwrap_or(tongue.task)
        }),
        About::Notice { .. } => tongue.notice,
        About::RollCall(_) => tongue.roll_call,
        About::Test(_) => tongue.test,
    };
    let by_voice = page.channel == Channel::Voice;
    let ask = match (&page.about, by_voice) {
        (About::Situation(_) | About::Notice { .. }, true) => tongue.press,
        (About::Situation(_) | About::Notice { .. }, false) => tongue.open,
        (About::Task(_), true) if back.is_some() => tongue.press_withdrawn,
        (About::Task(_), false) if back.is_some() => tongue.open_withdrawn,
        (About::Task(_), true) => tongue.press_task,
        (About::Task(_), false) => tongue.open_task,
        (About::RollCall(_), true) => tongue.press_here,
        (About::RollCall(_), false) => tongue.open_here,
        (About::Test(_), true) => tongue.press_test,
        (About::Test(_), false) => tongue.open_test,
    };
    let own = asks.text(&page.about, back.is_some()).map(tongue.own);
    let ask = own.unwrap_or(ask);
    let help = asks.help.filter(|_| by_voice && back.is_none());
    let help = help.filter(|_| matches!(page.about, About::Task(_)));
    let mut head = String::new();
    if subject.drill {
        head.push_str(tongue.drill);
    }
    if subject.demo {
        head.push_str(tongue.demo);
    }
    if repeat {
        head.push_str(tongue.repeat);
    }
    let of_task = matches!(page.about, About::Task(_));
    if let Some(level) = page.level.filter(|_| !of_task) {
        head.push_str(tongue.levels[Level::index(level)]);
    }
    head.push_str(about);
    // What is read aloud needs no number, and a loudspeaker asks nobody to press a key.
    let mut tail = String::new();
    if !page.also.is_empty() {
        let (before, behind) = tongue.also;
        tail.push_str(&format!("{before}{}{behind}", page.also.len()));
    }
    tail.push_str(tongue.stop);
    if page.channel != Channel::Loudspeaker {
        tail.push_str(ask);
        if let Some(key) = help {
            let (before, behind) = tongue.help;
            tail.push_str(&format!("{before}{key}{behind}"));
        }
    }
    if !by_voice && page.channel != Channel::Loudspeaker {
        tail.push_str(tongue.number);
        tail.push_str(code);
    }
    let room = tongue
        .longest
        .saturating_sub(head.chars().count() + tail.chars().count());
    let what = cut((tongue.subject)(subject), room);
    (format!("{head}{what}"), format!("{head}{what}{tail}"))
}

/// The beginning of a text that fits, with `…` where something was cut off.
fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(room.saturating_sub(1)).collect();
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::super::board::Withdrawn;
    use super::*;
    use model::{OpId, PageId, PersonId, SituationId, TaskId};

    fn page(channel: Channel, about: About, level: Option<Level>) -> Page {
        Page {
            id: PageId("p-1".to_owned()),
            to: PersonId::from("p-zhao"),
            channel,
            about,
            level,
            repeat: false,
            also: Vec::new(),
        }
    }

    fn subject(zh: &str, en: &str) -> Subject {
        Subject {
            zh: zh.to_owned(),
            en: en.to_owned(),
            ..Subject::default()
        }
    }

    #[track_caller]
    fn check(page: &Page, language: Language, expected: &str) {
        let subject = subject("镜岭镇 江河水位，3处", "Jingling: river stage, 3 places");
        assert_eq!(
            words(page, false, &subject, language, Asks::default()).text,
            expected
        );
    }

    #[test]
    fn a_page_says_how_bad_where_and_what_to_do() {
        let about = || About::Situation(SituationId(1));
        let sms = page(Channel::Sms, about(), Some(Level::Red));
        check(
            &sms,
            Language::Zh,
            "红色预警：镜岭镇 江河水位，3处。请打开烽火确认。编号1dee6e",
        );
        check(
            &sms,
            Language::En,
            "Red warning: Jingling: river stage, 3 places. Open Watchfire to acknowledge. No. 1dee6e",
        );
        let voice = page(Channel::Voice, about(), Some(Level::Orange));
        check(
            &voice,
            Language::Zh,
            "橙色预警：镜岭镇 江河水位，3处。确认请按1，不能处理请按2。",
        );
        let speaker = page(Channel::Loudspeaker, about(), Some(Level::Red));
        check(&speaker, Language::Zh, "红色预警：镜岭镇 江河水位，3处。");
        let task = page(Channel::Sms, About::Task(TaskId::from("c.p")), None);
        check(
            &task,
            Language::Zh,
            "任务：镜岭镇 江河水位，3处。请打开烽火接受任务。编号1dee6e",
        );
        let call = page(
            Channel::Voice,
            About::Task(TaskId::from("c.p")),
            Some(Level::Red),
        );
        check(
            &call,
            Language::Zh,
            "红色任务：镜岭镇 江河水位，3处。收到请按1，不能去请按2。",
        );
    }

    #[test]
    fn a_task_taken_back_says_how() {
        let call = page(
            Channel::Voice,
            About::Task(TaskId::from("c.p")),
            Some(Level::Red),
        );
        let check = |how: Withdrawn, expected: &str| {
            let subject = Subject {
                withdrawn: Some(how),
                ..subject("转移群众（镜岭站）", "Evacuate (Jingling)")
            };
            assert_eq!(
                words(&call, false, &subject, Language::Both, Asks::default()).text,
                expected
            );
        };
        check(
            Withdrawn::Cancelled,
            "任务取消，不用再去：转移群众（镜岭站）。知道了请按1。\n\
             Task cancelled, do not go: Evacuate (Jingling). Press 1 if you heard it.",
        );
        check(
            Withdrawn::Superseded,
            "此令作废，以新令为准：转移群众（镜岭站）。知道了请按1。\n\
             Order void, a new one follows: Evacuate (Jingling). Press 1 if you heard it.",
        );
        check(
            Withdrawn::Reassigned,
            "任务已改派他人，不用再去：转移群众（镜岭站）。知道了请按1。\n\
             Task given to another, do not go: Evacuate (Jingling). Press 1 if you heard it.",
        );
    }

    #[test]
    fn what_was_bundled_is_counted() {
        let mut sms = page(
            Channel::Sms,
            About::Situation(SituationId(1)),
            Some(Level::Red),
        );
        sms.also = vec![
            About::Situation(SituationId(2)),
            About::Situation(SituationId(3)),
        ];
        let words = words(
            &sms,
            false,
            &subject("甲镇", "A"),
            Language::Both,
            Asks::default(),
        );
        assert!(
            words.text.starts_with("红色预警：甲镇，另有2件。请"),
            "{words:?}"
        );
        assert!(
            words.text.contains("Red warning: A, and 2 more. Open"),
            "{words:?}"
        );
    }

    #[test]
    fn the_longest_names_still_fit_one_message() {
        let long = subject(&"长".repeat(200), &"long ".repeat(80));
        for about in [
            About::Situation(SituationId(1)),
            About::Task(TaskId::from("c.p")),
            About::RollCall(OpId::from("o")),
            About::Test(OpId::from("o")),
        ] {
            for channel in Channel::ALL {
                let page = page(channel, about.clone(), Some(Level::Orange));
                let subject = Subject {
                    demo: true,
                    drill: true,
                    ..long.clone()
                };
                let zh = words(&page, true, &subject, Language::Zh, Asks::default()).text;
                assert!(zh.chars().count() <= LONGEST_ZH, "{zh}");
                let en = words(&page, true, &subject, Language::En, Asks::default()).text;
                assert!(en.chars().count() <= LONGEST_EN, "{en}");
            }
        }
    }

    #[test]
    fn a_drill_says_so_before_everything_else() {
        let page = page(
            Channel::Sms,
            About::Situation(SituationId(1)),
            Some(Level::Red),
        );
        let subject = Subject {
            demo: true,
            drill: true,
            ..subject("甲", "a")
        };
        for channel in Channel::ALL {
            let page = Page {
                channel,
                ..page.clone()
            };
            let told = words(&page, true, &subject, Language::Both, Asks::default());
            for text in [&told.title, &told.text] {
                assert!(text.starts_with("【演练】〔演示〕"), "{told:?}");
                assert!(text.contains("[DRILL] [DEMO] "), "{told:?}");
            }
        }
    }

    #[test]
    fn what_is_made_up_or_may_come_twice_says_so_first() {
        let page = page(
            Channel::Sms,
            About::Situation(SituationId(1)),
            Some(Level::Red),
        );
        let subject = Subject {
            demo: true,
            ..subject("甲", "a")
        };
        let words = words(&page, true, &subject, Language::Both, Asks::default());
        assert!(
            words.text.starts_with("〔演示〕〔可能重复〕红色预警：甲"),
            "{words:?}"
        );
        assert!(
            words.text.contains("[DEMO] [repeat?] Red warning: a."),
            "{words:?}"
        );
    }
}
