// Pictures of what people open and order themselves: areas drawn on the map, situations no gauge raised,
// commands from them, notices somebody takes on, what an incident gathers, the moments of a report.
import { ALL, DESK, id } from "./looks.mjs";

const situation = (page) => id(page, "situation-row").first().click();

/** Draws an area on the map by hand. */
const drawArea = async (page) => {
  await page.keyboard.press("g");
  await page.waitForTimeout(1200);
  const box = await page.locator("[data-testid=map] canvas").first().boundingBox();
  const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
  for (const [x, y] of [
    [0.35, 0.4],
    [0.55, 0.35],
    [0.6, 0.6],
    [0.4, 0.65],
  ]) {
    await page.mouse.click(...at(x, y));
    await page.waitForTimeout(350);
  }
  await page.keyboard.press("Enter");
  await page.waitForTimeout(800);
};
/** Opens the situation that is like this, wherever it stands in the list. */
const openLike = async (page, fake, like) => {
  const found = fake.night.county.situations.find(like);
  const row = page.locator(`[data-testid=situation-row][data-situation="${found.id}"]`);
  await id(page, "situations").focus();
  for (let place = 0; place < 20 && (await row.count()) === 0; place++) {
    await page.keyboard.press("PageDown");
    await page.waitForTimeout(60);
  }
  await row.click();
  await page.waitForTimeout(600);
};

const openHazard = (page, fake, hazard) => openLike(page, fake, (one) => one.hazard === hazard);

/** A report of the night with two maps that are asked for. */
const moments = async (page) => {
  await id(page, "page-report").click();
  await id(page, "report-make").click();
  await page.locator(".report figure").first().waitFor();
  for (const at of ["2026-08-21 01:40", "20260821 0055"]) {
    await id(page, "moment-at").fill(at);
    await id(page, "moment-add").click();
  }
  await page.locator(".report figure").nth(3).waitFor();
};

export const HANDS_DESK = [
  {
    name: "area",
    mode: "storm",
    looks: ALL,
    act: drawArea,
  },
  {
    name: "area-command",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await drawArea(page);
      await id(page, "area-command").click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "area-composer",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await drawArea(page);
      await id(page, "area-command").click();
      await id(page, "open-situation-command").click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "composer-situation",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await situation(page);
      await page.keyboard.press("c");
      await id(page, "group-g-river").click();
    },
  },
  {
    name: "composer-call",
    mode: "storm",
    looks: DESK,
    act: async (page, fake) => {
      await openHazard(page, fake, "gas");
      await id(page, "compose-from-situation").click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "by-hand",
    mode: "storm",
    looks: ALL,
    act: (page, fake) => openHazard(page, fake, "gas"),
  },
  {
    name: "drawn",
    mode: "storm",
    looks: ALL,
    act: (page, fake) => openLike(page, fake, (one) => one.manual?.how === "drawn"),
  },
  {
    name: "grade",
    mode: "storm",
    looks: ALL,
    act: async (page, fake) => {
      await openHazard(page, fake, "gas");
      await id(page, "grade-situation").click();
      await id(page, "grade-4").click();
    },
  },
  {
    name: "notices",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await id(page, "more-notices").click();
      await page.locator('[data-kind="undecided"] [data-testid="take-notice"]').first().click();
      await page.waitForTimeout(600);
    },
  },
  {
    // Two people wrote back what nobody understands; one of their numbers is nobody's.
    name: "reply-unread",
    mode: "calm",
    looks: ALL,
    act: async (page, fake) => {
      const since = new Date(Date.now()).toISOString();
      const person = fake.night.county.people.find((one) => one.role === "responder").id;
      const notice = (subject) => ({
        kind: "system",
        system: { kind: "reply_unread", subject, since, until: null, level: "orange" },
      });
      fake.tell([notice(`sms/${person}`), notice("sms/")]);
      await page.waitForTimeout(800);
    },
  },
  {
    name: "sensor-fault",
    mode: "storm",
    looks: ALL,
    act: async (page, fake) => {
      const { subject } = fake.night.system.find((one) => one.kind === "sensor_repair");
      await id(page, "page-stations").click();
      await id(page, "stations-search").fill(subject);
      await id(page, "station-row").first().click();
      await page.waitForTimeout(800);
    },
  },
  {
    name: "gather",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await page.keyboard.press("d");
      await id(page, "gather").click();
      await id(page, "part-situation").first().click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "open-incident",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await page.keyboard.press("d");
      await id(page, "open-incident").click();
      await id(page, "part-situation").nth(1).click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "moments",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await moments(page);
      await page.locator(".report figure").nth(1).scrollIntoViewIfNeeded();
    },
  },
  {
    // What stands beside the article, where there is room for one column.
    name: "report-beside",
    mode: "storm",
    looks: [
      [390, "night", "zh"],
      [390, "day", "en"],
    ],
    act: async (page) => {
      await id(page, "page-report").click();
      await id(page, "report-make").click();
      await page.locator(".report figure").first().waitFor();
      await id(page, "report-beside").click();
      await page.waitForTimeout(300);
    },
  },
  {
    name: "moments-refused",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await moments(page);
      await id(page, "moment-at").fill("2026/8/21 23:59");
      await id(page, "moment-add").click();
      await id(page, "report-from").fill("2026-08-32 1:00");
      await id(page, "report-to").focus();
      await page.locator(".report h1").scrollIntoViewIfNeeded();
    },
  },
];
