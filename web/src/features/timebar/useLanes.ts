// The lanes of a span, asked for when the span or the bar changes, and again while time goes on.
import { useEffect, useRef, useState } from "react";
import { lanesOf } from "../../actions/read";
import { useApp } from "../../state/store";
import { knownBy, type Span } from "../../state/timebar";
import type { LanesView } from "../../wire/replay";
import { usePast } from "../clock/usePast";

/** How often what is shown is asked for again, ms. */
const AGAIN = 15_000;
/** One bucket is about so many px. */
const GRAIN = 3;

/** The moment as of which the past is shown; null where all that is known now counts. */
export function useKnownBy(now: number): number | null {
  const past = usePast();
  const replay = useApp((state) => state.world.heartbeat?.view.replay ?? null);
  return past && replay && now > 0 ? knownBy(replay, now) : null;
}

/**
 * What happened in a span: as it is known now, or only what had been entered `by` a moment; undefined: nothing is
 * asked for. `by` of the answer is the moment it was asked for.
 */
export function useLanes(code: string, span: Span, width: number, by: number | null | undefined) {
  const [found, setFound] = useState<{ lanes: LanesView; by: number | null } | null>(null);
  const [failed, setFailed] = useState(false);
  const [round, setRound] = useState(0);
  const asked = useRef(0);
  const taken = useRef(0);
  // A note of this desk stands in its lane once the county has it, not with the next round.
  const noted = useApp(
    (state) =>
      state.outbox.filter((one) => one.subject.action === "mark" && one.state === "received")
        .length,
  );
  // The bar moves by pixels all the time; what is asked for moves by buckets.
  const grain = Math.max(60_000, ((span.to - span.from) / Math.max(1, width)) * GRAIN);
  const from = Math.floor(span.from / grain) * grain;
  const to = Math.ceil(span.to / grain) * grain;
  const buckets = Math.min(2000, Math.max(1, Math.ceil(width / GRAIN)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a round asks for the same again
  useEffect(() => {
    if (by === undefined) return;
    const wait = setTimeout(() => {
      const mine = ++asked.current;
      // While time runs the next question is out before this one is answered: only an older answer is no news.
      const isNews = () => mine > taken.current;
      lanesOf(code, from, to, buckets, by)
        .then((lanes) => {
          if (!isNews()) return;
          taken.current = mine;
          setFound({ lanes, by });
          setFailed(false);
        })
        .catch(() => isNews() && setFailed(true));
    }, 120);
    return () => clearTimeout(wait);
  }, [code, from, to, buckets, by, round, noted]);
  useEffect(() => {
    taken.current = 0;
    const timer = setInterval(() => setRound((n) => n + 1), AGAIN);
    return () => {
      clearInterval(timer);
      taken.current = Number.POSITIVE_INFINITY;
    };
  }, []);
  return { lanes: found?.lanes ?? null, by: found?.by ?? null, failed };
}
