// How long another time takes: from the key to the painted screen, and what of it the server needs alone.
// By itself it plays the demonstration county for a while and measures there:
//   node e2e/seeks.mjs [--debug] [--base http://127.0.0.1:P] [--after <s>] [--count <n>] [--profile <file>]
// --after: how long the night goes on behind its first alarm; --profile: what the page did, for a browser's tools.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDesk } from "./driver.mjs";
import { openWorld } from "./world.mjs";

/** In the page: resolves with the milliseconds from the next key to the frame that shows another time. */
function watchSeek() {
  window.lastSeek = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("no other time came: the journal may begin here")), 20_000);
    const clock = () => document.querySelector("[data-testid=replay-now]")?.dataset.at ?? null;
    const before = clock();
    const pressed = ({ timeStamp }) => {
      const look = new MutationObserver(() => {
        if (clock() === before || clock() === null) return;
        look.disconnect();
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = () => resolve(performance.now() - timeStamp);
          channel.port2.postMessage(0);
        });
      });
      look.observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-at"] });
    };
    window.addEventListener("keydown", pressed, { capture: true, once: true });
  });
}

/** In the page: seeks on a socket of its own, by the same steps, and gives the milliseconds to each whole world. */
function serverAlone({ at, steps, path }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}${path}`);
    const times = [];
    let began = null;
    let time = at;
    setTimeout(() => reject(new Error("the server did not answer the seeks")), 30_000);
    socket.onmessage = ({ data }) => {
      if (!/^\{"type":"(snapshot|changed)"/.test(data.slice(0, 30))) return;
      if (began !== null) times.push(performance.now() - began);
      if (times.length === steps.length) {
        socket.close();
        resolve({ times, bytes: data.length });
        return;
      }
      time += steps[times.length];
      setTimeout(() => {
        began = performance.now();
        socket.send(JSON.stringify({ do: "seek", at: new Date(time).toISOString() }));
      }, 150);
    };
  });
}

const half = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const ms = (list) => `${half(list).toFixed(0)} / ${Math.max(...list).toFixed(0)} ms`;

/** Seeks by single steps of the bar, back and forth; the desk looks at the past already. */
export async function measureSeeks(desk, count) {
  const { page } = desk;
  const at = async () => Date.parse(await desk.id("replay-now").getAttribute("data-at"));
  // Five minutes back and forth, never into what has not happened.
  const back = (n) => Math.floor(n / 4) % 2 === 0;
  await page.keyboard.press("ArrowLeft");
  await page.waitForTimeout(600);
  const start = await at();
  const screen = [];
  for (let n = 0; n < count; n++) {
    await page.evaluate(watchSeek);
    await page.keyboard.press(back(n) ? "ArrowLeft" : "ArrowRight");
    screen.push(await page.evaluate(() => window.lastSeek));
    await page.waitForTimeout(250);
  }
  const steps = screen.map((_, n) => (back(n) ? -300_000 : 300_000));
  const me = await (await page.request.get(`${desk.base}/api/v1/me`)).json();
  const asked = { at: new Date(start).toISOString(), speed: "0", changes: "true" };
  const from = new URLSearchParams(asked);
  if (me.jurisdiction) from.set("jurisdiction", me.jurisdiction);
  const path = `/api/v1/replay/feed?${from}`;
  const { times, bytes } = await page.evaluate(serverAlone, { at: start, steps, path });
  const words =
    `another time is on the screen after ${ms(screen)} (median / worst of ${count}), ` +
    `of which the server takes ${ms(times)} for ${(bytes / 1024).toFixed(0)} KiB`;
  return { screen, server: times, words };
}

async function alone() {
  const option = (name) => {
    const place = process.argv.indexOf(`--${name}`);
    return place > 0 ? process.argv[place + 1] : undefined;
  };
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const built = process.argv.includes("--debug") ? "debug" : "release";
  process.env.WATCHFIRE_BIN ??= join(root, `target/${built}/watchfire`);
  process.env.WATCHFIRE_SIM_BIN ??= join(root, `target/${built}/watchfire-sim`);
  const world = await openWorld({ base: option("base"), logs: join(tmpdir(), "watchfire-seeks") });
  try {
    const desk = await openDesk(world.base);
    await desk.login(...world.logins.desk);
    await desk.mapDrawn();
    await desk.waitForAlarm();
    await desk.page.waitForTimeout(1_000 * Number(option("after") ?? 90));
    await desk.page.keyboard.press("Escape");
    await desk.page.keyboard.press("Space");
    await desk.expect("the past is there", () => desk.id("replay-now").isVisible());
    const file = option("profile");
    const tools = file ? await desk.context.newCDPSession(desk.page) : null;
    await tools?.send("Profiler.enable");
    await tools?.send("Profiler.start");
    const seeks = await measureSeeks(desk, Number(option("count") ?? 24));
    const found = await tools?.send("Profiler.stop");
    if (found) writeFileSync(file, JSON.stringify(found.profile));
    console.log(`${built}: ${seeks.words}`);
    console.log(seeks.screen.map((one) => one.toFixed(0)).join(" "));
    await desk.close();
  } finally {
    await world.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await alone();
