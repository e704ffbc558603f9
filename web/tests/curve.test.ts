import { expect, test } from "vitest";
import { type Curve, followCurve, REST_MS } from "../src/actions/curve";
import { gapped, joined, sampleOf } from "../src/state/curve";
import type { SampleView, SeriesNow } from "../src/wire/view";

const T = Date.parse("2026-08-20T00:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A gauge that is read every five minutes and heard at once, but for readings that come late. */
class Gauge {
  asked: number[] = [];
  up = true;
  mono = 0;
  /** What the time shown is, as the client's own answer is cut there. */
  now = T;
  timers: { at: number; run: () => void }[] = [];
  readonly late = new Map<number, number>();

  sample(at: number): SampleView {
    const received = at + (this.late.get(at) ?? 0);
    const value = ((at - T) / MINUTE).toFixed(0);
    const iso = (ms: number) => new Date(ms).toISOString();
    return {
      time: iso(at),
      received: iso(received),
      value,
      quality: "good",
      revision: 0,
      late: received > at,
    };
  }

  known(from: number, to: number): SampleView[] {
    const list: SampleView[] = [];
    for (let at = T; at < to && at <= this.now; at += 5 * MINUTE)
      if (at >= from && at + (this.late.get(at) ?? 0) <= this.now) list.push(this.sample(at));
    return list;
  }

  latest(): SeriesNow {
    const { time, received, value } = this.known(T, this.now + 1).at(-1) ?? this.sample(T);
    const rest = { station: "s", quantity: "q", quality: "good", freshness: "fresh", level: 0 };
    return { ...rest, observed: time, received, value, doubts: [], expected_ms: null } as SeriesNow;
  }

  line = {
    samples: async (_station: string, _quantity: string, from: Date, to: Date) => {
      this.asked.push(this.mono);
      if (!this.up) throw new TypeError("no network");
      return this.known(from.getTime(), to.getTime());
    },
    mono: () => this.mono,
    later: (ms: number, run: () => void) => {
      const timer = { at: this.mono + ms, run };
      this.timers.push(timer);
      return () => {
        this.timers = this.timers.filter((one) => one !== timer);
      };
    },
  };

  /** Goes on by half seconds of ours, each so many of the county's. */
  async play(seconds: number, speed: number, follower: ReturnType<typeof followCurve>) {
    for (let half = 0; half < seconds * 2; half++) {
      this.mono += 500;
      this.now += 500 * speed;
      follower.at(this.now, this.latest());
      for (const due of this.timers.filter((one) => one.at <= this.mono)) {
        this.timers = this.timers.filter((one) => one !== due);
        due.run();
      }
      await Promise.resolve();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}

function open(hours = 6) {
  const gauge = new Gauge();
  gauge.now = T + 12 * HOUR;
  let curve: Curve = { list: null, failed: false };
  const follower = followCurve({ station: "s", quantity: "q", hours }, gauge.line, (next) => {
    curve = next;
  });
  return { gauge, follower, curve: () => curve };
}

/** Minutes of the day of the readings. */
const minutes = ({ list }: Curve) => (list ?? []).map((one) => Number(one.value));

test("a past that plays an hour in a second loses no reading of five minutes", async () => {
  const { gauge, follower, curve } = open();
  await gauge.play(4, 3600, follower);
  // The last question lies behind: it is asked once more where time stands still again.
  await gauge.play(3, 0, follower);
  const seen = minutes(curve());
  const last = seen.at(-1) ?? 0;
  expect(last).toBe(16 * 60);
  const six = Array.from({ length: 72 }, (_, n) => last - 5 * (71 - n));
  expect(seen.slice(-72)).toEqual(six);
});

test("questions keep their distance, whatever the speed", async () => {
  const { gauge, follower } = open();
  await gauge.play(20, 3600, follower);
  const apart = gauge.asked.slice(1).map((at, n) => at - (gauge.asked[n] ?? at));
  expect(Math.min(...apart)).toBeGreaterThanOrEqual(REST_MS);
  expect(gauge.asked.length).toBeGreaterThan(10);
});

test("what came late is in its place a minute later, live as well", async () => {
  const { gauge, follower, curve } = open();
  gauge.late.set(T + 12 * HOUR + 5 * MINUTE, 7 * MINUTE);
  await gauge.play(66, 10, follower);
  expect(minutes(curve()).slice(-2)).toEqual([720, 730]);
  await gauge.play(18, 10, follower);
  expect(minutes(curve()).slice(-3)).toEqual([720, 725, 730]);
});

test("where the feed was lost for a while, the gap is asked for at once", async () => {
  const { gauge, follower, curve } = open();
  await gauge.play(30, 1, follower);
  const before = gauge.asked.length;
  // Nothing is heard, and nothing drawn, for twenty minutes.
  gauge.mono += 20 * MINUTE;
  gauge.now += 20 * MINUTE;
  await gauge.play(1, 1, follower);
  expect(gauge.asked.length).toBe(before + 1);
  expect(minutes(curve()).slice(-5)).toEqual([720, 725, 730, 735, 740]);
});

test("a question that fails leaves what is there, and is asked again", async () => {
  const { gauge, follower, curve } = open();
  gauge.up = false;
  await gauge.play(1, 1, follower);
  expect(curve()).toEqual({ list: null, failed: true });
  gauge.up = true;
  await gauge.play(6, 1, follower);
  expect(curve().failed).toBe(false);
  gauge.up = false;
  await gauge.play(30, 10, follower);
  expect(curve().failed).toBe(false);
  expect(minutes(curve()).at(-1), "the feed goes on telling").toBe(725);
});

test("who has left hears no more", async () => {
  const { gauge, follower, curve } = open();
  follower.at(gauge.now, gauge.latest());
  follower.close();
  await gauge.play(2, 3600, follower);
  expect(curve().list).toBeNull();
  expect(gauge.timers).toEqual([]);
});

test("heard readings stand behind the history, and tell of a gap", () => {
  const gauge = new Gauge();
  gauge.now = T + HOUR;
  const history = gauge.known(T, T + HOUR);
  const next = gauge.sample(T + HOUR + 5 * MINUTE);
  const far = gauge.sample(T + HOUR + 20 * MINUTE);
  expect(joined(history, [])).toBe(history);
  expect(joined(history, history.slice(-2))).toBe(history);
  const after = gauge.sample(T + HOUR);
  expect(gapped(history, [after, next])).toBe(false);
  expect(gapped(history, [after, far])).toBe(true);
  expect(gapped([], [next, far])).toBe(false);
  expect(sampleOf({ ...gauge.latest(), value: null })).toBeNull();
});
