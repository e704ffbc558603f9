// Plugs the socket worker into the store: batches in, connection state kept.
import { failed, heard } from "../state/connection";
import type { Store } from "../state/store";
import type { ReplayOrder } from "../wire/replay";
import type { FeedMessage } from "../wire/view";
import { me } from "./api";
import type { FromSocket, ToSocket } from "./socketWords";

/** What a feed tells: a path of the API and its question. */
export interface Source {
  path: string;
  query: Record<string, string>;
}

export interface Feed {
  close(): void;
  /** Tells a replay what to do; `source` is what it tells from then on. */
  order(order: ReplayOrder, source: Source): void;
  /** Asks for a whole snapshot, as after a change of the site's files. */
  whole(): void;
}

function address(source: Source): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const query = new URLSearchParams(source.query).toString();
  return `${scheme}://${location.host}/api/v1/${source.path}${query ? `?${query}` : ""}`;
}

/** Opens a feed, of the present or of the past, and keeps it open until closed. */
export function openFeed(store: Store, source: Source): Feed {
  const worker = new Worker(new URL("./socket.worker.ts", import.meta.url), {
    type: "module",
    name: "feed",
  });
  // Its script could not be fetched: the page says that it hears nothing, as with any other loss.
  worker.onerror = () =>
    store.set({ connection: failed(store.get().connection, performance.now()) });
  const send = (order: ToSocket) => worker.postMessage(order);
  let unreadable = 0;
  const cannotRead = () => {
    unreadable += 1;
    console.warn(`messages of the feed that are no JSON: ${unreadable}`);
  };
  // What a closed feed still had to say is of another time than the one that is shown.
  let closed = false;

  worker.onmessage = (event: MessageEvent<FromSocket>) => {
    if (closed) return;
    const word = event.data;
    const at = performance.now();
    switch (word.kind) {
      case "messages":
        store.feed(
          word.messages.flatMap((message) => readable(message, cannotRead)),
          at,
        );
        store.set({ connection: heard(store.get().connection, at) });
        if (store.get().world.wantsSnapshot) send({ kind: "whole" });
        return;
      case "lost":
        store.set({ connection: failed(store.get().connection, at) });
        void checkSession(store);
        return;
      case "unreadable":
        cannotRead();
        return;
    }
  };

  send({ kind: "open", url: address(source) });
  const again = () => send({ kind: "again" });
  const seen = () => {
    if (document.visibilityState === "visible") again();
  };
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", seen);
  return {
    close: () => {
      closed = true;
      window.removeEventListener("online", again);
      document.removeEventListener("visibilitychange", seen);
      send({ kind: "close" });
      worker.terminate();
    },
    whole: () => send({ kind: "whole" }),
    order: (order, next) => send({ kind: "say", text: JSON.stringify(order), url: address(next) }),
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

/** A message, or none where its text is no JSON. */
function readable(message: FeedMessage | string, failed: () => void): FeedMessage[] {
  if (typeof message !== "string") return [message];
  try {
    return [JSON.parse(message) as FeedMessage];
  } catch {
    failed();
    return [];
  }
}
