// Our own faults, in sentences, inverted: a red pixel is always a hazard outside, never a bug inside.
import { type ReactNode, useMemo, useState, useSyncExternalStore } from "react";
import { endNotice } from "../../actions/alarms";
import { age } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { systemSentence } from "../../i18n/words";
import { countyOf, mayAct } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import type { SystemKind, SystemView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";
import { CalledLine } from "../duty/CalledLine";
import { LostBanner, RefusedLine } from "./LostBanner";
import { commandOf, kindName, manySentence, subjectName } from "./noticeWords";

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
/** People of one command who do not answer and are told one by one. */
const FEW = 3;
/** About calls that somebody should answer. */
const CALLS: SystemKind[] = ["legal_clock", "calls_exhausted"];
/** About a post. */
const DUTY: SystemKind[] = ["coverage_gap", "not_signed_in", "handover_open"];
/** Told by many gauges at once: one sentence. */
const TOGETHER: SystemKind[] = [
  "sight_lost",
  "blind_spot",
  "unstable_signal",
  "rule_failing",
  "channel_lost",
];
const ORDER: SystemKind[] = [
  "need_help",
  "calls_exhausted",
  "legal_clock",
  "channel_lost",
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
      {county ? <CalledLine county={county} now={now} /> : null}
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
  const many = entry && line.length > 1 ? together(entry) : null;
  return many ?? `${entry?.kind}/${entry?.subject}`;
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
      {line.length === 1 ? (
        <Open entry={entry} county={county} />
      ) : entry.kind === "unanswered" ? (
        <ToBoard task={entry.subject} county={county} />
      ) : entry.kind === "channel_lost" ? (
        <ToChannels />
      ) : null}
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

/** Notices that many gauges, or many people of one command, give at once are one line; flood mode has
 * its own place. */
function gather(system: readonly SystemView[]): SystemView[][] {
  const lines = new Map<string, SystemView[]>();
  for (const entry of system) {
    if (entry.kind === "flood_mode") continue;
    const key = together(entry) ?? `${entry.kind}/${entry.subject}`;
    const line = lines.get(key);
    if (line) line.push(entry);
    else lines.set(key, [entry]);
  }
  // A few people are named each, with what can be done about each.
  const few = (line: SystemView[]) => line[0]?.kind === "unanswered" && line.length <= FEW;
  const order = (line: SystemView[]) => (line[0] ? ORDER.indexOf(line[0].kind) : ORDER.length);
  return [...lines.values()]
    .flatMap((line) => (few(line) ? line.map((entry) => [entry]) : [line]))
    .sort((a, b) => order(a) - order(b));
}

function together(entry: SystemView): string | null {
  if (TOGETHER.includes(entry.kind)) return entry.kind;
  if (entry.kind !== "unanswered") return null;
  return `${entry.kind}/${entry.subject.slice(0, entry.subject.lastIndexOf("."))}`;
}

/** Where a notice leads, and the press that ends those which no machine can take back. */
function Open({ entry, county }: { entry: SystemView; county: County | null }) {
  const allowed = useApp(mayAct);
  const { move } = useDesk();
  return (
    <>
      <ToBoard task={entry.subject} county={county} />
      {entry.kind === "suppression_ending" ? (
        <button
          type="button"
          className="btn sm"
          onClick={() => move({ to: "ledger", entry: entry.subject })}
        >
          {i18n.t("看台账")}
        </button>
      ) : null}
      {CALLS.includes(entry.kind) ? (
        <button type="button" className="btn sm" onClick={() => move({ to: "unanswered" })}>
          {i18n.t("打开")}
        </button>
      ) : null}
      {DUTY.includes(entry.kind) ? (
        <button
          type="button"
          className="btn sm"
          onClick={() =>
            entry.kind === "handover_open"
              ? move({ to: "duty", tab: "handover" })
              : move({ to: "duty", tab: "now", post: entry.subject })
          }
        >
          {i18n.t("看值班")}
        </button>
      ) : null}
      {entry.kind === "channel_lost" ? <ToChannels /> : null}
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

/** Nothing where the notice is about no task. */
function ToBoard({ task, county }: { task: string; county: County | null }) {
  const { move } = useDesk();
  const command = county && commandOf(county, task);
  if (!command) return null;
  return (
    <button
      type="button"
      className="btn sm"
      onClick={() => move({ to: "board", command, task })}
      data-testid="to-board"
    >
      {i18n.t("打开")}
    </button>
  );
}

function ToChannels() {
  const { move } = useDesk();
  return (
    <button
      type="button"
      className="btn sm"
      onClick={() => move({ to: "duty", tab: "contacts" })}
      data-testid="to-channels"
    >
      {i18n.t("看通道")}
    </button>
  );
}
