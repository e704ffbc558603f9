// The next version of what a township lost, what is kept of it here while it is written, and what somebody finds
// of a possible double count.
import type { LossRequest } from "../wire/acts";
import type { PossibleDouble } from "../wire/view";
import { press } from "./act";

export { keepSheets, keptSheets } from "../link/shelf";

/** Its id is the op of the press; pictures are ids that the server has. */
export function reportLoss(loss: LossRequest): Promise<string> {
  return press({ action: "report_loss", ...loss });
}

/** Says that it is two and both count (`apart`), or that the question is open again. */
export function judgeDouble(
  incident: string,
  row: PossibleDouble,
  apart: boolean,
  reason: string,
): Promise<string> {
  const { settled: _, ...double } = row;
  return press({ action: "judge_double", incident, double, apart, reason });
}
