// The lines of the journal. It begins at the newest; later ones come below it and move nothing.
import { useLayoutEffect, useRef, useState } from "react";
import { i18n } from "../../i18n/i18n";
import type { Entry } from "../../state/journal";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { JournalRow } from "./JournalRow";

/** Nearer to its end than this a list is at its end, px. */
const NEAR_END = 40;

interface JournalListProps {
  county: County;
  entries: readonly Entry[];
  now: number;
}

export function JournalList({ county, entries, now }: JournalListProps) {
  const texts = useApp((state) => state.texts);
  const box = useRef<HTMLDivElement>(null);
  const count = entries.length;
  const [seen, setSeen] = useState(count);
  const end = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    setSeen(count);
  };
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, []);
  const look = () => {
    const list = box.current;
    if (list && list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END) setSeen(count);
  };
  const fresh = Math.max(0, count - seen);
  return (
    <>
      <div
        className="pb"
        ref={box}
        onScroll={look}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls takes the keyboard
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={i18n.t("值班日志")}
        data-testid="journal-list"
      >
        {entries.map((entry) => (
          <JournalRow key={entry.key} county={county} entry={entry} texts={texts} now={now} />
        ))}
      </div>
      {fresh > 0 ? (
        <button type="button" className="newbar" onClick={end} data-testid="journal-new">
          <b>{i18n.t("有 {n} 条新的", { n: fresh })}</b>
        </button>
      ) : null}
    </>
  );
}
