// The bar: out of live and back. The same screens show the past, nothing on them acts, one key returns.
import { measureSeeks } from "./seeks.mjs";

/** Names of the rows, and what is left free at the right, px, as the strip draws them. */
const LABELS = 84;
const EDGE = 16;
const MARK = "桥头过水，先封路";

/** Steps a desk into the past and back to live; `must` and `picture` are the story's. */
export async function lookBack(desk, { picture, must }) {
  const { page } = desk;
  const at = async () => Date.parse(await shown(desk));
  const text = async () => desk.id("replay-now").innerText();
  await desk.expect("the bar follows live", async () => (await mode(desk)) === "live");
  await page.keyboard.press("Escape");

  await page.keyboard.press("Space");
  await desk.expect("leaving live says so on every panel", async () => {
    const words = await desk.id("not-live").innerText();
    return words.includes("非实况") && (await mode(desk)) === "replay" && (await framed(desk)) >= 4;
  });
  await desk.expect("the past is there", () => desk.id("replay-now").isVisible());
  const left = await at();
  const began = Date.now();
  await page.keyboard.press("ArrowLeft");
  await desk.expect(
    "it is five minutes earlier",
    async () => Math.abs(left - (await at()) - 300_000) < 90_000,
  );
  console.log(`          a step back was on the screen after ${Date.now() - began} ms`);
  await picture(desk, "past-fixed");

  const before = await text();
  await desk.id("speed-60").click();
  await desk.expect("the past goes on", async () => (await text()) !== before);
  await page.keyboard.press("Space");
  await desk.expect("and stands still again", async () => {
    const one = await text();
    await page.waitForTimeout(1_500);
    return (await text()) === one;
  });
  await desk.id("know-now").click();
  await desk.expect(
    "it goes by what is known now",
    async () => (await desk.id("know-now").getAttribute("aria-pressed")) === "true",
  );

  await nothingIsEntered(desk, { picture, must });
  await pressTheStrip(desk, { must });
  await leaveAMark(desk, { picture, must });
  await runThrough(desk, { picture, must });
  const seeks = await measureSeeks(desk, 12);
  console.log(`          ${seeks.words}`);

  await desk.openSituation();
  const buttons = page.locator(
    "[data-testid=acknowledge], [data-testid=ack-situation], [data-testid=compose-from-alarm]",
  );
  for (const button of await buttons.all()) {
    must(await button.isDisabled(), "nothing can be pressed in the past", await button.innerText());
  }
  await page.keyboard.press("Escape");
  await page.keyboard.press("Home");
  await desk.expect("one key is the way back to live", async () => (await mode(desk)) === "live");
  await desk.expect(
    "the feed is live",
    async () => (await desk.id("link-state").getAttribute("data-phase")) === "live",
  );
  must((await framed(desk)) === 0, "no frame is left", await framed(desk));
  await picture(desk, "live-again");
}

/** The page of events: what would be lost is not offered, and what was begun before stays with the reason. */
async function nothingIsEntered(desk, { picture, must }) {
  const { page } = desk;
  await desk.id("page-rules").click();
  await desk.expect("the rules are said to be those of now", () => desk.id("as-now").isVisible());
  await desk.id("open-events").click();
  await desk.expect("the page of events is open", () => desk.id("events").isVisible());
  for (const name of ["new-event", "new-weather"])
    must(await desk.id(name).isDisabled(), `${name} is not offered in the past`, name);
  must(
    (await desk.id("events-barred").innerText()).includes("复盘"),
    "it says why",
    await desk.id("events-barred").innerText(),
  );
  await page.keyboard.press("Home");
  await desk.expect("back to live", async () => (await mode(desk)) === "live");
  await desk.expect("an event may be entered", () => desk.id("new-event").isEnabled());
  await desk.id("new-event").click();
  await desk.id("event-text").fill("后山小型滑坡，堵路");
  await desk.id("step-back").click();
  await desk.expect("the past is there again", () => desk.id("replay-now").isVisible());
  must(await desk.id("event-keep").isDisabled(), "it cannot be kept in the past", null);
  must(
    (await desk.id("event-text").inputValue()).includes("滑坡"),
    "and what was written stays",
    await desk.id("event-text").inputValue(),
  );
  await picture(desk, "past-unkept");
  await page.keyboard.press("Escape");
}

/** Where the lanes lie, which time they show, and the place of a time on them. */
async function strip(desk) {
  const lanes = desk.id("lanes");
  const box = await lanes.boundingBox();
  const [from, to] = await lanes.evaluate((one) => [
    Number(one.dataset.from),
    Number(one.dataset.to),
  ]);
  const width = box.width - LABELS - EDGE;
  const place = (time) => box.x + LABELS + ((time - from) / (to - from)) * width;
  return { from, to, place, y: box.y + box.height / 3, pixel: (to - from) / width };
}

/** What happened in what the bar shows, as the server says it now. */
async function told(desk, { from, to }) {
  const me = await (await desk.page.request.get(`${desk.base}/api/v1/me`)).json();
  const asked = new URLSearchParams({
    jurisdiction: me.jurisdiction,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    buckets: "400",
  });
  return (await desk.page.request.get(`${desk.base}/api/v1/replay/lanes?${asked}`)).json();
}

/** A press on the strip goes to the time that lies there. */
async function pressTheStrip(desk, { must }) {
  const bar = await strip(desk);
  const lanes = await told(desk, bar);
  const [first, last] = [Date.parse(lanes.first), Date.parse(lanes.last)];
  const wanted = Math.max(first, bar.from) + (last - Math.max(first, bar.from)) / 2;
  await desk.page.mouse.click(bar.place(wanted), bar.y);
  const at = async () => Date.parse(await shown(desk));
  await desk.expect(
    "a press goes to the time that lies there",
    async () => Math.abs((await at()) - wanted) <= 2 * bar.pixel + 1_000,
  );
  must((await desk.id("interval").count()) === 0, "and chooses nothing", null);
}

/** A drag chooses an interval; words written about it stand on the bar. */
async function leaveAMark(desk, { picture, must }) {
  const { page } = desk;
  const bar = await strip(desk);
  const now = Date.parse(await shown(desk));
  const [from, to] = [now + 20 * bar.pixel, now + 60 * bar.pixel];
  await page.mouse.move(bar.place(from), bar.y);
  await page.mouse.down();
  await page.mouse.move(bar.place(to), bar.y, { steps: 6 });
  await page.mouse.up();
  await desk.expect("a drag chooses an interval", () => desk.id("interval").isVisible());
  must(
    Math.abs(Date.parse(await shown(desk)) - now) < 2_000,
    "and goes nowhere",
    await shown(desk),
  );
  await desk.id("note").click();
  await desk.id("note-text").fill(MARK);
  await desk.id("note-keep").click();
  await desk.expect("the note is kept", async () => (await desk.id("interval").count()) === 0);
  // Written now about then: it stands with what is known now, and was not known at that moment.
  const stands = async (where) => {
    const titles = desk.id("lanes").locator(`[data-lanes=${where}] [data-kind=mark] title`);
    return (await titles.allTextContents()).some((title) => title.startsWith(MARK));
  };
  await desk.expect(
    "its words stand on the bar, faint",
    async () => (await stands("after")) && !(await stands("known")),
  );
  await picture(desk, "past-mark");
  await desk.id("know-now").click();
  await desk.expect("by what is known now it is plain", () => stands("known"));
  await picture(desk, "past-mark-now");
  await desk.id("know-then").click();
  await desk.expect("and at that moment nobody knew it", async () => {
    const by = await desk.id("lanes").locator("[data-lanes=known]").getAttribute("data-by");
    return by !== null && !(await stands("known"));
  });
}

/** An hour in a second, from the beginning to what is: the lanes stay, and nothing is left out of them. */
async function runThrough(desk, { picture, must }) {
  const { page } = desk;
  const bar = await strip(desk);
  const lanes = await told(desk, bar);
  const begin = Math.max(Date.parse(lanes.first), bar.from + 4 * bar.pixel);
  await page.mouse.click(bar.place(begin), bar.y);
  await desk.expect(
    "the beginning is there",
    async () => Math.abs(Date.parse(await shown(desk)) - begin) <= 2 * bar.pixel + 1_000,
  );
  // What the bar is told from here on: the newest is what it must show.
  let newest = null;
  const hear = async (response) => {
    if (response.url().includes("/replay/lanes") && response.url().includes("knowledge=then"))
      newest = await response.json().catch(() => newest);
  };
  page.on("response", hear);
  const end = Date.parse(lanes.last);
  let [looks, least] = [0, Number.POSITIVE_INFINITY];
  await desk.id("speed-3600").click();
  await desk.expect("it runs to what is", async () => {
    least = Math.min(least, await desk.id("lanes").locator("[data-lane] rect").count());
    looks += 1;
    return Date.parse(await shown(desk)) >= end - 1_000;
  });
  must(least > 0, "the lanes stand all the while", { looks, least });
  if ((await desk.id("play").innerText()).includes("暂停")) await desk.id("play").click();
  await desk.expect("every lane is whole", async () => {
    const drawn = JSON.stringify(await drawnLanes(desk));
    return newest !== null && drawn === JSON.stringify(laneCounts(newest));
  });
  page.off("response", hear);
  // Also by what is known from elsewhere: no order of the night is missing, and our own note stands there.
  await desk.expect("every order is drawn, and the note", async () => {
    const { from, to } = await strip(desk);
    const orders = await (await page.request.get(`${desk.base}/api/v1/commands`)).json();
    // The night goes on beside it: what was ordered later is not of the moment shown.
    const until = Math.min(to, Date.parse(await shown(desk)));
    const inside = orders.filter(({ issued }) => {
      const at = Date.parse(issued);
      return at >= from && at <= until;
    });
    const { commands, marks } = await drawnLanes(desk);
    return inside.length > 0 && commands === inside.length && marks >= 1;
  });
  await picture(desk, "past-run-through");
}

/** How many items each lane has, as the server tells them. */
function laneCounts(lanes) {
  const some = (list) => list.filter((one) => one > 0).length;
  const kinds = lanes.deeds.map((deed) => deed.kind);
  const runs = lanes.levels.filter((level, n) => level > 0 && level !== lanes.levels[n - 1]);
  return {
    rain: some(lanes.rain),
    levels: runs.length,
    alarms: lanes.alarms.filter((counts) => counts.some((one) => one > 0)).length,
    late: some(lanes.late),
    calls: some(lanes.calls),
    reports: some(lanes.reports),
    commands: kinds.filter((kind) => kind === "command").length,
    decisions: kinds.filter((kind) => kind !== "command").length,
    marks: kinds.filter((kind) => kind === "mark").length,
  };
}

/** How many are drawn. */
function drawnLanes(desk) {
  return desk.id("lanes").evaluate((strip) => {
    const count = (lane, what) =>
      strip.querySelectorAll(`[data-lanes=known] [data-lane=${lane}] ${what}`).length;
    const rects = (lane) => count(lane, "rect");
    const flags = count("decisions", "path");
    return {
      rain: rects("rain"),
      levels: rects("levels"),
      alarms: rects("alarms"),
      late: rects("late"),
      calls: rects("calls"),
      reports: rects("reports"),
      commands: count("commands", "path"),
      decisions: flags + rects("strokes"),
      marks: count("decisions", "[data-kind=mark]") + count("strokes", "[data-kind=mark]"),
    };
  });
}

const mode = (desk) => desk.id("timebar").getAttribute("data-mode");

const shown = (desk) => desk.id("replay-now").getAttribute("data-at");

/** How many panels bear the frame. */
const framed = (desk) =>
  desk.page.evaluate(
    () =>
      [...document.querySelectorAll(".desk > .zone, .desk > .timebar")].filter(
        (one) => getComputedStyle(one).outlineStyle === "solid",
      ).length,
  );
