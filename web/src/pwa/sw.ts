// Lets the responder's page open with no network after the first visit. Keeps the shell, no data:
// presses and tasks lie in IndexedDB, where nothing evicts them behind our back.
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { act, forgetPhone, phoneKey } from "../link/api";
import { keptMe, keptWoken } from "../link/shelf";
import { note, subscribed } from "../link/wake";
import { readWoken, receiptOf, type Woken } from "./woken";

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
  const shown = self.registration.showNotification(woken.title ?? "烽火 Watchfire", {
    body: woken.text ?? "",
    tag: woken.page ?? "watchfire",
    requireInteraction: true,
    icon: "/icon.svg",
    data: { open: woken.open ?? "/m" },
  });
  event.waitUntil(Promise.all([shown, acknowledge(woken)]));
});

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
  const open = (event.notification.data as { open: string }).open;
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then(async (windows) => {
      const own = windows.find((one) => new URL(one.url).pathname.startsWith("/m"));
      if (!own) return void (await self.clients.openWindow(open));
      await (await own.focus()).navigate(open);
    }),
  );
});
