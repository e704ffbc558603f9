// Where a phone is, told for the tasks its person has accepted whatever page of it is shown, against the
// invented night; with nothing to tell nothing is watched.
import { fileURLToPath } from "node:url";
import { startFake } from "../dev/fake-server.mjs";
import { openPhone } from "./driver.mjs";

const ORDERS = [
  ["t1", "evacuate", 4],
  ["t2", "close", 3],
  ["t3", "patrol", 2],
];

export async function tellOnTheWay({ picture, must }) {
  const dist = fileURLToPath(new URL("../dist", import.meta.url));
  const fake = await startFake({ mode: "calm", dist });
  const phone = await openPhone(fake.base);
  const { page } = phone;
  let told = [];
  page.on("request", (request) => {
    const { action } = request.url().endsWith("/acts") ? JSON.parse(request.postData()) : {};
    if (action?.action === "report_place") told.push(action.task.slice(0, 2));
  });
  const road = await startRoad(page);
  const task = (n) => phone.id("task-row").nth(n);
  try {
    await giveOrders(page, fake.base);
    await page.clock.install();
    await page.goto(`${fake.base}/m`);
    await phone.expect("three orders", () => task(2).isVisible());
    await road.drive(10);
    must((await road.watches()) === 0 && told.length === 0, "nothing accepted, nothing told", told);

    await task(0).click();
    await road.drive(10);
    await phone.expect("an open page tells its task", () => told.join() === "t1");
    await phone.id("back").click();
    await phone.expect("it is left, and nothing is watched", async () => !(await road.watches()));

    for (const n of [0, 1]) {
      await task(n).click();
      await phone.id("verb-accept").click();
      const yes = page.locator("[data-testid=task-page][data-stage=accepted]");
      await phone.expect("it is accepted", () => yes.isVisible());
      await phone.id("back").click();
    }
    await phone.expect("the list says so", () => phone.id("position-line").isVisible());
    for (const tab of ["queue", "more", "tasks"]) {
      await phone.id(`tab-${tab}`).click();
      told = [];
      await road.drive(70);
      const both = () => told.includes("t1") && told.includes("t2");
      await phone.expect(`both accepted ones are told while "${tab}" is shown`, both);
      must(!told.includes("t3"), "and no other", told);
    }
    await picture(phone, "telling-list");

    await phone.id("position-switch").click();
    await phone.expect("switched off, nothing is watched", async () => !(await road.watches()));
    told = [];
    await road.drive(130);
    must(told.length === 0, "and nothing told", told);
    await phone.id("position-switch").click();
    await road.drive(10);
    await phone.expect("switched on it is told again", () => told.length >= 2);
    must(phone.errors.length === 0, "the phone's page never threw", phone.errors);
  } finally {
    await phone.close();
    await fake.stop();
  }
}

async function giveOrders(page, base) {
  const send = (path, data) => page.request.post(`${base}/api/v1/${path}`, { data });
  await send("login", { login: "officer", password: "x" });
  for (const [op, template, level] of ORDERS) {
    const to = { groups: [], people: ["r-001"], alarm: null, clocks: null, wording: "去看" };
    const action = { action: "issue_command", template, level, ...to };
    await send("acts", { op, device_at: null, action });
  }
  await send("login", { login: "responder", password: "x" });
}

/** A road for the phone: its place moves while its clock is wound on; counts who watches it. */
async function startRoad(page) {
  await page.context().grantPermissions(["geolocation"]);
  await page.addInitScript(() => {
    const { geolocation } = navigator;
    const [watch, clear] = [geolocation.watchPosition, geolocation.clearWatch];
    window.watches = 0;
    geolocation.watchPosition = (found, ...rest) => {
      window.watches += 1;
      // By the clock that is wound on.
      const now = ({ coords }) => found({ coords, timestamp: Date.now() });
      return watch.call(geolocation, now, ...rest);
    };
    geolocation.clearWatch = (id) => {
      window.watches -= 1;
      clear.call(geolocation, id);
    };
  });
  let longitude = 120.9;
  const move = async () => {
    longitude += 0.01;
    await page.context().setGeolocation({ longitude, latitude: 29.5, accuracy: 12 });
    await page.waitForTimeout(300);
  };
  await move();
  return {
    watches: () => page.evaluate(() => window.watches),
    drive: async (seconds) => {
      await move();
      await page.clock.runFor(seconds * 1_000);
    },
  };
}
