// How long another time takes: from the key to the painted screen, and what of it the server needs alone.

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
      if (!data.includes('"type":"snapshot"', 0)) return;
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
  const from = new URLSearchParams({ at: new Date(start).toISOString(), speed: "0" });
  if (me.jurisdiction) from.set("jurisdiction", me.jurisdiction);
  const path = `/api/v1/replay/feed?${from}`;
  const { times, bytes } = await page.evaluate(serverAlone, { at: start, steps, path });
  const words =
    `another time is on the screen after ${ms(screen)} (median / worst of ${count}), ` +
    `of which the server takes ${ms(times)} for ${(bytes / 1024).toFixed(0)} KiB`;
  return { screen, server: times, words };
}
