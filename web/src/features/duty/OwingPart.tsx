// A part of what the next shift takes over, and a row of it with the way to what it is about.
import { type ReactNode, useState } from "react";
import { i18n } from "../../i18n/i18n";

/** Rows of a part shown before "all of them". */
const SHOWN = 8;

export function Part({
  id,
  title,
  count,
  rows,
}: {
  id: string;
  title: string;
  count: number;
  rows: ReactNode[];
}) {
  const [all, setAll] = useState(false);
  const left = rows.length - SHOWN;
  return (
    <section className="p owedpart" id={`owed-${id}`} data-testid={`owed-${id}`}>
      <div className="pt">
        <h2>{title}</h2>
        <span className="i2">{count}</span>
      </div>
      {all ? rows : rows.slice(0, SHOWN)}
      {left > 0 ? (
        <button
          type="button"
          className="line more"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? i18n.t("收起") : i18n.t("另有 {n} 行，全部列出", { n: left })}
        </button>
      ) : null}
    </section>
  );
}

interface RowProps {
  onOpen: (() => void) | null;
  lead?: ReactNode;
  words: string;
  more?: string;
  aside?: string;
  due?: ReactNode;
}

export function Row({ onOpen, lead, words, more, aside, due }: RowProps) {
  const inside = (
    <>
      {lead}
      <span className="el owedname">{words}</span>
      <span className="s i3 el g">{more}</span>
      {aside ? <span className="s nw">{aside}</span> : null}
      {due}
    </>
  );
  return onOpen ? (
    <button type="button" className="owedrow" onClick={onOpen} data-testid="owed-row">
      {inside}
    </button>
  ) : (
    <div className="owedrow" data-testid="owed-row">
      {inside}
    </div>
  );
}
