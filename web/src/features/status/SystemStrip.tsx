// Our own faults, in sentences, inverted: a red pixel is always a hazard outside, never a bug inside.
import { useMemo, useState, useSyncExternalStore } from "react";
import { i18n } from "../../i18n/i18n";
import { countyOf } from "../../state/select";
import { useApp } from "../../state/store";
import type { SystemView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { CalledLine } from "../duty/CalledLine";
import { FaultLines } from "./FaultLines";
import { LostBanner, RefusedLine } from "./LostBanner";
import { NoticeLine } from "./NoticeLine";
import { lines as linesOf, noticeOf, together } from "./notices";

export function SystemStrip() {
  const system = useApp((state) => state.world.system);
  const county = useApp(countyOf);
  const now = useNow();
  const [all, setAll] = useState(false);
  const lines = useMemo(() => linesOf(system), [system]);
  const short = useShort();
  // Someone who needs help, or a disk that fills, is never folded away.
  const must = lines.filter(([entry]) => entry && noticeOf(entry.kind).full).length;
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
              names: firstNames(folded),
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
          {place === (all ? limit : shown.length) - 1 ? more : null}
        </NoticeLine>
      ))}
      <FaultLines />
    </section>
  );
}

/** Kinds named where several lines are folded into one. */
const NAMED = 5;

function firstNames(folded: readonly SystemView[][]): string {
  const names = [
    ...new Set(folded.flatMap(([entry]) => (entry ? [noticeOf(entry.kind).name()] : []))),
  ];
  const list = names.slice(0, NAMED).join(i18n.t("、"));
  return names.length > NAMED ? i18n.t("{list} 等", { list }) : list;
}

function lineKey(line: readonly SystemView[]): string {
  const [entry] = line;
  const many = entry && line.length > 1 ? together(entry) : null;
  return many ?? `${entry?.kind}/${entry?.subject}`;
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
