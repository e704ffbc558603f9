// A station's rows in the site's tables, asked for anew when the files in force change.
import { useEffect, useState } from "react";
import { sheet } from "../../actions/site";
import { type Cells, cellsOf } from "../../state/registry";
import { failure } from "../rules/failure";

const KINDS = ["stations", "series", "thresholds", "attributes"] as const;
export type StationKind = (typeof KINDS)[number];

export type Sheets =
  | { kind: "asking" }
  | { kind: "here"; rows: Record<StationKind, Cells[]> }
  | { kind: "failed"; words: string };

export function useSheets(county: string, station: string, version: string, round: number): Sheets {
  const [sheets, setSheets] = useState<Sheets>({ kind: "asking" });
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
  }, [county, station, version, round]);
  return sheets;
}
