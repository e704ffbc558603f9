// Whether this phone is woken, asked of the server anew whenever the page opens or the county is heard again.
import { useCallback, useEffect, useState } from "react";
import { letMeSleep, type Waking, wakeMe, waking } from "../../actions/wake";
import { useApp } from "../../state/store";

export interface WakeState {
  /** Null: not known yet. */
  state: Waking | null;
  /** The last press came to nothing. */
  failed: boolean;
  press: () => void;
}

/** `idle`: a drill wakes no phone, and before the county is known nobody can tell. */
export function useWaking(person: string, idle: boolean): WakeState {
  const live = useApp((state) => state.connection.phase === "live");
  const [state, setState] = useState<Waking | null>(null);
  const [failed, setFailed] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: heard again, what was not confirmed may be now
  useEffect(() => {
    if (idle) return;
    let gone = false;
    void waking(person).then((now) => !gone && setState(now));
    return () => {
      gone = true;
    };
  }, [person, idle, live]);
  const press = useCallback(() => {
    setFailed(false);
    const work = state === "on" ? letMeSleep() : wakeMe(person);
    work.then(setState).catch(async () => {
      setFailed(true);
      setState(await waking(person));
    });
  }, [person, state]);
  return { state, failed, press };
}
