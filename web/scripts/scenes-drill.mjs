// Screens of a drill, and the real desk beside one.
import { id } from "./looks.mjs";

const TWO = [
  [1920, "night", "zh"],
  [1920, "day", "en"],
];

export const DRILL_DESK = [
  {
    name: "drill",
    mode: "storm",
    drill: true,
    looks: [...TWO, [1366, "night", "zh"], [390, "night", "zh"]],
  },
  {
    name: "drill-score",
    mode: "storm",
    drill: true,
    looks: TWO,
    act: async (page) => {
      await id(page, "page-score").click();
      await page.waitForTimeout(600);
    },
  },
  {
    name: "drill-send",
    mode: "storm",
    drill: true,
    looks: TWO,
    act: async (page) => {
      await page.keyboard.press("c");
      await page.waitForTimeout(800);
    },
  },
  { name: "beside", mode: "calm", beside: true, looks: TWO },
];
export const DRILL_PHONE = [
  {
    name: "drill",
    mode: "storm",
    drill: true,
    looks: [
      ["day", "zh"],
      ["night", "en"],
    ],
  },
];
