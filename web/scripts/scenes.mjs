// What each picture shows and how to get there.
const id = (page, name) => page.getByTestId(name);

export const DESK_SCENES = [
  {
    name: "storm",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1920, "day", "en"],
      [1366, "night", "zh"],
    ],
  },
  {
    name: "calm",
    mode: "calm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
    ],
  },
  {
    name: "situations",
    mode: "storm",
    looks: [[1366, "night", "zh"]],
    act: (page) => id(page, "mode-situations").click(),
  },
  {
    name: "alarm",
    mode: "storm",
    looks: [
      [1920, "night", "zh"],
      [1366, "day", "en"],
    ],
    act: async (page) => {
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
      await page.keyboard.press("w");
      await page.locator("[data-testid=board-row][data-stage=done] td").first().click();
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

const open = async (page, fake) => {
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
