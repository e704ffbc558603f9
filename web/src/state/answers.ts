// What a command that is begun from a situation answers, and what it acknowledges in the officer's name.
import type { AlarmView } from "../wire/view";
import { isUnacked, shownLevel } from "./select";
import { type AckSet, ackKeys, alarmsUnder } from "./situations";
import type { County } from "./world";

export interface Answers {
  /** The alarm the command hangs on: its lease goes on with the command's progress. */
  alarm: string | null;
  situation?: string;
  /** Members that were shown when it was begun, red ones only by name. */
  alarms?: string[];
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
  if (situation === null || !county.situations.has(situation)) return { alarm: null };
  const alarms = ackKeys(set, named, county);
  return { alarm: answered(county, situation, alarms)?.key ?? null, situation, alarms };
}
