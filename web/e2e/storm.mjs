// The desk in a storm of 300 alarms, against the invented night: everything red or orange is one click
// away, a set is frozen at the press, red is silenced only by two people, only annunciations make noise,
// lists stay still under a hand, commands are about situations, and files are looked at before they are
// applied.
import { fileURLToPath } from "node:url";
import { startFake } from "../dev/fake-server.mjs";
import { openDesk } from "./driver.mjs";
import { callBecomesACommand, commandFromASituation, noticeIsTakenOn } from "./hands.mjs";

const level = (alarm) => (alarm.process === "returned" ? alarm.worst : alarm.level || alarm.worst);

export async function playStorm({ picture, must }) {
  const dist = fileURLToPath(new URL("../dist", import.meta.url));
  const fake = await startFake({ mode: "storm", dist });
  const desk = await openDesk(fake.base);
  const second = await openDesk(fake.base);
  try {
    await desk.login("officer", "x");
    await everyHeavyAlarmIsOneClickAway(desk, fake, must);
    await picture(desk, "storm-situations");
    await aSetIsFrozenAtThePress(desk, fake, must);
    await picture(desk, "storm-acknowledged");
    await onlyAnnunciationsSpeak(desk, fake, must);
    await listsStayStill(desk, fake, must);
    await picture(desk, "storm-new-bar");
    await redIsSilencedByTwo(desk, second, must);
    await picture(second, "storm-ledger");
    await second.close();
    await noticeIsTakenOn(desk, fake, must);
    const late = (like) => bring(fake, later(like, "f00d000000000004"));
    await commandFromASituation(desk, fake, must, late);
    await picture(desk, "storm-command");
    await callBecomesACommand(desk, fake, must);
    await filesAreLookedAtFirst(fake, picture, must);
    must(desk.errors.length === 0, "no page threw in the storm", desk.errors);
  } finally {
    await Promise.allSettled([desk.close(), second.close()]);
    await fake.stop();
  }
}

const later = (alarm, key) => ({
  ...structuredClone(alarm),
  key,
  episode: `${key}-1`,
  ack: null,
  quiet: [],
  changed: "2026-08-20T18:14:00Z",
});

async function bring(fake, alarm) {
  fake.night.county.alarms.push(alarm);
  fake.tell([{ kind: "alarm", alarm }]);
}

async function everyHeavyAlarmIsOneClickAway(desk, fake, must) {
  await desk.expect("flood mode is told", () => desk.id("flood-banner").isVisible());
  const named = new Set();
  const rows = await desk.id("situation-row").count();
  for (let place = 0; place < rows; place++) {
    await desk.id("situation-row").nth(place).click();
    await desk.expect("the situation is open", () => desk.id("situation-page").isVisible());
    for (const key of await desk
      .id("alarm-line")
      .evaluateAll((lines) => lines.map((line) => line.dataset.alarm)))
      named.add(key);
    await desk.id("all-situations").click();
    await desk.expect("the list is back", () => desk.id("situation-row").first().isVisible());
  }
  const missing = fake.night.county.alarms
    .filter((alarm) => level(alarm) >= 3 && !named.has(alarm.key))
    .map((alarm) => alarm.key);
  must(missing.length === 0, "every red and orange is named one click from the list", missing);
}

async function aSetIsFrozenAtThePress(desk, fake, must) {
  await desk.id("situation-row").first().click();
  const id = await desk.id("situation-page").getAttribute("data-situation");
  const members = fake.night.county.alarms.filter((alarm) => alarm.situation === id);
  const open = members.filter((alarm) => !alarm.ack);
  const red = open.filter((alarm) => level(alarm) === 4);
  must(red.length > 0 && red.length < open.length, "red and others wait", open.length);
  await desk.page.keyboard.press("Shift+A");
  await desk.expect("the set is shown", () => desk.id("ack-dialog").isVisible());
  const fresh = later(open.find((alarm) => level(alarm) < 4) ?? open[0], "f00d000000000001");
  await bring(fake, fresh);
  await desk.expect("what came later is said to be outside", async () =>
    /此后新来的 1 条不在内/.test(await desk.id("ack-dialog").innerText()),
  );
  await desk.id("ack-named").first().click();
  await desk.id("ack-confirm").click();
  await desk.expect("the frozen set is acknowledged", () => open.every((alarm) => alarm.ack));
  must(fresh.ack === null, "what came later is not acknowledged", fresh);
  await desk.page.keyboard.press("Escape");
}

async function onlyAnnunciationsSpeak(desk, fake, must) {
  const said = () => desk.id("announcer").textContent();
  const before = await said();
  await bring(fake, later(fake.night.county.alarms[0], "f00d000000000002"));
  await desk.page.waitForTimeout(600);
  must((await said()) === before, "a new red alarm alone is no noise", await said());
  const situation = fake.night.county.situations.find((one) => one.level === 4).id;
  fake.tell([
    {
      kind: "annunciation",
      annunciation: { situation, level: 4, reason: "rise", at: "2026-08-20T18:14:10Z" },
    },
  ]);
  await desk.expect("the annunciation is spoken", async () => /级别上升/.test(await said()));
}

async function listsStayStill(desk, fake, must) {
  await desk.id("mode-alarms").click();
  await desk.id("alarm-row").nth(3).hover();
  const top = async () => (await desk.alarms()).slice(0, 8).map((one) => one.key);
  const place = () => desk.id("alarm-row").nth(3).boundingBox();
  const [before, where] = [await top(), await place()];
  await bring(fake, later(fake.night.county.alarms[1], "f00d000000000003"));
  await desk.expect("new rows wait behind the bar", () => desk.id("new-bar").isVisible());
  const after = { keys: await top(), where: await place() };
  must(
    JSON.stringify({ keys: before, where }) === JSON.stringify(after),
    "no row moved under the hand",
    { before, where, after },
  );
  await desk.page.keyboard.press("n");
  await desk.expect("the new row is shown when asked for", async () =>
    (await desk.alarms()).some((one) => one.key === "f00d000000000003"),
  );
  await desk.id("mode-situations").click();
}

async function redIsSilencedByTwo(desk, second, must) {
  await desk.id("situation-row").first().click();
  await desk.id("silence-from-situation").click();
  await desk.id("up-to-4").click();
  await desk.id("silence-reason").fill("探头被漂木撞歪，按桥下水尺报");
  await desk.id("span-240").click();
  must(await desk.id("silence-confirm").isDisabled(), "four hours of red are too long", null);
  await desk.id("span-120").click();
  await desk.id("silence-confirm").click();
  const asked = (seat) =>
    seat.page.locator("[data-testid=ledger-row][data-waits=true]", { hasText: "漂木撞歪，按" });
  await desk.expect("it waits for a second person", () => asked(desk).isVisible());
  await asked(desk).click();
  must(await desk.id("approve").isDisabled(), "nobody agrees to their own", null);
  await second.login("leader", "x");
  await second.page.keyboard.press("m");
  await asked(second).click();
  await second.id("approve").click();
  await desk.expect("it is in force once the other agrees", async () => {
    const row = desk.page.locator("[data-testid=ledger-row][data-waits=false]", {
      hasText: "漂木撞歪，按",
    });
    return row.isVisible();
  });
  await desk.id("end-suppression").click();
  await desk.expect("it is ended by a press", async () => {
    const rows = desk.page.locator("[data-testid=ledger-row]", { hasText: "漂木撞歪，按" });
    return (await rows.count()) === 0;
  });
}

async function filesAreLookedAtFirst(fake, picture, must) {
  const admin = await openDesk(fake.base);
  try {
    await admin.login("admin", "x");
    await admin.id("page-rules").click();
    await admin.id("open-files").click();
    await admin.id("site-check").click();
    await admin.expect("a problem has its place", async () =>
      /river\.toml:31:14/.test(await admin.id("problem").first().innerText()),
    );
    must(await admin.id("site-reload").isDisabled(), "a set with an error is not taken", null);
    await picture(admin, "storm-files");
    await admin.id("site-check").click();
    await admin.expect("mended, it can be applied", () => admin.id("site-reload").isEnabled());
    await admin.id("site-reload").click();
    await admin.expect("it is applied", () => admin.id("site-applied").isVisible());
    must(admin.errors.length === 0, "no page threw for the administrator", admin.errors);
  } finally {
    await admin.close();
  }
}
