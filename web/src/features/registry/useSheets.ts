// A station's rows in the site's tables as they are now, asked for anew when the files in force change. A moment of
// the past has a version of its own and no rows: there they are asked for once.
import { useEffect, useState } from "react";
import { sheet } from "../../actions/site";
import { type Cells, cellsOf } from "../../state/registry";
import { usePast } from "../clock/usePast";
import { failure } from "../rules/failure";

const KINDS = ["stations", "series", "thresholds", "attributes"] as const;
export type StationKind = (typeof KINDS)[number];

export type Sheets =
  | { kind: "asking" }
  | { kind: "here"; rows: Record<StationKind, Cells[]> }
  | { kind: "failed"; words: string };

export function useSheets(county: string, station: string, version: string, round: number): Sheets {
  const [sheets, setSheets] = useState<Sheets>({ kind: "asking" });
  const past = usePast();
  const of = past ? "" : version;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other files, or a change of ours: ask anew
  useEffect(() => {
    let gone = false;
    Promise.all(KINDS.map((kind) => sheet(kind, county, station)))
      .then((found) => {
        const rows = Object.fromEntries(
          KINDS.map((kind, place) => {
            const one = found[place];
            return [kind, one ? cellsOf(one) : []];
          }),
        ) as Record<StationKind, Cells[]>;
        if (!gone) setSheets({ kind: "here", rows });
      })
      .catch((error: unknown) => !gone && setSheets({ kind: "failed", words: failure(error) }));
    return () => {
      gone = true;
    };
  }, [county, station, of, round]);
  return sheets;
}
