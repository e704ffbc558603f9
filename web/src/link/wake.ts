// Web push from the page's side: asks the browser for an address to be woken at, and leaves it with the
// server. The service worker shows what comes.
import { forgetPhone, notePhone, phoneKey } from "./api";

/** Whether this phone is woken, or why it cannot be. */
export type Waking = "insecure" | "unable" | "denied" | "off" | "on";

async function worker(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return null;
  return (await navigator.serviceWorker.getRegistration()) ?? null;
}

/** How it stands now. */
export async function waking(): Promise<Waking> {
  if (!window.isSecureContext) return "insecure";
  const registration = await worker();
  if (!registration) return "unable";
  if (Notification.permission === "denied") return "denied";
  return (await registration.pushManager.getSubscription()) ? "on" : "off";
}

/** Asks to be woken; to be called by a press, or browsers do not ask. Throws when nobody answers. */
export async function wakeMe(): Promise<Waking> {
  const registration = await worker();
  if (!registration) return "unable";
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: await phoneKey(),
  });
  const { endpoint, keys } = subscription.toJSON();
  try {
    await notePhone({
      endpoint: endpoint ?? "",
      p256dh: keys?.p256dh ?? "",
      auth: keys?.auth ?? "",
    });
  } catch (error) {
    // A phone that the server does not know would look woken and never be.
    await subscription.unsubscribe();
    throw error;
  }
  return "on";
}

/** Asks to be left alone. */
export async function letMeSleep(): Promise<Waking> {
  const subscription = await (await worker())?.pushManager.getSubscription();
  if (subscription) {
    await subscription.unsubscribe();
    await forgetPhone(subscription.endpoint);
  }
  return waking();
}
