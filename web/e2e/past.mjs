// The bar: out of live and back. The same screens show the past, nothing on them acts, one key returns.

/** Steps a desk into the past and back to live; `must` and `picture` are the story's. */
export async function lookBack(desk, { picture, must }) {
  const { page } = desk;
  const at = async () => Date.parse(await shown(desk));
  const text = async () => desk.id("replay-now").innerText();
  await desk.expect("the bar follows live", async () => (await mode(desk)) === "live");
  await page.keyboard.press("Escape");

  await page.keyboard.press("Space");
  await desk.expect("leaving live says so on every panel", async () => {
    const words = await desk.id("not-live").innerText();
    return words.includes("非实况") && (await mode(desk)) === "replay" && (await framed(desk)) >= 4;
  });
  await desk.expect("the past is there", () => desk.id("replay-now").isVisible());
  const left = await at();
  const began = Date.now();
  await page.keyboard.press("ArrowLeft");
  await desk.expect(
    "it is five minutes earlier",
    async () => Math.abs(left - (await at()) - 300_000) < 90_000,
  );
  console.log(`          a step back was on the screen after ${Date.now() - began} ms`);
  await picture(desk, "past-fixed");

  const before = await text();
  await desk.id("speed-60").click();
  await desk.expect("the past goes on", async () => (await text()) !== before);
  await page.keyboard.press("Space");
  await desk.expect("and stands still again", async () => {
    const one = await text();
    await page.waitForTimeout(1_500);
    return (await text()) === one;
  });
  await desk.id("know-now").click();
  await desk.expect(
    "it goes by what is known now",
    async () => (await desk.id("know-now").getAttribute("aria-pressed")) === "true",
  );

  await desk.openSituation();
  const buttons = page.locator(
    "[data-testid=acknowledge], [data-testid=ack-situation], [data-testid=compose-from-alarm]",
  );
  for (const button of await buttons.all()) {
    must(await button.isDisabled(), "nothing can be pressed in the past", await button.innerText());
  }
  await page.keyboard.press("Escape");
  await page.keyboard.press("Home");
  await desk.expect("one key is the way back to live", async () => (await mode(desk)) === "live");
  await desk.expect(
    "the feed is live",
    async () => (await desk.id("link-state").getAttribute("data-phase")) === "live",
  );
  must((await framed(desk)) === 0, "no frame is left", await framed(desk));
  await picture(desk, "live-again");
}

const mode = (desk) => desk.id("timebar").getAttribute("data-mode");

const shown = (desk) => desk.id("replay-now").getAttribute("data-at");

/** How many panels bear the frame. */
const framed = (desk) =>
  desk.page.evaluate(
    () =>
      [...document.querySelectorAll(".desk > .zone, .desk > .timebar")].filter(
        (one) => getComputedStyle(one).outlineStyle === "solid",
      ).length,
  );
