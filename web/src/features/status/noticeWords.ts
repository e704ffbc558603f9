// What notices about ourselves are called, and what they are about.
import { i18n, say } from "../../i18n/i18n";
import { channelName, personName, quietName } from "../../i18n/words";
import type { County } from "../../state/world";
import type { Channel, IncidentView, OwedReport, SystemView } from "../../wire/view";
import { coverWords } from "../ledger/ledgerWords";
import { openedName } from "../situations/situationWords";
import { areaName } from "../stations/townships";

export function manySentence(county: County | null, line: readonly SystemView[]): string {
  const words = { n: line.length, names: names(county, line) };
  switch (line[0]?.kind) {
    case "blind_spot":
      return i18n.t("{n} 个站没有数据而周围在报警：{names}。盲区，不是平安。", words);
    case "rule_failing":
      return i18n.t("{n} 处规则的算式出错，没有在判：{names}。请管理员看规则文件。", words);
    case "channel_lost":
      return i18n.t(
        "{n} 处全部不通：{names}。发出的都没有回执；有别的通道的已改叫，没有的请派人或转邻村。",
        words,
      );
    case "crew_overdue":
      return i18n.t("{n} 组在现场没有报平安：{names}。请马上联系。", words);
    case "calls_exhausted":
      return i18n.t("{n} 次叫应叫了所有人都没有应答：{names}。请立刻处置。", words);
    case "legal_clock":
      return i18n.t("{n} 处规定时限已到，还没有人接到电话：{names}。", words);
    case "report_overdue":
      return i18n.t("{n} 份报告过了时限还没有报：{names}。", words);
    case "unanswered":
      return i18n.t("{n} 人一直没有应答，自动步骤已用完：{names}。请打电话。", words);
    case "reply_unread":
      return i18n.t("{n} 人回了信，看不懂是什么意思：{names}。请看原文，打电话问清楚。", words);
    case "unstable_signal":
      return i18n.t("{n} 个站的信号来回跳：{names}。请安排检修探头。", words);
    default:
      return i18n.t("{n} 个站报警中没有数据了：{names}。报警保留，不是平安。", words);
  }
}

/** The newest few by name. */
function names(county: County | null, entries: readonly SystemView[]): string {
  const newest = [...entries].sort((a, b) => b.since.localeCompare(a.since)).slice(0, 4);
  const list = newest.map((entry) => subjectName(county, entry)).join(i18n.t("、"));
  return entries.length > newest.length ? i18n.t("{list} 等", { list }) : list;
}

export function commandOf(county: County, task: string): string | null {
  for (const command of county.commands.values()) {
    if (command.tasks.some((one) => one.id === task)) return command.id;
  }
  return null;
}

/** The report that a notice says is late; the subject is the incident, `/`, the clock. */
export function reportOf(
  county: County,
  subject: string,
): { incident: IncidentView; report: OwedReport } | null {
  for (const incident of county.incidents.values()) {
    if (!subject.startsWith(`${incident.id}/`)) continue;
    const clock = subject.slice(incident.id.length + 1);
    const report = incident.reports.find((one) => one.id === clock);
    if (report) return { incident, report };
  }
  return null;
}

const NO_TEXTS: ReadonlyMap<string, string> = new Map();

/** Names what a notice is about: a station, a person, a situation, a report; else the id itself. */
export function subjectName(
  county: County | null,
  { kind, subject }: SystemView,
  texts = NO_TEXTS,
): string {
  if (!county) return subject;
  switch (kind) {
    case "unanswered":
    case "need_help":
    case "crew_overdue":
      return personOf(county, subject) ?? subject;
    case "undecided":
      return openedName(county, subject);
    case "report_overdue": {
      const found = reportOf(county, subject);
      if (!found) return subject;
      const title = texts.get(found.incident.title);
      return [title, say(found.report.title)].filter(Boolean).join(" · ");
    }
    case "rule_failing": {
      const [rule = "", id = ""] = subject.split("@");
      return `${rule} · ${say(county.stations.get(id)?.name) || id}`;
    }
    case "channel_lost": {
      const [channel = "", code = ""] = subject.split("/");
      return `${areaName(county, "township", code)} ${channelName(channel as Channel)}`;
    }
    case "reply_unread": {
      const [channel = "", person = ""] = subject.split("/");
      const from = person ? personName(county.people.get(person), person) : i18n.t("不认识的号码");
      return `${from} ${channelName(channel as Channel)}`;
    }
    case "empty_step":
    case "calls_exhausted":
    case "legal_clock":
      return say(county.runs.get(subject.split("#")[0] ?? "")?.title) || subject;
    case "coverage_gap":
    case "not_signed_in":
    case "handover_open":
      return say(county.posts.get(subject)?.title) || subject;
    case "suppression_ending": {
      const quiet = county.suppressions.get(subject);
      return quiet ? `${quietName(quiet.kind)} ${coverWords(county, quiet)}` : subject;
    }
    // A station, or one of its series.
    default:
      return say(county.stations.get(subject.split("/")[0] ?? "")?.name) || subject;
  }
}

function personOf(county: County, id: string): string | null {
  for (const command of county.commands.values()) {
    const task = command.tasks.find((one) => one.id === id);
    if (task) return personName(county.people.get(task.person), task.person);
  }
  return null;
}
