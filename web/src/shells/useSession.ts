// Who is at this screen: asks once, then keeps the feed and the outbox going for them.
import { useEffect, useState } from "react";
import { askWho, begin } from "../actions/session";
import { useApp } from "../state/store";
import type { Me } from "../wire/view";

export type Session =
  | { kind: "asking" }
  | { kind: "nobody" }
  | { kind: "unreachable" }
  | { kind: "here"; me: Me };

/** `fallback` is who was here last, for a start with no network or after the session ran out. */
export function useSession(fallback?: () => Promise<Me | null>) {
  const [session, setSession] = useState<Session>({ kind: "asking" });
  const expired = useApp((state) => state.connection.phase === "unauthorised");
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again only when a round is begun
  useEffect(() => {
    let gone = false;
    const enter = (me: Me) => {
      if (gone) return;
      begin(me);
      setSession({ kind: "here", me });
    };
    askWho()
      .then(async (me) => {
        // Whose session ran out is still the one who works here; pressing goes on, sending waits.
        const last = me ?? (await fallback?.()) ?? null;
        if (last) enter(last);
        else if (!gone) setSession({ kind: "nobody" });
      })
      .catch(async () => {
        const last = (await fallback?.()) ?? null;
        if (last) enter(last);
        else if (!gone) {
          setSession({ kind: "unreachable" });
          setTimeout(() => !gone && setRound((n) => n + 1), 3_000);
        }
      });
    return () => {
      gone = true;
    };
  }, [round]);

  const enter = (me: Me) => {
    begin(me);
    setSession({ kind: "here", me });
  };
  const shown: Session = expired && !fallback ? { kind: "nobody" } : session;
  return { session: shown, enter, leave: () => setSession({ kind: "nobody" }) };
}
