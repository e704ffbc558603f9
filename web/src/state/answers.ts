// What a command that is begun from a situation answers, and what it acknowledges in the officer's name.
import type { Shown } from "../wire/acts";
import type { AlarmView } from "../wire/view";
import { isUnacked, shownLevel } from "./select";
import { type AckSet, ackViews, alarmsUnder, asShown } from "./situations";
import type { County } from "./world";

export interface Answers {
  /** The alarm the command hangs on: its lease goes on with the command's progress. */
  alarm: string | null;
  situation?: string;
  /** Members that were shown when it was begun, red ones only by name. */
  alarms?: string[];
  /** These and the alarm it hangs on, as they stood before the officer. */
  shown: Shown[];
}

/** The worst member somebody has taken note of, by this very press or before; none that came later. */
export function answered(
  county: County,
  situation: string,
  keys: readonly string[],
): AlarmView | null {
  const noted = alarmsUnder(county, situation).filter(
    (one) => one.process !== "returned" && (keys.includes(one.key) || !isUnacked(one)),
  );
  return noted.sort((a, b) => shownLevel(b) - shownLevel(a))[0] ?? null;
}

/** Nothing where the situation has ended meanwhile, or the county has not told of it yet. */
export function answers(county: County, set: AckSet, named: ReadonlySet<string>): Answers {
  const { situation } = set;
  if (situation === null || !county.situations.has(situation)) return { alarm: null, shown: [] };
  const taken = ackViews(set, named, county);
  const alarms = taken.map((one) => one.key);
  const cause = answered(county, situation, alarms);
  const seen = cause && !alarms.includes(cause.key) ? [cause, ...taken] : taken;
  return {
    alarm: cause?.key ?? null,
    situation,
    alarms,
    shown: [...set.told, ...seen.map(asShown)],
  };
}
