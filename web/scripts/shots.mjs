// Pictures of every screen against the invented night, for eyes.
//   npm run build && npm run shots -- [--out <dir>] [--only <part of a name>,…] [--small]
// --small: phones of 360x640 in place of 390x844.
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startFake } from "../dev/fake-server.mjs";
import { launch } from "../e2e/chromium.mjs";
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

const option = (name, fallback) => {
  const place = process.argv.indexOf(`--${name}`);
  return place > 0 ? process.argv[place + 1] : fallback;
};
const out = option("out", join(tmpdir(), "watchfire-shots"));
const only = option("only", "").split(",");
mkdirSync(out, { recursive: true });
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const browser = await launch();

const SIZES = {
  1920: { width: 1920, height: 1080 },
  1366: { width: 1366, height: 768 },
  390: { width: 390, height: 844 },
};
const PHONE = process.argv.includes("--small") ? { width: 360, height: 640 } : SIZES[390];

async function shoot(
  name,
  { mode, drill, beside, viewport, path, login, theme, locale, act, phone },
) {
  if (!only.some((part) => name.includes(part))) return;
  const fake = await startFake({ mode, dist, drill, beside });
  const context = await browser.newContext({
    viewport,
    ...(phone ? { isMobile: true, hasTouch: true } : {}),
  });
  await context.addInitScript(
    ([l, t, which]) => {
      localStorage.setItem("watchfire.locale", l);
      localStorage.setItem(`watchfire.theme.${which}`, t);
    },
    [locale, theme, phone ? "day" : "night"],
  );
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  try {
    await page.request.post(`${fake.base}/api/v1/login`, { data: { login, password: "x" } });
    await page.goto(`${fake.base}${path}?still`);
    await page.waitForTimeout(phone ? 1200 : 3500);
    await act?.(page, fake);
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(out, `${name}.png`), timeout: 60_000 });
    console.log(`${name}${errors.length ? `  ERRORS: ${errors.slice(0, 3).join(" | ")}` : ""}`);
  } catch (error) {
    console.log(`${name}  FAILED: ${String(error).split("\n")[0]}  ${errors.join(" | ")}`);
  } finally {
    await context.close();
    await fake.stop();
  }
}

for (const scene of [
  ...DESK_SCENES,
  ...CALL_DESK,
  ...HANDS_DESK,
  ...INTAKE_DESK,
  ...DUTY_DESK,
  ...DRILL_DESK,
  ...FAULT_DESK,
  ...PAST_DESK,
  ...LOSS_DESK,
]) {
  for (const [size, theme, locale] of scene.looks) {
    await shoot(`desk-${scene.name}-${size}-${theme}-${locale}`, {
      viewport: SIZES[size],
      path: "/",
      login: scene.login ?? "officer",
      theme,
      locale,
      mode: scene.mode,
      drill: scene.drill,
      beside: scene.beside,
      act: scene.act,
    });
  }
}
for (const scene of [
  ...PHONE_SCENES,
  ...DUTY_PHONE,
  ...DRILL_PHONE,
  ...FIELD_PHONE,
  ...FAULT_PHONE,
]) {
  for (const [theme, locale] of scene.looks) {
    await shoot(`phone-${scene.name}-${theme}-${locale}`, {
      viewport: PHONE,
      path: "/m",
      login: scene.login ?? "responder",
      theme,
      locale,
      mode: scene.mode,
      drill: scene.drill,
      beside: scene.beside,
      act: scene.act,
      phone: true,
    });
  }
}
await browser.close();
console.log(`pictures in ${out}`);
