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
