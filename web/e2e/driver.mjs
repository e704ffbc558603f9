// Speaks to the pages in tasks: what an officer and a person in the field do, not where they click.
// Every wait is for a fact on the screen, with a deadline that says what was seen instead.
import { launch } from "./chromium.mjs";

/** Long, since a machine that builds beside it is slow; what holds is seen at once. */
const PATIENCE = 60_000;
export const DESK_SIZE = { width: 1920, height: 1080 };
export const PHONE_SIZE = { width: 390, height: 844 };

/** Two browsers, as different as two machines. */
export async function openDesk(base, options = {}) {
  const browser = await launch();
  const context = await browser.newContext({ viewport: DESK_SIZE, locale: "zh-CN", ...options });
  return new Desk(browser, context, await context.newPage(), base);
}

export async function openPhone(base, options = {}) {
  const browser = await launch();
  const context = await browser.newContext({
    viewport: PHONE_SIZE,
    locale: "zh-CN",
    hasTouch: true,
    isMobile: true,
    ...options,
  });
  return new Phone(browser, context, await context.newPage(), base);
}

class Seat {
  constructor(browser, context, page, base) {
    Object.assign(this, { browser, context, base, errors: [] });
    this.take(page);
  }

  /** Works in this page from now on. */
  take(page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.errors.push(String(error)));
  }

  id(name) {
    return this.page.getByTestId(name);
  }

  async login(path, name, password, arrived) {
    await this.page.goto(this.base + path);
    await this.id("login-name").fill(name, { timeout: PATIENCE });
    await this.id("login-password").fill(password);
    await this.id("login-enter").click();
    await this.expect(`logged in as ${name}`, () => this.id(arrived).isVisible());
  }

  /** Waits until `seen` gives something true; otherwise fails with `what` and the page's own words. */
  async expect(what, seen, patience = PATIENCE) {
    const end = Date.now() + patience;
    let last;
    for (;;) {
      try {
        last = await seen();
        if (last) return last;
      } catch (error) {
        last = String(error).split("\n")[0];
      }
      if (Date.now() > end) break;
      await this.page.waitForTimeout(100);
    }
    const body = await this.page
      .evaluate(() => document.body.innerText.slice(0, 1500))
      .catch(() => "");
    throw new Error(`expected: ${what}\nlast seen: ${JSON.stringify(last)}\npage says:\n${body}`);
  }

  async shot(file) {
    await this.page.screenshot({ path: file, timeout: 60_000 });
  }

  async close() {
    await this.browser.close();
  }
}

export class Desk extends Seat {
  async login(name, password) {
    await super.login("/", name, password, "desk");
    await this.expect(
      "the feed is live",
      async () => (await this.id("link-state").getAttribute("data-phase")) === "live",
    );
  }

  /** The map has drawn its first picture. */
  async mapDrawn() {
    await this.expect(
      "the map is drawn",
      () => this.page.locator("canvas.maplibregl-canvas").isVisible(),
      60_000,
    );
  }

  /** Rows of alarms as keys with level and whether taken note of, in the order shown. */
  async alarms() {
    return this.id("alarm-row").evaluateAll((rows) =>
      rows.map((row) => ({
        key: row.dataset.alarm,
        level: Number(row.dataset.level),
        acked: row.dataset.acked === "true",
      })),
    );
  }

  /** Where the list shows situations, opens the first with an alarm nobody has taken note of. */
  async openSituation() {
    if ((await this.id("alarm-row").count()) > 0) return;
    const row = this.page.locator('[data-testid=situation-row]:not([data-unacked="0"])').first();
    if (await row.isVisible()) await row.click();
  }

  async waitForAlarm(patience = 180_000) {
    return this.expect(
      "an unacknowledged alarm stands in the list",
      async () => {
        if (await this.id("new-bar").isVisible()) await this.id("new-bar").click();
        await this.openSituation();
        return (await this.alarms()).find((alarm) => !alarm.acked);
      },
      patience,
    );
  }

  async openAlarm(key) {
    await this.page
      .locator(`[data-testid=alarm-row][data-alarm="${key}"]`)
      .click({ timeout: PATIENCE });
    await this.expect("the alarm is open", () => this.id("alarm-detail").isVisible());
  }

  async hydrographDrawn() {
    await this.expect("the hydrograph is drawn, its samples from the first moment", async () => {
      const chart = this.id("hydrograph");
      const first = Number(await chart.getAttribute("data-first"));
      return first > 0 && (await chart.locator("canvas").isVisible());
    });
  }

  /** Opens and acknowledges the first alarm nobody has taken note of; returns its key. */
  async acknowledgeFirstAlarm() {
    const alarm = await this.waitForAlarm();
    await this.openAlarm(alarm.key);
    await this.id("acknowledge").click({ timeout: PATIENCE });
    await this.expect("the alarm shows who acknowledged it", () => this.id("acked-by").isVisible());
    return alarm.key;
  }

  /** Issues a command to a group from what is open; returns its id and how many it reaches. */
  async issueCommand({ template, level, group, wording }) {
    await this.page.keyboard.press("c");
    await this.expect("the composer is open", () => this.id("composer").isVisible());
    if (template) await this.id(`template-${template}`).click();
    if (level) await this.id(`level-${level}`).click();
    await this.id(`group-${group}`).click();
    if (wording) await this.id("wording").fill(wording);
    const count = Number(
      await this.expect("somebody will be reached", async () => {
        const text = await this.id("reach-count").innerText();
        return Number(text) > 0 && text;
      }),
    );
    if (await this.id("typed-count").isVisible()) await this.id("typed-count").fill(String(count));
    return {
      count,
      send: async () => {
        // A large one counts only when it is held, and then waits where it can be stopped.
        const held = (await this.id("send").getAttribute("data-hold")) === "true";
        if (held) await this.id("send").click({ delay: 1_600 });
        else await this.id("send").click();
        const board = this.page.locator("[data-testid=board][data-command]");
        await this.expect("the board of the new command is open", () => board.isVisible());
        return board.getAttribute("data-command");
      },
    };
  }

  /** Brings a command's board up. */
  async openBoard(command) {
    const open = this.page.locator(`[data-testid=board][data-command="${command}"]`);
    if (!(await open.isVisible())) {
      await this.page
        .locator(`[data-testid=command-card][data-command="${command}"]`)
        .click({ timeout: 60_000 });
    }
    await this.expect("the board is open", () => open.isVisible());
  }

  async person(person) {
    const row = this.page.locator(`[data-testid=board-row][data-person="${person}"]`);
    const [stage, percent, text] = await Promise.all([
      row.getAttribute("data-stage"),
      row.getAttribute("data-percent"),
      row.innerText(),
    ]);
    return { stage, percent: percent === "" ? null : Number(percent), text };
  }

  async waitForStage(person, stage, percent = null, patience = 60_000) {
    return this.expect(
      `the board shows ${person} at ${stage}${percent === null ? "" : ` ${percent} %`}`,
      async () => {
        const seen = await this.person(person);
        return seen.stage === stage && (percent === null || seen.percent === percent) ? seen : null;
      },
      patience,
    );
  }

  async openPerson(person) {
    const panel = this.id("person-panel");
    const row = this.page.locator(`[data-testid=board-row][data-person="${person}"]`);
    const option = row.locator("xpath=..");
    if ((await option.getAttribute("aria-selected")) !== "true") await row.click();
    await this.expect("the person's line is open", () => panel.isVisible());
  }

  /** Facts of the open person: names and the times shown beside them. */
  async facts() {
    return this.id("fact").evaluateAll((lines) =>
      lines.map((line) => ({
        fact: line.dataset.fact,
        time: line.querySelector(".t")?.textContent?.trim() ?? "",
        text: line.innerText,
      })),
    );
  }

  async verifyDone(person) {
    await this.openPerson(person);
    await this.expect("the photo is shown", () =>
      this.id("photo")
        .first()
        .evaluate((image) => image.complete && image.naturalWidth > 0),
    );
    await this.id("verify").click();
  }
}

export class Phone extends Seat {
  async login(name, password) {
    await super.login("/m", name, password, "phone");
  }

  /** Fills in the form that is open and presses; what comes of it is the caller's to expect. */
  async tryLogin(name, password) {
    await this.id("login-name").fill(name, { timeout: PATIENCE });
    await this.id("login-password").fill(password);
    await this.id("login-enter").click();
  }

  /** The page's shell is on the shelf, so that it opens with no network. */
  async shelved() {
    await this.expect(
      "the service worker is in charge of the page",
      () =>
        this.page.evaluate(async () => {
          const registration = await navigator.serviceWorker.getRegistration();
          return (
            registration?.active?.state === "activated" &&
            navigator.serviceWorker.controller !== null
          );
        }),
      60_000,
    );
  }

  async waitForTask(command, patience = 60_000) {
    const row = this.page.locator(`[data-testid=task-row][data-command="${command}"]`);
    await this.expect("the task has arrived at the phone", () => row.isVisible(), patience);
  }

  async openTask(command) {
    await this.page
      .locator(`[data-testid=task-row][data-command="${command}"]`)
      .click({ timeout: PATIENCE });
    await this.expect("the task is open", () => this.id("task-page").isVisible());
  }

  async wording() {
    return this.id("task-wording").innerText();
  }

  async goOffline() {
    await this.context.setOffline(true);
    await this.expect(
      "the phone says it has no signal",
      async () => (await this.id("queue-line").getAttribute("data-phase")) !== "live",
    );
  }

  async comeBack() {
    await this.context.setOffline(false);
    await this.expect(
      "the phone is in touch again",
      async () => (await this.id("queue-line").getAttribute("data-phase")) === "live",
      60_000,
    );
  }

  /** How many presses the phone still holds. */
  async waiting() {
    return Number(await this.id("queue-line").getAttribute("data-waiting"));
  }

  async accept() {
    await this.id("verb-accept").click({ timeout: PATIENCE });
    await this.proof("accepted");
  }

  async onScene() {
    await this.id("verb-on-scene").click({ timeout: PATIENCE });
    await this.proof("on_scene");
  }

  async report(percent) {
    await this.id("verb-progress").click({ timeout: PATIENCE });
    await this.id(`percent-${percent}`).click({ timeout: PATIENCE });
    await this.proof("working");
  }

  /** `photo` is a file name or `{name, mimeType, buffer}`. */
  async done(photo, note = "") {
    await this.id("verb-done").click({ timeout: PATIENCE });
    await this.id("photo-input").setInputFiles(photo);
    await this.expect("the photo is taken", () => this.id("photo-preview").first().isVisible());
    if (note) await this.id("done-note").fill(note);
    await this.id("done-confirm").click();
    await this.proof("done");
  }

  /** The press shows its own state: waiting in this phone, or received by the county. */
  async proof(fact) {
    return this.expect(`the press ${fact} is kept`, () =>
      this.page.evaluate(
        (name) =>
          document.querySelector(`[data-press="${name}"]`)?.getAttribute("data-state") ?? null,
        fact,
      ),
    );
  }

  async reload() {
    await this.page.reload({ waitUntil: "domcontentloaded" });
    await this.expect("the phone app is open", () => this.id("phone").isVisible(), 30_000);
  }

  /** Whether the texts of orders that this phone keeps say this. */
  async keeps(words) {
    return this.page.evaluate(
      (words) =>
        new Promise((resolve, reject) => {
          const opening = indexedDB.open("watchfire");
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const db = opening.result;
            const asked = db.transaction("shelf").objectStore("shelf").getAll();
            asked.onsuccess = () => {
              db.close();
              resolve(JSON.stringify(asked.result).includes(words));
            };
          };
        }),
      words,
    );
  }

  /** How many pictures are still on their way. */
  async pictures() {
    return Number(await this.id("queue-line").getAttribute("data-photos"));
  }

  /** The county has every press and every picture. */
  async nothingWaits() {
    await this.expect(
      "the county has every press and picture",
      async () => (await this.waiting()) + (await this.pictures()) === 0,
      60_000,
    );
  }

  async go(tab) {
    await this.id(`tab-${tab}`).click({ timeout: PATIENCE });
  }

  async backToTasks() {
    await this.go("tasks");
    await this.expect("the list of tasks is open", () => this.id("task-list").isVisible());
  }

  /** The system takes the page's memory away; the person opens it again. */
  async killTab() {
    await this.page.close({ runBeforeUnload: false });
    this.take(await this.context.newPage());
    await this.openAgain();
  }

  async openAgain() {
    await this.page.goto(`${this.base}/m`, { waitUntil: "domcontentloaded" });
    await this.expect("the phone app is open", () => this.id("phone").isVisible(), 30_000);
    await this.expect("it has read what it keeps", async () => {
      const kept = await this.id("queue-line").getAttribute("data-ready");
      return kept === "true";
    });
  }
}
