//! Plain words for what facts name by codes, in both languages, as the screens say them.

use model::effect::{NoticeReason, SystemKind};
use model::page::Channel;
use model::report::ReportSection;
use model::task::{FactKind, Means, Stage};
use model::view::{CancelReason, RunLine, RunState};

use crate::clocks::{ClockOf, Verdict};
use crate::course::Deed;
use crate::facts::{Counted, Key, Step, Why};
use crate::language::Language;

pub(crate) fn level(level: u8, l: Language) -> &'static str {
    match level {
        1 => l.of("蓝色 Ⅳ", "Blue Ⅳ"),
        2 => l.of("黄色 Ⅲ", "Yellow Ⅲ"),
        3 => l.of("橙色 Ⅱ", "Orange Ⅱ"),
        4 => l.of("红色 Ⅰ", "Red Ⅰ"),
        _ => l.of("无", "none"),
    }
}

/// Response levels: 1 (Ⅰ) to 4 (Ⅳ).
pub(crate) fn response(level: u8, l: Language) -> &'static str {
    match level {
        1 => l.of("Ⅰ级响应", "Response Ⅰ"),
        2 => l.of("Ⅱ级响应", "Response Ⅱ"),
        3 => l.of("Ⅲ级响应", "Response Ⅲ"),
        _ => l.of("Ⅳ级响应", "Response Ⅳ"),
    }
}

pub(crate) fn hazard(word: &str, l: Language) -> &str {
    match word {
        "flood" => l.of("洪水", "Flood"),
        "flash_flood" | "flash-flood" => l.of("山洪", "Flash flood"),
        "rain" | "rainstorm" => l.of("暴雨", "Rainstorm"),
        "landslide" => l.of("滑坡", "Landslide"),
        "reservoir" | "dam" => l.of("水库", "Reservoir"),
        "waterlogging" => l.of("内涝", "Waterlogging"),
        "gas" => l.of("燃气", "Gas"),
        "wind" => l.of("大风", "Wind"),
        "fire" => l.of("火灾", "Fire"),
        "traffic" => l.of("交通事故", "Traffic accident"),
        "other" => l.of("其他险情", "Other danger"),
        "need_help" => l.of("现场求助", "Call for help"),
        "release" => l.of("泄洪", "Flood release"),
        other => other,
    }
}

pub(crate) fn key(key: Key, l: Language) -> &'static str {
    match key {
        Key::FirstSignal => l.of("最早征兆", "First signal"),
        Key::FirstAlarm => l.of("首次报警", "First alarm"),
        Key::WorstLevel => l.of("首次达到最高级别", "Worst level first reached"),
        Key::Acknowledged => l.of("首次确认", "First acknowledged"),
        Key::Decided => l.of("首次决策", "First decision"),
        Key::Commanded => l.of("首道指令下达", "First command told"),
        Key::Accepted => l.of("首次接受任务", "First task accepted"),
        Key::OnScene => l.of("首次到场", "First on scene"),
        Key::Proven => l.of("首次核实完成", "First proven done"),
        Key::AllProven => l.of("全部核实完成", "All proven done"),
        Key::Reported => l.of("首次上报", "First reported upward"),
    }
}

pub(crate) fn counted(what: Counted, l: Language) -> String {
    let word = match what {
        Counted::Alarms(of) => {
            return match l {
                Language::Chinese => format!("报警，最高{}", level(of.digit(), l)),
                Language::English => format!("Alarms, at worst {}", level(of.digit(), l)),
            };
        }
        Counted::Readings => l.of("收到的读数", "Readings"),
        Counted::Late => l.of("迟到的读数", "Late readings"),
        Counted::Refused => l.of("拒收的报文", "Messages refused"),
        Counted::Repeated => l.of("重复的报文", "Messages repeated"),
        Counted::AtOnce => l.of("最重时刻同时在警", "Alarms at once, at the worst"),
        Counted::Situations => l.of("态势", "Situations"),
        Counted::Told => l.of("告知（响铃）", "Notices to people"),
        Counted::Acknowledged => l.of("已确认的报警", "Alarms acknowledged"),
        Counted::Commands => l.of("指令", "Commands"),
        Counted::Tasks => l.of("任务（一人一项）", "Tasks, one a person"),
        Counted::Answered => l.of("有应答的任务", "Tasks answered"),
        Counted::NoReply => l.of("逾时无应答的任务", "Tasks without a reply in time"),
        Counted::OnScene => l.of("到场的任务", "Tasks on scene"),
        Counted::Verified => l.of("核实完成的任务", "Tasks proven done"),
        Counted::HelpCalls => l.of("现场求助", "Calls for help"),
        Counted::Decisions => l.of("决策（含决定不响应）", "Decisions, not to act included"),
        Counted::Reports => l.of("上报", "Reports sent upward"),
        Counted::ClocksKept => l.of("按时的时限", "Clocks kept"),
        Counted::ClocksMissed => l.of("超时的时限", "Clocks missed"),
        Counted::LateEvidence => l.of("迟到证据", "Late evidence"),
        Counted::BlindSpots => l.of("盲区", "Blind spots"),
        Counted::SightLost => l.of("失联的报警站点", "Sight lost in alarm"),
        Counted::InterfacesDown => l.of("接口中断", "Interfaces down"),
    };
    word.to_owned()
}

pub(crate) fn fact(kind: FactKind, l: Language) -> String {
    let word = match kind {
        FactKind::Issued => l.of("已下达", "Issued"),
        FactKind::Delivered => l.of("已送达", "Delivered"),
        FactKind::Seen => l.of("已看到", "Seen"),
        FactKind::Accepted => l.of("已接受", "Accepted"),
        FactKind::Declined => l.of("拒绝", "Declined"),
        FactKind::EnRoute => l.of("在路上", "En route"),
        FactKind::OnScene => l.of("已到场", "On scene"),
        FactKind::Working { percent } => {
            return match l {
                Language::Chinese => format!("处置中 {percent}%"),
                Language::English => format!("Working, {percent} %"),
            };
        }
        FactKind::Done => l.of("报完成", "Reported done"),
        FactKind::Verified => l.of("已核实", "Verified"),
        FactKind::Rejected => l.of("退回重做", "Rejected"),
        FactKind::NeedHelp => l.of("请求支援", "Needs help"),
        FactKind::NoReply => l.of("逾时无应答", "No reply in time"),
        FactKind::Escalated { step: 1 } => l.of("系统再次提醒", "Reminded by the system"),
        FactKind::Escalated { step: 2 } => l.of("系统通知替补", "Substitute told by the system"),
        FactKind::Escalated { .. } => l.of("系统通知值班台", "Desk told by the system"),
        FactKind::Cancelled => l.of("已撤销", "Cancelled"),
        FactKind::CancelSeen => l.of("已知悉撤销", "End noted"),
        FactKind::Superseded => l.of("被新指令取代", "Superseded"),
        FactKind::Reassigned => l.of("已改派", "Reassigned"),
        FactKind::Called => l.of("值班台去电", "Called by the desk"),
        FactKind::Postponed { minutes } => {
            return match l {
                Language::Chinese => format!("推后 {minutes} 分钟"),
                Language::English => format!("Postponed {minutes} min"),
            };
        }
        FactKind::Hastened => l.of("提前催办", "Hastened"),
        FactKind::CheckedIn { .. } => l.of("队伍报平安", "Crew checked in"),
        FactKind::CrewWarned { .. } => l.of("队伍将逾时", "Crew nearly overdue"),
        FactKind::CrewCritical { .. } => l.of("队伍逾时", "Crew overdue"),
        FactKind::Photo => l.of("照片送到", "Picture came in"),
        FactKind::NotReached => l.of("值班台去电无人接", "Called by the desk, nobody picked up"),
    };
    word.to_owned()
}

pub(crate) fn stage(stage: Stage, l: Language) -> &'static str {
    match stage {
        Stage::Issued => l.of("已下达", "Issued"),
        Stage::NoReply => l.of("无应答", "No reply"),
        Stage::Delivered => l.of("已送达", "Delivered"),
        Stage::Seen => l.of("已看到", "Seen"),
        Stage::Declined => l.of("拒绝", "Declined"),
        Stage::Accepted => l.of("已接受", "Accepted"),
        Stage::EnRoute => l.of("在路上", "En route"),
        Stage::OnScene => l.of("已到场", "On scene"),
        Stage::Working => l.of("处置中", "Working"),
        Stage::Done => l.of("报完成", "Reported done"),
        Stage::Verified => l.of("已核实", "Verified"),
        Stage::Cancelled => l.of("已撤销", "Cancelled"),
        Stage::Superseded => l.of("已被新指令取代", "Superseded"),
        Stage::Reassigned => l.of("已改派", "Reassigned"),
    }
}

pub(crate) fn step(step: Step, l: Language) -> &'static str {
    match step {
        Step::Delivered => l.of("送达", "Delivered"),
        Step::Seen => l.of("看到", "Seen"),
        Step::Answered => l.of("应答", "Answered"),
        Step::OnScene => l.of("到场", "On scene"),
        Step::Done => l.of("报完成", "Done"),
        Step::Verified => l.of("核实", "Verified"),
    }
}

/// A step of a call: the same steps, by what a telephone does.
pub(crate) fn called(of: Step, l: Language) -> &'static str {
    match of {
        Step::Seen => l.of("看到、接听", "Seen, picked up"),
        Step::Delivered | Step::Answered | Step::OnScene | Step::Done | Step::Verified => {
            step(of, l)
        }
    }
}

pub(crate) fn run_state(state: RunState, l: Language) -> &'static str {
    match state {
        RunState::Running => l.of("仍在呼叫", "Still calling"),
        RunState::Satisfied => l.of("已有应答", "Answered"),
        RunState::Exhausted => l.of("都叫过了，无人应答", "All called, nobody answered"),
        RunState::Cancelled => l.of("不再需要", "No longer needed"),
    }
}

pub(crate) fn run_line(line: &RunLine, l: Language) -> String {
    let chinese = l == Language::Chinese;
    match line {
        RunLine::Began { .. } => l.of("开始呼叫", "Began to call").to_owned(),
        RunLine::Step { step, called, .. } if chinese => format!("第 {step} 步，呼叫 {called} 人"),
        RunLine::Step { step, called, .. } => format!("Step {step}: {called} called"),
        RunLine::Empty { step, .. } if chinese => format!("第 {step} 步没有人可叫"),
        RunLine::Empty { step, .. } => format!("Step {step} had nobody to call"),
        RunLine::Refused { step, .. } if chinese => {
            format!("第 {step} 步的人都拒绝或叫不到，提前下一步")
        }
        RunLine::Refused { step, .. } => {
            format!("Everybody of step {step} said no or could not be reached: the next at once")
        }
        RunLine::Recovered { called, .. } if chinese => {
            format!("恢复后补叫错过的各步，{called} 人")
        }
        RunLine::Recovered { called, .. } => {
            format!("Missed steps taken as one after an outage: {called} called")
        }
        RunLine::ClockMissed { step } if chinese => format!("第 {step} 步法定时限已过，无人应答"),
        RunLine::ClockMissed { step } => {
            format!("The clock of the law at step {step} ran out unanswered")
        }
        RunLine::Widened { called } if chinese => format!("扩大范围，补叫 {called} 人"),
        RunLine::Widened { called } => format!("Newly concerned: {called} called"),
        RunLine::Satisfied => l
            .of("已有应答，停止呼叫", "Answered: calls ended")
            .to_owned(),
        RunLine::Exhausted { called } if chinese => {
            format!("各步用尽，无人应答，最后呼叫 {called} 人")
        }
        RunLine::Exhausted { called } => {
            format!("Every step used up, nobody answered: {called} called last")
        }
        RunLine::Cancelled { why } => cancelled(*why, l).to_owned(),
        RunLine::Answered { ack: true, .. } => l.of("代记应答", "Answer recorded").to_owned(),
        RunLine::Answered { ack: false, .. } => l.of("代记拒绝", "Refusal recorded").to_owned(),
    }
}

fn cancelled(why: CancelReason, l: Language) -> &'static str {
    match why {
        CancelReason::NothingLoud => l.of("警情已结束，停止呼叫", "Nothing stands any more: ended"),
        CancelReason::Superseded => l.of("另一轮呼叫取代", "Superseded by other calls"),
        CancelReason::Merged => l.of("并入更大的态势", "Merged into a larger situation"),
        CancelReason::Ended => l.of("人工停止", "Ended by a person"),
    }
}

pub(crate) fn means(means: Means, l: Language) -> &'static str {
    match means {
        Means::App => l.of("本人手机", "own phone"),
        Means::Phone => l.of("电话代记", "by telephone"),
        Means::Radio => l.of("电台代记", "by radio"),
        Means::InPerson => l.of("当面代记", "in person"),
        Means::System => l.of("系统", "system"),
    }
}

pub(crate) fn channel(channel: Channel, l: Language) -> &'static str {
    match channel {
        Channel::Desk => l.of("值班台", "Desk"),
        Channel::Push => l.of("手机推送", "Push"),
        Channel::Robot => l.of("群机器人", "Chat robot"),
        Channel::Sms => l.of("短信", "SMS"),
        Channel::Voice => l.of("电话", "Voice call"),
        Channel::Mail => l.of("邮件", "Mail"),
        Channel::Loudspeaker => l.of("大喇叭", "Loudspeaker"),
    }
}

pub(crate) fn clock(clock: ClockOf, l: Language) -> &'static str {
    match clock {
        ClockOf::Answer => l.of("应答", "Answer"),
        ClockOf::Move => l.of("出发", "Under way"),
        ClockOf::Update => l.of("定时报进展", "Update"),
        ClockOf::Arrive => l.of("到场", "Arrive"),
        ClockOf::Done => l.of("完成", "Done"),
        ClockOf::Verify => l.of("核实", "Verify"),
        ClockOf::Lease => l.of("确认后须有进展", "Progress after acknowledging"),
        ClockOf::Legal => l.of("法定叫应时限", "Clock of the law: leader reached"),
        ClockOf::Decide => l.of("预警转决策", "Decide on a warning"),
        ClockOf::Report => l.of("上报", "Report upward"),
    }
}

pub(crate) fn verdict(verdict: Verdict, l: Language) -> &'static str {
    match verdict {
        Verdict::Kept => l.of("按时", "Kept"),
        Verdict::Missed => l.of("超时", "Missed"),
        Verdict::Running => l.of("未到期", "Running"),
        Verdict::Void => l.of("不再需要", "No longer owed"),
    }
}

pub(crate) fn reason(reason: NoticeReason, l: Language) -> &'static str {
    match reason {
        NoticeReason::New => l.of("新态势", "new"),
        NoticeReason::Rise => l.of("升级", "rise"),
        NoticeReason::Spread => l.of("扩散到新乡镇", "spread"),
        NoticeReason::People => l.of("受威胁人数增加", "more people at risk"),
        NoticeReason::Repeat => l.of("无人确认，再响", "repeat, nobody acknowledged"),
        NoticeReason::LeaseLapsed => l.of("确认过期", "acknowledgement lapsed"),
        NoticeReason::SuppressionEnded => l.of("静默结束仍在警", "quiet ended, still standing"),
        NoticeReason::AfterRestart => l.of("重启后补告", "after a restart"),
    }
}

pub(crate) fn notice(kind: SystemKind, l: Language) -> &'static str {
    match kind {
        SystemKind::SightLost => l.of("报警站点失联", "Sight lost"),
        SystemKind::LinkDown => l.of("链路中断", "Link down"),
        SystemKind::ClockStepped => l.of("系统时钟跳变", "System clock stepped"),
        SystemKind::Unanswered => l.of("任务无人应答", "Task unanswered"),
        SystemKind::NeedHelp => l.of("现场求助", "Need help"),
        SystemKind::DiskFull => l.of("磁盘将满", "Disk nearly full"),
        SystemKind::BlindSpot => l.of("盲区", "Blind spot"),
        SystemKind::InterfaceDown => l.of("接口中断", "Interface down"),
        SystemKind::UnstableSignal => l.of("信号不稳", "Unstable signal"),
        SystemKind::SuppressionEnding => l.of("静默将结束", "Quiet about to end"),
        SystemKind::FloodMode => l.of("报警洪水", "Alarm flood"),
        SystemKind::RulesRefused => l.of("规则未采用", "Rules refused"),
        SystemKind::RuleFailing => l.of("规则算不出", "Rule failing"),
        SystemKind::SensorRepair => l.of("传感器待修", "Sensor repair"),
        SystemKind::CrewOverdue => l.of("队伍逾时未报", "Crew overdue"),
        SystemKind::Undecided => l.of("有预警、逾时未决策", "Warning undecided"),
        SystemKind::ReportOverdue => l.of("上报逾时", "Report overdue"),
        SystemKind::EmptyStep => l.of("呼叫这一步没有人可叫", "A step had nobody to call"),
        SystemKind::CallsExhausted => l.of("都叫过了，无人应答", "All called, nobody answered"),
        SystemKind::LegalClock => l.of("法定时限已过，无人应答", "Legal clock ran out unanswered"),
        SystemKind::CoverageGap => l.of("值班缺人", "Gap in the roster"),
        SystemKind::NotSignedIn => l.of("到点未签到", "Nobody signed in"),
        SystemKind::HandoverOpen => l.of("未交接班", "Handover open"),
        SystemKind::ChannelLost => l.of("通道全部不通", "A channel reaches nobody"),
        SystemKind::ReplyUnread => l.of("回信看不懂", "A reply nobody can read"),
        SystemKind::JournalBroken => l.of("日志旧段损坏", "An old part of the journal is damaged"),
    }
}

pub(crate) fn deed(deed: Deed, l: Language) -> String {
    let word = match deed {
        Deed::Acknowledge => l.of("确认", "Acknowledged"),
        Deed::Truth => l.of("研判", "Judged"),
        Deed::Reset => l.of("复位", "Reset"),
        Deed::Command => l.of("下指令", "Commanded"),
        Deed::Confirm => l.of("按人数确认指令", "Command confirmed by number"),
        Deed::Approve => l.of("第二人核准", "Second person agreed or not"),
        Deed::Stop => l.of("停下指令", "Command stopped"),
        Deed::Cancel => l.of("作废指令", "Command cancelled"),
        Deed::Reassign => l.of("改派", "Reassigned"),
        Deed::Hasten => l.of("提前催办", "Hastened"),
        Deed::Postpone => l.of("推后催办", "Postponed"),
        Deed::Open => l.of("接报开态势", "Situation opened by hand"),
        Deed::Grade => l.of("改级别", "Graded"),
        Deed::Close => l.of("结束态势", "Situation closed"),
        Deed::Respond(of) => {
            return match l {
                Language::Chinese => format!("决定{}", response(of, l)),
                Language::English => format!("Decided: {}", response(of, l)),
            };
        }
        Deed::NotAct => l.of("决定不响应", "Decided not to act"),
        Deed::OpenIncident => l.of("开事件", "Incident opened"),
        Deed::Gather => l.of("归入事件", "Gathered into the incident"),
        Deed::SignIn => l.of("签到上岗", "Signed in"),
        Deed::Handover => l.of("交接班签字", "Signed the handover"),
        Deed::RollCall => l.of("点名", "Called the roll"),
        Deed::Note => l.of("记事", "Noted"),
        Deed::Merge => l.of("并入事件", "Merged"),
        Deed::CloseIncident => l.of("结束事件", "Incident closed"),
        Deed::Report => l.of("上报", "Reported upward"),
        Deed::Loss => l.of("报灾情", "Losses reported"),
        Deed::Apart => l.of("认定不是重复统计", "Found not to be counted twice"),
        Deed::Unsure => l.of("重新存疑是否重复统计", "Double count in question again"),
        Deed::Quiet => l.of("静默", "Kept quiet"),
        Deed::EndQuiet => l.of("解除静默", "Quiet ended"),
        Deed::Notice => l.of("处理提示", "Notice dealt with"),
        Deed::Weather => l.of("登记或解除气象预警", "Weather warning entered or lifted"),
        Deed::Event => l.of("记录险情", "Event kept or dropped"),
        Deed::Mark => l.of("标记", "Marked"),
    };
    word.to_owned()
}

pub(crate) fn why(why: Why, l: Language) -> &'static str {
    match why {
        Why::FirstAlarm => l.of("首次报警", "First alarm"),
        Why::Worst => l.of("最重时刻", "The worst moment"),
        Why::OnScene => l.of("首次到场", "First on scene"),
        Why::End => l.of("区间结束", "End of the interval"),
        Why::Asked => l.of("指定时刻", "As asked"),
    }
}

/// The title of a section.
pub(crate) fn section(section: ReportSection, l: Language) -> &'static str {
    match section {
        ReportSection::Summary => l.of("概况", "Summary"),
        ReportSection::Course => l.of("经过", "Course"),
        ReportSection::Response => l.of("响应与到达", "Response and reach"),
        ReportSection::Loss => l.of("转移与损失", "People moved and losses"),
        ReportSection::Lessons => l.of("问题与建议", "Lessons"),
    }
}
