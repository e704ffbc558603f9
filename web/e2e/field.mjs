// The phone in the field, as it is used: the network cut at every step, the tab killed, the login run out,
// the clock wrong, the storage full, pictures cut off half way. After each of it nothing is lost, nothing is
// there twice, and what the screen says is true.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { film, jpegWith } from "./camera.mjs";
import { openDesk, openPhone } from "./driver.mjs";

const HOUR = 3_600_000;

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
  const phone = await openPhone(world.base);
  let desk;
  try {
    await phone.login(...world.logins.phone);
    await phone.shelved();
    const me = await (await phone.page.request.get(`${world.base}/api/v1/me`)).json();
    const act = { phone, county, picture, must, out, world, person: me.person.id };
    await cutAtEveryStep(act);
    desk = await openDesk(world.base);
    await desk.login(...world.logins.desk);
    await cutInThePicture({ ...act, desk });
    await loginRunsOut(act);
    await filesThatAreNone(act);
    await storageFull(act);
    must(phone.errors.length === 0, "the phone's page never threw", phone.errors);
    await clockAnHourWrong(act);
  } catch (error) {
    await phone.shot(join(out, "failed-field-phone.png")).catch(() => {});
    await desk?.shot(join(out, "failed-field-desk.png")).catch(() => {});
    throw error;
  } finally {
    await Promise.allSettled([phone.close(), desk?.close()]);
  }
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
  if (await phone.id("try-now").isVisible()) await phone.id("try-now").click();
  await phone.nothingWaits();
  must(before > 2 && !starts.includes(0), "it goes on where it was cut off", starts);
  await desk.expect("the picture takes its place on the board", async () => {
    const shown = await desk
      .id("photo")
      .first()
      .evaluate((one) => one.complete && one.naturalWidth > 0);
    return shown && !(await desk.id("photo-coming").first().isVisible());
  });
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
  const command = await openedOrder(act, "field-3");
  await phone.goOffline();
  await phone.accept();
  const cookies = await phone.context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  await fetch(`${world.base}/api/v1/logout`, { method: "POST", headers: { cookie } });
  await phone.context.setOffline(false);
  await phone.expect(
    "the phone asks for a login",
    () => phone.id("login-again").isVisible(),
    30_000,
  );
  await phone.report(40);
  must((await phone.waiting()) === 2, "and keeps what is pressed meanwhile", await phone.waiting());
  await picture(phone, "field-login-again");
  await phone.killTab();
  await phone.expect("also after the tab was killed", async () => (await phone.waiting()) === 2);
  await phone.id("login-again").click();
  const [name, password] = world.logins.phone;
  await phone.id("login-name").fill(name);
  await phone.id("login-password").fill(password);
  await phone.id("login-enter").click();
  await phone.nothingWaits();
  await once(act, command, ["accepted", "working"]);
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

/** No room for the picture: it is said, and the report goes without it. */
async function storageFull(act) {
  const { phone, must, picture, world } = act;
  const command = await openedOrder(act, "field-5");
  const shot = await noise(phone.page, 1600, null);
  const session = await phone.context.newCDPSession(phone.page);
  const { usage } = await session.send("Storage.getUsageAndQuota", { origin: world.base });
  const quota = (quotaSize) =>
    session.send("Storage.overrideQuotaForOrigin", {
      origin: world.base,
      ...(quotaSize ? { quotaSize } : {}),
    });
  await quota(Math.ceil(usage) + 200_000);
  await phone.id("verb-progress").click();
  await phone.id("photo-input").setInputFiles(shot);
  await phone.expect("the phone says that the picture found no room", async () =>
    (await phone.id("photo-bad").innerText()).includes("存不下"),
  );
  await picture(phone, "field-storage-full");
  await phone.id("percent-20").click();
  await phone.nothingWaits();
  await phone.go("queue");
  await phone.expect("the list says how little room is left", () =>
    phone.id("room-scarce").isVisible(),
  );
  await quota(null);
  await once(act, command, ["working"]);
  const facts = await act.county.facts(command);
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
  const command = await openedOrder({ phone, county, person }, "field-6");
  await phone.goOffline();
  const shown = /同步 (\d\d:\d\d)/.exec(await phone.id("queue-line").innerText())?.[1] ?? "";
  await phone.accept();
  const words = await phone.page.locator("[data-press=accepted]").innerText();
  const minute = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const pressed = /待发 (\d\d:\d\d)/.exec(words)?.[1] ?? "";
  // The made-up night runs faster than the clock on the wall.
  const apart = (minute(pressed) - minute(shown) + 1440) % 1440;
  must(apart <= 5, "the press carries the county's time, not the phone's", { words, shown });
  await phone.comeBack();
  await phone.nothingWaits();
  const fact = (await county.facts(command)).find((one) => one.fact === "accepted");
  const wrong = Date.parse(fact.device_at) - Date.now();
  must(Math.abs(wrong - HOUR) < 120_000, "the phone's own time is kept as it was", fact);
  await picture(phone, "field-clock");
}
