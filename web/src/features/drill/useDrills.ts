// Asks now and then whether this is a drill or one runs beside it. A server that does not say is real.
import { useEffect, useState } from "react";
import { drills } from "../../actions/drill";
import type { DrillsView } from "../../wire/drill";

const EVERY_MS = 10_000;

export function useDrills(): DrillsView | null {
  const [known, setKnown] = useState<DrillsView | null>(null);
  useEffect(() => {
    let gone = false;
    const ask = () =>
      drills().then(
        (view) => !gone && setKnown(view),
        () => {},
      );
    void ask();
    const again = setInterval(() => void ask(), EVERY_MS);
    return () => {
      gone = true;
      clearInterval(again);
    };
  }, []);
  return known;
}
