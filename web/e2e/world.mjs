// Where a story plays: a program that already runs, the built program with its demonstration county,
// or, for work on the screens alone, the invented night.
import { spawn } from "node:child_process";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const READY_WITHIN = 120_000;
const END_WITHIN = 20_000;

const DEMO = { desk: ["duty", "demo"], phone: ["phone", "demo"] };
const FAKE = { desk: ["officer", "x"], phone: ["responder", "x"] };

/** `{base, logins, stop}`, and `drills` where one can be begun beside it; `options` are those of the command line. */
export async function openWorld({ base, fake, logs }) {
  if (base) return { base: base.replace(/\/$/, ""), logins: DEMO, stop: async () => {} };
  if (fake) {
    const { startFake } = await import("../dev/fake-server.mjs");
    const dist = fileURLToPath(new URL("../dist", import.meta.url));
    const server = await startFake({ mode: "rising", dist });
    return { base: server.base, logins: FAKE, stop: server.stop };
  }
  return startProgram(logs);
}

async function startProgram(logs) {
  const program = process.env.WATCHFIRE_BIN ?? join(ROOT, "target/release/watchfire");
  const simulator = process.env.WATCHFIRE_SIM_BIN ?? join(ROOT, "target/release/watchfire-sim");
  for (const path of [program, simulator]) {
    if (!existsSync(path))
      throw new Error(`${path} is not built; cargo xtask test builds it, or give --base`);
  }
  const home = mkdtempSync(join(tmpdir(), "watchfire-browser-"));
  const [site, data, ready, notice] = ["site", "data", "ready.json", "drill.json"].map((name) =>
    join(home, name),
  );
  mkdirSync(logs, { recursive: true });
  const children = [];
  const start = (name, path, words) => {
    const log = createWriteStream(join(logs, `${name}.log`));
    const child = spawn(path, words, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.gone = new Promise((resolve) => child.on("exit", resolve));
    children.unshift(child);
    return child;
  };
  const stop = async () => {
    for (const child of children) {
      if (child.exitCode !== null) continue;
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), END_WITHIN);
      await child.gone;
      clearTimeout(late);
    }
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const made = start("county", simulator, ["county", "--from", "deploy/demo", "--site", site]);
    if ((await made.gone) !== 0)
      throw new Error(`the demonstration county was not made: see ${logs}/county.log`);
    const server = start("watchfire", program, [
      "serve",
      "--site",
      site,
      "--data",
      data,
      "--http",
      "127.0.0.1:0",
      "--mqtt",
      "127.0.0.1:0",
      "--ready-file",
      ready,
      "--drill-notice",
      notice,
    ]);
    const base = `http://${(await awaitReady(server, ready, logs)).http}`;
    start("watchfire-sim", simulator, ["play", "--site", site, "--ready-file", ready]);
    return { base, logins: DEMO, stop, drills: { program, site, notice, home, logs } };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function awaitReady(server, file, logs) {
  const end = Date.now() + READY_WITHIN;
  while (Date.now() < end) {
    if (server.exitCode !== null)
      throw new Error(`watchfire ended at its start: see ${logs}/watchfire.log`);
    try {
      return JSON.parse(readFileSync(file, "utf8"));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(
    `watchfire was not ready within ${READY_WITHIN / 1000} s: see ${logs}/watchfire.log`,
  );
}
