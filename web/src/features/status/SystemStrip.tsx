// Our own faults, in sentences, inverted: a red pixel is always a hazard outside, never a bug inside.
import { type ReactNode, useMemo, useState, useSyncExternalStore } from "react";
import { endNotice } from "../../actions/alarms";
import { age, hms, span } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { channelName, personName, quietName, systemSentence, whySentence } from "../../i18n/words";
import { countyOf, mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import type { Channel, SystemKind, SystemView } from "../../wire/view";
import { useMono, useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { coverWords } from "../ledger/ledgerWords";
import { areaName } from "../stations/townships";

/** Told in full whatever else there is. */
const NEVER_FOLDED: SystemKind[] = ["need_help", "disk_full"];
/** Notices that no machine can take back. */
const BY_PERSON: SystemKind[] = [
  "need_help",
  "unanswered",
  "clock_stepped",
  "sensor_repair",
  "calls_exhausted",
  "legal_clock",
  "empty_step",
];
/** Told by many gauges at once: one sentence. */
const TOGETHER: SystemKind[] = ["sight_lost", "blind_spot", "unstable_signal", "rule_failing"];
const ORDER: SystemKind[] = [
  "need_help",
  "calls_exhausted",
  "legal_clock",
  "channel_collapsed",
  "disk_full",
  "blind_spot",
  "interface_down",
  "link_down",
  "unanswered",
  "sight_lost",
  "rules_refused",
  "rule_failing",
  "suppression_ending",
  "empty_step",
  "not_signed_in",
  "handover_open",
  "coverage_gap",
  "clock_stepped",
  "unstable_signal",
  "sensor_repair",
];
/** A short gap is not worth a banner, ms. */
const PATIENCE = 2_500;

export function SystemStrip() {
  const system = useApp((state) => state.world.system);
  const county = useApp(countyOf);
  const now = useNow();
  const [all, setAll] = useState(false);
  const lines = useMemo(() => gather(system), [system]);
  const short = useShort();
  // Someone who needs help, or a disk that fills, is never folded away.
  const must = lines.filter(([entry]) => entry && NEVER_FOLDED.includes(entry.kind)).length;
  const limit = Math.max(must, short ? 1 : 2);
  const shown = all || lines.length === limit + 1 ? lines : lines.slice(0, limit);
  const folded = lines.slice(shown.length);
  const more =
    folded.length > 0 || (all && lines.length > limit + 1) ? (
      <button
        type="button"
        className="more nw"
        aria-expanded={all}
        onClick={() => setAll(!all)}
        data-testid="more-notices"
      >
        {all
          ? i18n.t("收起")
          : i18n.t("另有 {n} 条：{names}", {
              n: folded.length,
              names: [...new Set(folded.map(kindName))].join(i18n.t("、")),
            })}
      </button>
    ) : null;
  return (
    <section
      className="strip"
      aria-label={i18n.t("系统")}
      aria-live="polite"
      data-testid="system-strip"
    >
      <LostBanner />
      <RefusedLine />
      {shown.map((line, place) => (
        <NoticeLine key={lineKey(line)} line={line} county={county} now={now}>
          {place === shown.length - 1 ? more : null}
        </NoticeLine>
      ))}
    </section>
  );
}

function lineKey(line: readonly SystemView[]): string {
  const [entry] = line;
  return line.length > 1 ? (entry?.kind ?? "") : `${entry?.kind}/${entry?.subject}`;
}

interface NoticeLineProps {
  line: readonly SystemView[];
  county: County | null;
  now: number;
  children: ReactNode;
}

function NoticeLine({ line, county, now, children }: NoticeLineProps) {
  const [entry] = line;
  if (!entry) return null;
  const passed = age(now - Date.parse(entry.since));
  return (
    <div data-testid="system-alarm">
      <span className="g">
        {line.length > 1
          ? manySentence(county, line)
          : systemSentence(entry.kind, subjectName(county, entry), passed)}
      </span>
      {line.length > 1 ? null : <Open entry={entry} county={county} />}
      {children}
    </div>
  );
}

const SHORT = "(max-height: 860px)";
/** A low screen: the map needs the room more than a second notice does. */
function useShort(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = window.matchMedia(SHORT);
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => window.matchMedia(SHORT).matches,
  );
}

/** Notices that many gauges give at once are one line; flood mode has its own place. */
function gather(system: readonly SystemView[]): SystemView[][] {
  const lines = new Map<string, SystemView[]>();
  for (const entry of system) {
    if (entry.kind === "flood_mode") continue;
    const key = TOGETHER.includes(entry.kind) ? entry.kind : `${entry.kind}/${entry.subject}`;
    lines.set(key, [...(lines.get(key) ?? []), entry]);
  }
  const order = (line: SystemView[]) => (line[0] ? ORDER.indexOf(line[0].kind) : ORDER.length);
  return [...lines.values()].sort((a, b) => order(a) - order(b));
}

function kindName([entry]: SystemView[]): string {
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
    case "channel_collapsed":
      return i18n.t("通道");
    case "empty_step":
    case "coverage_gap":
    case "not_signed_in":
    case "handover_open":
      return i18n.t("值班");
    default:
      return i18n.t("系统");
  }
}

function manySentence(county: County | null, line: readonly SystemView[]): string {
  const words = { n: line.length, names: names(county, line) };
  switch (line[0]?.kind) {
    case "blind_spot":
      return i18n.t("{n} 个站没有数据而周围在报警：{names}。盲区，不是平安。", words);
    case "rule_failing":
      return i18n.t("{n} 处规则的算式出错，没有在判：{names}。请管理员看规则文件。", words);
    case "unstable_signal":
      return i18n.t("{n} 个站的信号来回跳：{names}。请安排检修探头。", words);
    default:
      return i18n.t("{n} 个站报警中没有数据了：{names}。报警保留，不是平安。", words);
  }
}

/** Where a notice leads, and the press that ends those which no machine can take back. */
function Open({ entry, county }: { entry: SystemView; county: County | null }) {
  const allowed = useApp(mayAct);
  const { move } = useDesk();
  const owner = county && commandOf(county, entry.subject);
  return (
    <>
      {owner ? (
        <button
          type="button"
          className="btn sm"
          onClick={() => move({ to: "board", command: owner, task: entry.subject })}
        >
          {i18n.t("打开")}
        </button>
      ) : null}
      {entry.kind === "suppression_ending" ? (
        <button
          type="button"
          className="btn sm"
          onClick={() => move({ to: "ledger", entry: entry.subject })}
        >
          {i18n.t("看台账")}
        </button>
      ) : null}
      {entry.kind === "rules_refused" || entry.kind === "rule_failing" ? (
        <button type="button" className="btn sm" onClick={() => move({ to: "rules" })}>
          {i18n.t("看规则")}
        </button>
      ) : null}
      {allowed && BY_PERSON.includes(entry.kind) ? (
        <button
          type="button"
          className="btn sm"
          onClick={() => void endNotice(entry.kind, entry.subject)}
          data-testid="end-notice"
        >
          {i18n.t("已处理")}
        </button>
      ) : null}
    </>
  );
}

/** The newest few by name. */
function names(county: County | null, entries: readonly SystemView[]): string {
  const newest = [...entries].sort((a, b) => b.since.localeCompare(a.since)).slice(0, 4);
  const list = newest.map((entry) => subjectName(county, entry)).join(i18n.t("、"));
  return entries.length > newest.length ? i18n.t("{list} 等", { list }) : list;
}

function commandOf(county: County, task: string): string | null {
  for (const command of county.commands.values()) {
    if (command.tasks.some((one) => one.id === task)) return command.id;
  }
  return null;
}

/** Names what a system alarm is about: a station, the person of a task, else the id itself. */
function subjectName(county: County | null, entry: SystemView): string {
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
  if (county && entry.kind === "channel_collapsed") {
    const [channel = "", code = ""] = entry.subject.split("/");
    return `${areaName(county, "township", code)} ${channelName(channel as Channel)}`;
  }
  const run = county?.runs.get(entry.subject.split("#")[0] ?? "");
  if (run) return say(run.title);
  const quiet = county?.suppressions.get(entry.subject);
  if (county && quiet) return `${quietName(quiet.kind)} ${coverWords(county, quiet)}`;
  const person = county?.people.get(entry.subject);
  return person ? person.name : entry.subject;
}

function LostBanner() {
  const connection = useApp((state) => state.connection);
  const heartbeat = useApp((state) => state.world.heartbeat);
  const seq = useApp((state) => state.world.seq);
  const mono = useMono();
  if (connection.phase !== "lost" || mono - connection.since < PATIENCE) return null;
  const gone = span(mono - connection.since);
  const last = heartbeat ? hms(heartbeat.nowMs) : "--:--:--";
  return (
    <div className="banner" role="alert" data-testid="lost-banner">
      {i18n.t("与服务器断开 {gone}，画面停在 {last}", { gone, last })}
      <p>
        {i18n.t("序号 {seq}。正在重连，第 {tries} 次。此时按下的操作留在本机，连上后送出。", {
          seq: seq.toLocaleString("en-US"),
          tries: connection.tries,
        })}
      </p>
    </div>
  );
}

/** The last press the server refused, with its sentence, for a minute of this machine's time. */
function RefusedLine() {
  const outbox = useApp((state) => state.outbox);
  useMono();
  const last = outbox.filter((one) => one.state === "refused").at(-1);
  if (!last || Date.now() - last.at > 60_000) return null;
  return (
    <div role="alert" data-testid="refused">
      {i18n.t("没有生效：")}
      {whySentence(last.why ?? "")}
    </div>
  );
}
