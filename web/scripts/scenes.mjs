// What each picture shows and how to get there.
import { photo } from "../e2e/photo.mjs";
import { ALL, DESK, id, TWO } from "./looks.mjs";

/** Opens the first situation, then the first alarm of this kind in it. */
const situation = (page) => id(page, "situation-row").first().click();
const alarmWhere = (test) => async (page, fake) => {
  const alarm = fake.night.county.alarms.find(test);
  await id(page, "mode-alarms").click();
  await page.evaluate(() => document.querySelector("[data-testid=alarms]").focus());
  for (let place = 0; place < 40; place++) {
    const row = page.locator(`[data-testid=alarm-row][data-alarm="${alarm.key}"]`);
    if ((await row.count()) > 0) {
      await row.click();
      break;
    }
    await page.keyboard.press("PageDown");
    await page.waitForTimeout(60);
  }
  await page.waitForTimeout(1500);
};
/** On a narrow screen what is asked stands behind a button. */
const openQuestion = async (page) => {
  const narrow = page.getByRole("button", { name: /改问题|question/ });
  if (await narrow.isVisible()) await narrow.click();
};

export const DESK_SCENES = [
  {
    name: "storm",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1920, "day", "en"],
      [1366, "night", "zh"],
      [390, "night", "zh"],
      [390, "day", "en"],
    ],
  },
  {
    name: "calm",
    mode: "calm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
      [390, "day", "zh"],
    ],
  },
  { name: "situation", mode: "storm", looks: ALL, act: situation },
  {
    name: "past",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1920, "day", "en"],
      [1366, "night", "en"],
      [1366, "day", "zh"],
    ],
    act: async (page) => {
      await page.keyboard.press("Space");
      await page.waitForTimeout(800);
      const bar = await id(page, "lanes").boundingBox();
      await page.mouse.click(bar.x + bar.width * 0.72, bar.y + bar.height / 2);
      await page.waitForTimeout(1200);
      await situation(page);
      await page.mouse.move(bar.x + bar.width * 0.45, bar.y + 20);
      await page.mouse.down();
      await page.mouse.move(bar.x + bar.width * 0.55, bar.y + 20, { steps: 4 });
      await page.mouse.up();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: "ackset",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await situation(page);
      await id(page, "ack-situation").click();
      await id(page, "ack-named").first().click();
    },
  },
  {
    name: "alarms",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await id(page, "mode-alarms").click();
      await id(page, "filter").click();
      await id(page, "filter-level-3").click();
    },
  },
  {
    name: "unanswered",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await page.keyboard.press("w");
      await page.waitForTimeout(600);
    },
  },
  {
    name: "unanswered-calm",
    mode: "calm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
    ],
    act: async (page) => {
      await page.keyboard.press("w");
      await page.waitForTimeout(600);
    },
  },
  {
    name: "incidents",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await page.keyboard.press("d");
      await page.waitForTimeout(600);
    },
  },
  {
    name: "incidents-calm",
    mode: "calm",
    looks: [[1366, "day", "zh"]],
    act: async (page) => {
      await page.keyboard.press("d");
      await page.waitForTimeout(600);
    },
  },
  {
    name: "held",
    mode: "storm",
    looks: [
      [1920, "day", "en"],
      [1366, "night", "zh"],
    ],
    act: async (page) => {
      await page.locator('[data-testid=command-card][data-command$="00a"]').click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "second-person",
    mode: "storm",
    looks: [[1366, "night", "zh"]],
    act: async (page) => {
      await page.locator('[data-testid=command-card][data-command$="00c"]').click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "crowd",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
    ],
    act: async (page) => {
      await page.locator('[data-testid=command-card][data-command$="00b"]').click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "evacuation",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
    ],
    act: async (page) => {
      await page.locator('[data-testid=command-card][data-command$="007"]').click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "forecast",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
      [390, "night", "zh"],
    ],
    act: alarmWhere((one) => one.forecast && one.clocks.length > 0),
  },
  {
    name: "doubtful",
    mode: "storm",
    looks: [
      [1920, "day", "en"],
      [1366, "night", "zh"],
    ],
    act: alarmWhere((one) => one.doubts.length > 0),
  },
  {
    name: "quiet-alarm",
    mode: "storm",
    looks: [[1366, "night", "zh"]],
    act: alarmWhere((one) => one.quiet.some((each) => each.kind === "inhibited")),
  },
  {
    name: "shelve",
    mode: "storm",
    looks: [
      [1366, "night", "zh"],
      [390, "day", "en"],
    ],
    act: async (page) => {
      await situation(page);
      await id(page, "alarm-line").first().locator("button").first().click();
      await id(page, "shelve").click();
    },
  },
  {
    name: "shelved",
    mode: "storm",
    looks: TWO,
    act: async (page) => {
      await situation(page);
      await id(page, "alarm-line").first().locator("button").first().click();
      await id(page, "shelve").click();
      await id(page, "shelve-reason").fill("浮子检修");
      await id(page, "shelve-confirm").click();
      await id(page, "shelve-answer").waitFor();
      await page.waitForTimeout(800);
    },
  },
  {
    name: "ledger",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await page.keyboard.press("m");
      await page.waitForTimeout(600);
    },
  },
  {
    name: "ledger-entry",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await page.keyboard.press("m");
      await id(page, "ledger-row").nth(2).click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "ledger-approve",
    mode: "storm",
    looks: [[1366, "night", "zh"]],
    act: async (page) => {
      await page.keyboard.press("m");
      await id(page, "ledger-row").first().click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "ledger-empty",
    mode: "calm",
    looks: [
      [1366, "night", "zh"],
      [390, "day", "en"],
    ],
    act: (page) => page.keyboard.press("m"),
  },
  {
    name: "silence",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await situation(page);
      await id(page, "silence-from-situation").click();
    },
  },
  {
    name: "silence-red",
    mode: "storm",
    looks: [[1366, "night", "zh"]],
    act: async (page) => {
      await situation(page);
      await id(page, "silence-from-situation").click();
      await id(page, "up-to-4").click();
      await id(page, "span-240").click();
    },
  },
  {
    name: "rules",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await id(page, "page-rules").click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "rule",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await id(page, "page-rules").click();
      await id(page, "rule-row").nth(2).click();
    },
  },
  {
    name: "files",
    mode: "storm",
    login: "admin",
    looks: ALL,
    act: async (page) => {
      await id(page, "page-rules").click();
      await id(page, "open-files").click();
      await id(page, "site-check").click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: "import",
    mode: "storm",
    login: "admin",
    looks: ALL,
    act: async (page) => {
      await id(page, "page-rules").click();
      await id(page, "open-import").click();
      const lines = ["id,name,kind", "ri900,新站,river", "ri001,镜岭,river", "ri002,x"];
      await id(page, "import-file").setInputFiles({
        name: "stations.csv",
        mimeType: "text/csv",
        buffer: Buffer.from(lines.join("\n")),
      });
      await page.waitForTimeout(500);
    },
  },
  {
    name: "backtest-empty",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
    ],
    act: async (page) => {
      await page.keyboard.press("b");
      await page.waitForTimeout(500);
    },
  },
  {
    name: "backtest",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await id(page, "page-rules").click();
      await id(page, "rule-row").nth(1).click();
      await id(page, "try-numbers").click();
      await id(page, "bound-3/3600000").fill("50");
      await id(page, "trial-run").click();
      await id(page, "difference-row").nth(1).click();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "backtest-plain",
    mode: "storm",
    looks: [
      [1920, "day", "en"],
      [1366, "night", "zh"],
    ],
    act: async (page) => {
      await page.keyboard.press("b");
      await id(page, "trial-run").click();
      await id(page, "difference-row").first().click();
      await page.waitForTimeout(900);
    },
  },
  {
    name: "backtest-clocks",
    mode: "storm",
    looks: [
      [1366, "day", "en"],
      [390, "night", "zh"],
    ],
    act: async (page) => {
      await id(page, "page-rules").click();
      await id(page, "rule-row").nth(1).click();
      await id(page, "try-numbers").click();
      await id(page, "clocks").locator("summary").click();
      await id(page, "clock-3/on").fill("10");
      await id(page, "clock-hold").fill("-1");
      await page.waitForTimeout(300);
    },
  },
  {
    name: "backtest-files",
    mode: "storm",
    looks: [
      [1920, "day", "en"],
      [1920, "night", "zh"],
      [1366, "night", "zh"],
      [390, "day", "en"],
    ],
    act: async (page) => {
      await page.keyboard.press("b");
      await openQuestion(page);
      await id(page, "trial-files").click();
      const text = await id(page, "trial-text").inputValue();
      await id(page, "trial-text").fill(text.replaceAll("raise =", "rais ="));
      await id(page, "trial-check").click();
      await id(page, "trial-problem").last().click();
      await page.waitForTimeout(700);
    },
  },
  {
    name: "backtest-calls",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await page.keyboard.press("b");
      await openQuestion(page);
      await id(page, "trial-calls").click();
      const text = await id(page, "trial-text").inputValue();
      await id(page, "trial-text").fill(
        text.replace('[["p-zhou"], ["p-lyu"]]', '[["p-lyu"], ["p-zhou"]]'),
      );
      await page.getByRole("button", { name: "policies/county.toml" }).click();
      const policy = await id(page, "trial-text").inputValue();
      await id(page, "trial-text").fill(policy.replace('"5m"', '"3m"'));
      await id(page, "trial-run").click();
      await id(page, "call-row").nth(1).click();
      await page.waitForTimeout(700);
    },
  },
  {
    name: "backtest-calls-faults",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
      [390, "day", "zh"],
    ],
    act: async (page) => {
      await page.keyboard.press("b");
      await openQuestion(page);
      await id(page, "trial-calls").click();
      await page.getByRole("button", { name: "policies/county.toml" }).click();
      const policy = await id(page, "trial-text").inputValue();
      await id(page, "trial-text").fill(
        policy.replace("loops = 2", "loops = 99").replace("p-lyu", "p-lyuu"),
      );
      await id(page, "trial-check").click();
      await id(page, "trial-problem").last().click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: "events",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await id(page, "page-rules").click();
      await id(page, "open-events").click();
      await page.waitForTimeout(600);
      await id(page, "event-row").first().click();
    },
  },
  {
    name: "event-form",
    mode: "storm",
    looks: [
      [1366, "night", "zh"],
      [390, "day", "en"],
    ],
    act: async (page) => {
      await id(page, "page-rules").click();
      await id(page, "open-events").click();
      await id(page, "new-event").click();
      await id(page, "event-text").fill("后山小型滑坡，堵路");
    },
  },
  {
    name: "weather-form",
    mode: "storm",
    looks: [[1366, "day", "en"]],
    act: async (page) => {
      await id(page, "page-rules").click();
      await id(page, "open-events").click();
      await id(page, "new-weather").click();
    },
  },
  {
    name: "duplicate",
    mode: "storm",
    looks: [[1366, "night", "zh"]],
    act: async (page) => {
      await situation(page);
      await id(page, "alarm-line").first().locator("button").first().click();
      await id(page, "truth-duplicate").click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "stations",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await id(page, "page-stations").click();
      await id(page, "stations-search").fill("雨量");
      await id(page, "station-row").nth(2).click();
      await page.waitForTimeout(800);
    },
  },
  {
    name: "station-edit",
    mode: "storm",
    login: "admin",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
      [390, "night", "zh"],
    ],
    act: async (page) => {
      await id(page, "page-stations").click();
      await id(page, "stations-search").fill("雨量");
      await id(page, "station-row").nth(2).click();
      await id(page, "line-row").nth(1).getByTestId("change-row").click();
      await id(page, "edit-raise").fill("48.0");
      await id(page, "edit-try").click();
      await page.waitForTimeout(500);
    },
  },
  {
    name: "station-river",
    mode: "storm",
    login: "admin",
    looks: [[1366, "night", "zh"]],
    act: async (page) => {
      await id(page, "page-stations").click();
      await id(page, "stations-search").fill("河道");
      await id(page, "station-row").nth(1).click();
      await page.waitForTimeout(800);
    },
  },
  {
    name: "files-no-permission",
    mode: "calm",
    looks: [[1366, "night", "zh"]],
    act: async (page) => {
      await id(page, "page-rules").click();
      await id(page, "open-files").click();
    },
  },
  {
    name: "load",
    mode: "storm",
    looks: [
      [1366, "night", "zh"],
      [1920, "day", "en"],
    ],
    act: (page) => id(page, "load-meter").click(),
  },
  {
    name: "alarm",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
    ],
    act: async (page) => {
      await situation(page);
      await id(page, "alarm-row").first().click();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: "composer",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
    ],
    act: async (page) => {
      await situation(page);
      await id(page, "alarm-row").first().click();
      await page.keyboard.press("c");
      await id(page, "group-g-river").click();
    },
  },
  {
    name: "board",
    mode: "storm",
    looks: [
      [1920, "day", "en"],
      [1366, "night", "zh"],
    ],
    act: async (page) => {
      await id(page, "command-card")
        .filter({ hasText: /澄潭江沿线转移|Chengtan river/ })
        .click();
      await page.locator("[data-testid=board-row][data-stage=done]").first().click();
    },
  },
  {
    name: "people",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      const centre = id(page, "zone-centre");
      if (await centre.isVisible()) await centre.click();
      await id(page, "people").click();
      await id(page, "people-row").nth(2).click();
      await page.waitForTimeout(800);
    },
  },
  {
    name: "place",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
    ],
    act: async (page) => {
      await id(page, "command-card")
        .filter({ hasText: /澄潭江沿线转移|Chengtan river/ })
        .click();
      await page.locator("[data-testid=board-row][data-stage=done]").first().click();
      await id(page, "show-place").first().click();
      await page.waitForTimeout(1200);
    },
  },
  {
    name: "help",
    mode: "storm",
    looks: ALL,
    act: async (page) => {
      await page
        .getByTestId("situation-row")
        .filter({ hasText: /现场求助|help/i })
        .first()
        .click();
      await page.waitForTimeout(800);
    },
  },
  {
    name: "record",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await id(page, "command-card")
        .filter({ hasText: /澄潭江沿线转移|Chengtan river/ })
        .click();
      await page.locator("[data-testid=board-row][data-stage=declined]").first().click();
      await id(page, "record").click();
      await id(page, "record-done").click();
      await id(page, "count-moved").nth(2).fill("399");
      await id(page, "count-refused").nth(2).fill("4");
      await page.waitForTimeout(300);
    },
  },
  {
    name: "villages",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
    ],
    act: async (page) => {
      await page.keyboard.press("c");
      await id(page, "group-g-river").click();
      await id(page, "add-village").click();
      await id(page, "village-name").fill("楼基村");
      await page.waitForTimeout(300);
    },
  },
  {
    name: "report-next",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await page.keyboard.press("d");
      await page.waitForTimeout(600);
      await id(page, "send-report-phone_leader").click();
      await id(page, "attach-input").last().setInputFiles(photo());
      await page.waitForTimeout(900);
    },
  },
  {
    name: "stale",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
    ],
    act: async (page, fake) => {
      await fake.stop();
      await page.waitForTimeout(9000);
    },
  },
  {
    name: "keys",
    mode: "calm",
    looks: [[1366, "night", "zh"]],
    act: (page) => page.keyboard.press("?"),
  },
];

/** Gives the phone's person three orders, as an officer would have before the picture. */
async function orders(page, fake) {
  const post = (data) => page.request.post(`${fake.base}/api/v1/acts`, { data });
  const login = (name) =>
    page.request.post(`${fake.base}/api/v1/login`, { data: { login: name, password: "x" } });
  await login("officer");
  for (const [op, template, level] of [
    ["c1", "evacuate", 4],
    ["c2", "close", 3],
    ["c3", "patrol", 2],
  ]) {
    const words = fake.night.county.templates.find((one) => one.id === template).wording.zh;
    await post({
      op,
      device_at: null,
      action: {
        action: "issue_command",
        alarm: null,
        template,
        level,
        groups: [],
        people: ["r-001"],
        wording: words,
        clocks: null,
      },
    });
  }
  await login("responder");
  await page.reload();
  await id(page, "task-row").nth(2).waitFor();
}

/** The first of them is open. */
export const open = async (page, fake) => {
  await orders(page, fake);
  await id(page, "task-row").first().click();
  await page.waitForTimeout(1800);
};

export const PHONE_SCENES = [
  {
    name: "list",
    mode: "calm",
    looks: [
      ["day", "zh"],
      ["night", "en"],
    ],
    act: orders,
  },
  {
    name: "task",
    mode: "calm",
    looks: [
      ["day", "zh"],
      ["night", "en"],
    ],
    act: open,
  },
  {
    name: "offline",
    mode: "calm",
    looks: [
      ["day", "zh"],
      ["day", "en"],
    ],
    act: async (page, fake) => {
      await open(page, fake);
      await page.context().setOffline(true);
      await id(page, "verb-accept").click();
      await id(page, "verb-on-scene").click();
      await page.waitForTimeout(6000);
    },
  },
  {
    name: "queue",
    mode: "calm",
    looks: [["day", "zh"]],
    act: async (page, fake) => {
      await open(page, fake);
      await page.context().setOffline(true);
      await id(page, "verb-accept").click();
      await id(page, "verb-progress").click();
      await id(page, "percent-60").click();
      await id(page, "tab-queue").click();
      await page.waitForTimeout(6000);
    },
  },
  {
    name: "queue-refused",
    mode: "calm",
    looks: [
      ["day", "zh"],
      ["night", "en"],
    ],
    act: async (page, fake) => {
      await open(page, fake);
      const why = { code: "not_your_task", zh: "不是你的", en: "not yours", problems: [] };
      await page.route("**/api/v1/acts", (route) => route.fulfill({ status: 403, json: why }));
      await id(page, "verb-accept").click();
      await id(page, "tab-queue").click();
      await id(page, "press-again").first().waitFor();
    },
  },
  {
    name: "withdrawn",
    mode: "calm",
    looks: [
      ["day", "zh"],
      ["night", "en"],
    ],
    act: async (page, fake) => {
      await open(page, fake);
      const of = await id(page, "task-page").getAttribute("data-task");
      const command = fake.night.county.commands.find((one) =>
        one.tasks.some((task) => task.id === of),
      );
      command.cancelled = "2026-08-20T18:09:00Z";
      const task = command.tasks.find((one) => one.id === of);
      Object.assign(task, { stage: "verified", end_unseen: false, next: null });
      fake.tell([{ kind: "command", command }]);
      await id(page, "command-ended").waitFor();
    },
  },
  {
    name: "done",
    mode: "calm",
    looks: [
      ["day", "zh"],
      ["night", "en"],
    ],
    act: async (page, fake) => {
      await open(page, fake);
      await id(page, "verb-done").click();
    },
  },
  { name: "empty", mode: "calm", looks: [["day", "zh"]] },
];
