// Where a meaning leads: to the page or dialog that exists, with its object filled in. Nothing is sent from here.
import type { Meaning } from "../../state/line";
import { byUrgency } from "../../state/select";
import type { Row } from "../../state/silence";
import { alarmsUnder, matcherOf } from "../../state/situations";
import type { County } from "../../state/world";
import type { DeskMove } from "../desk/desk";
import { PAGES } from "./linePages";

/** A new command, whatever was being written. */
const compose = (more: {
  alarm?: string | null;
  people?: string[];
  groups?: string[];
}): DeskMove => ({
  to: "compose",
  alarm: null,
  anew: true,
  ...more,
});

/** Whoever owes an answer, worst first, is found in that list; everybody else by their channels. */
function personMove(person: string, owed: readonly Row[]): DeskMove {
  const row = owed.find((one) => one.person === person);
  if (row) return { to: "unanswered", task: row.key };
  return { to: "duty", tab: "contacts", post: person };
}

function openAlarm(county: County, key: string, asking: boolean): DeskMove[] {
  const station = county.alarms.get(key)?.station ?? null;
  return [{ to: "open", alarm: key, station, asking }];
}

export function lineMoves(
  county: County,
  { verb, entry }: Meaning,
  owed: readonly Row[],
): DeskMove[] {
  if (!entry) return verb === "order" ? [compose({})] : [];
  const { kind, id } = entry;
  const asking = verb === "ack";
  switch (kind) {
    case "situation": {
      if (verb === "silence") {
        const one = county.situations.get(id);
        const draft = one ? { kind: "silence" as const, matcher: matcherOf(one) } : null;
        return [{ to: "ledger", draft }];
      }
      if (verb !== "order") return [{ to: "situation", situation: id, asking }];
      const [worst] = alarmsUnder(county, id).sort(byUrgency);
      return [compose({ alarm: worst?.key ?? null })];
    }
    case "alarm":
      return verb === "order" ? [compose({ alarm: id })] : openAlarm(county, id, asking);
    case "person":
      if (verb === "order") return [compose({ people: [id] })];
      if (verb === "call") return [personMove(id, owed)];
      return [{ to: "duty", tab: "contacts", post: id }];
    case "group":
      return [compose({ groups: [id] })];
    case "command":
      return [{ to: "board", command: id }];
    case "station":
      if (verb === "silence")
        return [{ to: "ledger", draft: { kind: "silence", matcher: { station: id } } }];
      return [{ to: "map" }, { to: "station", station: id }];
    case "page": {
      const page = PAGES.find((one) => one.id === id);
      return page ? [page.move] : [];
    }
  }
}
