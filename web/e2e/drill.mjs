// A drill beside the real county: it is seen from the real desk and gone to from there, its frame and words are on
// every screen, an order goes out in it and is answered, the real county knows nothing of it, and it is scored.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openDesk, openPhone } from "./driver.mjs";

const TITLE = "安仁村来电：桥头过水";
const READY_WITHIN = 60_000;

/** Six of its seconds are one of ours: nobody has to hurry, and nothing is waited for. */
const SCRIPT = `title = { zh = "${TITLE}", en = "Anren calls: water over the bridge" }
start = "2026-09-12T13:00:00+08:00"
length = "2h"
speed = 6

[[participant]]
login = "drill-duty"
person = "duty-1"

[[participant]]
login = "drill-anren"
person = "head-02"

[[inject]]
id = "welcome"
at = "0s"
title = { zh = "开场", en = "Opening" }
note = { zh = "演练开始，只在这里操作。", en = "The drill begins, act only here." }

[[inject]]
id = "call"
at = "6s"
title = { zh = "安仁村来电", en = "Anren calls" }
report = { hazard = "flood", level = "orange", township = "330624112", text = { zh = "村口桥已过水，请派人封路。", en = "Water is over the bridge, close the road." } }
[inject.expect]
post = "county-duty"
acknowledged = "60m"
commanded = "60m"
on_scene = "100m"
`;

/** Plays it beside the program that `world` began; `desk` is logged in there. */
export async function playDrill(world, desk, { picture, must, findGroup }) {
  const real = async (path) => (await desk.page.request.get(`${desk.base}/api/v1/${path}`)).json();
  const drill = await startDrill(world);
  const seats = [];
  try {
    await desk.expect(
      "the real desk says that a drill runs beside it",
      async () => (await desk.id("drill-beside").innerText()).includes(TITLE),
      20_000,
    );
    const address = await desk.id("drill-beside").locator("a").getAttribute("href");
    must(address === drill.base, "and leads to it", { address, base: drill.base });
    await picture(desk, "drill-beside");

    const lead = await openDesk(address);
    seats.push(lead);
    await lead.page.goto(`${address}/`);
    await lead.expect("who signs in sees that it is a drill", () => framed(lead));
    await lead.login("drill-duty", drill.passwords.get("drill-duty"));
    await isDrill(lead, must);
    await lead.expect("its first word is there", async () =>
      (await lead.id("drill-note").innerText()).includes("演练开始"),
    );
    const phone = await openPhone(address);
    seats.push(phone);
    await phone.login("drill-anren", drill.passwords.get("drill-anren"));
    must(await framed(phone), "the phone has the frame too", null);

    const row = lead.id("situation-row").first();
    await lead.expect("the call stands in the list", () => row.isVisible());
    await row.click();
    await lead.id("ack-manual").click();
    await lead.expect("it is acknowledged", () => lead.id("ack-manual").isDisabled());
    const group = await findGroup(lead, "head-02");
    const draft = await lead.issueCommand({ level: 3, group: group.id });
    await picture(lead, "drill-order");
    const command = await draft.send();
    await phone.waitForTask(command);
    await phone.openTask(command);
    await phone.accept();
    await lead.waitForStage("head-02", "accepted");
    await isDrill(lead, must);
    await picture(lead, "drill-answered");
    await picture(phone, "drill-phone");

    const here = await (await lead.page.request.get(`${address}/api/v1/commands`)).json();
    must(
      here.some((one) => one.id === command),
      "the drill has the order",
      here.length,
    );
    const told = JSON.stringify([await real("commands"), await real("situations")]);
    must(!told.includes(command), "the real county has no such order", command);
    must(!told.includes("drill"), "and no such situation", told.slice(0, 400));
    must(
      (await desk.page.locator(`[data-command="${command}"]`).count()) === 0 &&
        (await desk.id("drill-band").count()) === 0 &&
        !(await framed(desk)),
      "the real desk shows none of it, and no frame",
      null,
    );
    const sent = readFileSync(join(drill.data, "outbox.jsonl"), "utf8");
    const lines = sent.split("\n").filter(Boolean);
    must(
      lines.every((line) => line.includes("演练")),
      "whatever it would have sent bears the word",
      lines.find((line) => !line.includes("演练")),
    );

    await lead.page.keyboard.press("Escape");
    await lead.id("page-score").click();
    await lead.expect("what was expected is kept", async () => {
      const rows = await lead.id("score-lines").locator("tbody tr").allInnerTexts();
      const kept = await lead.id("score-lines").locator('tr[data-verdict="kept"]').count();
      return kept === 2 && rows;
    });
    await picture(lead, "drill-score");
    const errors = seats.flatMap((seat) => seat.errors);
    must(errors.length === 0, "no page of the drill threw", errors);
    const table = await drill.end();
    for (const words of [TITLE, "安仁村来电", "做到"])
      must(table.includes(words), `its last word tells: ${words}`, table);
    await desk.expect(
      "the real desk no longer speaks of it",
      async () => (await desk.id("drill-beside").count()) === 0,
      20_000,
    );
  } catch (error) {
    await picture(desk, "drill-failed-beside").catch(() => {});
    for (const seat of seats) await picture(seat, "drill-failed").catch(() => {});
    throw error;
  } finally {
    await Promise.allSettled(seats.map((seat) => seat.close()));
    await drill.end();
  }
}

/** The band says what it is and shows its own clock; the stripes are around, the window's title begins with it. */
async function isDrill(seat, must) {
  const band = await seat.id("drill-band").innerText();
  must(band.includes("演练") && band.includes(TITLE), "the band says what it is", band);
  must(/\d\d:\d\d:\d\d/.test(band), "and shows the drill's clock", band);
  must(await framed(seat), "the stripes are around the screen", null);
  const title = await seat.page.title();
  must(title.startsWith("【演练 DRILL】"), "the window's title begins with it", title);
}

/** Whether the striped frame is drawn over the page. */
const framed = (seat) =>
  seat.page.evaluate(() => {
    const { borderTopWidth, borderImageSource } = getComputedStyle(document.body, "::after");
    return borderTopWidth === "10px" && borderImageSource.includes("repeating-linear-gradient");
  });

/** `{base, data, passwords, end}` of a drill of that world's site, in a process and folder of its own. */
async function startDrill({ program, site, notice, home, logs }) {
  const data = join(home, "drill");
  const ready = join(home, "drill-ready.json");
  const script = join(home, "anren.toml");
  mkdirSync(data, { recursive: true });
  writeFileSync(script, SCRIPT);
  const words = ["drill", "run", "--site", site, "--script", script, "--data", data];
  const more = ["--http", "127.0.0.1:0", "--notice", notice, "--ready-file", ready];
  const child = spawn(program, [...words, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      said += text;
    });
  const gone = new Promise((resolve) => child.on("exit", resolve));
  const end = async () => {
    if (child.exitCode === null) child.kill("SIGTERM");
    await gone;
    writeFileSync(join(logs, "drill.log"), said);
    return said;
  };
  const until = Date.now() + READY_WITHIN;
  while (!existsSync(ready)) {
    if (child.exitCode !== null || Date.now() > until) {
      await end();
      throw new Error(`the drill did not begin: see ${logs}/drill.log`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { http } = JSON.parse(readFileSync(ready, "utf8"));
  const pairs = readFileSync(join(data, "passwords.txt"), "utf8").split("\n").filter(Boolean);
  const passwords = new Map(pairs.map((line) => line.split("\t")));
  return { base: `http://${http}`, data, passwords, end };
}
