// Starts the machine's own Chromium the way a headless map needs it.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const KNOWN = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function launch() {
  const executablePath = process.env.WATCHFIRE_CHROMIUM ?? KNOWN.find((path) => existsSync(path));
  if (!executablePath)
    throw new Error("no Chromium found: apt-get install chromium fonts-noto-cjk");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--lang=zh-CN",
    ],
  });
}

/**
 * Ends the drawing of the page's maps. Drawn without a graphics card they take the processor away from what
 * is looked at; everything beside their picture stays as it is.
 */
export async function stillMap(page) {
  const canvas = page.locator("canvas.maplibregl-canvas");
  const drawn = canvas.first().waitFor({ state: "attached", timeout: 5_000 });
  await drawn.catch(() => {});
  await canvas.evaluateAll((maps) => {
    for (const map of maps)
      map.getContext("webgl2")?.getExtension("WEBGL_lose_context")?.loseContext();
  });
}
