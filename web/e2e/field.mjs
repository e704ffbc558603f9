// The phone in the field, as it is used: opened where there is no network, cut off in the login and at every
// step, the tab killed, the login run out, the clock wrong, the storage half full and full, pictures cut off
// half way. After each of it nothing is lost, nothing is there twice, and what the screen says is true.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { film, jpegWith } from "./camera.mjs";
import { stillMap } from "./chromium.mjs";
import { openDesk, openPhone } from "./driver.mjs";

const HOUR = 3_600_000;
/** A little more than what Chromium knows of the room left is good for. */
const BELIEVED_MS = 32_000;

/** Asks the county over its own interface, as programs do; the desk's word on what it has. */
async function office(base, [name, password]) {
  const login = await fetch(`${base}/api/v1/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ login: name, password }),
  });
  const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
  const ask = (path, init = {}) =>
    fetch(`${base}/api/v1${path}`, {
      ...init,
      headers: { cookie, "content-type": "application/json" },
    });
  return {
    async issue(op, person) {
      const action = {
        action: "issue_command",
        alarm: null,
        template: "patrol",
        level: 2,
        groups: [],
        people: [person],
        wording: `巡查堤防 ${op}，结束后拍照`,
        clocks: null,
      };
      const act = { op, device_at: null, action };
      const answer = await (
        await ask("/acts", { method: "POST", body: JSON.stringify(act) })
      ).json();
      if (answer.answer !== "done") throw new Error(`no order: ${JSON.stringify(answer)}`);
      return op;
    },
    /** Facts of the only task of a command. */
    async facts(command) {
      const commands = await (await ask("/commands")).json();
      const found = commands.find((one) => one.id === command);
      return found?.tasks[0]?.facts ?? [];
    },
    blob: async (id) => Buffer.from(await (await ask(`/blobs/${id}`)).arrayBuffer()),
  };
}

/** A JPEG of noise that stays above several pieces after it was made anew, with place and time in it. */
async function noise(page, width, said) {
  const text = await page.evaluate(async (side) => {
    const canvas = document.createElement("canvas");
    canvas.width = side;
    canvas.height = Math.round(side * 0.75);
    const brush = canvas.getContext("2d");
    const picture = brush.createImageData(canvas.width, canvas.height);
    for (let n = 0; n < picture.data.length; n++)
      picture.data[n] = n % 4 === 3 ? 255 : (n * 2654435761) >>> 24;
    for (let n = 0; n < picture.data.length; n += 4096)
      crypto.getRandomValues(picture.data.subarray(n, n + 1024));
    brush.putImageData(picture, 0, 0);
    return canvas.toDataURL("image/jpeg", 0.9).split(",")[1];
  }, width);
  const jpeg = Buffer.from(text, "base64");
  const buffer = said ? jpegWith(said, jpeg) : jpeg;
  return { name: "IMG_0001.jpg", mimeType: "image/jpeg", buffer };
}

export async function playField(world, { picture, must, out }) {
  const county = await office(world.base, world.logins.desk);
  // Its camera writes the time of the place, as phones of the county do.
  const phone = await openPhone(world.base, { timezoneId: "Asia/Shanghai" });
  let desk;
  try {
    await firstVisit({ phone, must, picture, world });
    const me = await (await phone.page.request.get(`${world.base}/api/v1/me`)).json();
    const act = { phone, county, picture, must, out, world, person: me.person.id };
    await readWithoutNetwork(act);
    await cutAtEveryStep(act);
    desk = await openDesk(world.base, { viewport: { width: 1366, height: 768 } });
    await desk.login(...world.logins.desk);
    await stillMap(desk.page);
    await cutInThePicture({ ...act, desk });
    must(desk.errors.length === 0, "the desk's page never threw", desk.errors);
    await desk.close();
    await loginRunsOut(act);
    await filesThatAreNone(act);
    await storageHalfFull(act);
    await storageFull(act);
    await clockAnHourWrong(act);
    must(phone.errors.length === 0, "the phone's page never threw", phone.errors);
  } catch (error) {
    await phone.shot(join(out, "failed-field-phone.png")).catch(() => {});
    await desk?.shot(join(out, "failed-field-desk.png")).catch(() => {});
    throw error;
  } finally {
    await Promise.allSettled([phone.close(), desk?.close()]);
  }
}

/** Installed, and cut off before the login and in the middle of it: each is told, none needs a second try later. */
async function firstVisit({ phone, must, picture, world }) {
  const { page, context } = phone;
  const [name, password] = world.logins.phone;
  await page.goto(`${world.base}/m`);
  await phone.expect("the login is asked for", () => phone.id("login-name").isVisible());
  await phone.shelved();
  await context.setOffline(true);
  await page.reload({ waitUntil: "domcontentloaded" });
  await phone.expect("with no network it opens, and says why it is empty", async () =>
    (await page.locator("body").innerText()).includes("这台手机还没有登录过"),
  );
  await picture(phone, "field-never-logged-in");
  await context.setOffline(false);
  await phone.expect("the login comes by itself", () => phone.id("login-name").isVisible());
  const noAnswer = () =>
    phone.expect("it is said that nobody answered", async () =>
      (await phone.id("login-error").innerText()).includes("没有应答"),
    );
  await context.setOffline(true);
  await phone.tryLogin(name, password);
  await noAnswer();
  await context.setOffline(false);
  // The county has let them in, and the line breaks before the phone hears of it.
  let cut = 0;
  await context.route("**/api/v1/login", async (route) => {
    cut += 1;
    if (cut > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await phone.id("login-enter").click();
  await phone.expect("the line broke in the login", () => cut === 1);
  await noAnswer();
  await picture(phone, "field-login-cut");
  await phone.id("login-enter").click();
  await phone.expect("the second press lets them in", () => phone.id("phone").isVisible());
  must(cut === 2, "by a second login", cut);
  await context.unroute("**/api/v1/login");
}

/** Every fact of these stands there once; others may stand beside them. */
async function once({ county, phone, must }, command, facts) {
  const seen = await phone.expect("the county has every press", async () => {
    const found = (await county.facts(command)).map((one) => one.fact);
    return facts.every((fact) => found.includes(fact)) && found;
  });
  for (const fact of facts) {
    const count = seen.filter((one) => one === fact).length;
    const wanted = facts.filter((one) => one === fact).length;
    must(count === wanted, `"${fact}" is with the county ${wanted} times`, seen);
  }
}

async function openedOrder({ phone, county, person }, op) {
  const command = await county.issue(op, person);
  await phone.backToTasks();
  await phone.waitForTask(command);
  await phone.openTask(command);
  // What the phone says by itself is out of the way, so that what is counted after it is pressed.
  await phone.expect("the county knows that it was seen", async () =>
    (await county.facts(command)).some((one) => one.fact === "seen"),
  );
  return command;
}

/** An order that came and was not opened before the network went is read, and its "seen" waits. */
async function readWithoutNetwork({ phone, county, person, must, picture }) {
  const command = await county.issue("field-0", person);
  await phone.backToTasks();
  await phone.waitForTask(command);
  await phone.expect("the county knows that it came", async () =>
    (await county.facts(command)).some((one) => one.fact === "delivered"),
  );
  await phone.expect("its wording is in the phone", () => phone.keeps("巡查堤防 field-0"));
  await phone.goOffline();
  await phone.killTab();
  await phone.openTask(command);
  const words = await phone.wording();
  must(words.includes("巡查堤防 field-0"), "what is asked can be read with no network", words);
  await phone.expect("that it was seen waits", async () => (await phone.waiting()) === 1);
  await picture(phone, "field-read-offline");
  await phone.comeBack();
  await phone.nothingWaits();
  await once({ county, phone, must }, command, ["delivered", "seen"]);
}

/** The network goes before each press and the tab is killed after it; only then it comes back. */
async function cutAtEveryStep(act) {
  const { phone, county, must, picture } = act;
  const command = await openedOrder(act, "field-1");
  const small = await noise(phone.page, 320, null);
  const steps = [
    ["accepted", () => phone.accept()],
    ["on_scene", () => phone.onScene()],
    ["working", () => phone.report(60)],
    ["done", () => phone.done(small)],
  ];
  for (const [fact, press] of steps) {
    await phone.goOffline();
    await press();
    const words = await phone.page.locator(`[data-press=${fact}]`).innerText();
    must(words.includes("待发"), `offline, ${fact} is said to wait`, words);
    const facts = (await county.facts(command)).map((one) => one.fact);
    must(!facts.includes(fact), "and the county has nothing of it", facts);
    await phone.killTab();
    await phone.expect(
      `${fact} waits after the tab was killed`,
      async () => (await phone.waiting()) > 0,
    );
    if (fact === "done") {
      must((await phone.pictures()) === 1, "and so does its picture", await phone.pictures());
      await picture(phone, "field-offline");
    }
    await phone.comeBack();
    await phone.nothingWaits();
    await phone.openTask(command);
  }
  await once(act, command, [
    "delivered",
    "seen",
    "accepted",
    "on_scene",
    "working",
    "done",
    "photo",
  ]);
}

/** The line breaks after one piece and the tab is killed: the report stands, the board waits for the picture. */
async function cutInThePicture(act) {
  const { phone, desk, county, must, picture, person } = act;
  const command = await openedOrder(act, "field-2");
  const shot = await noise(phone.page, 1600, {
    at: "2026:08:21 02:10:05",
    lat: [29, 30, 7.2],
    lon: [120, 54, 0],
  });
  let pieces = 0;
  await phone.context.route("**/api/v1/uploads/*", (route) => {
    pieces += 1;
    return pieces > 2 ? route.abort() : route.continue();
  });
  await phone.accept();
  await phone.id("verb-done").click();
  await phone.id("photo-input").setInputFiles(shot);
  await phone.expect("the picture is taken", () => phone.id("photo-preview").first().isVisible());
  const words = await phone.id("done-sheet").innerText();
  must(
    words.includes("照片自带地点") && words.includes("拍于 02:10"),
    "it says whose its place is",
    words,
  );
  // A phone that closes the page for its camera has not lost what was taken.
  await phone.killTab();
  await phone.openTask(command);
  await phone.id("verb-done").click();
  await phone.expect("the picture is still there", () =>
    phone.id("photo-preview").first().isVisible(),
  );
  await phone.id("done-confirm").click();
  await desk.openBoard(command);
  await desk.waitForStage(person, "done");
  await desk.openPerson(person);
  await desk.expect("the board says that a picture is on its way", () =>
    desk.id("photo-coming").first().isVisible(),
  );
  await phone.expect("one piece and more is with the county", async () => {
    await phone.go("queue");
    const line = await phone.page.locator("[data-testid=queue-photo]").first().innerText();
    return /已到|卡住/.test(line);
  });
  await picture(desk, "field-photo-coming");
  await picture(phone, "field-upload");
  await phone.killTab();
  const before = pieces;
  await phone.context.unroute("**/api/v1/uploads/*");
  const starts = [];
  phone.page.on("request", (request) => {
    const at = /uploads\/.*[?]at=(\d+)/.exec(request.url())?.[1];
    if (at) starts.push(Number(at));
  });
  await phone.go("queue");
  // It may have gone by itself before the button is reached.
  await phone
    .id("try-now")
    .click({ timeout: 2_000 })
    .catch(() => {});
  await phone.nothingWaits();
  must(before > 2 && !starts.includes(0), "it goes on where it was cut off", starts);
  await desk.expect(
    "the picture takes its place on the board",
    async () => {
      const drawn = (one) => one.complete && one.naturalWidth > 0;
      const shown = await desk.id("photo").first().evaluate(drawn, null, { timeout: 2_000 });
      return shown && !(await desk.id("photo-coming").first().isVisible());
    },
    60_000,
  );
  await picture(desk, "field-photo-here");
  await once(act, command, ["accepted", "done", "photo"]);
  const fact = (await county.facts(command)).find((one) => one.fact === "photo");
  must(
    fact.shot.place === "picture" && fact.shot.taken !== null,
    "with its own place and time",
    fact,
  );
  const kept = await county.blob(fact.photos[0]);
  must(!kept.includes("Exif"), "and nothing private in it", kept.length);
}

/** The session ends while there is no network: everything goes on, and goes out after the login. */
async function loginRunsOut(act) {
  const { phone, must, picture, world } = act;
  const [name, password] = world.logins.phone;
  const command = await openedOrder(act, "field-3");
  await phone.goOffline();
  await phone.accept();
  const cookies = await phone.context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const left = await fetch(`${world.base}/api/v1/logout`, { method: "POST", headers: { cookie } });
  must(left.ok, "the session has ended", left.status);
  await phone.killTab();
  await phone.openTask(command);
  await phone.onScene();
  must((await phone.waiting()) === 2, "offline nobody asks for a login", await phone.waiting());
  must(!(await phone.id("login-again").isVisible()), "which could not be answered", null);
  await phone.context.setOffline(false);
  await phone.expect(
    "the phone asks for a login",
    () => phone.id("login-again").isVisible(),
    30_000,
  );
  await phone.report(40);
  must((await phone.waiting()) === 3, "and keeps what is pressed meanwhile", await phone.waiting());
  await picture(phone, "field-login-again");
  await phone.killTab();
  await phone.expect("also after the tab was killed", async () => (await phone.waiting()) === 3);
  await phone.id("login-again").click();
  await phone.context.setOffline(true);
  await phone.tryLogin(name, password);
  await phone.expect("a login that is cut off says so", () => phone.id("login-error").isVisible());
  await picture(phone, "field-login-again-cut");
  await phone.id("login-back").click();
  must((await phone.waiting()) === 3, "and takes nothing", await phone.waiting());
  await phone.context.setOffline(false);
  await phone.id("login-again").click({ timeout: 30_000 });
  await phone.tryLogin(name, password);
  await phone.nothingWaits();
  await once(act, command, ["accepted", "on_scene", "working"]);
}

/** A video too large and one that is none are told at once, in plain words, and nothing is sent of them. */
async function filesThatAreNone(act) {
  const { phone, must, out } = act;
  const command = await openedOrder(act, "field-4");
  await phone.id("verb-done").click();
  const told = async (file, word) => {
    await phone.id("video-input").setInputFiles(file);
    await phone.expect(`the phone says "${word}"`, async () =>
      (await phone.id("photo-bad").innerText()).includes(word),
    );
  };
  const large = join(out, "large.mp4");
  writeFileSync(large, film(60 * 1024 * 1024).buffer);
  await told(large, "最多 48 MB");
  await told(film(2_000, false), "打不开");
  await phone.id("photo-input").setInputFiles({
    name: "none.jpg",
    mimeType: "image/jpeg",
    buffer: Buffer.from("no picture"),
  });
  await phone.expect("a picture that is none too", async () =>
    (await phone.id("photo-bad").innerText()).includes("照片打不开"),
  );
  await phone.id("video-input").setInputFiles(film(400_000));
  await phone.expect("a short video is taken", () => phone.id("video-preview").isVisible());
  const words = await phone.id("done-sheet").innerText();
  must(words.includes("照片自带地点"), "with its own place", words);
  await phone.id("done-confirm").click();
  await phone.nothingWaits();
  await once(act, command, ["done", "photo"]);
}

/** Sets what the browser gives to the page; none gives back what there was. */
async function roomOf({ phone, world }) {
  // A page of its own, since the limit lasts as long as the one that set it.
  const page = await phone.context.newPage();
  const session = await phone.context.newCDPSession(page);
  const { origin } = new URL(world.base);
  return {
    used: async () => (await session.send("Storage.getUsageAndQuota", { origin })).usage,
    set: (quotaSize) =>
      session.send("Storage.overrideQuotaForOrigin", {
        origin,
        ...(quotaSize ? { quotaSize } : {}),
      }),
    close: () => page.close(),
  };
}

/** Half of the storage is used: everything goes as ever, cut off and killed in between. */
async function storageHalfFull(act) {
  const { phone, must } = act;
  const command = await openedOrder(act, "field-5");
  const room = await roomOf(act);
  await room.set(2 * Math.max(await room.used(), 8_000_000));
  await phone.killTab();
  await phone.openTask(command);
  await phone.goOffline();
  await phone.done(await noise(phone.page, 1600, null));
  must(!(await phone.id("unkept").isVisible()), "the press was kept", null);
  await phone.killTab();
  await phone.expect(
    "report and picture wait",
    async () => (await phone.waiting()) === 1 && (await phone.pictures()) === 1,
  );
  await phone.comeBack();
  await phone.nothingWaits();
  await once(act, command, ["done", "photo"]);
  await room.set(null);
  await room.close();
}

/**
 * No room for anything: it is said of a picture and of a press that they were not kept, and what waits goes all
 * the same. Little room: the report goes without its picture.
 */
async function storageFull(act) {
  const { phone, county, must, picture } = act;
  const command = await openedOrder(act, "field-6");
  const shot = await noise(phone.page, 1600, null);
  await phone.goOffline();
  await phone.accept();
  const room = await roomOf(act);
  await room.set(1);
  // For half a minute the browser believes what it knew of the room.
  await phone.page.waitForTimeout(BELIEVED_MS);
  await phone.id("verb-on-scene").click();
  await phone.expect("the phone says that the press was not kept", async () =>
    (await phone.id("unkept").innerText()).includes("没有留下"),
  );
  const state = await phone.id("verb-on-scene").getAttribute("data-state");
  must(state === null, "the button does not say that it was", state);
  await picture(phone, "field-not-kept");
  await phone.killTab();
  must((await phone.waiting()) === 1, "what was kept is still there", await phone.waiting());
  await phone.comeBack();
  await phone.nothingWaits();
  await once(act, command, ["accepted"]);
  await phone.openTask(command);
  await phone.id("verb-progress").click();
  await phone.id("photo-input").setInputFiles(shot);
  await phone.expect("the phone says that the picture found no room", async () =>
    (await phone.id("photo-bad").innerText()).includes("存不下"),
  );
  await picture(phone, "field-storage-full");
  await room.set((await room.used()) + 400_000);
  await phone.id("percent-20").click();
  await phone.nothingWaits();
  await phone.go("queue");
  await phone.expect("the list says that there is little room", () =>
    phone.id("room-scarce").isVisible(),
  );
  await room.set(null);
  await room.close();
  await phone.backToTasks();
  await phone.openTask(command);
  await phone.onScene();
  await phone.nothingWaits();
  must(!(await phone.id("unkept").isVisible()), "with room again there is no complaint", null);
  await once(act, command, ["accepted", "working", "on_scene"]);
  const facts = await county.facts(command);
  must(!facts.some((one) => one.coming > 0), "nobody promises a picture", facts);
}

/** The phone's clock is an hour ahead: the screen shows the county's time, the journal keeps both. */
async function clockAnHourWrong({ phone, county, must, picture, person }) {
  await phone.context.addInitScript((ahead) => {
    const now = Date.now.bind(Date);
    class Wrong extends Date {
      constructor(...parts) {
        super(...(parts.length === 0 ? [now() + ahead] : parts));
      }
      static now() {
        return now() + ahead;
      }
    }
    globalThis.Date = Wrong;
  }, HOUR);
  await phone.killTab();
  const command = await openedOrder({ phone, county, person }, "field-7");
  await phone.goOffline();
  const shown = /同步 (\d\d:\d\d)/.exec(await phone.id("queue-line").innerText())?.[1] ?? "";
  await phone.accept();
  const words = await phone.page.locator("[data-press=accepted]").innerText();
  const minute = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const pressed = /待发 (\d\d:\d\d)/.exec(words)?.[1] ?? "";
  // The made-up night runs twenty times as fast as the clock on the wall.
  const apart = (minute(pressed) - minute(shown) + 1440) % 1440;
  must(apart <= 20, "the press carries the county's time, not the phone's", { words, shown });
  await phone.comeBack();
  await phone.nothingWaits();
  const fact = (await county.facts(command)).find((one) => one.fact === "accepted");
  const wrong = Date.parse(fact.device_at) - Date.now();
  must(Math.abs(wrong - HOUR) < 120_000, "the phone's own time is kept as it was", fact);
  await picture(phone, "field-clock");
}
