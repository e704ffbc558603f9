// The feed's socket, off the main thread: decodes, batches, reconnects. Knows no screen.
import type { FeedMessage } from "../wire/view";
import { sinceAfter, wait, wholeAt } from "./resume";
import type { FromSocket, ToSocket } from "./socketWords";

/** Messages are handed over at most this often, ms. */
const BATCH_MS = 100;
/** What may be an alarm waits for nothing, but a flood of it comes in frames a screen can draw. */
const URGENT_MS = 50;
/** Beats come every second; silence this long means the link is gone, whatever TCP thinks. */
const SILENCE_MS = 4_000;

let url = "";
let socket: WebSocket | null = null;
let since: number | null = null;
let tries = 0;
let wanted = false;
let batch: (FeedMessage | string)[] = [];
let flushed = 0;
let flushTimer: ReturnType<typeof setTimeout> | undefined;
/** When the timer runs out, by `performance.now`. */
let flushDue = 0;
let silenceTimer: ReturnType<typeof setTimeout> | undefined;
let retryTimer: ReturnType<typeof setTimeout> | undefined;

function tell(message: FromSocket) {
  postMessage(message);
}

function flush() {
  clearTimeout(flushTimer);
  flushTimer = undefined;
  if (batch.length === 0) return;
  flushed = performance.now();
  tell({ kind: "messages", messages: batch });
  batch = [];
}

function listenForSilence() {
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(lose, SILENCE_MS);
}

function open() {
  clearTimeout(retryTimer);
  if (!wanted || socket) return;
  const address = since === null ? url : `${url}${url.includes("?") ? "&" : "?"}since=${since}`;
  const mine = new WebSocket(address);
  socket = mine;
  listenForSilence();
  mine.onmessage = (event: MessageEvent<string>) => {
    if (socket !== mine) return;
    listenForSilence();
    tries = 0;
    take(event.data);
  };
  mine.onclose = () => {
    if (socket === mine) lose();
  };
}

function take(text: string) {
  const whole = wholeAt(text);
  if (whole !== null) {
    since = whole;
    hold(text, true);
    return;
  }
  let message: FeedMessage;
  try {
    message = JSON.parse(text) as FeedMessage;
  } catch {
    tell({ kind: "unreadable" });
    return;
  }
  since = sinceAfter(since, message);
  const { type } = message;
  hold(message, type === "snapshot" || type === "changed" || type === "updates");
}

/** Keeps a message for the next batch. */
function hold(message: FeedMessage | string, urgent: boolean) {
  batch.push(message);
  const now = performance.now();
  const due = urgent ? Math.max(now, flushed + URGENT_MS) : now + BATCH_MS;
  if (flushTimer !== undefined && flushDue <= due) return;
  clearTimeout(flushTimer);
  flushDue = due;
  flushTimer = setTimeout(flush, due - now);
}

function lose() {
  clearTimeout(silenceTimer);
  flush();
  const gone = socket;
  socket = null;
  gone?.close();
  if (!wanted) return;
  tries += 1;
  tell({ kind: "lost" });
  retryTimer = setTimeout(open, wait(tries, Math.random()));
}

function close() {
  wanted = false;
  clearTimeout(retryTimer);
  clearTimeout(silenceTimer);
  const gone = socket;
  socket = null;
  gone?.close();
}

self.onmessage = (event: MessageEvent<ToSocket>) => {
  const order = event.data;
  switch (order.kind) {
    case "open":
      url = order.url;
      wanted = true;
      open();
      return;
    case "say":
      url = order.url;
      since = null;
      // A socket that is still opening, or lost, opens where this would have led.
      if (socket?.readyState === WebSocket.OPEN) socket.send(order.text);
      else socket?.close();
      return;
    case "again":
      // The network says it is back: no reason to sit out the rest of the wait.
      if (wanted && !socket) open();
      return;
    case "whole":
      since = null;
      socket?.close();
      return;
    case "close":
      since = null;
      close();
      return;
  }
};
