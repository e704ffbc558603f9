// Plugs the socket worker into the store: batches in, connection state kept.
import { failed, heard } from "../state/connection";
import type { Store } from "../state/store";
import { me } from "./api";
import type { FromSocket, ToSocket } from "./socketWords";

export interface Feed {
  close(): void;
  /** Asks for a whole snapshot, as after a change of the site's files. */
  whole(): void;
}

/** Opens the feed and keeps it open until closed. */
export function openFeed(store: Store, jurisdiction: string | null): Feed {
  const worker = new Worker(new URL("./socket.worker.ts", import.meta.url), {
    type: "module",
    name: "feed",
  });
  // Its script could not be fetched: the page says that it hears nothing, as with any other loss.
  worker.onerror = () =>
    store.set({ connection: failed(store.get().connection, performance.now()) });
  const send = (order: ToSocket) => worker.postMessage(order);
  let unreadable = 0;

  worker.onmessage = (event: MessageEvent<FromSocket>) => {
    const word = event.data;
    const at = performance.now();
    switch (word.kind) {
      case "messages":
        store.feed(word.messages, at);
        store.set({ connection: heard(store.get().connection, at) });
        if (store.get().world.wantsSnapshot) send({ kind: "whole" });
        return;
      case "lost":
        store.set({ connection: failed(store.get().connection, at) });
        void checkSession(store);
        return;
      case "unreadable":
        unreadable += 1;
        console.warn(`messages of the feed that are no JSON: ${unreadable}`);
        return;
    }
  };

  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const query = jurisdiction ? `?jurisdiction=${encodeURIComponent(jurisdiction)}` : "";
  send({ kind: "open", url: `${scheme}://${location.host}/api/v1/feed${query}` });
  const again = () => send({ kind: "again" });
  const seen = () => {
    if (document.visibilityState === "visible") again();
  };
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", seen);
  return {
    close: () => {
      window.removeEventListener("online", again);
      document.removeEventListener("visibilitychange", seen);
      send({ kind: "close" });
      worker.terminate();
    },
    whole: () => send({ kind: "whole" }),
  };
}

/** A feed that will not open may be a session that ended: only then is the login asked for. */
async function checkSession(store: Store): Promise<void> {
  try {
    if ((await me()) === null && store.get().connection.phase === "lost") {
      store.set({ connection: { phase: "unauthorised", since: performance.now() } });
    }
  } catch {
    // Nobody answers: the connection is lost, which the screen already says.
  }
}
