// The desk while two thousand people owe an answer and the answers come in: how long each of its
// interactions takes from the input to the next painted frame, at both sizes of a desk, and pictures.
//   node e2e/mass.mjs [--out <dir>] [--rounds N] [--strict]
// A shared machine is not judged by the clock: only --strict makes a worst case above the bound fail.
// What the page's own thread worked for it is judged everywhere, since that is the same however long others
// keep it waiting.

import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { answer, issueToAll, openCounty, PEOPLE } from "./crowd.mjs";
import { openDesk } from "./driver.mjs";

const option = (name) => {
  const place = process.argv.indexOf(`--${name}`);
  return place > 0 ? process.argv[place + 1] : undefined;
};
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const out =
  option("out") ?? join(process.env.WATCHFIRE_OUT ?? join(ROOT, "target/stories"), "mass");
const rounds = Number(option("rounds") ?? 12);
const strict = process.argv.includes("--strict");
const MOST_MS = 100;
const SIZES = [
  { width: 1920, height: 1080 },
  { width: 1366, height: 768 },
];
mkdirSync(out, { recursive: true });

/** In the page: notes for the next input how long it takes until its frame is painted. */
function watchInput() {
  const painted = (began, done) =>
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done(performance.now() - began);
      channel.port2.postMessage(0);
    });
  window.nextInput = (type) => {
    window.lastInput = new Promise((resolve) => {
      window.addEventListener(type, (event) => painted(event.timeStamp, resolve), {
        capture: true,
        once: true,
      });
    });
  };
}

/** Milliseconds from the input that `press` makes to its frame. */
async function timed(desk, type, press) {
  await desk.page.evaluate((type) => window.nextInput(type), type);
  await press();
  return desk.page.evaluate(() => window.lastInput);
}

async function clickOf(desk, locator) {
  await locator.evaluate((element) => element.scrollIntoView({ block: "nearest" }));
  const box = await locator.boundingBox();
  if (!box) throw new Error(`nothing to click: ${locator}`);
  const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height / 2, 12)];
  await desk.page.mouse.move(x, y);
  return timed(desk, "click", () => desk.page.mouse.click(x, y));
}

const keyOf = (desk, key) => timed(desk, "keydown", () => desk.page.keyboard.press(key));

/** Each by name: what is done, in an order that leads from one to the next and back to the map. */
function interactions(desk, command) {
  const { page } = desk;
  const card = page.locator(`[data-testid=command-card][data-command="${command}"]`);
  const list = desk.id("board-list");
  return [
    ["open the board", () => clickOf(desk, card), () => desk.id("board-list").isVisible()],
    // Who is silent, and once they are given up, those.
    [
      "only who is silent",
      () => clickOf(desk, desk.id("board").locator("[data-testid^=want-]").last()),
    ],
    ["everybody again", () => clickOf(desk, desk.id("want-all"))],
    [
      "scroll by the wheel",
      async () => {
        const box = await list.boundingBox();
        await page.mouse.move(box.x + 200, box.y + 200);
        return timed(desk, "wheel", () => page.mouse.wheel(0, 900));
      },
    ],
    [
      "scroll to the end",
      async () => {
        await list.focus();
        return keyOf(desk, "End");
      },
    ],
    ["scroll to the beginning", () => keyOf(desk, "Home")],
    ["open a person", () => clickOf(desk, desk.id("board-row").nth(4))],
    ["the next person", () => keyOf(desk, "ArrowDown")],
    ["all who owe an answer", () => keyOf(desk, "w"), () => desk.id("unanswered").isVisible()],
    ["the next who owes", () => keyOf(desk, "j")],
    ["who is on duty", () => keyOf(desk, "z")],
    ["close the page", () => keyOf(desk, "Escape"), () => desk.id("obligations").isVisible()],
    ["begin a command", () => keyOf(desk, "c"), () => desk.id("composer").isVisible()],
    ["choose all of them", () => clickOf(desk, desk.id("group-everyone"))],
    [
      "type a letter of it",
      async () => {
        await desk.id("wording").focus();
        return keyOf(desk, "a");
      },
    ],
    [
      "leave the composer",
      async () => {
        await desk.id("wording").blur();
        return keyOf(desk, "Escape");
      },
    ],
    ["back at the map", () => keyOf(desk, "Escape"), () => card.isVisible()],
  ];
}

async function measure(desk, command) {
  const times = new Map();
  const thread = mainThread();
  for (let round = 0; round < rounds; round++) {
    for (const [name, act, arrived] of interactions(desk, command)) {
      const before = thread();
      const took = await act();
      const worked = thread() - before;
      if (arrived) await desk.expect(`after "${name}"`, arrived);
      times.set(name, [...(times.get(name) ?? []), { took, worked }]);
      await desk.page.waitForTimeout(120);
    }
  }
  return times;
}

/** Reads how long the page's main thread has worked, ms, in steps of ten; not a number where that cannot
 * be known. */
function mainThread() {
  const fields = (path) => {
    try {
      const text = readFileSync(path, "utf8");
      return text.slice(text.lastIndexOf(")") + 2).split(" ");
    } catch {
      return null;
    }
  };
  const all = existsSync("/proc") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  const own = new Set([String(process.pid)]);
  for (let depth = 0; depth < 8; depth++)
    for (const pid of all) if (own.has(fields(`/proc/${pid}/stat`)?.[1])) own.add(pid);
  const pages = [...own].filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer");
    } catch {
      return false;
    }
  });
  const worked = (pid) => {
    const found = fields(`/proc/${pid}/task/${pid}/stat`);
    return found ? (Number(found[11]) + Number(found[12])) * 10 : 0;
  };
  if (pages.length === 0) return () => Number.NaN;
  return () => pages.reduce((sum, pid) => sum + worked(pid), 0);
}

function table(title, times) {
  const columns = ["median", "worst", "work", "most"].map((word) => word.padStart(8)).join("");
  console.log(`\n${title}\n${"".padEnd(28)}${columns} ms`);
  const worst = { took: 0, worked: 0 };
  for (const [name, all] of times) {
    const of = (field) => all.map((one) => one[field]).sort((a, b) => a - b);
    const [took, worked] = [of("took"), of("worked")];
    const half = (sorted) => sorted[Math.floor(sorted.length / 2)];
    worst.took = Math.max(worst.took, took.at(-1));
    worst.worked = Math.max(worst.worked, half(worked));
    const numbers = [half(took), took.at(-1), half(worked), worked.at(-1)];
    const row = numbers.map((ms) => ms.toFixed(0).padStart(8)).join("");
    console.log(`${name.padEnd(28)}${row}${took.at(-1) > MOST_MS ? "  *" : ""}`);
  }
  return worst;
}

async function play(world) {
  const desk = await openDesk(world.base);
  const worst = { took: 0, worked: 0 };
  try {
    await desk.page.addInitScript(watchInput);
    await desk.login("duty", "demo");
    await desk.mapDrawn();
    await desk.shot(join(out, "calm-1920.png"));
    const command = await issueToAll(world);
    await desk.openBoard(command);
    await desk.expect("everybody is on the board", async () =>
      (await desk.id("board").innerText()).includes(String(PEOPLE)),
    );
    await desk.shot(join(out, "issued-1920.png"));
    await desk.page.keyboard.press("Escape");
    const flow = answer(world.base, command, Number(option("each") ?? 150));
    for (const size of SIZES) {
      await desk.page.setViewportSize(size);
      await desk.page.waitForTimeout(1_500);
      const load = loadavg()[0].toFixed(1);
      const before = flow.answered;
      const times = await measure(desk, command);
      const title = `${size.width}x${size.height}, ${flow.answered - before} people answered meanwhile, load ${load}`;
      const most = table(title, times);
      worst.took = Math.max(worst.took, most.took);
      worst.worked = Math.max(worst.worked, most.worked);
      await desk.openBoard(command);
      await desk.page.waitForTimeout(500);
      await desk.shot(join(out, `answers-${size.width}.png`));
      await desk.page.keyboard.press("w");
      await desk.page.waitForTimeout(500);
      await desk.shot(join(out, `owed-${size.width}.png`));
      await desk.page.keyboard.press("Escape");
      await desk.page.keyboard.press("Escape");
    }
    // The last answers: few are left, and they must be found at once.
    flow.each = 4;
    await desk.page.setViewportSize(SIZES[0]);
    await desk.expect(
      "all have answered who will",
      () => flow.answered >= PEOPLE * 0.95 || flow.failed,
      240_000,
    );
    await flow.stop();
    if (flow.failed) throw flow.failed;
    await desk.openBoard(command);
    for (const size of SIZES) {
      await desk.page.setViewportSize(size);
      await desk.page.waitForTimeout(800);
      await desk.shot(join(out, `silent-${size.width}.png`));
    }
    if (desk.errors.length > 0) throw new Error(desk.errors.join("\n"));
  } catch (error) {
    await desk.shot(join(out, "failed.png")).catch(() => {});
    throw error;
  } finally {
    await desk.close();
  }
  return worst;
}

let world;
try {
  world = await openCounty(join(out, "logs"));
  const worst = await play(world);
  const quiet = loadavg()[0] < 2;
  if (worst.worked > MOST_MS) throw new Error(`one costs ${worst.worked} ms of work`);
  if (worst.took > MOST_MS && strict) throw new Error(`the worst took ${worst.took.toFixed(0)} ms`);
  console.log(
    `\nthe worst took ${worst.took.toFixed(0)} ms, the most work was ${worst.worked} ms; ${quiet ? "" : "the machine is busy with other things, so "}${strict ? "within the bound" : "nothing is judged by the clock"}; pictures in ${out}`,
  );
} catch (error) {
  console.error(`mass: FAILED\n${error?.message ?? error}\npictures in ${out}`);
  process.exitCode = 1;
} finally {
  await world?.stop();
}
