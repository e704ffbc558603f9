import { hm, stamp } from "../../i18n/format";
import { personName } from "../../i18n/words";
import type { Entry } from "../../state/journal";
import type { County } from "../../state/world";
import type { Level } from "../../wire/view";
import { useDesk } from "../desk/desk";
import { Mark } from "../marks/Mark";
import { entryWay, entryWords } from "./journalWords";

interface JournalRowProps {
  county: County;
  entry: Entry;
  texts: ReadonlyMap<string, string>;
  now: number;
}

/** One line: when, who, what, and the words that were said with it. */
export function JournalRow({ county, entry, texts, now }: JournalRowProps) {
  const { move } = useDesk();
  const { words, said } = entryWords(county, entry, texts, now);
  const way = entryWay(entry);
  const level = levelOf(entry);
  const until = entry.what === "mark" && entry.until ? `–${hm(entry.until)}` : "";
  const inside = (
    <>
      <span className="i3">
        {stamp(entry.at, now)}
        {until}
      </span>
      <span className="el i2">
        {entry.by ? personName(county.people.get(entry.by), entry.by) : ""}
      </span>
      <span className="f">{level ? <Mark level={level} size={14} /> : null}</span>
      <span>
        {entry.what === "mark" ? <b>{words}</b> : words}
        {said ? <span className="i2"> “{said}”</span> : null}
      </span>
    </>
  );
  return way ? (
    <button
      type="button"
      className="jrow"
      onClick={() => move(way)}
      data-testid="journal-row"
      data-what={entry.what}
    >
      {inside}
    </button>
  ) : (
    <div className="jrow" data-testid="journal-row" data-what={entry.what}>
      {inside}
    </div>
  );
}

function levelOf(entry: Entry): Level | null {
  if (entry.what === "alarm") return entry.alarm.worst as Level;
  if (entry.what === "command") return entry.command.level;
  return null;
}
