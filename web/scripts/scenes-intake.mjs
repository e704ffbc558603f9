// Pictures of how readings come in, and of tables that are brought back.
import { ALL, id } from "./looks.mjs";

export const INTAKE_DESK = [
  {
    name: "intake",
    mode: "storm",
    login: "admin",
    looks: ALL,
    act: async (page) => {
      await id(page, "page-stations").click();
      await id(page, "to-intake").click();
      await id(page, "interfaces").waitFor();
      await page.waitForTimeout(500);
    },
  },
  {
    name: "intake-unknown",
    mode: "calm",
    login: "officer",
    looks: ALL,
    act: async (page) => {
      await id(page, "page-stations").click();
      await id(page, "to-intake").click();
      await id(page, "refused-unknown").click();
      await page.waitForTimeout(800);
    },
  },
];
