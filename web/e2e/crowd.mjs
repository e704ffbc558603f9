// The demonstration county with two thousand people more, the built program serving it, a command that
// reaches all of them, and their answers as they come in.
import { spawn } from "node:child_process";
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const PEOPLE = 2000;
const PASSWORD = "mass";
/** Of that password, by parameters that cost two thousand logins nothing; the site is a demonstration. */
const HASH =
  "$argon2id$v=19$m=8,t=1,p=1$38N49BCzy9Z18MxREDCG2Q$gJTGcNTX74e3sv1iYvBxVOaAe2hehMN4lOKnRodBFvM";
const READY_WITHIN = 120_000;
/** How many people answer at once; the rest of a second they take one after another. */
const LANES = 4;

const FAMILY = [..."王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"];
const GIVEN = [..."伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华建国文玉兰春梅"];
const POSTS = ["村级责任人", "网格员", "巡堤员", "转移责任人", "水库巡查员", "地灾监测员"];

const idOf = (place) => `m-${String(place).padStart(4, "0")}`;
const nameOf = (place) =>
  FAMILY[place % FAMILY.length] +
  GIVEN[Math.floor(place / FAMILY.length) % GIVEN.length] +
  GIVEN[(place * 7) % GIVEN.length];

/** Adds the people, their group and their logins to a site folder. */
function people(site, code) {
  const folder = join(site, "jurisdictions", code);
  const file = join(folder, "people.csv");
  const rows = readFileSync(file, "utf8");
  const townships = [...new Set(rows.match(new RegExp(`\\b${code}\\d{3}\\b`, "g")))];
  const all = Array.from({ length: PEOPLE }, (_, place) => place);
  const row = (place) =>
    `${idOf(place)},${nameOf(place)},${POSTS[place % POSTS.length]},Keeper,responder,` +
    `${townships[place % townships.length]},+86 130 0000 ${String(place).padStart(4, "0")},,,,\n`;
  writeFileSync(file, rows + all.map(row).join(""));
  const groups = join(folder, "groups.toml");
  const members = all.map((place) => `"${idOf(place)}"`).join(", ");
  const group = `\n[[group]]\nid = "everyone"\ntitle = { zh = "全体责任人", en = "Everyone" }\nmembers = [${members}]\n`;
  writeFileSync(groups, readFileSync(groups, "utf8") + group);
  const accounts = join(site, "accounts.toml");
  const login = (place) =>
    `\n[[account]]\nlogin = "${idOf(place)}"\nperson = "${idOf(place)}"\nhash = "${HASH}"\n`;
  writeFileSync(accounts, readFileSync(accounts, "utf8") + all.map(login).join(""));
}

/** `{base, token, stop}` of the program with that county. */
export async function openCounty(logs) {
  const program = process.env.WATCHFIRE_BIN ?? join(ROOT, "target/release/watchfire");
  const simulator = process.env.WATCHFIRE_SIM_BIN ?? join(ROOT, "target/release/watchfire-sim");
  const home = mkdtempSync(join(tmpdir(), "watchfire-mass-"));
  const [site, data, ready] = ["site", "data", "ready.json"].map((name) => join(home, name));
  mkdirSync(logs, { recursive: true });
  const start = (name, path, words) => {
    const child = spawn(path, words, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    const log = createWriteStream(join(logs, `${name}.log`));
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.gone = new Promise((resolve) => child.on("exit", resolve));
    return child;
  };
  const made = start("county", simulator, ["county", "--from", "deploy/demo", "--site", site]);
  if ((await made.gone) !== 0) throw new Error(`the county was not made: see ${logs}/county.log`);
  people(site, "330624");
  // Slow enough that most are still asked while they are looked at, fast enough to see the silent.
  const file = join(site, "site.toml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/factor = [\d.]+/, "factor = 4"));
  const words = ["serve", "--site", site, "--data", data, "--ready-file", ready];
  const server = start("watchfire", program, [
    ...words,
    ...["--http", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"],
  ]);
  const stop = async () => {
    if (server.exitCode === null) {
      server.kill("SIGTERM");
      await server.gone;
    }
    rmSync(home, { recursive: true, force: true });
  };
  const end = Date.now() + READY_WITHIN;
  for (;;) {
    if (server.exitCode !== null || Date.now() > end) {
      await stop();
      throw new Error(`watchfire was not ready: see ${logs}/watchfire.log`);
    }
    try {
      const { http, token } = JSON.parse(readFileSync(ready, "utf8"));
      return { base: `http://${http}`, token, stop };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Somebody who is signed in. */
export async function signIn(base, login, password = PASSWORD) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${base}/api/v1/login`, {
    method: "POST",
    headers,
    body: JSON.stringify({ login, password }),
  });
  if (!answer.ok) throw new Error(`${login} cannot sign in: ${await answer.text()}`);
  const cookie = answer.headers.get("set-cookie").split(";")[0];
  return async (op, action) => {
    const said = await fetch(`${base}/api/v1/acts`, {
      method: "POST",
      headers: { ...headers, cookie },
      body: JSON.stringify({ op, action }),
    });
    const told = await said.json();
    if (told.answer !== "done") throw new Error(`${op}: ${JSON.stringify(told)}`);
  };
}

/** Issues it to everyone, with the number typed; gives its id once the hold is over. */
export async function issueToAll({ base, token }) {
  const duty = await signIn(base, "duty", "demo");
  const command = `cmd-${Date.now()}`;
  await duty(command, {
    action: "issue_command",
    template: "patrol",
    level: 4,
    groups: ["everyone"],
    wording: "到责任段巡查堤防、桥头和山洪沟，发现险情立即报告。",
    count: PEOPLE,
  });
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    const headers = { authorization: `Bearer ${token}` };
    const all = await (await fetch(`${base}/api/v1/commands`, { headers })).json();
    if (all.find((one) => one.id === command)?.tasks.length === PEOPLE) return command;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the command did not go out");
}

/**
 * Lets people answer, `each` milliseconds apart, until told to stop: one in twenty never, some no, most
 * yes. `pace` may be changed while it goes on.
 */
export function answer(base, command, each) {
  const flow = { each, answered: 0, failed: null, stop: null };
  let over = false;
  let next = 0;
  const lane = async () => {
    while (!over && next < PEOPLE) {
      const place = (next++ * 37) % PEOPLE;
      const began = Date.now();
      if (place % 20 !== 11) await one(place);
      const rest = flow.each * LANES - (Date.now() - began);
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    }
  };
  const one = async (place) => {
    const act = await signIn(base, idOf(place));
    const task = `${command}.${idOf(place)}`;
    const facts = ["delivered", "seen", place % 40 === 3 ? "declined" : "accepted"];
    for (const fact of facts)
      await act(`${idOf(place)}-${fact}`, { action: "report_task", task, fact });
    flow.answered += 1;
  };
  const lanes = Array.from({ length: LANES }, lane);
  const all = Promise.all(lanes).catch((error) => {
    flow.failed = error;
  });
  flow.stop = async () => {
    over = true;
    await all;
  };
  return flow;
}
