// Pictures of who has not answered a call, of the command line, and of whom an order may not reach.
import { warningRun } from "../dev/warnings.mjs";
import { ALL, DESK, id, TWO } from "./looks.mjs";

const board = async (page) => {
  await page.keyboard.press("w");
  await page.waitForTimeout(800);
};
const line = (text) => async (page) => {
  await page.keyboard.press(":");
  await id(page, "line-input").waitFor();
  await page.keyboard.insertText(text);
  await page.waitForTimeout(400);
};

/** Three hundred called about one warning, of whom one has not answered. */
async function oneOfMany(page, fake) {
  const { county } = fake.night;
  const people = county.people.filter((one) => one.role === "responder").slice(0, 300);
  const third = county.situations.filter((one) => one.level >= 3)[2] ?? county.situations[0];
  const began = Date.parse("2026-08-20T18:06:00Z");
  const calls = people.map((one, n) => [one.id, 0, 1, "sms", n === 217 ? "accepted" : "acked"]);
  const run = warningRun(county, third, "orange", began, calls, { confirm_all: true });
  const pages = county.pages.filter((one) => one.run === run.id);
  fake.tell([{ kind: "run", run }, ...pages.map((one) => ({ kind: "page", page: one }))]);
  await board(page);
}

/** A call about a warning that was used up with nobody to answer, and a crew that does not check in. */
async function inVain(page, fake) {
  const { county } = fake.night;
  const began = Date.parse("2026-08-20T17:50:00Z");
  const people = county.people.filter((one) => one.role === "responder").slice(0, 3);
  const red = county.situations.find((one) => one.level === 4) ?? county.situations[0];
  const calls = people.map((one, n) => [one.id, 0, n + 1, "voice", n === 1 ? "failed" : "called"]);
  const run = warningRun(county, red, "red", began, calls, {
    state: "exhausted",
    ended: "2026-08-20T18:05:00Z",
    next: null,
    log: [{ at: "2026-08-20T18:05:00Z", what: "exhausted", called: 3 }],
  });
  const notice = (kind, subject) => ({
    ...{ kind, subject, since: "2026-08-20T18:05:00Z", until: null, level: null, owner: null },
  });
  const task = [...county.commands].flatMap((one) => one.tasks)[0];
  const system = [notice("calls_exhausted", run.id), notice("crew_overdue", task.id)];
  const pages = county.pages.filter((one) => one.run === run.id);
  fake.tell([
    { kind: "run", run },
    ...pages.map((one) => ({ kind: "page", page: one })),
    ...system.map((one) => ({ kind: "system", system: one })),
  ]);
  await page.waitForTimeout(600);
}

export const CALL_DESK = [
  { name: "calls-vain", mode: "storm", looks: ALL, act: inVain },
  {
    name: "calls-vain-list",
    mode: "storm",
    looks: TWO,
    act: async (page, fake) => {
      await inVain(page, fake);
      await board(page);
      await id(page, "want-gave_up").click();
      await page.locator("[data-testid=unanswered-row][data-want=gave_up]").first().click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "calls-clock",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await board(page);
      await page.locator("[data-testid=unanswered-row][data-want=clock]").click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "calls-only",
    mode: "storm",
    looks: TWO,
    act: async (page) => {
      await board(page);
      await id(page, "kind-call").click();
      await id(page, "unanswered-row").nth(1).click();
      await id(page, "answer-none").click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "calls-recorded",
    mode: "storm",
    looks: [[1366, "night", "zh"]],
    act: async (page) => {
      await board(page);
      await page.locator("[data-testid=unanswered-row][data-want=clock]").click();
      await id(page, "answer-yes").click();
      await page.waitForTimeout(1200);
    },
  },
  { name: "calls-many", mode: "storm", looks: TWO, act: oneOfMany },
  {
    name: "calls-find",
    mode: "storm",
    looks: TWO,
    act: async (page, fake) => {
      await oneOfMany(page, fake);
      await page.keyboard.press("f");
      await page.keyboard.insertText("吕国平");
      await page.waitForTimeout(400);
    },
  },
  {
    name: "calls-situation",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await id(page, "situation-row").first().click();
      await id(page, "call-record").first().click();
      await page.waitForTimeout(400);
    },
  },
  { name: "line", mode: "storm", looks: TWO, act: line("") },
  { name: "line-ack", mode: "storm", looks: DESK, act: line("确认 ") },
  { name: "line-call", mode: "storm", looks: TWO, act: line("call 1") },
  { name: "line-none", mode: "calm", looks: TWO, act: line("call zzz") },
  {
    name: "line-acked",
    mode: "storm",
    looks: TWO,
    act: async (page) => {
      await line("ack s1")(page);
      await page.keyboard.press("Enter");
      await page.waitForTimeout(800);
    },
  },
  {
    name: "reach",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await page.keyboard.press("c");
      await id(page, "group-g-river").click();
      await id(page, "group-g-rain")
        .click({ timeout: 1000 })
        .catch(() => {});
      await page.waitForTimeout(1500);
    },
  },
  {
    name: "reach-calm",
    mode: "calm",
    looks: TWO,
    act: async (page) => {
      await page.keyboard.press("c");
      await id(page, "group-g-river").click();
      await page.waitForTimeout(1500);
    },
  },
];
