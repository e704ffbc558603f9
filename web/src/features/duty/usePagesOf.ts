// The pages of a run: the feed has those of runs that run, older ones are asked for once.
import { useMemo } from "react";
import type { County } from "../../state/world";
import type { PageView, RunView } from "../../wire/view";
import { useRunPages } from "../calls/useRunPages";

export function usePagesOf(county: County, run: RunView): { pages: PageView[]; failed: string } {
  const missing = run.called > 0 && run.state !== "running" ? run.id : "";
  const { pages: asked, failed } = useRunPages(county.code, missing);
  const pages = useMemo(() => {
    const all = new Map([...asked, ...county.pages.values()].map((page) => [page.id, page]));
    return [...all.values()].filter((page) => page.run === run.id);
  }, [asked, county.pages, run.id]);
  return { pages, failed };
}
