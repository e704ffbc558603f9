// Situations as the server made them, in the order a desk reads them; and whatever the server left out.
import type { Shown } from "../wire/acts";
import type { AlarmView, Level, Matcher, SituationView } from "../wire/view";
import { byUrgency, isUnacked, shownLevel } from "./select";
import type { County } from "./world";

/** The level to show: now, or the worst there was once every member has returned. */
export function situationLevel(one: SituationView): Level {
  return Math.min(4, Math.max(1, one.level || one.worst)) as Level;
}

/** Somebody still has to look first, then those that stand, then worst, then newest change. */
export function byNeed(a: SituationView, b: SituationView): number {
  return (
    Number(b.unacked > 0) - Number(a.unacked > 0) ||
    Number(a.level === 0) - Number(b.level === 0) ||
    situationLevel(b) - situationLevel(a) ||
    (a.changed < b.changed ? 1 : a.changed > b.changed ? -1 : a.id < b.id ? -1 : 1)
  );
}

/** The larger situation this one is told with now, through any number of merges; itself if none. */
export function headOf(county: County, one: SituationView): SituationView {
  let head = one;
  for (let step = 0; step < 8 && head.merged_into !== null; step++) {
    const next = county.situations.get(head.merged_into);
    if (!next) break;
    head = next;
  }
  return head;
}

/** Those that have become part of this one. */
export function mergedInto(county: County, id: string): SituationView[] {
  return [...county.situations.values()].filter(
    (one) => one.id !== id && headOf(county, one).id === id,
  );
}

/** What the list shows: one entry per situation that is not part of another, most needed first. */
export function situationList(county: County): SituationView[] {
  return [...county.situations.values()]
    .filter((one) => headOf(county, one).id === one.id)
    .sort(byNeed);
}

/** Open members with those of everything merged into it, most urgent first. */
export function membersOf(county: County, one: SituationView): AlarmView[] {
  const keys = new Set(one.members);
  for (const part of mergedInto(county, one.id)) for (const key of part.members) keys.add(key);
  return [...keys].flatMap((key) => county.alarms.get(key) ?? []).sort(byUrgency);
}

/** No gauge raised it and none has joined it. */
export function isUngauged(one: SituationView | undefined, alarms: readonly AlarmView[]): boolean {
  return (one?.manual ?? null) !== null && alarms.length === 0;
}

/** The worst alarm that stands at one of these stations. */
export function worstAt(county: County, stations: readonly string[]): AlarmView | null {
  const here = new Set(stations);
  const standing = [...county.alarms.values()].filter(
    (alarm) => here.has(alarm.station) && alarm.process !== "returned",
  );
  return standing.sort((a, b) => shownLevel(b) - shownLevel(a) || byUrgency(a, b))[0] ?? null;
}

/** Alarms that no situation lists. Nothing lit may go unseen: the list shows them by themselves. */
export function looseAlarms(county: County): AlarmView[] {
  const listed = new Set<string>();
  for (const one of county.situations.values()) for (const key of one.members) listed.add(key);
  return [...county.alarms.values()].filter((alarm) => !listed.has(alarm.key)).sort(byUrgency);
}

/** Id under which loose alarms are opened. */
export const LOOSE = "loose";

/** The alarms one click on the list leads to. */
export function alarmsUnder(county: County, id: string): AlarmView[] {
  if (id === LOOSE) return looseAlarms(county);
  const one = county.situations.get(id);
  return one ? membersOf(county, one) : [];
}

/** A silence asked for from a situation begins with its hazard and area. */
export function matcherOf(one: SituationView): Matcher {
  if (one.area.kind === "catchment") return { hazard: one.hazard, catchment: one.area.code };
  if (one.area.kind === "township") return { hazard: one.hazard, township: one.area.code };
  return { hazard: one.hazard };
}

/** What is to be acknowledged with one press, as it stood at that press. */
export interface AckSet {
  situation: string | null;
  /** Orange and below: taken together. */
  together: AlarmView[];
  /** Red: taken by name only. */
  byName: AlarmView[];
  /** Everything that was listed, acknowledged or not: what is not in here came later. */
  listed: ReadonlySet<string>;
  /** A situation opened by hand, as it stood; empty for any other. */
  told: readonly Shown[];
}

/** Freezes the alarms shown now that nobody has taken note of. */
export function freezeAck(
  situation: string | null,
  shown: readonly AlarmView[],
  told: readonly Shown[] = [],
): AckSet {
  const open = shown.filter(isUnacked);
  return {
    situation,
    together: open.filter((alarm) => shownLevel(alarm) < 4),
    byName: open.filter((alarm) => shownLevel(alarm) === 4),
    listed: new Set(shown.map((alarm) => alarm.key)),
    told,
  };
}

/** A situation opened by hand as a person saw it: a press takes note of no newer call, and of no graver one. */
export function asTold(county: County, situation: string | null): Shown[] {
  const manual = county.situations.get(situation ?? "")?.manual;
  if (!situation || !manual) return [];
  return [{ alarm: situation, episode: manual.episode, level: manual.level }];
}

/** An alarm as a person saw it: a press takes note of this and of nothing above it. */
export function asShown({ key, episode, told, level }: AlarmView): Shown {
  return { alarm: key, episode, level: Math.max(told, level) };
}

/** What is now is no longer what was seen: it has risen, or begun anew. */
export function hasMoved(seen: AlarmView, now: AlarmView): boolean {
  return now.episode !== seen.episode || asShown(now).level > asShown(seen).level;
}

/**
 * What to send, as it was frozen: all that go together and the reds chosen by name; none that came later, has
 * moved since or is acknowledged by now.
 */
export function ackViews(set: AckSet, named: ReadonlySet<string>, county: County): AlarmView[] {
  const chosen = [...set.byName.filter((alarm) => named.has(alarm.key)), ...set.together];
  return chosen.filter((alarm) => {
    const now = county.alarms.get(alarm.key);
    return now !== undefined && isUnacked(now) && !hasMoved(alarm, now);
  });
}

export function ackKeys(set: AckSet, named: ReadonlySet<string>, county: County): string[] {
  return ackViews(set, named, county).map((alarm) => alarm.key);
}

/** How many alarms under this situation came, rose or began anew after the set was frozen. */
export function cameLater(set: AckSet, shown: readonly AlarmView[]): number {
  const frozen = new Map([...set.together, ...set.byName].map((alarm) => [alarm.key, alarm]));
  return shown.filter((alarm) => {
    const seen = frozen.get(alarm.key);
    return !set.listed.has(alarm.key) || (seen && isUnacked(alarm) && hasMoved(seen, alarm));
  }).length;
}
