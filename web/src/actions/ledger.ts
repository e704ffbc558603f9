// What an officer keeps quiet, for how long and why; and how it ends.
import type { Matcher, SuppressionView } from "../wire/view";
import { press } from "./act";
import { shelve, unshelve } from "./alarms";

export function silence(matcher: Matcher, until: Date, reason: string): Promise<string> {
  return press({ action: "silence", matcher, until: until.toISOString(), reason });
}

export function maintain(
  stations: readonly string[],
  from: Date,
  until: Date,
  ticket: string,
): Promise<string> {
  return press({
    action: "maintain",
    stations: [...stations],
    from: from.toISOString(),
    until: until.toISOString(),
    ticket,
  });
}

/** In force only once a second person has agreed. */
export function takeOutOfService(station: string, reason: string): Promise<string> {
  return press({ action: "take_out_of_service", station, reason });
}

export function approve(suppression: string): Promise<string> {
  return press({ action: "approve_suppression", suppression });
}

/** A shelf ends by its alarm, everything else by its own id. */
export function endSuppression(one: SuppressionView): Promise<string> {
  if (one.kind === "shelved" && one.alarm) return unshelve(one.alarm);
  return press({ action: "end_suppression", suppression: one.id });
}

/**
 * Begins the same anew with a later end and then ends the old one, in this order, so that nothing sounds
 * in between. Only what a person can begin can be extended.
 */
export async function extend(one: SuppressionView, until: Date, reason: string): Promise<void> {
  if (one.kind === "shelved" && one.alarm) {
    await shelve(one.alarm, until, reason);
    return;
  }
  if (one.kind === "silenced" && one.matcher) await silence(one.matcher, until, reason);
  else if (one.kind === "maintenance")
    await maintain(one.stations, new Date(one.from), until, one.ticket ?? reason);
  else return;
  await endSuppression(one);
}
