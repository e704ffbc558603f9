// Web push from the page's side: asks the browser for an address to be woken at, and leaves it with the
// server. A browser that has subscribed wakes nobody by that: the server must know whose it is, and says so
// anew whenever the page opens. The service worker shows what comes.
import { forgetPhone, me, notePhone, phoneKey } from "./api";
import { keepWoken, keptWoken } from "./shelf";

/** Whether this phone is woken, or why it cannot be; `unsure`: the browser would, the server has not confirmed it. */
export type Waking = "insecure" | "unable" | "denied" | "off" | "unsure" | "on";

async function worker(): Promise<ServiceWorkerRegistration | null> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return null;
  return (await navigator.serviceWorker.getRegistration()) ?? null;
}

/** Base64url as the server gives its key, against the bytes that a subscription was made with. */
function isOf(subscription: PushSubscription, key: string): boolean {
  const bytes = subscription.options?.applicationServerKey;
  // An old browser does not tell: it is taken at its word.
  if (!bytes) return true;
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "") === key;
}

/** Subscribes where nothing is, or where the server has another key by now. */
export async function subscribed(
  { pushManager }: ServiceWorkerRegistration,
  key: string,
): Promise<PushSubscription> {
  const known = await pushManager.getSubscription();
  if (known && isOf(known, key)) return known;
  await known?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** Leaves a browser's address with the server for this person, as long as it is they who are signed in. */
export async function note(person: string, subscription: PushSubscription): Promise<void> {
  // Another page of this browser may have logged in as somebody else.
  if ((await me())?.person.id !== person) throw new Error("somebody else is signed in");
  const { endpoint, keys } = subscription.toJSON();
  await notePhone({
    endpoint: endpoint ?? "",
    p256dh: keys?.p256dh ?? "",
    auth: keys?.auth ?? "",
  });
}

/** What stands in the way of waking this phone; null where nothing does. */
function hindrance(registration: ServiceWorkerRegistration | null): Waking | null {
  if (!window.isSecureContext) return "insecure";
  if (!registration) return "unable";
  return Notification.permission === "denied" ? "denied" : null;
}

/**
 * How it stands for this person, told to the server anew. What somebody left behind here who could not say that
 * they went becomes theirs: pages of another person come up on no phone. "On" is said only on the server's word.
 */
export async function waking(person: string): Promise<Waking> {
  const registration = await worker();
  const hindered = hindrance(registration);
  if (hindered || !registration) return hindered ?? "unable";
  const asked = (await keptWoken()) === person && Notification.permission === "granted";
  if (!asked && !(await registration.pushManager.getSubscription())) return "off";
  try {
    await note(person, await subscribed(registration, await phoneKey()));
    await keepWoken(person);
    return "on";
  } catch (error) {
    console.warn("whether this phone is woken is not known", error);
    return "unsure";
  }
}

/** Asks to be woken; to be called by a press, or browsers do not ask. Throws when nobody answers. */
export async function wakeMe(person: string): Promise<Waking> {
  const registration = await worker();
  const hindered = hindrance(registration);
  if (hindered || !registration) return hindered ?? "unable";
  if ((await Notification.requestPermission()) !== "granted") return "denied";
  const subscription = await subscribed(registration, await phoneKey());
  try {
    await note(person, subscription);
  } catch (error) {
    // A phone that the server does not know would look woken and never be.
    await subscription.unsubscribe();
    throw error;
  }
  await keepWoken(person);
  return "on";
}

/** Asks to be left alone, also by whoever leaves this phone; what nobody could be told is told by the push service. */
export async function letMeSleep(): Promise<Waking> {
  await keepWoken(null);
  const registration = await worker();
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return hindrance(registration) ?? "off";
  // The server first: once the browser has let go of it, nobody here knows the address any more.
  await forgetPhone(subscription.endpoint).catch((error) =>
    console.warn("the server does not know that this phone is woken no more", error),
  );
  await subscription.unsubscribe();
  return hindrance(registration) ?? "off";
}
