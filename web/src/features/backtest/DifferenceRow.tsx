// One raise that B moves, adds or drops.
import { stamp } from "../../i18n/format";
import { say } from "../../i18n/i18n";
import type { Judgement, Row } from "../../state/backtest";
import { type County, seriesKey } from "../../state/world";
import type { Level } from "../../wire/view";
import { Mark } from "../marks/Mark";
import { judgedWords, movementName, shiftWords } from "./trialWords";

interface DifferenceRowProps {
  row: Row;
  judged: { a: Judgement; b: Judgement };
  county: County;
  now: number;
  selected: boolean;
}

export function DifferenceRow({ row, judged, county, now, selected }: DifferenceRowProps) {
  const station = county.stations.get(row.station);
  const key = seriesKey(row.station, row.quantity);
  const series = station?.series.find((one) => seriesKey(one.station, one.quantity) === key);
  const time = (at: string | null) => (at ? stamp(at, now) : "—");
  // What came of it is one event's word, whichever run heard of it; where they differ, B's counts.
  const known = judged.b ?? judged.a;
  return (
    <div
      className={`drow${selected ? " sel" : ""}`}
      data-testid="difference-row"
      data-movement={row.movement ?? ""}
    >
      <span className="tag ln">{row.movement ? movementName(row.movement) : "A"}</span>
      <Mark level={row.level as Level} size={14} />
      <span className="el">
        <b>{say(station?.name) || row.station}</b>{" "}
        <span className="i3 s">{say(series?.title) || row.quantity}</span>
      </span>
      <span className="s r nw">
        A {time(row.a)}
        {row.movement ? <> · B {time(row.b)}</> : null}
      </span>
      <span className="s i2 r nw">
        <b data-testid="row-shift">{shiftWords(row.by_ms)}</b>{" "}
        {known ? <span className="tag ln">{judgedWords(known)}</span> : null}
      </span>
    </div>
  );
}
