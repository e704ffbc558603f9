//! What a page is about, in few words of both languages, as the loop knows it at this moment.

use model::config::Text;
use model::effect::SystemKind;
use model::page::About;
use model::task::Stage;
use model::{JurisdictionSlot, SituationId, TaskId};
use runtime::Fleet;

use super::board::{Subject, Withdrawn};

/// The words for what `about` names; `also` counts in the page itself.
pub(super) fn subject(fleet: &Fleet, slot: JurisdictionSlot, about: &About) -> Option<Subject> {
    let config = fleet.config(slot)?;
    let (text, withdrawn) = match about {
        About::Situation(id) => (of_situation(fleet, slot, *id)?, None),
        About::Task(id) => of_task(fleet, slot, id)?,
        About::Notice { kind, subject } => (of_notice(*kind, subject), None),
        About::RollCall(_) | About::Test(_) => (Text::default(), None),
    };
    Some(Subject {
        zh: text.zh,
        en: text.en,
        withdrawn,
        demo: config.demo,
        drill: config.drill.is_some(),
        jurisdiction: config.code.clone(),
    })
}

/// Where, what the worst of it is, and how much of it there is.
fn of_situation(fleet: &Fleet, slot: JurisdictionSlot, id: SituationId) -> Option<Text> {
    let mut situation = fleet.situation(slot, id)?;
    // What was merged is told of where it belongs now.
    if let Some(into) = situation.merged_into {
        situation = fleet.situation(slot, into).unwrap_or(situation);
    }
    let worst = situation.members.first();
    let worst = worst.and_then(|key| fleet.alarm(slot, *key));
    let rule = worst.map_or_else(|| Text::same(&situation.hazard), |alarm| alarm.title);
    let place = &situation.area.title;
    let count = situation.active;
    let (mut zh, mut en) = (
        format!("{} {}", place.zh, rule.zh),
        format!("{}: {}", place.en, rule.en),
    );
    if count > 1 {
        zh.push_str(&format!("，{count}处"));
        en.push_str(&format!(", {count} alarms"));
    }
    Some(Text { zh, en })
}

/// What is to be done and where the danger is; and how it was taken back, where it was.
fn of_task(
    fleet: &Fleet,
    slot: JurisdictionSlot,
    id: &TaskId,
) -> Option<(Text, Option<Withdrawn>)> {
    let task = fleet.task(slot, id)?;
    let command = fleet.command(slot, &task.command)?;
    let mut text = command.title;
    let alarm = command.alarm.and_then(|key| fleet.alarm(slot, key));
    let stations = fleet.config(slot).map(|config| &config.stations);
    let place = alarm
        .zip(stations)
        .and_then(|(alarm, stations)| stations.iter().find(|station| station.id == alarm.station));
    if let Some(place) = place {
        text.zh = format!("{}（{}）", text.zh, place.name.zh);
        text.en = format!("{} ({})", text.en, place.name.en);
    }
    Some((text, withdrawn(task.stage)))
}

fn withdrawn(stage: Stage) -> Option<Withdrawn> {
    match stage {
        Stage::Cancelled => Some(Withdrawn::Cancelled),
        Stage::Superseded => Some(Withdrawn::Superseded),
        Stage::Reassigned => Some(Withdrawn::Reassigned),
        Stage::Issued
        | Stage::NoReply
        | Stage::Delivered
        | Stage::Seen
        | Stage::Declined
        | Stage::Accepted
        | Stage::EnRoute
        | Stage::OnScene
        | Stage::Working
        | Stage::Done
        | Stage::Verified => None,
    }
}

fn of_notice(kind: SystemKind, subject: &str) -> Text {
    let (zh, en) = match kind {
        SystemKind::SightLost => ("{s} 报警中没有数据了", "{s}: no readings while in alarm"),
        SystemKind::LinkDown => ("接口 {s} 断开", "interface {s} is cut off"),
        SystemKind::ClockStepped => ("服务器时钟被拨动", "the server's clock jumped"),
        SystemKind::Unanswered => ("{s} 一直没有应答", "{s} has not answered"),
        SystemKind::NeedHelp => ("{s} 要帮助", "{s} needs help"),
        SystemKind::DiskFull => ("磁盘将满", "the disk is nearly full"),
        SystemKind::BlindSpot => (
            "{s} 没有数据，周围在报警",
            "{s} is quiet while its neighbours are in alarm",
        ),
        SystemKind::InterfaceDown => (
            "接口 {s} 的大多数站没了数据",
            "most gauges of interface {s} went quiet",
        ),
        SystemKind::UnstableSignal => ("{s} 信号来回跳", "the signal of {s} swings"),
        SystemKind::SuppressionEnding => ("一项静默快到期", "a suppression is about to end"),
        SystemKind::FloodMode => (
            "报警过多，已改为汇总",
            "more alarms than can be read one by one",
        ),
        SystemKind::RulesRefused => ("新的规则文件没有采用", "new rule files were not taken over"),
        SystemKind::RuleFailing => ("{s} 规则算式出错", "the expression of {s} errs"),
        SystemKind::SensorRepair => ("{s} 传感器待修", "the sensor of {s} wants repair"),
        SystemKind::CrewOverdue => ("{s} 现场没有报平安", "{s} has not checked in"),
        SystemKind::Undecided => ("预警未按时研判", "a warning has become no decision in time"),
        SystemKind::ReportOverdue => ("该报的信息逾期未报", "a report is owed and late"),
        SystemKind::EmptyStep => (
            "呼叫第 {s} 步无人可叫",
            "a step of the calls had nobody: {s}",
        ),
        SystemKind::CallsExhausted => (
            "逐级呼叫已用完，无人应答",
            "every call was made and nobody answered",
        ),
        SystemKind::LegalClock => ("法定时限内无人应答", "a legal clock ran out unanswered"),
        SystemKind::CoverageGap => ("{s} 岗值班有空缺", "post {s} has a gap ahead"),
        SystemKind::NotSignedIn => ("{s} 岗无人签到", "nobody signed in at {s}"),
        SystemKind::ChannelLost => ("{s} 全部不通", "{s} reaches nobody"),
        SystemKind::JournalBroken => (
            "日志旧段损坏，请运行 watchfire verify",
            "an old part of the journal is damaged: run watchfire verify",
        ),
        SystemKind::ReplyUnread => ("回信看不懂：{s}", "a reply nobody can read: {s}"),
        SystemKind::HandoverOpen => ("{s} 岗交接班未完成", "the handover of {s} is open"),
    };
    Text::new(&zh.replace("{s}", subject), &en.replace("{s}", subject))
}
