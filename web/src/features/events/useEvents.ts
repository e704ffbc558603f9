// The county's events: fetched once the page is open, and followed by the feed from there on.
import { useEffect, useMemo, useState } from "react";
import { events } from "../../actions/events";
import { book } from "../../state/events";
import type { County } from "../../state/world";
import type { EventView } from "../../wire/view";
import { failure } from "../rules/failure";

export type Events =
  | { kind: "asking" }
  | { kind: "here"; list: EventView[] }
  | { kind: "failed"; words: string };

export function useEvents(county: County, round: number): Events {
  const [fetched, setFetched] = useState<EventView[] | null>(null);
  const [failed, setFailed] = useState("");
  const { code, events: heard } = county;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks anew
  useEffect(() => {
    let gone = false;
    setFailed("");
    events(code)
      .then((list) => !gone && setFetched(list))
      .catch((error: unknown) => !gone && setFailed(failure(error)));
    return () => {
      gone = true;
    };
  }, [code, round]);
  const list = useMemo(() => book(fetched ?? [], heard), [fetched, heard]);
  if (failed) return { kind: "failed", words: failed };
  return fetched === null ? { kind: "asking" } : { kind: "here", list };
}
