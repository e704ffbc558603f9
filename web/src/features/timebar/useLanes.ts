// The lanes of a span, asked for when the span or the bar changes, and again while time goes on.
import { useEffect, useState } from "react";
import { lanesOf } from "../../actions/read";
import { useApp } from "../../state/store";
import type { Span } from "../../state/timebar";
import type { LanesView } from "../../wire/replay";

/** How often what is shown is asked for again, ms. */
const AGAIN = 15_000;
/** One bucket is about so many px. */
const GRAIN = 3;

export function useLanes(code: string, span: Span, width: number) {
  const [lanes, setLanes] = useState<LanesView | null>(null);
  const [failed, setFailed] = useState(false);
  const [round, setRound] = useState(0);
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
    let gone = false;
    const wait = setTimeout(() => {
      lanesOf(code, from, to, buckets)
        .then((next) => {
          if (gone) return;
          setLanes(next);
          setFailed(false);
        })
        .catch(() => !gone && setFailed(true));
    }, 120);
    return () => {
      gone = true;
      clearTimeout(wait);
    };
  }, [code, from, to, buckets, round, noted]);
  useEffect(() => {
    const timer = setInterval(() => setRound((n) => n + 1), AGAIN);
    return () => clearInterval(timer);
  }, []);
  return { lanes, failed };
}
