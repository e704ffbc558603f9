// Pictures of duty watch: who is there, the roll-call, the handover, the channels; on the desk and the phone.
import { ALL, id, TWO } from "./looks.mjs";

const tab = (name) => async (page) => {
  await page.keyboard.press("z");
  await id(page, `duty-${name}`).click();
  await page.waitForTimeout(1200);
};

export const DUTY_DESK = [
  { name: "duty", mode: "storm", looks: ALL, act: tab("now") },
  { name: "duty-calm", mode: "calm", looks: TWO, act: tab("now") },
  {
    name: "duty-post",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await tab("now")(page);
      await id(page, "post-row").nth(4).click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: "duty-swap",
    mode: "storm",
    looks: TWO,
    act: async (page) => {
      await tab("now")(page);
      // Found by its title, which each language has its own of.
      const lang = await page.evaluate(() => document.documentElement.lang);
      const title = lang.startsWith("en") ? "County duty desk" : "县值班室";
      await id(page, "posts-find").fill(title);
      await id(page, "post-row").first().click();
      await id(page, "open-swap").click();
      await id(page, "swap-other").selectOption({ index: 1 });
      await page.waitForTimeout(300);
    },
  },
  {
    name: "duty-change",
    mode: "storm",
    looks: [
      [1920, "day", "en"],
      [1366, "night", "zh"],
      [390, "night", "zh"],
    ],
    act: async (page) => {
      await tab("now")(page);
      await id(page, "post-row").first().click();
      await id(page, "fill-this-gap").first().click();
      await id(page, "change-into").fill("建");
      await page.waitForTimeout(300);
    },
  },
  { name: "roll", mode: "storm", looks: ALL, act: tab("roll") },
  {
    name: "roll-vain",
    mode: "storm",
    looks: TWO,
    act: async (page, fake) => {
      const run = fake.night.county.runs.find((one) => one.occasion === "roll_call");
      const at = "2026-08-20T18:08:00Z";
      const log = [...run.log, { at, what: "exhausted", called: 0 }];
      Object.assign(run, { state: "exhausted", ended: at, next: null, log });
      fake.tell([{ kind: "run", run }]);
      await tab("roll")(page);
    },
  },
  { name: "roll-calm", mode: "calm", looks: TWO, act: tab("roll") },
  {
    name: "roll-record",
    mode: "storm",
    looks: TWO,
    act: async (page) => {
      await tab("roll")(page);
      await id(page, "record-answer").first().click();
      await page.waitForTimeout(300);
    },
  },
  { name: "handover", mode: "storm", looks: ALL, act: tab("handover") },
  { name: "handover-calm", mode: "calm", looks: TWO, act: tab("handover") },
  {
    name: "handover-signed",
    mode: "storm",
    login: "leader",
    looks: TWO,
    act: async (page, fake) => {
      const room = fake.night.posts[0];
      room.signed = {
        by: "p-zhou",
        at: new Date(Date.parse("2026-08-20T18:12:00Z")).toISOString(),
      };
      await tab("handover")(page);
    },
  },
  {
    name: "journal",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await tab("journal")(page);
      await id(page, "journal-note").fill("接市里电话，要 03:00 书面报");
      await page.keyboard.press("Enter");
      await page.waitForTimeout(800);
    },
  },
  { name: "journal-calm", mode: "calm", looks: TWO, act: tab("journal") },
  { name: "contacts", mode: "storm", looks: ALL, act: tab("contacts") },
  {
    name: "contacts-one",
    mode: "storm",
    looks: [
      [1920, "day", "zh"],
      [1366, "night", "en"],
    ],
    act: async (page) => {
      await tab("contacts")(page);
      await id(page, "contact-row").nth(2).click();
      await page.waitForTimeout(300);
    },
  },
  {
    name: "contacts-test",
    mode: "storm",
    looks: [
      [1366, "night", "zh"],
      [390, "day", "en"],
    ],
    act: async (page) => {
      await tab("contacts")(page);
      await id(page, "which-all").click();
      await id(page, "open-test").click();
      await page.waitForTimeout(300);
    },
  },
];

const LOOKS = [
  ["day", "zh"],
  ["night", "en"],
];

/** The newest roll-call calls this phone as well. */
const called = async (page, fake) => {
  const one = fake.night.county.pages.find((each) => each.to === "r-001");
  fake.tell([{ kind: "page", page: Object.assign(one, { stage: "delivered", open: true }) }]);
  await page.waitForTimeout(600);
};

export const DUTY_PHONE = [
  { name: "called", mode: "calm", looks: LOOKS, act: called },
  {
    name: "called-answered",
    mode: "calm",
    looks: [["day", "zh"]],
    act: async (page, fake) => {
      await called(page, fake);
      await page.context().setOffline(true);
      await id(page, "own-call-yes").click();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: "called-no",
    mode: "calm",
    looks: LOOKS,
    act: async (page, fake) => {
      await called(page, fake);
      await id(page, "own-call-no").click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: "own-duty",
    mode: "storm",
    looks: LOOKS,
    act: async (page) => {
      await id(page, "tab-duty").click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "more",
    mode: "calm",
    looks: LOOKS,
    act: async (page) => {
      await id(page, "tab-more").click();
      await page.waitForTimeout(1200);
    },
  },
];
