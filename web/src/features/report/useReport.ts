// One report: fetched when it is asked for, anew when its language changes or something was written to it.
import { useEffect, useState } from "react";
import { reportFragment, reportTexts } from "../../actions/report";
import type { ReportText } from "../../wire/report";
import { failure } from "../rules/failure";

export type Fetched =
  | { kind: "idle" }
  | { kind: "asking" }
  /** `anew` while the one that was asked for since is being made. */
  | { kind: "here"; markup: string; anew: boolean }
  | { kind: "failed"; words: string };

/** The article under these parameters; none is asked for while they are absent. */
export function useReport(parameters: string | null, round: number): Fetched {
  const [found, setFound] = useState<Fetched>({ kind: "idle" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks anew
  useEffect(() => {
    if (parameters === null) {
      setFound({ kind: "idle" });
      return;
    }
    const gone = new AbortController();
    // What is shown stays until the new one is there.
    setFound((before) => (before.kind === "here" ? { ...before, anew: true } : { kind: "asking" }));
    reportFragment(parameters, gone.signal)
      .then((markup) => setFound({ kind: "here", markup, anew: false }))
      .catch((error: unknown) => {
        if (!gone.signal.aborted) setFound({ kind: "failed", words: failure(error) });
      });
    return () => gone.abort();
  }, [parameters, round]);
  return found;
}

/** Everything that was written to reports of a county. */
export function useTexts(code: string, round: number, allowed: boolean): ReportText[] {
  const [texts, setTexts] = useState<ReportText[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks anew
  useEffect(() => {
    if (!allowed) return;
    let gone = false;
    reportTexts(code)
      .then((list) => !gone && setTexts(list))
      // The report itself says what is wrong; here nothing was written then.
      .catch(() => !gone && setTexts([]));
    return () => {
      gone = true;
    };
  }, [code, round, allowed]);
  return texts;
}
