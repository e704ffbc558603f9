// What each picture shows and how to get there.
const id = (page, name) => page.getByTestId(name);

export const DESK_SCENES = [
  { name: "storm", mode: "storm", looks: [[1920, "night", "zh"], [1920, "day", "en"], [1366, "night", "zh"]] },
  { name: "calm", mode: "calm", looks: [[1920, "night", "zh"], [1366, "day", "en"]] },
  {
    name: "situations",
    mode: "storm",
    looks: [[1366, "night", "zh"]],
    act: (page) => id(page, "mode-situations").click(),
  },
  {
    name: "alarm",
    mode: "storm",
    looks: [[1920, "night", "zh"], [1366, "day", "en"]],
    act: async (page) => {
      await id(page, "alarm-row").first().click();
      await page.waitForTimeout(1500);
    },
  },
  {
    name: "composer",
    mode: "storm",
    looks: [[1920, "night", "zh"], [1366, "day", "en"]],
    act: async (page) => {
      await id(page, "alarm-row").first().click();
      await page.keyboard.press("c");
      await id(page, "group-g-river").click();
    },
  },
  {
    name: "board",
    mode: "storm",
    looks: [[1920, "day", "en"], [1366, "night", "zh"]],
    act: async (page) => {
      await page.keyboard.press("w");
      await page.locator("[data-testid=board-row][data-stage=done] td").first().click();
    },
  },
  {
    name: "stale",
    mode: "storm",
    looks: [[1920, "night", "zh"], [1366, "day", "en"]],
    act: async (page, fake) => {
      await fake.stop();
      await page.waitForTimeout(9000);
    },
  },
  { name: "keys", mode: "calm", looks: [[1366, "night", "zh"]], act: (page) => page.keyboard.press("?") },
];

export const PHONE_SCENES = [];
