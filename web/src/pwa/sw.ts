// Lets the responder's page open with no network after the first visit. Keeps the shell, no data:
// presses and tasks lie in IndexedDB, where nothing evicts them behind our back.
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { act, forgetPhone, phoneKey } from "../link/api";
import { keptMe, keptNoticeWords, keptWoken } from "../link/shelf";
import { note, subscribed } from "../link/wake";
import { pressOn, sendKept } from "./lock";
import { readWoken, receiptOf, verbsOf, type Woken } from "./woken";

declare const self: ServiceWorkerGlobalScope & {
  __WB_MANIFEST: { url: string; revision: string | null }[];
};

// The desk's own page always comes from the server; only /m opens from the shelf. The scope is the whole
// site nevertheless, since a worker's script lies outside /m and would not be found without a network.
precacheAndRoute(self.__WB_MANIFEST, { directoryIndex: "", cleanURLs: false });
cleanupOutdatedCaches();
registerRoute(
  new NavigationRoute(createHandlerBoundToURL("/index.html"), { allowlist: [/^\/m(\/|$|\?)/] }),
);

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A browser that shows nothing for a push is not woken again, so even an unreadable one is shown. One page
// is one notice: a repeat takes the place of the first.
self.addEventListener("push", (event) => {
  const woken = readWoken(event.data);
  event.waitUntil(Promise.all([show(woken), acknowledge(woken)]));
});

/** Shows a page with what can be pressed on it. */
async function show(woken: Partial<Woken>): Promise<void> {
  // Without words for them there are no buttons; a tap opens the page all the same.
  const words = await keptNoticeWords().catch((): Record<string, string> => ({}));
  const actions = verbsOf(woken).flatMap((action) => {
    const title = words[action];
    return title ? [{ action, title }] : [];
  });
  const options = {
    body: woken.text ?? "",
    tag: woken.page ?? "watchfire",
    requireInteraction: true,
    icon: "/icon.svg",
    data: woken,
    actions,
  };
  await self.registration.showNotification(woken.title ?? "烽火 Watchfire", options);
}

/** Says that it has come as far as this phone. Where that fails the page says it once it is opened. */
async function acknowledge(woken: Partial<Woken>): Promise<void> {
  try {
    const receipt = await receiptOf(woken, await keptMe(), Date.now());
    if (receipt) await act(receipt);
  } catch (error) {
    console.warn("that a page has come could not be said", error);
  }
}

// A browser may take its address back at any time: the server must have the new one, or wakes nobody. Where that
// fails the page does it when it is opened.
self.addEventListener("pushsubscriptionchange", (event) => {
  const { oldSubscription } = event as PushSubscriptionChangeEvent;
  event.waitUntil(resubscribe(oldSubscription ?? null));
});

async function resubscribe(old: PushSubscription | null): Promise<void> {
  const person = await keptWoken();
  if (person === null) return;
  const now = await subscribed(self.registration, await phoneKey());
  await note(person, now);
  if (old && old.endpoint !== now.endpoint) await forgetPhone(old.endpoint);
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const woken = (event.notification.data ?? {}) as Partial<Woken>;
  event.waitUntil(event.action ? pressed(woken, event.action) : open(woken));
});

async function windows(): Promise<WindowClient[]> {
  const all = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter((one) => new URL(one.url).pathname.startsWith("/m"));
}

async function open({ open = "/m" }: Partial<Woken>): Promise<void> {
  const [own] = await windows();
  if (!own) return void (await self.clients.openWindow(open));
  await (await own.focus()).navigate(open);
}

/** A verb was pressed: it is kept before anything is said, and "the county has it" is the county's own word. */
async function pressed(woken: Partial<Woken>, verb: string): Promise<void> {
  const words = await keptNoticeWords();
  const said = (state: string) =>
    self.registration.showNotification(woken.title ?? "烽火 Watchfire", {
      body: `${words[verb] ?? ""} · ${words[state] ?? ""}`,
      tag: woken.page ?? "watchfire",
      icon: "/icon.svg",
      silent: true,
      data: { ...woken, kind: undefined },
    });
  const stands = await pressOn(woken, verb, async () => {
    await said("kept");
    // Where a browser can, it goes on by itself once there is a network; the page does when it is opened.
    const { sync } = self.registration as { sync?: { register(tag: string): Promise<void> } };
    await sync?.register("outbox").catch(() => {});
  });
  if (stands === null || stands === "nobody" || stands === "full") return open(woken);
  if (stands !== "kept") await said(stands);
  for (const window of await windows()) window.postMessage("pressed");
}

self.addEventListener("sync", (event) => {
  (event as ExtendableEvent).waitUntil(sendKept());
});
