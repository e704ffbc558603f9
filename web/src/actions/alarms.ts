// What an officer does to alarms.
import { asShown } from "../state/situations";
import type { Shown } from "../wire/acts";
import type { AlarmView, SystemKind, Truth } from "../wire/view";
import { press } from "./act";

/** These alarms as the screen showed them: what has risen or begun anew by then is not taken along. */
function seen(alarms: readonly AlarmView[], told: readonly Shown[] = []) {
  return { alarms: alarms.map((alarm) => alarm.key), shown: [...told, ...alarms.map(asShown)] };
}

/** Takes note of exactly these alarms, as they stand before the officer. */
export function acknowledge(alarms: readonly AlarmView[]): Promise<string> {
  return press({ action: "acknowledge", ...seen(alarms) });
}

/**
 * Takes note of a situation: of the members, and of what a person told, as they were shown, and of nothing that
 * came after.
 */
export function acknowledgeSituation(
  situation: string,
  alarms: readonly AlarmView[],
  told: readonly Shown[],
): Promise<string> {
  return press({ action: "acknowledge_situation", situation, ...seen(alarms, told) });
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

/**
 * Says that a notice of the system is dealt with: such notices end only by a person. `told` is how a call for
 * help was shown; one that came since stands.
 */
export function endNotice(
  notice: SystemKind,
  subject: string,
  [shown]: readonly Shown[] = [],
): Promise<string> {
  return press({ action: "end_notice", notice, subject, ...(shown ? { shown } : {}) });
}
