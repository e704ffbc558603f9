// The readings of one series over the last hours, kept up while time goes on. The feed tells the newest value alone:
// where time goes faster than readings come, or one came late, what lies between is asked for again, at a bounded rate.
import { gapped, joined, sampleOf } from "../state/curve";
import type { SampleView, SeriesNow } from "../wire/view";

/** Asked again once the time shown has gone on by this much, ms: late readings are in their place by then. */
const STALE_MS = 60_000;
/** Never sooner after the last question than this, ms. */
export const REST_MS = 1_500;
/** After a question that failed, ms. */
const FAILED_REST_MS = 5_000;

export interface CurveAsk {
  station: string;
  quantity: string;
  hours: number;
}

/** What a curve needs of the outside; tests put their own in. */
export interface CurveLine {
  samples(station: string, quantity: string, from: Date, to: Date): Promise<SampleView[]>;
  mono(): number;
  /** Calls back after `ms`; returns a way to cancel. */
  later(ms: number, run: () => void): () => void;
}

/** `list` is null until the first answer; `failed` while there is none to show. */
export interface Curve {
  list: SampleView[] | null;
  failed: boolean;
}

export interface Follower {
  /** The time shown, and the newest reading the feed has told by then. */
  at(now: number, latest: SeriesNow | undefined): void;
  close(): void;
}

export function followCurve(
  { station, quantity, hours }: CurveAsk,
  line: CurveLine,
  tell: (curve: Curve) => void,
): Follower {
  let history: SampleView[] | null = null;
  let failed = false;
  let heard: SampleView[] = [];
  let shown = 0;
  let asked: { at: number; mono: number; heard: string | undefined } | null = null;
  let busy = false;
  let closed = false;
  let rest = REST_MS;
  let cancel: (() => void) | null = null;

  const say = () => tell({ list: history && joined(history, heard), failed });

  const ask = async () => {
    busy = true;
    const at = shown;
    asked = { at, mono: line.mono(), heard: heard.at(-1)?.time };
    const [from, to] = [new Date(at - hours * 3_600_000), new Date(at + 60_000)];
    try {
      const found = await line.samples(station, quantity, from, to);
      history = found;
      failed = false;
      rest = REST_MS;
    } catch {
      // What is there stays: it is asked for again.
      failed = history === null;
      rest = FAILED_REST_MS;
    }
    busy = false;
    if (closed) return;
    heard = history ? joined(history, heard).slice(history.length) : heard;
    say();
    consider();
  };

  const consider = () => {
    if (closed || busy || shown === 0) return;
    const wanted =
      asked === null ||
      rest === FAILED_REST_MS ||
      Math.abs(shown - asked.at) >= STALE_MS ||
      // A gap that an answer has left is one of the gauge itself.
      (history !== null && heard.at(-1)?.time !== asked.heard && gapped(history, heard));
    if (!wanted) return;
    const left = asked === null ? 0 : asked.mono + rest - line.mono();
    cancel?.();
    cancel = null;
    if (left <= 0) void ask();
    else cancel = line.later(left, consider);
  };

  return {
    at: (now, latest) => {
      if (closed) return;
      shown = now;
      const sample = latest && sampleOf(latest);
      if (sample && sample.time > (heard.at(-1)?.time ?? "")) {
        heard = [...heard, sample];
        if (history && sample.time > (history.at(-1)?.time ?? "")) say();
      }
      consider();
    },
    close: () => {
      closed = true;
      cancel?.();
    },
  };
}
