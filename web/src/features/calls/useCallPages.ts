// Attempts of every run that still calls. The feed has those of runs that run; of runs that called everybody
// in vain they are asked for once. Where that fails the people stand in the list all the same, without how far
// their calls came.
import { useMemo } from "react";
import { isCalling, type Pages, situationOf } from "../../state/calls";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import { useRunPages } from "./useRunPages";

export function useCallPages(county: County): Pages {
  const system = useApp((state) => state.world.system);
  const { code, pages, runs, situations } = county;
  const missing = useMemo(() => {
    const known = new Set([...pages.values()].map((page) => page.run));
    const open = [...runs.values()].filter(
      (run) =>
        situationOf(run) !== null &&
        run.called > 0 &&
        !known.has(run.id) &&
        isCalling(run, { runs, situations }, system),
    );
    return open.map((run) => run.id).join(" ");
  }, [runs, situations, system, pages]);
  const { pages: asked } = useRunPages(code, missing);
  return useMemo(() => {
    if (asked.length === 0) return pages;
    return new Map([...asked.map((page) => [page.id, page] as const), ...pages]);
  }, [asked, pages]);
}
