// Plain words for what the wire names by codes. One place, so that every screen says the same.
import { i18n } from "@lingui/core";
import type { Why } from "../wire/acts";
import type { DeedKind } from "../wire/replay";
import type {
  Certainty,
  Channel,
  CrewKind,
  Doubt,
  Fact,
  Freshness,
  Level,
  Means,
  NoticeReason,
  PageStage,
  PersonView,
  Quality,
  QuietKind,
  RunView,
  Stage,
  StepKind,
  SystemKind,
  Truth,
} from "../wire/view";
import { say } from "./i18n";

export const ROMAN: Record<Level, string> = { 1: "Ⅳ", 2: "Ⅲ", 3: "Ⅱ", 4: "Ⅰ" };

/** What the desk did, in a word. */
export function deedName(kind: DeedKind): string {
  switch (kind) {
    case "command":
      return i18n.t("指令");
    case "cancel":
      return i18n.t("作废指令");
    case "acknowledge":
      return i18n.t("确认");
    case "truth":
      return i18n.t("研判");
    case "reset":
      return i18n.t("复位");
    case "quiet":
      return i18n.t("静默等");
    case "notice":
      return i18n.t("了结提示");
    case "mark":
      return i18n.t("标记");
    case "decide":
      return i18n.t("决策");
  }
}

export function levelName(level: Level): string {
  switch (level) {
    case 1:
      return i18n.t("蓝色 Ⅳ");
    case 2:
      return i18n.t("黄色 Ⅲ");
    case 3:
      return i18n.t("橙色 Ⅱ");
    case 4:
      return i18n.t("红色 Ⅰ");
  }
}

export function hazardName(hazard: string): string {
  switch (hazard) {
    case "flood":
      return i18n.t("洪水");
    case "flash_flood":
    case "flash-flood":
      return i18n.t("山洪");
    case "rain":
    case "rainstorm":
      return i18n.t("暴雨");
    case "landslide":
      return i18n.t("滑坡");
    case "reservoir":
    case "dam":
      return i18n.t("水库");
    case "waterlogging":
      return i18n.t("内涝");
    case "gas":
      return i18n.t("燃气");
    case "wind":
      return i18n.t("大风");
    case "fire":
      return i18n.t("火灾");
    case "traffic":
      return i18n.t("交通事故");
    case "other":
      return i18n.t("其他险情");
    case "need_help":
      return i18n.t("现场求助");
    case "release":
      return i18n.t("泄洪");
    default:
      return hazard;
  }
}

export function stageName(stage: Stage, percent?: number | null): string {
  switch (stage) {
    case "issued":
      return i18n.t("已下达");
    case "no_reply":
      return i18n.t("无应答");
    case "delivered":
      return i18n.t("已送达");
    case "seen":
      return i18n.t("已看到");
    case "declined":
      return i18n.t("拒绝");
    case "accepted":
      return i18n.t("已接受");
    case "en_route":
      return i18n.t("在路上");
    case "on_scene":
      return i18n.t("已到场");
    case "working":
      return percent === null || percent === undefined
        ? i18n.t("处置中")
        : i18n.t("处置中 {percent}%", { percent });
    case "done":
      return i18n.t("报完成");
    case "verified":
      return i18n.t("已核实");
    case "cancelled":
      return i18n.t("已撤销");
    case "superseded":
      return i18n.t("已被新指令取代");
    case "reassigned":
      return i18n.t("已改派");
  }
}

export function crewName(timer: CrewKind): string {
  switch (timer) {
    case "personnel":
      return i18n.t("人员清点");
    case "vehicle":
      return i18n.t("车辆");
    case "commander":
      return i18n.t("带队人");
    case "exposure":
      return i18n.t("暴露时间");
    case "rotation":
      return i18n.t("轮换");
  }
}

interface FactWords {
  fact: Fact["fact"];
  percent?: number;
  step?: number;
  minutes?: number;
  timer?: CrewKind;
}

export function factName(fact: FactWords): string {
  const crew = fact.timer ? crewName(fact.timer) : "";
  switch (fact.fact) {
    case "working":
      return i18n.t("处置中 {percent}%", { percent: fact.percent ?? 0 });
    case "rejected":
      return i18n.t("退回，未核实");
    case "need_help":
      return i18n.t("要帮助");
    case "not_reached":
      return i18n.t("没联系上");
    case "escalated":
      if (fact.step === 1) return i18n.t("自动：再次提醒");
      if (fact.step === 2) return i18n.t("自动：通知代班人");
      return i18n.t("自动：报告值班台");
    case "cancel_seen":
      return i18n.t("已看到撤销");
    case "called":
      return i18n.t("值班台在打电话");
    case "postponed":
      return i18n.t("值班台推迟 {n} 分钟", { n: fact.minutes ?? 0 });
    case "hastened":
      return i18n.t("值班台提前做下一步");
    case "checked_in":
      return i18n.t("报平安：{crew}", { crew });
    case "crew_warned":
      return i18n.t("自动：该报平安（{crew}）", { crew });
    case "crew_critical":
      return i18n.t("自动：没报平安（{crew}），报告值班台", { crew });
    case "photo":
      return i18n.t("照片送到");
    default:
      return stageName(fact.fact);
  }
}

export function stepName(step: StepKind): string {
  switch (step) {
    case "remind":
      return i18n.t("再次提醒本人");
    case "substitute":
      return i18n.t("通知代班人");
    case "tell_desk":
      return i18n.t("报告值班台");
    case "update_due":
      return i18n.t("该报进展");
    case "arrive_due":
      return i18n.t("该到场");
    case "done_due":
      return i18n.t("该完成");
    case "verify_due":
      return i18n.t("该核实");
    case "move_due":
      return i18n.t("该出发");
    case "crew_warning":
      return i18n.t("提醒报平安");
    case "crew_critical":
      return i18n.t("没报平安，报告值班台");
  }
}

export function overdueName(step: StepKind): string {
  switch (step) {
    case "remind":
    case "substitute":
    case "tell_desk":
      return i18n.t("逾期未应答");
    case "update_due":
      return i18n.t("逾期未报进展");
    case "arrive_due":
      return i18n.t("逾期未到场");
    case "done_due":
      return i18n.t("逾期未完成");
    case "verify_due":
      return i18n.t("逾期未核实");
    case "move_due":
      return i18n.t("逾期未出发");
    case "crew_warning":
    case "crew_critical":
      return i18n.t("没有报平安");
  }
}

export function meansName(means: Means): string {
  switch (means) {
    case "app":
      return i18n.t("手机端");
    case "phone":
      return i18n.t("电话");
    case "radio":
      return i18n.t("电台");
    case "in_person":
      return i18n.t("当面");
    case "system":
      return i18n.t("系统");
  }
}

export function freshnessWords(freshness: Freshness, age: string): string | null {
  switch (freshness) {
    case "fresh":
      return null;
    case "never":
      return i18n.t("还没有数据");
    case "late":
      return i18n.t("迟到，{age}前的数", { age });
    case "stale":
      return i18n.t("没有新数据 {age}", { age });
    case "dead":
      return i18n.t("失联 {age}", { age });
  }
}

/** The same in a word or two, for lists. */
export function freshnessShort(freshness: Freshness): string {
  switch (freshness) {
    case "fresh":
      return i18n.t("有数");
    case "never":
      return i18n.t("从未有数");
    case "late":
      return i18n.t("迟到");
    case "stale":
      return i18n.t("没有新数据");
    case "dead":
      return i18n.t("失联");
  }
}

/** What kind of station it is; its own word where nothing better is known. */
export function stationKind(kind: string): string {
  switch (kind) {
    case "river":
      return i18n.t("河道站");
    case "rain":
      return i18n.t("雨量站");
    case "reservoir":
      return i18n.t("水库站");
    case "landslide":
      return i18n.t("滑坡监测点");
    case "gas":
      return i18n.t("气体监测点");
    case "wind":
      return i18n.t("测风站");
    default:
      return kind;
  }
}

/** What a surveyed fact of a station is called; its own name where nothing better is known. */
export function attributeName(attribute: string): string {
  switch (attribute) {
    case "warning_stage":
      return i18n.t("警戒水位");
    case "guarantee_stage":
      return i18n.t("保证水位");
    case "flood_limit_stage":
      return i18n.t("汛限水位");
    case "meiyu_limit_stage":
      return i18n.t("梅汛期汛限水位");
    case "typhoon_limit_stage":
      return i18n.t("台汛期汛限水位");
    case "normal_stage":
      return i18n.t("正常蓄水位");
    case "flood_high_stage":
      return i18n.t("防洪高水位");
    case "design_stage":
      return i18n.t("设计洪水位");
    case "v0":
      return i18n.t("匀速变形速率");
    default:
      return attribute;
  }
}

export function qualityName(quality: Quality): string {
  switch (quality) {
    case "good":
      return i18n.t("好");
    case "doubtful":
      return i18n.t("可疑");
    case "bad":
      return i18n.t("剔除");
    case "missing":
      return i18n.t("缺");
  }
}

export function truthName(truth: Truth): string {
  switch (truth) {
    case "unverified":
      return i18n.t("未核实");
    case "true":
      return i18n.t("属实");
    case "false":
      return i18n.t("误报");
    case "test":
      return i18n.t("测试");
    case "duplicate":
      return i18n.t("重复");
  }
}

/** What keeps something quiet, as a word; `flood` is the whole desk's flood mode. */
export function quietName(kind: QuietKind | "flood"): string {
  switch (kind) {
    case "shelved":
      return i18n.t("搁置");
    case "inhibited":
      return i18n.t("抑制");
    case "silenced":
      return i18n.t("静默");
    case "maintenance":
      return i18n.t("检修");
    case "out_of_service":
      return i18n.t("停用");
    case "flapping":
      return i18n.t("不稳");
    case "flood":
      return i18n.t("限流");
  }
}

export function doubtSentence(doubt: Doubt): string {
  switch (doubt) {
    case "source":
      return i18n.t("站自己说这个数不可信。");
    case "clock":
      return i18n.t("站的时钟走快了，时间不可信。");
    case "jump":
      return i18n.t("跳变：比上一个数变得太快。");
    case "stuck":
      return i18n.t("卡滞：数一直不动。");
    case "out_of_range":
      return i18n.t("超出仪器量程。");
    case "oscillating":
      return i18n.t("来回跳，比自然变化快。");
    case "maintenance":
      return i18n.t("站在检修。");
  }
}

export function certaintySentence(certainty: Certainty): string {
  switch (certainty) {
    case "a":
      return i18n.t("A：原文核对过");
    case "b":
      return i18n.t("B：公开的转述");
    case "c":
      return i18n.t("C：业内常识");
    case "t":
      return i18n.t("T：本系统默认值，使用前须确认");
    case "unsaid":
      return i18n.t("没有写明出处");
  }
}

export function noticeName(reason: NoticeReason): string {
  switch (reason) {
    case "new":
      return i18n.t("新态势");
    case "rise":
      return i18n.t("级别上升");
    case "spread":
      return i18n.t("新乡镇");
    case "people":
      return i18n.t("风险人口大增");
    case "repeat":
      return i18n.t("没人确认，再报");
    case "lease_lapsed":
      return i18n.t("确认后没有进展");
    case "suppression_ended":
      return i18n.t("静默到期仍在");
    case "after_restart":
      return i18n.t("重启后补报");
  }
}

export function systemSentence(kind: SystemKind, subject: string, age: string): string {
  switch (kind) {
    case "sight_lost":
      return i18n.t("{subject} 报警中没有数据了，已 {age}。报警保留，不是平安。", { subject, age });
    case "link_down":
      return i18n.t("接口 {subject} 断开 {age}，那里的站此刻看不见。", { subject, age });
    case "clock_stepped":
      return i18n.t("服务器时钟被拨动过，请核对时间。");
    case "unanswered":
      return i18n.t("{subject} 一直没有应答，自动步骤已用完，请打电话。", { subject });
    case "need_help":
      return i18n.t("{subject} 要帮助，已 {age}。请马上联系。", { subject, age });
    case "disk_full":
      return i18n.t("磁盘将满，读数在排队，报警和指令照常。请管理员清理。");
    case "reply_unread":
      return i18n.t("{subject}回了信，看不懂是什么意思，已 {age}。请看原文，打电话问清楚。", {
        subject,
        age,
      });
    case "journal_broken":
      return i18n.t("日志的旧段与写下时不符。判断照常；请管理员运行 watchfire verify，保留证据。");
    case "blind_spot":
      return i18n.t("{subject} 没有数据 {age}，周围的站在报警：盲区，不是平安。", { subject, age });
    case "interface_down":
      return i18n.t("接口 {subject} 的大多数站一起没了数据，已 {age}。", { subject, age });
    case "unstable_signal":
      return i18n.t("{subject} 的信号来回跳，已 {age}，请安排检修探头。", { subject, age });
    case "sensor_repair":
      return i18n.t("{subject} 的探头待检修，已 {age}。修好了再结束这一条。", { subject, age });
    case "suppression_ending":
      return i18n.t("{subject} 快到期了；到期还在报警的会马上响。", { subject });
    case "flood_mode":
      return i18n.t("汇总模式，已 {age}。", { age });
    case "rules_refused":
      return i18n.t("新的规则文件没有采用，仍按旧的判。请管理员打开规则页看哪里不对。");
    case "rule_failing":
      return i18n.t("{subject}：算式出错，那里这条规则没有在判。请管理员看规则文件。", { subject });
    case "undecided":
      return i18n.t("{subject} 到时还没有决定，已 {age}。请定响应级别，或写明不响应的理由。", {
        subject,
        age,
      });
    case "report_overdue":
      return i18n.t("{subject} 过了时限还没有报，已 {age}。", { subject, age });
    case "crew_overdue":
      return i18n.t("{subject} 在现场没有报平安，已 {age}。请马上联系。", { subject, age });
    case "empty_step":
      return i18n.t("{subject}：这一步没有人可叫，已直接进到下一步。请看值班表和联系方式。", {
        subject,
      });
    case "calls_exhausted":
      return i18n.t("{subject}：叫了所有人都没有应答，已 {age}。请立刻处置。", { subject, age });
    case "legal_clock":
      return i18n.t("{subject}：规定时限已到，带班领导还没有接到电话，已 {age}。", {
        subject,
        age,
      });
    case "coverage_gap":
      return i18n.t("{subject}：往后几天的值班有空缺，请排人。", { subject });
    case "not_signed_in":
      return i18n.t("{subject}：这一班还没有人签到，已 {age}。", { subject, age });
    case "channel_lost":
      return i18n.t(
        "{subject}全部不通：发出的都没有回执，已 {age}。有别的通道的已改叫，没有的请派人或转邻村。",
        {
          subject,
          age,
        },
      );
    case "handover_open":
      return i18n.t("{subject}：已到换班时间，还没有交接完，上一班仍在岗，已 {age}。", {
        subject,
        age,
      });
    default:
      return i18n.t("系统报警 {kind}：{subject}", { kind, subject });
  }
}

export function whySentence(why: Why | string): string {
  switch (why) {
    case "no_such_alarm":
      return i18n.t("没有这条报警。");
    case "no_such_task":
      return i18n.t("没有这个任务。");
    case "no_such_command":
      return i18n.t("没有这条指令。");
    case "no_such_template":
      return i18n.t("没有这个模板。");
    case "no_such_person":
      return i18n.t("没有这个人。");
    case "nobody_to_reach":
      return i18n.t("选的组里没有人，没有任何人收到任何东西。");
    case "not_your_task":
      return i18n.t("这不是你的任务。");
    case "role_not_allowed":
      return i18n.t("你的角色不能做这件事。");
    case "alarm_not_open":
      return i18n.t("这条报警已经结束。");
    case "task_closed":
      return i18n.t("任务已结束，这一条没有计入。");
    case "not_done_yet":
      return i18n.t("本人还没有报完成。");
    case "verifier_is_doer":
      return i18n.t("做的人不能自己核实，请另一个人来。");
    case "proof_missing":
      return i18n.t("报完成要有照片或见证人。");
    case "bad_percent":
      return i18n.t("进度要在 0 到 100 之间。");
    case "no_such_notice":
      return i18n.t("这条系统报警已经结束。");
    case "no_such_situation":
      return i18n.t("这个态势已经结束。");
    case "no_such_station":
      return i18n.t("没有这个站。");
    case "no_such_suppression":
      return i18n.t("台账里已经没有这一条。");
    case "too_long":
      return i18n.t("时间太长：静默最长 12 小时，含红色最长 2 小时；搁置到本班结束为止。");
    case "not_in_future":
      return i18n.t("结束时间已经过了。");
    case "matches_everything":
      return i18n.t("没有限定范围，会把全县静默，不能这样做。");
    case "approver_is_owner":
      return i18n.t("要由另一个人同意，不能是本人。");
    case "nothing_to_approve":
      return i18n.t("没有等着同意的事。");
    case "duplicate_of_itself":
      return i18n.t("一条报警不能是它自己的重复。");
    case "no_such_warning":
      return i18n.t("这条天气预警已经结束。");
    case "no_such_event":
      return i18n.t("没有这个事件。");
    case "too_many":
      return i18n.t("已经记满了，先清掉旧的。");
    case "not_over_yet":
      return i18n.t("它说的事还没有过去，先等信号稳下来。");
    case "count_differs":
      return i18n.t("输入的人数和实际会送到的人数不一样，没有发出。请再核对。");
    case "correction_missing":
      return i18n.t("这个模板没有配撤回模板，不能一次发给这么多人。");
    case "already_issued":
      return i18n.t("已经发出，停不住了。请发撤回指令。");
    case "not_issued_yet":
      return i18n.t("还没有发出，可以直接停。");
    case "nothing_to_confirm":
      return i18n.t("没有等着确认人数的指令。");
    case "already_assigned":
      return i18n.t("这个人在同一条指令里已经有任务。");
    case "no_automatic_step":
      return i18n.t("这个人没有等着的自动步骤。");
    case "head_count_missing":
      return i18n.t("还有村没报人数，不能核实。");
    case "head_count_short":
      return i18n.t("人数对不上：应转移要等于已转移 + 拒绝 + 失联。");
    case "names_missing":
      return i18n.t("拒绝和失联的人，每人要有名字或照片。");
    case "bad_form":
      return i18n.t("填的内容不合要求。");
    case "no_such_area":
      return i18n.t("没有这个地方。");
    case "no_such_incident":
      return i18n.t("没有这个事件，或者已经结束。");
    case "no_such_class":
      return i18n.t("没有这个事件类别。");
    case "no_such_report":
      return i18n.t("这个事件没有这一项报告。");
    case "no_such_response":
      return i18n.t("响应级别是一到四级。");
    case "reason_missing":
      return i18n.t("要写理由：决定不响应、数字下调、更正都要。");
    case "bad_count":
      return i18n.t("人数表里的村不对：不在这条指令里，或写了两次。");
    case "too_large":
      return i18n.t("文件太大，县里不收。");
    case "not_a_picture":
      return i18n.t("这不是照片，县里不收。");
    case "not_a_video":
      return i18n.t("这不是能播放的录像，县里不收。");
    case "no_such_file":
      return i18n.t("这张照片已经不在了，请重拍。");
    case "other_task":
      return i18n.t("这张照片是别的任务的。");
    case "no_such_page":
    case "no_such_run":
      return i18n.t("没有这次叫应，或者它早已结束。");
    case "not_your_page":
      return i18n.t("这不是叫你的；替别人记要写明是电话、电台还是当面。");
    case "no_such_post":
      return i18n.t("没有这个岗位。");
    case "no_such_duty_change":
      return i18n.t("没有这条调班，或者它已经过去。");
    case "not_on_duty":
      return i18n.t("那时不在这个岗位上值班。");
    case "no_roster":
      return i18n.t("这个岗位没有排班表。");
    case "nothing_changes":
      return i18n.t("这样什么也不会变。");
    case "first_signature_missing":
      return i18n.t("要先由交班的人签字。");
    case "signed_already":
      return i18n.t("已经签过；第二个签字要由接班的人来签。");
    case "no_roll_call_policy":
      return i18n.t("没有点名用的叫应规则，请管理员在 policies 里写一条。");
    case "not_in_run":
      return i18n.t("这次叫应里没有这个人，不能替他记。");
    case "first_loss_missing":
      return i18n.t("这个乡镇还没有初报，先报初报。");
    case "first_loss_there":
      return i18n.t("这个乡镇已经有初报，请续报。");
    case "loss_verified":
      return i18n.t("这个乡镇的数已经核报，只能更正。");
    case "loss_not_verified":
      return i18n.t("核报以后才有更正，现在请续报。");
    case "verifier_is_reporter":
      return i18n.t("报过数的人不能核报，要由别人来核。");
    case "newer_loss":
      return i18n.t("你打开表以后又来了新的一版，这一版没有收。请看过再报。");
    case "bad_loss":
      return i18n.t("数或台账不对：没有填数、写了两次，或台账里没有这一条。");
    case "ledger_above":
      return i18n.t("台账里的人或户比填的数多。");
    case "ledger_short":
      return i18n.t("核报时，死亡、失踪、倒房每一个都要在台账里。");
    case "no_such_double":
      return i18n.t("这条可能重复的提示已经不在了，请再看一眼。");
    case "photos_missing":
      return i18n.t("响应级事件的灾情报告要有至少三张照片。");
    case "not_as_shown":
      return i18n.t("你看到之后它又升级了，或重新报了，没有确认。请再看一眼。");
    default:
      return i18n.t("服务器没有接受（{why}）。", { why });
  }
}

export function roleName(role: PersonView["role"]): string {
  switch (role) {
    case "viewer":
      return i18n.t("查看");
    case "planner":
      return i18n.t("预案");
    case "responder":
      return i18n.t("现场");
    case "duty_officer":
      return i18n.t("值班员");
    case "administrator":
      return i18n.t("管理员");
  }
}

/** A person's name, or the id where the people file does not know them. */
export function personName(person: PersonView | null | undefined, id: string): string {
  return person?.name || id;
}

export function channelName(channel: Channel): string {
  switch (channel) {
    case "desk":
      return i18n.t("值班席");
    case "push":
      return i18n.t("手机推送");
    case "robot":
      return i18n.t("群机器人");
    case "sms":
      return i18n.t("短信");
    case "voice":
      return i18n.t("电话");
    case "mail":
      return i18n.t("邮件");
    case "loudspeaker":
      return i18n.t("大喇叭");
  }
}

/** How far a call came, in the words of who called. */
export function pageStageName(stage: PageStage): string {
  switch (stage) {
    case "held":
      return i18n.t("排队中");
    case "bundled":
      return i18n.t("并在另一条里");
    case "called":
      return i18n.t("已呼出");
    case "failed":
      return i18n.t("没打通");
    case "expired":
      return i18n.t("没有回应");
    case "accepted":
      return i18n.t("已交给通道");
    case "delivered":
      return i18n.t("已送到");
    case "seen":
      return i18n.t("已接看");
    case "declined":
      return i18n.t("拒绝");
    case "acked":
      return i18n.t("已应答");
  }
}

export function runStateName(state: RunView["state"]): string {
  switch (state) {
    case "running":
      return i18n.t("正在叫");
    case "satisfied":
      return i18n.t("已有人管");
    case "exhausted":
      return i18n.t("叫遍了没人应");
    case "cancelled":
      return i18n.t("不用再叫");
  }
}

export function cancelName(why: "nothing_loud" | "superseded" | "merged" | "ended"): string {
  switch (why) {
    case "nothing_loud":
      return i18n.t("已回落或已静默");
    case "superseded":
      return i18n.t("升级后另叫");
    case "merged":
      return i18n.t("并入大态势");
    case "ended":
      return i18n.t("人工结束");
  }
}

export function personPost(person: PersonView | null | undefined): string {
  return person ? say(person.post) : "";
}
