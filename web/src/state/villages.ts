// Villages that are known: from earlier commands, and the townships of whom a command goes to. Pure.
import type { CommandView, Text } from "../wire/view";
import { commandsOf } from "./select";
import type { County } from "./world";

export interface KnownVillage {
  village: string;
  /** As many as were to be moved the last time anybody said. */
  to_move: number;
}

/** Villages of earlier commands, the newest number of each, in the order of their names. */
export function knownVillages(county: County): KnownVillage[] {
  const found = new Map<string, number>();
  for (const command of commandsOf(county))
    for (const { village, to_move } of told(command))
      if (!found.has(village)) found.set(village, to_move);
  const list = [...found].map(([village, to_move]) => ({ village, to_move }));
  return list.sort((a, b) => a.village.localeCompare(b.village, "zh"));
}

/** What the command said, else what was counted. */
function told(command: CommandView): KnownVillage[] {
  return [...(command.villages ?? []), ...(command.count ?? [])];
}

/** The townships of these people, in the county's order. */
export function townshipsOf(county: County, people: Iterable<string>): Text[] {
  const codes = new Set<string | null>();
  for (const id of people) codes.add(county.people.get(id)?.township ?? null);
  return county.areas
    .filter((area) => area.kind === "township" && codes.has(area.code))
    .map((area) => area.title);
}
