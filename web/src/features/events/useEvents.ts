// The county's events: fetched for each world the feed begins, and followed by the feed from there on. They cannot be
// asked for as of a moment of the past: there what began later is left out.
import { useEffect, useMemo, useState } from "react";
import { events } from "../../actions/events";
import { begunBy, book } from "../../state/events";
import { useApp } from "../../state/store";
import type { County } from "../../state/world";
import type { EventView } from "../../wire/view";
import { useNow } from "../clock/useNow";
import { usePast } from "../clock/usePast";
import { failure } from "../rules/failure";

export type Events =
  | { kind: "asking" }
  | { kind: "here"; list: EventView[] }
  | { kind: "failed"; words: string };

export function useEvents(county: County, round: number): Events {
  const begun = useApp((state) => state.world.begun);
  const past = usePast();
  const now = useNow();
  const [fetched, setFetched] = useState<EventView[] | null>(null);
  const [failed, setFailed] = useState("");
  const { code, events: heard } = county;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round or world asks anew
  useEffect(() => {
    let gone = false;
    setFailed("");
    events(code)
      .then((list) => !gone && setFetched(list))
      .catch((error: unknown) => !gone && setFailed(failure(error)));
    return () => {
      gone = true;
    };
  }, [code, round, begun]);
  const until = past ? now : null;
  const list = useMemo(() => {
    const all = book(fetched ?? [], heard);
    return until === null ? all : begunBy(all, until);
  }, [fetched, heard, until]);
  if (failed) return { kind: "failed", words: failed };
  return fetched === null ? { kind: "asking" } : { kind: "here", list };
}
