// A part of the page that fails: it says so in its place, and the rest goes on.
import { id, TWO } from "./looks.mjs";
import { open } from "./scenes.mjs";

/** Tells what no server tells, and looks at it from the beginning. */
const spoil = (what) => async (page, fake) => {
  what(fake.night.county);
  await page.reload();
  await page.waitForTimeout(3500);
};

export const FAULT_DESK = [
  {
    name: "broken-alarms",
    mode: "storm",
    looks: TWO,
    act: spoil((county) => {
      county.situations[0].area = null;
    }),
  },
  {
    name: "broken-page",
    mode: "storm",
    looks: TWO,
    act: async (page, fake) => {
      await spoil((county) => {
        county.incidents[0].notes = null;
      })(page, fake);
      await page.keyboard.press("d");
      await page.waitForTimeout(800);
    },
  },
];

export const FAULT_PHONE = [
  {
    name: "broken",
    mode: "calm",
    looks: [
      ["day", "zh"],
      ["night", "en"],
    ],
    act: async (page, fake) => {
      await open(page, fake);
      // Whatever is drawn from now on for the first time meets it.
      await page.evaluate(() => {
        const { reverse } = Array.prototype;
        Array.prototype.reverse = () => {
          throw new Error("broken by hand");
        };
        window.mend = () => {
          Array.prototype.reverse = reverse;
        };
      });
      await id(page, "tab-queue").click();
      await id(page, "broken-page").waitFor();
      await page.evaluate(() => window.mend());
      await page.waitForTimeout(600);
    },
  },
];
