// Pages of runs that the feed does not tell: of those that ended, and of those that called everybody in vain. They are
// asked for once, as they stood at the time shown.
import { useEffect, useState } from "react";
import { runs } from "../../actions/duty";
import { useApp } from "../../state/store";
import type { PageView } from "../../wire/view";
import { shownNow } from "../clock/ticker";
import { useMinute } from "../clock/useNow";
import { failure } from "../rules/failure";

interface Asked {
  missing: string;
  knowledge: string | null;
  /** The time shown then, ms; gone back from, it is asked anew. */
  at: number;
  pages: readonly PageView[];
}

const MINUTE = 60_000;
const NONE: readonly PageView[] = [];

/** `missing` names the runs whose pages are wanted; empty for none. */
export function useRunPages(code: string, missing: string) {
  const knowledge = useApp((state) => state.world.heartbeat?.view.replay?.knowledge ?? null);
  const minute = useMinute();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [failed, setFailed] = useState("");
  const holds =
    asked !== null &&
    asked.knowledge === knowledge &&
    minute >= Math.floor(asked.at / MINUTE) * MINUTE;
  const wanted = missing !== "" && !(holds && asked.missing === missing);
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    setFailed("");
    const at = shownNow();
    runs(code, knowledge ? { at: new Date(at).toISOString(), knowledge } : null)
      .then((list) => {
        const pages = list.flatMap((run) => run.pages);
        if (!gone) setAsked({ missing, knowledge, at, pages });
      })
      .catch((error: unknown) => !gone && setFailed(failure(error)));
    return () => {
      gone = true;
    };
  }, [wanted, code, missing, knowledge]);
  return { pages: holds ? asked.pages : NONE, failed };
}
