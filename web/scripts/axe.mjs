// Every screen of desk and phone, in both languages and both themes, by the rules of WCAG A and AA (axe-core).
// Fails on anything serious or critical, with the rule, the element and the screens that show it.
//   npm run build && npm run axe -- [--only <part of a name>,…] [--list]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { startFake } from "../dev/fake-server.mjs";
import { launch, stillMap } from "../e2e/chromium.mjs";
import { DESK_SCENES, PHONE_SCENES } from "./scenes.mjs";
import { CALL_DESK } from "./scenes-calls.mjs";
import { DRILL_DESK, DRILL_PHONE } from "./scenes-drill.mjs";
import { DUTY_DESK, DUTY_PHONE } from "./scenes-duty.mjs";
import { FAULT_DESK, FAULT_PHONE } from "./scenes-faults.mjs";
import { FIELD_PHONE } from "./scenes-field.mjs";
import { HANDS_DESK } from "./scenes-hands.mjs";
import { INTAKE_DESK } from "./scenes-intake.mjs";
import { LOSS_DESK } from "./scenes-losses.mjs";
import { PAST_DESK } from "./scenes-past.mjs";

/** Pages at once: more only wait for the processor. */
const WORKERS = 2;
const GRAVE = ["serious", "critical"];
/** Scenes that begin with a press on the map. */
const PRESSED_ON_THE_MAP = ["area", "area-command", "area-composer"];
/** All rules under the first theme; under the second those that colours can break. */
const RULES = {
  night: { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"] },
  day: {
    runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] },
    resultTypes: ["violations"],
  },
};

const place = process.argv.indexOf("--only");
const only = place > 0 ? process.argv[place + 1].split(",") : [""];
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await launch();
/** What is wrong, by rule and element, with the screens where it is. */
const found = new Map();
const broken = [];
let looks = 0;

/** What axe says of the page as it stands, in both themes. */
async function judge(page, name, locale) {
  for (const theme of ["night", "day"]) {
    const wrong = await page.evaluate(
      async ([theme, rules]) => {
        document.documentElement.dataset.theme = theme;
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        const { violations } = await window.axe.run(document, rules);
        return violations.flatMap(({ id, impact, help, nodes }) =>
          nodes.map((node) => ({
            id,
            impact,
            help,
            target: node.target.join(" "),
            html: node.html.slice(0, 160),
            why: node.failureSummary?.split("\n")[1]?.trim() ?? "",
          })),
        );
      },
      [theme, RULES[theme]],
    );
    looks += 1;
    for (const one of wrong) {
      const key = `${one.id} ${one.html.replace(/\d+/g, "#").slice(0, 90)}`;
      const known = found.get(key) ?? { ...one, screens: new Set() };
      known.screens.add(`${name}-${theme}-${locale}`);
      found.set(key, known);
    }
  }
}

async function look(scene, phone) {
  const name = `${phone ? "phone" : "desk"}-${scene.name}`;
  const { mode, drill, beside } = scene;
  // What stands at the desk only where there is room for one column is looked at there.
  const narrow = !phone && scene.looks?.every(([width]) => width < 1366);
  const fake = await startFake({ mode, dist, drill, beside });
  const context = await browser.newContext({
    viewport: phone || narrow ? { width: 390, height: 844 } : { width: 1366, height: 768 },
    ...(phone ? { isMobile: true, hasTouch: true } : {}),
    reducedMotion: "reduce",
  });
  // The map is drawn without ground: its picture is nothing that these rules can read.
  const nothing = JSON.stringify({ type: "FeatureCollection", features: [] });
  if (!phone) await context.route("**/geo/*", (route) => route.fulfill({ body: nothing }));
  const page = await context.newPage();
  try {
    const login = scene.login ?? (phone ? "responder" : "officer");
    await page.request.post(`${fake.base}/api/v1/login`, { data: { login, password: "x" } });
    await page.goto(`${fake.base}${phone ? "/m" : "/"}?still`);
    const here = page.getByTestId(phone ? "queue-line" : "link-state");
    await here.and(page.locator("[data-phase=live]")).waitFor();
    if (!phone && !PRESSED_ON_THE_MAP.includes(scene.name)) await stillMap(page);
    await scene.act?.(page, fake);
    await page.waitForTimeout(200);
    await page.evaluate(source);
    if (!phone) await stillMap(page);
    await judge(page, name, "zh");
    await page.evaluate(() => {
      const change = { key: "watchfire.locale", newValue: "en" };
      window.dispatchEvent(new StorageEvent("storage", change));
    });
    await page.waitForTimeout(200);
    await judge(page, name, "en");
  } catch (error) {
    broken.push(`${name}: ${String(error).split("\n")[0]}`);
  } finally {
    await context.close();
    await fake.stop().catch(() => {});
  }
}

const began = Date.now();
process.on("SIGTERM", () => {
  tell();
  process.exit(1);
});
const work = [
  ...[
    ...DESK_SCENES,
    ...CALL_DESK,
    ...HANDS_DESK,
    ...INTAKE_DESK,
    ...LOSS_DESK,
    ...DUTY_DESK,
    ...DRILL_DESK,
    ...FAULT_DESK,
    ...PAST_DESK,
  ].map((scene) => [scene, false]),
  ...[...PHONE_SCENES, ...DUTY_PHONE, ...DRILL_PHONE, ...FIELD_PHONE, ...FAULT_PHONE].map(
    (scene) => [scene, true],
  ),
].filter(([scene, phone]) =>
  only.some((part) => `${phone ? "phone" : "desk"}-${scene.name}`.includes(part)),
);
const workers = Array.from({ length: WORKERS }, async () => {
  for (let next = work.shift(); next; next = work.shift()) await look(...next);
});
await Promise.all(workers);
await browser.close();
tell();

/** Everything that was found so far. */
function tell() {
  const grave = [...found.values()].filter((one) => GRAVE.includes(one.impact));
  const told = process.argv.includes("--list") ? [...found.values()] : grave;
  for (const { id, impact, help, target, html, why, screens } of told) {
    const shown = [...screens].slice(0, 4).join(", ");
    console.log(
      `${impact} ${id}: ${help}\n  ${target}\n  ${html}\n  ${why}\n  on ${screens.size}: ${shown}`,
    );
  }
  for (const line of broken) console.log(`NOT SEEN ${line}`);
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  console.log(
    `axe: ${looks} looks in ${seconds} s, ${grave.length} serious or critical, ${found.size - grave.length} lesser`,
  );
  if (grave.length > 0 || broken.length > 0) process.exitCode = 1;
}
