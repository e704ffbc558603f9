// What a page says to a phone that is woken, and the receipt it is owed. Pure: the service worker does the rest.
import type { Act, Action } from "../wire/acts";
import type { Me } from "../wire/view";

export interface Woken {
  page: string;
  title: string;
  text: string;
  open: string;
  /** What it is about, as far as that decides what can be pressed on it. */
  kind: "task" | "end" | "call" | "roll_call" | "test";
}

/** What can be pressed on a notice without opening anything. */
export type Verb = "accept" | "help" | "noted" | "heard" | "cannot" | "here";

/** The verbs of a notice, the likeliest first; a browser shows two. None where an older server says no kind. */
export function verbsOf({ kind }: Partial<Woken>): Verb[] {
  switch (kind) {
    case "task":
      return ["accept", "help"];
    case "end":
      return ["noted"];
    case "call":
      return ["heard", "cannot"];
    case "roll_call":
      return ["here"];
    case "test":
      return ["heard"];
    default:
      return [];
  }
}

/** What a verb on a notice is as a press; null where the notice does not have it. */
export function actionOf(
  verb: string,
  woken: Partial<Woken>,
  version: number | null,
): Action | null {
  const known = verbsOf(woken).find((one) => one === verb);
  const { page } = woken;
  const task = taskOf(woken);
  switch (known) {
    case "accept":
    case "help":
    case "noted": {
      if (!task) return null;
      const facts = { accept: "accepted", help: "need_help", noted: "cancel_seen" } as const;
      const seen = version === null ? {} : { version };
      return { action: "report_task", task, means: "app", fact: facts[known], ...seen };
    }
    case "heard":
    case "here":
    case "cannot":
      return page ? { action: "answer_page", page, ack: known !== "cannot" } : null;
    default:
      return null;
  }
}

/** What came, as far as it can be read; a browser that shows nothing for it is not woken again. */
export function readWoken(data: { json(): unknown } | null | undefined): Partial<Woken> {
  try {
    return (data?.json() ?? {}) as Partial<Woken>;
  } catch {
    return {};
  }
}

/** The task it leads to; null where it is about something else. */
export function taskOf({ open = "" }: Partial<Woken>): string | null {
  const cut = open.indexOf("?");
  return cut < 0 ? null : new URLSearchParams(open.slice(cut)).get("task");
}

/**
 * That an order has come as far as this phone, said for whoever is kept as the one at it: the server takes it only
 * under their own login. One page has one receipt, however often it comes. Of calls about other things only being
 * seen can be said, which no machine may say for its person.
 */
export async function receiptOf(
  woken: Partial<Woken>,
  me: Me | null,
  now: number,
): Promise<Act | null> {
  const task = taskOf(woken);
  if (!task || !woken.page || !me) return null;
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(woken.page));
  const hash = [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0"));
  return {
    op: `push-${hash.join("").slice(0, 32)}`,
    by: me.person.id,
    device_at: new Date(now).toISOString(),
    ...(me.jurisdiction ? { jurisdiction: me.jurisdiction } : {}),
    action: { action: "report_task", task, means: "app", fact: "delivered" },
  };
}
