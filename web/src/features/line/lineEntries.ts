// Everything a line can be about, in the order in which it matters, with the words it is found by.
import { i18n, say } from "../../i18n/i18n";
import { hazardName, levelName, personPost } from "../../i18n/words";
import type { Entry } from "../../state/line";
import { alarmsByUrgency, commandsOf, isOpen, isUnacked, shownLevel } from "../../state/select";
import type { Row } from "../../state/silence";
import { LOOSE, looseAlarms, situationLevel, situationList } from "../../state/situations";
import type { County } from "../../state/world";
import type { Text } from "../../wire/view";
import { situationName } from "../situations/situationWords";
import { PAGES } from "./linePages";

const both = (text: Text | undefined | null): string[] => (text ? [text.zh, text.en] : []);

export function lineEntries(county: County, owed: readonly Row[]): Entry[] {
  return [
    ...situations(county),
    ...people(county, owed),
    ...alarms(county),
    ...commands(county),
    ...county.groups.map(
      (one): Entry => ({
        kind: "group",
        id: one.id,
        label: `${say(one.title)} ${i18n.t("{n} 人", { n: one.members.length })}`,
        words: [...both(one.title), one.id],
      }),
    ),
    ...PAGES.map(
      ({ id, name, words }): Entry => ({
        kind: "page",
        id,
        label: name(),
        words: [name(), ...words],
      }),
    ),
    ...[...county.stations.values()].map(
      (one): Entry => ({
        kind: "station",
        id: one.id,
        label: `${say(one.name)} ${one.id}`,
        words: [...both(one.name), one.id],
      }),
    ),
  ];
}

function situations(county: County): Entry[] {
  const list = situationList(county).map(
    (one, n): Entry => ({
      kind: "situation",
      id: one.id,
      label: `${situationName(one)} · ${levelName(situationLevel(one))}`,
      words: [hazardName(one.hazard), one.hazard, ...both(one.area.title), one.area.code],
      number: n + 1,
      open: one.unacked > 0,
    }),
  );
  const loose = looseAlarms(county);
  if (loose.length === 0) return list;
  const label = i18n.t("没有归入态势的");
  const open = loose.some(isUnacked);
  return [
    ...list,
    { kind: "situation", id: LOOSE, label, words: [label, LOOSE], number: list.length + 1, open },
  ];
}

/** Whoever owes an answer stands before everybody else, worst first. */
function people(county: County, owed: readonly Row[]): Entry[] {
  const ids = new Set([...owed.map((row) => row.person), ...county.people.keys()]);
  return [...ids].flatMap((id) => {
    const one = county.people.get(id);
    if (!one) return [];
    return {
      kind: "person" as const,
      id,
      label: [one.name || id, personPost(one), one.phone].filter(Boolean).join(" "),
      words: [one.name, id, ...both(one.post), one.phone?.replaceAll(" ", "") ?? ""],
    };
  });
}

function alarms(county: County): Entry[] {
  return alarmsByUrgency(county).map((alarm) => {
    const station = county.stations.get(alarm.station);
    return {
      kind: "alarm",
      id: alarm.key,
      label: `${say(station?.name) || alarm.station} ${say(alarm.title)} · ${levelName(shownLevel(alarm))}`,
      words: [...both(station?.name), alarm.station, ...both(alarm.title)],
      open: isUnacked(alarm),
    };
  });
}

function commands(county: County): Entry[] {
  const list = commandsOf(county);
  const open = list.filter(isOpen);
  return [...open, ...list.filter((one) => !isOpen(one))].map((one) => ({
    kind: "command",
    id: one.id,
    label: `${say(one.title)} ${i18n.t("{n} 人", { n: one.tasks.length || one.reach.length })}`,
    words: both(one.title),
  }));
}
