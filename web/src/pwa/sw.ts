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
