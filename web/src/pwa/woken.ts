// What a page says to a phone that is woken, and the receipt it is owed. Pure: the service worker does the rest.
import type { Act } from "../wire/acts";
import type { Me } from "../wire/view";

export interface Woken {
  page: string;
  title: string;
  text: string;
  open: string;
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
function taskOf({ open = "" }: Partial<Woken>): string | null {
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
