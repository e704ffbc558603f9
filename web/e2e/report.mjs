// The report of what was just lived through: made, followed to its entries, written to, printed, taken away.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Opens the report of the last hours. */
export async function makeReport(desk) {
  const { page } = desk;
  await page.keyboard.press("Escape");
  await desk.id("page-report").click();
  await desk.id("report-make").click();
  await desk.expect(
    "the report is there",
    async () => (await page.locator(".report h1").count()) === 1,
    70_000,
  );
}

/** One more map, a minute before the last: in the article, and in every file but the tables. */
export async function chooseMoment(desk, { picture, must }) {
  const { page } = desk;
  const field = desk.id("moment-at");
  const last = await field.inputValue();
  must(/^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(last), "a time is in our one form", last);
  await field.press("ArrowDown");
  const before = await field.inputValue();
  must(before < last, "a key makes it a minute earlier", { last, before });
  await field.fill("8-32 3:15");
  await field.press("Enter");
  const wrong = desk.id("moment-at-wrong");
  await desk.expect("what cannot be read is said, with what holds", async () => {
    const words = (await wrong.innerText()).replaceAll("\u2060", "").replace("\u00a0", " ");
    return words.includes(before);
  });
  must((await desk.id("moment").count()) === 0, "and adds nothing", await wrong.innerText());
  const [day, clock] = before.split(" ");
  await field.fill(`${day.slice(5).replace("-", "/")} ${clock.replace(":", "：")}`);
  await desk.id("moment-add").click();
  await desk.expect("the moment is in the list", async () =>
    (await desk.id("moment").innerText()).includes(before),
  );
  await desk.expect(
    "the article has a map of it",
    async () => (await page.locator(".report").innerText()).includes("指定时刻"),
    70_000,
  );
  must((await wrong.count()) === 0, "nothing is wrong any more", null);
  for (const form of ["docx", "page", "json", "geojson"]) {
    const address = (await desk.id(`report-${form}`).getAttribute("href")) ?? "";
    must(new URLSearchParams(address.split("?")[1]).get("at"), `${form} asks for it too`, address);
  }
  await desk.id("moment-add").click();
  await desk.expect("the same one is refused", () => desk.id("moment-refused").isVisible());
  await picture(desk, "report-moment");
}

/** Makes the report of the last hours and does with it what a planner does. */
export async function giveAccount(desk, { picture, must, out }) {
  const { page } = desk;
  await makeReport(desk);
  await picture(desk, "report");
  const entries = page.locator(".report [data-entry]");
  const count = await entries.count();
  must(count > 20, "figures name their entries", count);
  const text = await page.locator(".report").innerText();
  for (const words of ["关键时刻", "首次报警", "首次确认", "首次核实完成", "时限"]) {
    must(text.includes(words), `the report tells: ${words}`, text.slice(0, 600));
  }
  must((await page.locator(".report svg").count()) >= 2, "there are pictures", null);

  await chooseMoment(desk, { picture, must });

  // By keyboard: an entry is a link, and opens what the journal holds.
  const number = await entries.nth(4).getAttribute("data-entry");
  await entries.nth(4).focus();
  await page.keyboard.press("Enter");
  await desk.expect("the entry is open", async () =>
    (await desk.id("entry-sheet").innerText()).includes(`#${number}`),
  );
  await picture(desk, "report-entry");
  await desk.id("entry-done").click();

  await desk.id("write-lessons").click();
  await desk.id("writing-text").fill("夜间应答慢，替补名单要补齐。");
  await desk.id("writing-keep").click();
  await desk.expect("the new version stands beside the facts", async () =>
    (await page.locator('.report [data-section="lessons"]').innerText()).includes("替补名单"),
  );
  await picture(desk, "report-written");

  await page.emulateMedia({ media: "print" });
  must(
    (await desk.id("timebar").isHidden()) && (await page.locator(".report").isVisible()),
    "paper shows the report alone",
    null,
  );
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: false });
  await page.emulateMedia({ media: null });
  writeFileSync(join(out, "report.pdf"), pdf);
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  must(pages >= 2, "it prints over several pages", pages);
  for (const [form, begins] of [
    ["docx", "PK"],
    ["pdf", "%PDF-"],
    ["page", "<!doctype html>"],
    ["json", "{"],
    ["geojson", "{"],
  ]) {
    const address = await desk.id(`report-${form}`).getAttribute("href");
    const answer = await page.request.get(desk.base + address);
    const body = await answer.body();
    must(answer.ok() && body.toString("latin1").startsWith(begins), `it leaves as ${form}`, {
      status: answer.status(),
      begins: body.subarray(0, 80).toString(),
    });
    writeFileSync(join(out, `report.${form === "page" ? "html" : form}`), body);
  }
  await page.keyboard.press("Escape");
}
