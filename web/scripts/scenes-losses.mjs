// Losses of an incident: the township table, what a number is made of, and the form of the next version.
import { ALL, DESK, id } from "./looks.mjs";

/** The page of the incident, with its losses in sight. */
const losses = async (page) => {
  await page.keyboard.press("d");
  await id(page, "loss-table").scrollIntoViewIfNeeded();
  await page.waitForTimeout(300);
};

const scene = (name, act, looks = DESK) => ({
  name: `loss-${name}`,
  mode: "storm",
  looks,
  act: async (page) => {
    await losses(page);
    await act(page);
    await page.waitForTimeout(500);
  },
});

export const LOSS_DESK = [
  scene("table", async () => {}, ALL),
  scene("cell", async (page) => {
    await id(page, "loss-cell-dead").first().click();
  }),
  scene("total", async (page) => {
    await id(page, "loss-total-affected").click();
  }),
  scene("history", async (page) => {
    await id(page, "loss-history").first().click();
  }),
  scene(
    "form",
    async (page) => {
      await id(page, "loss-row").first().locator("button.link").click();
      await id(page, "loss-in-dead").fill("1");
      await id(page, "loss-add-home").click();
    },
    ALL,
  ),
  scene(
    "judge",
    async (page) => {
      await id(page, "loss-double").first().scrollIntoViewIfNeeded();
      await id(page, "loss-judge").first().click();
    },
    ALL,
  ),
  {
    // Half written, and the page begins anew.
    name: "loss-found",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await losses(page);
      const row = id(page, "loss-row").first();
      await row.locator("button.link").click();
      await id(page, "loss-in-injured").fill("7");
      await page.waitForTimeout(1_000);
      await page.reload();
      await id(page, "link-state").and(page.locator("[data-phase=live]")).waitFor();
      await losses(page);
      await id(page, "loss-row").first().locator("button.link").click();
      await id(page, "loss-found").waitFor();
      if ((await id(page, "loss-in-injured").inputValue()) !== "7") throw new Error("it is lost");
    },
  },
  {
    // Somebody else's version comes in while one is being written.
    name: "loss-newer",
    mode: "storm",
    looks: ALL,
    act: async (page, fake) => {
      await losses(page);
      const row = id(page, "loss-row").first();
      const township = await row.getAttribute("data-township");
      await row.locator("button.link").click();
      await id(page, "loss-in-injured").fill("7");
      const action = {
        action: "report_loss",
        incident: fake.night.county.incidents[0].id,
        township,
        stage: "follow_up",
        after: 2,
        figures: [
          { item: "affected", value: 2400 },
          { item: "missing", value: 3 },
        ],
      };
      await page.request.post(`${fake.base}/api/v1/acts`, { data: { op: "newer", action } });
      await id(page, "loss-newer").waitFor();
      await page.waitForTimeout(300);
    },
  },
  {
    // What stands may be read in the past, and nothing is entered.
    name: "loss-past",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await page.keyboard.press("Space");
      await page.waitForTimeout(600);
      const bar = await id(page, "lanes").boundingBox();
      await page.mouse.click(bar.x + bar.width * 0.7, bar.y + bar.height / 2);
      await page.waitForTimeout(900);
      await id(page, "page-incidents").click();
      await id(page, "loss-table").scrollIntoViewIfNeeded();
      await page.waitForTimeout(400);
    },
  },
];
