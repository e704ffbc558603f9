// Where this phone is goes on being told whatever page of it is shown; while nothing is told, nothing is watched.
import { useEffect, useMemo } from "react";
import { startTelling } from "../../actions/place";
import { watchPosition } from "../../actions/position";
import { toldOf } from "../../state/positions";
import { useApp } from "../../state/store";
import type { Own } from "./TaskList";

/** Whether there are tasks to tell, as long as the person lets it; `shown` is the task whose page is open. */
export function useTelling(tasks: readonly Own[], shown: string | null, person: string): boolean {
  const goes = useApp((state) => state.where.goes);
  const told = toldOf(tasks, shown).join(" ");
  const watched = goes && (told !== "" || shown !== null);
  // A page that is opened asks anew: what was forbidden may have been allowed since.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as said
  useEffect(() => (watched ? watchPosition() : undefined), [watched, shown]);
  const tell = useMemo(() => startTelling(person), [person]);
  useEffect(() => tell(goes && told ? told.split(" ") : []), [tell, goes, told]);
  useEffect(() => () => tell([]), [tell]);
  return told !== "";
}
