// Presses wait here until the server has said that it has them. Nothing is ever dropped: not by a
// reload, not after any number of failures. One press at a time, in the order they were made, except
// that a call for help goes first; repeating one is harmless, since the server knows its op id. Pictures
// come after all presses, and make room between two pieces for a new one.
import type { Pending, Sending } from "../state/store";
import type { Action, Answer } from "../wire/acts";
import * as api from "./api";
import { dropPhoto, type PhotoLine, sending, sendPhoto } from "./photos";
import { type Kept, type KeptPhoto, shelf } from "./shelf";

/** Longest wait between two attempts, ms. */
export const LONGEST_WAIT = 300_000;
/** After this many failures the press is shown as stuck; it goes on trying. */
export const STUCK_AFTER = 5;
/** How often a press has failed that the next ones pass by, as its wait is counted. */
const LAST_TRY = 12;
/** Received presses stay listed this long, ms. */
const LINGER_MS = 12 * 3_600_000;
/** A picture that nobody gave to a report, ms. */
const DRAFT_MS = 7 * 86_400_000;

export interface Press {
  op: string;
  person: string;
  action: Action;
  /** Where it is about, for someone who sees several jurisdictions. */
  jurisdiction?: string | null;
  /** Drafts that follow it. */
  photos?: readonly string[];
  /** The device's clock, ms since the epoch. */
  at: number;
  /** The engine's clock at the press, as far as it is known. */
  engineAt?: number | null;
}

/** What the outbox needs of the outside; tests put their own in. */
export interface Line extends PhotoLine {
  now(): number;
  random(): number;
  /** Calls back after `ms`; returns a way to cancel. */
  later(ms: number, run: () => void): () => void;
}

export const realLine: Line = {
  act: api.act,
  beginUpload: api.beginUpload,
  addPiece: api.addPiece,
  now: () => Date.now(),
  random: () => Math.random(),
  later: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface Outbox {
  /** Resolves when the press is safe in this machine with its pictures, before anything is sent. */
  put(press: Press): Promise<void>;
  /** Lets a refused picture go; a person has read why. */
  letGo(photo: string): Promise<void>;
  /**
   * Tries a refused press once more: what stood against it may be gone. `anew` is the op it gets where the county
   * remembers that it refused it under its own.
   */
  again(op: string, anew: string): Promise<void>;
  /** Tries now: the network is back, or a person asked. */
  kick(): void;
  /** Resolves when nothing is being sent just now; for tests. */
  idle(): Promise<void>;
  close(): void;
}

export interface Watcher {
  /** The whole queue of this person, oldest first, after every change. */
  changed(list: Pending[], photos: Sending[]): void;
  /** Engine time, for "county has it 02:08". */
  engineNow(): number | null;
  /** The session is gone: presses stay, someone must log in. */
  loggedOut(): void;
}

export function wait(tries: number, random: number): number {
  const whole = Math.min(LONGEST_WAIT, 1_000 * 2 ** Math.min(tries - 1, 12));
  return whole / 2 + (whole / 2) * random;
}

export function openOutbox(person: string, watcher: Watcher, line: Line = realLine): Outbox {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  let again = false;
  let closed = false;
  let cancelWait = () => {};
  /** Stuck presses that something on the way turned away, until the next try: the others pass them by. */
  const aside = new Set<string>();

  const list = async (): Promise<Kept[]> =>
    (await shelf()).getAllFromIndex("presses", "person", person);

  /** Pictures that belong to a report, oldest first. */
  const pictures = async (): Promise<KeptPhoto[]> => {
    const all = await (await shelf()).getAllFromIndex("photos", "person", person);
    return all.filter((one) => one.state !== "draft").sort((a, b) => a.at - b.at);
  };

  const show = async () => {
    if (closed) return;
    const [presses, photos] = await Promise.all([list(), pictures()]);
    watcher.changed(presses.map(pending), photos.map(sending));
  };

  const save = async (kept: Kept) => {
    await (await shelf()).put("presses", kept);
    await show();
  };

  /** Where there is no room to note that the county has a press, it goes from here instead. */
  const forget = async ({ place, state }: Kept, error: unknown) => {
    if (state !== "received" || place === undefined) throw error;
    await (await shelf()).delete("presses", place);
    await show();
  };

  const run = () => {
    aside.clear();
    again = true;
    if (busy || closed) return;
    busy = true;
    running = (async () => {
      while (again && !closed) {
        again = false;
        await drain();
      }
    })()
      .catch((error) => {
        // The shelf itself failed, as when the phone is full: what is on it stays, and is tried again.
        console.warn("the outbox could not go on", error);
        cancelWait = line.later(wait(STUCK_AFTER, line.random()), run);
      })
      .finally(() => {
        busy = false;
      });
  };

  const nextPress = async () => pick((await list()).filter((kept) => !aside.has(kept.op)));

  /** Tries again after a while what was passed by. */
  const rest = () => {
    if (aside.size > 0) cancelWait = line.later(wait(LAST_TRY, line.random()), run);
  };

  /** Sends what waits, in order, until all is received or the line fails. */
  const drain = async () => {
    cancelWait();
    for (;;) {
      const next = await nextPress();
      if (closed) return;
      if (!next) break;
      const sent = await send(next);
      if (sent === "answered") continue;
      if (sent === "logged-out") return waitForLogin();
      const tries = next.tries + 1;
      const stuck = tries >= STUCK_AFTER;
      await save({ ...next, tries, state: stuck ? "stuck" : "waiting" });
      if (sent === "turned-away" && stuck) {
        aside.add(next.op);
        continue;
      }
      cancelWait = line.later(wait(tries, line.random()), run);
      return;
    }
    rest();
    const photo = (await pictures()).find(isOpen);
    if (!photo || closed) return;
    const hurry = async () => closed || (await nextPress()) !== undefined;
    const sent = await sendPhoto(photo, line, savePhoto, hurry, watcher.engineNow);
    if (sent === "logged-out") return waitForLogin();
    if (sent === "sent" || sent === "refused") {
      await show();
      again = true;
      return;
    }
    const now = (await pictures()).find((one) => one.id === photo.id) ?? photo;
    // Some of it came through: the line is bad, not dead.
    const tries = now.received > photo.received ? 1 : now.tries + 1;
    await savePhoto({ ...now, tries, state: tries >= STUCK_AFTER ? "stuck" : "waiting" });
    cancelWait();
    cancelWait = line.later(wait(tries, line.random()), run);
  };

  const savePhoto = async (photo: KeptPhoto) => {
    await (await shelf()).put("photos", photo);
    await show();
  };

  /** Nothing is stuck: it goes as soon as somebody has logged in, and is asked about now and then. */
  const waitForLogin = () => {
    watcher.loggedOut();
    cancelWait();
    cancelWait = line.later(wait(STUCK_AFTER, line.random()), run);
  };

  /**
   * Whether the server has answered, whatever it said, or could not be reached, or knows no session; or something
   * else answered in its place.
   */
  const send = async (
    kept: Kept,
  ): Promise<"answered" | "unreached" | "turned-away" | "logged-out"> => {
    try {
      const answer = await line.act({
        op: kept.op,
        // Another page of this browser may have logged in as somebody else: nothing goes in their name.
        by: kept.person,
        device_at: new Date(kept.at).toISOString(),
        ...(kept.jurisdiction ? { jurisdiction: kept.jurisdiction } : {}),
        action: kept.action,
      });
      const now = answered(kept, answer, watcher.engineNow());
      await save(now).catch((error) => forget(now, error));
      return "answered";
    } catch (error) {
      if (!(error instanceof api.Refused)) return "unreached";
      if (error.status === 401) return "logged-out";
      // Overload and faults pass, and so does what stands between; what the server itself understood and
      // refused will not get better.
      if (error.status >= 500 || error.status === 408 || error.status === 429) return "unreached";
      if (!api.isFinal(error)) return "turned-away";
      await save({ ...kept, state: "refused", why: error.body.code });
      return "answered";
    }
  };

  const tidy = async () => {
    const db = await shelf();
    for (const kept of await list()) {
      const over = kept.state === "received" && line.now() - kept.at > LINGER_MS;
      if (over && kept.place !== undefined) await db.delete("presses", kept.place);
    }
    for (const { id, state, at } of await db.getAllFromIndex("photos", "person", person)) {
      const age = line.now() - at;
      const over = state === "received" ? age > LINGER_MS : state === "draft" && age > DRAFT_MS;
      if (over) await dropPhoto(id);
    }
    await show();
  };

  void tidy().then(run);

  return {
    put: async (press) => {
      const kept: Kept = {
        op: press.op,
        person: press.person,
        at: press.at,
        engineAt: press.engineAt ?? null,
        action: press.action,
        jurisdiction: press.jurisdiction ?? null,
        state: "waiting",
        tries: 0,
        why: null,
        receivedAt: null,
      };
      // Both or neither: a report without its pictures would promise what nobody sends.
      const both = (await shelf()).transaction(["presses", "photos"], "readwrite");
      const photos = both.objectStore("photos");
      const work: Promise<unknown>[] = [both.objectStore("presses").add(kept)];
      for (const id of press.photos ?? []) {
        const draft = await photos.get(id);
        if (!draft) continue;
        const { jurisdiction } = kept;
        work.push(photos.put({ ...draft, of: kept.op, jurisdiction, state: "waiting" }));
      }
      await Promise.all([...work, both.done]);
      await show();
      run();
    },
    letGo: async (photo) => {
      await dropPhoto(photo);
      await show();
    },
    again: async (refused, anew) => {
      const both = (await shelf()).transaction(["presses", "photos"], "readwrite");
      const presses = both.objectStore("presses");
      const photos = both.objectStore("photos");
      const kept = await presses.index("op").get(refused);
      if (kept?.state === "refused") {
        // What the county has refused it refuses under the same name for ever: this is another press.
        const op = kept.recorded ? anew : kept.op;
        const fresh = { state: "waiting", tries: 0, why: null, recorded: false } as const;
        await presses.put({ ...kept, ...fresh, op });
        for (const photo of await photos.index("person").getAll(person))
          if (photo.of === refused) await photos.put({ ...photo, of: op });
      }
      await both.done;
      await show();
      run();
    },
    kick: () => {
      // The service worker presses too, and what it kept is shown like any other.
      show().catch((error) => console.warn("the outbox could not be read", error));
      run();
    },
    idle: () => running,
    close: () => {
      closed = true;
      cancelWait();
    },
  };
}

/** The oldest press still to go; a call for help before all others. */
function pick(list: Kept[]): Kept | undefined {
  const open = list.filter((kept) => kept.state === "waiting" || kept.state === "stuck");
  const help = open.find(
    (kept) => kept.action.action === "report_task" && kept.action.fact === "need_help",
  );
  return help ?? open[0];
}

function isOpen({ state }: { state: KeptPhoto["state"] }): boolean {
  return state === "waiting" || state === "stuck";
}

function answered(kept: Kept, answer: Answer, engineNow: number | null): Kept {
  if (answer.answer === "refused")
    return { ...kept, state: "refused", why: answer.why, recorded: true };
  return { ...kept, state: "received", receivedAt: engineNow };
}

function pending(kept: Kept): Pending {
  const { action } = kept;
  const subject: Pending["subject"] = { action: action.action };
  if (action.action === "report_task") {
    subject.task = action.task;
    subject.fact = action.fact;
    if (action.fact === "working") subject.percent = action.percent;
  }
  if (action.action === "acknowledge" || action.action === "acknowledge_situation")
    subject.alarms = action.alarms;
  if (action.action === "end_suppression" || action.action === "approve_suppression")
    subject.suppression = action.suppression;
  if (action.action === "see_page") subject.page = action.page;
  if (action.action === "answer_page") {
    subject.page = action.page;
    subject.yes = action.ack;
  }
  if (action.action === "sign_in" || action.action === "sign_handover") subject.post = action.post;
  if (action.action === "end_run") subject.run = action.run;
  if (action.action === "answer_call") {
    subject.run = action.run;
    subject.person = action.person;
  }
  return {
    op: kept.op,
    at: kept.at,
    engineAt: kept.engineAt,
    state: kept.state,
    tries: kept.tries,
    why: kept.why,
    receivedAt: kept.receivedAt,
    subject,
  };
}
