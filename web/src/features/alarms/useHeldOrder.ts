// The order of a list as shown: it follows the world while no hand is on the list, and waits behind
// "12 new" while there is one. Rows change their content in place at once; they only do not move.
import { useMemo, useRef, useState } from "react";

interface Keyed {
  key: string;
}

export function useHeldOrder<T extends Keyed>(sorted: readonly T[], scope: string) {
  const [held, setHeld] = useState(false);
  const [round, setRound] = useState(0);
  const shown = useRef<{ scope: string; round: number; keys: string[] }>({
    scope: "",
    round: -1,
    keys: [],
  });

  return useMemo(() => {
    const fresh = !held || shown.current.scope !== scope || shown.current.round !== round;
    if (fresh) shown.current = { scope, round, keys: sorted.map((item) => item.key) };
    const byKey = new Map(sorted.map((item) => [item.key, item]));
    const items = shown.current.keys.flatMap((key) => byKey.get(key) ?? []);
    const known = new Set(shown.current.keys);
    const waiting = sorted.filter((item) => !known.has(item.key));
    return { items, waiting, setHeld, showNew: () => setRound((n) => n + 1) };
  }, [sorted, held, round, scope]);
}
