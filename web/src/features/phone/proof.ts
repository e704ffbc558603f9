// What is known of one press: kept in this phone, or received by the county. Never "sent".
import { hm } from "../../i18n/format";
import { i18n } from "../../i18n/i18n";
import { whySentence } from "../../i18n/words";
import type { Pending } from "../../state/store";
import type { Fact, FactName, TaskView } from "../../wire/view";

export interface Proof {
  state: "none" | "waiting" | "stuck" | "received" | "refused";
  words: string;
}

export const NOTHING: Proof = { state: "none", words: "" };

/**
 * The newest word on a fact of a task: what waits here first, then what the server knows. Sending a task
 * back opens a new round of work, in which nothing has been said of progress or of being done.
 */
export function proofOf(task: TaskView, fact: FactName, outbox: readonly Pending[]): Proof {
  const round = fact === "working" || fact === "done" ? roundOf(task) : 0;
  const mine = outbox
    .filter((one) => one.subject.task === task.id && one.subject.fact === fact)
    .filter((one) => one.receivedAt === null || one.receivedAt > round)
    .at(-1);
  if (mine && mine.state !== "received") return proofOfPress(mine);
  const known = task.facts
    .filter((one: Fact) => one.fact === fact && Date.parse(one.at) > round)
    .at(-1);
  if (known)
    return { state: "received", words: i18n.t("县里已收到 {time}", { time: hm(known.at) }) };
  return mine ? proofOfPress(mine) : NOTHING;
}

/** When the present round of work began, ms since the epoch; 0 for the first. */
function roundOf(task: TaskView): number {
  const back = task.facts.filter((one) => one.fact === "rejected").at(-1);
  return back ? Date.parse(back.at) : 0;
}

export function proofOfPress(press: Pending): Proof {
  switch (press.state) {
    case "waiting":
    case "sending":
      return {
        state: "waiting",
        words: i18n.t("待发 {time}", { time: hm(press.engineAt ?? press.at) }),
      };
    case "stuck":
      return {
        state: "stuck",
        words: i18n.t("卡住，还在试 {time}", { time: hm(press.engineAt ?? press.at) }),
      };
    case "refused":
      return { state: "refused", words: whySentence(press.why ?? "") };
    case "received":
      return {
        state: "received",
        words:
          press.receivedAt === null
            ? i18n.t("县里已收到")
            : i18n.t("县里已收到 {time}", { time: hm(press.receivedAt) }),
      };
  }
}

export const PROOF_CLASS: Record<Proof["state"], string> = {
  none: "",
  waiting: "proof wait",
  stuck: "proof stuck",
  received: "proof",
  refused: "proof no",
};
