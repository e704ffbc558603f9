// The pages of a run: the feed has those of runs that run, older ones are asked for once.
import { useEffect, useMemo, useState } from "react";
import { runs } from "../../actions/duty";
import { isPast } from "../../state/select";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import type { PageView, RunView } from "../../wire/view";
import { failure } from "../rules/failure";

export function usePagesOf(county: County, run: RunView): { pages: PageView[]; failed: string } {
  const past = useApp(isPast);
  const [asked, setAsked] = useState<{ run: string; pages: PageView[] } | null>(null);
  const [failed, setFailed] = useState("");
  const heard = useMemo(
    () => [...county.pages.values()].filter((page) => page.run === run.id),
    [county.pages, run.id],
  );
  const missing = run.called > 0 && run.state !== "running" && asked?.run !== run.id && !past;
  const { code } = county;
  useEffect(() => {
    if (!missing) return;
    let gone = false;
    setFailed("");
    runs(code)
      .then((list) => {
        const found = list.find((one) => one.id === run.id)?.pages ?? [];
        if (!gone) setAsked({ run: run.id, pages: found });
      })
      .catch((error: unknown) => !gone && setFailed(failure(error)));
    return () => {
      gone = true;
    };
  }, [missing, code, run.id]);
  const pages = useMemo(() => {
    const all = new Map((asked?.run === run.id ? asked.pages : []).map((page) => [page.id, page]));
    for (const page of heard) all.set(page.id, page);
    return [...all.values()];
  }, [asked, heard, run.id]);
  return { pages, failed };
}
