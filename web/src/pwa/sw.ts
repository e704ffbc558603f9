// Lets the responder's page open with no network after the first visit. Keeps the shell, no data:
// presses and tasks lie in IndexedDB, where nothing evicts them behind our back.
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
} from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";

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

interface Woken {
  page: string;
  title: string;
  text: string;
  open: string;
}

// A browser that shows nothing for a push is not woken again, so even an unreadable one is shown. One page
// is one notice: a repeat takes the place of the first.
self.addEventListener("push", (event) => {
  let woken: Partial<Woken> = {};
  try {
    woken = event.data?.json() as Partial<Woken>;
  } catch {
    // Shown as below.
  }
  event.waitUntil(
    self.registration.showNotification(woken.title ?? "烽火 Watchfire", {
      body: woken.text ?? "",
      tag: woken.page ?? "watchfire",
      requireInteraction: true,
      icon: "/icon.svg",
      data: { open: woken.open ?? "/m" },
    }),
  );
});

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
