// What channels reach and when they are tested: asked for when the page opens, and again when calls go on
// or a channel is lost or found.
import { useEffect, useState } from "react";
import { reach } from "../../actions/duty";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import type { ReachView } from "../../wire/view";
import { usePast } from "../clock/usePast";

/** Receipts come in swarms; they are asked about once, ms. */
const SETTLE_MS = 800;

/** Null until the server has answered, and while the past is shown: this is known of now alone. */
export function useReach(county: County, round: number): ReachView | null {
  const [known, setKnown] = useState<ReachView | null>(null);
  const system = useApp((state) => state.world.system);
  const past = usePast();
  const { code, pages } = county;
  // biome-ignore lint/correctness/useExhaustiveDependencies: new receipts, notices and another round ask anew
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(
      () =>
        reach(code)
          .then((view) => !gone && setKnown(view))
          .catch(() => {
            // The list of contacts beside it says that nobody answers.
          }),
      known === null ? 0 : SETTLE_MS,
    );
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [code, pages, system, round]);
  return past ? null : known;
}
