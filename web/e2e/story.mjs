// The browser story: two sessions, one storm. An alarm rises and is acknowledged, a command goes to a
// group, a phone with no network accepts, reports 60 % and done with a photo, comes back, and the
// officer verifies; then the past of it, the same night under a lower threshold, a drill beside it, and the
// report. With --field the phone in the field instead, with everything that goes wrong there. Pictures of each
// step; the first expectation that fails ends it, with its words.
//   node e2e/story.mjs [--field] [--base http://127.0.0.1:P] [--fake] [--out <dir>]
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { playDrill } from "./drill.mjs";
import { openDesk, openPhone } from "./driver.mjs";
import { playField } from "./field.mjs";
import { lookBack } from "./past.mjs";
import { photo } from "./photo.mjs";
import { chooseMoment, giveAccount, makeReport } from "./report.mjs";
import { playStorm } from "./storm.mjs";
import { tellOnTheWay } from "./telling.mjs";
import { askWhatIf } from "./whatif.mjs";
import { openWorld } from "./world.mjs";

const option = (name) => {
  const place = process.argv.indexOf(`--${name}`);
  return place > 0 ? process.argv[place + 1] : undefined;
};
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const out =
  option("out") ?? join(process.env.WATCHFIRE_OUT ?? join(ROOT, "target/stories"), "browser");
mkdirSync(out, { recursive: true });

let step = 0;
const began = Date.now();
async function picture(seat, name) {
  step += 1;
  await seat.shot(join(out, `${String(step).padStart(2, "0")}-${name}.png`));
  console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${name}`);
}

function must(held, what, seen) {
  if (!held) throw new Error(`expected: ${what}\nseen: ${JSON.stringify(seen)}`);
}

/** The phone's person and the smallest group they belong to, as the desk's own feed tells. */
async function findGroup(desk, person) {
  const groups = await desk.page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://${location.host}/api/v1/feed`);
        setTimeout(() => reject(new Error("no snapshot within 20 s")), 20_000);
        socket.onmessage = (event) => {
          const message = JSON.parse(event.data);
          if (message.type !== "snapshot") return;
          socket.close();
          resolve(message.counties.flatMap((county) => county.groups));
        };
      }),
  );
  const own = groups.filter((group) => group.members.includes(person));
  own.sort((a, b) => a.members.length - b.members.length);
  must(
    own.length > 0,
    `${person} belongs to a group`,
    groups.map((group) => group.id),
  );
  return own[0];
}

async function play(world) {
  const desk = await openDesk(world.base);
  const phone = await openPhone(world.base);
  try {
    await desk.login(...world.logins.desk);
    await desk.mapDrawn();
    await picture(desk, "desk-before");
    await phone.login(...world.logins.phone);
    await phone.shelved();
    await picture(phone, "phone-before");
    const me = await (await phone.page.request.get(`${world.base}/api/v1/me`)).json();
    const person = me.person.id;
    const group = await findGroup(desk, person);

    await desk.waitForAlarm();
    await picture(desk, "storm-alarm");
    await desk.acknowledgeFirstAlarm();
    await desk.hydrographDrawn();
    await picture(desk, "alarm-acknowledged");

    const draft = await desk.issueCommand({ level: 4, group: group.id });
    must(draft.count === group.members.length, "everyone in the group will be reached", {
      draft: draft.count,
      group,
    });
    await picture(desk, "command-drafted");
    const command = await draft.send();
    await desk.waitForStage(person, "delivered");
    await picture(desk, "command-issued");

    await phone.waitForTask(command);
    await phone.openTask(command);
    await desk.waitForStage(person, "seen");
    must((await phone.wording()).length > 10, "the phone shows the wording", await phone.wording());
    await picture(phone, "phone-task");

    await phone.goOffline();
    await phone.accept();
    await phone.report(60);
    await phone.done(photo(), "现场已处置");
    must((await phone.waiting()) === 3, "three presses wait in the phone", await phone.waiting());
    await picture(phone, "phone-offline");
    await phone.reload();
    await phone.expect(
      "the presses survive a reload with no network",
      async () => (await phone.waiting()) === 3,
    );
    await picture(phone, "phone-reloaded-offline");
    must(
      (await desk.person(person)).stage !== "accepted",
      "the county knows nothing of it yet",
      await desk.person(person),
    );

    await phone.comeBack();
    await phone.expect(
      "all presses are received",
      async () => (await phone.waiting()) === 0,
      60_000,
    );
    await desk.openBoard(command);
    await desk.waitForStage(person, "done");
    await desk.openPerson(person);
    await picture(phone, "phone-back");
    await picture(desk, "board-done");
    const facts = await desk.facts();
    for (const fact of ["issued", "delivered", "seen", "accepted", "working", "done"]) {
      const found = facts.filter((one) => one.fact === fact);
      must(found.length === 1, `the board shows "${fact}" once`, facts);
      must(fact !== "working" || found[0].text.includes("60%"), "the progress is 60 %", found);
      must(/^\d\d:\d\d:\d\d$/.test(found[0].time), `"${fact}" has its time`, found);
    }

    await desk.verifyDone(person);
    await desk.waitForStage(person, "verified");
    await picture(desk, "board-verified");
    await phone.expect("the phone shows that it is verified", async () => {
      const row = phone.page.locator(
        `[data-command="${command}"][data-stage=verified], [data-task][data-stage=verified]`,
      );
      return row.first().isVisible();
    });
    await picture(phone, "phone-verified");
    await lookBack(desk, { picture, must });
    await askWhatIf(desk, { picture, must });
    if (world.drills) await playDrill(world.drills, desk, { picture, must, findGroup });
    // The stand-in has no journal to give account of, only its maps.
    if (!process.argv.includes("--fake")) await giveAccount(desk, { picture, must, out });
    else {
      await makeReport(desk);
      await chooseMoment(desk, { picture, must });
    }
    const errors = [...desk.errors, ...phone.errors];
    must(errors.length === 0, "no page threw", errors);
  } catch (error) {
    await Promise.allSettled([
      desk.shot(join(out, "failed-desk.png")),
      phone.shot(join(out, "failed-phone.png")),
    ]);
    throw error;
  } finally {
    await Promise.allSettled([desk.close(), phone.close()]);
  }
}

let world;
try {
  world = await openWorld({
    base: option("base"),
    fake: process.argv.includes("--fake"),
    logs: join(out, "logs"),
  });
  const fake = process.argv.includes("--fake");
  const field = process.argv.includes("--field");
  if (!field) await play(world);
  // Minutes long, with many clicks: where it is asked for.
  if (field) await playField(world, { picture, must, out });
  if (fake && !field) {
    await playStorm({ picture, must });
    await tellOnTheWay({ picture, must });
  }
  console.log(`browser story: holds, pictures in ${out}`);
} catch (error) {
  console.error(`browser story: FAILED\n${error?.message ?? error}\npictures in ${out}`);
  process.exitCode = 1;
} finally {
  await world?.stop();
}
