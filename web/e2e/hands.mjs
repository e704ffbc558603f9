// Commands from situations: what one acknowledges is said before the press and is what the county is sent;
// a call becomes a situation and a command in one go; a notice is taken on by name.
const sent = (fake, from) => fake.night.county.commands.slice(from);

async function send(desk, group) {
  await desk.id(`group-${group}`).click();
  const count = await desk.id("reach-count").innerText();
  const large = await desk.id("typed-count").isVisible();
  if (large) await desk.id("typed-count").fill(count);
  await desk.id("send").click(large ? { delay: 1_600 } : {});
  await desk.expect("the board is open", () => desk.id("board").isVisible());
}

/** The members shown are acknowledged, but for a red that is taken off and what came later. */
export async function commandFromASituation(desk, fake, must, bring) {
  const { county } = fake.night;
  const one = county.situations.find((each) => {
    const open = county.alarms.filter((a) => each.members.includes(a.key) && !a.ack);
    return open.filter((a) => a.worst === 4).length > 0 && open.length > 2;
  });
  must(one, "a situation with red and others that nobody has looked at", county.situations.length);
  await desk.id("mode-situations").click();
  await desk.page.locator(`[data-testid=situation-row][data-situation="${one.id}"]`).click();
  const open = county.alarms.filter((a) => one.members.includes(a.key) && !a.ack);
  const before = county.commands.length;
  await desk.page.keyboard.press("c");
  const [note, choice] = [desk.id("ack-note"), desk.id("ack-choice")];
  await desk.expect("it is said what will be acknowledged", async () =>
    (await note.innerText()).includes(String(open.length)),
  );
  await desk.id("ack-named").first().click();
  await bring(open[0]);
  await desk.expect("what came later is said to be outside", async () =>
    /此后新来的 1 条不在内/.test(await choice.innerText()),
  );
  await send(desk, "g-rescue");
  await desk.expect("the command is there", () => sent(fake, before).length === 1);
  const left = open.filter((a) => !a.ack);
  must(left.length === 1 && left[0].worst === 4, "all but the red that was taken off", left);
  const latest = county.situations.find((each) => each.id === one.id).decisions?.at(-1);
  must(latest?.command === sent(fake, before)[0].id, "it is the decision about it", latest);
}

/** Somebody calls: three presses from the page of incidents to the composer of a command about it. */
export async function callBecomesACommand(desk, fake, must) {
  const before = fake.night.county.commands.length;
  await desk.page.keyboard.press("d");
  await desk.id("open-situation").click();
  await desk.id("situation-text").fill("鼓山路有人被困");
  await desk.id("open-situation-command").click();
  await desk.expect("the composer is about the new situation", async () =>
    /以你的名义确认这个态势/.test(await desk.id("ack-note").innerText()),
  );
  await send(desk, "g-rescue");
  await desk.expect("the command is there", () => sent(fake, before).length === 1);
  const one = fake.night.county.situations.at(-1);
  must(one.manual.acked_by !== null, "the situation is acknowledged", one.manual);
  must(one.decisions.at(-1).command === sent(fake, before)[0].id, "and decided", one.decisions);
}

export async function noticeIsTakenOn(desk, fake, must) {
  const notice = fake.night.system.find((each) => each.kind === "undecided");
  await desk.id("more-notices").click();
  const line = desk.page.locator('[data-testid=system-alarm][data-kind="undecided"]').first();
  await line.getByTestId("take-notice").click();
  await desk.expect("the line says who has it", () => line.getByTestId("notice-owner").isVisible());
  must(notice.owner === "p-zhou", "the county knows who has it", notice);
  await line.getByTestId("open-notice").click();
  await desk.expect("it leads to the situation", () => desk.id("situation-page").isVisible());
  const id = await desk.id("situation-page").getAttribute("data-situation");
  must(id === notice.subject, "the very situation", { id, notice });
  await desk.id("more-notices").click();
}
