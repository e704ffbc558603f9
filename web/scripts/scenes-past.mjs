// Screens of a moment of the past: what comes with it, what is said to be of now, and where nothing is entered.
import { DESK, id } from "./looks.mjs";

/** Goes two hours back. */
const back = async (page) => {
  await page.keyboard.press("Space");
  await page.waitForTimeout(600);
  const bar = await id(page, "lanes").boundingBox();
  await page.mouse.click(bar.x + bar.width * 0.7, bar.y + bar.height / 2);
  await page.waitForTimeout(900);
};

const scene = (name, act) => ({
  name: `past-${name}`,
  mode: "storm",
  looks: DESK,
  act: async (page) => {
    await back(page);
    await act(page);
    await page.waitForTimeout(600);
  },
});

export const PAST_DESK = [
  scene("events", async (page) => {
    await id(page, "page-rules").click();
    await id(page, "open-events").click();
  }),
  scene("rules", async (page) => {
    await id(page, "page-rules").click();
    await id(page, "rule-row").nth(1).click();
  }),
  scene("station", async (page) => {
    await id(page, "page-stations").click();
    await id(page, "station-row").nth(2).click();
  }),
  scene("intake", async (page) => {
    await id(page, "page-stations").click();
    await id(page, "to-intake").click();
  }),
  scene("alarm", async (page) => {
    await id(page, "situation-row").first().click();
    await id(page, "alarm-line").first().locator("button").first().click();
  }),
  {
    // Written in the present, and the past was gone to before it was kept.
    name: "past-unkept",
    mode: "storm",
    looks: DESK,
    act: async (page) => {
      await id(page, "page-rules").click();
      await id(page, "open-events").click();
      await id(page, "new-event").click();
      await id(page, "event-text").fill("后山小型滑坡，堵路");
      await id(page, "step-back").click();
      await page.waitForTimeout(900);
    },
  },
];
