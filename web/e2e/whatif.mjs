// The same night under another number: a threshold is lowered and the alarm comes earlier; an edit with a
// slip comes back with its line. Nothing of it is real, and nothing of it stays.

/** Does at a desk what a planner does with "what if?"; `must` and `picture` are the story's. */
export async function askWhatIf(desk, { picture, must }) {
  const { page } = desk;
  const read = async (path) => (await page.request.get(`${desk.base}/api/v1/${path}`)).json();
  const before = await read("alarms");
  await page.keyboard.press("Escape");
  await page.keyboard.press("b");
  await desk.expect("the page says that nothing on it is real", async () =>
    (await desk.id("unreal").innerText()).includes("与实况无关"),
  );
  must(
    (await desk.id("trial-bar").getAttribute("aria-pressed")) === "true",
    "it asks about what the time bar shows",
    await desk.id("trial-span").innerText(),
  );

  await desk.id("trial-run").click();
  await desk.expect(
    "the rules in force are counted",
    async () => (await desk.id("tally").count()) > 0,
    70_000,
  );
  await picture(desk, "whatif-in-force");

  const tried = [];
  for (const rule of await loudest(read, before)) {
    await desk.id("trial-rule").selectOption(rule.id);
    for (const bound of rule.bounds) {
      await desk.id(`bound-${bound.level}/${bound.window_ms ?? ""}`).fill(lower(bound));
    }
    await desk.id("trial-run").click();
    await desk.expect(
      "both runs stand side by side",
      () => desk.id("difference-counts").isVisible(),
      70_000,
    );
    await desk.id("movement-earlier").click();
    const rows = page.locator("[data-testid=difference-row][data-movement=earlier]");
    tried.push([rule.id, await rows.count()]);
    if ((await rows.count()) === 0) continue;
    await rows.first().click();
    await desk.expect("the curve of it is drawn", () =>
      page.locator("[data-testid=trial-chart] canvas").isVisible(),
    );
    must(
      (await rows.first().getByTestId("row-shift").innerText()).includes("早"),
      "it says by how much it is earlier",
      await rows.first().innerText(),
    );
    must(
      (await page.locator("[data-testid=trial-lane] [data-side=b]").count()) > 0,
      "the bar shows when the other rules would have spoken",
      tried,
    );
    break;
  }
  must(tried.at(-1)?.[1] > 0, "a lower threshold speaks earlier", tried);
  await picture(desk, "whatif-earlier");

  await desk.id("trial-files").click();
  const sound = await desk.id("trial-text").inputValue();
  await desk.id("trial-text").fill(`rais = 1\n${sound}`);
  await desk.id("trial-run").click();
  await desk.expect("the slip comes back with its line", async () =>
    (await desk.id("trial-problem").first().innerText()).includes(":1:"),
  );
  await picture(desk, "whatif-slip");
  await desk.id("trial-undo").click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  const after = await read("alarms");
  const keys = new Set(after.map((alarm) => alarm.key));
  must(
    before.every((alarm) => keys.has(alarm.key)),
    "the alarms of the night are as they were",
    { before: before.length, after: after.length },
  );
}

/** Rules with numbers, those that raised most first. */
async function loudest(read, alarms) {
  const count = new Map();
  for (const { rule } of alarms) count.set(rule, (count.get(rule) ?? 0) + 1);
  const rules = (await read("rules")).filter(
    (rule) => rule.bounds.length > 0 && !rule.below && !rule.forecast && count.has(rule.id),
  );
  return rules.sort((a, b) => count.get(b.id) - count.get(a.id)).slice(0, 4);
}

/** A third less, or as much off each station's own number. */
function lower(bound) {
  const decimals = bound.lowest.split(".")[1]?.length ?? 0;
  const shared = bound.lowest === bound.highest;
  const least = Number(bound.lowest);
  return shared ? (least * 0.67).toFixed(decimals) : (-Math.min(0.5, least / 3)).toFixed(decimals);
}
