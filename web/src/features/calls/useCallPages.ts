// Attempts of every run that still calls. The feed has those of runs that run; of runs that called everybody
// in vain they are asked for once.
import { useEffect, useMemo, useState } from "react";
import { runs as runsOf } from "../../actions/duty";
import { isCalling, type Pages, situationOf } from "../../state/calls";
import { isPast } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import type { PageView } from "../../wire/view";

const NONE: readonly PageView[] = [];

export function useCallPages(county: County): Pages {
  const past = useApp(isPast);
  const [asked, setAsked] = useState(NONE);
  const system = useApp((state) => state.world.system);
  const { code, pages, runs, situations } = county;
  const missing = useMemo(() => {
    const known = new Set([...pages.values(), ...asked].map((page) => page.run));
    const open = [...runs.values()].filter(
      (run) =>
        situationOf(run) !== null &&
        run.called > 0 &&
        !known.has(run.id) &&
        isCalling(run, { runs, situations }, system),
    );
    return open.map((run) => run.id).join(" ");
  }, [runs, situations, system, pages, asked]);
  useEffect(() => {
    if (missing === "" || past) return;
    let gone = false;
    runsOf(code)
      .then((list) => !gone && setAsked(list.flatMap((run) => run.pages)))
      .catch(() => {
        // The people stand in the list all the same, without how far their calls came.
      });
    return () => {
      gone = true;
    };
  }, [missing, code, past]);
  return useMemo(() => {
    if (asked.length === 0) return pages;
    return new Map([...asked.map((page) => [page.id, page] as const), ...pages]);
  }, [asked, pages]);
}
