// Which situations and commands are chosen for an incident: the commands about a situation come with it, and
// each may be left out or taken by itself.
import { useState } from "react";
import { commandsAbout, type Parts, partsFor } from "../../state/incidents";
import type { County } from "../../state/world";
import type { IncidentView } from "../../wire/view";

export interface Choice extends Parts {
  chosen: { situations: string[]; commands: string[] };
  count: number;
  has: (id: string) => boolean;
  flipSituation: (id: string) => void;
  flipCommand: (id: string) => void;
}

const flip = (set: ReadonlySet<string>, id: string) => {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
};

export function useParts(county: County, incident: IncidentView | null): Choice {
  const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
  const [flipped, setFlipped] = useState<ReadonlySet<string>>(new Set());
  const parts = partsFor(county, incident, taken);
  const about = commandsAbout(county, taken);
  const has = (id: string) => taken.has(id) || about.has(id) !== flipped.has(id);
  const chosen = {
    situations: parts.situations.map(({ id }) => id).filter((id) => taken.has(id)),
    commands: parts.commands.map(({ id }) => id).filter((id) => about.has(id) !== flipped.has(id)),
  };
  return {
    ...parts,
    chosen,
    count: chosen.situations.length + chosen.commands.length,
    has,
    flipSituation: (id) => setTaken(flip(taken, id)),
    flipCommand: (id) => setFlipped(flip(flipped, id)),
  };
}
