// The service worker's own hand: what is pressed on a notice of the locked phone.
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { noticeWords } from "../src/features/phone/useNoticeWords";
import { i18n } from "../src/i18n/i18n";
import { closeShelf, type Kept, keepMe, keepNoticeWords, shelf } from "../src/link/shelf";
import { actionOf, verbsOf, type Woken } from "../src/pwa/woken";
import type { Act } from "../src/wire/acts";
import type { Me } from "../src/wire/view";

vi.mock("workbox-precaching", () => ({
  cleanupOutdatedCaches: () => {},
  createHandlerBoundToURL: () => () => {},
  precacheAndRoute: () => {},
}));
vi.mock("workbox-routing", () => ({ NavigationRoute: class {}, registerRoute: () => {} }));

const ORDER: Woken = {
  page: "c1.a-task-1.1.1.a.push",
  title: "红色任务：巡堤",
  text: "红色任务：巡堤（甲站）",
  open: "/m?task=c1.a",
  kind: "task",
};
const WORDS = {
  accept: "收到，接受",
  help: "需要支援",
  kept: "没送到",
  received: "已收到",
  refused: "没收下",
};

interface Shown {
  title: string;
  body: string;
  actions?: { action: string; title: string }[];
  data?: Partial<Woken>;
}

/** A phone: its server, its notices, its windows, and the handlers of its worker. */
class Phone {
  up = true;
  heard: Act[] = [];
  answer: object = { answer: "done" };
  shown: Shown[] = [];
  opened: string[] = [];
  synced: string[] = [];
  handlers = new Map<string, (event: object) => void>();

  scope() {
    const registration = {
      showNotification: async (title: string, options: Omit<Shown, "title">) => {
        this.shown.push({ title, ...options });
      },
      sync: { register: async (tag: string) => void this.synced.push(tag) },
    };
    return {
      __WB_MANIFEST: [],
      registration,
      clients: {
        matchAll: async () => [],
        openWindow: async (url: string) => void this.opened.push(url),
      },
      addEventListener: (name: string, handler: (event: object) => void) =>
        this.handlers.set(name, handler),
    };
  }

  fetch = async (path: string, init: RequestInit = {}) => {
    if (!this.up) throw new TypeError("no network");
    if (!path.endsWith("/acts")) return new Response("{}", { status: 404 });
    this.heard.push(JSON.parse(String(init.body)) as Act);
    return Response.json(this.answer);
  };

  /** Fires an event of the worker and waits for all it does. */
  async fire(name: string, event: object) {
    const work: Promise<unknown>[] = [];
    this.handlers.get(name)?.({ ...event, waitUntil: (one: Promise<unknown>) => work.push(one) });
    await Promise.all(work);
  }

  async pushed(woken: object) {
    await this.fire("push", { data: { json: () => woken } });
    const shown = this.shown.at(-1);
    if (!shown) throw new Error("nothing is shown");
    return shown;
  }

  async press(verb: string, { data } = this.shown.at(-1) ?? {}) {
    await this.fire("notificationclick", { action: verb, notification: { close: () => {}, data } });
  }
}

const presses = async (): Promise<Kept[]> => (await shelf()).getAll("presses");
let phone: Phone;

beforeAll(() => i18n.activate("zh"));

beforeEach(async () => {
  await closeShelf();
  globalThis.indexedDB = new IDBFactory();
  phone = new Phone();
  vi.stubGlobal("fetch", phone.fetch);
  vi.stubGlobal("self", phone.scope());
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.resetModules();
  await import("../src/pwa/sw");
  await keepMe({ person: { id: "a" }, jurisdiction: "j" } as Me);
  await keepNoticeWords(WORDS);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a notice of the locked phone", () => {
  test("has the verbs of what it is about, in this phone's own words", async () => {
    const shown = await phone.pushed(ORDER);
    expect(shown.actions).toEqual([
      { action: "accept", title: WORDS.accept },
      { action: "help", title: WORDS.help },
    ]);
    expect((await phone.pushed({ ...ORDER, kind: undefined })).actions).toEqual([]);
    for (const kind of ["task", "end", "call", "roll_call", "test"] as const) {
      const verbs = verbsOf({ kind });
      expect(verbs.length).toBeLessThanOrEqual(2);
      for (const verb of verbs) expect(noticeWords()).toHaveProperty(verb);
      for (const verb of verbs) expect(actionOf(verb, { ...ORDER, kind }, null)).not.toBeNull();
      expect(actionOf("sing", { ...ORDER, kind }, null)).toBeNull();
    }
    expect(actionOf("cannot", { ...ORDER, kind: "call" }, null)).toMatchObject({
      action: "answer_page",
      page: ORDER.page,
      ack: false,
    });
  });

  test("accepts, and says that the county has it once the county says so", async () => {
    await phone.pushed(ORDER);
    phone.heard = [];
    await phone.press("accept");
    expect(phone.heard).toHaveLength(1);
    expect(phone.heard[0]).toMatchObject({
      by: "a",
      jurisdiction: "j",
      action: { action: "report_task", task: "c1.a", means: "app", fact: "accepted" },
    });
    expect(phone.shown.map(({ body }) => body).slice(1)).toEqual([
      "收到，接受 · 没送到",
      "收到，接受 · 已收到",
    ]);
    expect(await presses()).toMatchObject([{ op: phone.heard[0]?.op, state: "received" }]);
    expect(phone.opened).toEqual([]);
  });

  test("keeps the press where there is no network, and sends the very same one later", async () => {
    await phone.pushed(ORDER);
    phone.up = false;
    phone.heard = [];
    await phone.press("help");
    expect(phone.shown.at(-1)?.body).toBe("需要支援 · 没送到");
    const [kept] = await presses();
    expect(kept).toMatchObject({ state: "waiting", person: "a" });
    expect(phone.synced).toEqual(["outbox"]);
    phone.up = true;
    await phone.fire("sync", { tag: "outbox" });
    await phone.fire("sync", { tag: "outbox" });
    expect(phone.heard.map(({ op, action }) => [op, action])).toEqual([[kept?.op, kept?.action]]);
    expect(await presses()).toMatchObject([{ state: "received" }]);
  });

  test("says so where the county does not take it", async () => {
    await phone.pushed(ORDER);
    phone.answer = { answer: "refused", why: "not_your_task" };
    await phone.press("accept");
    expect(phone.shown.at(-1)?.body).toBe("收到，接受 · 没收下");
    expect((await presses()).at(-1)).toMatchObject({ state: "refused", why: "not_your_task" });
  });

  test("opens the app where it can keep nothing, and where it is only tapped", async () => {
    await phone.pushed(ORDER);
    await keepMe(null);
    await phone.press("accept");
    expect([phone.opened, await presses()]).toEqual([["/m?task=c1.a"], []]);
    await keepMe({ person: { id: "a" }, jurisdiction: "j" } as Me);
    const full = vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    await phone.press("accept", { title: "", body: "", data: ORDER });
    full.mockRestore();
    expect([phone.opened.length, await presses()]).toEqual([2, []]);
    await phone.press("", { title: "", body: "", data: ORDER });
    expect(phone.opened).toHaveLength(3);
  });
});
