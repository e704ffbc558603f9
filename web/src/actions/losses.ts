// The next version of what a township lost.
import type { LossRequest } from "../wire/acts";
import { press } from "./act";

/** Its id is the op of the press; pictures are ids that the server has. */
export function reportLoss(loss: LossRequest): Promise<string> {
  return press({ action: "report_loss", ...loss });
}
