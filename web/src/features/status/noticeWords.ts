// What notices about ourselves are called, and what they are about.
import { i18n, say } from "../../i18n/i18n";
import { channelName, personName, quietName } from "../../i18n/words";
import type { County } from "../../state/world";
import type { Channel, SystemView } from "../../wire/view";
import { coverWords } from "../ledger/ledgerWords";
import { areaName } from "../stations/townships";

export function kindName([entry]: SystemView[]): string {
  switch (entry?.kind) {
    case "sight_lost":
      return i18n.t("失视");
    case "blind_spot":
      return i18n.t("盲区");
    case "interface_down":
    case "link_down":
      return i18n.t("接口断");
    case "unstable_signal":
      return i18n.t("探头不稳");
    case "suppression_ending":
      return i18n.t("静默到期");
    case "rules_refused":
    case "rule_failing":
      return i18n.t("规则");
    case "unanswered":
    case "calls_exhausted":
    case "legal_clock":
      return i18n.t("叫不应");
    case "channel_lost":
      return i18n.t("通道不通");
    case "empty_step":
    case "coverage_gap":
    case "not_signed_in":
    case "handover_open":
      return i18n.t("值班");
    default:
      return i18n.t("系统");
  }
}

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
    case "unanswered":
      return i18n.t("{n} 人一直没有应答，自动步骤已用完：{names}。请打电话。", words);
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

/** Names what a system alarm is about: a station, the person of a task, else the id itself. */
export function subjectName(county: County | null, entry: SystemView): string {
  // A subject may be a station, or one of its series.
  const station = county?.stations.get(entry.subject.split("/")[0] ?? "");
  if (station) return say(station.name);
  for (const command of county?.commands.values() ?? []) {
    const task = command.tasks.find((one) => one.id === entry.subject);
    if (task) return personName(county?.people.get(task.person), task.person);
  }
  if (entry.kind === "rule_failing") {
    const [rule = "", id = ""] = entry.subject.split("@");
    return `${rule} · ${say(county?.stations.get(id)?.name) || id}`;
  }
  if (county && entry.kind === "channel_lost") {
    const [channel = "", code = ""] = entry.subject.split("/");
    return `${areaName(county, "township", code)} ${channelName(channel as Channel)}`;
  }
  const post = county?.posts.get(entry.subject);
  if (post) return say(post.title);
  const run = county?.runs.get(entry.subject.split("#")[0] ?? "");
  if (run) return say(run.title);
  const quiet = county?.suppressions.get(entry.subject);
  if (county && quiet) return `${quietName(quiet.kind)} ${coverWords(county, quiet)}`;
  const person = county?.people.get(entry.subject);
  return person ? person.name : entry.subject;
}
