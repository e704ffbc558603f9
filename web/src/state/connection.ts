// Whether we hear the server, and since when we do not. Our own fault, so it is always on screen.

export type Connection =
  | { phase: "connecting"; since: number }
  | { phase: "live"; since: number; heardAt: number }
  | { phase: "lost"; since: number; tries: number }
  /** The session is no longer valid; logging in again resumes. */
  | { phase: "unauthorised"; since: number };

export function heard(connection: Connection, at: number): Connection {
  if (connection.phase === "live") return { ...connection, heardAt: at };
  // A socket outlives the session that presses go by: it takes a login, or a new socket.
  if (connection.phase === "unauthorised") return connection;
  return { phase: "live", since: at, heardAt: at };
}

/** Counts one failed attempt; the time of loss stays that of the last word heard. */
export function failed(connection: Connection, at: number): Connection {
  if (connection.phase === "lost") return { ...connection, tries: connection.tries + 1 };
  const since = connection.phase === "live" ? connection.heardAt : Math.min(connection.since, at);
  return { phase: "lost", since, tries: 1 };
}
