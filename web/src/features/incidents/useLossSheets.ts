// What is written of an incident's losses and not sent: kept in this machine for whoever writes it, so that it is
// there again after a reload.
import { useEffect, useRef, useState } from "react";
import { keepSheets, keptSheets } from "../../actions/losses";
import { lossesOf } from "../../state/losses";
import { foundAgain, type KeptSheet, type Sheets, worthKeeping } from "../../state/lossSheets";
import { useApp } from "../../state/store";
import type { IncidentView } from "../../wire/view";

/** Written at most this often, ms. */
const PACE_MS = 300;

/** Another sheet in the place of the one before; none: nothing is kept. */
export type Change = (before: KeptSheet | undefined) => KeptSheet | undefined;

export function useLossSheets(
  incident: IncidentView,
): [Sheets, (township: string, change: Change) => void] {
  const person = useApp((state) => state.me?.person.id);
  const [sheets, setSheets] = useState<Sheets>({});
  const [found, setFound] = useState(false);
  const write = useRef<(() => void) | null>(null);
  useEffect(() => {
    if (!person) return;
    let gone = false;
    const take = (kept: Sheets | null) => {
      if (gone) return;
      setSheets((since) => (kept ? foundAgain(kept, since) : since));
      setFound(true);
    };
    keptSheets(person, incident.id).then(take, (error: unknown) => {
      console.warn("what was written of losses is not found", error);
      take(null);
    });
    return () => {
      gone = true;
      // What was written in the last moment before the page turned away.
      write.current?.();
    };
  }, [person, incident.id]);
  useEffect(() => {
    if (!person || !found) return;
    const keep = () => {
      write.current = null;
      keepSheets(person, incident.id, worthKeeping(lossesOf(incident), sheets)).catch(
        (error: unknown) => console.warn("what is written of losses is not kept", error),
      );
    };
    write.current = keep;
    const timer = setTimeout(() => write.current === keep && keep(), PACE_MS);
    return () => clearTimeout(timer);
  }, [person, incident, sheets, found]);
  const setSheet = (township: string, change: Change) =>
    setSheets((before) => ({ ...before, [township]: change(before[township]) }));
  return [sheets, setSheet];
}
