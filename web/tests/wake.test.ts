import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { askWho, logout } from "../src/actions/session";
import { closeShelf, keptWoken } from "../src/link/shelf";
import { letMeSleep, wakeMe, waking } from "../src/link/wake";
import { readWoken, receiptOf } from "../src/pwa/woken";
import type { Me } from "../src/wire/view";

/** A server that notes whose browser is woken where, and the way to it. */
class County {
  up = true;
  session: string | null = "a";
  key = "S0VZ";
  book = new Map<string, string>();
  fetch = async (path: string, init: RequestInit = {}) => {
    if (!this.up) throw new TypeError("no network");
    if (path.endsWith("/logout")) {
      this.session = null;
      return new Response(null, { status: 204 });
    }
    if (!this.session) return new Response("{}", { status: 401 });
    if (path.endsWith("/me")) return Response.json({ person: { id: this.session } });
    const body = init.body ? (JSON.parse(String(init.body)) as { endpoint: string }) : null;
    if (!body) return Response.json({ key: this.key });
    if (init.method === "DELETE") this.book.delete(body.endpoint);
    else this.book.set(body.endpoint, this.session);
    return new Response(null, { status: 204 });
  };
}

/** A browser's push side: one subscription, each with an address of its own. */
class Browser {
  now: PushSubscription | null = null;
  made = 0;
  stuck = false;
  pushManager = {
    getSubscription: async () => this.now,
    subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => {
      this.made += 1;
      const endpoint = `https://push/${this.made}`;
      const bytes = new TextEncoder().encode(atob(applicationServerKey)).buffer;
      this.now = {
        endpoint,
        options: { applicationServerKey: bytes },
        toJSON: () => ({ endpoint, keys: { p256dh: "p", auth: "a" } }),
        unsubscribe: async () => {
          if (this.stuck) throw new TypeError("no network");
          this.now = null;
          return true;
        },
      } as unknown as PushSubscription;
      return this.now;
    },
  };
}

let county: County;
let browser: Browser;

beforeEach(async () => {
  await closeShelf();
  globalThis.indexedDB = new IDBFactory();
  county = new County();
  browser = new Browser();
  const asked = vi.fn(async () => "granted");
  vi.stubGlobal("fetch", county.fetch);
  vi.stubGlobal("window", { isSecureContext: true, PushManager: {}, addEventListener: () => {} });
  vi.stubGlobal("navigator", { serviceWorker: { getRegistration: async () => browser } });
  vi.stubGlobal("Notification", { permission: "granted", requestPermission: asked });
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const woken = () => [...county.book.values()];

describe("a phone is woken", () => {
  test("only on the server's word, told anew at every opening", async () => {
    expect(await waking("a")).toBe("off");
    expect(await wakeMe("a")).toBe("on");
    expect(woken()).toEqual(["a"]);
    // The server has lost its book: a subscription of the browser alone wakes nobody.
    county.book.clear();
    county.up = false;
    expect(await waking("a")).toBe("unsure");
    county.up = true;
    expect(await waking("a")).toBe("on");
    expect(woken()).toEqual(["a"]);
  });

  test("again where the browser or the server has forgotten how", async () => {
    await wakeMe("a");
    browser.now = null;
    expect(await waking("a")).toBe("on");
    expect(county.book.get("https://push/2")).toBe("a");
    county.key = "TkVX";
    expect(await waking("a")).toBe("on");
    expect(browser.made).toBe(3);
    expect(county.book.get("https://push/3")).toBe("a");
  });

  test("no more once its person has left, and the next one is told so", async () => {
    await wakeMe("a");
    await logout();
    expect(county.session).toBeNull();
    expect([woken(), browser.now, await keptWoken()]).toEqual([[], null, null]);
    county.session = "b";
    expect(await waking("b")).toBe("off");
  });

  test("no more by the pages of who left without network, whoever comes next", async () => {
    await wakeMe("a");
    county.up = false;
    browser.stuck = true;
    await logout();
    expect(browser.now).not.toBeNull();
    county.up = true;
    browser.stuck = false;
    expect(await askWho()).toBeNull();
    expect([woken(), browser.now]).toEqual([[], null]);
  });

  test("for whoever is here now where the one before could say nothing at all", async () => {
    await wakeMe("a");
    county.session = "b";
    expect(await waking("b")).toBe("on");
    expect(woken()).toEqual(["b"]);
    expect(await letMeSleep()).toBe("off");
    expect(woken()).toEqual([]);
    expect(await waking("b")).toBe("off");
  });
});

describe("a page that came to a phone", () => {
  const me = { person: { id: "a" }, jurisdiction: "j" } as Me;
  const said = { page: "c1.a-task-1.1.1.a.push", open: "/m?task=c1.a" };

  test("is receipted once for its task, in the name of who is here", async () => {
    const first = await receiptOf(said, me, 1_000);
    expect(first).toMatchObject({
      by: "a",
      jurisdiction: "j",
      action: { action: "report_task", task: "c1.a", fact: "delivered" },
    });
    const again = await receiptOf(said, me, 9_000);
    const other = await receiptOf({ ...said, page: "c1.a-task-1.1.2.a.push" }, me, 1_000);
    expect(again?.op).toBe(first?.op);
    expect(other?.op).not.toBe(first?.op);
    expect(first?.op.length).toBeLessThanOrEqual(64);
  });

  test("is receipted by nobody where nobody is here, or where it is no order", async () => {
    expect(await receiptOf(said, null, 0)).toBeNull();
    expect(await receiptOf({ ...said, open: "/m?page=x" }, me, 0)).toBeNull();
    expect(readWoken({ json: () => JSON.parse("{") })).toEqual({});
    expect(readWoken(null)).toEqual({});
  });
});
