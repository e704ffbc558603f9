// What an officer does to alarms.
import { store } from "../state/store";
import type { Shown } from "../wire/acts";
import type { SystemKind, Truth } from "../wire/view";
import { press } from "./act";

/** How alarms are shown now: what rises or begins anew before the press arrives is not taken along. */
export function shownNow(keys: readonly string[]): Shown[] {
  const counties = [...store.get().world.counties.values()];
  return keys.flatMap((key) => {
    const alarm = counties.map((county) => county.alarms.get(key)).find((one) => one);
    if (!alarm) return [];
    const level = Math.max(alarm.told, alarm.level);
    return { alarm: key, episode: alarm.episode, level };
  });
}

/** Takes note of exactly these alarms: the set is frozen at the press. */
export function acknowledge(alarms: readonly string[]): Promise<string> {
  return press({ action: "acknowledge", alarms: [...alarms], shown: shownNow(alarms) });
}

/** Takes note of a situation: of the members shown at the press, and of nothing that came after. */
export function acknowledgeSituation(
  situation: string,
  alarms: readonly string[],
): Promise<string> {
  const shown = shownNow(alarms);
  return press({ action: "acknowledge_situation", situation, alarms: [...alarms], shown });
}

/** One alarm makes no noise until then, unless it rises. */
export function shelve(alarm: string, until: Date, reason: string): Promise<string> {
  const end = until.toISOString();
  return press({ action: "shelve", alarm, until: end, ...(reason ? { reason } : {}) });
}

export function unshelve(alarm: string): Promise<string> {
  return press({ action: "unshelve", alarm });
}

/** What an alarm turned out to be; a duplicate names the alarm that is kept. */
export function markTruth(alarm: string, truth: Truth, of?: string): Promise<string> {
  return press({ action: "mark_truth", alarm, truth, ...(of ? { of } : {}) });
}

/** Ends a latched alarm, or one whose sight is lost. */
export function resetAlarm(alarm: string, reason: string): Promise<string> {
  return press({ action: "reset_alarm", alarm, ...(reason ? { reason } : {}) });
}

/** Says who looks after a notice until it is over. */
export function takeNotice(notice: SystemKind, subject: string, owner: string): Promise<string> {
  return press({ action: "take_notice", notice, subject, owner });
}

/** Says that a notice of the system is dealt with: such notices end only by a person. */
export function endNotice(notice: SystemKind, subject: string): Promise<string> {
  return press({ action: "end_notice", notice, subject });
}
