// What a phone in the field shows of its pictures: taken, under way, refused, and with its login run out.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { film, jpegWith } from "../e2e/camera.mjs";
import { photo } from "../e2e/photo.mjs";
import { id } from "./looks.mjs";
import { open } from "./scenes.mjs";

const LOOKS = [
  ["day", "zh"],
  ["night", "en"],
];

/** A picture with place and time of its own: the invented bridge, made a JPEG by the browser. */
async function bridge(page) {
  const png = photo().buffer.toString("base64");
  const text = await page.evaluate(async (png) => {
    const picture = await createImageBitmap(
      await (await fetch(`data:image/png;base64,${png}`)).blob(),
    );
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [1600, 1200];
    canvas.getContext("2d").drawImage(picture, 0, 0, 1600, 1200);
    return canvas.toDataURL("image/jpeg", 0.9).split(",")[1];
  }, png);
  const said = { at: "2026:08:21 02:10:05", lat: [29, 30, 7.2], lon: [120, 54, 0] };
  const buffer = jpegWith(said, Buffer.from(text, "base64"));
  return { name: "IMG_0001.jpg", mimeType: "image/jpeg", buffer };
}

async function taken(page, fake) {
  await open(page, fake);
  await id(page, "verb-done").click();
  await id(page, "photo-input").setInputFiles(await bridge(page));
  await id(page, "photo-preview").first().waitFor();
  await id(page, "photo-input").setInputFiles(photo());
  await id(page, "photo-preview").nth(1).waitFor();
}

async function underWay(page, fake) {
  await taken(page, fake);
  fake.uploads.pieces = 1;
  await id(page, "done-confirm").click();
  await page.waitForTimeout(800);
}

/** An evacuation of two villages, one of them counted with a name and a picture of who stays. */
async function counting(page, fake) {
  const post = (data) => page.request.post(`${fake.base}/api/v1/acts`, { data });
  const login = (name) =>
    page.request.post(`${fake.base}/api/v1/login`, { data: { login: name, password: "x" } });
  await login("officer");
  fake.night.county.templates.find((one) => one.id === "evacuate").kind = "evacuation";
  await post({
    op: "c9",
    device_at: null,
    action: {
      action: "issue_command",
      alarm: null,
      template: "evacuate",
      level: 4,
      groups: [],
      people: ["r-001"],
      wording: fake.night.county.templates.find((one) => one.id === "evacuate").wording.zh,
      clocks: null,
      villages: [
        { village: "黄婆滩村", to_move: 26 },
        { village: "楼基村", to_move: 13 },
      ],
    },
  });
  await login("responder");
  await page.reload();
  await id(page, "task-row").first().click();
  await page.waitForTimeout(1500);
  await id(page, "verb-done").click();
  await id(page, "count-moved").first().fill("23");
  await id(page, "count-refused").first().fill("3");
  await id(page, "names-refused").fill("张阿大");
  await id(page, "behind-refused").setInputFiles(photo());
  await page.waitForTimeout(600);
}

export const FIELD_PHONE = [
  { name: "photos", mode: "calm", looks: LOOKS, act: taken },
  {
    name: "video-large",
    mode: "calm",
    looks: LOOKS,
    act: async (page, fake) => {
      await open(page, fake);
      await id(page, "verb-done").click();
      // By its name: so many bytes are not handed over in one word.
      const large = join(tmpdir(), "watchfire-large.mp4");
      writeFileSync(large, film(49_000_000 + 1_500_000).buffer);
      await id(page, "video-input").setInputFiles(large);
      await id(page, "photo-bad").waitFor();
    },
  },
  {
    name: "count",
    mode: "calm",
    looks: LOOKS,
    act: async (page, fake) => {
      await counting(page, fake);
      await page.waitForTimeout(300);
    },
  },
  {
    name: "count-short",
    mode: "calm",
    looks: LOOKS,
    act: async (page, fake) => {
      await counting(page, fake);
      await id(page, "count-done").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "position-off",
    mode: "calm",
    looks: LOOKS,
    act: async (page, fake) => {
      await page.context().grantPermissions(["geolocation"]);
      await open(page, fake);
      await id(page, "position-switch").click();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "position-on",
    mode: "calm",
    looks: LOOKS,
    act: async (page, fake) => {
      await page.context().grantPermissions(["geolocation"]);
      const place = { longitude: 120.9, latitude: 29.5, accuracy: 12 };
      await page.context().setGeolocation(place);
      await open(page, fake);
    },
  },
  {
    name: "position-list",
    mode: "calm",
    looks: [...LOOKS, ["day", "en"]],
    act: async (page, fake) => {
      await page.context().grantPermissions(["geolocation"]);
      const place = { longitude: 120.9, latitude: 29.5, accuracy: 12 };
      await page.context().setGeolocation(place);
      await open(page, fake);
      await id(page, "verb-accept").click();
      await page.waitForTimeout(600);
      await id(page, "back").click();
      await id(page, "position-line").waitFor();
      await page.waitForTimeout(600);
    },
  },
  { name: "upload", mode: "calm", looks: LOOKS, act: underWay },
  {
    name: "upload-queue",
    mode: "calm",
    looks: LOOKS,
    act: async (page, fake) => {
      await underWay(page, fake);
      await id(page, "tab-queue").click();
    },
  },
  {
    name: "upload-refused",
    mode: "calm",
    looks: LOOKS,
    act: async (page, fake) => {
      fake.uploads.refuse = true;
      await taken(page, fake);
      await id(page, "done-confirm").click();
      await id(page, "tab-queue").click();
      await page.locator("[data-testid=queue-photo][data-state=refused]").first().waitFor();
    },
  },
  {
    name: "expired",
    mode: "calm",
    looks: LOOKS,
    act: async (page, fake) => {
      await open(page, fake);
      fake.expire();
      await id(page, "verb-accept").click();
      await id(page, "login-again").waitFor();
    },
  },
  {
    name: "map",
    mode: "storm",
    looks: LOOKS,
    act: async (page) => {
      await id(page, "tab-more").click();
      await page.waitForTimeout(800);
      await page.context().setOffline(true);
      await id(page, "open-map").click();
    },
  },
];
