// Our own faults, in sentences, inverted: a red pixel is always a hazard outside, never a bug inside.
import { endNotice } from "../../actions/alarms";
import { age, hms, span } from "../../i18n/format";
import { i18n, say } from "../../i18n/i18n";
import { personName, systemSentence, whySentence } from "../../i18n/words";
import { countyOf, mayCommand } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import type { SystemKind, SystemView } from "../../wire/view";
import { useMono, useNow } from "../clock/useNow";
import { useDesk } from "../desk/desk";

/** More than these fold into one line with a count. */
const SHOWN = 3;
/** Notices that no machine can take back. */
const BY_PERSON: SystemKind[] = ["need_help", "unanswered", "clock_stepped"];
/** A short gap is not worth a banner, ms. */
const PATIENCE = 2_500;

export function SystemStrip() {
  const system = useApp((state) => state.world.system);
  const county = useApp(countyOf);
  const allowed = useApp((state) => mayCommand(state.me?.person));
  const now = useNow();
  const { move } = useDesk();
  const blind = system.filter((entry) => entry.kind === "sight_lost");
  // Many gauges gone quiet are one sentence; everything else is told one by one.
  const order = system
    .filter((entry) => entry.kind !== "sight_lost" || blind.length === 1)
    .sort((a, b) => rank(a) - rank(b));
  return (
    <section
      className="strip"
      aria-label={i18n.t("系统")}
      aria-live="polite"
      data-testid="system-strip"
    >
      <LostBanner />
      <RefusedLine />
      {order.slice(0, SHOWN).map((entry) => {
        const passed = age(now - Date.parse(entry.since));
        const owner = county && commandOf(county, entry.subject);
        return (
          <div key={`${entry.kind}/${entry.subject}`} data-testid="system-alarm">
            <span className="g">
              {systemSentence(entry.kind, subjectName(county, entry), passed)}
            </span>
            {owner ? (
              <button
                type="button"
                className="btn sm"
                onClick={() => move({ to: "board", command: owner, task: entry.subject })}
              >
                {i18n.t("打开")}
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
          </div>
        );
      })}
      {blind.length > 1 ? (
        <div data-testid="system-alarm">
          {i18n.t("{n} 个站报警中没有数据了：{names}。报警保留，不是平安。", {
            n: blind.length,
            names: names(county, blind),
          })}
        </div>
      ) : null}
      {order.length > SHOWN ? (
        <div>{i18n.t("另有 {n} 条系统报警", { n: order.length - SHOWN })}</div>
      ) : null}
    </section>
  );
}

/** The newest few by name. */
function names(county: County | null, entries: readonly SystemView[]): string {
  const newest = [...entries].sort((a, b) => b.since.localeCompare(a.since)).slice(0, 4);
  const list = newest.map((entry) => subjectName(county, entry)).join(i18n.t("、"));
  return entries.length > newest.length ? i18n.t("{list} 等", { list }) : list;
}

function rank(entry: SystemView): number {
  return [
    "need_help",
    "disk_full",
    "link_down",
    "unanswered",
    "clock_stepped",
    "sight_lost",
  ].indexOf(entry.kind);
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
